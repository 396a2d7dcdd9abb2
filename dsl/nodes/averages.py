"""Moving averages, each of a series of any kind: `T -> T`.

Formulas and seeds are MetaTrader's: the simple average is a running sum, the exponential one starts
at the first value, the smoothed one at a simple average.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]


def ema_fade(period: int) -> int:
    """Return the rows until the seed of an exponential average weighs about 1e-8: ceil(9.2 n).

    A row keeps 1 - 2 / (n + 1) of the seed, so after 9.2 n rows exp(-18.4) = 1e-8 of it is left.
    In whole numbers, because emitted code repeats the formula and no last bit may matter.
    """
    return (92 * period + 9) // 10


def smma_fade(period: int) -> int:
    """Return the rows until the seed of a smoothed average weighs about 1e-8: ceil(18.4 n).

    A row keeps 1 - 1 / n of the seed: half as fast as the exponential average.
    """
    return (184 * period + 9) // 10


@njit
def sma(x: F64, period: int) -> F64:
    """Return the simple moving average as a running sum; defined from row period - 1 on."""
    n = len(x)
    out = np.zeros(n)
    if n < period:
        return out
    total = 0.0
    for i in range(period):
        total += x[i]
    value = total / period
    out[period - 1] = value
    for i in range(period, n):
        value += (x[i] - x[i - period]) / period
        out[i] = value
    return out


def sma_at(i: int, x: Series, period: int) -> float:
    """Return the mean of the last `period` values."""
    return sum(x[j] for j in range(i - period + 1, i + 1)) / period


@njit
def ema(x: F64, period: int) -> F64:
    """Return the exponential moving average, seeded with the first value."""
    n = len(x)
    out = np.zeros(n)
    if n == 0:
        return out
    factor = 2.0 / (period + 1.0)
    value = x[0]
    out[0] = value
    for i in range(1, n):
        value = x[i] * factor + value * (1.0 - factor)
        out[i] = value
    return out


def ema_at(i: int, x: Series, period: int) -> float:
    """Return the average with weights that fall by the same share a row, as far as they count."""
    first = max(0, i - 20 * (period + 1))  # what lies before weighs less than exp(-40)
    value = x[first]
    for j in range(first + 1, i + 1):
        value += 2.0 * (x[j] - value) / (period + 1)
    return value


@njit
def smma(x: F64, period: int) -> F64:
    """Return the smoothed moving average (Wilder's), seeded with the mean of the first values."""
    n = len(x)
    out = np.zeros(n)
    if n < period:
        return out
    total = 0.0
    for i in range(period):
        total += x[i]
    value = total / period
    out[period - 1] = value
    for i in range(period, n):
        value = (value * (period - 1) + x[i]) / period
        out[i] = value
    return out


def smma_at(i: int, x: Series, period: int) -> float:
    """Return Wilder's average, begun as late as the seed allows without being seen."""
    seed = max(period - 1, i - 40 * period)
    value = sum(x[seed - period + 1 : seed + 1]) / period
    for j in range(seed + 1, i + 1):
        value += (x[j] - value) / period
    return value


@njit
def lwma(x: F64, period: int) -> F64:
    """Return the linearly weighted moving average, the newest value weighing most."""
    n = len(x)
    out = np.zeros(n)
    if n < period:
        return out
    weights = period * (period + 1) / 2.0
    total = 0.0
    weighted = 0.0
    for i in range(period):
        total += x[i]
        weighted += x[i] * (i + 1)
    out[period - 1] = weighted / weights
    for i in range(period, n):
        weighted += x[i] * period - total
        total += x[i] - x[i - period]
        out[i] = weighted / weights
    return out


def lwma_at(i: int, x: Series, period: int) -> float:
    """Return the mean with weights 1, 2, ... `period`, oldest to newest."""
    weighted = sum((period - back) * x[i - back] for back in range(period))
    return weighted / sum(range(1, period + 1))


def _average(
    name: str,
    kernel: Callable[..., F64],
    meaning: Callable[..., float],
    warmup: Callable[[int], int],
    weight: float,
    summary: str,
) -> NodeType:
    mode = f"MODE_{name.upper()}"
    return declare(
        NodeType(
            name=name,
            inputs=(Input("x", AVERAGED),),
            outputs=(Output("average", AVERAGED),),
            params=(IntParam("period", low=2, high=200, default=14, log=True),),
            warmup=warmup,
            kernel=kernel,
            meaning=meaning,
            reach=None,
            mql5=Mql5(
                library=name.capitalize(),
                handle=f"iMA(_Symbol, _Period, {{period}}, 0, {mode}, {{x}})",
                method=mode,
            ),
            mirror=Mirror("follow"),
            weight=weight,
            summary=summary,
            example=f"{name}(close, 14)",
            source=f"MetaTrader 5 iMA, {mode}",
        )
    )


SMA = _average(
    "sma", sma, sma_at, lambda period: period - 1, 1.0, "The mean of the last `period` values."
)
EMA = _average(
    "ema",
    ema,
    ema_at,
    ema_fade,
    1.5,
    "The exponential moving average: each row moves 2 / (period + 1) of the way to the new value.",
)
SMMA = _average(
    "smma",
    smma,
    smma_at,
    lambda period: period - 1 + smma_fade(period),
    0.7,
    "The smoothed moving average: each row moves 1 / period of the way to the new value.",
)
LWMA = _average(
    "lwma",
    lwma,
    lwma_at,
    lambda period: period - 1,
    0.7,
    "The mean of the last `period` values, weighted 1, 2, ... `period`.",
)
