"""Votes and nearness: at least so many of several signals, two values within a distance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, Bool1D, njit
from dsl.kinds import DISTANCE, NUMBER, PRICE, SERIES, SIGNAL, VOLUME, KindVar
from dsl.nodes.tolerance import allowance, exceeds
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Overload, declare

Series = Sequence[float]
Signals = Sequence[bool]

_FOLLOW = Mirror("follow")
_OUTPUT = (Output("signal", SIGNAL),)
_O = KindVar("O", ("oscillator",))


@njit
def of_three(a: Bool1D, b: Bool1D, c: Bool1D, least: int) -> Bool1D:
    """Return whether at least so many of the signals are true."""
    return a.astype(np.int64) + b + c >= least


def of_three_at(i: int, a: Signals, b: Signals, c: Signals, least: int) -> bool:
    """Return whether at least so many of the signals are true."""
    return [bool(signal[i]) for signal in (a, b, c)].count(True) >= least


OF_THREE = declare(
    NodeType(
        name="of_three",
        inputs=tuple(Input(name, SIGNAL) for name in "abc"),
        outputs=_OUTPUT,
        params=(IntParam("least", low=2, high=2, default=2, maximum=3),),
        kernel=of_three,
        meaning=of_three_at,
        mql5=Mql5(expression="(int)({a}) + (int)({b}) + (int)({c}) >= {least}"),
        mirror=_FOLLOW,
        weight=0.2,
        summary="Whether at least `least` of three signals are true.",
        example="of_three(close > open, rsi(close, 14) > 50, rising(close, 2), 2)",
    )
)


@njit
def of_four(a: Bool1D, b: Bool1D, c: Bool1D, d: Bool1D, least: int) -> Bool1D:
    """Return whether at least so many of the signals are true."""
    return a.astype(np.int64) + b + c + d >= least


def of_four_at(i: int, a: Signals, b: Signals, c: Signals, d: Signals, least: int) -> bool:
    """Return whether at least so many of the signals are true."""
    return [bool(signal[i]) for signal in (a, b, c, d)].count(True) >= least


OF_FOUR = declare(
    NodeType(
        name="of_four",
        inputs=tuple(Input(name, SIGNAL) for name in "abcd"),
        outputs=_OUTPUT,
        params=(IntParam("least", low=2, high=3, default=2, maximum=4),),
        kernel=of_four,
        meaning=of_four_at,
        mql5=Mql5(expression="(int)({a}) + (int)({b}) + (int)({c}) + (int)({d}) >= {least}"),
        mirror=_FOLLOW,
        weight=0.1,
        summary="Whether at least `least` of four signals are true.",
        example="of_four(close > open, high > high[2], low > low[2], rising(close, 2), 3)",
    )
)


@njit
def of_five(a: Bool1D, b: Bool1D, c: Bool1D, d: Bool1D, e: Bool1D, least: int) -> Bool1D:
    """Return whether at least so many of the signals are true."""
    return a.astype(np.int64) + b + c + d + e >= least


def of_five_at(
    i: int, a: Signals, b: Signals, c: Signals, d: Signals, e: Signals, least: int
) -> bool:
    """Return whether at least so many of the signals are true."""
    return [bool(signal[i]) for signal in (a, b, c, d, e)].count(True) >= least


OF_FIVE = declare(
    NodeType(
        name="of_five",
        inputs=tuple(Input(name, SIGNAL) for name in "abcde"),
        outputs=_OUTPUT,
        params=(IntParam("least", low=2, high=4, default=3, maximum=5),),
        kernel=of_five,
        meaning=of_five_at,
        mql5=Mql5(
            expression="(int)({a}) + (int)({b}) + (int)({c}) + (int)({d}) + (int)({e}) >= {least}"
        ),
        mirror=_FOLLOW,
        weight=0.05,
        summary="Whether at least `least` of five signals are true.",
        example="of_five(close > open, high > high[2], low > low[2], rising(close, 2), doji(), 3)",
    )
)


@njit
def within(a: F64, b: F64, distance: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return |a - b| <= distance."""
    out = np.empty(len(a), dtype=np.bool_)
    for i in range(len(a)):
        out[i] = not exceeds(abs(a[i] - b[i]), distance[i], e_abs, e_rel)
    return out


def within_at(i: int, a: Series, b: Series, distance: Series, e_abs: float, e_rel: float) -> bool:
    """Return whether a and b lie no further apart than the distance."""
    apart = max(a[i], b[i]) - min(a[i], b[i])
    return apart - distance[i] <= allowance(apart, distance[i], e_abs, e_rel)


WITHIN = declare(
    NodeType(
        name="within",
        inputs=(
            Input("a", SERIES),
            Input("b", SERIES),
            Input("distance", SERIES),
        ),
        outputs=_OUTPUT,
        overloads=(
            Overload((PRICE, PRICE, DISTANCE), SIGNAL),
            Overload((DISTANCE, DISTANCE, DISTANCE), SIGNAL),
            Overload((NUMBER, NUMBER, NUMBER), SIGNAL),
            Overload((VOLUME, VOLUME, VOLUME), SIGNAL),
            Overload((_O, _O, NUMBER), SIGNAL),
        ),
        kernel=within,
        meaning=within_at,
        tolerance="a",
        mql5=Mql5(expression="!Greater(MathAbs({a} - {b}), {distance}, {e_abs}, {e_rel})"),
        mirror=_FOLLOW,
        weight=0.3,
        summary="Whether two values lie no further apart than a distance.",
        example="within(close, ema(close, 50), 0.5 * atr(14))",
    )
)
