"""Short ways to write nodes and strategies in tests."""

from __future__ import annotations

from collections.abc import Mapping

import dsl.nodes  # noqa: F401  fills the registry
from dsl.kinds import Kind
from dsl.node import Node, Value, node
from dsl.nodes.expert import EXPERT
from dsl.registry import lookup
from dsl.strategy import InputSpec, Strategy

CLOSE = node(lookup("close"))


def call(name: str, *inputs: Node, params: tuple[Value, ...] = (), output: str = "") -> Node:
    """Return a node by the name of its type."""
    node_type = lookup(name)
    number = node_type.output_index(output) if output else 0
    return node(node_type, inputs, params, output=number)


def constant(value: Value, kind: Kind) -> Node:
    """Return a constant of a kind."""
    return node(lookup("constant"), (), (value,), kind=kind)


def atr(period: Value) -> Node:
    """Return the average true range."""
    return call("atr", call("high"), call("low"), CLOSE, params=(period,))


def expert(
    ports: Mapping[str, Node], rules: Mapping[str, Value] | None = None, *inputs: InputSpec
) -> Strategy:
    """Return a strategy from what stands on its ports; 0.1 lots if no size is given."""
    given = {"size": node(lookup("lots"), (), (0.1,))} | dict(ports)
    values = [(rules or {}).get(param.name, param.default) for param in EXPERT.params]
    return Strategy(node(EXPERT, [given.get(p.name) for p in EXPERT.inputs], values), inputs)
