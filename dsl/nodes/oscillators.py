"""Oscillators: RSI, MACD, stochastic, CCI, momentum, by MetaTrader's formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, PRICE, Kind, KindVar, oscillator
from dsl.nodes.averages import ema, ema_fade, sma, smma_fade
from dsl.nodes.channels import DIFFERENCES, highest, lowest
from dsl.nodes.tolerance import exceeds, is_more, step_between, step_of
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

PERCENT = oscillator(0, 100)
AROUND_ZERO = Kind("oscillator")  # no bounds
_ODD = Mirror("odd")


@njit
def rsi(x: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the relative strength index, 0..100; defined from row `period` on.

    Where nothing moves it stays: rises and falls fade alike. Before anything moved it is 50.
    """
    n = len(x)
    out = np.zeros(n)
    if n <= period:
        return out
    gain = 0.0
    loss = 0.0
    for i in range(1, period + 1):
        change = step_between(x[i - 1], x[i], e_abs, e_rel)
        gain += max(change, 0.0)
        loss += max(-change, 0.0)
    share = 1.0 / period  # a division in the recursion would take longer than all the rest
    keep = 1.0 - share
    gain *= share
    loss *= share
    out[period] = 100.0 * gain / (gain + loss) if gain + loss > 0.0 else 50.0
    for i in range(period + 1, n):
        change = step_between(x[i - 1], x[i], e_abs, e_rel)
        gain = gain * keep + max(change, 0.0) * share
        loss = loss * keep + max(-change, 0.0) * share
        out[i] = out[i - 1] if change == 0.0 else 100.0 * gain / (gain + loss)
    return out


def rsi_at(i: int, x: Series, period: int, e_abs: float, e_rel: float) -> float:
    """Return the share of the rises in all movement, both smoothed as Wilder does.

    The last row that moved decides: what stands still leaves the share as it is.
    """
    while i > period and step_of(x[i - 1], x[i], e_abs, e_rel) == 0.0:
        i -= 1
    seed = max(period, i - 40 * period)  # an earlier seed weighs less than exp(-40)
    steps = [step_of(x[j - 1], x[j], e_abs, e_rel) for j in range(seed - period + 1, i + 1)]
    gain = sum(step for step in steps[:period] if step > 0) / period
    loss = sum(-step for step in steps[:period] if step < 0) / period
    for step in steps[period:]:
        gain += ((step if step > 0 else 0.0) - gain) / period
        loss += ((-step if step < 0 else 0.0) - loss) / period
    return 100.0 * gain / (gain + loss) if gain + loss > 0 else 50.0


RSI = declare(
    NodeType(
        name="rsi",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("rsi", PERCENT, levels=(20, 80)),),
        params=(IntParam("period", low=2, high=50, default=14, log=True),),
        warmup=lambda period: period + smma_fade(period),
        kernel=rsi,
        meaning=rsi_at,
        reach=None,
        tolerance="x",
        mql5=Mql5(library="Rsi", handle="iRSI(_Symbol, _Period, {period}, {x})"),
        mirror=_ODD,
        weight=1.5,
        summary="The relative strength index: the share of the rises in all movement, 0..100.",
        example="rsi(close, 14)",
        source="MetaTrader 5 iRSI; Wilder 1978",
    )
)


@njit
def macd(x: F64, fast: int, slow: int, signal: int) -> tuple[F64, F64]:
    """Return the difference of two exponential averages, and its simple mean."""
    line = ema(x, fast) - ema(x, slow)
    return line, sma(line, signal)


def macd_at(i: int, x: Series, fast: int, slow: int, signal: int) -> tuple[float, float]:
    """Return the difference of the two averages now, and its mean over the last `signal` rows."""
    first = max(0, i - signal - 20 * (max(fast, slow) + 1))
    quick = steady = x[first]
    lines = [0.0]
    for j in range(first + 1, i + 1):
        quick += 2.0 * (x[j] - quick) / (fast + 1)
        steady += 2.0 * (x[j] - steady) / (slow + 1)
        lines.append(quick - steady)
    return lines[-1], sum(lines[-signal:]) / signal


MACD = declare(
    NodeType(
        name="macd",
        inputs=(Input("x", AVERAGED),),
        outputs=(
            Output("line", AVERAGED, levels=(0, 0)),
            Output("signal", AVERAGED, levels=(0, 0)),
        ),
        overloads=DIFFERENCES,
        params=(
            IntParam("fast", low=3, high=50, default=12, log=True),
            IntParam("slow", low=10, high=150, default=26, log=True),
            IntParam("signal", low=2, high=50, default=9, log=True),
        ),
        valid=lambda fast, slow, _signal: fast < slow,
        # The slower average fades last; the signal is a mean over rows that must all be good.
        warmup=lambda _fast, slow, signal: ema_fade(slow) + signal - 1,
        kernel=macd,
        meaning=macd_at,
        reach=None,
        mql5=Mql5(
            library="Macd",
            handle="iMACD(_Symbol, _Period, {fast}, {slow}, {signal}, {x})",
            buffers=(0, 1),
        ),
        mirror=_ODD,
        summary="A fast minus a slow exponential average; the signal is a simple mean of it.",
        example="macd(close, 12, 26, 9).signal",
        source="MetaTrader 5 iMACD; in textbooks the signal is exponential",
    )
)


