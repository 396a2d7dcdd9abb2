"""Volumes: running totals (OBV, accumulation), Chaikin oscillator, money flow, force.

The level of a running total depends on where history starts, so its kind takes only what its moves
decide: averages, differences, comparisons and crossings of two of one kind, directions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import ACCUMULATION, FORCE, ON_BALANCE, PRICE, VOLUME, oscillator
from dsl.nodes.averages import ema, ema_at, ema_fade, sma, sma_at
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

_HIGH, _LOW, _CLOSE = (Input(name, PRICE, leaf=name) for name in ("high", "low", "close"))
_VOLUME = Input("volume", VOLUME, leaf="tick_volume")
_ODD = Mirror("odd")


@njit
def obv(close: F64, volume: F64, e_abs: float, e_rel: float) -> F64:
    """Return the running total of volumes, with the sign of each bar's change of the close."""
    out = np.zeros(len(close))
    total = 0.0
    for i in range(len(close)):
        if i == 0 or exceeds(close[i], close[i - 1], e_abs, e_rel):
            total += volume[i]
        elif exceeds(close[i - 1], close[i], e_abs, e_rel):
            total -= volume[i]
        out[i] = total
    return out


def obv_at(i: int, close: Series, volume: Series, *e: float) -> float:
    """Return the volumes of rises and of the first bar less those of falls."""
    rises = [j for j in range(1, i + 1) if is_more(close[j], close[j - 1], *e)]
    falls = [j for j in range(1, i + 1) if is_more(close[j - 1], close[j], *e)]
    return volume[0] + sum(volume[j] for j in rises) - sum(volume[j] for j in falls)


OBV = declare(
    NodeType(
        name="obv",
        inputs=(_CLOSE, _VOLUME),
        outputs=(Output("balance", ON_BALANCE),),
        kernel=obv,
        meaning=obv_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(library="Obv", handle="iOBV(_Symbol, _Period, {volume})"),
        mirror=_ODD,
        weight=0.4,
        summary="On balance volume: the running total of volumes, those of falling bars negative.",
        example="obv()",
        source="MetaTrader 5 iOBV; Granville 1963",
    )
)


@njit
def ad(high: F64, low: F64, close: F64, volume: F64, e_abs: float, e_rel: float) -> F64:
    """Return the running total of volumes, weighted by where in its range each bar closed."""
    out = np.zeros(len(close))
    total = 0.0
    for i in range(len(close)):
        if exceeds(high[i], low[i], e_abs, e_rel):
            place = (close[i] - low[i]) - (high[i] - close[i])
            total += place / (high[i] - low[i]) * volume[i]
        out[i] = total
    return out


def _accumulated(
    first: int, last: int, bars: tuple[Series, ...], e: Sequence[float]
) -> list[float]:
    """Return the accumulation added by each row from `first` to `last`."""
    high, low, close, volume = bars
    return [
        volume[j] * (2 * close[j] - low[j] - high[j]) / (high[j] - low[j])
        if is_more(high[j], low[j], *e)
        else 0.0
        for j in range(first, last + 1)
    ]


def ad_at(i: int, high: Series, low: Series, close: Series, volume: Series, *e: float) -> float:
    """Return the sum of volumes, each by its close's place in the bar: +1 the high, -1 the low."""
    return sum(_accumulated(0, i, (high, low, close, volume), e))


AD = declare(
    NodeType(
        name="ad",
        inputs=(_HIGH, _LOW, _CLOSE, _VOLUME),
        outputs=(Output("accumulation", ACCUMULATION),),
        kernel=ad,
        meaning=ad_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(library="Ad", handle="iAD(_Symbol, _Period, {volume})"),
        mirror=_ODD,
        weight=0.4,
        summary="Accumulation/distribution: the running total of volumes by where bars close.",
        example="ad()",
        source="MetaTrader 5 iAD",
    )
)


@njit
def chaikin(
    high: F64,
    low: F64,
    close: F64,
    volume: F64,
    fast: int,
    slow: int,
    e_abs: float,
    e_rel: float,
) -> F64:
    """Return the difference of two exponential averages of the accumulation."""
    total = ad(high, low, close, volume, e_abs, e_rel)
    return ema(total, fast) - ema(total, slow)


def chaikin_at(
    i: int,
    high: Series,
    low: Series,
    close: Series,
    volume: Series,
    fast: int,
    slow: int,
    *e: float,
) -> float:
    """Return the difference of both averages of an accumulation that starts as late as it may."""
    first = max(0, i - 20 * (max(fast, slow) + 1))
    total = 0.0
    quick = steady = 0.0
    for j, step in enumerate(_accumulated(first, i, (high, low, close, volume), e)):
        total += step
        if j == 0 and first == 0:
            quick = steady = total
        quick += 2.0 * (total - quick) / (fast + 1)
        steady += 2.0 * (total - steady) / (slow + 1)
    return quick - steady


