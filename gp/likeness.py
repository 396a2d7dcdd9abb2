"""How alike two strategies trade: the correlation of what they earn, not of their formulas."""

from __future__ import annotations

import numpy as np

from dsl.jit import F64

_BARS = 12  # equity is compared in steps of so many bars: an entry a bar later is the same trade


def moves(equity: F64) -> F64:
    """Return the changes of equity less their mean, scaled to length 1 (all 0 where it rests).

    Args:
        equity: float64[n] at the close of each bar, deposit currency.
    """
    changes = np.diff(equity[::_BARS])
    if not len(changes):
        return changes
    centred: F64 = changes - changes.mean()
    length = float(np.sqrt(centred @ centred))
    return centred / length if length else centred


def likeness(one: F64, other: F64) -> float:
    """Return the correlation of two results of `moves` on the same bars."""
    return float(one @ other)
