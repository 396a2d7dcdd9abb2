"""Fitness: five criteria mapped to scores of 0..100 and combined by weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from gp.settings import FitnessSettings


class Scores(NamedTuple):
    """Scores 0..100, one a criterion in the order of CRITERIA, and their weighted mean."""

    each: tuple[float, ...]
    combined: float


WORST = Scores((0.0,) * 5, 0.0)


def scores(
    criteria: Sequence[float], trades: int, settings: FitnessSettings, share: float = 1.0
) -> Scores:
    """Map the criteria of one evaluation to scores.

    Args:
        criteria: Values in the order of CRITERIA.
        trades: Number of trades behind them.
        settings: Bounds, weights and the least number of trades.
        share: Length of the evaluated span relative to in-sample; profit and trades scale with it.
    """
    if trades <= 0 or not all(map(math.isfinite, criteria)):
        return WORST
    wanted = settings.min_trades * share
    enough = 1.0 if trades >= wanted else trades / wanted
    each = [0.0] * len(criteria)
    for index, (worst, best) in enumerate(settings.bounds):
        value = criteria[index] / share if index == 0 else criteria[index]
        part = (value - worst) / (best - worst)
        each[index] = 100.0 * enough * (0.0 if part < 0.0 else min(part, 1.0))
    total = math.fsum(weight * score for weight, score in zip(settings.weights, each, strict=True))
    return Scores(tuple(each), total / math.fsum(settings.weights))