CHAIKIN = declare(
    NodeType(
        name="chaikin",
        inputs=(_HIGH, _LOW, _CLOSE, _VOLUME),
        outputs=(Output("difference", VOLUME, levels=(0, 0)),),
        params=(
            IntParam("fast", low=2, high=20, default=3, log=True),
            IntParam("slow", low=5, high=60, default=10, log=True),
        ),
        valid=lambda fast, slow: fast < slow,
        warmup=lambda _fast, slow: ema_fade(slow),
        kernel=chaikin,
        meaning=chaikin_at,
        reach=None,
        tolerance="close",
        mql5=Mql5(
            library="Chaikin",
            handle="iChaikin(_Symbol, _Period, {fast}, {slow}, MODE_EMA, {volume})",
        ),
        mirror=_ODD,
        weight=0.4,
        summary="The Chaikin oscillator: a fast less a slow exponential average of accumulation.",
        example="chaikin(3, 10)",
        source="MetaTrader 5 iChaikin, MODE_EMA; other methods: sma(ad(), 5) - sma(ad(), 20)",
    )
)


@njit
def mfi(high: F64, low: F64, close: F64, volume: F64, period: int) -> F64:
    """Return the money flow index, 0..100; defined from row `period` on.

    Typical prices that tie may differ in their last bit, and in MetaTrader that bit decides. They
    are computed in its order here, so it decides alike: no tolerance.
    """
    n = len(close)
    typical = (high + low + close) / 3.0
    flow = np.zeros(n)
    for i in range(1, n):
        if typical[i] > typical[i - 1]:
            flow[i] = typical[i] * volume[i]
        elif typical[i] < typical[i - 1]:
            flow[i] = -typical[i] * volume[i]
    out = np.zeros(n)
    for i in range(period, n):
        gain = 0.0
        loss = 0.0
        for j in range(i - period + 1, i + 1):
            gain += max(flow[j], 0.0)
            loss += max(-flow[j], 0.0)
        out[i] = 100.0 - 100.0 / (1.0 + gain / loss) if loss > 1e-12 else 100.0
    return out


def mfi_at(i: int, high: Series, low: Series, close: Series, volume: Series, period: int) -> float:
    """Return the share of rising typical prices times volume in that of all that moved."""
    gain = loss = 0.0
    for j in range(i - period + 1, i + 1):
        now, before = ((high[k] + low[k] + close[k]) / 3.0 for k in (j, j - 1))
        gain += now * volume[j] if now > before else 0.0
        loss += now * volume[j] if now < before else 0.0
    return 100.0 if loss <= 1e-12 else gain / (gain + loss) * 100.0


MFI = declare(
    NodeType(
        name="mfi",
        inputs=(_HIGH, _LOW, _CLOSE, _VOLUME),
        outputs=(Output("mfi", oscillator(0, 100), levels=(20, 80)),),
        params=(IntParam("period", low=3, high=50, default=14, log=True),),
        warmup=lambda period: period,
        kernel=mfi,
        meaning=mfi_at,
        reach=None,
        mql5=Mql5(library="Mfi", handle="iMFI(_Symbol, _Period, {period}, {volume})"),
        mirror=_ODD,
        weight=0.5,
        summary="The money flow index: an RSI of typical prices, each weighted with its volume.",
        example="mfi(14)",
        source="MetaTrader 5 iMFI",
    )
)


@njit
def force(close: F64, volume: F64, period: int) -> F64:
    """Return volume times the step of the simple average of closes."""
    mean = sma(close, period)
    out = np.zeros(len(close))
    out[1:] = volume[1:] * np.diff(mean)
    return out


def force_at(i: int, close: Series, volume: Series, period: int) -> float:
    """Return volume times the step of the simple average of closes."""
    return volume[i] * (sma_at(i, close, period) - sma_at(i - 1, close, period))


@njit
def force_ema(close: F64, volume: F64, period: int) -> F64:
    """Return volume times the step of the exponential average of closes."""
    mean = ema(close, period)
    out = np.zeros(len(close))
    out[1:] = volume[1:] * np.diff(mean)
    return out


def force_ema_at(i: int, close: Series, volume: Series, period: int) -> float:
    """Return volume times the step of the exponential average of closes."""
    return volume[i] * (ema_at(i, close, period) - ema_at(i - 1, close, period))


def _force(
    mode: str,
    word: str,
    kernel: Callable[..., F64],
    meaning: Callable[..., float],
    warmup: Callable[[int], int],
) -> NodeType:
    name = kernel.__name__
    return declare(
        NodeType(
            name=name,
            inputs=(_CLOSE, _VOLUME),
            outputs=(Output("force", FORCE, levels=(0, 0)),),
            params=(IntParam("period", low=2, high=50, default=13, log=True),),
            warmup=warmup,
            kernel=kernel,
            meaning=meaning,
            reach=None,
            mql5=Mql5(
                library="".join(part.capitalize() for part in name.split("_")),
                handle=f"iForce(_Symbol, _Period, {{period}}, {mode}, {{volume}})",
            ),
            mirror=_ODD,
            weight=0.3,
            summary=f"The force index: volume times the step of the {word} average of closes.",
            example=f"{name}(13)",
            source=f"MetaTrader 5 iForce, {mode}; Elder 1993 averages the raw force instead",
        )
    )


FORCE_SMA = _force("MODE_SMA", "simple", force, force_at, lambda period: period)
FORCE_EMA = _force(
    "MODE_EMA", "exponential", force_ema, force_ema_at, lambda period: ema_fade(period) + 1
)
