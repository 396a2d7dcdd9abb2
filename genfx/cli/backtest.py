"""`genfx backtest`: the figures of a tester report and an equity curve for one strategy."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from genfx.cli.options import (
    Changes,
    CommissionOption,
    ConfigOption,
    DataOption,
    DepositOption,
    FromOption,
    JsonOption,
    SetOption,
    SlippageOption,
    SpreadOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import console, grid_width, print_grid, print_json, write_file

if TYPE_CHECKING:
    from backtest.market import Market
    from backtest.metrics import Report
    from backtest.result import Result
    from dsl.strategy import Strategy


def backtest(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat, .formula, .json).")],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    spread: SpreadOption = None,
    slippage: SlippageOption = None,
    commission: CommissionOption = None,
    deposit: DepositOption = None,
    engine: Annotated[
        Literal["fast", "reference", "python"],
        typer.Option(help="fast; reference: interpreter, slow; python: the emitted program."),
    ] = "fast",
    deals: Annotated[Path | None, typer.Option(help="Write all deals to this CSV.")] = None,
    plot: Annotated[bool, typer.Option(help="Draw the equity curve.")] = True,
    set_file: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Test a strategy on bars and print the report of MetaTrader's tester.

    Symbol, account and costs come from --config, else from its defaults: 10,000 USD, 1:100, no
    commission, no swap, the spread of the bars or 10 points. --spread, --slippage, --commission and
    --deposit replace single facts; the lots are the strategy's own.
    """
    from backtest.metrics import report
    from genfx.backtests import not_applied, refuse_no_trades, remarks, run_engine
    from genfx.strategy_files import load_strategy
    from genfx.terminal.set_values import with_set

    given = with_set(load_strategy(file), set_file)
    strategy = given.strategy
    changes = Changes(spread, slippage, commission, deposit)
    market = chosen_market(data, read_config(config), first, last, changes)
    result = run_engine(strategy, market, engine)
    refuse_no_trades(strategy, market, result)
    if deals is not None:
        table = result.to_frame(market.bars.digits)
        text = table.to_csv(index=False, lineterminator="\n")
        write_file(deals, text.encode(), file, data, config, set_file)
    figures = report(result, market)
    left_out = not_applied(given.beside)
    if as_json:
        facts = _facts(strategy, market) | ({"remarks": left_out} if left_out else {})
        print_json(facts | {"engine": engine, "report": figures.as_dict()})
        return
    _print_report(figures, strategy, market)
    for remark in (*left_out, *remarks(strategy, market, result)):
        console().print(remark)
    if plot:
        _plot(result, market)


def _facts(strategy: Strategy, market: Market) -> dict[str, object]:
    from dataclasses import asdict

    bars = market.bars
    times = bars.time[[market.first, market.end - 1]].tolist()
    return {
        "strategy_id": strategy.strategy_id,
        "title": strategy.title,
        "data_hash": bars.data_hash,
        "symbol": bars.symbol,
        "timeframe": bars.timeframe,
        "first": times[0],
        "last": times[1],
        "account": asdict(market.account),
        "costs": asdict(market.costs),
    }


def _print_report(figures: Report, strategy: Strategy, market: Market) -> None:
    from backtest.timeframes import timeframe_name
    from genfx.markets import span_text
    from genfx.report.page import cost_text
    from genfx.report.tester_figures import DRAWDOWNS, PROFITS, TRADES, lines

    account = market.account
    left = lines((*PROFITS, *DRAWDOWNS), figures)
    right = lines(TRADES, figures)
    rows = [(*one, *other) for one, other in zip_longest(left, right, fillvalue=("", ""))]
    where = f"{market.bars.symbol} {timeframe_name(market.bars.timeframe)}"
    name = strategy.title or strategy.strategy_id[:8]
    screen = console()
    screen.print(f"[bold]{escape(name)}[/]: {where}, {span_text(market)}, {figures.bars:,} bars")
    screen.print(
        f"Deposit {account.deposit:,.2f} {account.currency}, leverage 1:{account.leverage:g}; "
        f"{cost_text(market)}. Money in {account.currency}."
    )
    print_grid(rows if grid_width(rows) <= screen.width else (*left, *right))
    screen.print(_ambiguity(figures, account.currency))


def _ambiguity(figures: Report, currency: str) -> str:
    if not figures.ambiguous_bars:
        return (
            "No bar touched stop and target both, so the order of prices in a bar did not matter."
        )
    low, high = figures.net_profit_pessimistic, figures.net_profit_optimistic
    return (
        f"{figures.ambiguous_bars} bars touched stop and target both: net profit {low:,.2f} "
        f"{currency} with the stop first, {high:,.2f} with the target first."
    )


def _plot(result: Result, market: Market) -> None:
    from backtest.timeframes import shown_time
    from genfx.cli.plot import plot_line

    times = market.bars.time[market.first : market.end].tolist()
    labels = [shown_time(time)[:10] for time in times]
    plot_line(labels, result.equity.tolist(), "equity at the close of each bar")
