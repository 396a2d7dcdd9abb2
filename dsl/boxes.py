"""Reading a strategy that is drawn as boxes and links (see dsl.layout), with all its mistakes.

Every mistake names the box, and in a file its line. Boxes that say the same are one node, which
keeps the id and the place of the first of them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import (
    DslError,
    DslErrors,
    KindMismatch,
    ParamOutOfRange,
    Span,
    SyntaxProblem,
    UnknownName,
    did_you_mean,
)
from dsl.kinds import COLOR, STRING, Kind, oscillator
from dsl.layout import FORMAT, Drawing, Json, Place
from dsl.looks import LOOKS, checked_look
from dsl.node import InputRef, Node, Value, node
from dsl.nodes.expert import EXPERT
from dsl.params import Param
from dsl.registry import NodeType, lookup
from dsl.strategy import InputSpec, Strategy, check_texts, resolved
from dsl.text.expressions import KINDS
from dsl.text.scope import Scope
from dsl.text.table import finished, name_problem
from dsl.timeframes import CHART, TIMEFRAMES, WORDS, shown

SUFFIX = ".json"
_SHAPE = "nodes and links are lists of objects; `genfx export --to json` shows the form"
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError, OverflowError)


def parse_boxes(text: str, path: str = "") -> Drawing:
    """Return the drawing that a JSON text holds.

    Raises:
        DslErrors: All that is wrong, each at the line of its box where that is known.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        error = SyntaxProblem(
            f"is no JSON: {problem.msg}", span=Span(problem.lineno, problem.colno)
        )
        raise DslErrors([error], text=text, path=path) from None
    except RecursionError:
        raise DslErrors([SyntaxProblem("is nested too deep")], text=text, path=path) from None
    except ValueError:  # Python reads no number of so many digits
        raise DslErrors([SyntaxProblem("holds an endless number")], text=text, path=path) from None
    reading = _Reading(text)
    drawing = reading.drawing(data)
    if drawing is None or reading.errors:
        raise DslErrors(reading.errors, text=text, path=path)
    return drawing


