"""Bars of a larger timeframe from bars of a smaller one, cut as the trading contract cuts them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backtest.bars import Bars
from backtest.timeframes import timeframe_name
from dsl.errors import DataError
from dsl.jit import I64
from dsl.timeframes import DAY, TIMEFRAMES


def resampled(bars: Bars, timeframe: int) -> Bars:
    """Return bars of a larger timeframe.

    Days begin at the server's midnight and weeks on Sunday; what bars there are make the
    bucket, at both ends too. Volumes add up; the spread is the first one known, as an entry at the
    open met it.

    Args:
        bars: Bars of a timeframe that divides the larger one.
        timeframe: Seconds.
    Raises:
        DataError: The larger timeframe is no whole multiple of theirs.
    """
    own, name = timeframe_name(bars.timeframe), timeframe_name(timeframe)
    if timeframe <= bars.timeframe or timeframe % bars.timeframe:
        fitting = [
            n for n, s in TIMEFRAMES.items() if s > bars.timeframe and not s % bars.timeframe
        ]
        raise DataError(
            f"{own} bars cannot become {name} bars",
            hint=f"whole multiples of {own} are {', '.join(fitting) or 'none'}",
        )
    opened = bucket_times(bars.time, timeframe)
    first = np.flatnonzero(np.concatenate([[True], np.diff(opened) > 0]))
    last = np.append(first[1:], len(bars)) - 1
    columns = {
        "time": opened[first],
        "open": bars.open[first],
        "high": np.maximum.reduceat(bars.high, first),
        "low": np.minimum.reduceat(bars.low, first),
        "close": bars.close[last],
        "tick_volume": np.add.reduceat(bars.tick_volume, first),
        "spread": _first_known(bars.spread, first, last),
    }
    for column in columns.values():
        column.setflags(write=False)
    return replace(bars, timeframe=timeframe, **columns)


def bucket_times(time: I64, timeframe: int) -> I64:
    """Return the open time of the bucket that contains each time, seconds.

    >>> bucket_times(np.array([1_483_308_000]), 7 * 86_400)  # Sunday 2017-01-01 22:00
    array([1483228800])
    """
    week = timeframe == TIMEFRAMES["W1"]
    shift = 4 * DAY if week else 0  # 1970-01-01 was a Thursday
    return (time + shift) // timeframe * timeframe - shift


def bucket_numbers(time: I64, timeframe: int) -> I64:
    """Return for each bar the row of the larger bar it lies in, in `resampled` bars.

    >>> bucket_numbers(np.array([0, 3600, 14_400]), 14_400)
    array([0, 0, 1])
    """
    opened = bucket_times(time, timeframe)
    numbers: I64 = np.cumsum(np.diff(opened, prepend=opened[:1]) > 0)
    return numbers


def _first_known(spread: I64, first: I64, last: I64) -> I64:
    """Return the first value above 0 of each stretch first..last, 0 where there is none."""
    known = np.flatnonzero(spread > 0)
    if not known.size:
        return np.zeros(len(first), np.int64)
    at = known[np.minimum(np.searchsorted(known, first), known.size - 1)]
    inside = (at >= first) & (at <= last)
    return np.where(inside, spread[at], 0)
