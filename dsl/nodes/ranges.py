"""Where prices stand in the ranges of the last bars: %R, DeMarker, RVI, ultimate oscillator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import PRICE, oscillator
from dsl.nodes.averages import sma
from dsl.nodes.channels import highest, lowest
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

_OPEN, _HIGH, _LOW, _CLOSE = (Input(n, PRICE, leaf=n) for n in ("open", "high", "low", "close"))
_ODD = Mirror("odd")


@njit
def wpr(high: F64, low: F64, close: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return Williams' percent range, -100..0; without a range the value before."""
    out = np.zeros(len(close))
    top = highest(high, period)
    bottom = lowest(low, period)
    value = 0.0
    for i in range(period - 1, len(close)):
        if exceeds(top[i], bottom[i], e_abs, e_rel):
            value = -100.0 * (top[i] - close[i]) / (top[i] - bottom[i])
        out[i] = value
    return out


def wpr_at(i: int, high: Series, low: Series, close: Series, period: int, *e: float) -> float:
    """Return how far below the highest high the close stands, in percent of the last range."""
    for row in range(i, period - 2, -1):
        top = max(high[row - period + 1 : row + 1])
        bottom = min(low[row - period + 1 : row + 1])
        if is_more(top, bottom, *e):
            return (close[row] - top) / (top - bottom) * 100.0
    return 0.0


WPR = declare(
    NodeType(
        name="wpr",
        inputs=(_HIGH, _LOW, _CLOSE),
        outputs=(Output("wpr", oscillator(-100, 0), levels=(-90, -10)),),
        params=(IntParam("period", low=3, high=100, default=14, log=True),),
        warmup=lambda period: period - 1,
        kernel=wpr,
        meaning=wpr_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(library="Wpr", handle="iWPR(_Symbol, _Period, {period})"),
        mirror=_ODD,
        weight=0.7,
        summary="Williams' percent range: how far below the highest high the close is, -100..0.",
        example="wpr(14)",
        source="MetaTrader 5 iWPR; without any range it repeats the value before",
    )
)


