"""What leaves read of the bars: prices in quote currency, volume, the resolved spread, times."""

from __future__ import annotations

import numpy as np

from backtest.contract.spread import resolved_spread
from backtest.market import Market
from dsl.jit import F64, I64

PRICES = frozenset({"open", "high", "low", "close"})
Field = F64 | I64 | int


def bar_field(market: Market, name: str) -> Field:
    """Return what a leaf calls `name`: float64[n], time int64[n], timeframe in seconds; a copy.

    Kernels compile once more for arrays that are read-only, so these are not.

    Args:
        market: Bars and, for the spread, costs.
        name: open, high, low, close, tick_volume, spread, time or timeframe.
    """
    bars = market.bars
    if name in PRICES:
        return bars.price(name).copy()
    if name == "spread":
        return resolved_spread(bars, market.costs.spread).astype(np.float64)
    if name == "tick_volume":
        return bars.tick_volume.astype(np.float64)
    return bars.timeframe if name == "timeframe" else bars.time.copy()
