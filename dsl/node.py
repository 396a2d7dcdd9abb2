"""Nodes: interned values. The same type, inputs and parameters are the same object, so sharing is
the graph.

Nodes are made only by `node()`, on the main thread; they are compared by identity and carry a
digest computed once at birth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from weakref import WeakValueDictionary

from dsl.errors import KindMismatch, ParamOutOfRange
from dsl.kinds import Kind, KindVar
from dsl.params import ParamValue
from dsl.registry import HIGHER_FIELDS, NodeType, resolve
from dsl.timeframes import CHART, shown


@dataclass(frozen=True, slots=True)
class InputRef:
    """A parameter whose value stands in the strategy's input table under this name."""

    name: str


Value = ParamValue | InputRef


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, repr=False)
class Node:
    """One occurrence of a node type; `output` numbers the output meant, `kind` is its kind.

    timeframe: Seconds of the larger bars it is computed on, 0 for the chart's; None where it is the
    same at every bar.
    """

    type: NodeType
    inputs: tuple[Node | None, ...]
    params: tuple[Value, ...]
    output: int
    kind: Kind
    digest: bytes
    timeframe: int | None = CHART

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{self.type.name} {self.digest.hex()[:8]}>"


_Key = tuple[NodeType, tuple[Node | None, ...], tuple[Value, ...], int, Kind, int | None]
_TABLE: WeakValueDictionary[_Key, Node] = WeakValueDictionary()


def node(
    node_type: NodeType,
    inputs: Iterable[Node | None] = (),
    params: Iterable[Value] = (),
    *,
    output: int = 0,
    kind: Kind | None = None,
    timeframe: int | None = CHART,
) -> Node:
    """Return the node of this type, inputs, parameters and output: an existing one if there is one.

    Args:
        node_type: Its declaration.
        inputs: One node a port, in port order; None leaves an optional port empty.
        params: One value a parameter, in order; missing ones at the end take their defaults.
        output: Number of the output that is meant.
        kind: Only for constants: the kind they are of.
        timeframe: Only for what reads the bars: seconds of larger ones than the chart's.
    Raises:
        KindMismatch: Inputs of kinds or timeframes the type does not take.
        ParamOutOfRange: A parameter outside its hard limits.
    """
    ports = tuple(inputs)
    values = _coerced(node_type, tuple(params))
    own = kind if node_type.syntax.form == "constant" else _kind(node_type, output, ports)
    assert own is not None
    read = _timeframe(node_type, ports, timeframe)
    return _interned(node_type, ports, values, (output, own, read))


def with_inputs(original: Node, inputs: Sequence[Node | None]) -> Node:
    """Return the node with other inputs, everything else kept."""
    ports = tuple(inputs)
    if ports == original.inputs:
        return original
    if len(ports) == len(original.inputs) and all(
        new is old
        or (
            new is not None
            and old is not None
            and new.kind == old.kind
            and new.timeframe == old.timeframe
        )
        for new, old in zip(ports, original.inputs, strict=True)
    ):  # the usual case in breeding: no kind changes, so nothing has to be checked again
        return _interned(original.type, ports, original.params, _facts(original))
    return node(original.type, ports, original.params, output=original.output, kind=original.kind)


def with_params(original: Node, params: Sequence[Value]) -> Node:
    """Return the node with other parameters, everything else kept."""
    values = _coerced(original.type, tuple(params))
    return _interned(original.type, original.inputs, values, _facts(original))


def with_output(original: Node, output: int) -> Node:
    """Return the node that means another output of the same computation."""
    return node(
        original.type,
        original.inputs,
        original.params,
        output=output,
        timeframe=original.timeframe,
    )