@njit
def demarker(high: F64, low: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the share of rising highs in all moves of highs up and lows down, 0..1."""
    n = len(high)
    out = np.zeros(n)
    for i in range(period, n):
        up = 0.0
        down = 0.0
        for j in range(i - period + 1, i + 1):
            up += max(high[j] - high[j - 1], 0.0)
            down += max(low[j - 1] - low[j], 0.0)
        if exceeds(up + down, 0.0, e_abs, e_rel):
            out[i] = up / (up + down)
    return out


def demarker_at(i: int, high: Series, low: Series, period: int, *e: float) -> float:
    """Return the share of rising highs in all moves of highs up and lows down."""
    rows = range(i - period + 1, i + 1)
    up = sum(high[j] - high[j - 1] for j in rows if high[j] > high[j - 1])
    down = sum(low[j - 1] - low[j] for j in rows if low[j] < low[j - 1])
    return up / (up + down) if is_more(up + down, 0.0, *e) else 0.0


DEMARKER = declare(
    NodeType(
        name="demarker",
        inputs=(_HIGH, _LOW),
        outputs=(Output("demarker", oscillator(0, 1), levels=(0.2, 0.8)),),
        params=(IntParam("period", low=5, high=50, default=14, log=True),),
        warmup=lambda period: period,
        kernel=demarker,
        meaning=demarker_at,
        reach=None,
        tolerance="high",
        mql5=Mql5(library="DeMarker", handle="iDeMarker(_Symbol, _Period, {period})"),
        mirror=_ODD,
        weight=0.5,
        summary="DeMarker: the share of rising highs in all moves of highs up and lows down, 0..1.",
        example="demarker(14)",
        source="MetaTrader 5 iDeMarker, simple means",
    )
)


@njit
def rvi(
    open: F64, high: F64, low: F64, close: F64, period: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return the relative vigor index, -1..1, and its mean weighted 1, 2, 2, 1."""
    n = len(close)
    body = close - open
    span = high - low
    main = np.zeros(n)
    signal = np.zeros(n)
    for i in range(period + 2, n):
        above = 0.0
        below = 0.0
        for j in range(i - period + 1, i + 1):
            above += body[j] + 2.0 * body[j - 1] + 2.0 * body[j - 2] + body[j - 3]
            below += span[j] + 2.0 * span[j - 1] + 2.0 * span[j - 2] + span[j - 3]
        if exceeds(below, 0.0, e_abs, e_rel):
            main[i] = above / below
    for i in range(3, n):
        signal[i] = (main[i] + 2.0 * main[i - 1] + 2.0 * main[i - 2] + main[i - 3]) / 6.0
    return main, signal


def rvi_at(
    i: int, open: Series, high: Series, low: Series, close: Series, period: int, *e: float
) -> tuple[float, float]:
    """Return the share of bodies in ranges over `period` rows, and its weighted mean."""
    weights = (1, 2, 2, 1)
    mains = []
    for row in range(i, i - 4, -1):
        pairs = [(row - back - k, w) for back in range(period) for k, w in enumerate(weights)]
        bodies = sum(w * (close[j] - open[j]) for j, w in pairs)
        spans = sum(w * (high[j] - low[j]) for j, w in pairs)
        mains.append(bodies / spans if is_more(spans, 0.0, *e) else 0.0)
    return mains[0], sum(w * main for w, main in zip(weights, mains, strict=True)) / 6.0


_VIGOR = oscillator(-1, 1)
RVI = declare(
    NodeType(
        name="rvi",
        inputs=(_OPEN, _HIGH, _LOW, _CLOSE),
        outputs=(
            Output("line", _VIGOR, levels=(-0.3, 0.3)),
            Output("signal", _VIGOR, levels=(-0.3, 0.3)),
        ),
        params=(IntParam("period", low=3, high=50, default=10, log=True),),
        warmup=lambda period: period + 5,
        kernel=rvi,
        meaning=rvi_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(library="Rvi", handle="iRVI(_Symbol, _Period, {period})", buffers=(0, 1)),
        mirror=_ODD,
        weight=0.5,
        summary="The relative vigor index: bodies in proportion to ranges, -1..1, and its mean.",
        example="rvi(10).signal",
        source="MetaTrader 5 iRVI",
    )
)


@njit
def buying_share(pressure: F64, span: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the mean of `pressure` over that of `span`, 0 where there is no span."""
    above = sma(pressure, period)
    below = sma(span, period)
    out = np.zeros(len(span))
    for i in range(period - 1, len(span)):
        if exceeds(below[i], 0.0, e_abs, e_rel):
            out[i] = above[i] / below[i]
    return out


@njit
def ultimate(
    high: F64,
    low: F64,
    close: F64,
    fast: int,
    middle: int,
    slow: int,
    e_abs: float,
    e_rel: float,
) -> F64:
    """Return the ultimate oscillator, 0..100; defined from row `slow` on."""
    n = len(close)
    out = np.zeros(n)
    if n <= slow:
        return out
    pressure = np.zeros(n - 1)
    span = np.zeros(n - 1)
    for i in range(1, n):
        bottom = min(low[i], close[i - 1])
        pressure[i - 1] = close[i] - bottom
        span[i - 1] = max(high[i], close[i - 1]) - bottom
    out[1:] += 4.0 * buying_share(pressure, span, fast, e_abs, e_rel)
    out[1:] += 2.0 * buying_share(pressure, span, middle, e_abs, e_rel)
    out[1:] += buying_share(pressure, span, slow, e_abs, e_rel)
    return np.minimum(np.maximum(out / 7.0 * 100.0, 0.0), 100.0)


def ultimate_at(
    i: int,
    high: Series,
    low: Series,
    close: Series,
    fast: int,
    middle: int,
    slow: int,
    *e: float,
) -> float:
    """Return the buying pressure's share in the true range, over three spans weighted 4, 2, 1."""
    total = 0.0
    for weight, period in ((4, fast), (2, middle), (1, slow)):
        rows = range(i - period + 1, i + 1)
        bottoms = [min(low[j], close[j - 1]) for j in rows]
        pressure = sum(close[j] - bottom for j, bottom in zip(rows, bottoms, strict=True))
        span = sum(max(high[j], close[j - 1]) - b for j, b in zip(rows, bottoms, strict=True))
        total += weight * pressure / span if is_more(span / period, 0.0, *e) else 0.0
    return total * 100.0 / 7.0


ULTIMATE = declare(
    NodeType(
        name="ultimate",
        inputs=(_HIGH, _LOW, _CLOSE),
        outputs=(Output("ultimate", oscillator(0, 100), levels=(30, 70)),),
        params=(
            IntParam("fast", low=4, high=20, default=7, log=True),
            IntParam("middle", low=6, high=40, default=14, log=True),
            IntParam("slow", low=10, high=100, default=28, log=True),
        ),
        valid=lambda fast, middle, slow: fast < middle < slow,
        # One more than its formula wants: MetaTrader's first value is 0.
        warmup=lambda _fast, _middle, slow: slow + 1,
        kernel=ultimate,
        meaning=ultimate_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(library="Ultimate"),
        mirror=_ODD,
        weight=0.4,
        summary="The ultimate oscillator: buying pressure in true ranges of three spans, 0..100.",
        example="ultimate(7, 14, 28)",
        source="MetaTrader 5 Examples/Ultimate_Oscillator; Williams 1976",
    )
)
