"""Turn every number of a strategy into an input, with a readable name and a range to search."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dsl.kinds import INTEGER_KINDS, NUMBER, SIGNAL
from dsl.levels import levels_of
from dsl.node import InputRef, Node, Value, topological, with_params
from dsl.nodes.constants import CONSTANT
from dsl.nodes.expert import EXPERT
from dsl.nodes.timeframe import ALIGN
from dsl.params import FloatParam, IntParam
from dsl.registry import node_types
from dsl.strategy import InputSpec, Strategy, map_nodes
from dsl.text.inference import shift_index
from dsl.text.table import MAX_NAME, OPERATOR_WORDS
from dsl.timeframes import shown

Range = tuple[float | None, float | None, float | None]
_NO_RANGE: Range = (None, None, None)
_WORDS = {"points_count": "points"}
_SWITCHES = {"reverse"}  # on or off is structure, not a number
_Place = tuple[object, ...]  # a computation and a parameter of it


def parametrize(strategy: Strategy) -> Strategy:
    """Return the strategy with each literal number in the input table; what it trades is unchanged.

    Nodes that differ only in the output they mean share their inputs. Which bar a price is read
    from is structure and stays as it is, and so do rules that are switched off.
    """
    table = _Table({spec.name for spec in strategy.inputs} | {n for n, _ in strategy.labels})
    beside = _siblings(strategy)
    names = {labelled: name for name, labelled in strategy.labels}
    purposes = _purposes(strategy)
    promoted: dict[Node, tuple[Value, ...]] = {}
    for current in strategy.order:
        values = current.params
        if not all(isinstance(value, InputRef | str) for value in values):
            told = _told_by(beside.get(current), names)
            promoted[current] = _promoted(current, told, purposes.get(current, ""), table)
    rebuilt = _rebuilt(strategy, promoted)
    return replace(rebuilt, inputs=(*strategy.inputs, *table.specs))


@dataclass(slots=True)
class _Table:
    """The inputs made so far, and the names that are taken."""

    taken: set[str]
    specs: list[InputSpec] = field(default_factory=list)
    places: dict[_Place, str] = field(default_factory=dict)

    def input(self, place: _Place, base: str, value: Value, span: Range, comment: str) -> InputRef:
        """Return the reference to the input of a place, entering it when it is new."""
        name = self.places.get(place)
        if name is None:
            name = self._free(base)
            self.places[place] = name
            self.taken.add(name)
            assert not isinstance(value, InputRef)
            self.specs.append(InputSpec(name, value, *span, comment=comment))
        return InputRef(name)

    def _free(self, base: str) -> str:
        leaves = {t.name for t in node_types() if t.syntax.form == "leaf"}
        closed = self.taken | leaves | OPERATOR_WORDS
        base = base[: MAX_NAME - 6]
        number, name = 1, base
        while name in closed:
            number += 1
            name = f"{base}_{number}"
        return name


def _siblings(strategy: Strategy) -> dict[Node, tuple[Node, Node]]:
    """Return, for each constant, its first consumer and what stands beside it there."""
    found: dict[Node, tuple[Node, Node]] = {}
    for consumer in strategy.order:
        children = [child for child in consumer.inputs if child is not None]
        for child in children:
            others = [other for other in children if other is not child]
            if child.type is CONSTANT and others:
                found.setdefault(child, (consumer, others[0]))
    return found


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """What stands beside a constant, what it is called, and whether the two are compared."""

    name: str
    levels: tuple[float, float] | None
    compared: bool


def _told_by(pair: tuple[Node, Node] | None, names: dict[Node, str]) -> _Neighbour | None:
    if pair is None:
        return None
    consumer, other = pair
    return _Neighbour(_called(other, names), levels_of(other), consumer.kind == SIGNAL)


def _called(other: Node, names: dict[Node, str]) -> str:
    """Return what a node is called beside a number: its name, its type, h4_rsi."""
    if other in names:
        return names[other]
    (inner, *_) = other.inputs or (None,)
    if other.type is ALIGN and inner is not None:
        return _called(inner, names)
    output = other.type.outputs[other.output]
    plain = output.name if other.type.syntax.form in {"infix", "prefix"} else other.type.name
    return _larger(other) + plain


def _larger(current: Node) -> str:
    """Return the timeframe as the beginning of a name, "" for the chart's."""
    return f"{shown(current.timeframe).lower()}_" if current.timeframe else ""


