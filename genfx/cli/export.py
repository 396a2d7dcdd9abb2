"""`genfx export`: a strategy as MQL5, Python, .set, JSON, Graphviz, a picture, canonical text."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dsl.errors import ConfigError, DataError
from genfx.cli.options import ConfigOption, SetOption, read_config
from genfx.cli.replacing import ForceOption, refuse_existing
from genfx.cli.show import write_file

if TYPE_CHECKING:
    from backtest.market import Market
    from dsl.layout import Drawing
    from dsl.params import ParamValue
    from dsl.strategy import Strategy
    from genfx.exports import Facts


def export(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat, .formula, .json).")],
    to: Annotated[
        Literal["mql5", "set", "ini", "include", "python", "strat", "json", "dot", "svg", "png"],
        typer.Option("--to", "--as", help="What it becomes."),
    ],
    out: Annotated[
        str, typer.Option(help="A file, or - for the screen; default: beside the strategy.")
    ] = "",
    config: ConfigOption = None,
    objective: Annotated[
        str, typer.Option(help='What OnTester returns: a formula such as "GROSSPROFIT/TRADES".')
    ] = "",
    set_file: SetOption = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Replay the .mq5 on the config's bars; write it if equal."),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Turn a strategy into an Expert Advisor or any other form.

    Numbers that are no inputs yet become inputs, unless the strategy has inputs of its own.
    --config adds symbol, data span and deposit to the Expert Advisor's header, and tells the Python
    program its point and timeframe (else those of EURUSD H1). svg and png draw the strategy as it
    is written: boxes coloured by kind, named ports, wires. json holds boxes, links and places;
    names and places of the boxes of a .json that is read are kept. ini is an unattended run of
    MetaTrader's tester over the data of --config, of the EA of the same name. include is a file of
    signals and distances for an Expert Advisor of your own. A file that exists is replaced with
    --force alone, unless it is an Expert Advisor as genfx wrote it.
    """
    from genfx.diagram.layouts import boxes_file
    from genfx.exports import SUFFIXES, export_bytes, include_bytes, ini_bytes, with_inputs
    from genfx.strategy_files import load_drawing
    from genfx.terminal.set_values import with_set

    written = load_drawing(file)
    if to in ("svg", "png"):
        _draw(written, (file, to), out, force)
        return
    given = with_set(with_inputs(written.strategy), set_file)
    facts, whole = _facts(config, objective, given.beside)
    if verify:
        facts = _replayed(given.strategy, to, whole, facts)
    target = Path(out) if out not in ("", "-") else file.with_suffix(SUFFIXES[to])
    if to == "ini":
        content = ini_bytes(given.strategy, facts, whole, target.stem)
    elif to == "include":
        content = include_bytes(given.strategy, facts, target.name)
    elif to == "json":
        content = boxes_file(written.carried(given.strategy))
    else:
        content = export_bytes(given.strategy, to, facts)
    if out == "-":
        wide = content.startswith(codecs.BOM_UTF16_LE)
        typer.echo(content.decode("utf-16" if wide else "utf-8"), nl=False)
        return
    _write(file, target, content, force)


def _facts(
    config: Path | None, objective: str, beside: Mapping[str, ParamValue]
) -> tuple[Facts, Market | None]:
    """Return what emitted programs state, and the market of the config."""
    from genfx.exports import ANY_MARKET, market_facts, with_ea_values, with_objective
    from genfx.markets import market

    facts, whole = ANY_MARKET, None
    if config is not None:
        chosen = read_config(config)
        whole = market(chosen)
        facts = market_facts(whole, chosen.fitness.settings(), chosen.output.magic)
    if beside:
        facts = with_ea_values(facts, beside)
    return (with_objective(facts, objective) if objective else facts), whole


def _replayed(strategy: Strategy, to: str, whole: Market | None, facts: Facts) -> Facts:
    """Return the facts with the result of a replay, or end with exit code 1 where deals differ."""
    from genfx.cli.verdict import DIVERGES, print_verdict
    from genfx.markets import window
    from genfx.verify.replay import replay_text, verified
    from genfx.verify.subject import MODES, emitted_subject

    if to != "mql5":
        raise ConfigError(f"--verify replays Expert Advisors, --to {to} is none", hint="--to mql5")
    if whole is None:
        raise ConfigError("--verify needs bars to replay on", hint="--config CONFIG.toml")
    bars = window(whole, None, None, "the config")
    result = verified(emitted_subject(strategy, facts.mql5), bars, MODES[0])
    if not result.holds:
        print_verdict(result)
        raise typer.Exit(DIVERGES)
    return replace(facts, mql5=replace(facts.mql5, verified=replay_text(result)))


def _draw(drawing: Drawing, form: tuple[Path, str], out: str, force: bool) -> None:
    from genfx.diagram.layouts import picture
    from genfx.diagram.picture import png, svg

    file, to = form
    drawn = picture(drawing)
    content = svg(drawn) if to == "svg" else png(drawn)
    if out != "-":
        _write(file, Path(out) if out else file.with_suffix(f".{to}"), content, force)
    elif to == "svg":
        typer.echo(content.decode(), nl=False)
    else:
        raise DataError("a PNG is no text for the screen", hint="--out FILE.png, or --to svg")


def _write(file: Path, target: Path, content: bytes, force: bool) -> None:
    refuse_existing({target: content}, force, file)
    write_file(target, content, file)
    typer.echo(f"{target}: {len(content)} bytes")
