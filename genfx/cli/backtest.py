"""`genfx backtest`: the figures of a tester report and an equity curve for one strategy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from genfx.cli.options import (
    ConfigOption,
    DataOption,
    FromOption,
    JsonOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import print_json, print_table, read_text

if TYPE_CHECKING:
    from backtest.market import Market
    from backtest.metrics import Report
    from backtest.result import Result

COLUMNS = 2  # pairs of name and value beside each other


def backtest(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat).")],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    engine: Annotated[
        Literal["fast", "reference", "python"],
        typer.Option(help="fast; reference: interpreter, slow; python: the emitted program."),
    ] = "fast",
    deals: Annotated[Path | None, typer.Option(help="Write all deals to this CSV.")] = None,
    plot: Annotated[bool, typer.Option(help="Draw the equity curve.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Test a strategy on bars and print the report of MetaTrader's tester."""
    from backtest.files import write_whole
    from backtest.metrics import report
    from dsl.lower import parse
    from genfx.testing import refuse_no_trades, run_engine

    strategy = parse(read_text(file), str(file))
    market = chosen_market(data, read_config(config), first, last)
    result = run_engine(strategy, market, engine)
    refuse_no_trades(strategy, market, result)
    if deals is not None:
        table = result.to_frame(market.bars.digits)
        write_whole(deals, table.to_csv(index=False, lineterminator="\n").encode())
    figures = report(result, market)
    if as_json:
        facts = {"strategy_id": strategy.strategy_id, "data_hash": market.bars.data_hash}
        print_json(facts | {"engine": engine, "report": figures.as_dict()})
        return
    _print_report(figures, strategy.title, market)
    if plot:
        _plot(result, market)


def _print_report(figures: Report, title: str, market: Market) -> None:
    from genfx.markets import span_text

    cells = [_shown(name, value) for name, value in figures.as_dict().items()]
    height = -(-len(cells) // COLUMNS)
    rows = [
        [text for part in range(COLUMNS) for text in _cell(cells, row + part * height)]
        for row in range(height)
    ]
    head = ("figure", "value") * COLUMNS
    print_table(head, rows, f"{title}: {market.bars.symbol}, {span_text(market)}")


def _cell(cells: list[tuple[str, str]], index: int) -> tuple[str, str]:
    return cells[index] if index < len(cells) else ("", "")


def _shown(name: str, value: float) -> tuple[str, str]:
    label = name.removesuffix("_s").replace("_", " ")
    if name.endswith("_s"):
        return label, f"{int(value) // 3600}:{int(value) % 3600 // 60:02}"  # hours and minutes
    return label, str(value) if isinstance(value, int) else f"{value:.2f}"


def _plot(result: Result, market: Market) -> None:
    from backtest.timeframes import shown_time
    from genfx.cli.plot import plot_line

    times = market.bars.time[market.first : market.end].tolist()
    labels = [shown_time(time)[:10] for time in times]
    plot_line(labels, result.equity.tolist(), "equity at the close of each bar")
