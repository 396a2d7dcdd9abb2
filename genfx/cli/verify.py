"""`genfx verify`: the text of an Expert Advisor, replayed on bars, against the engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from dsl.errors import ConfigError
from genfx.cli.options import (
    Changes,
    CommissionOption,
    ConfigOption,
    DataOption,
    DepositOption,
    FromOption,
    JsonOption,
    SlippageOption,
    SpreadOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import console, print_json, print_lines, print_table
from genfx.cli.verdict import CHANGED, DIVERGES, print_verdict
from genfx.cli.verify_run import verify_folder

if TYPE_CHECKING:
    from backtest.market import Market
    from codegen.verify.verify import Verification
    from genfx.verify.subject import PortfolioSubject, Subject

SHOWN = 10  # deals around a divergence


def verify(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A strategy, an emitted .mq5, or a finished run's folder.")
    ],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    spread: SpreadOption = None,
    slippage: SlippageOption = None,
    commission: CommissionOption = None,
    deposit: DepositOption = None,
    mode: Annotated[
        Literal["open-prices", "m1-ohlc"],
        typer.Option(help="How the bars are played; m1-ohlc: through bars of one minute."),
    ] = "open-prices",
    finer: Annotated[str, typer.Option(help="The bars of one minute, for m1-ohlc.")] = "",
    inputs: Annotated[
        Path | None,
        typer.Option("--set", "--inputs", help="MetaTrader's .set: values of the EA's inputs."),
    ] = None,
    deals: Annotated[str, typer.Option(metavar="all|N", help="Print so many deals; 0: none.")] = "",
    plot: Annotated[bool, typer.Option(help="Draw the equity of both sides.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Replay an Expert Advisor's own text on bars and compare every deal with the engine's.

    The .mq5 (a strategy is emitted first) is parsed, translated to C++, compiled and run bar by
    bar behind a stand-in of MetaTrader. Exit code 1: a deal differs; the first one is shown with
    what both sides knew at that bar, and the cause. Symbol, account and costs come from --config,
    as for `genfx backtest`.
    """
    wanted = _wanted(deals)
    if file.is_dir():
        _refuse_options_of_a_run(context)
        raise typer.Exit(verify_folder(file, as_json=as_json))
    from genfx.verify.replay import named, verified
    from genfx.verify.subject import (
        MODES,
        portfolio_subject,
        set_values,
        subject,
        tester_mode,
    )
    from genfx.verify.tables import equity_lines

    changes = Changes(spread, slippage, commission, deposit)
    market = _with_finer(chosen_market(data, read_config(config), first, last, changes), finer)
    whole = portfolio_subject(file, set_values(inputs) if inputs else None)
    if whole is not None:
        from genfx.cli.verify_portfolio import Shown, verify_portfolio

        whole = replace(whole, notes=_notes(whole, market, MODES[0]))
        shown = Shown(wanted, plot, as_json)
        with named(file):
            raise typer.Exit(verify_portfolio(whole, market, mode, shown))
    found = subject(file, market, set_values(inputs) if inputs else None)
    played = tester_mode(market, mode)
    found = replace(found, notes=_notes(found, market, mode))
    with console().status("compiling and replaying", spinner="line"), named(file):
        result = verified(found, played, mode)
        other = verified(found, market, "open-prices") if mode != "open-prices" else None
    if as_json:
        print_json(_facts(found, result, other, mode))
    else:
        _print(found, result, mode, wanted)
        if other is not None:
            _print_modes(result, other, mode)
        if plot:
            plot_equity(result.market, equity_lines(result), equal=result.holds)
    if not result.holds:
        raise typer.Exit(DIVERGES)


def _notes(found: Subject | PortfolioSubject, market: Market, mode: str) -> tuple[str, ...]:
    """Return the notes of an Expert Advisor, and those of its account and one-minute bars here."""
    from genfx.verify.subject import MODES, deposit_note, finer_note

    finer = finer_note(market) if mode != MODES[0] else ""
    return tuple(filter(None, (*found.notes, deposit_note(found.text, market), finer)))


