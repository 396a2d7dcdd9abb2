"""What is lowered: nodes, and nodes with a particle's values that are never made into nodes."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.errors import CodegenError
from dsl.kinds import Kind
from dsl.node import InputRef, Node
from dsl.params import ParamValue
from dsl.registry import NodeType


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A node of a Plan with a particle's values: like a Node, but neither interned nor kept."""

    type: NodeType
    inputs: tuple[Computed | None, ...]
    params: tuple[ParamValue, ...]
    output: int
    kind: Kind
    digest: bytes
    timeframe: int | None


Computed = Node | Bound


def pair(node: Computed) -> tuple[Computed, Computed]:
    """Return the two inputs of a node that has two."""
    a, b = node.inputs
    assert a is not None
    assert b is not None
    return a, b


def is_scalar(node: Computed | None) -> bool:
    """Return whether there is a node and its value is the same at every bar."""
    return node is not None and node.type.scalar is not None


def literals(node: Computed) -> tuple[ParamValue, ...]:
    """Return the parameters of a node without InputRefs; raise CodegenError if it has one."""
    values = tuple(value for value in node.params if not isinstance(value, InputRef))
    if len(values) != len(node.params):
        raise CodegenError(f"{node.type.name} refers to an input", hint="resolve it first")
    return values
