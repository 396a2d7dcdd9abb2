"""Strategies whose every number is an input: the other form in which back ends meet a value."""

from __future__ import annotations

from dsl.node import InputRef, Node, Value, with_params
from dsl.nodes.expert import EXPERT
from dsl.params import ChoiceParam
from dsl.strategy import InputSpec, Strategy, map_nodes


def promoted(strategy: Strategy) -> Strategy:
    """Return the strategy with every number below the expert as an input of its table."""
    table: list[InputSpec] = []

    def promote(current: Node) -> Node:
        if current.type is EXPERT:
            return current
        values: list[Value] = []
        for param, value in zip(current.type.params, current.params, strict=True):
            if isinstance(param, ChoiceParam) or isinstance(value, InputRef):
                values.append(value)
                continue
            name = f"p{len(table)}_{param.name}"
            table.append(InputSpec(name, value, float(param.low), float(param.high)))
            values.append(InputRef(name))
        return with_params(current, values)

    changed = map_nodes(strategy, promote)
    return Strategy(changed.expert, tuple(table), changed.labels, changed.title)
