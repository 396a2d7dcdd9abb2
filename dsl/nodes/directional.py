"""Strength and direction of a trend: ADX, ADX as Wilder smooths it, parabolic SAR."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import PRICE, oscillator
from dsl.nodes.chained import double_fade
from dsl.params import FloatParam, IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

PERCENT = oscillator(0, 100)

_BARS = (
    Input("high", PRICE, leaf="high"),
    Input("low", PRICE, leaf="low"),
    Input("close", PRICE, leaf="close"),
)
_ADX = (
    Output("adx", PERCENT, levels=(15, 50)),
    Output("plus", PERCENT, levels=(10, 40)),
    Output("minus", PERCENT, levels=(10, 40)),
)
_SWAPPED = Mirror("even", outputs=(("plus", "minus"), ("minus", "plus")))


@njit
def directional_moves(high: F64, low: F64, close: F64) -> tuple[F64, F64, F64]:
    """Return upward and downward move and true range of each bar; 0 at row 0.

    Only the greater of the two moves counts, and neither where they are equal to the last bit, as
    MetaTrader compares them.
    """
    n = len(close)
    up = np.zeros(n)
    down = np.zeros(n)
    true_range = np.zeros(n)
    for i in range(1, n):
        rise = max(high[i] - high[i - 1], 0.0)
        fall = max(low[i - 1] - low[i], 0.0)
        if rise > fall:
            up[i] = rise
        elif fall > rise:
            down[i] = fall
        true_range[i] = max(
            max(high[i] - low[i], abs(high[i] - close[i - 1])), abs(low[i] - close[i - 1])
        )
    return up, down, true_range


@njit
def imbalance(plus: float, minus: float) -> float:
    """Return the difference of two values in percent of their sum, without its sign."""
    total = plus + minus
    return 100.0 * abs((plus - minus) / total) if total > 1e-12 else 0.0


@njit
def adx(high: F64, low: F64, close: F64, period: int) -> tuple[F64, F64, F64]:
    """Return ADX, +DI and -DI: exponential averages, each seeded with 0 at row 0."""
    n = len(close)
    up, down, true_range = directional_moves(high, low, close)
    average = np.zeros(n)
    plus = np.zeros(n)
    minus = np.zeros(n)
    factor = 2.0 / (period + 1.0)
    for i in range(1, n):
        rise = 0.0
        fall = 0.0
        if true_range[i] > 1e-12:
            rise = 100.0 * up[i] / true_range[i]
            fall = 100.0 * down[i] / true_range[i]
        plus[i] = rise * factor + plus[i - 1] * (1.0 - factor)
        minus[i] = fall * factor + minus[i - 1] * (1.0 - factor)
        share = imbalance(plus[i], minus[i])
        average[i] = share * factor + average[i - 1] * (1.0 - factor)
    return average, plus, minus


def _moves_at(j: int, high: Series, low: Series, close: Series) -> tuple[float, float, float]:
    """Return upward move, downward move and true range of bar j, by Wilder's rules."""
    rise, fall = high[j] - high[j - 1], low[j - 1] - low[j]
    before = close[j - 1]
    width = max(high[j], before) - min(low[j], before)
    return (
        rise if rise > 0 and rise > fall else 0.0,
        fall if fall > 0 and fall > rise else 0.0,
        width,
    )


def _imbalance_at(plus: float, minus: float) -> float:
    return 100.0 * abs(plus - minus) / (plus + minus) if plus + minus > 1e-12 else 0.0


def adx_at(
    i: int, high: Series, low: Series, close: Series, period: int
) -> tuple[float, float, float]:
    """Return the averages of the moves in percent of each bar's true range, and of their gap."""
    average = plus = minus = 0.0
    for j in range(max(1, i - 40 * (period + 1)), i + 1):
        rise, fall, width = _moves_at(j, high, low, close)
        share = 100.0 / width if width > 1e-12 else 0.0
        plus += 2.0 / (period + 1) * (rise * share - plus)
        minus += 2.0 / (period + 1) * (fall * share - minus)
        average += 2.0 / (period + 1) * (_imbalance_at(plus, minus) - average)
    return average, plus, minus


ADX = declare(
    NodeType(
        name="adx",
        inputs=_BARS,
        outputs=_ADX,
        params=(IntParam("period", low=5, high=50, default=14, log=True),),
        warmup=lambda period: 1 + double_fade(period),
        kernel=adx,
        meaning=adx_at,
        reach=None,
        mql5=Mql5(library="Adx", handle="iADX(_Symbol, _Period, {period})", buffers=(0, 1, 2)),
        mirror=_SWAPPED,
        summary="The strength of a trend, 0..100; plus and minus tell its direction.",
        example="adx(14).plus",
        source="MetaTrader 5 iADX: exponential averages; Wilder 1978 smooths otherwise",
    )
)


