"""Comparisons of two values of one kind, crossings, and directions: all give a signal.

Every one of them has the tolerance of the kind it compares (`dsl.nodes.tolerance`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from dsl.jit import F64, Bool1D, njit
from dsl.kinds import AVERAGED, ORDERED, SIGNAL
from dsl.nodes.tolerance import allowance, exceeds, is_more, slack
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

Series = Sequence[float]
Operator = Literal["gt", "ge", "lt", "le", "eq", "crosses_above", "crosses_below"]

_COMPARISON = 40  # precedence


def _larger(a: str, b: str) -> str:
    """Return the MQL5 test whether `a` lies above `b`; Greater is a function of the templates."""
    return f"Greater({a}, {b}, {{e_abs}}, {{e_rel}})"


_A, _B, _A_PREV, _B_PREV = "{a}", "{b}", "{a_prev}", "{b_prev}"


@njit
def greater(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a > b."""
    out = np.empty(len(a), dtype=np.bool_)
    for i in range(len(a)):
        out[i] = exceeds(a[i], b[i], e_abs, e_rel)
    return out


def greater_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return a > b."""
    return is_more(a[i], b[i], e_abs, e_rel)


@njit
def at_least(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a >= b: not b > a."""
    out = np.empty(len(a), dtype=np.bool_)
    for i in range(len(a)):
        out[i] = not exceeds(b[i], a[i], e_abs, e_rel)
    return out


def at_least_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return a >= b."""
    return a[i] - b[i] >= -allowance(a[i], b[i], e_abs, e_rel)


@njit
def less(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a < b: b > a."""
    return greater(b, a, e_abs, e_rel)


def less_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return a < b."""
    return b[i] - a[i] > allowance(a[i], b[i], e_abs, e_rel)


@njit
def at_most(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a <= b: not a > b."""
    return at_least(b, a, e_abs, e_rel)


def at_most_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return a <= b."""
    return b[i] - a[i] >= -allowance(a[i], b[i], e_abs, e_rel)


@njit
def equal(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a == b."""
    out = np.empty(len(a), dtype=np.bool_)
    for i in range(len(a)):
        out[i] = abs(a[i] - b[i]) <= slack(a[i], b[i], e_abs, e_rel)
    return out


def equal_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return a == b."""
    return abs(a[i] - b[i]) <= allowance(a[i], b[i], e_abs, e_rel)


@njit
def crosses_above(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a > b now and a <= b one row before."""
    out = np.zeros(len(a), dtype=np.bool_)
    for i in range(1, len(a)):
        out[i] = exceeds(a[i], b[i], e_abs, e_rel) and not exceeds(a[i - 1], b[i - 1], e_abs, e_rel)
    return out


def crosses_above_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return whether a was at most b and now lies above it."""
    before = is_more(a[i - 1], b[i - 1], e_abs, e_rel)
    return is_more(a[i], b[i], e_abs, e_rel) and not before


@njit
def crosses_below(a: F64, b: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return a < b now and a >= b one row before: b crosses above a."""
    return crosses_above(b, a, e_abs, e_rel)


def crosses_below_at(i: int, a: Series, b: Series, e_abs: float, e_rel: float) -> bool:
    """Return whether a was at least b and now lies below it."""
    before = is_more(b[i - 1], a[i - 1], e_abs, e_rel)
    return is_more(b[i], a[i], e_abs, e_rel) and not before


def _comparison(
    operator: Operator,
    symbol: str,
    kernel: Callable[..., Bool1D],
    meaning: Callable[..., bool],
    expression: str,
    counterpart: str,
    summary: str,
    *,
    weight: float = 1.0,
) -> NodeType:
    rows = 1 if operator.startswith("crosses") else 0
    return declare(
        NodeType(
            name=operator,
            inputs=(Input("a", ORDERED), Input("b", ORDERED)),
            outputs=(Output("signal", SIGNAL),),
            warmup=lambda: rows,
            reach=lambda: rows,
            kernel=kernel,
            meaning=meaning,
            tolerance="a",
            compare=operator,
            mql5=Mql5(expression=expression),
            mirror=Mirror("follow", type=counterpart),
            syntax=Syntax("infix", symbol, _COMPARISON),
            weight=weight,
            summary=summary,
            example=f"ema(close, 12) {symbol} ema(close, 26)",
        )
    )


