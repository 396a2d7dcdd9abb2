"""Averages made of exponential averages of exponential averages: DEMA, TEMA, TRIX.

Seeds are MetaTrader's: the first average starts at the first value, each further one `period` - 1
rows after the one below it, at that one's value there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, NUMBER, KindVar
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

_PERIOD = IntParam("period", low=2, high=100, default=14, log=True)


def double_fade(period: int) -> int:
    """Return the rows until the seeds of two chained averages weigh about 1e-8.

    After t rows exp(-2 t / n) (1 + 2 t / n) of the seed is left: 1e-8 of it at t = 10.8 n.
    """
    return (108 * period + 9) // 10


def triple_fade(period: int) -> int:
    """Return the rows until the seeds of three chained averages weigh about 1e-8.

    With u = 2 t / n, exp(-u) (1 + u + u u / 2) of the seed is left: 1e-8 of it at t = 12.3 n.
    """
    return (123 * period + 9) // 10


def _chain_at(i: int, x: Series, period: int, averages: int) -> list[float]:
    """Return so many chained averages at row i, begun as late as no seed can be seen."""
    first = max(0, i - 40 * (period + 1))
    chain: list[float] = []
    for j in range(first, i + 1):
        value = x[j]
        for level in range(averages):
            if j < first + level * (period - 1):
                break
            if level == len(chain):
                chain.append(value)
            chain[level] += 2.0 * (value - chain[level]) / (period + 1)
            value = chain[level]
    return chain


@njit
def dema(x: F64, period: int) -> F64:
    """Return the double exponential average; defined from row 2 * period - 2 on."""
    n = len(x)
    out = np.zeros(n)
    factor = 2.0 / (period + 1.0)
    one = 0.0
    two = 0.0
    for i in range(n):
        one = x[0] if i == 0 else x[i] * factor + one * (1.0 - factor)
        if i == period - 1:
            two = one
        elif i >= period:
            two = one * factor + two * (1.0 - factor)
        out[i] = 2.0 * one - two
    return out


def dema_at(i: int, x: Series, period: int) -> float:
    """Return twice the average less the average of the average."""
    one, two = _chain_at(i, x, period, 2)
    return one + (one - two)


DEMA = declare(
    NodeType(
        name="dema",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("average", AVERAGED),),
        params=(_PERIOD,),
        warmup=lambda period: 2 * (period - 1) + double_fade(period),
        kernel=dema,
        meaning=dema_at,
        reach=None,
        mql5=Mql5(library="Dema", handle="iDEMA(_Symbol, _Period, {period}, 0, {x})"),
        mirror=Mirror("follow"),
        weight=0.5,
        summary="The double exponential average, 2 E - E of E: less late than the average E.",
        example="dema(close, 14)",
        source="MetaTrader 5 iDEMA; Mulloy 1994",
    )
)


@njit
def tema(x: F64, period: int) -> F64:
    """Return the triple exponential average; defined from row 3 * period - 3 on."""
    n = len(x)
    out = np.zeros(n)
    factor = 2.0 / (period + 1.0)
    one = 0.0
    two = 0.0
    three = 0.0
    for i in range(n):
        one = x[0] if i == 0 else x[i] * factor + one * (1.0 - factor)
        if i == period - 1:
            two = one
        elif i >= period:
            two = one * factor + two * (1.0 - factor)
        if i == 2 * period - 2:
            three = two
        elif i > 2 * period - 2:
            three = two * factor + three * (1.0 - factor)
        out[i] = 3.0 * one - 3.0 * two + three
    return out


def tema_at(i: int, x: Series, period: int) -> float:
    """Return three times the average less the average of it, and the average of that."""
    one, two, three = _chain_at(i, x, period, 3)
    return 3.0 * (one - two) + three


TEMA = declare(
    NodeType(
        name="tema",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("average", AVERAGED),),
        params=(_PERIOD,),
        warmup=lambda period: 3 * (period - 1) + triple_fade(period),
        kernel=tema,
        meaning=tema_at,
        reach=None,
        mql5=Mql5(library="Tema", handle="iTEMA(_Symbol, _Period, {period}, 0, {x})"),
        mirror=Mirror("follow"),
        weight=0.4,
        summary="The triple exponential average, 3 E - 3 EE + EEE with E of E written EE.",
        example="tema(close, 14)",
        source="MetaTrader 5 iTEMA; Mulloy 1994",
    )
)


@njit
def trix(x: F64, period: int) -> F64:
    """Return the step of the triple average as a share of it; defined from row 3 * period - 2 on.

    The average is that of E of E of E, with TEMA's seeds.
    """
    n = len(x)
    out = np.zeros(n)
    factor = 2.0 / (period + 1.0)
    one = 0.0
    two = 0.0
    three = 0.0
    for i in range(n):
        one = x[0] if i == 0 else x[i] * factor + one * (1.0 - factor)
        if i == period - 1:
            two = one
        elif i >= period:
            two = one * factor + two * (1.0 - factor)
        if i == 2 * period - 2:
            three = two
        elif i > 2 * period - 2:
            before = three
            three = two * factor + three * (1.0 - factor)
            if abs(before) > 1e-12:
                out[i] = (three - before) / before
    return out


def trix_at(i: int, x: Series, period: int) -> float:
    """Return the step of the third average as a share of where it was; 0 where that was 0."""
    before = _chain_at(i - 1, x, period, 3)
    now = list(before)
    value = x[i]
    for level in range(3):
        now[level] += 2.0 * (value - now[level]) / (period + 1)
        value = now[level]
    return 0.0 if abs(before[2]) <= 1e-12 else (now[2] - before[2]) / before[2]


TRIX = declare(
    NodeType(
        name="trix",
        inputs=(Input("x", KindVar("T", ("price", "volume"))),),  # a ratio wants what is never < 0
        outputs=(Output("trix", NUMBER, levels=(-0.0003, 0.0003)),),
        params=(_PERIOD,),
        warmup=lambda period: 3 * (period - 1) + 1 + triple_fade(period),
        kernel=trix,
        meaning=trix_at,
        reach=None,
        mql5=Mql5(library="Trix", handle="iTriX(_Symbol, _Period, {period}, {x})"),
        mirror=Mirror("odd"),
        weight=0.5,
        summary="The step of an average of an average of an average, as a share of it.",
        example="trix(close, 14)",
        source="MetaTrader 5 iTriX; Hutson 1983 writes it in percent",
    )
)
