"""A market as the integer arrays and numbers the fast engines read."""

from __future__ import annotations

import math

import numpy as np

from backtest.contract.rates import Rates, rates_of
from backtest.contract.spread import resolved_spread
from backtest.contract.swap import DAY
from backtest.criteria import bars_per_year
from backtest.fast.types import (
    CLOSE,
    CONSTANT,
    FINER,
    OPTIMISTIC,
    OWN_PRICE,
    PATH,
    PESSIMISTIC,
    SERIES,
    Bar,
    Facts,
    Table,
    new_table,
)
from backtest.market import Market
from dsl.jit import F64, I32, I64

_CONVERSIONS = {"fixed": CONSTANT, "same": CONSTANT, "base": OWN_PRICE, "series": SERIES}
_BOTH_TOUCHED = {
    "pessimistic": PESSIMISTIC,
    "optimistic": OPTIMISTIC,
    "path": PATH,
    "finer": FINER,
}
_PATHS = (  # fields of OPEN, HIGH, LOW, CLOSE for a long and for a short position
    ("open", "ask_open"),
    ("high", "ask_low"),
    ("low", "ask_high"),
    ("close", "ask_close"),
)
_THURSDAY = 4  # the weekday of 1970-01-01


def bars_of(market: Market) -> Table:
    """Return Bar[n], the bars of a checked market with all that is computed once."""
    bars, tick = market.bars, market.symbol.tick_points
    table = new_table(Bar, len(bars))
    for name in ("open", "high", "low", "close"):
        table[name] = getattr(bars, name)
    spread = resolved_spread(bars, market.costs.spread)
    for name in ("open", "high", "low", "close"):
        table["ask_" + name] = _up_to_tick(getattr(bars, name) + spread, tick)
    day = bars.time // DAY
    table["spread"], table["day"], table["nights"] = spread, day, _nights(day, market)
    table["move"] = _last_moves(bars.close - bars.open)
    rates = rates_of(market)
    if rates.mode == "series":
        table["gain"], table["loss"] = _series_values(rates)
    if market.finer is not None:
        time = market.finer.time
        table["finer_first"] = np.searchsorted(time, bars.time)
        table["finer_end"] = np.searchsorted(time, bars.time + bars.timeframe)
    return table


def finer_of(market: Market) -> I64:
    """Return int64[2, m], highs and lows of the finer bars; m is 0 where there are none."""
    if market.finer is None:
        return np.empty((2, 0), np.int64)
    return np.stack([market.finer.high, market.finer.low])


def fits_paths(bars: Table) -> bool:
    """Return whether all quotes fit the 32 bits they have in paths."""
    return bool(max(bars["ask_high"].max(initial=0), -bars["low"].min(initial=0)) < 1 << 30)


def paths_of(bars: Table) -> tuple[I32, I64]:
    """Return int32[8n], paths of a long and a short position, and int64[2n], sums of squares."""
    paths = np.zeros((2, len(bars), 4), np.int32)
    squares = np.zeros((2, len(bars)), np.int64)
    if fits_paths(bars):
        for column, (long, short) in enumerate(_PATHS):
            paths[0, :, column], paths[1, :, column] = bars[long], -bars[short]
        close: I64 = paths[:, :, CLOSE].astype(np.int64)
        change = close[:, 1:] - close[:, :-1]
        squares[:, 1:] = np.cumsum(change * change, axis=1)
    return paths.ravel(), squares.ravel()


def facts_of(market: Market, bars: Table) -> Table:
    """Return Facts[1], symbol, account and costs of a checked market as numbers."""
    symbol, account, costs = market.symbol, market.account, market.costs
    rates, swaps = rates_of(market), symbol.swap_mode != "none"
    by_price = symbol.margin_mode == "cfd" or (
        symbol.margin_mode == "forex" and symbol.base_currency != account.currency
    )
    margin = symbol.contract_size / account.leverage
    if symbol.margin_mode == "futures":
        margin = symbol.margin_per_lot
    elif by_price:
        margin *= rates.fixed / float(10**market.bars.digits)
    table = new_table(Facts, 1)
    values = dict(
        first=market.first,
        end=market.end,
        tick=symbol.tick_points,
        least=max(symbol.stops_level, symbol.tick_points),
        slippage=costs.slippage,
        order_gap=costs.gap == "order",
        both_touched=_BOTH_TOUCHED[costs.both_touched],
        conversion=_CONVERSIONS[rates.mode],
        value=(rates.value),
        scale=(10**market.bars.digits),
        commission=(costs.commission),
        lots_min=(symbol.lots_min),
        lots_max=(symbol.lots_max),
        lots_step=(symbol.lots_step),
        margin_by_price=by_price,
        margin_rate=(margin),
        stop_out=account.stop_out / 100.0,
        swap_long=symbol.swap_long if swaps else 0.0,
        swap_short=symbol.swap_short if swaps else 0.0,
        swap_in_points=symbol.swap_mode == "points",
        deposit=(account.deposit),
        sharpe_scale=math.sqrt(bars_per_year(market)),
        small_prices=fits_paths(bars),
    )
    for name, value in values.items():
        table[name] = value
    return table


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
    """Return deposit money per point and lot of gains and losses for each bar."""
    bid, ask = rates.bid, rates.ask
    gain, loss = (1.0 / ask, 1.0 / bid) if rates.inverse else (bid, ask)
    return rates.value * gain, rates.value * loss
