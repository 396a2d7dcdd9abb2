"""`genfx runs`: what runs there are, and what a run's store holds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from genfx.cli.show import print_json, print_lines

if TYPE_CHECKING:
    from genfx.runs.listing import ListedRun


class _FolderIsShown(TyperGroup):
    """Takes a folder for a command: `genfx runs runs/quickstart` shows that run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and Path(args[0]).is_dir():
            is_run = (Path(args[0]) / "config.json").is_file()
            args = ["show" if is_run else "list", *args]
        return super().resolve_command(ctx, args)


runs_app = typer.Typer(
    cls=_FolderIsShown,
    invoke_without_command=True,
    help="List the runs of a folder, show one, or print all that one has stored.",
)
RUNS = Path("runs")
_SHOWN = (("net_profit", "{:.0f}"), ("profit_factor", "{:.2f}"))
_SPANS = ("in_sample", "holdout")


@runs_app.callback(epilog="Example: genfx runs list")
def _runs(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_runs(RUNS)


@runs_app.command("list", epilog="Example: genfx runs list runs")
def list_runs(
    folder: Annotated[Path, typer.Argument(help="Where run folders lie.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List runs, the newest first, with their best strategy's in-sample and holdout side by side.

    The best is the first of the run's own order, in which the holdout had no part.
    """
    from genfx.runs.listing import listed_runs

    if folder == RUNS and not folder.exists():
        found, none = [], "no runs yet"
    else:
        found, none = listed_runs(folder), f"{folder} holds no runs"
    if as_json:
        print_json([asdict(run) for run in found])
    elif not found:
        typer.echo(f"{none}; genfx evolve examples/quickstart.toml makes one")
    else:
        typer.echo("Of each run's first strategy, side by side: in-sample, holdout")
        head = ("run", "begun, UTC", "config", "data", "seed", "strategies")
        print_lines([(*head, "net profit", "profit factor"), *map(_row, found)])


def _row(run: ListedRun) -> tuple[str, ...]:
    seed = "-" if run.seed is None else str(run.seed)
    count = str(run.strategies) if run.status == "finished" else run.status
    words = (run.folder, run.begun or "-", run.name or "-", run.data or "-", seed, count)
    return (*words, *(_side_by_side(run, name, form) for name, form in _SHOWN))


def _side_by_side(run: ListedRun, name: str, form: str) -> str:
    found = [run.figures.get(span, {}).get(name) for span in _SPANS]
    return " ".join(f"{'-' if value is None else form.format(value):>6}" for value in found)


@runs_app.command("show", epilog="Example: genfx runs show runs/quickstart")
def show_run(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print its run.json.")] = False,
) -> None:
    """Print a run as it was printed at its end: figures of all spans, replays, files."""
    from genfx.cli.run_summary import print_run, run_results

    if as_json:
        print_json(run_results(run))
    else:
        print_run(run)


@runs_app.command("dump", epilog="Example: genfx runs dump runs/quickstart")
def dump_run(run: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Print a run's store as text: the same run gives the same text."""
    from genfx.runs.folder import open_store
    from gp.store import dump

    with open_store(run) as store:
        typer.echo(dump(store), nl=False)
