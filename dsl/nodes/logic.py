"""Logic on signals: and, or, not."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.jit import Bool1D, njit
from dsl.kinds import SIGNAL
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

Signals = Sequence[bool]

_BOTH = (Input("a", SIGNAL), Input("b", SIGNAL))
_OUTPUT = (Output("signal", SIGNAL),)
_OR, _AND, _NOT = 10, 20, 30


@njit
def both(a: Bool1D, b: Bool1D) -> Bool1D:
    """Return a and b."""
    return a & b


def both_at(i: int, a: Signals, b: Signals) -> bool:
    """Return a and b."""
    return bool(a[i] and b[i])


AND = declare(
    NodeType(
        name="and",
        inputs=_BOTH,
        outputs=_OUTPUT,
        kernel=both,
        meaning=both_at,
        logic="and",
        mql5=Mql5(expression="{a} && {b}"),
        mirror=Mirror("follow"),
        syntax=Syntax("infix", "and", _AND),
        weight=1.5,
        summary="Whether both signals are true.",
        example="rsi(close, 14) < 30 and close > sma(close, 200)",
    )
)


@njit
def either(a: Bool1D, b: Bool1D) -> Bool1D:
    """Return a or b."""
    return a | b


def either_at(i: int, a: Signals, b: Signals) -> bool:
    """Return a or b."""
    return bool(a[i] or b[i])


OR = declare(
    NodeType(
        name="or",
        inputs=_BOTH,
        outputs=_OUTPUT,
        kernel=either,
        meaning=either_at,
        logic="or",
        mql5=Mql5(expression="{a} || {b}"),
        mirror=Mirror("follow"),
        syntax=Syntax("infix", "or", _OR),
        weight=0.6,
        summary="Whether one of two signals is true, or both are.",
        example="rsi(close, 14) < 30 or rising(close, 3)",
    )
)


@njit
def opposite(a: Bool1D) -> Bool1D:
    """Return not a."""
    return ~a


def opposite_at(i: int, a: Signals) -> bool:
    """Return not a."""
    return not a[i]


NOT = declare(
    NodeType(
        name="not",
        inputs=(Input("a", SIGNAL),),
        outputs=_OUTPUT,
        kernel=opposite,
        meaning=opposite_at,
        logic="not",
        mql5=Mql5(expression="!({a})"),
        mirror=Mirror("follow"),
        syntax=Syntax("prefix", "not", _NOT),
        weight=0.3,
        summary="Whether the signal is false.",
        example="not rising(close, 3)",
    )
)
