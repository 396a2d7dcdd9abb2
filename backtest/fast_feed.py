"""A market as the integer arrays and numbers the fast engines read."""

from __future__ import annotations

import numpy as np

from backtest.fast_types import (
    CONSTANT,
    FINER,
    OPTIMISTIC,
    OWN_PRICE,
    PATH,
    PESSIMISTIC,
    SERIES,
    Facts,
    Feed,
)
from backtest.market import Market
from backtest.rates import Rates, rates_of, worse_side
from backtest.spread import resolved_spread
from backtest.swap import DAY
from dsl.jit import F64, I64

_CONVERSIONS = {"fixed": CONSTANT, "same": CONSTANT, "base": OWN_PRICE, "series": SERIES}
_BOTH_TOUCHED = {
    "pessimistic": PESSIMISTIC,
    "optimistic": OPTIMISTIC,
    "path": PATH,
    "finer": FINER,
}
_THURSDAY = 4  # the weekday of 1970-01-01


def feed_of(market: Market) -> Feed:
    """Return the arrays of a checked market."""
    bars, tick = market.bars, market.symbol.tick_points
    spread = resolved_spread(bars, market.costs.spread)
    day = bars.time // DAY
    gain, loss = _series_values(rates_of(market))
    finer_first, finer_end = np.zeros((2, len(bars)), np.int64)
    finer_high = finer_low = np.empty(0, np.int64)
    if market.finer is not None:
        finer_first = np.searchsorted(market.finer.time, bars.time)
        finer_end = np.searchsorted(market.finer.time, bars.time + bars.timeframe)
        finer_high, finer_low = market.finer.high, market.finer.low
    return Feed(
        time=_plain(bars.time),
        open=_plain(bars.open),
        high=_plain(bars.high),
        low=_plain(bars.low),
        close=_plain(bars.close),
        ask_open=_up_to_tick(bars.open + spread, tick),
        ask_high=_up_to_tick(bars.high + spread, tick),
        ask_low=_up_to_tick(bars.low + spread, tick),
        ask_close=_up_to_tick(bars.close + spread, tick),
        spread=_plain(spread),
        day=day,
        nights=_nights(day, market),
        move=_last_moves(bars.close - bars.open),
        gain=gain,
        loss=loss,
        finer_first=finer_first,
        finer_end=finer_end,
        finer_high=_plain(finer_high),
        finer_low=_plain(finer_low),
    )


def facts_of(market: Market) -> Facts:
    """Return symbol, account and costs of a checked market as numbers."""
    symbol, account, costs = market.symbol, market.account, market.costs
    rates = rates_of(market)
    by_price = symbol.margin_mode == "cfd" or (
        symbol.margin_mode == "forex" and symbol.base_currency != account.currency
    )
    margin = symbol.contract_size / account.leverage
    if symbol.margin_mode == "futures":
        margin = symbol.margin_per_lot
    elif by_price:
        margin /= float(10**market.bars.digits)
    return Facts(
        first=market.first,
        end=market.end,
        tick=symbol.tick_points,
        least=max(symbol.stops_level, symbol.tick_points),
        slippage=costs.slippage,
        order_gap=costs.gap == "order",
        both_touched=_BOTH_TOUCHED[costs.both_touched],
        conversion=_CONVERSIONS[rates.mode],
        value=float(rates.value),
        scale=float(10**market.bars.digits),
        commission=float(costs.commission),
        lots_min=float(symbol.lots_min),
        lots_max=float(symbol.lots_max),
        lots_step=float(symbol.lots_step),
        margin_by_price=by_price,
        margin_rate=float(margin),
        stop_out=account.stop_out / 100.0,
        swap_long=float(symbol.swap_long),
        swap_short=float(symbol.swap_short),
        swap_in_points=symbol.swap_mode == "points",
        deposit=float(account.deposit),
        sharpe_scale=1.0,
    )


def _plain(column: I64) -> I64:
    """Return a column that numba sees as every other: contiguous, not marked read-only."""
    return np.array(column, np.int64)


def _up_to_tick(prices: I64, tick: int) -> I64:
    return -(-prices // tick) * tick


def _nights(day: I64, market: Market) -> I64:
    """Return the swap nights charged at each open (rule 25): those of the dates left behind."""
    nights = np.zeros(len(day), np.int64)
    if market.symbol.swap_mode == "none" or len(day) < 2:
        return nights
    dates = np.arange(day[0], day[-1] + 1)
    weekday = (dates + _THURSDAY) % 7
    weight = np.where((weekday >= 1) & (weekday <= 5), 1, 0)
    weight[weekday == market.symbol.swap_triple_day] = 3
    charged = np.concatenate([[0], np.cumsum(weight)])  # before each date
    nights[1:] = np.diff(charged[day - day[0]])
    return nights


def _last_moves(move: I64) -> I64:
    """Return for each bar the direction of the last bar before it that moved, 0 for none."""
    rows = np.maximum.accumulate(np.where(move != 0, np.arange(len(move)), -1))
    before = np.concatenate([[-1], rows[:-1]])
    return np.where(before >= 0, np.sign(move[before]), 0)


def _series_values(rates: Rates) -> tuple[F64, F64]:
    """Return deposit money per point and lot of gains and losses for each bar, or empty arrays."""
    if rates.mode != "series":
        return np.empty(0), np.empty(0)
    quotes = list(zip(rates.bid.tolist(), rates.ask.tolist(), strict=True))
    gain, loss = (
        np.array([rates.value * worse_side(side, *quote, rates.inverse) for quote in quotes])
        for side in (True, False)
    )
    return gain, loss
