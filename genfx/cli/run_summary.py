"""A run in a few lines: `genfx evolve` ends with them, `genfx runs show` repeats them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dsl.errors import RunError
from genfx.cli.show import console, print_table

if TYPE_CHECKING:
    from genfx.runs.finalists import Proof


def print_figures(
    names: Sequence[str], figures: Sequence[Mapping[str, Mapping[str, float]]]
) -> None:
    """Print the figures of strategies, of each those of every span by name, side by side."""
    from genfx.markets import span_label
    from genfx.report.figures import capped, short_table

    screen = console()
    rows = [(name, list(found.values())) for name, found in zip(names, figures, strict=True)]
    head, cells = short_table(rows, screen.width)
    print_table(head, cells, f"Side by side: {', '.join(map(span_label, figures[0]))}")
    if any(capped(name, value) for _, spans in rows for s in spans for name, value in s.items()):
        screen.print("A profit factor of 10.00 is the cap: nothing was lost, or next to nothing.")


def replay_line(proofs: Sequence[Proof]) -> str:
    """Return what the replays of the written Expert Advisors gave, in a line."""
    wrong = [proof for proof in proofs if proof.verified is False]
    if wrong:
        return f"{len(wrong)} Expert Advisors do NOT trade as evaluated: see results.csv."
    unknown = [proof for proof in proofs if proof.verified is None]
    if unknown:
        return f"Expert Advisors {unknown[0].text}"
    deals = sum(proof.deals for proof in proofs)
    return f"All {len(proofs)} Expert Advisors were replayed: {deals:,} deals equal the engine's."


def print_run(folder: Path) -> None:
    """Print the summary of the run in a folder, from its files.

    Raises:
        RunError: It holds no run, or a damaged one.
    """
    from genfx.runs.listing import listed_runs

    run = next((run for run in listed_runs(folder) if run.folder == str(folder)), None)
    if run is None or run.status == "damaged":
        what = "its run.json or config.json is damaged" if run else "is no run folder"
        raise RunError(f"{folder}: {what}", hint="genfx runs list FOLDER lists runs")
    seed = "" if run.seed is None else f", seed {run.seed}"
    typer.echo(f"{run.name}: {run.data or 'no results yet'}{seed}, {run.status}")
    if run.status == "unfinished":
        typer.echo(f"go on with: genfx evolve --resume {folder}")
        return
    try:
        _print_results(run_results(folder))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise RunError(f"{folder}: its run.json is damaged") from None
    if run.status == "interrupted":
        typer.echo(f"go on with: genfx evolve --resume {folder}")
    files = ", ".join(p.name for p in sorted(folder.glob("*.html")) + sorted(folder.glob("*.csv")))
    typer.echo(f"Files in {folder}: {files}; of each strategy .strat, .mq5, .set, .py")


def _print_results(facts: Mapping[str, Any]) -> None:
    tried, generations = facts["strategies_tried"], facts["generations"]
    typer.echo(f"{tried:,} strategies tried in {generations} generations")
    if facts["strategies"]:
        _print_strategies(facts["strategies"])
    else:
        typer.echo("No strategy passed the robustness gate, so there is none to show.")


def run_results(folder: Path) -> dict[str, Any]:
    """Return the results of a run as its run.json has them.

    Raises:
        RunError: There are none, or they cannot be read.
    """
    from genfx.runs.listing import RESULTS

    try:
        found: dict[str, Any] = json.loads((folder / RESULTS).read_bytes())
    except (OSError, ValueError, RecursionError):
        hint = f"genfx evolve --resume {folder} goes on with an unfinished run"
        raise RunError(f"{folder}: holds no {RESULTS} that can be read", hint=hint) from None
    return found


def _print_strategies(strategies: Sequence[Mapping[str, Any]]) -> None:
    from genfx.markets import SPANS
    from genfx.runs.finalists import FIGURES, OBJECTIVE, Proof

    figures = []
    for one in strategies:
        found = {span: one["figures"][span] for span in SPANS if span in one["figures"]}
        figures.append({span: _ordered(found[span], (*FIGURES, OBJECTIVE)) for span in found})
    print_figures([one["file"] for one in strategies], figures)
    replays = [one["replay"] for one in strategies if "replay" in one]
    proofs = [Proof(found["verified"], found["deals"], found["text"]) for found in replays]
    if proofs:
        console().print(replay_line(proofs), soft_wrap=True)


def _ordered(found: Mapping[str, float | None], names: Sequence[str]) -> dict[str, float]:
    known = {name: found[name] for name in names if name in found}
    return {name: float("nan") if value is None else value for name, value in known.items()}