def topological(root: Node) -> tuple[Node, ...]:
    """Return the nodes of the graph under `root` and itself, inputs before consumers, each once."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        current, done = stack.pop()
        if done:
            order.append(current)
        elif current not in seen:
            seen.add(current)
            stack.append((current, True))
            stack.extend((child, False) for child in reversed(current.inputs) if child is not None)
    return tuple(order)


def rewrite(root: Node, change: Callable[[Node], Node]) -> Node:
    """Return the graph with `change` applied to every node, inputs first (already changed)."""
    return rewrite_map(root, change)[root]


def rewrite_map(root: Node, change: Callable[[Node], Node]) -> dict[Node, Node]:
    """Return what `rewrite` makes of each node below and including `root`."""
    done: dict[Node, Node] = {}
    for current in topological(root):
        inputs = tuple(None if child is None else done[child] for child in current.inputs)
        rebuilt = current if inputs == current.inputs else with_inputs(current, inputs)
        done[current] = change(rebuilt)
    return done


_Facts = tuple[int, Kind, int | None]  # output, kind, timeframe


def _facts(original: Node) -> _Facts:
    return original.output, original.kind, original.timeframe


def _interned(
    node_type: NodeType, ports: tuple[Node | None, ...], values: tuple[Value, ...], facts: _Facts
) -> Node:
    key = (node_type, ports, values, *facts)
    found = _TABLE.get(key)
    if found is None:
        output, kind, timeframe = facts
        below = [None if port is None else port.digest for port in ports]
        digest = content_digest(
            node_type, below, values, output=output, kind=kind, timeframe=timeframe
        )
        found = Node(node_type, ports, values, output, kind, digest, timeframe)
        _TABLE[key] = found
    return found


def _coerced(node_type: NodeType, values: tuple[Value, ...]) -> tuple[Value, ...]:
    declared = node_type.params
    if len(values) > len(declared):
        raise ParamOutOfRange(
            f"{node_type.name} takes {len(declared)} parameters, {len(values)} were given"
        )
    given = tuple(
        value if isinstance(value, InputRef) else param.coerce(value)
        for param, value in zip(declared, values, strict=False)
    )
    filled = given + tuple(param.default for param in declared[len(given) :])
    literal = not any(isinstance(value, InputRef) for value in filled)
    if literal and not node_type.valid(*filled):
        shown = ", ".join(f"{p.name} = {v}" for p, v in zip(declared, filled, strict=True))
        raise ParamOutOfRange(f"{node_type.name} does not allow {shown} together")
    return filled


def _kind(node_type: NodeType, output: int, ports: tuple[Node | None, ...]) -> Kind:
    if len(ports) != len(node_type.inputs):
        raise KindMismatch(
            f"{node_type.name} takes {len(node_type.inputs)} inputs, {len(ports)} were given"
        )
    kinds = tuple(None if port is None else port.kind for port in ports)
    found = resolve(node_type, output, kinds)
    if found is None:
        have = ", ".join("nothing" if kind is None else str(kind) for kind in kinds)
        raise KindMismatch(f"{node_type.name} does not take {have}", hint=_wanted(node_type))
    return found


def _wanted(node_type: NodeType) -> str:
    def shown(rule: Kind | KindVar) -> str:
        return str(rule) if isinstance(rule, Kind) else "|".join(rule.allowed)

    lines = [", ".join(shown(k) for k in rule.inputs) for rule in node_type.rules(0)]
    return f"{node_type.name} takes ({'), ('.join(lines)})"


def unreadable(leaf: Node) -> bool:
    """Return whether a node reads what larger bars do not have: the clock, or the spread."""
    return not HIGHER_FIELDS.issuperset(leaf.type.fields)


def _timeframe(
    node_type: NodeType, ports: tuple[Node | None, ...], timeframe: int | None
) -> int | None:
    """Return the timeframe of a node; raise KindMismatch where timeframes are mixed."""
    if not ports:
        if timeframe and not HIGHER_FIELDS.issuperset(node_type.fields):
            raise KindMismatch(
                f"{node_type.name} is of the chart's bar, it cannot be of {shown(timeframe)}"
            )
        return timeframe if node_type.fields else None
    found: Node | None = None
    for port in ports:
        if port is None or port.timeframe is None:
            continue
        if found is not None and port.timeframe != found.timeframe:
            raise _mixed(node_type, found, port)
        found = port
    form = node_type.syntax.form
    if form == "timeframe" and not (found and found.timeframe):
        raise KindMismatch(f"{node_type.name} takes a value of a higher timeframe")
    if form == "statement" and found is not None and found.timeframe:
        raise KindMismatch(
            f"'{found.type.name}' is of {shown(found.timeframe)}, a strategy trades on the chart",
            hint=f"bring it to the chart: {shown(found.timeframe).lower()}(...)",
        )
    if form in {"timeframe", "statement"}:
        return CHART
    return found.timeframe if found is not None else None


def _mixed(node_type: NodeType, one: Node, other: Node) -> KindMismatch:
    higher = max(one, other, key=lambda n: n.timeframe or 0)
    word = shown(higher.timeframe).lower()
    return KindMismatch(
        f"{node_type.name}: '{one.type.name}' is of {shown(one.timeframe)}, '{other.type.name}' of "
        f"{shown(other.timeframe)}",
        hint=f"bring both to the chart first: {word}({higher.type.name} ...)",
    )


def content_digest(
    node_type: NodeType,
    inputs: Iterable[bytes | None],
    params: tuple[Value, ...],
    *,
    output: int,
    kind: Kind,
    timeframe: int | None = CHART,
) -> bytes:
    """Return the digest of a node with these contents, whether or not the node exists.

    Args:
        node_type, output, kind, timeframe: As of the node.
        inputs: Digest of each port's node, None where the port is empty.
        params: One value a parameter, coerced by its declaration.
    """
    head = f"{node_type.name}|{output}|{kind}|{params!r}|"
    if timeframe and node_type.fields:  # all else has it from its inputs
        head += f"{timeframe}|"
    digest = hashlib.blake2b(head.encode(), digest_size=16)
    for child in inputs:
        digest.update(child or b"\0" * 16)
    return digest.digest()
