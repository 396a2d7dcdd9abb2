"""`genfx runs`: look into a run's store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

runs_app = typer.Typer(no_args_is_help=True, help="Look into a run.")


@runs_app.callback()
def _runs() -> None:
    return


@runs_app.command("dump", epilog="Example: genfx runs dump runs/quickstart")
def dump_run(run: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Print a run's store as text: the same run gives the same text."""
    from genfx.runs.folder import open_store
    from gp.store import dump

    with open_store(run) as store:
        typer.echo(dump(store), nl=False)
