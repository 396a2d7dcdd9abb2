"""`genfx export`: a strategy as MQL5, Python, .set, JSON, Graphviz or canonical text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dsl.errors import DataError
from genfx.cli.options import ConfigOption, read_config
from genfx.cli.show import read_text


def export(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat).")],
    to: Annotated[
        Literal["mql5", "python", "set", "strat", "json", "dot"],
        typer.Option(help="What it becomes."),
    ],
    out: Annotated[
        str, typer.Option(help="A file, or - for the screen; default: beside the strategy.")
    ] = "",
    config: ConfigOption = None,
    objective: Annotated[
        str, typer.Option(help='What OnTester returns: a formula such as "GROSSPROFIT/TRADES".')
    ] = "",
) -> None:
    """Turn a strategy into an Expert Advisor or any other form.

    Numbers that are no inputs yet become inputs, unless the strategy has inputs of its own.
    --config adds symbol, data span and deposit to the Expert Advisor's header, and tells the Python
    program its point and timeframe (else those of EURUSD H1).
    """
    from backtest.files import write_whole
    from dsl.lower import parse
    from genfx.exports import (
        ANY_MARKET,
        SUFFIXES,
        export_bytes,
        market_facts,
        with_inputs,
        with_objective,
    )
    from genfx.markets import market

    strategy = with_inputs(parse(read_text(file), str(file)))
    facts = ANY_MARKET
    if config is not None:
        chosen = read_config(config)
        facts = market_facts(market(chosen), chosen.fitness.settings(), chosen.output.magic)
    if objective:
        facts = with_objective(facts, objective)
    content = export_bytes(strategy, to, facts)
    if out == "-":
        typer.echo(content.decode("utf-16" if to == "set" else "utf-8"), nl=False)
        return
    target = Path(out) if out else file.with_suffix(SUFFIXES[to])
    if target == file:
        raise DataError(f"{file}: would be overwritten", hint="name another file with --out")
    write_whole(target, content)
    typer.echo(f"{target}: {len(content)} bytes")
