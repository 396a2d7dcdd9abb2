"""Spreads and ask quotes (contract, rule 3 and the lines above rule 1). Prices in whole points."""

from __future__ import annotations

import numpy as np

from backtest.bars import Bars
from dsl.jit import I64


def resolved_spread(bars: Bars, default: int) -> I64:
    """Return the points of spread of every bar: its own, else the last known, else `default`."""
    rows = np.arange(len(bars))
    last_known = np.maximum.accumulate(np.where(bars.spread > 0, rows, -1))
    spread: I64 = np.where(last_known >= 0, bars.spread[last_known], default).astype(np.int64)
    spread.setflags(write=False)
    return spread


def down_to_tick(price: int, tick: int) -> int:
    """Return the nearest multiple of the tick size at or below a price."""
    return price // tick * tick


def up_to_tick(price: int, tick: int) -> int:
    """Return the nearest multiple of the tick size at or above a price."""
    return -(-price // tick) * tick


def ask(bid: int, spread: int, tick: int) -> int:
    """Return the ask beside any bid of a bar (open, extreme, close), which lies on a tick too."""
    return up_to_tick(bid + spread, tick)
