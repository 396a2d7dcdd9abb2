"""Checks at the edge: bars and market facts that a simulation can trust, or a clear error."""

from __future__ import annotations

import numpy as np

from backtest.bars import Bars
from backtest.market import Market, Symbol
from backtest.timeframes import shown_time
from dsl.errors import DataError
from dsl.jit import Bool1D

HIGHEST_PRICE = 10**12  # points; levels and sums stay far inside 64-bit integers


def check_bars(bars: Bars) -> None:
    """Refuse bars whose times or prices contradict each other.

    Raises:
        DataError: Naming the first row that is wrong, counted from 1.
    """
    if len(bars) == 0:
        raise DataError(f"{bars.symbol}: there are no bars")
    if bars.timeframe <= 0:
        raise DataError(f"{bars.symbol}: the bar period is {bars.timeframe} seconds, not above 0")
    repeated = np.concatenate([[False], np.diff(bars.time) <= 0])
    _refuse(bars, repeated, "time does not come after the bar before it; bars must be in order")
    for name in ("open", "high", "low", "close"):
        column = getattr(bars, name)
        wrong = (column <= 0) | (column > HIGHEST_PRICE)
        _refuse(bars, wrong, f"{name} is not above 0 and below {HIGHEST_PRICE} points")
    _refuse(bars, bars.high < np.maximum(bars.open, bars.close), "high is below open or close")
    _refuse(bars, bars.low > np.minimum(bars.open, bars.close), "low is above open or close")
    _refuse(bars, bars.spread < 0, "spread is negative")


def _refuse(bars: Bars, wrong: Bool1D, message: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        values = " ".join(str(int(getattr(bars, c)[row])) for c in ("open", "high", "low", "close"))
        place = f"{bars.symbol}: bar {row + 1} at {shown_time(int(bars.time[row]))}"
        raise DataError(f"{place}: {message} (open high low close: {values} points)")


def check_market(market: Market) -> None:
    """Refuse a market that cannot be simulated; its bars are checked too.

    Raises:
        DataError: Naming the fact, its value, and what is allowed.
    """
    check_bars(market.bars)
    _check_window(market)
    _check_symbol(market)
    _check_account(market)
    _check_costs(market)
    _check_conversion(market)
    _check_finer(market)


def _require(holds: bool, name: str, value: object, allowed: str, hint: str = "") -> None:
    if not holds:
        raise DataError(f"{name} = {value} is not allowed; it must be {allowed}", hint=hint)


def _check_window(market: Market) -> None:
    n, first, end = len(market.bars), market.first, market.end
    if not 0 <= first < end <= n:
        raise DataError(
            f"the tested window is bars {first + 1} to {end}, but there are bars 1 to {n}",
            hint="the window needs at least one bar and must end after it begins",
        )


def _check_symbol(market: Market) -> None:
    symbol = market.symbol
    if symbol.digits != market.bars.digits:
        raise DataError(
            f"symbol {symbol.name} has {symbol.digits} digits, its bars have {market.bars.digits}",
            hint="state the digits of the bars",
        )
    for name in ("tick_points", "contract_size", "lots_min", "lots_step"):
        value = getattr(symbol, name)
        _require(0 < value < np.inf, f"symbol.{name}", value, "above 0")
    highest, lowest = symbol.lots_max, symbol.lots_min
    _require(lowest <= highest < np.inf, "symbol.lots_max", highest, f"at least {lowest}")
    _require(symbol.stops_level >= 0, "symbol.stops_level", symbol.stops_level, "0 or more points")
    margin = symbol.margin_per_lot
    _require(0 <= margin < np.inf, "symbol.margin_per_lot", margin, "0 or more")
    _check_swap(symbol)


def _check_swap(symbol: Symbol) -> None:
    for name in ("swap_long", "swap_short"):
        value = getattr(symbol, name)
        _require(bool(np.isfinite(value)), f"symbol.{name}", value, "a number")
    modes = ("none", "points", "currency")
    _require(symbol.swap_mode in modes, "symbol.swap_mode", symbol.swap_mode, " or ".join(modes))
    day = symbol.swap_triple_day
    _require(0 <= day <= 6, "symbol.swap_triple_day", day, "0 (Sunday) to 6 (Saturday)")


def _check_account(market: Market) -> None:
    account = market.account
    for name in ("deposit", "leverage"):
        value = getattr(account, name)
        _require(0 < value < np.inf, f"account.{name}", value, "above 0")
    cents = account.deposit * 100
    _require(abs(cents - round(cents)) < 1e-6, "account.deposit", account.deposit, "whole cents")
    _require(0 <= account.stop_out < np.inf, "account.stop_out", account.stop_out, "0 or more %")


def _check_costs(market: Market) -> None:
    costs = market.costs
    for name in ("spread", "slippage", "commission", "tick_value"):
        value = getattr(costs, name)
        _require(0 <= value < np.inf, f"costs.{name}", value, "0 or more")


def _check_conversion(market: Market) -> None:
    symbol, currency = market.symbol, market.account.currency
    converts_itself = currency in (symbol.profit_currency, symbol.base_currency)
    if converts_itself or market.costs.tick_value > 0:
        return
    pair = market.conversion
    if pair is None:
        profit = symbol.profit_currency
        raise DataError(
            f"{symbol.name}: profit in {profit} cannot be turned into {currency}",
            hint=f"give bars of {profit}{currency} or {currency}{profit}, or a fixed tick value",
        )
    check_bars(pair)
    start = int(market.bars.time[market.first])
    if int(pair.time[0]) > start:
        raise DataError(
            f"{pair.symbol}: conversion bars begin at {shown_time(int(pair.time[0]))}, "
            f"after the tested window at {shown_time(start)}",
            hint="give conversion bars that reach further back, or test a later window",
        )


def _check_finer(market: Market) -> None:
    finer, bars = market.finer, market.bars
    if market.costs.both_touched != "finer":
        return
    if finer is None:
        raise DataError(
            "costs.both_touched = finer needs bars of a smaller timeframe",
            hint="give them, or choose pessimistic, optimistic or path",
        )
    check_bars(finer)
    wrong_period = finer.timeframe >= bars.timeframe or bars.timeframe % finer.timeframe
    if finer.digits != bars.digits or wrong_period:
        raise DataError(
            f"{finer.symbol}: finer bars of {finer.timeframe} s and {finer.digits} digits do not "
            f"fit into bars of {bars.timeframe} s and {bars.digits} digits",
            hint="they need the same digits and a period that divides that of the bars",
        )
