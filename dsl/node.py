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
from dsl.registry import NodeType, resolve


@dataclass(frozen=True, slots=True)
class InputRef:
    """A parameter whose value stands in the strategy's input table under this name."""

    name: str


Value = ParamValue | InputRef


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, repr=False)
class Node:
    """One occurrence of a node type; `output` numbers the output meant, `kind` is its kind."""

    type: NodeType
    inputs: tuple[Node | None, ...]
    params: tuple[Value, ...]
    output: int
    kind: Kind
    digest: bytes

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{self.type.name} {self.digest.hex()[:8]}>"


_Key = tuple[NodeType, tuple[Node | None, ...], tuple[Value, ...], int, Kind]
_TABLE: WeakValueDictionary[_Key, Node] = WeakValueDictionary()


def node(
    node_type: NodeType,
    inputs: Iterable[Node | None] = (),
    params: Iterable[Value] = (),
    *,
    output: int = 0,
    kind: Kind | None = None,
) -> Node:
    """Return the node of this type, inputs, parameters and output: an existing one if there is one.

    Args:
        node_type: Its declaration.
        inputs: One node a port, in port order; None leaves an optional port empty.
        params: One value a parameter, in order; missing ones at the end take their defaults.
        output: Number of the output that is meant.
        kind: Only for constants: the kind they are of.
    Raises:
        KindMismatch: Inputs of kinds the type does not take.
        ParamOutOfRange: A parameter outside its hard limits.
    """
    ports = tuple(inputs)
    values = _coerced(node_type, tuple(params))
    own = kind if node_type.syntax.form == "constant" else _kind(node_type, output, ports)
    assert own is not None
    return _interned(node_type, ports, values, output, own)


def with_inputs(original: Node, inputs: Sequence[Node | None]) -> Node:
    """Return the node with other inputs, everything else kept."""
    ports = tuple(inputs)
    if ports == original.inputs:
        return original
    if len(ports) == len(original.inputs) and all(
        new is old or (new is not None and old is not None and new.kind == old.kind)
        for new, old in zip(ports, original.inputs, strict=True)
    ):  # the usual case in breeding: no kind changes, so nothing has to be checked again
        return _interned(original.type, ports, original.params, original.output, original.kind)
    return node(original.type, ports, original.params, output=original.output, kind=original.kind)


def with_params(original: Node, params: Sequence[Value]) -> Node:
    """Return the node with other parameters, everything else kept."""
    values = _coerced(original.type, tuple(params))
    return _interned(original.type, original.inputs, values, original.output, original.kind)


def with_output(original: Node, output: int) -> Node:
    """Return the node that means another output of the same computation."""
    return node(original.type, original.inputs, original.params, output=output)


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


def _interned(
    node_type: NodeType,
    ports: tuple[Node | None, ...],
    values: tuple[Value, ...],
    output: int,
    kind: Kind,
) -> Node:
    key = (node_type, ports, values, output, kind)
    found = _TABLE.get(key)
    if found is None:
        below = [None if port is None else port.digest for port in ports]
        digest = content_digest(node_type, below, values, output, kind)
        found = Node(node_type, ports, values, output, kind, digest)
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


def content_digest(
    node_type: NodeType,
    inputs: Iterable[bytes | None],
    params: tuple[Value, ...],
    output: int,
    kind: Kind,
) -> bytes:
    """Return the digest of a node with these contents, whether or not the node exists.

    Args:
        node_type, output, kind: As of the node.
        inputs: Digest of each port's node, None where the port is empty.
        params: One value a parameter, coerced by its declaration.
    """
    head = f"{node_type.name}|{output}|{kind}|{params!r}|"
    digest = hashlib.blake2b(head.encode(), digest_size=16)
    for child in inputs:
        digest.update(child or b"\0" * 16)
    return digest.digest()
