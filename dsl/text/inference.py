"""Which kind a bare number takes from its place. Parser and printer ask here, so that they agree.

All knowledge comes from the signatures in the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.kinds import COMPARABLE, NUMBER, PRICE, Kind
from dsl.node import InputRef
from dsl.registry import KindRule, NodeType, node_types, unify


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, or an input's value, whose kind the place decides; `label` if it has a name."""

    value: int | float | InputRef
    clock: bool = False
    label: str = ""


def infer(
    node_type: NodeType, output: int, kinds: Sequence[Kind | None]
) -> tuple[Kind | None, ...] | None:
    """Return the kinds of all ports when the ones given as None are bare numbers.

    Several signatures may fit: a pure number goes before other kinds, and a price comes last
    (`close - 0.0010` subtracts a distance). A function of nothing but bare numbers has no kind
    (`rsi(14)` forgot the series); an operator between them works on pure numbers.
    Returns:
        One kind a port, or None if nothing fits.
    """
    best: tuple[int, tuple[Kind, ...]] | None = None
    operator = node_type.syntax.form in {"infix", "prefix"}
    for rule in node_type.rules(output):
        bound: dict[str, Kind] = {}
        typed = [(w, k) for w, k in zip(rule.inputs, kinds, strict=True) if k is not None]
        if not all(unify(want, kind, bound) for want, kind in typed):
            continue
        full = [
            _literal_kind(want, bound, operator=operator) if kind is None else kind
            for want, kind in zip(rule.inputs, kinds, strict=True)
        ]
        chosen = tuple(kind for kind in full if kind is not None)
        if len(chosen) < len(full):
            continue
        rank = sum(_rank(k) for k, given in zip(chosen, kinds, strict=True) if given is None)
        if best is None or rank < best[0]:
            best = rank, chosen
    return best[1] if best else None


def _literal_kind(want: KindRule, bound: dict[str, Kind], *, operator: bool) -> Kind | None:
    if isinstance(want, Kind):
        return want if want.name in COMPARABLE.allowed else None
    if want.name in bound:
        beside = bound[want.name]
        return beside if beside.name in COMPARABLE.allowed else None
    if operator and NUMBER.name in want.allowed:
        bound[want.name] = NUMBER
        return NUMBER
    return None


def _rank(kind: Kind) -> int:
    return 0 if kind == NUMBER else 2 if kind == PRICE else 1


def operators(symbol: str, form: str) -> tuple[NodeType, ...]:
    """Return the node types written with an operator symbol, `infix` or `prefix`."""
    return tuple(t for t in node_types() if t.syntax.form == form and t.syntax.symbol == symbol)


def shift_index(node_type: NodeType) -> int | None:
    """Return which parameter says how many bars back a leaf is read, if it has one."""
    if node_type.inputs or not node_type.params or node_type.params[-1].name != "shift":
        return None
    return len(node_type.params) - 1


def within(kind: Kind, value: float) -> bool:
    """Return whether a level lies within the bounds of its kind."""
    return kind.low <= value <= kind.high
