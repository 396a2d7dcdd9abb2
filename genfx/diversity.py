"""Which of the best to show: not ten times the same trades under different formulas."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence

import numpy as np

from codegen.evaluate import Evaluator
from dsl.jit import F64
from dsl.strategy import Strategy

TIERS = (0.7, 0.9, 0.99)  # correlations of profits per bar: how alike two strategies are


def distinct_first(strategies: Sequence[Strategy], evaluator: Evaluator) -> list[Strategy]:
    """Return the strategies with those later whose equity moves as a better one's does.

    Args:
        strategies: Best first; the order is kept among those that are equally distinct.
        evaluator: Of the span on which they are compared; it must not be the holdout's.
    """
    tiers: list[int] = []
    known: list[F64] = []
    for strategy in strategies:
        moves = _moves(evaluator.result(strategy).equity)
        closest = max((float(moves @ other) for other in known), default=0.0)
        tiers.append(bisect(TIERS, closest))
        known.append(moves)
    order = sorted(range(len(strategies)), key=lambda row: tiers[row])
    return [strategies[row] for row in order]


def _moves(equity: F64) -> F64:
    """Return the changes of equity per bar less their mean, scaled to length 1 (0 where none)."""
    changes = np.diff(equity)
    centred = changes - changes.mean()
    length = float(np.sqrt(centred @ centred))
    scaled: F64 = centred / length if length else centred
    return scaled
