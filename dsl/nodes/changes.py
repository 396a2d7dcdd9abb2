"""Changes over time: difference and rate of change, OsMA."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, Kind, KindVar
from dsl.nodes.averages import ema_fade
from dsl.nodes.channels import DIFFERENCES
from dsl.nodes.oscillators import macd, macd_at
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]


@njit
def change(x: F64, period: int) -> F64:
    """Return the value less the one `period` rows before."""
    out = np.zeros(len(x))
    for i in range(period, len(x)):
        out[i] = x[i] - x[i - period]
    return out


def change_at(i: int, x: Series, period: int) -> float:
    """Return the value less the one `period` rows before."""
    return x[i] - x[i - period]


CHANGE = declare(
    NodeType(
        name="change",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("change", AVERAGED, levels=(0, 0)),),
        overloads=DIFFERENCES,
        params=(IntParam("period", low=1, high=100, default=10, log=True),),
        warmup=lambda period: period,
        kernel=change,
        meaning=change_at,
        reach=None,
        mql5=Mql5(library="Change"),
        mirror=Mirror("odd"),
        weight=0.4,
        summary="The value less the one `period` rows before.",
        example="change(close, 10)",
    )
)


@njit
def roc(x: F64, period: int) -> F64:
    """Return the change over `period` rows in percent of the value now."""
    out = np.zeros(len(x))
    for i in range(period, len(x)):
        if abs(x[i]) > 1e-12:
            out[i] = (x[i] - x[i - period]) / x[i] * 100.0
    return out


def roc_at(i: int, x: Series, period: int) -> float:
    """Return the change over `period` rows in percent of the value now; 0 where that is 0."""
    return 0.0 if abs(x[i]) <= 1e-12 else 100.0 * (x[i] - x[i - period]) / x[i]


ROC = declare(
    NodeType(
        name="roc",
        inputs=(Input("x", KindVar("T", ("price", "volume"))),),  # a ratio wants what is never < 0
        outputs=(Output("roc", Kind("oscillator"), levels=(-2, 2)),),
        params=(IntParam("period", low=2, high=100, default=12, log=True),),
        warmup=lambda period: period,
        kernel=roc,
        meaning=roc_at,
        reach=None,
        mql5=Mql5(library="Roc"),
        mirror=Mirror("odd"),
        weight=0.5,
        summary="The rate of change: that of the last `period` rows in percent of the value now.",
        example="roc(close, 12)",
        source="MetaTrader 5 Examples/ROC, which divides by the value now, not the one before",
    )
)


@njit
def osma(x: F64, fast: int, slow: int, signal: int) -> F64:
    """Return the MACD line less its signal."""
    line, mean = macd(x, fast, slow, signal)
    return line - mean


def osma_at(i: int, x: Series, fast: int, slow: int, signal: int) -> float:
    """Return the MACD line less its signal."""
    line, mean = macd_at(i, x, fast, slow, signal)
    return line - mean


OSMA = declare(
    NodeType(
        name="osma",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("osma", AVERAGED, levels=(0, 0)),),
        overloads=DIFFERENCES,
        params=(
            IntParam("fast", low=3, high=50, default=12, log=True),
            IntParam("slow", low=10, high=150, default=26, log=True),
            IntParam("signal", low=2, high=50, default=9, log=True),
        ),
        valid=lambda fast, slow, _signal: fast < slow,
        warmup=lambda _fast, slow, signal: ema_fade(slow) + signal - 1,
        kernel=osma,
        meaning=osma_at,
        reach=None,
        mql5=Mql5(library="Osma", handle="iOsMA(_Symbol, _Period, {fast}, {slow}, {signal}, {x})"),
        mirror=Mirror("odd"),
        weight=0.5,
        summary="The moving average of the oscillator: the MACD line less its signal.",
        example="osma(close, 12, 26, 9)",
        source="MetaTrader 5 iOsMA",
    )
)
