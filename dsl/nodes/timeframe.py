"""Higher timeframes: what is computed on larger bars, brought to the chart.

Leaves carry the timeframe of the bars they read; all that is made of them has it too. `align` alone
takes a value of a higher timeframe: at a bar of the chart it is the value that was known when the
larger bar opened that contains this one. Back ends do this themselves, so it has no kernel.
"""

from __future__ import annotations

from dsl.errors import KindMismatch
from dsl.kinds import COMPARABLE, CUMULATIVE, SIGNAL, KindVar
from dsl.node import Node, node, rewrite, topological, unreadable
from dsl.registry import Input, NodeType, Output, Syntax, declare
from dsl.timeframes import shown

_ALIGNED = KindVar("T", (*COMPARABLE.allowed, SIGNAL.name))

ALIGN = declare(
    NodeType(
        name="align",
        inputs=(Input("x", _ALIGNED),),
        outputs=(Output("value", _ALIGNED),),
        kernel=None,
        meaning=None,
        syntax=Syntax("timeframe"),
        weight=0.0,
        summary=(
            "Everything inside on bars of a higher timeframe (m5 to m30, h1 to h12, d1, w1), from "
            "complete ones only; at each bar of the chart the value known when the larger bar that "
            "contains it opened."
        ),
        note=(
            "Larger bars are the broker's own. Where its days do not begin at the server's "
            "midnight, values of D1 and W1 are others than those computed here."
        ),
        example="h4(ema(close, 20))",
    )
)


def on_timeframe(root: Node, seconds: int) -> Node:
    """Return a value of the chart computed on bars of a higher timeframe instead, and aligned.

    Args:
        root: A series or signal that reads prices or volume; fixed ports are moved as well.
        seconds: The higher timeframe.
    Raises:
        KindMismatch: It is the same at every bar, reads the clock or the spread, holds a higher
            timeframe itself, or is a running total.
    """
    word = shown(seconds).lower()
    if root.timeframe is None:
        raise KindMismatch(
            f"{word}(...) wants what changes from bar to bar; this is the same at every bar",
            hint=f"write {word}(ema(close, 20)), or leave {word}( ) out",
        )
    if root.kind in CUMULATIVE:
        raise KindMismatch(
            f"{word}(...): the level of {root.type.name} depends on where history starts",
            hint=f"compare it inside: {word}(obv() > ema(obv(), 20))",
        )
    return node(ALIGN, (retimed(root, seconds),))


def on_chart(root: Node) -> Node:
    """Return a value of a higher timeframe aligned, any other as it is."""
    return node(ALIGN, (root,)) if root.timeframe else root


def retimed(root: Node, seconds: int) -> Node:
    """Return the same graph over bars of a higher timeframe; raise KindMismatch as above."""
    word = shown(seconds).lower()
    for current in reversed(topological(root)):
        if current.type is ALIGN or current.timeframe:
            raise KindMismatch(
                f"{word}(...) holds a higher timeframe of its own",
                hint="a timeframe is written once around what it is for: h4(...) and d1(...)",
            )
        for port, child in zip(current.type.inputs, current.inputs, strict=True):
            if child is not None and unreadable(child):
                # Nobody writes what a fixed port reads.
                raise _unreadable_error(current if port.leaf else child, child, word)
    if unreadable(root):
        raise _unreadable_error(root, root, word)
    return rewrite(root, lambda current: _moved(current, seconds))


def may_be_retimed(root: Node) -> bool:
    """Return whether a graph could be computed on a higher timeframe."""
    if root.timeframe is None or root.kind in CUMULATIVE:
        return False
    return not any(n.type is ALIGN or n.timeframe or unreadable(n) for n in topological(root))


def _unreadable_error(written: Node, leaf: Node, word: str) -> KindMismatch:
    """Return why a node cannot stand inside a higher timeframe."""
    what = "spread" if leaf.type.fields == ("spread",) else "clock"
    return KindMismatch(
        f"{word}(...): '{written.type.name}' needs the {what} of the chart's bar; larger bars "
        "have prices and volume only",
        hint=f"write it outside: {word}(close > ema(close, 20)) and hour >= 8",
    )


def _moved(current: Node, seconds: int) -> Node:
    if not current.type.fields:
        return current
    return node(current.type, (), current.params, timeframe=seconds)
