"""How good the best of many strategies looks by luck alone."""

from __future__ import annotations

import math
from statistics import NormalDist

EULER = 0.5772156649015329


def lucky_sharpe(trials: int, years: float) -> float:
    """Return the Sharpe ratio (a year) expected of the best of many strategies without skill.

    A ratio measured over `years` of a strategy without skill scatters about 0 with deviation
    1/sqrt(years); this is the expected largest of `trials` independent draws. Evolved strategies
    resemble each other, so their effective number is smaller and this an upper estimate.

    Source: Bailey and Lopez de Prado 2014, the deflated Sharpe ratio.

    >>> round(lucky_sharpe(1000, 4.0), 2)
    1.63
    """
    if trials < 2 or years <= 0:
        return 0.0
    normal = NormalDist()
    first = normal.inv_cdf(1 - 1 / trials)
    second = normal.inv_cdf(1 - 1 / (trials * math.e))
    return ((1 - EULER) * first + EULER * second) / math.sqrt(years)
