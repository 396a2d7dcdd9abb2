"""Channels and widths: highest, lowest, standard deviation, Bollinger bands, average true range."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, CUMULATIVE, DISTANCE, FORCE, NUMBER, PRICE, VOLUME, KindVar
from dsl.params import FloatParam, IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Overload, declare

Series = Sequence[float]

OSCILLATORS = KindVar("O", ("oscillator",))
# What the difference of two values of a series is.
DIFFERENCES = (
    Overload((PRICE,), DISTANCE),
    Overload((DISTANCE,), DISTANCE),
    Overload((NUMBER,), NUMBER),
    Overload((VOLUME,), VOLUME),
    Overload((OSCILLATORS,), NUMBER),
    Overload((FORCE,), FORCE),
    *(Overload((total,), VOLUME) for total in CUMULATIVE),
)


@njit
def highest(x: F64, period: int) -> F64:
    """Return the highest of the last `period` values, the newest included.

    A window is the end of one block of `period` rows and the beginning of the next, so that a row
    costs the same however long the window is. Rows with fewer values before them use those.
    """
    n = len(x)
    out = np.empty(n)
    end = np.full(period + 1, -np.inf)  # of the block before, from its row j to its last
    for start in range(0, n, period):
        stop = min(start + period, n)
        best = -np.inf
        for i in range(start, stop):
            best = x[i] if x[i] > best else best
            other = end[i - start + 1]
            out[i] = best if best > other else other
        best = -np.inf
        for i in range(stop - 1, start - 1, -1):
            best = x[i] if x[i] > best else best
            end[i - start] = best
    return out


def highest_at(i: int, x: Series, period: int) -> float:
    """Return the highest of the last `period` values."""
    return max(x[i - period + 1 : i + 1])


HIGHEST = declare(
    NodeType(
        name="highest",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("highest", AVERAGED),),
        params=(IntParam("period", low=2, high=200, default=20, log=True),),
        warmup=lambda period: period - 1,
        kernel=highest,
        meaning=highest_at,
        reach=None,
        mql5=Mql5(library="Highest"),
        mirror=Mirror("follow", type="lowest"),
        summary="The highest of the last `period` values, the newest included.",
        example="highest(high, 20)",
        source="MetaTrader 5 Examples/Price_Channel",
    )
)


@njit
def lowest(x: F64, period: int) -> F64:
    """Return the lowest of the last `period` values, the newest included.

    As `highest`: a sign that turned one into the other would cost a quarter of the time.
    """
    n = len(x)
    out = np.empty(n)
    end = np.full(period + 1, np.inf)
    for start in range(0, n, period):
        stop = min(start + period, n)
        best = np.inf
        for i in range(start, stop):
            best = x[i] if x[i] < best else best
            other = end[i - start + 1]
            out[i] = best if best < other else other
        best = np.inf
        for i in range(stop - 1, start - 1, -1):
            best = x[i] if x[i] < best else best
            end[i - start] = best
    return out


def lowest_at(i: int, x: Series, period: int) -> float:
    """Return the lowest of the last `period` values."""
    return min(x[i - period + 1 : i + 1])


LOWEST = declare(
    NodeType(
        name="lowest",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("lowest", AVERAGED),),
        params=(IntParam("period", low=2, high=200, default=20, log=True),),
        warmup=lambda period: period - 1,
        kernel=lowest,
        meaning=lowest_at,
        reach=None,
        mql5=Mql5(library="Lowest"),
        mirror=Mirror("follow", type="highest"),
        summary="The lowest of the last `period` values, the newest included.",
        example="lowest(low, 20)",
        source="MetaTrader 5 Examples/Price_Channel",
    )
)


@njit
def window_moments(x: F64, period: int) -> tuple[F64, F64]:
    """Return mean and population standard deviation of the last `period` values.

    A window is the end of one block of `period` rows and the beginning of the next. Sums of both
    parts are taken about the next block's first value, which lies in every such window: so they
    are no larger than the window is wide, nothing that has left it leaves noise, and a flat window
    has deviation 0 to the last bit.
    """
    n = len(x)
    mean = np.zeros(n)
    deviation = np.zeros(n)
    end_sum, end_square = np.zeros(period), np.zeros(period)  # of all but the block's first rows
    own_sum, own_square = np.zeros(period), np.zeros(period)  # of its first rows
    share = 1.0 / period
    for start in range(0, n, period):
        count = min(period, n - start)
        center = x[start]
        total = 0.0
        square = 0.0
        for k in range(1, period if start > 0 else 0):
            step = x[start - k] - center
            total += step
            square += step * step
            end_sum[period - 1 - k] = total
            end_square[period - 1 - k] = square
        total = 0.0
        square = 0.0
        for k in range(count):
            step = x[start + k] - center
            total += step
            square += step * step
            own_sum[k] = total
            own_square[k] = square
        for k in range(count):
            first = (end_sum[k] + own_sum[k]) * share
            second = (end_square[k] + own_square[k]) * share
            mean[start + k] = center + first
            deviation[start + k] = math.sqrt(max(second - first * first, 0.0))
    return mean, deviation


@njit
def stddev(x: F64, period: int) -> F64:
    """Return the population standard deviation of the last `period` values."""
    return window_moments(x, period)[1]


def stddev_at(i: int, x: Series, period: int) -> float:
    """Return the root of the mean squared distance from the mean."""
    window = [float(x[j]) for j in range(i - period + 1, i + 1)]
    mean = math.fsum(window) / period
    return math.sqrt(math.fsum((value - mean) ** 2 for value in window) / period)


STDDEV = declare(
    NodeType(
        name="stddev",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("deviation", AVERAGED),),
        overloads=DIFFERENCES,
        params=(IntParam("period", low=2, high=100, default=20, log=True),),
        warmup=lambda period: period - 1,
        kernel=stddev,
        meaning=stddev_at,
        reach=None,
        mql5=Mql5(library="StdDev", handle="iStdDev(_Symbol, _Period, {period}, 0, MODE_SMA, {x})"),
        mirror=Mirror("even"),
        weight=0.5,
        summary="The population standard deviation of the last `period` values.",
        example="stddev(close, 20)",
        source="MetaTrader 5 iStdDev, MODE_SMA",
    )
)


@njit
def bands(x: F64, period: int, deviations: float) -> tuple[F64, F64, F64]:
    """Return upper, middle and lower band: the mean and so many standard deviations about it."""
    middle, deviation = window_moments(x, period)
    return middle + deviations * deviation, middle, middle - deviations * deviation


def bands_at(i: int, x: Series, period: int, deviations: float) -> tuple[float, float, float]:
    """Return upper, middle and lower band."""
    window = [float(x[j]) for j in range(i - period + 1, i + 1)]
    mean = math.fsum(window) / period
    width = deviations * math.sqrt(math.fsum((v - mean) ** 2 for v in window) / period)
    return mean + width, mean, mean - width


BANDS = declare(
    NodeType(
        name="bands",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("upper", AVERAGED), Output("middle", AVERAGED), Output("lower", AVERAGED)),
        params=(
            IntParam("period", low=5, high=100, default=20, log=True),
            FloatParam("deviations", low=0.5, high=4.0, default=2.0, step=0.1, minimum=0.0),
        ),
        warmup=lambda period, _deviations: period,  # one more: MetaTrader gives width 0 at first
        kernel=bands,
        meaning=bands_at,
        reach=None,
        mql5=Mql5(
            library="Bands",
            handle="iBands(_Symbol, _Period, {period}, 0, {deviations}, {x})",
            buffers=(1, 0, 2),  # MetaTrader's order is middle, upper, lower
        ),
        mirror=Mirror("follow", outputs=(("upper", "lower"), ("lower", "upper"))),
        summary="Bollinger bands: the mean of the last `period` values, and deviations about it.",
        example="bands(close, 20, 2).upper",
        source="MetaTrader 5 iBands; Bollinger 2001",
    )
)


@njit
def atr(high: F64, low: F64, close: F64, period: int) -> F64:
    """Return the average true range: simple mean of the true range as a running sum.

    Source: MetaTrader 5 iATR; Wilder 1978 smooths exponentially instead.
    """
    n = len(close)
    out = np.zeros(n)
    if n <= period:
        return out
    ranges = np.zeros(n)
    for i in range(1, n):
        ranges[i] = max(high[i], close[i - 1]) - min(low[i], close[i - 1])
    total = 0.0
    for i in range(1, period + 1):
        total += ranges[i]
    value = total / period
    out[period] = value
    for i in range(period + 1, n):
        value += (ranges[i] - ranges[i - period]) / period
        out[i] = value
    return out


def atr_at(i: int, high: Series, low: Series, close: Series, period: int) -> float:
    """Return the mean of the last `period` true ranges: the bar's own, widened by a gap."""
    total = 0.0
    for j in range(i - period + 1, i + 1):
        before = close[j - 1]
        total += max(high[j] - low[j], abs(high[j] - before), abs(low[j] - before))
    return total / period


ATR = declare(
    NodeType(
        name="atr",
        inputs=(
            Input("high", PRICE, leaf="high"),
            Input("low", PRICE, leaf="low"),
            Input("close", PRICE, leaf="close"),
        ),
        outputs=(Output("range", DISTANCE),),
        params=(IntParam("period", low=2, high=100, default=14, log=True),),
        warmup=lambda period: period,
        kernel=atr,
        meaning=atr_at,
        reach=None,
        mql5=Mql5(library="Atr", handle="iATR(_Symbol, _Period, {period})"),
        mirror=Mirror("even"),
        weight=1.5,
        summary="The average true range: the simple mean of the last `period` true ranges.",
        example="atr(14)",
        source="MetaTrader 5 iATR, a simple mean; Wilder 1978 smooths exponentially",
    )
)
