"""The stored form of a graph: one line of JSON, exact, independent of names and of the grammar."""

from __future__ import annotations

import json

from dsl.errors import RunError, UnknownName
from dsl.kinds import Kind
from dsl.node import InputRef, Node, node, topological
from dsl.nodes.constants import CONSTANT
from dsl.registry import lookup
from dsl.timeframes import CHART


def encode(expert: Node) -> str:
    """Return the graph as a line: rows [type, inputs, parameters, output, kind, timeframe], inputs
    first, each without the end that says nothing.

    Args:
        expert: A graph of literals; an InputRef is refused by the JSON encoder.
    """
    number: dict[Node, int] = {}
    rows: list[list[object]] = []
    for current in topological(expert):
        number[current] = len(rows)
        inputs = [-1 if child is None else number[child] for child in current.inputs]
        row: list[object] = [current.type.name, inputs, list(map(_literal, current.params))]
        larger = current.timeframe if current.timeframe and current.type.fields else 0
        if current.output or current.type is CONSTANT or larger:
            row.append(current.output)
        if current.type is CONSTANT:
            row.append([current.kind.name, current.kind.low, current.kind.high])
        elif larger:
            row += [None, larger]
        rows.append(row)
    return json.dumps(rows, separators=(",", ":"))


def decode(text: str) -> Node:
    """Return the graph of a line made by `encode`.

    Raises:
        RunError: A node type is not known any more, or the line is damaged.
    """
    made: list[Node] = []
    try:
        for name, inputs, params, *rest in json.loads(text):
            ports = [None if index < 0 else made[index] for index in inputs]
            output = rest[0] if rest else 0
            kind = Kind(*rest[1]) if len(rest) > 1 and rest[1] else None
            larger = rest[2] if len(rest) > 2 else CHART
            made.append(
                node(lookup(name), ports, params, output=output, kind=kind, timeframe=larger)
            )
        return made[-1]
    except UnknownName as error:
        raise RunError(f"the run uses a node this version lacks: {error.message}") from error
    except (ValueError, TypeError, IndexError) as error:
        raise RunError(f"the run's store holds a damaged strategy: {error}") from error


def _literal(value: object) -> object:
    if isinstance(value, InputRef):
        raise TypeError(f"input '{value.name}' has no value here")
    return value