def _purposes(strategy: Strategy) -> dict[Node, str]:
    """Return what each node serves, such as " (entry, stop loss)": the end of a comment."""
    found: dict[Node, dict[str, None]] = {}
    expert = strategy.expert
    for port, child in zip(expert.type.inputs, expert.inputs, strict=True):
        if child is not None and port.name != "size":
            word = port.name.removeprefix("long_").removeprefix("short_").replace("_", " ")
            for current in topological(child):
                found.setdefault(current, {})[word] = None
    return {current: f" ({', '.join(words)})" for current, words in found.items()}


def _promoted(
    current: Node, beside: _Neighbour | None, purpose: str, table: _Table
) -> tuple[Value, ...]:
    values: list[Value] = []
    shift = shift_index(current.type)
    for index, (param, value) in enumerate(zip(current.type.params, current.params, strict=True)):
        rule = current.type is EXPERT
        off = rule and (value == param.default or param.name in _SWITCHES)
        if index == shift or off or isinstance(value, InputRef | str):
            values.append(value)
        elif current.type is CONSTANT:
            name, span, comment = _constant(current, value, beside)
            values.append(table.input((current,), name, value, span, comment + purpose))
        elif isinstance(param, IntParam | FloatParam):
            owner = "" if rule or current.type.name == param.name else f"{current.type.name}_"
            word = owner + param.name
            name = _larger(current) + word
            span = _declared(param, value, switch=rule)
            place = _place(current, index, param)
            of = f" of {shown(current.timeframe)}" if current.timeframe else ""
            comment = _WORDS.get(word, word.replace("_", " ")) + of + purpose
            values.append(table.input(place, name, value, span, comment))
    return tuple(values)


def _place(current: Node, index: int, param: IntParam | FloatParam) -> _Place:
    """Return what shares one input: outputs of one computation, and conditions on one window."""
    if isinstance(param, IntParam) and param.clock:
        return (param.name, current.params[index])
    return (current.type, current.inputs, current.params, index)


def _declared(param: IntParam | FloatParam, value: float, *, switch: bool) -> Range:
    step = param.step or _step(param.low, param.high)
    low = param.low + step if switch else param.low  # the lowest value switches a rule off
    low, high = min(low, value), max(param.high, value)
    return (low, high, step) if low < high else _NO_RANGE


def _constant(current: Node, value: float, beside: _Neighbour | None) -> tuple[str, Range, str]:
    """Return name, range and comment of a number: what stands beside it says what it is."""
    whole = current.kind.name in INTEGER_KINDS
    if beside is None:
        return "number", _around(value, whole=whole), "a number"
    if not beside.compared:
        word = "factor" if current.kind == NUMBER else "offset"
        return f"{beside.name}_{word}", _around(value, whole=whole), f"{word} of {beside.name}"
    if beside.levels is None:
        span = _around(value, whole=whole)
    else:
        span = _between(min(beside.levels[0], value), max(beside.levels[1], value), whole=whole)
    return f"{beside.name}_level", span, f"level of {beside.name}"


def _around(value: float, *, whole: bool) -> Range:
    """Return a quarter to four times the value; zero has no range."""
    low, high = sorted((value / 4, value * 4))
    if whole or not low < high:
        return _between(math.floor(low), high, whole=whole)
    step = _step(low, high)
    first, last = math.floor(low / step), math.ceil(high / step)
    first += value > 0 and first == 0  # a positive number stays positive, a negative one negative
    last -= value < 0 and last == 0
    return round(first * step, 12), round(last * step, 12), step


def _between(low: float, high: float, *, whole: bool) -> Range:
    if not low < high:
        return _NO_RANGE
    return low, high, max(1.0, _step(low, high)) if whole else _step(low, high)


def _step(low: float, high: float) -> float:
    """Return the power of ten that makes twenty to two hundred steps."""
    return float(f"1e{math.floor(math.log10((high - low) / 20))}")


def _rebuilt(strategy: Strategy, promoted: dict[Node, tuple[Value, ...]]) -> Strategy:
    """Return the strategy with the parameters replaced, looked up by the node as it was."""
    # rewriting starts at the inputs, so a node is met with new inputs: find it by its old self
    order = iter(strategy.order)
    return map_nodes(strategy, lambda current: _with(current, promoted.get(next(order))))


def _with(current: Node, values: Iterable[Value] | None) -> Node:
    return current if values is None else with_params(current, list(values))
