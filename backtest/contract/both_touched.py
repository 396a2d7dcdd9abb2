"""Which of stop and target fills in a bar that touched both (contract, rule 19)."""

from __future__ import annotations

import numpy as np

from backtest.bars import Bars
from backtest.contract.levels import stop_touched, target_touched
from backtest.contract.spread import ask


def last_move(bars: Bars, t: int) -> int:
    """Return the way the bar t is walked: 1 low first (it rose), -1 high first (it fell).

    A bar that closed where it opened goes opposite to the last one before it that moved, wherever
    that lies; where none did, low first.
    """
    move = int(bars.close[t]) - int(bars.open[t])
    if move:
        return 1 if move > 0 else -1
    while move == 0 and t > 0:
        t -= 1
        move = int(bars.close[t]) - int(bars.open[t])
    return -1 if move > 0 else 1


def path_stop_first(side: int, way: int) -> bool:
    """Return whether the stop is met first: low first hurts a long position, high a short one."""
    return side == way


def finer_stop_first(
    finer: Bars, span: tuple[int, int], side: int, levels: tuple[int, int], spread: int, tick: int
) -> bool:
    """Return whether the finer bars of the time span meet the stop first, or neither level.

    span: From the bar's open time to that of its end, seconds. levels: Stop and target. spread: The
    larger bar's, in points.
    """
    stop, target = levels
    first, end = np.searchsorted(finer.time, span).tolist()
    for row in range(first, end):
        low, high = int(finer.low[row]), int(finer.high[row])
        if side < 0:
            low, high = ask(low, spread, tick), ask(high, spread, tick)
        adverse, favourable = (low, high) if side > 0 else (high, low)
        if stop_touched(side, stop, adverse):
            return True
        if target_touched(side, target, favourable):
            return False
    return True
