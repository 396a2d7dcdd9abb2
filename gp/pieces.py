"""Pieces of a graph: the edges that breeding may cut, by level, and the replacing of one of them.

A piece is an edge (consumer, port) with what hangs on it. Its level is the longest path from the
expert to the child. Pieces go only where their slot fits: the kind, and whether they serve a
distance of the expert (which must be above 0) or a signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from dsl.kinds import Kind
from dsl.mirror import mirror
from dsl.node import Node, node, topological, with_inputs
from dsl.nodes.expert import DISTANCE_PORTS, EXPERT
from dsl.nodes.logic import AND
from dsl.registry import NodeType
from dsl.timeframes import CHART

FIXED_PORTS = frozenset({"size"})
EXPERT_PORTS = tuple(port.name for port in EXPERT.inputs)
SHORT_PORTS = frozenset({"short_entry", "short_exit"})


_SIDES = tuple(
    (EXPERT_PORTS.index(f"long_{side}"), EXPERT_PORTS.index(f"short_{side}"))
    for side in ("entry", "exit")
)


_ENTRY, _FILTER = EXPERT_PORTS.index("long_entry"), EXPERT_PORTS.index("entry_filter")


class Slot(NamedTuple):
    """Where a piece fits: its kind, whether it is part of a protective distance, the timeframe."""

    kind: Kind
    protective: bool
    timeframe: int = CHART


class Piece(NamedTuple):
    """An edge that may be cut: port number `port` of `consumer` and what stands there."""

    consumer: Node
    port: int
    child: Node
    slot: Slot
    level: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """All pieces of a graph. `levels[k]` holds those of level k + 1; `by_slot` the same by slot.

    sizes: Node count and height of the tree below each node (shared nodes count as often as they
    are used).
    """

    root: Node
    every: tuple[Piece, ...]
    levels: tuple[tuple[Piece, ...], ...]
    by_slot: dict[Slot, tuple[Piece, ...]]
    sizes: dict[Node, tuple[int, int]]


@lru_cache(maxsize=4096)
def pieces(expert: Node) -> Pieces:
    """Return the pieces of the graph below an expert, in a fixed order."""
    order = topological(expert)
    larger = _timeframes(order)
    level = {expert: 0}
    protective: set[Node] = set()
    found: list[tuple[Node, int, Node]] = []
    for consumer in reversed(order):
        depth = level[consumer] + 1
        guarded = consumer in protective
        free = _free_ports(consumer.type)
        for port, child in enumerate(consumer.inputs):
            if child is None:
                continue
            if level.get(child, 0) < depth:
                level[child] = depth
            if guarded or (depth == 1 and port in _PROTECTIVE):
                protective.add(child)
            if port in free and (consumer.timeframe is not None or not larger.get(consumer)):
                found.append((consumer, port, child))
    every = tuple(
        Piece(
            consumer,
            port,
            child,
            Slot(child.kind, child in protective, _timeframe(consumer, child)),
            level[child],
        )
        for consumer, port, child in found
    )
    return Pieces(expert, every, _levels(every), _by_slot(every), _sizes(order))


def _timeframe(consumer: Node, child: Node) -> int:
    """Return the timeframe that a port wants; numbers, which fit everywhere, have none."""
    wanted = consumer.timeframe if child.timeframe is None else child.timeframe
    return wanted or CHART


def _timeframes(order: tuple[Node, ...]) -> dict[Node, bool]:
    """Return which nodes stand inside a higher timeframe; empty where there is none.

    What is made of nothing but numbers there is bred as a whole: its parts have no timeframe.
    """
    if not any(current.timeframe for current in order):
        return {}
    found: dict[Node, bool] = {}
    for current in reversed(order):
        for child in current.inputs:
            if child is not None and (child.timeframe or found.get(current, False)):
                found[child] = True
    return found


@cache
def _free_ports(node_type: NodeType) -> frozenset[int]:
    """Return the numbers of the ports that may be cut."""
    fixed = FIXED_PORTS if node_type is EXPERT else frozenset()
    return frozenset(
        index
        for index, port in enumerate(node_type.inputs)
        if not port.leaf and port.name not in fixed
    )


_PROTECTIVE = frozenset(map(EXPERT_PORTS.index, DISTANCE_PORTS))


def _sizes(order: tuple[Node, ...]) -> dict[Node, tuple[int, int]]:
    found: dict[Node, tuple[int, int]] = {}
    for current in order:
        count, height = 1, 0
        for child in current.inputs:
            if child is not None:
                size = found[child]
                count += size[0]
                if size[1] >= height:
                    height = size[1] + 1
        found[current] = (count, height)
    return found


def _levels(every: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], ...]:
    height = max((piece.level for piece in every), default=0)
    found: list[list[Piece]] = [[] for _ in range(height)]
    for piece in every:
        found[piece.level - 1].append(piece)
    return tuple(map(tuple, found))


def _by_slot(every: tuple[Piece, ...]) -> dict[Slot, tuple[Piece, ...]]:
    found: dict[Slot, list[Piece]] = {}
    for piece in every:
        found.setdefault(piece.slot, []).append(piece)
    return {slot: tuple(group) for slot, group in found.items()}


def replace(expert: Node, consumer: Node, changed: Node) -> Node:
    """Return the graph with one node put in another's place; only its consumers are rebuilt."""
    done = {consumer: changed}
    for current in _order(expert):
        inputs = current.inputs
        if current not in done and any(child in done for child in inputs):
            done[current] = with_inputs(
                current, [child if child is None else done.get(child, child) for child in inputs]
            )
    return done[expert]


def replace_piece(expert: Node, piece: Piece, child: Node | None) -> Node:
    """Return the graph with something else at a piece's place; None empties an optional port."""
    inputs = list(piece.consumer.inputs)
    inputs[piece.port] = child
    return replace(expert, piece.consumer, with_inputs(piece.consumer, inputs))


def with_port(expert: Node, name: str, child: Node | None) -> Node:
    """Return the expert with something else on one of its ports."""
    inputs = list(expert.inputs)
    inputs[EXPERT_PORTS.index(name)] = child
    return with_inputs(expert, inputs)


@lru_cache(maxsize=4096)
def _order(expert: Node) -> tuple[Node, ...]:
    return topological(expert)


def both_sides(expert: Node) -> Node:
    """Return the expert whose short side is the mirror of its long side."""
    inputs = list(expert.inputs)
    for long, short in _SIDES:
        signal = inputs[long]
        inputs[short] = None if signal is None else mirror(signal)
    return with_inputs(expert, inputs)


def with_one_sided_filter(expert: Node) -> Node:
    """Return the long side with a filter that favours a side moved into its entry.

    On the port it would hold for both sides: a filter for rising prices would leave no short trade.
    """
    entry, chosen = expert.inputs[_ENTRY], expert.inputs[_FILTER]
    if entry is None or chosen is None or mirror(chosen) is chosen:
        return expert
    inputs = list(expert.inputs)
    inputs[_ENTRY], inputs[_FILTER] = node(AND, (entry, chosen)), None
    return with_inputs(expert, inputs)


def repeats_itself(expert: Node) -> bool:
    """Tell whether a node with two inputs reads the same on both, which says nothing."""
    return any(len(n.inputs) == 2 and n.inputs[0] is n.inputs[1] for n in topological(expert))


def long_side(expert: Node) -> Node:
    """Return the expert without its short side."""
    inputs = [
        None if name in SHORT_PORTS else child
        for name, child in zip(EXPERT_PORTS, expert.inputs, strict=True)
    ]
    return with_inputs(expert, inputs)