@njit
def adx_wilder(high: F64, low: F64, close: F64, period: int) -> tuple[F64, F64, F64]:
    """Return ADX, +DI and -DI with Wilder's smoothing, begun with 0 before row `period`."""
    n = len(close)
    up, down, true_range = directional_moves(high, low, close)
    average = np.zeros(n)
    plus = np.zeros(n)
    minus = np.zeros(n)
    rise = 0.0
    fall = 0.0
    width = 0.0
    for i in range(period, n):
        rise = (rise * (period - 1) + up[i]) / period
        fall = (fall * (period - 1) + down[i]) / period
        width = (width * (period - 1) + true_range[i]) / period
        if width > 1e-12:
            plus[i] = 100.0 * rise / width
            minus[i] = 100.0 * fall / width
        share = imbalance(plus[i], minus[i])
        average[i] = (average[i - 1] * (period - 1) + share) / period
    return average, plus, minus


def adx_wilder_at(
    i: int, high: Series, low: Series, close: Series, period: int
) -> tuple[float, float, float]:
    """Return smoothed moves in percent of the smoothed true range, and their smoothed gap."""
    average = plus = minus = rise = fall = width = 0.0
    for j in range(max(period, i - 80 * period), i + 1):
        moves = _moves_at(j, high, low, close)
        rise, fall, width = (
            value + (move - value) / period
            for value, move in zip((rise, fall, width), moves, strict=True)
        )
        share = 100.0 / width if width > 1e-12 else 0.0
        plus, minus = rise * share, fall * share
        average += (_imbalance_at(plus, minus) - average) / period
    return average, plus, minus


ADX_WILDER = declare(
    NodeType(
        name="adx_wilder",
        inputs=_BARS,
        outputs=_ADX,
        params=(IntParam("period", low=5, high=50, default=14, log=True),),
        # Half as fast as the exponential average, see double_fade.
        warmup=lambda period: period + double_fade(2 * period),
        kernel=adx_wilder,
        meaning=adx_wilder_at,
        reach=None,
        mql5=Mql5(
            library="AdxWilder",
            handle="iADXWilder(_Symbol, _Period, {period})",
            buffers=(0, 1, 2),
        ),
        mirror=_SWAPPED,
        weight=0.5,
        summary="The strength of a trend as Wilder smooths it, 0..100, and its two directions.",
        example="adx_wilder(14).adx",
        source="MetaTrader 5 iADXWilder; Wilder 1978",
    )
)


@njit
def sar(high: F64, low: F64, step: float, maximum: float) -> F64:
    """Return the parabolic stop and reverse; the first bar counts as the start of a fall."""
    n = len(high)
    out = np.zeros(n)
    if n < 2:
        return out
    out[0] = high[0]
    rising = False
    level = max(high[0], high[1])
    best = low[1]  # the farthest price of this trend
    speed = step
    top = high[0]  # since the last reversal
    bottom = low[0]
    for i in range(1, n):
        top = max(top, high[i])
        bottom = min(bottom, low[i])
        if (level > low[i]) if rising else (level < high[i]):
            level = top if rising else bottom
            best = low[i] if rising else high[i]
            rising = not rising
            speed = step
            top = high[i]
            bottom = low[i]
        elif (high[i] > best) if rising else (low[i] < best):
            best = high[i] if rising else low[i]
            speed = min(speed + step, maximum)
        out[i] = level
        level += speed * (best - level)
        if rising:
            level = min(level, min(low[i], low[i - 1]))
        else:
            level = max(level, max(high[i], high[i - 1]))
    return out


def sar_at(i: int, high: Series, low: Series, step: float, maximum: float) -> float:
    """Return the stop that follows the trend, the faster the more often it reached further.

    All bars from the first on are gone through: each trend starts where the last one ended.
    """
    start, level, best, reached = 0, max(high[0], high[min(1, i)]), low[min(1, i)], 1
    towards = -1
    for j in range(1, i + 1):
        hit = level > low[j] if towards > 0 else level < high[j]
        since = slice(start, j + 1)
        if hit:
            level = max(high[since]) if towards > 0 else min(low[since])
            towards, start, reached = -towards, j, 1
            best = high[j] if towards > 0 else low[j]
        further = max(best, high[j]) if towards > 0 else min(best, low[j])
        reached += further != best
        best = further
        if j < i:
            level += min(reached * step, maximum) * (best - level)
            both = slice(j - 1, j + 1)
            level = min(level, *low[both]) if towards > 0 else max(level, *high[both])
    return level


SAR = declare(
    NodeType(
        name="sar",
        inputs=(Input("high", PRICE, leaf="high"), Input("low", PRICE, leaf="low")),
        outputs=(Output("stop", PRICE),),
        params=(
            FloatParam("step", low=0.005, high=0.05, default=0.02, step=0.005, minimum=0.0),
            FloatParam("maximum", low=0.1, high=0.4, default=0.2, step=0.05, minimum=0.0),
        ),
        warmup=lambda _step, _maximum: 200,
        kernel=sar,
        meaning=sar_at,
        reach=None,
        mql5=Mql5(library="Sar", handle="iSAR(_Symbol, _Period, {step}, {maximum})"),
        mirror=Mirror("odd"),
        weight=0.7,
        summary="The parabolic stop and reverse: a stop that closes in on the price as it trends.",
        note="sar: its values depend on where history starts, for some 200 bars and rarely longer.",
        example="sar(0.02, 0.2)",
        source="MetaTrader 5 iSAR; Wilder 1978",
    )
)