@dataclass(slots=True)
class _Reading:
    """What is known while boxes are read. made: Sound boxes so far."""

    text: str
    boxes: dict[str, Json] = field(default_factory=dict)
    ports: dict[str, dict[str, str]] = field(default_factory=dict)
    made: dict[str, Node] = field(default_factory=dict)
    places: dict[Node, Place] = field(default_factory=dict)
    errors: list[DslError] = field(default_factory=list)

    def report(self, error: DslError, box: str = "") -> None:
        """Enter an error, at the line where its box begins."""
        error.span = error.span or _span(self.text, box)
        self.errors.append(error)

    def drawing(self, data: Mapping[str, Any]) -> Drawing | None:
        """Return what the data describes, None when errors were reported."""
        try:
            self._read(data)
            return None if self.errors else self._finished(data)
        except DslError as error:
            self.report(error)
        except _MALFORMED as problem:
            message = f"the JSON is no graph of boxes and wires: {problem}"
            self.report(SyntaxProblem(message, hint=_SHAPE))
        return None

    def _read(self, data: Mapping[str, Any]) -> None:
        if data.get("format") != FORMAT:
            message = f"format is {data.get('format')!r}, not {FORMAT!r}"
            raise SyntaxProblem(message, hint="`genfx export --to json` writes such files")
        for box in data.get("nodes", []):
            name = str(box.get("id"))
            if name in self.boxes:
                self.report(SyntaxProblem(f"two boxes have the same id '{name}'"), name)
            self.boxes[name] = box
            self.ports[name] = {}
        for link in data.get("links", []):
            self._link(*(str(link.get(key)) for key in ("source", "target", "port")))
        for name in self._sorted():
            self._box(name)

    def _link(self, source: str, target: str, port: str) -> None:
        for end in (source, target):
            if end not in self.boxes:
                hint = did_you_mean(end, self.boxes)
                self.report(UnknownName(f"a link leads to box '{end}'", hint=hint), end)
                return
        if port in self.ports[target]:
            self.report(KindMismatch(f"box '{target}': port '{port}' has two links"), target)
        self.ports[target][port] = source

    def _sorted(self) -> list[str]:
        """Return the ids, inputs before consumers, without those of a circle."""
        order: dict[str, None] = {}
        waiting = list(self.boxes)
        while waiting:
            ready = [n for n in waiting if all(s in order for s in self.ports[n].values())]
            if not ready:
                message = f"the links form a circle through box '{waiting[0]}'"
                self.report(KindMismatch(message), waiting[0])
                break
            order.update(dict.fromkeys(ready))
            waiting = [name for name in waiting if name not in order]
        return list(order)

    def _box(self, name: str) -> None:
        ports = self.ports[name]
        if any(source not in self.made for source in ports.values()):
            return  # what it stands on is wrong, and told
        try:
            found = _node(self.boxes[name], ports, self.made)
            place = _place(self.boxes[name])
        except DslError as error:
            self.report(type(error)(f"box '{name}': {error.message}", hint=error.hint), name)
        except _MALFORMED as problem:
            self.report(SyntaxProblem(f"box '{name}' is malformed: {problem}", hint=_SHAPE), name)
        else:
            self.made[name] = found
            if place is not None:
                self.places.setdefault(found, place)

    def _finished(self, data: Mapping[str, Any]) -> Drawing:
        roots = {n for n in self.made.values() if n.type is EXPERT}
        if len(roots) != 1:
            raise KindMismatch(f"a strategy has one box of type 'expert'; this has {len(roots)}")
        (root,) = roots
        title = str(data.get("title", ""))
        inputs = _inputs(data, root)
        strategy = Strategy(root, inputs, self._labels(data), title, _looks(data, inputs))
        for value in (value for n in strategy.order for value in n.params):
            strategy.value(value)  # every input that a box refers to is in the table,
        check_texts(strategy)
        resolved(strategy)  # with a fitting value
        ids: dict[Node, str] = {}
        for name, found in self.made.items():
            ids.setdefault(found, name)
        return Drawing(strategy, ids, self.places)

    def _labels(self, data: Mapping[str, Any]) -> tuple[tuple[str, Node], ...]:
        labels = []
        for label, name in data.get("labels", []):
            if name not in self.made:
                hint = did_you_mean(str(name), self.made)
                raise UnknownName(f"label '{label}' names no box: '{name}'", hint=hint)
            if self.made[name].timeframe:
                raise KindMismatch(
                    f"label '{label}' names what is of {shown(self.made[name].timeframe)}",
                    hint="names stand for what is on the chart",
                )
            labels.append((_name(label, word_allowed=False), self.made[name]))
        return tuple(labels)


def _span(text: str, box: str) -> Span | None:
    """Return where a box, or else a link of it, stands in a JSON text."""
    if not text or not box:
        return None
    quoted = re.escape(json.dumps(box, ensure_ascii=False))
    for key in ("id", "source", "target"):
        found = re.search(rf'"{key}"\s*:\s*({quoted})', text)
        if found:
            before = text[: found.start(1)]
            column = found.start(1) - before.rfind("\n")
            return Span(before.count("\n") + 1, column, len(found[1]))
    return None


def _name(name: object, *, word_allowed: bool) -> str:
    problem = name_problem(str(name), word_allowed=word_allowed)
    if problem:
        raise SyntaxProblem(problem)
    return str(name)


def _inputs(data: Mapping[str, Any], expert: Node) -> tuple[InputSpec, ...]:
    scope = Scope(uses=_uses(Strategy(expert)))
    specs: dict[str, InputSpec] = {}
    for written in data.get("inputs", []):
        spec = _input(written)
        if spec.name in specs:
            raise SyntaxProblem(f"two inputs have the same name '{spec.name}'")
        specs[spec.name] = finished(spec, scope)
    return tuple(specs.values())


