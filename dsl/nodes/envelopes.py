"""Bands about an average and channels of extremes: envelopes, deviation, Keltner, price channel."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, CUMULATIVE, DISTANCE, FORCE, NUMBER, PRICE, VOLUME, KindVar
from dsl.nodes.averages import ema, ema_fade
from dsl.nodes.channels import atr, highest, lowest, window_moments
from dsl.params import FloatParam, IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Overload, declare

Series = Sequence[float]

_UPPER_LOWER = (("upper", "lower"), ("lower", "upper"))


@njit
def envelopes(average: F64, percent: float) -> tuple[F64, F64]:
    """Return the average moved up and down by so many percent of it."""
    return average * (1.0 + percent / 100.0), average * (1.0 - percent / 100.0)


def envelopes_at(i: int, average: Series, percent: float) -> tuple[float, float]:
    """Return the average and so many hundredths of it more, and less."""
    part = average[i] * percent / 100.0
    return average[i] + part, average[i] - part


ENVELOPES = declare(
    NodeType(
        name="envelopes",
        inputs=(Input("average", KindVar("T", ("price", "volume"))),),  # a share wants what is > 0
        outputs=(
            Output("upper", KindVar("T", ("price", "volume"))),
            Output("lower", KindVar("T", ("price", "volume"))),
        ),
        params=(FloatParam("percent", low=0.05, high=2.0, default=0.1, step=0.05, minimum=0.0),),
        kernel=envelopes,
        meaning=envelopes_at,
        reach=None,
        mql5=Mql5(
            library="Envelopes",
            handle="iEnvelopes(_Symbol, _Period, {ma_period}, 0, {ma_method}, {x}, {percent})",
            buffers=(0, 1),
            around="average",
        ),
        mirror=Mirror("follow", outputs=_UPPER_LOWER),
        weight=0.4,
        summary="An average of any method, moved up and down by so many percent of it.",
        example="envelopes(sma(close, 14), 0.1).upper",
        source="MetaTrader 5 iEnvelopes, whose method is here the average you write",
    )
)


@njit
def deviation(x: F64, average: F64, period: int) -> F64:
    """Return the root of the mean squared distance of the last `period` values from an average.

    The average is that of the current row, as MetaTrader takes it.
    """
    mean, spread = window_moments(x, period)
    out = np.zeros(len(x))
    for i in range(period - 1, len(x)):
        gap = mean[i] - average[i]
        out[i] = math.sqrt(spread[i] * spread[i] + gap * gap)
    return out


def deviation_at(i: int, x: Series, average: Series, period: int) -> float:
    """Return the root of the mean squared distance from the average of this row."""
    squares = [(x[j] - average[i]) ** 2 for j in range(i - period + 1, i + 1)]
    return math.sqrt(math.fsum(squares) / period)


DEVIATION = declare(
    NodeType(
        name="deviation",
        inputs=(Input("x", AVERAGED), Input("average", AVERAGED)),
        outputs=(Output("deviation", AVERAGED),),
        overloads=(
            Overload((PRICE, PRICE), DISTANCE),
            Overload((DISTANCE, DISTANCE), DISTANCE),
            Overload((NUMBER, NUMBER), NUMBER),
            Overload((VOLUME, VOLUME), VOLUME),
            Overload((FORCE, FORCE), FORCE),
            *(Overload((total, total), VOLUME) for total in CUMULATIVE),
        ),
        params=(IntParam("period", low=2, high=100, default=20, log=True),),
        warmup=lambda period: period - 1,
        kernel=deviation,
        meaning=deviation_at,
        reach=None,
        mql5=Mql5(
            library="Deviation",
            handle="iStdDev(_Symbol, _Period, {ma_period}, 0, {ma_method}, {x})",
            around="average",
        ),
        mirror=Mirror("even"),
        weight=0.2,
        summary="The standard deviation of the last `period` values about any average of them.",
        example="deviation(close, ema(close, 10), 10)",
        source="MetaTrader 5 iStdDev with any method; stddev(x, n) is the one about the mean",
    )
)


@njit
def keltner(
    x: F64, high: F64, low: F64, close: F64, period: int, atr_period: int, factor: float
) -> tuple[F64, F64, F64]:
    """Return upper, middle and lower line: an exponential average and average true ranges."""
    middle = ema(x, period)
    width = factor * atr(high, low, close, atr_period)
    return middle + width, middle, middle - width


def keltner_at(
    i: int,
    x: Series,
    high: Series,
    low: Series,
    close: Series,
    period: int,
    atr_period: int,
    factor: float,
) -> tuple[float, float, float]:
    """Return the average now, and so many mean true ranges above and below it."""
    first = max(0, i - 20 * (period + 1))
    middle = x[first]
    for j in range(first + 1, i + 1):
        middle += 2.0 / (period + 1) * (x[j] - middle)
    widths = [
        max(high[j], close[j - 1]) - min(low[j], close[j - 1])
        for j in range(i - atr_period + 1, i + 1)
    ]
    width = factor * sum(widths) / atr_period
    return middle + width, middle, middle - width


KELTNER = declare(
    NodeType(
        name="keltner",
        inputs=(
            Input("x", PRICE),
            Input("high", PRICE, leaf="high"),
            Input("low", PRICE, leaf="low"),
            Input("close", PRICE, leaf="close"),
        ),
        outputs=(Output("upper", PRICE), Output("middle", PRICE), Output("lower", PRICE)),
        params=(
            IntParam("period", low=5, high=100, default=20, log=True),
            IntParam("atr_period", low=2, high=50, default=10, log=True),
            FloatParam("factor", low=0.5, high=4.0, default=2.0, step=0.1, minimum=0.0),
        ),
        warmup=lambda period, atr_period, _factor: max(ema_fade(period), atr_period),
        kernel=keltner,
        meaning=keltner_at,
        reach=None,
        mql5=Mql5(library="Keltner"),
        mirror=Mirror("follow", outputs=_UPPER_LOWER),
        weight=0.4,
        summary="Keltner's channel: an exponential average, and average true ranges about it.",
        example="keltner(close, 20, 10, 2).upper",
        source="Keltner 1960, with averages as Raschke uses them; MetaTrader 5 iMA and iATR",
    )
)


@njit
def price_channel(high: F64, low: F64, period: int) -> tuple[F64, F64, F64]:
    """Return highest high, lowest low and their middle over the last `period` bars."""
    upper = highest(high, period)
    lower = lowest(low, period)
    return upper, (upper + lower) / 2.0, lower


def price_channel_at(i: int, high: Series, low: Series, period: int) -> tuple[float, float, float]:
    """Return highest high, middle and lowest low of the last `period` bars."""
    top, bottom = max(high[i - period + 1 : i + 1]), min(low[i - period + 1 : i + 1])
    return top, (top + bottom) / 2.0, bottom


PRICE_CHANNEL = declare(
    NodeType(
        name="price_channel",
        inputs=(Input("high", PRICE, leaf="high"), Input("low", PRICE, leaf="low")),
        outputs=(Output("upper", PRICE), Output("middle", PRICE), Output("lower", PRICE)),
        params=(IntParam("period", low=3, high=200, default=22, log=True),),
        warmup=lambda period: period - 1,
        kernel=price_channel,
        meaning=price_channel_at,
        reach=None,
        mql5=Mql5(library="PriceChannel"),
        mirror=Mirror("odd", outputs=_UPPER_LOWER),
        weight=0.7,
        summary="Donchian's channel: highest high, lowest low, middle of the last `period` bars.",
        example="price_channel(22).upper",
        source="MetaTrader 5 Examples/Price_Channel, which draws it one bar further on",
    )
)