@njit
def stochastic(
    high: F64, low: F64, close: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return %K, a ratio of two sums over `slowing` bars, and %D, its simple mean over `d`."""
    n = len(close)
    main = np.zeros(n)
    mean = np.zeros(n)
    top = highest(high, k)
    bottom = lowest(low, k)
    first = k + slowing - 2
    for i in range(first, n):
        above = 0.0
        span = 0.0
        for j in range(i - slowing + 1, i + 1):
            above += close[j] - bottom[j]
            span += top[j] - bottom[j]
        main[i] = 100.0 * above / span if exceeds(span, 0.0, e_abs, e_rel) else 100.0
    if n > first:
        mean[first:] = sma(main[first:], d)
    return main, mean


def stochastic_at(
    i: int,
    high: Series,
    low: Series,
    close: Series,
    k: int,
    d: int,
    slowing: int,
    *e: float,
) -> tuple[float, float]:
    """Return %K of this row, and the mean of %K over the last `d` rows."""
    mains = []
    for row in range(i, i - d, -1):
        above, span = 0.0, 0.0
        for j in range(row, row - slowing, -1):
            window = slice(j - k + 1, j + 1)
            bottom, top = min(low[window]), max(high[window])
            above += close[j] - bottom
            span += top - bottom
        mains.append(above / span * 100.0 if is_more(span, 0.0, *e) else 100.0)
    return mains[0], sum(mains) / d


STOCHASTIC = declare(
    NodeType(
        name="stochastic",
        inputs=(
            Input("high", PRICE, leaf="high"),
            Input("low", PRICE, leaf="low"),
            Input("close", PRICE, leaf="close"),
        ),
        outputs=(
            Output("k", PERCENT, levels=(10, 90)),
            Output("d", PERCENT, levels=(10, 90)),
        ),
        params=(
            IntParam("k_period", low=3, high=50, default=5, log=True),
            IntParam("d_period", low=1, high=20, default=3, log=True),
            IntParam("slowing", low=1, high=10, default=3),
        ),
        warmup=lambda k, d, slowing: k - 1 + slowing - 1 + d - 1,
        kernel=stochastic,
        meaning=stochastic_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(
            library="Stochastic",
            handle=(
                "iStochastic(_Symbol, _Period, {k_period}, {d_period}, {slowing}, "
                "MODE_SMA, STO_LOWHIGH)"
            ),
            buffers=(0, 1),
        ),
        mirror=_ODD,
        summary="Where the close stands between lowest low and highest high, 0..100, and its mean.",
        example="stochastic(5, 3, 3).d",
        source="MetaTrader 5 iStochastic, MODE_SMA, STO_LOWHIGH: a ratio of sums",
    )
)


@njit
def cci(x: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the commodity channel index; defined from row period - 1 on."""
    n = len(x)
    out = np.zeros(n)
    for i in range(period - 1, n):
        mean = 0.0
        for j in range(i - period + 1, i + 1):
            mean += x[j]
        mean /= period
        deviation = 0.0
        for j in range(i - period + 1, i + 1):
            deviation += abs(x[j] - mean)
        deviation /= period
        if exceeds(deviation, 0.0, e_abs, e_rel):
            out[i] = (x[i] - mean) / (0.015 * deviation)
    return out


def cci_at(i: int, x: Series, period: int, e_abs: float, e_rel: float) -> float:
    """Return how many mean deviations, times 0.015, the value lies off its mean."""
    window = list(x[i - period + 1 : i + 1])
    mean = sum(window) / period
    deviation = sum(abs(value - mean) for value in window) / period
    if not is_more(deviation, 0.0, e_abs, e_rel):
        return 0.0
    return (x[i] - mean) / deviation / 0.015


CCI = declare(
    NodeType(
        name="cci",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("cci", AROUND_ZERO, levels=(-200, 200)),),
        params=(IntParam("period", low=5, high=100, default=14, log=True),),
        warmup=lambda period: period - 1,
        kernel=cci,
        meaning=cci_at,
        reach=None,
        tolerance="x",
        mql5=Mql5(library="Cci", handle="iCCI(_Symbol, _Period, {period}, {x})"),
        mirror=_ODD,
        summary="The commodity channel index: distance from the mean in mean deviations / 0.015.",
        example="cci(typical, 14)",
        source="MetaTrader 5 iCCI; Lambert 1980",
    )
)


@njit
def momentum(x: F64, period: int) -> F64:
    """Return the value in percent of the one `period` rows before."""
    n = len(x)
    out = np.zeros(n)
    for i in range(period, n):
        if abs(x[i - period]) > 1e-12:
            out[i] = 100.0 * x[i] / x[i - period]
    return out


def momentum_at(i: int, x: Series, period: int) -> float:
    """Return the value in percent of the one `period` rows before; 0 where that one is 0."""
    before = x[i - period]
    return 0.0 if abs(before) <= 1e-12 else x[i] / before * 100.0


MOMENTUM = declare(
    NodeType(
        name="momentum",
        inputs=(Input("x", KindVar("T", ("price", "volume"))),),  # a ratio wants what is never < 0
        outputs=(Output("momentum", oscillator(0, 200), levels=(98, 102)),),
        params=(IntParam("period", low=2, high=100, default=14, log=True),),
        warmup=lambda period: period,
        kernel=momentum,
        meaning=momentum_at,
        reach=None,
        mql5=Mql5(library="Momentum", handle="iMomentum(_Symbol, _Period, {period}, {x})"),
        mirror=_ODD,
        summary="The value in percent of the one `period` rows before; 100 is no change.",
        example="momentum(close, 14)",
        source="MetaTrader 5 iMomentum",
    )
)
