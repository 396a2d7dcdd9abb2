"""`genfx tune`: a particle swarm over the inputs of a strategy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import DataError
from genfx.cli.options import (
    LAST_SEED,
    MOST_TESTS,
    MOST_THREADS,
    ConfigOption,
    DataOption,
    FromOption,
    JsonOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import console, print_json, print_table, write_file

if TYPE_CHECKING:
    from genfx.tuning import Tuning


def tune(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat, .formula, .json).")],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    objective: Annotated[
        str,
        typer.Option(
            help='score, a criterion, or a formula: "net_profit / max_drawdown", "PROFIT / TRADES".'
        ),
    ] = "score",
    evaluations: Annotated[
        int, typer.Option(min=0, max=MOST_TESTS, help="Points; 0: the config's.")
    ] = 0,
    seed: Annotated[
        int, typer.Option(min=0, max=LAST_SEED, help="The same seed gives the same result.")
    ] = 1,
    threads: Annotated[int, typer.Option(min=0, max=MOST_THREADS, help="0: one a core.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Default: FILE_tuned.strat.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find better values for the inputs of a strategy with a particle swarm.

    Inputs with a range are tuned; where there are none, all numbers. The more points are tried, the
    better the best looks by luck: keep some bars apart with --to, and test there afterwards.
    The new file holds what the strategy does: comments are not in it, `symmetric` is written out.
    """
    from dsl.text.printer import format_strategy
    from genfx.strategy_files import load_strategy
    from genfx.tuning import tuned

    target = out or file.with_name(f"{file.stem}_tuned.strat")
    if target.exists() and not force:
        raise DataError(f"{target}: exists", hint="--force replaces it, --out names another file")
    chosen = read_config(config)
    if evaluations:
        swarm = chosen.pso.model_copy(update={"evaluations": evaluations})
        chosen = chosen.model_copy(update={"pso": swarm})
    strategy = load_strategy(file)
    market = chosen_market(data, chosen, first, last)
    workers = threads or os.cpu_count() or 1
    found = tuned(strategy, market, chosen, objective, seed=seed, threads=workers)
    write_file(target, format_strategy(found.after).encode(), data, config)
    if as_json:
        print_json(_facts(found, target))
        return
    _print(found, objective)
    typer.echo(f"{found.tried} points tried. Written to {target}.")


def _facts(found: Tuning, target: Path) -> dict[str, object]:
    before, after = found.results
    return {
        "file": str(target),
        "strategy_id": found.after.strategy_id,
        "tried": found.tried,
        "all_points_tried": found.covered,
        "objective": {"before": _finite(found.values[0]), "after": found.values[1]},
        "inputs": {spec.name: spec.value for spec in found.after.inputs},
        "before": before.named,
        "after": after.named,
    }


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def _print(found: Tuning, objective: str) -> None:
    from genfx.report.figures import figure_rows

    before, after = found.results
    rows = [(objective, f"{found.values[0]:.4g}", f"{found.values[1]:.4g}")]
    pairs = zip(figure_rows(before), figure_rows(after), strict=True)
    rows += [(label, old, new) for (label, old), (_, new) in pairs]
    olds = {spec.name: spec.value for spec in found.before.inputs}
    for spec in found.after.inputs:
        if spec.value != olds.get(spec.name):
            rows.append((f"input {spec.name}", str(olds.get(spec.name, "")), str(spec.value)))
    print_table(("figure", "before", "after"), rows)
    if found.covered:
        console().print("Every point of the ranges was tried.")
