"""Functions of pure numbers, all of them total: where there is no value, they give 0.

Rounding has the slack of all whole numbers of a strategy, so that 2.9999999 rounds down to 3. They
are there for hand-written formulas; the search does not draw them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, Bool1D, njit
from dsl.kinds import NUMBER, SIGNAL
from dsl.nodes.arithmetic import ZERO
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

SLACK = 1e-6  # of rounding to whole numbers
LARGEST = 50.0  # exponent beyond which a power counts as having no use


def _function(
    name: str,
    kernel: Callable[..., F64],
    meaning: Callable[..., float],
    expression: str,
    summary: str,
    example: str,
    inputs: tuple[str, ...] = ("x",),
) -> NodeType:
    return declare(
        NodeType(
            name=name,
            inputs=tuple(Input(port, NUMBER) for port in inputs),
            outputs=(Output("value", NUMBER),),
            kernel=kernel,
            meaning=meaning,
            mql5=Mql5(expression=expression),
            mirror=Mirror("even"),
            weight=0.0,
            summary=summary,
            example=example,
        )
    )


@njit
def square_root(x: F64) -> F64:
    """Return the square root, 0 of what is not above 0."""
    return np.sqrt(np.maximum(x, 0.0))


def square_root_at(i: int, x: Series) -> float:
    """Return the square root, 0 of what is not above 0."""
    return math.sqrt(x[i]) if x[i] > 0 else 0.0


SQRT = _function(
    "sqrt",
    square_root,
    square_root_at,
    "MathSqrt(MathMax({x}, 0.0))",
    "The square root, 0 of what is not above 0.",
    "sqrt(atr(14) / atr(100))",
)


@njit
def logarithm(x: F64) -> F64:
    """Return the natural logarithm, 0 of what is not above 1e-12."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > ZERO:
            out[i] = math.log(x[i])
    return out


def logarithm_at(i: int, x: Series) -> float:
    """Return the natural logarithm, 0 where there is none."""
    return math.log(x[i]) if x[i] > 1e-12 else 0.0


LOG = _function(
    "log",
    logarithm,
    logarithm_at,
    "({x} > 1e-12 ? MathLog({x}) : 0.0)",
    "The natural logarithm, 0 of what is not above 0.",
    "log(close / close[2])",
)


@njit
def exponential(x: F64) -> F64:
    """Return e to the power x; an x above 50 counts as 50."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = math.exp(min(x[i], LARGEST))
    return out


def exponential_at(i: int, x: Series) -> float:
    """Return e to the power x; an x above 50 counts as 50."""
    return math.exp(50.0 if x[i] > 50 else x[i])


EXP = _function(
    "exp",
    exponential,
    exponential_at,
    "MathExp(MathMin({x}, 50.0))",
    "e to the power of the number; a number above 50 counts as 50.",
    "exp(atr(14) / atr(100))",
)


@njit
def power_of(a: float, b: float) -> float:
    """Return a to the power b, 0 where there is none or it lies beyond e^50."""
    if abs(a) <= ZERO:
        return 1.0 if abs(b) <= ZERO else 0.0
    if (a < 0 and math.floor(b) != b) or b * math.log(abs(a)) > LARGEST:
        return 0.0
    return math.pow(a, b)


@njit
def power(a: F64, b: F64) -> F64:
    """Return a to the power b, 0 where there is none or it lies beyond e^50."""
    out = np.empty(len(a))
    for i in range(len(a)):
        out[i] = power_of(a[i], b[i])
    return out


def power_at(i: int, a: Series, b: Series) -> float:
    """Return a to the power b, 0 where there is none or it lies beyond e^50."""
    base, exponent = float(a[i]), float(b[i])
    if -1e-12 <= base <= 1e-12:
        return float(-1e-12 <= exponent <= 1e-12)
    if base < 0 and not exponent.is_integer():
        return 0.0
    return 0.0 if exponent * math.log(abs(base)) > 50 else float(base**exponent)


POWER = _function(
    "power",
    power,
    power_at,
    "(MathAbs({a}) <= 1e-12 ? (MathAbs({b}) <= 1e-12 ? 1.0 : 0.0) : "
    "({a} < 0.0 && MathFloor({b}) != {b}) || {b} * MathLog(MathAbs({a})) > 50.0 ? 0.0 : "
    "MathPow({a}, {b}))",
    "One number to the power of another, 0 where there is none or it lies beyond e^50.",
    "power(close / sma(close, 50), 2)",
    ("a", "b"),
)


@njit
def round_down(x: F64) -> F64:
    """Return the largest whole number that is not above x, with slack."""
    return np.floor(x + SLACK)


def round_down_at(i: int, x: Series) -> float:
    """Return the largest whole number that is not above x, with slack."""
    return float(math.floor(x[i] + 1e-6))


FLOOR = _function(
    "floor",
    round_down,
    round_down_at,
    "MathFloor({x} + 1e-6)",
    "The largest whole number that is not above the number.",
    "floor(atr(14) / atr(100))",
)


@njit
def round_up(x: F64) -> F64:
    """Return the smallest whole number that is not below x, with slack."""
    return np.ceil(x - SLACK)


def round_up_at(i: int, x: Series) -> float:
    """Return the smallest whole number that is not below x, with slack."""
    return float(math.ceil(x[i] - 1e-6))


CEIL = _function(
    "ceil",
    round_up,
    round_up_at,
    "MathCeil({x} - 1e-6)",
    "The smallest whole number that is not below the number.",
    "ceil(atr(14) / atr(100))",
)


@njit
def round_nearest(x: F64) -> F64:
    """Return the nearest whole number, the upper one of two as near."""
    return np.floor(x + 0.5 + SLACK)


def round_nearest_at(i: int, x: Series) -> float:
    """Return the nearest whole number, the upper one of two as near."""
    return float(math.floor(x[i] + 0.5 + 1e-6))


ROUND = _function(
    "round",
    round_nearest,
    round_nearest_at,
    "MathFloor({x} + 0.5 + 1e-6)",
    "The nearest whole number, the upper one of two as near.",
    "round(atr(14) / atr(100))",
)


@njit
def choose(condition: Bool1D, a: F64, b: F64) -> F64:
    """Return a where the condition is true, b elsewhere."""
    return np.where(condition, a, b)


def choose_at(i: int, condition: Sequence[bool], a: Series, b: Series) -> float:
    """Return a where the condition is true, b elsewhere."""
    return a[i] if condition[i] else b[i]


CHOOSE = declare(
    NodeType(
        name="choose",
        inputs=(Input("condition", SIGNAL), Input("a", NUMBER), Input("b", NUMBER)),
        outputs=(Output("value", NUMBER),),
        kernel=choose,
        meaning=choose_at,
        mql5=Mql5(expression="({condition} ? {a} : {b})"),
        mirror=Mirror("even"),
        weight=0.0,
        summary="One number where a condition is true, another elsewhere.",
        example="choose(close > open, 2, 1) * (atr(14) / atr(100))",
    )
)
