"""What leaves read of the bars: prices in quote currency, volume, the resolved spread, times."""

from __future__ import annotations

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from dsl.jit import F64, I64

PRICES = frozenset({"open", "high", "low", "close"})
Field = F64 | I64 | int


def bar_field(market: Market, name: str) -> Field:
    """Return what a leaf calls `name`: float64[n], for time int64[n], for timeframe seconds.

    Args:
        market: Bars and, for the spread, costs.
        name: open, high, low, close, tick_volume, spread, time or timeframe.
    """
    bars = market.bars
    if name in PRICES:
        return bars.price(name)
    if name == "spread":
        return resolved_spread(bars, market.costs.spread).astype(np.float64)
    if name == "tick_volume":
        return bars.tick_volume.astype(np.float64)
    return bars.timeframe if name == "timeframe" else bars.time


def resolved_spread(bars: Bars, otherwise: int) -> I64:
    """Return each bar's spread in points: its own, else the last one known, else the given one."""
    rows = np.arange(len(bars))
    last_known = np.maximum.accumulate(np.where(bars.spread > 0, rows, -1))
    found: I64 = np.where(last_known >= 0, bars.spread[last_known], otherwise)
    return found
