"""Make a strategy smaller without changing a trade: small rewrites, run to a fixed point.

A rewrite may not drop a series, for the longest warm-up decides from which bar on entries are
allowed; it may drop repetitions and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from dsl.kinds import COMPARABLE, SIGNAL
from dsl.node import InputRef, Node, node
from dsl.nodes.arithmetic import ADD, DIV, MAX, MIN, MUL, NEG, SUB
from dsl.nodes.constants import CONSTANT
from dsl.strategy import Strategy, map_nodes

Rewrite = Callable[[Node], Node | None]


def simplify(strategy: Strategy) -> Strategy:
    """Return the strategy with nothing left that a rewrite could make smaller."""
    while True:
        changed = map_nodes(strategy, simplified)
        used = set(changed.order)
        labels = tuple((name, labelled) for name, labelled in changed.labels if labelled in used)
        changed = replace(changed, labels=labels)
        if changed == strategy:
            return strategy
        strategy = changed


def simplified(current: Node) -> Node:
    """Return what the rewrites make of one node whose inputs are simple already."""
    for rewrite in REWRITES:
        smaller = rewrite(current)
        if smaller is not None:
            return simplified(smaller)
    return current


def without_repetition(current: Node) -> Node | None:
    """`x and x`, `x or x` are x; so are chains in which x stands already."""
    logic = current.type.logic
    if logic not in {"and", "or"}:
        return None
    left, right = current.inputs
    assert left is not None
    assert right is not None
    if right in _terms(left, logic):
        return left
    return right if left in _terms(right, logic) else None


def without_double_negation(current: Node) -> Node | None:
    """`not not x` is x, and so is `-(-x)`."""
    (inner, *more) = current.inputs or (None,)
    if inner is None or more or inner.type is not current.type:
        return None
    if current.type.logic == "not" or (current.type is NEG and current.kind == inner.kind):
        innermost = inner.inputs[0]
        return innermost if innermost is not None and innermost.kind == current.kind else None
    return None


def without_choice(current: Node) -> Node | None:
    """`min(x, x)` and `max(x, x)` are x."""
    same = current.type in {MIN, MAX} and current.inputs[0] is current.inputs[1]
    return current.inputs[0] if same else None


def without_neutral(current: Node) -> Node | None:
    """`1 * x`, `x * 1`, `x / 1`, `x + 0`, `0 + x`, `x - 0` are x."""
    neutral = {ADD: 0.0, SUB: 0.0, MUL: 1.0, DIV: 1.0}.get(current.type)
    if neutral is None:
        return None
    left, right = current.inputs
    if right is not None and _number(right) == neutral and _is_kind(left, current):
        return left
    both_ways = current.type in {ADD, MUL}
    if both_ways and left is not None and _number(left) == neutral and _is_kind(right, current):
        return right
    return None


def folded(current: Node) -> Node | None:
    """A pointwise formula of nothing but numbers is a number."""
    kind = current.kind
    if (
        not current.inputs
        or current.params
        or current.type.tolerance
        or len(current.type.outputs) > 1
    ):
        return None
    numbers = [None if child is None else _number(child) for child in current.inputs]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or kind == SIGNAL or kind.name not in COMPARABLE.allowed:
        return None
    reach = current.type.reach
    if reach is None or reach() or current.type.warmup() or current.type.meaning is None:
        return None
    value = float(current.type.meaning(0, *([number] for number in known)))
    return node(CONSTANT, (), (value,), kind=kind) if math.isfinite(value) else None


def _terms(root: Node, logic: str) -> set[Node]:
    """Return all terms of a chain, and the chain itself."""
    found, stack = {root}, [root]
    while stack:
        current = stack.pop()
        if current.type.logic == logic:
            children = [child for child in current.inputs if child is not None]
            found.update(children)
            stack.extend(children)
    return found


def _number(current: Node) -> float | None:
    """Return the value of a literal number, None for anything else, inputs included."""
    if current.type is not CONSTANT or isinstance(current.params[0], InputRef | str):
        return None
    return float(current.params[0])


def _is_kind(side: Node | None, current: Node) -> bool:
    return side is not None and side.kind == current.kind


REWRITES: tuple[Rewrite, ...] = (
    without_repetition,
    without_double_negation,
    without_choice,
    folded,
    without_neutral,
)
