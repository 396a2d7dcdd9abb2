"""Which of the best to show: not ten times the same trades under different formulas."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence

from dsl.jit import F64
from dsl.strategy import Strategy
from gp.likeness import likeness, moves
from gp.objectives import BatchEvaluator

TIERS = (0.5, 0.7, 0.8)  # correlations of equity: how alike two strategies are


def distinct_first(strategies: Sequence[Strategy], evaluator: BatchEvaluator) -> list[Strategy]:
    """Return the strategies with those later whose equity moves as a better one's does.

    Args:
        strategies: Best first; the order is kept among those that are equally distinct.
        evaluator: Of the span on which they are compared; it must not be the holdout's.
    """
    tiers: list[int] = []
    known: list[F64] = []
    for strategy in strategies:
        own = moves(evaluator.result(strategy).equity)
        closest = max((likeness(own, other) for other in known), default=0.0)
        tiers.append(bisect(TIERS, closest))
        known.append(own)
    order = sorted(range(len(strategies)), key=lambda row: tiers[row])
    return [strategies[row] for row in order]
