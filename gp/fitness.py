"""Fitness: five criteria mapped to scores of 0..100 and combined by weights, or an objective."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from backtest.criteria import CRITERIA
from gp.settings import Bounds, FitnessSettings


class Scores(NamedTuple):
    """Scores 0..100, one for each of FitnessSettings.names; combined: the one that counts."""

    each: tuple[float, ...]
    combined: float


def scores(
    criteria: Sequence[float], trades: int, settings: FitnessSettings, share: float = 1.0
) -> Scores:
    """Map the criteria of one evaluation to scores.

    Args:
        criteria: Values in the order of CRITERIA, then that of the objective where there is one.
        trades: Number of trades behind them.
        settings: Bounds, weights and the least number of trades.
        share: Length of the evaluated span relative to in-sample; profit and trades scale with it.
            An objective's value is expected to be scaled already.
    """
    count = len(settings.names)
    if trades <= 0 or not all(map(math.isfinite, criteria[: len(CRITERIA)])):
        return Scores((0.0,) * count, 0.0)
    wanted = settings.min_trades * share
    enough = 1.0 if trades >= wanted else trades / wanted
    each = [0.0] * count
    for index, (worst, best) in enumerate(settings.bounds):
        value = criteria[index] / share if index == 0 else criteria[index]
        part = (value - worst) / (best - worst)
        each[index] = 100.0 * enough * (0.0 if part < 0.0 else min(part, 1.0))
    if settings.objective:
        each[-1] = 100.0 * enough * _approach(criteria[-1], settings.objective_scale)
        return Scores(tuple(each), each[-1])
    total = math.fsum(weight * score for weight, score in zip(settings.weights, each, strict=True))
    return Scores(tuple(each), total / math.fsum(settings.weights))


def _approach(value: float, scale: Bounds) -> float:
    """Return 0 up to the first value, 1/2 at the second, and ever nearer to 1 above it."""
    ratio = (value - scale[0]) / (scale[1] - scale[0])
    return ratio / (1.0 + ratio) if ratio > 0.0 else 0.0
