"""What random strategies would seldom or never hold, brought into them by turns: every node type
with parameters from its whole range, and the statements that stand for several nodes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

import dsl.nodes  # noqa: F401  fills the registry
from codegen.plan import build_plan
from codegen.verify.strategies import random_inputs, random_node, random_params
from dsl.kinds import DISTANCE, SIGNAL, Kind
from dsl.node import Node, node, with_inputs
from dsl.nodes.expert import DISTANCE_PORTS, EXPERT
from dsl.nodes.timeframe import may_be_retimed, on_timeframe
from dsl.params import ChoiceParam, IntParam, Param, ParamValue
from dsl.registry import NodeType, Signature, lookup, node_types, signatures
from dsl.strategy import Strategy
from dsl.text.lower import parse

_PORTS = ("long_entry", "short_entry", "long_exit", "short_exit", "entry_filter")
_PORT_SHARES = (0.3, 0.2, 0.15, 0.15, 0.2)
_DISTANCE_CHANCE = 0.5
_HIGHER_CHANCE = 0.25
_END_CHANCE = 0.1  # of a parameter that stands at an end of its range
_SHIFT_CHANCE = 0.2
_WIDE_DRAWS = 12  # of parameters from the whole range, until their warm-up is short enough
_SHORT = 5  # longest period where they are not
_STATEMENT_CHANCE = 0.1
_STATEMENTS = (
    "session {start} to {end}",
    "session {start} to {end} close",
    "day close {start}",
    "max spread {points} points",
    "weekdays {days}",
)
_WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, slots=True)
class Room:
    """What a strategy must fit into: rows of warm-up, the chart's period, larger bars or none."""

    warmup: int
    chart: int
    higher: tuple[int, ...] = ()


@cache
def turn_types() -> tuple[NodeType, ...]:
    """Return the node types that come by turns: all that a condition or a distance can be of."""
    found = {
        line.type.name for line in signatures() if line.kind == DISTANCE or _readers(line.kind)
    }
    return tuple(node_type for node_type in node_types() if node_type.name in found)


def with_turn(rng: np.random.Generator, strategy: Strategy, number: int, room: Room) -> Strategy:
    """Return the strategy with the node type of turn `number` on one of its ports."""
    types = turn_types()
    node_type = types[number % len(types)]
    for attempt in range(_WIDE_DRAWS + 1):
        drawn = _occurrence(rng, node_type, room, wide=attempt < _WIDE_DRAWS)
        port, child = _placed(rng, drawn)
        changed = with_ports(strategy, {port: child})
        if build_plan(changed).warmup_on(room.chart) <= room.warmup:
            return changed
    return changed


def with_statements(rng: np.random.Generator, strategy: Strategy) -> Strategy:
    """Return the strategy with some of the statements that limit when it trades."""
    for statement in _STATEMENTS:
        if rng.random() < _STATEMENT_CHANCE:
            strategy = _with_statement(strategy, _filled(rng, statement))
    return strategy


def with_ports(strategy: Strategy, ports: dict[str, Node]) -> Strategy:
    """Return the strategy with other nodes on these ports of its expert."""
    names = [port.name for port in EXPERT.inputs]
    inputs = list(strategy.expert.inputs)
    for name, child in ports.items():
        inputs[names.index(name)] = child
    return replace(strategy, expert=with_inputs(strategy.expert, inputs))


def _occurrence(rng: np.random.Generator, node_type: NodeType, room: Room, *, wide: bool) -> Node:
    """Return a node of a type; `wide`: of any parameters in its range, on any timeframe."""
    lines = [line for line in signatures() if line.type is node_type]
    line = lines[int(rng.integers(len(lines)))]
    beside = []
    if line.inputs and not node_type.inputs[0].leaf:  # one that is not the same at every bar
        beside = [random_node(rng, line.inputs[0], 1, longest=_SHORT, no_constant=True)]
    inputs = random_inputs(rng, line, 1, longest=_SHORT, beside=beside)
    params = _wide_params(rng, node_type) if wide else random_params(rng, node_type, _SHORT)
    made = node(node_type, inputs, params, output=line.output)
    if wide and room.higher and rng.random() < _HIGHER_CHANCE and may_be_retimed(made):
        return on_timeframe(made, room.higher[int(rng.integers(len(room.higher)))])
    return made


def _wide_params(rng: np.random.Generator, node_type: NodeType) -> tuple[ParamValue, ...]:
    while True:
        params = tuple(_wide(rng, param) for param in node_type.params)
        if node_type.valid(*params):
            return params


def _wide(rng: np.random.Generator, param: Param) -> ParamValue:
    """Return a value from the whole range that is searched, now and then an end of it."""
    if isinstance(param, ChoiceParam):
        return param.choices[int(rng.integers(len(param.choices)))]
    if param.name == "shift" and rng.random() > _SHIFT_CHANCE:
        return param.default
    if rng.random() < _END_CHANCE:
        return (param.low, param.high)[int(rng.integers(2))]
    value = rng.uniform(param.low, param.high)
    if param.log:
        value = math.exp(rng.uniform(math.log(param.low), math.log(param.high)))
    return round(value) if isinstance(param, IntParam) else float(np.round(value, 3))


def _placed(rng: np.random.Generator, drawn: Node) -> tuple[str, Node]:
    """Return a port of the expert and what stands on it: the node, or a condition on it."""
    if drawn.kind == DISTANCE and rng.random() < _DISTANCE_CHANCE:
        return DISTANCE_PORTS[int(rng.integers(len(DISTANCE_PORTS)))], drawn
    port = _PORTS[int(rng.choice(len(_PORTS), p=_PORT_SHARES))]
    if drawn.kind == SIGNAL:
        return port, drawn
    readers = _readers(drawn.kind)
    line = readers[int(rng.integers(len(readers)))]
    inputs = random_inputs(rng, line, 1, longest=_SHORT, beside=[drawn])
    return port, node(line.type, inputs, random_params(rng, line.type, _SHORT), output=line.output)


@cache
def _readers(kind: Kind) -> tuple[Signature, ...]:
    """Return the lines that make a signal of a value of this kind on their first port."""
    return tuple(
        line
        for line in signatures()
        if line.kind == SIGNAL
        and line.type.weight > 0
        and line.inputs
        and line.inputs[0] == kind
        and not line.type.inputs[0].leaf
    )


def _filled(rng: np.random.Generator, statement: str) -> str:
    start, end = (int(minute) for minute in rng.integers(0, 1440, 2))
    days = [day for day in _WORKDAYS if rng.random() < 0.7]
    return statement.format(
        start=_clock(start),
        end=_clock(end),
        points=int(rng.integers(2, 60)),
        days=" ".join(days or _WORKDAYS),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _with_statement(strategy: Strategy, statement: str) -> Strategy:
    """Return the strategy with what a statement of the language adds to filter and exit."""
    added = parse(f'strategy "" {{ enter long when close > open\n {statement} }}')
    ports: dict[str, Node] = {}
    for name, word in (("entry_filter", "and"), ("forced_exit", "or")):
        new, old = added.port(name), strategy.port(name)
        if new is not None:
            ports[name] = new if old is None else node(lookup(word), (old, new))
    return with_ports(strategy, ports)