def _input(written: Mapping[str, Any]) -> InputSpec:
    name = _name(written.get("name"), word_allowed=True)
    unknown = sorted(set(written) - set(InputSpec.__dataclass_fields__))
    if unknown:
        raise UnknownName(f"input '{name}' has an unknown field '{unknown[0]}'")
    if written.get("kind"):
        return _look_input(name, written)
    if not _is_number(written.get("value")):
        raise SyntaxProblem(f"input '{name}' has no number as its value")
    for key in ("low", "high", "step"):
        if not _is_number(written.get(key, 0)):
            raise SyntaxProblem(f"input '{name}': {key} = {written[key]!r} is no number")
    if not isinstance(written.get("comment", ""), str):
        raise SyntaxProblem(f"input '{name}': its comment is no text")
    return InputSpec(**written)


def _look_input(name: str, written: Mapping[str, Any]) -> InputSpec:
    kind = written["kind"]
    if kind not in {STRING.name, COLOR.name}:
        raise SyntaxProblem(f"input '{name}': kind is {STRING} or {COLOR}, not {kind!r}")
    if set(written) & {"low", "high", "step"}:
        raise SyntaxProblem(f"input '{name}': a {kind} has no range")
    value = checked_look(kind, written.get("value"))
    return InputSpec(name, value, comment=str(written.get("comment", "")), kind=kind)


def _looks(data: Mapping[str, Any], inputs: tuple[InputSpec, ...]) -> tuple[tuple[str, Value], ...]:
    written: Mapping[str, Any] = data.get("looks", {})
    found: dict[str, Value] = {}
    specs = {spec.name: spec for spec in inputs}
    for name, value in written.items():
        if name not in LOOKS:
            raise UnknownName(f"unknown look '{name}'", hint=did_you_mean(name, LOOKS))
        kind = LOOKS[name].name
        if not isinstance(value, dict):
            found[name] = checked_look(kind, value, comment=True)
            continue
        spec = specs.get(str(value.get("input")))
        if spec is None or spec.kind != kind:
            raise KindMismatch(f"look '{name}' wants a {kind} input, not {value.get('input')!r}")
        checked_look(kind, spec.value, comment=True)
        found[name] = InputRef(spec.name)
    return tuple((name, found[name]) for name in LOOKS if name in found)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _uses(strategy: Strategy) -> dict[str, list[Param]]:
    uses: dict[str, list[Param]] = {}
    for n in strategy.order:
        for param, value in zip(n.type.params, n.params, strict=True):
            if isinstance(value, InputRef):
                uses.setdefault(value.name, []).append(param)
    return uses


def _node(box: Json, ports: Mapping[str, str], made: Mapping[str, Node]) -> Node:
    if "type" not in box:
        raise SyntaxProblem("has no type")
    node_type = lookup(str(box["type"]))
    known = [port.name for port in node_type.inputs]
    for port in ports:
        if port not in known:
            hint = did_you_mean(port, known)
            raise UnknownName(f"{node_type.name} has no port '{port}'", hint=hint)
    inputs = [made[ports[port]] if port in ports else None for port in known]
    output = node_type.output_index(str(box["output"])) if "output" in box else 0
    values = _values(node_type, box.get("params", {}))
    kind, timeframe = _kind(node_type, box), _timeframe(node_type, box)
    return node(node_type, inputs, values, output=output, kind=kind, timeframe=timeframe)


def _timeframe(node_type: NodeType, box: Json) -> int:
    """Return the higher timeframe of a box that reads the bars, 0 for the chart's."""
    name = str(box.get("timeframe", ""))
    if not name:
        return CHART
    if not node_type.fields:
        raise KindMismatch("has the timeframe of its inputs, none of its own")
    if name.lower() not in WORDS:
        hint = did_you_mean(name.upper(), TIMEFRAMES) or f"known are {', '.join(WORDS).upper()}"
        raise UnknownName(f"unknown timeframe '{name}'", hint=hint)
    return WORDS[name.lower()]


def _place(box: Json) -> Place | None:
    """Return where a box stands, None if it does not say."""
    given = {key: box[key] for key in ("x", "y") if box.get(key) is not None}
    for key, value in given.items():
        if not _is_number(value):
            raise ParamOutOfRange(f"{key} = {value!r} is no place")
    return (given["x"], given["y"]) if len(given) == 2 else None


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
