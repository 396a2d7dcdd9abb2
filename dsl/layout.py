"""The graph of a strategy for other programs: JSON boxes and links, and Graphviz DOT.

Box ids are the type's name and its number in the cached order, so the same strategy has the same
ids. Reading refuses what it does not know, naming the box.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import DslError, KindMismatch, SyntaxProblem, UnknownName, did_you_mean
from dsl.kinds import Kind, oscillator
from dsl.node import InputRef, Node, Value, node
from dsl.nodes.expert import EXPERT
from dsl.registry import NodeType, lookup
from dsl.strategy import InputSpec, Strategy, resolved
from dsl.text.expressions import KINDS
from dsl.text.table import name_problem

FORMAT = "genfx graph 1"
Json = dict[str, Any]


def to_json(strategy: Strategy) -> Json:
    """Return the strategy as node-link data of plain lists, dicts, strings and numbers."""
    ids = node_ids(strategy)
    links = [
        {"source": ids[child], "target": ids[current], "port": port.name}
        for current in strategy.order
        for port, child in zip(current.type.inputs, current.inputs, strict=True)
        if child is not None
    ]
    return {
        "format": FORMAT,
        "title": strategy.title,
        "inputs": [
            {key: value for key, value in asdict(spec).items() if value is not None}
            for spec in strategy.inputs
        ],
        "labels": [[name, ids[n]] for name, n in strategy.labels if n in ids],
        "nodes": [_box(current, ids[current]) for current in strategy.order],
        "links": links,
    }


def node_ids(strategy: Strategy) -> dict[Node, str]:
    """Return a readable id for each node, the same for equal strategies."""
    counts: Counter[str] = Counter()
    ids: dict[Node, str] = {}
    for current in strategy.order:
        counts[current.type.name] += 1
        ids[current] = f"{current.type.name}_{counts[current.type.name]}"
    return ids


def _box(current: Node, name: str) -> Json:
    box: Json = {"id": name, "type": current.type.name}
    if current.output:
        box["output"] = current.type.outputs[current.output].name
    if current.params:
        box["params"] = {
            param.name: {"input": value.name} if isinstance(value, InputRef) else value
            for param, value in zip(current.type.params, current.params, strict=True)
        }
    if current.type.syntax.form == "constant":
        box["kind"] = current.kind.name
        if current.kind.name == "oscillator" and math.isfinite(current.kind.low):
            box["bounds"] = [current.kind.low, current.kind.high]
    return box


def from_json(data: Mapping[str, Any]) -> Strategy:
    """Return the strategy of node-link data.

    Raises:
        DslError: Not this format, an unknown or incomplete box (its id is named), a link that leads
            nowhere, a circle.
    """
    try:
        return _strategy(data)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise SyntaxProblem(
            f"the JSON is no graph of boxes and wires: {problem}",
            hint="nodes and links are lists of objects; `genfx export --to json` shows the form",
        ) from problem


def _strategy(data: Mapping[str, Any]) -> Strategy:
    if data.get("format") != FORMAT:
        raise SyntaxProblem(f"format is {data.get('format')!r}, not {FORMAT!r}")
    boxes = {str(box.get("id")): box for box in data.get("nodes", [])}
    if len(boxes) < len(data.get("nodes", [])):
        raise SyntaxProblem("two boxes have the same id")
    ports = _ports(data, boxes)
    made: dict[str, Node] = {}
    for name in _sorted(boxes, ports):
        made[name] = _node(name, boxes[name], ports[name], made)
    roots = [n for n in made.values() if n.type is EXPERT]
    if len(roots) != 1:
        raise KindMismatch(f"a strategy has one box of type 'expert'; this has {len(roots)}")
    labels = []
    for label, name in data.get("labels", []):
        if name not in made:
            raise UnknownName(f"label '{label}' names no box: '{name}'")
        labels.append((_name(label, word_allowed=False), made[name]))
    strategy = Strategy(roots[0], _inputs(data), tuple(labels), str(data.get("title", "")))
    for value in (value for n in strategy.order for value in n.params):
        strategy.value(value)  # every input that a box refers to is in the table,
    resolved(strategy)  # with a fitting value
    return strategy


def _name(name: object, *, word_allowed: bool) -> str:
    problem = name_problem(str(name), word_allowed=word_allowed)
    if problem:
        raise SyntaxProblem(problem)
    return str(name)


def _inputs(data: Mapping[str, Any]) -> tuple[InputSpec, ...]:
    fields = set(InputSpec.__dataclass_fields__)
    for spec in data.get("inputs", []):
        unknown = sorted(set(spec) - fields)
        if unknown:
            raise UnknownName(f"input '{spec.get('name')}' has an unknown field '{unknown[0]}'")
        _name(spec.get("name"), word_allowed=True)
        if isinstance(spec.get("value"), bool) or not isinstance(spec.get("value"), int | float):
            raise SyntaxProblem(f"input '{spec['name']}' has no number as its value")
    return tuple(InputSpec(**spec) for spec in data.get("inputs", []))


def _ports(data: Mapping[str, Any], boxes: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    """Return for each box which box stands on which port."""
    ports: dict[str, dict[str, str]] = {name: {} for name in boxes}
    for link in data.get("links", []):
        source, target, port = (str(link.get(key)) for key in ("source", "target", "port"))
        for end in (source, target):
            if end not in boxes:
                raise UnknownName(f"a link leads to box '{end}'", hint=did_you_mean(end, boxes))
        if port in ports[target]:
            raise KindMismatch(f"box '{target}': port '{port}' has two links")
        ports[target][port] = source
    return ports


def _sorted(boxes: Mapping[str, Json], ports: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the ids, inputs before consumers, or raise when the links form a circle."""
    order: dict[str, None] = {}
    waiting = list(boxes)
    while waiting:
        ready = [name for name in waiting if all(s in order for s in ports[name].values())]
        if not ready:
            raise KindMismatch(f"the links form a circle through box '{waiting[0]}'")
        order.update(dict.fromkeys(ready))
        waiting = [name for name in waiting if name not in order]
    return list(order)


