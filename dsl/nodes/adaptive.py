"""Averages whose speed follows the market: AMA, VIDYA, FrAMA.

How fast a seed fades depends on the prices. Warm-ups are long enough for what markets do: after
them another seed changes a value by less than 1e-8 of the difference, unless trading stands still.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, PRICE
from dsl.nodes.channels import highest, lowest
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]


@njit
def ama(x: F64, period: int, fast: int, slow: int, e_abs: float, e_rel: float) -> F64:
    """Return Kaufman's adaptive average, seeded with the value at row period - 1."""
    n = len(x)
    out = np.zeros(n)
    if n < period:
        return out
    quick = 2.0 / (fast + 1.0)
    steady = 2.0 / (slow + 1.0)
    noise = 0.0
    for i in range(1, period):
        noise += abs(x[i] - x[i - 1])
    value = x[period - 1]
    out[period - 1] = value
    for i in range(period, n):
        noise += abs(x[i] - x[i - 1])
        if i > period:
            noise -= abs(x[i - period] - x[i - period - 1])
        efficiency = 0.0
        if exceeds(noise, 0.0, e_abs, e_rel):
            efficiency = abs(x[i] - x[i - period]) / noise
        speed = efficiency * (quick - steady) + steady
        value += speed * speed * (x[i] - value)
        out[i] = value
    return out


def ama_at(i: int, x: Series, period: int, fast: int, slow: int, *e: float) -> float:
    """Return the average that moves the faster the straighter the last `period` rows went."""
    value = x[period - 1]
    for j in range(period, i + 1):
        path = sum(abs(x[k] - x[k - 1]) for k in range(j - period + 1, j + 1))
        way = abs(x[j] - x[j - period])
        straight = way / path if is_more(path, 0.0, *e) else 0.0
        speed = straight * 2.0 / (fast + 1) + (1.0 - straight) * 2.0 / (slow + 1)
        value += speed**2 * (x[j] - value)
    return value


AMA = declare(
    NodeType(
        name="ama",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("average", AVERAGED),),
        params=(
            IntParam("period", low=3, high=30, default=10, log=True),
            IntParam("fast", low=2, high=5, default=2),
            IntParam("slow", low=15, high=60, default=30, log=True),
        ),
        valid=lambda _period, fast, slow: fast < slow,
        # Efficiency squared is about 1.6 / period where prices wander: measured, with a margin.
        warmup=lambda period, fast, _slow: period + 4 * period * (fast + 1) * (fast + 1),
        kernel=ama,
        meaning=ama_at,
        reach=None,
        tolerance="x",
        mql5=Mql5(library="Ama", handle="iAMA(_Symbol, _Period, {period}, {fast}, {slow}, 0, {x})"),
        mirror=Mirror("follow"),
        weight=0.5,
        summary="Kaufman's adaptive average: fast where prices go straight, slow in a zigzag.",
        example="ama(close, 10, 2, 30)",
        source="MetaTrader 5 iAMA; Kaufman 1995",
    )
)


@njit
def vidya(x: F64, cmo_period: int, period: int, e_abs: float, e_rel: float) -> F64:
    """Return Chande's average: an exponential one whose factor is multiplied with |CMO|.

    As MetaTrader does, the value itself stands before row cmo_period + period - 1.
    """
    n = len(x)
    out = np.zeros(n)
    factor = 2.0 / (period + 1.0)
    start = cmo_period + period - 1
    up = 0.0
    down = 0.0
    value = 0.0
    for i in range(n):
        if i > 0:
            change = x[i] - x[i - 1]
            up += max(change, 0.0)
            down += max(-change, 0.0)
        if i > cmo_period:
            change = x[i - cmo_period] - x[i - cmo_period - 1]
            up -= max(change, 0.0)
            down -= max(-change, 0.0)
        if i < start:
            value = x[i]
        else:
            moves = up + down
            share = abs(up - down) / moves if exceeds(moves, 0.0, e_abs, e_rel) else 0.0
            value = x[i] * factor * share + value * (1.0 - factor * share)
        out[i] = value
    return out


