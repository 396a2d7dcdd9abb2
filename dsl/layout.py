"""The graph of a strategy for other programs: JSON boxes and links, and Graphviz DOT.

Box ids are the type's name and its number in the cached order, so the same strategy has the same
ids. A drawing keeps the ids and places that somebody gave; `dsl.boxes` reads it back.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dsl.node import InputRef, Node, Value
from dsl.nodes.expert import EXPERT
from dsl.nodes.timeframe import ALIGN
from dsl.strategy import Strategy
from dsl.timeframes import shown

FORMAT = "genfx graph 1"
Json = dict[str, Any]
Place = tuple[float, float]  # x to the right, y down, of a box's upper left corner


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A strategy with the ids and places of its boxes, as far as somebody chose them."""

    strategy: Strategy
    ids: Mapping[Node, str] = field(default_factory=dict)
    places: Mapping[Node, Place] = field(default_factory=dict)

    def carried(self, changed: Strategy) -> Drawing:
        """Return the drawing of a strategy of the same shape, whose nodes differ in values only."""
        pairs = list(zip(self.strategy.order, changed.order, strict=True))
        ids = {new: self.ids[old] for old, new in pairs if old in self.ids}
        places = {new: self.places[old] for old, new in pairs if old in self.places}
        return Drawing(changed, ids, places)


def to_json(drawn: Strategy | Drawing) -> Json:
    """Return a strategy as node-link data of plain lists, dicts, strings and numbers."""
    drawing = drawn if isinstance(drawn, Drawing) else Drawing(drawn)
    strategy = drawing.strategy
    ids = node_ids(strategy, drawing.ids)
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
            {key: v for key, v in asdict(spec).items() if v is not None and (v or key != "kind")}
            for spec in strategy.inputs
        ],
        **({"looks": {n: _value(value) for n, value in strategy.looks}} if strategy.looks else {}),
        "labels": [[name, ids[n]] for name, n in strategy.labels if n in ids],
        "nodes": [
            _box(current, ids[current]) | _place(drawing, current) for current in strategy.order
        ],
        "links": links,
    }


def node_ids(strategy: Strategy, chosen: Mapping[Node, str] | None = None) -> dict[Node, str]:
    """Return a readable id for each node, the same for equal strategies.

    chosen: Ids that some nodes have already; the others get free ones.
    """
    ids = dict(chosen or {})
    taken = set(ids.values())
    counts: Counter[str] = Counter()
    for current in strategy.order:
        while current not in ids:
            counts[current.type.name] += 1
            name = f"{current.type.name}_{counts[current.type.name]}"
            if name not in taken:
                ids[current] = name
    return ids


def _place(drawing: Drawing, current: Node) -> Json:
    if current not in drawing.places:
        return {}
    x, y = drawing.places[current]
    return {"x": x, "y": y}


def _box(current: Node, name: str) -> Json:
    box: Json = {"id": name, "type": current.type.name}
    if current.timeframe and current.type.fields:
        box["timeframe"] = shown(current.timeframe)
    if current.output:
        box["output"] = current.type.outputs[current.output].name
    if current.params:
        box["params"] = {
            param.name: _value(value)
            for param, value in zip(current.type.params, current.params, strict=True)
        }
    if current.type.syntax.form == "constant":
        box["kind"] = current.kind.name
        if current.kind.name == "oscillator" and math.isfinite(current.kind.low):
            box["bounds"] = [current.kind.low, current.kind.high]
    return box


def _value(value: Value) -> Any:
    return {"input": value.name} if isinstance(value, InputRef) else value


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


def box_title(current: Node) -> str:
    """Return what a box is called: its type, of a higher timeframe with its name."""
    (inner, *_) = current.inputs or (None,)
    if current.type is ALIGN and inner is not None:
        return f"{shown(inner.timeframe)} on the chart"
    return (
        f"{shown(current.timeframe)} {current.type.name}"
        if current.timeframe
        else (current.type.name)
    )


def _caption(current: Node, label: str) -> str:
    output = f".{current.type.outputs[current.output].name}" if current.output else ""
    lines = [*([label] if label else []), box_title(current) + output]
    for param, value in zip(current.type.params, current.params, strict=True):
        if value != param.default or current.type is not EXPERT:
            lines.append(f"{param.name} = {value.name if isinstance(value, InputRef) else value}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
