"""Which of the best to show: not ten times the same trades under different formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codegen.evaluate import Evaluator
from dsl.jit import F64
from dsl.strategy import Strategy

ALIKE = 0.7  # correlation of profits per bar from which two strategies count as one


def distinct_first(strategies: Sequence[Strategy], evaluator: Evaluator) -> list[Strategy]:
    """Return the strategies with those last whose equity moves as a better one's does.

    Args:
        strategies: Best first; the order is kept among the distinct and among the others.
        evaluator: Of the span on which they are compared; it must not be the holdout's.
    """
    shown: list[Strategy] = []
    others: list[Strategy] = []
    known: list[F64] = []
    for strategy in strategies:
        moves = _moves(evaluator.result(strategy).equity)
        if any(float(moves @ other) > ALIKE for other in known):
            others.append(strategy)
        else:
            shown.append(strategy)
            known.append(moves)
    return shown + others


def _moves(equity: F64) -> F64:
    """Return the changes of equity per bar less their mean, scaled to length 1 (0 where none)."""
    changes = np.diff(equity)
    centred = changes - changes.mean()
    length = float(np.sqrt(centred @ centred))
    scaled: F64 = centred / length if length else centred
    return scaled
