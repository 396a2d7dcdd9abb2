"""Ichimoku and Heiken Ashi, from high, low and close of the bars alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import PRICE
from dsl.nodes.channels import highest, lowest
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

_HIGH_LOW = (Input("high", PRICE, leaf="high"), Input("low", PRICE, leaf="low"))


@njit
def middle_of_range(high: F64, low: F64, period: int) -> F64:
    """Return the middle between highest high and lowest low of the last `period` bars."""
    return (highest(high, period) + lowest(low, period)) / 2.0


@njit
def ichimoku(
    high: F64, low: F64, tenkan: int, kijun: int, senkou: int
) -> tuple[F64, F64, F64, F64]:
    """Return tenkan, kijun, senkou span A and B; none is displaced."""
    fast = middle_of_range(high, low, tenkan)
    slow = middle_of_range(high, low, kijun)
    return fast, slow, (fast + slow) / 2.0, middle_of_range(high, low, senkou)


def _middle_at(i: int, high: Series, low: Series, period: int) -> float:
    window = slice(i - period + 1, i + 1)
    return (max(high[window]) + min(low[window])) / 2.0


def ichimoku_at(
    i: int, high: Series, low: Series, tenkan: int, kijun: int, senkou: int
) -> tuple[float, float, float, float]:
    """Return the middles of three ranges, and of the first two of them."""
    fast, slow, far = (_middle_at(i, high, low, period) for period in (tenkan, kijun, senkou))
    return fast, slow, (fast + slow) / 2.0, far


ICHIMOKU = declare(
    NodeType(
        name="ichimoku",
        inputs=_HIGH_LOW,
        outputs=(
            Output("tenkan", PRICE),
            Output("kijun", PRICE),
            Output("senkou_a", PRICE),
            Output("senkou_b", PRICE),
        ),
        params=(
            IntParam("tenkan_period", low=4, high=30, default=9, log=True),
            IntParam("kijun_period", low=10, high=80, default=26, log=True),
            IntParam("senkou_period", low=20, high=160, default=52, log=True),
        ),
        valid=lambda tenkan, kijun, senkou: tenkan < kijun and kijun < senkou,
        warmup=lambda _tenkan, _kijun, senkou: senkou - 1,
        kernel=ichimoku,
        meaning=ichimoku_at,
        reach=None,
        mql5=Mql5(
            library="Ichimoku",
            handle=(
                "iIchimoku(_Symbol, _Period, {tenkan_period}, {kijun_period}, {senkou_period})"
            ),
            buffers=(0, 1, 2, 3),
        ),
        mirror=Mirror("odd"),
        weight=0.6,
        summary=(
            "Middles of ranges, not displaced: a chart draws the cloud kijun_period bars further "
            "on, so the one over the last closed bar is `ichimoku(9, 26, 52).senkou_a[27]`."
        ),
        example="ichimoku(9, 26, 52).kijun",
        source="MetaTrader 5 iIchimoku; the chikou span is the close",
    )
)


@njit
def heiken_ashi(open_: F64, high: F64, low: F64, close: F64) -> tuple[F64, F64, F64, F64]:
    """Return open, high, low and close of the averaged bars; the first is the real one."""
    n = len(close)
    first = np.empty(n)
    top = np.empty(n)
    bottom = np.empty(n)
    last = np.empty(n)
    for i in range(n):
        if i == 0:
            last[i] = close[i]
            first[i] = open_[i]
        else:
            last[i] = (open_[i] + high[i] + low[i] + close[i]) / 4.0
            first[i] = (first[i - 1] + last[i - 1]) / 2.0
        top[i] = max(high[i], max(first[i], last[i]))
        bottom[i] = min(low[i], min(first[i], last[i]))
    return first, top, bottom, last


def heiken_ashi_at(
    i: int, open_: Series, high: Series, low: Series, close: Series
) -> tuple[float, float, float, float]:
    """Return the averaged bar: it opens in the middle of the one before."""
    begin = max(0, i - 60)  # an earlier bar weighs less than 2 to the power of -60
    first, last = open_[begin], close[begin]
    for j in range(begin + 1, i + 1):
        first = 0.5 * (first + last)
        last = 0.25 * sum((open_[j], high[j], low[j], close[j]))
    return first, max(high[i], first, last), min(low[i], first, last), last


HEIKEN_ASHI = declare(
    NodeType(
        name="heiken_ashi",
        inputs=(
            Input("open", PRICE, leaf="open"),
            *_HIGH_LOW,
            Input("close", PRICE, leaf="close"),
        ),
        outputs=(
            Output("first", PRICE),
            Output("top", PRICE),
            Output("bottom", PRICE),
            Output("last", PRICE),
        ),
        warmup=lambda: 27,  # 2 to the power of -27 is below 1e-8
        kernel=heiken_ashi,
        meaning=heiken_ashi_at,
        reach=None,
        mql5=Mql5(library="HeikenAshi"),
        mirror=Mirror("odd", outputs=(("top", "bottom"), ("bottom", "top"))),
        weight=0.5,
        summary="Averaged bars: their open, high, low and close are first, top, bottom and last.",
        example="heiken_ashi().last",
        source="MetaTrader 5 Examples/Heiken_Ashi",
    )
)
