"""`genfx export`: a strategy as MQL5, Python, .set, JSON, Graphviz, a picture, canonical text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dsl.errors import DataError
from genfx.cli.options import ConfigOption, read_config
from genfx.cli.show import write_file

if TYPE_CHECKING:
    from dsl.layout import Drawing


def export(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat, .formula, .json).")],
    to: Annotated[
        Literal["mql5", "python", "set", "strat", "json", "dot", "svg", "png"],
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
    program its point and timeframe (else those of EURUSD H1). svg and png draw the strategy as it
    is written: boxes coloured by kind, named ports, wires. json holds boxes, links and places;
    names and places of the boxes of a .json that is read are kept.
    """
    from genfx.exports import (
        ANY_MARKET,
        SUFFIXES,
        export_bytes,
        market_facts,
        with_inputs,
        with_objective,
    )
    from genfx.layouts import boxes_file
    from genfx.markets import market
    from genfx.strategy_files import load_drawing

    written = load_drawing(file)
    if to in ("svg", "png"):
        _draw(written, file, to, out)
        return
    strategy = with_inputs(written.strategy)
    facts = ANY_MARKET
    if config is not None:
        chosen = read_config(config)
        facts = market_facts(market(chosen), chosen.fitness.settings(), chosen.output.magic)
    if objective:
        facts = with_objective(facts, objective)
    drawn = to == "json"
    content = boxes_file(written.carried(strategy)) if drawn else export_bytes(strategy, to, facts)
    if out == "-":
        typer.echo(content.decode("utf-16" if to == "set" else "utf-8"), nl=False)
        return
    _write(file, Path(out) if out else file.with_suffix(SUFFIXES[to]), content)


def _draw(drawing: Drawing, file: Path, to: str, out: str) -> None:
    from genfx.diagram_picture import png, svg
    from genfx.layouts import picture

    drawn = picture(drawing)
    content = svg(drawn) if to == "svg" else png(drawn)
    if out != "-":
        _write(file, Path(out) if out else file.with_suffix(f".{to}"), content)
    elif to == "svg":
        typer.echo(content.decode(), nl=False)
    else:
        raise DataError("a PNG is no text for the screen", hint="--out FILE.png, or --to svg")


def _write(file: Path, target: Path, content: bytes) -> None:
    if target.resolve() == file.resolve():
        raise DataError(f"{file}: would be overwritten", hint="name another file with --out")
    write_file(target, content)
    typer.echo(f"{target}: {len(content)} bytes")
