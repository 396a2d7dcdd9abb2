"""Tidy what breeding leaves: repetitions, and factors of factors, so that winners read well.

Unlike `dsl.simplify`, which never changes a trade, a merged factor is rounded to what a trader
would write: the child is another strategy, but no poorer one.
"""

from __future__ import annotations

import math

from dsl.kinds import NUMBER
from dsl.node import Node, node, rewrite, topological
from dsl.nodes.arithmetic import ADD, DIV, MAX, MIN, MUL, NEG, SUB
from dsl.nodes.constants import CONSTANT, POINTS
from dsl.simplify import simplified

_DIGITS = 3  # of a merged factor that count
_FACTORS = (0.2, 10.0)  # of a distance; a stop that is never hit proves nothing
_POINTS = (10.0, 5000.0)
_ARITHMETIC = frozenset({ADD, SUB, MUL, DIV, MIN, MAX, NEG})


def tidied(expert: Node) -> Node:
    """Return the expert without repetitions and with one factor where several stood in a row."""
    if not any(_is_open(current) for current in topological(expert)):
        return expert
    return rewrite(expert, _tidy)


def _is_open(current: Node) -> bool:
    """Tell cheaply whether a rewrite might apply."""
    return current.type in _ARITHMETIC or bool(current.type.logic)


def _tidy(current: Node) -> Node:
    if not _is_open(current):
        return current
    smaller = simplified(current)
    merged = _merged(smaller)
    return smaller if merged is None else _tidy(merged)


def _merged(current: Node) -> Node | None:
    """Return `a * (b * x)` as `ab * x` and `a * n points` as `an points`, None for all else."""
    outer = _factor(current)
    if outer is None:
        return None
    factor, scaled = outer
    count = scaled.params[0] if scaled.type is POINTS else None
    if isinstance(count, float):
        return node(POINTS, (), (float(round(_bounded(factor * count, _POINTS))),))
    inner = _factor(scaled)
    if inner is None:
        return None
    product = _bounded(_rounded(factor * inner[0]), _FACTORS)
    return node(MUL, (node(CONSTANT, (), (product,), kind=NUMBER), inner[1]))


def _factor(current: Node) -> tuple[float, Node] | None:
    """Return the number and the other side of a product, None for all else."""
    if current.type is not MUL:
        return None
    left, right = current.inputs
    assert left is not None
    assert right is not None
    for number, other in ((left, right), (right, left)):
        value = number.params[0] if number.type is CONSTANT and number.kind == NUMBER else None
        if isinstance(value, float):
            return value, other
    return None


def _bounded(value: float, bounds: tuple[float, float]) -> float:
    """Return the value, its size within bounds: what is merged can be merged again, for ever."""
    low, high = bounds
    return math.copysign(min(max(abs(value), low), high), value) if value else value


def _rounded(value: float) -> float:
    if value == 0.0 or not math.isfinite(value):
        return value
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