def _node(name: str, box: Json, ports: Mapping[str, str], made: Mapping[str, Node]) -> Node:
    try:
        node_type = lookup(str(box.get("type")))
        known = [port.name for port in node_type.inputs]
        for port in ports:
            if port not in known:
                raise UnknownName(
                    f"{node_type.name} has no port '{port}'", hint=did_you_mean(port, known)
                )
        inputs = [made[ports[port]] if port in ports else None for port in known]
        output = node_type.output_index(str(box["output"])) if "output" in box else 0
        values = _values(node_type, box.get("params", {}))
        return node(node_type, inputs, values, output=output, kind=_kind(node_type, box))
    except DslError as error:
        raise type(error)(f"box '{name}': {error.message}", hint=error.hint) from error


def _values(node_type: NodeType, written: Mapping[str, Any]) -> list[Value]:
    for name in written:
        node_type.param_index(name)
    values: list[Value] = []
    for param in node_type.params:
        value = written.get(param.name, param.default)
        values.append(InputRef(str(value["input"])) if isinstance(value, dict) else value)
    return values


def _kind(node_type: NodeType, box: Json) -> Kind | None:
    if node_type.syntax.form != "constant":
        return None
    name = str(box.get("kind"))
    if name == "oscillator":
        low, high = box.get("bounds", (-math.inf, math.inf))
        return oscillator(float(low), float(high))
    if name not in KINDS:
        raise UnknownName(f"unknown kind '{name}'", hint=did_you_mean(name, [*KINDS, "oscillator"]))
    return KINDS[name]


def to_dot(strategy: Strategy) -> str:
    """Return Graphviz text: a box with its parameters a node, an arrow with its port an input."""
    ids = node_ids(strategy)
    names = {n: label for label, n in strategy.labels}
    lines = [
        "digraph strategy {",
        "    rankdir=LR;",
        '    node [shape=box, fontname="sans-serif"];',
    ]
    lines.append(f"    label={_quoted(strategy.title)};")
    for current, name in ids.items():
        lines.append(f"    {name} [label={_quoted(_caption(current, names.get(current, '')))}];")
    for current, name in ids.items():
        for port, child in zip(current.type.inputs, current.inputs, strict=True):
            if child is not None:
                lines.append(f"    {ids[child]} -> {name} [label={_quoted(port.name)}];")
    return "\n".join([*lines, "}"]) + "\n"


def _caption(current: Node, label: str) -> str:
    output = f".{current.type.outputs[current.output].name}" if current.output else ""
    lines = [*([label] if label else []), current.type.name + output]
    for param, value in zip(current.type.params, current.params, strict=True):
        if value != param.default or current.type is not EXPERT:
            lines.append(f"{param.name} = {value.name if isinstance(value, InputRef) else value}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
