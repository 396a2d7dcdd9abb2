"""Arithmetic on values of kinds that go together; price - price is a distance.

Where a literal's kind is open, the first line that fits is taken: beside a price it is a distance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import CUMULATIVE, DISTANCE, FORCE, NUMBER, PRICE, SERIES, VOLUME, KindVar
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Overload, Syntax, declare

Series = Sequence[float]

ZERO = 1e-12  # a divisor up to this size counts as none
_O = KindVar("O", ("oscillator",))
_FOLLOW = Mirror("follow")
_BOTH = (Input("a", SERIES), Input("b", SERIES))
_ADDITIVE, _MULTIPLICATIVE, _SIGN = 50, 60, 70


@njit
def add(a: F64, b: F64) -> F64:
    """Return a + b."""
    return a + b


def add_at(i: int, a: Series, b: Series) -> float:
    """Return a + b."""
    return a[i] + b[i]


ADD = declare(
    NodeType(
        name="add",
        inputs=_BOTH,
        outputs=(Output("sum", SERIES),),
        overloads=(
            Overload((NUMBER, NUMBER), NUMBER),
            Overload((PRICE, DISTANCE), PRICE),
            Overload((DISTANCE, PRICE), PRICE),
            Overload((DISTANCE, DISTANCE), DISTANCE),
            Overload((VOLUME, VOLUME), VOLUME),
            Overload((_O, _O), NUMBER),
        ),
        kernel=add,
        meaning=add_at,
        mql5=Mql5(expression="{a} + {b}"),
        mirror=_FOLLOW,
        syntax=Syntax("infix", "+", _ADDITIVE),
        weight=0.6,
        summary="The sum; a price plus a distance is a price.",
        example="close + atr(14)",
    )
)


@njit
def sub(a: F64, b: F64) -> F64:
    """Return a - b."""
    return a - b


def sub_at(i: int, a: Series, b: Series) -> float:
    """Return a - b."""
    return a[i] - b[i]


SUB = declare(
    NodeType(
        name="sub",
        inputs=_BOTH,
        outputs=(Output("difference", SERIES),),
        overloads=(
            Overload((NUMBER, NUMBER), NUMBER),
            Overload((PRICE, DISTANCE), PRICE),
            Overload((PRICE, PRICE), DISTANCE),
            Overload((DISTANCE, DISTANCE), DISTANCE),
            Overload((VOLUME, VOLUME), VOLUME),
            *(Overload((total, total), VOLUME) for total in CUMULATIVE),
            Overload((_O, _O), NUMBER),
        ),
        kernel=sub,
        meaning=sub_at,
        mql5=Mql5(expression="{a} - {b}"),
        mirror=_FOLLOW,
        syntax=Syntax("infix", "-", _ADDITIVE),
        weight=0.8,
        summary="The difference; of two prices it is a distance.",
        example="close - open",
    )
)


@njit
def mul(a: F64, b: F64) -> F64:
    """Return a * b."""
    return a * b


def mul_at(i: int, a: Series, b: Series) -> float:
    """Return a * b."""
    return a[i] * b[i]


MUL = declare(
    NodeType(
        name="mul",
        inputs=_BOTH,
        outputs=(Output("product", SERIES),),
        overloads=(
            Overload((NUMBER, NUMBER), NUMBER),
            Overload((NUMBER, DISTANCE), DISTANCE),
            Overload((DISTANCE, NUMBER), DISTANCE),
            Overload((NUMBER, VOLUME), VOLUME),
            Overload((VOLUME, NUMBER), VOLUME),
        ),
        kernel=mul,
        meaning=mul_at,
        mql5=Mql5(expression="{a} * {b}"),
        mirror=_FOLLOW,
        syntax=Syntax("infix", "*", _MULTIPLICATIVE),
        weight=0.6,
        summary="The product; a number times a distance is a distance.",
        example="2 * atr(14)",
    )
)


@njit
def div(a: F64, b: F64) -> F64:
    """Return a / b, 0 where |b| <= 1e-12."""
    out = np.zeros(len(a))
    for i in range(len(a)):
        if abs(b[i]) > ZERO:
            out[i] = a[i] / b[i]
    return out


def div_at(i: int, a: Series, b: Series) -> float:
    """Return a / b, 0 where b is nothing."""
    return a[i] / b[i] if abs(b[i]) > 1e-12 else 0.0


DIV = declare(
    NodeType(
        name="div",
        inputs=_BOTH,
        outputs=(Output("quotient", SERIES),),
        overloads=(
            Overload((NUMBER, NUMBER), NUMBER),
            Overload((DISTANCE, NUMBER), DISTANCE),
            Overload((DISTANCE, DISTANCE), NUMBER),
            Overload((DISTANCE, PRICE), NUMBER),
            Overload((PRICE, PRICE), NUMBER),
            Overload((VOLUME, NUMBER), VOLUME),
            Overload((VOLUME, VOLUME), NUMBER),
        ),
        kernel=div,
        meaning=div_at,
        mql5=Mql5(expression="Quotient({a}, {b})"),
        mirror=_FOLLOW,
        syntax=Syntax("infix", "/", _MULTIPLICATIVE),
        weight=0.3,
        summary="The quotient, 0 where the divisor is (almost) 0; price / price is a number.",
        example="(close - open) / atr(14)",
    )
)


@njit
def negative(a: F64) -> F64:
    """Return -a."""
    return -a


def negative_at(i: int, a: Series) -> float:
    """Return -a."""
    return -a[i]


NEG = declare(
    NodeType(
        name="neg",
        inputs=(Input("a", SERIES),),
        outputs=(Output("negative", SERIES),),
        overloads=(
            Overload((NUMBER,), NUMBER),
            Overload((DISTANCE,), DISTANCE),
            Overload((VOLUME,), VOLUME),
            Overload((FORCE,), FORCE),
            Overload((_O,), NUMBER),
        ),
        kernel=negative,
        meaning=negative_at,
        mql5=Mql5(expression="-({a})"),
        mirror=_FOLLOW,
        syntax=Syntax("prefix", "-", _SIGN),
        weight=0.1,
        summary="The value with the other sign.",
        example="-macd(close, 12, 26, 9).line",
    )
)


@njit
def absolute(a: F64) -> F64:
    """Return |a|."""
    return np.abs(a)


def absolute_at(i: int, a: Series) -> float:
    """Return |a|."""
    return -a[i] if a[i] < 0 else a[i]


ABS = declare(
    NodeType(
        name="abs",
        inputs=(Input("a", SERIES),),
        outputs=(Output("size", SERIES),),
        overloads=(
            Overload((NUMBER,), NUMBER),
            Overload((DISTANCE,), DISTANCE),
            Overload((VOLUME,), VOLUME),
            Overload((FORCE,), FORCE),
            Overload((_O,), NUMBER),
        ),
        kernel=absolute,
        meaning=absolute_at,
        mql5=Mql5(expression="MathAbs({a})"),
        mirror=Mirror("even"),
        weight=0.2,
        summary="The value without its sign.",
        example="abs(close - open)",
    )
)


@njit
def smaller(a: F64, b: F64) -> F64:
    """Return the smaller of two values in each row."""
    return np.minimum(a, b)


def smaller_at(i: int, a: Series, b: Series) -> float:
    """Return the smaller of two values."""
    return b[i] if b[i] < a[i] else a[i]


MIN = declare(
    NodeType(
        name="min",
        inputs=_BOTH,
        outputs=(Output("smaller", SERIES),),
        kernel=smaller,
        meaning=smaller_at,
        mql5=Mql5(expression="MathMin({a}, {b})"),
        mirror=Mirror("follow", type="max"),
        weight=0.2,
        summary="The smaller of two values.",
        example="min(open, close)",
    )
)


@njit
def larger(a: F64, b: F64) -> F64:
    """Return the larger of two values in each row."""
    return np.maximum(a, b)


def larger_at(i: int, a: Series, b: Series) -> float:
    """Return the larger of two values."""
    return b[i] if b[i] > a[i] else a[i]


MAX = declare(
    NodeType(
        name="max",
        inputs=_BOTH,
        outputs=(Output("larger", SERIES),),
        kernel=larger,
        meaning=larger_at,
        mql5=Mql5(expression="MathMax({a}, {b})"),
        mirror=Mirror("follow", type="min"),
        weight=0.2,
        summary="The larger of two values.",
        example="max(open, close)",
    )
)
