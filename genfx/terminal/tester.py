"""A strategy tested in MetaTrader and in genfx: the same window, account and mode, compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from backtest.market import Market
from backtest.result import Result
from backtest.timeframes import timeframe_name
from codegen.mql5.inifile import unattended_run
from codegen.mql5.tester_ini import Model
from codegen.plan import build_plan
from dsl.errors import DataError
from dsl.strategy import Strategy
from genfx.backtests import run_engine
from genfx.exports import Facts, export_bytes
from mt5.comparison import Comparison, compare
from mt5.golden import Golden, differences, trimmed, with_report_inputs
from mt5.jobs import Job, run_settings
from mt5.positions import engine_positions, report_positions
from mt5.report import Mt5Report

BAR_MODELS: tuple[Model, ...] = ("open-prices", "m1-ohlc")
_DAY = 86_400
_LONGEST_GAP = 5 * _DAY  # from the last bar to the end of a test: a weekend, holidays
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Setting:
    """What a test is run with: the market with its window, the tester's mode, names."""

    market: Market
    model: Model
    name: str
    symbol: str  # as the terminal spells it


def file_name(stem: str) -> str:
    """Return a name that every program of MetaTrader takes.

    >>> file_name("My strategy, 2")
    'My_strategy_2'
    """
    return re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_")[:_LONGEST_NAME] or "strategy"


def made_job(strategy: Strategy, setting: Setting, facts: Facts) -> Job:
    """Return the test of a strategy: its EA, inputs and settings."""
    expert, parameters, report = run_settings(setting.name)
    wanted = unattended_run(strategy, setting.market, expert, facts.mql5, setting.model)
    run = replace(wanted, symbol=setting.symbol, report=report, parameters=parameters, inputs=())
    expert_bytes, set_bytes = (export_bytes(strategy, to, facts) for to in ("mql5", "set"))
    return Job(setting.name, expert_bytes, set_bytes, run)


def whole_days(market: Market, strategy: Strategy) -> Market:
    """Return the market tested from the first midnight at which the warm-up is over.

    The tester begins and ends at midnight, and has bars from before.

    Raises:
        DataError: No whole day is left.
    """
    time = market.bars.time
    ready = max(market.first, build_plan(strategy).warmup_on(market.bars.timeframe))
    if ready < market.end:
        first = int(np.searchsorted(time, -(-int(time[ready]) // _DAY) * _DAY))
        if first < market.end:
            return replace(market, first=first)
    raise DataError(
        f"the test holds {market.end - market.first} bars, of which no whole day follows the "
        f"warm-up of {ready} bars",
        hint="use more bars",
    )


def as_tester(market: Market, model: Model) -> Market:
    """Return the market with fills as the tester's mode has them.

    In its modes on bars stops fill at their level even across a gap, and the way through a bar is
    O H L C or O L H C.
    """
    if model not in BAR_MODELS:
        return market
    costs = replace(market.costs, gap="order", both_touched="path")
    if model == "m1-ohlc" and market.finer is not None:
        costs = replace(costs, both_touched="finer")
    return replace(market, costs=costs)


def default_tolerance(market: Market, model: Model) -> int:
    """Return the points that prices may differ by: none in modes on bars, else a usual spread."""
    if model in BAR_MODELS:
        return 0
    known = market.bars.spread[market.bars.spread > 0]
    return int(np.median(known)) if len(known) else market.costs.spread


def compared(strategy: Strategy, setting: Setting, report: Mt5Report, tolerance: int) -> Comparison:
    """Return genfx's own test of a window beside a report of MetaTrader.

    Raises:
        DataError: The report is that of another symbol, timeframe or deposit.
    """
    check_same_test(report, setting)
    market = as_tester(report_window(setting.market, strategy, report), setting.model)
    result: Result = run_engine(with_report_inputs(strategy, report), market, "fast")
    bars = market.bars
    theirs = report_positions(report, bars.timeframe, bars.digits)
    return compare(engine_positions(result.deals), theirs, tolerance)


def golden_test(
    strategy: Strategy,
    market: Market,
    report: Mt5Report,
    model: Model,
    tolerance: int,
    origin: str = "",
) -> Golden:
    """Return a report with all that it takes to repeat its test.

    Args:
        strategy: As it was emitted; inputs take the values of the report.
        market: Bars that cover the span of the report; the window is cut to that span.
        report: Of the strategy's Expert Advisor.
        model: Mode of the tester.
        tolerance: Points that prices may differ by.
        origin: "": server and build of the report.
    Raises:
        GenfxError: The report is of something else, or the bars do not cover it.
    """
    used = with_report_inputs(strategy, report)
    spanned = as_tester(report_window(market, used, report), model)
    check_same_test(report, Setting(spanned, model, "", report.setting("Symbol")))
    kept = trimmed(spanned, used)
    positions = report_positions(report, kept.bars.timeframe, kept.bars.digits)
    made = Golden(origin or report.server, model, tolerance, used, kept, positions, {})
    return replace(made, known=differences(made.replay()))


def report_window(market: Market, strategy: Strategy, report: Mt5Report) -> Market:
    """Return the market tested over the days of a report.

    Raises:
        DataError: The bars do not cover them, or the warm-up does not fit before them.
    """
    first, last = (int(day.timestamp()) for day in report.span)
    time = market.bars.time
    start, end = (int(np.searchsorted(time, moment)) for moment in (first, last))
    warmup = build_plan(strategy).warmup_on(market.bars.timeframe)
    if end <= start or int(time[-1]) + market.bars.timeframe < last - _LONGEST_GAP:
        raise DataError(f"{report.path}: the bars do not cover its span")
    if start < warmup:
        raise DataError(
            f"{report.path}: {start} bars before its first day are fewer than the warm-up of "
            f"{warmup} bars",
            hint="use bars that begin earlier",
        )
    return replace(market, first=start, last=end)


def check_same_test(report: Mt5Report, setting: Setting) -> None:
    """Refuse a report of something else."""
    market = setting.market
    pairs = (
        ("symbol", report.setting("Symbol"), setting.symbol),
        ("timeframe", report.timeframe, timeframe_name(market.bars.timeframe)),
        ("deposit", f"{report.deposit:.2f}", f"{market.account.deposit:.2f}"),
        ("currency", report.setting("Currency"), market.account.currency),
        ("leverage", f"{report.leverage:g}", f"{market.account.leverage:g}"),
    )
    for name, theirs, ours in pairs:
        if theirs != ours:
            raise DataError(
                f"{report.path}: {name} is {theirs}, genfx's test has {ours}",
                hint="state it in the config, or test with the same",
            )
