"""`genfx evolve`: from a config to a run folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import ConfigError
from genfx.cli.options import LAST_SEED, MOST_THREADS
from genfx.cli.run_summary import print_figures, replay_line
from genfx.cli.show import complain, console, print_json

if TYPE_CHECKING:
    from genfx.runs.run import Finished

INTERRUPTED = 130  # exit code: what was found is written, --resume continues


def evolve(
    config: Annotated[Path | None, typer.Argument(help="A config (.toml).")] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="RUN", help="Continue this run folder.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run folder; default: the config's.")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LAST_SEED, help="Instead of the config's.")
    ] = None,
    threads: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_THREADS, help="Worker threads, no matter for results; 0: one a core."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json at the end.")] = False,
) -> None:
    """Search for strategies and write the best into a run folder.

    Ctrl-C writes what was found so far and exits with code 130; --resume continues.
    """
    if (config is None) == (resume is None):
        raise ConfigError("give either a config or --resume RUN", hint="genfx evolve --help")
    from genfx.cli.progress import ProgressDisplay
    from genfx.config.file import load_config
    from genfx.runs.log import LoggedRun
    from genfx.runs.run import carry_out, existing_run, new_run, short_history

    if resume is not None:
        run = existing_run(resume)
    else:
        assert config is not None
        chosen = load_config(config)
        if seed is not None:
            chosen = chosen.model_copy(update={"seed": seed})
        name = config.stem.strip(". ") or "run"  # never the folder above
        folder = out or Path(chosen.output.folder.replace("{name}", name))
        run = new_run(chosen, config.stem, folder)
    if note := short_history(run):
        typer.echo(f"note: {note}", err=True)
    workers = threads or os.cpu_count() or 1
    try:
        with ProgressDisplay(quiet=as_json) as display:
            log = LoggedRun(run.folder, display, workers)
            finished = carry_out(run, log, threads=workers)
            log.note("session ends")
    except KeyboardInterrupt:  # before the search, or again while its results are written
        again = f"go on with genfx evolve --resume {run.folder}"
        complain(f"interrupted before the results were written\n    hint: {again}")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        import json

        print_json(json.loads((run.folder / "run.json").read_bytes()))
    else:
        _print_summary(finished)
    if finished.outcome.by_hand:
        raise typer.Exit(INTERRUPTED)


def _print_summary(finished: Finished) -> None:
    outcome, run, screen = finished.outcome, finished.run, console()
    if not finished.finalists and outcome.interrupted:
        screen.print("Interrupted before the first strategy was found.")
    elif not finished.finalists:
        screen.print("No strategy passed the robustness gate, so there is none to show.")
        screen.print("Search longer, or loosen [search.gate] or fitness.min_trades.")
    else:
        figures = [{found.span: found.named for found in f.spans} for f in finished.finalists]
        print_figures([finalist.name for finalist in finished.finalists], figures)
        screen.print(replay_line(finished.proofs), soft_wrap=True)
    if outcome.distinct > 1:
        screen.print(
            f"\n{outcome.distinct:,} strategies were tried. By luck alone the best of so many "
            f"without any skill would show a Sharpe ratio of about {finished.lucky_sharpe:.1f} "
            "in-sample; the holdout is the only span that was not used to choose."
        )
    if outcome.interrupted:
        screen.print(
            f"Interrupted after generation {outcome.generations}; the holdout stays unread until "
            f"the run is finished:\n  genfx evolve --resume {run.folder}",
            soft_wrap=True,
        )
    where = f"Written to {run.folder}; open {run.folder / 'report.html'} in a browser."
    screen.print(where, soft_wrap=True)