def vidya_at(i: int, x: Series, cmo_period: int, period: int, *e: float) -> float:
    """Return the average that moves the faster the more one-sided the last moves were."""
    value = x[min(i, cmo_period + period - 2)]
    for j in range(cmo_period + period - 1, i + 1):
        moves = [x[k] - x[k - 1] for k in range(j - cmo_period + 1, j + 1)]
        path = sum(map(abs, moves))
        share = abs(sum(moves)) / path if is_more(path, 0.0, *e) else 0.0
        value += 2.0 / (period + 1) * share * (x[j] - value)
    return value


VIDYA = declare(
    NodeType(
        name="vidya",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("average", AVERAGED),),
        params=(
            IntParam("cmo_period", low=4, high=20, default=9, log=True),
            IntParam("period", low=3, high=40, default=12, log=True),
        ),
        # A longer CMO is nearer 0, and stays there for longer: measured, with a margin.
        warmup=lambda cmo_period, period: cmo_period + period + period * (3 * cmo_period + 13),
        kernel=vidya,
        meaning=vidya_at,
        reach=None,
        tolerance="x",
        mql5=Mql5(
            library="Vidya", handle="iVIDyA(_Symbol, _Period, {cmo_period}, {period}, 0, {x})"
        ),
        mirror=Mirror("follow"),
        weight=0.5,
        summary="Chande's variable average: fast where the last moves all went one way.",
        example="vidya(close, 9, 12)",
        source="MetaTrader 5 iVIDyA; Chande 1992",
    )
)


@njit
def frama(x: F64, high: F64, low: F64, period: int) -> F64:
    """Return Ehlers' fractal average; the value itself stands before row 2 * period - 1.

    Two ranges of `period` bars, the newer and the older, are compared with the range of both.
    """
    n = len(x)
    out = np.zeros(n)
    top = highest(high, period)
    bottom = lowest(low, period)
    value = 0.0
    for i in range(n):
        if i < 2 * period - 1:
            value = x[i]
        else:
            j = i - period
            newer = (top[i] - bottom[i]) / period
            older = (top[j] - bottom[j]) / period
            both = (max(top[i], top[j]) - min(bottom[i], bottom[j])) / (2 * period)
            speed = 0.0
            if newer + older > 1e-12 and both > 1e-12:
                dimension = math.log((newer + older) / both) / math.log(2.0)
                speed = math.exp(-4.6 * (dimension - 1.0))
            value = speed * x[i] + (1.0 - speed) * value
        out[i] = value
    return out


def frama_at(i: int, x: Series, high: Series, low: Series, period: int) -> float:
    """Return the average that moves the faster the less the fractal dimension of the bars is."""
    value = x[min(i, 2 * period - 2)]
    for j in range(2 * period - 1, i + 1):
        new, old = slice(j - period + 1, j + 1), slice(j - 2 * period + 1, j - period + 1)
        whole = slice(old.start, new.stop)
        parts = sum(max(high[part]) - min(low[part]) for part in (new, old)) / period
        both = (max(high[whole]) - min(low[whole])) / (2 * period)
        speed = 0.0
        if parts > 1e-12 and both > 1e-12:
            speed = math.exp(-4.6 * (math.log2(parts / both) - 1.0))
        value += speed * (x[j] - value)
    return value


FRAMA = declare(
    NodeType(
        name="frama",
        inputs=(
            Input("x", PRICE),
            Input("high", PRICE, leaf="high"),
            Input("low", PRICE, leaf="low"),
        ),
        outputs=(Output("average", PRICE),),
        params=(IntParam("period", low=4, high=60, default=14, log=True),),
        warmup=lambda period: 7 * period + 180,
        kernel=frama,
        meaning=frama_at,
        reach=None,
        mql5=Mql5(library="Frama", handle="iFrAMA(_Symbol, _Period, {period}, 0, {x})"),
        mirror=Mirror("follow"),
        weight=0.4,
        summary="Ehlers' fractal average: fast where the range of a window is that of its halves.",
        example="frama(close, 14)",
        source="MetaTrader 5 iFrAMA; Ehlers 2005",
    )
)