def _refuse_options_of_a_run(context: typer.Context) -> None:
    """Refuse options beside a run's folder, which is replayed as it was evaluated.

    Raises:
        ConfigError: There is one.
    """
    for option in context.command.params:
        name = option.name or ""
        source = context.get_parameter_source(name)
        stated = source is not None and source.name == "COMMANDLINE"
        if stated and name not in {"file", "as_json"}:
            raise ConfigError(
                f"{option.opts[0]}: a run's folder is replayed with the data and config of the run",
                hint="name one of its .mq5 files to verify that otherwise",
            )


def _wanted(deals: str) -> int | None:
    if deals == "all":
        return 1 << 40
    if deals and not (deals.isascii() and deals.isdigit() and len(deals) < 10):
        raise ConfigError(f"--deals {deals}: wants a number of deals, or all")
    return int(deals) if deals else None


def _with_finer(market: Market, source: str) -> Market:
    from backtest.checks import check_market
    from genfx.bars.sources import load_bars

    if not source:
        return market
    changed = replace(market, finer=load_bars(source))
    check_market(replace(changed, costs=replace(changed.costs, both_touched="finer")))
    return changed


def _facts(
    found: Subject, result: Verification, other: Verification | None, mode: str
) -> dict[str, object]:
    from genfx.verify.replay import compiler_name
    from genfx.verify.tables import facts

    return facts(result) | {
        "mode": mode,
        "compiler": compiler_name(),
        "notes": list(found.notes),
        "open_prices": None if other is None else facts(other),
    }


def _print(found: Subject, result: Verification, mode: str, wanted: int | None) -> None:
    from backtest.timeframes import timeframe_name
    from genfx.markets import span_text
    from genfx.report.page import cost_text
    from genfx.verify.replay import compiler_name
    from genfx.verify.tables import DEAL_HEAD, SIDES, deal_rows, figure_rows

    market, screen = result.market, console()
    bars, account = market.bars, market.account
    where = f"{bars.symbol} {timeframe_name(bars.timeframe)}, {span_text(market)}"
    screen.print(f"[bold]{escape(found.name)}[/]: {where}, {market.end - market.first:,} bars")
    screen.print(
        f"{mode}; {account.mode} account, {account.deposit:,.2f} {account.currency}, "
        f"1:{account.leverage:g}; {cost_text(market)}; compiled by {compiler_name()}."
    )
    for note in found.notes:
        screen.print(f"Note: {escape(note)}.")
    print_table(("", *SIDES), figure_rows(result))
    count = wanted if wanted is not None else (0 if result.divergence is None else SHOWN)
    if count:
        print_lines((DEAL_HEAD, *deal_rows(result, count)))
    print_verdict(result)
    if found.changed and result.holds:
        screen.print(CHANGED)


def _print_modes(result: Verification, other: Verification, mode: str) -> None:
    from genfx.verify.tables import side_figures

    rows = []
    for name, one in (("open-prices", other), (mode, result)):
        side = side_figures(one.replayed.deals, one.market)
        costs = one.market.costs
        row = (name, f"{side['trades']:,d}", f"{side['net_profit']:,.2f}", costs.both_touched)
        rows.append(row)
    head = ("mode", "trades", f"net profit, {result.market.account.currency}", "both touched")
    print_table(head, rows, "What the bars of one minute change")


def plot_equity(market: Market, lines: Sequence[tuple[str, list[float]]], *, equal: bool) -> None:
    """Draw equity at each close; of sides that are equal only one."""
    from backtest.timeframes import shown_time
    from genfx.cli.plot import plot_line

    times = market.bars.time[market.first : market.end].tolist()
    labels = [shown_time(time)[:10] for time in times]
    for name, values in lines[:1] if equal else lines:
        plot_line(labels, values, f"equity at the close of each bar, {name}")