GT = _comparison("gt", ">", greater, greater_at, _larger(_A, _B), "lt", "Whether a lies above b.")
GE = _comparison(
    "ge",
    ">=",
    at_least,
    at_least_at,
    f"!{_larger(_B, _A)}",
    "le",
    "Whether a lies above b or beside it.",
    weight=0.2,
)
LT = _comparison("lt", "<", less, less_at, _larger(_B, _A), "gt", "Whether a lies below b.")
LE = _comparison(
    "le",
    "<=",
    at_most,
    at_most_at,
    f"!{_larger(_A, _B)}",
    "ge",
    "Whether a lies below b or beside it.",
    weight=0.2,
)
EQ = _comparison(
    "eq",
    "==",
    equal,
    equal_at,
    f"!{_larger(_A, _B)} && !{_larger(_B, _A)}",
    "eq",
    "Whether a and b are the same.",
    weight=0.1,
)
CROSSES_ABOVE = _comparison(
    "crosses_above",
    "crosses above",
    crosses_above,
    crosses_above_at,
    f"{_larger(_A, _B)} && !{_larger(_A_PREV, _B_PREV)}",
    "crosses_below",
    "Whether a lies above b now and did not one bar before.",
)
CROSSES_BELOW = _comparison(
    "crosses_below",
    "crosses below",
    crosses_below,
    crosses_below_at,
    f"{_larger(_B, _A)} && !{_larger(_B_PREV, _A_PREV)}",
    "crosses_above",
    "Whether a lies below b now and did not one bar before.",
)


@njit
def climbs(x: F64, count: int, sign: float, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether each of the last `count` steps goes up (sign 1) or down (sign -1)."""
    out = np.zeros(len(x), dtype=np.bool_)
    steps = 0
    for i in range(1, len(x)):
        steps = steps + 1 if exceeds(sign * x[i], sign * x[i - 1], e_abs, e_rel) else 0
        out[i] = steps >= count
    return out


@njit
def rising(x: F64, count: int, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether each of the last `count` steps goes up."""
    return climbs(x, count, 1.0, e_abs, e_rel)


def rising_at(i: int, x: Series, count: int, e_abs: float, e_rel: float) -> bool:
    """Return whether each of the last `count` steps goes up."""
    return all(is_more(x[j], x[j - 1], e_abs, e_rel) for j in range(i - count + 1, i + 1))


@njit
def falling(x: F64, count: int, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether each of the last `count` steps goes down."""
    return climbs(x, count, -1.0, e_abs, e_rel)


def falling_at(i: int, x: Series, count: int, e_abs: float, e_rel: float) -> bool:
    """Return whether each of the last `count` steps goes down."""
    return all(is_more(x[j - 1], x[j], e_abs, e_rel) for j in range(i - count + 1, i + 1))


def _direction(
    name: str, kernel: Callable[..., Bool1D], meaning: Callable[..., bool], counterpart: str
) -> NodeType:
    return declare(
        NodeType(
            name=name,
            inputs=(Input("x", AVERAGED),),
            outputs=(Output("signal", SIGNAL),),
            params=(IntParam("count", low=1, high=5, default=2),),
            warmup=lambda count: count,
            reach=lambda count: count,
            kernel=kernel,
            meaning=meaning,
            tolerance="x",
            mql5=Mql5(library=name.capitalize()),
            mirror=Mirror("follow", type=counterpart),
            weight=0.7,
            summary=f"Whether each of the last `count` steps is {name}.",
            example=f"{name}(close, 3)",
        )
    )


RISING = _direction("rising", rising, rising_at, "falling")
FALLING = _direction("falling", falling, falling_at, "rising")
