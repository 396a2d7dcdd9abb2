"""Larger bars beside those of the chart: how many chart bars they hold, and which charts fit.

Rows of a higher timeframe are its bars (buckets): row b holds what is known when bucket b opens.
The first bucket may be cut off by the start of the data, so it is part of every warm-up.
"""

from __future__ import annotations

from dsl.errors import CodegenError
from dsl.timeframes import TIMEFRAMES, is_multiple, shown

FIRST_BUCKET = 1  # rows that no leaf of a higher timeframe uses


def bars_per_bucket(timeframe: int, chart: int) -> int:
    """Return how many bars of the chart a larger bar holds at most.

    Raises:
        CodegenError: The chart's period does not divide the larger one.
    """
    if not is_multiple(timeframe, chart):
        word = shown(timeframe).lower()
        fitting = [name for name, seconds in TIMEFRAMES.items() if is_multiple(timeframe, seconds)]
        have = f"bars of {shown(chart)}" if chart else "no bars yet"
        raise CodegenError(
            f"{word}(...) needs bars that make whole bars of {shown(timeframe)}; these are {have}",
            hint=f"use bars of {', '.join(fitting) or 'a smaller period'}",
        )
    return timeframe // chart
