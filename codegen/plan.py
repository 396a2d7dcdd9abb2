"""The Plan: a strategy as a flat, frozen list of assignments. Every back end is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from codegen.calls import own_warmup
from codegen.larger import bars_per_bucket
from dsl.errors import CodegenError
from dsl.kinds import Kind
from dsl.node import InputRef, Node, Value, node
from dsl.nodes.expert import DISTANCE_PORTS, NO_CLOCK, SIGNAL_PORTS
from dsl.nodes.timeframe import ALIGN
from dsl.params import ParamValue
from dsl.registry import NodeType, lookup, node_types
from dsl.strategy import InputSpec, Strategy
from dsl.timeframes import CHART, shown

FRIDAY_PORT = "friday_exit"


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment, `name = type(inputs, params)[output]`, over the bars of one timeframe.

    timeframe: Seconds of the larger bars whose rows it has; 0 for those of the chart.
    inputs: Numbers of earlier steps, one a port. call: Number of the first step with the same
    computation (same type, inputs and parameters, other output); itself when it is the first.
    depth: How many rows consumers read (1: the current one); 0: all of history.
    """

    name: str
    node: Node
    type: NodeType
    output: int
    inputs: tuple[int, ...]
    params: tuple[Value, ...]
    kind: Kind
    call: int
    depth: int
    timeframe: int = CHART


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy ready for any back end: steps in topological order and what stands on the expert's
    ports.

    ports: (port name, step number) of the signal and distance ports in use; Friday's close is
    lowered to the port names `friday_exit` and a part of `entry_filter`. rules: (name, value) of
    every account rule. inputs: Those that are numbers. texts, looks: Inputs that are texts and
    colours, and what the EA shows; no decision reads them.
    """

    title: str
    strategy_id: str
    structure_id: str
    steps: tuple[Step, ...]
    ports: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, Value], ...]
    size: Step
    inputs: tuple[InputSpec, ...]
    labels: tuple[tuple[str, int], ...]
    texts: tuple[InputSpec, ...] = ()
    looks: tuple[tuple[str, Value], ...] = ()

    @property
    def timeframes(self) -> tuple[int, ...]:
        """Return the higher timeframes in use, seconds, the smallest first."""
        return tuple(sorted({step.timeframe for step in self.steps} - {CHART}))

    @property
    def warmup(self) -> int:
        """Return the bars before the first possible entry, where no larger bars are read.

        Raises:
            CodegenError: Larger bars are read, so that it depends on the chart: see `warmup_on`.
        """
        if self.timeframes:
            raise CodegenError("the warm-up depends on the period of the bars")
        return self.warmup_on(CHART)

    def warmup_on(self, chart: int) -> int:
        """Return the bars before the first possible entry on bars of this period, seconds."""
        rows = zip(self.steps, self.warmups(chart), strict=True)
        return max((count for step, count in rows if step.timeframe == CHART), default=0)

    def warmups(self, chart: int) -> tuple[int, ...]:
        """Return the rows before the first usable one of each step, in rows of its own timeframe.

        Args:
            chart: Period of the bars, seconds; it matters only where larger bars are read.
        """
        table = {spec.name: spec.value for spec in self.inputs}
        found: list[int] = []
        for step in self.steps:
            params = tuple(table[p.name] if isinstance(p, InputRef) else p for p in step.params)
            below = max((found[number] for number in step.inputs), default=0)
            found.append(_rows(step.node, params, below, chart))
        return tuple(found)


_OUTSIDE = -1  # the size is no step of the list: `call` of its Step


def build_plan(strategy: Strategy) -> Plan:
    """Return the strategy as a list of assignments, the same for every equal strategy.

    Raises:
        UnknownName: A parameter refers to an input that the table does not hold.
    """
    return _build(strategy)


@lru_cache(maxsize=256)
def _build(strategy: Strategy) -> Plan:
    ports = expert_ports(strategy)
    order = union(child for _, child in ports)
    numbers = {place: number for number, place in enumerate(order)}
    named = {place.node: number for place, number in reversed(numbers.items())}
    size = strategy.port("size")
    assert size is not None
    steps = _steps(order, numbers, strategy)
    rules = zip(strategy.expert.type.params, strategy.expert.params, strict=True)
    return Plan(
        title=strategy.title,
        strategy_id=strategy.strategy_id,
        structure_id=strategy.structure_id,
        steps=steps,
        ports=tuple((name, numbers[Place(child, CHART)]) for name, child in ports),
        rules=tuple((param.name, value) for param, value in rules),
        size=Step("size", size, size.type, 0, (), size.params, size.kind, _OUTSIDE, 1),
        inputs=strategy.numbers,
        texts=tuple(spec for spec in strategy.inputs if spec.kind),
        looks=strategy.looks,
        labels=tuple((name, named[n]) for name, n in strategy.labels if n in named),
    )


def expert_ports(strategy: Strategy) -> tuple[tuple[str, Node], ...]:
    """Return (port name, node) of the signal and distance ports in use, Friday's close lowered."""
    expert = strategy.expert
    names = [port.name for port in expert.type.inputs]
    used = dict(zip(names, expert.inputs, strict=True))
    close = expert.params[expert.type.param_index("friday_close")]
    if strategy.value(close) != NO_CLOCK:
        used["friday_exit"], used["entry_filter"] = friday_nodes(close, used["entry_filter"])
    order = (*SIGNAL_PORTS, FRIDAY_PORT, *DISTANCE_PORTS)
    return tuple((name, child) for name in order if (child := used.get(name)) is not None)


def friday_nodes(close: Value, entry_filter: Node | None) -> tuple[Node, Node]:
    """Return Friday's close at a clock time as a forced exit and as part of the entry filter."""
    leave = node(lookup("week_end"), (), (close,))
    stay_out = node(_logic("not"), (node(lookup("week_closing"), (), (close,)),))
    if entry_filter is None:
        return leave, stay_out
    return leave, node(_logic("and"), (entry_filter, stay_out))


@cache
def _logic(word: str) -> NodeType:
    return next(node_type for node_type in node_types() if node_type.logic == word)


class Place(NamedTuple):
    """A node and the timeframe whose rows it is computed for: its own, or the consumer's where it
    is the same at every bar.
    """

    node: Node
    timeframe: int


def union(roots: Iterable[Node]) -> tuple[Place, ...]:
    """Return all nodes below the roots of the chart, inputs before consumers, each place once."""
    order: dict[Place, None] = {}
    for root in roots:
        stack = [(Place(root, CHART), False)]
        seen: set[Place] = set()
        while stack:
            place, done = stack.pop()
            if done:
                order.setdefault(place)
            elif place not in seen:
                seen.add(place)
                stack.append((place, True))
                stack.extend((child, False) for child in reversed(below(place)))
    return tuple(order)


def below(place: Place) -> tuple[Place, ...]:
    """Return the places of a node's inputs, empty ports left out."""
    return tuple(
        Place(child, place.timeframe if child.timeframe is None else child.timeframe)
        for child in place.node.inputs
        if child is not None
    )


def _steps(
    order: tuple[Place, ...], numbers: dict[Place, int], strategy: Strategy
) -> tuple[Step, ...]:
    calls = _calls(order)
    depths = _depths(order, strategy)
    return tuple(
        Step(
            name=name,
            node=place.node,
            type=place.node.type,
            output=place.node.output,
            inputs=tuple(numbers[child] for child in below(place)),
            params=place.node.params,
            kind=place.node.kind,
            call=call,
            depth=depths[place],
            timeframe=place.timeframe,
        )
        for place, call, name in zip(order, calls, _names(order, calls), strict=True)
    )


def _calls(order: tuple[Place, ...]) -> list[int]:
    first: dict[tuple[object, ...], int] = {}
    return [first.setdefault(computation(place), number) for number, place in enumerate(order)]


def computation(place: Place) -> tuple[object, ...]:
    """Return what places that differ only in the output they mean have in common."""
    current = place.node
    # Constants differ in their kind, a computation never does.
    kind = current.kind if current.type.syntax.form == "constant" else None
    return (current.type, current.inputs, current.params, kind, place.timeframe)


def _names(order: tuple[Place, ...], calls: list[int]) -> list[str]:
    """Return ema_1, h4_ema_1, ...; outputs of one computation share the number: macd_1_signal."""
    counts: dict[str, int] = {}
    stems: list[str] = []
    names: list[str] = []
    for number, (place, call) in enumerate(zip(order, calls, strict=True)):
        current, node_type = place.node, place.node.type
        own = f"{shown(place.timeframe).lower()}_" if place.timeframe else ""
        own += node_type.name
        if call == number:
            counts[own] = counts.get(own, 0) + 1
        stem = f"{own}_{counts[own]}" if call == number else stems[call]
        stems.append(stem)
        several = len(node_type.outputs) > 1
        names.append(f"{stem}_{node_type.outputs[current.output].name}" if several else stem)
    return names


def warmup_rows(
    order: Iterable[Place], value: Callable[[Value], ParamValue], chart: int
) -> dict[Place, int]:
    """Return the rows before the first usable one, for places in topological order.

    Args:
        order: As `union` gives it.
        value: What a parameter means.
        chart: Period of the bars, seconds.
    """
    rows: dict[Place, int] = {}
    for place in order:
        params = tuple(value(param) for param in place.node.params)
        longest = max((rows[child] for child in below(place)), default=0)
        rows[place] = _rows(place.node, params, longest, chart)
    return rows


def _rows(current: Node, params: tuple[ParamValue, ...], below: int, chart: int) -> int:
    """Return the warm-up of a node in rows of its own timeframe; `below`: of its inputs."""
    if current.type is ALIGN:
        (inner,) = current.inputs
        assert inner is not None
        # So many bars of the chart lie in so many buckets at least.
        return below * bars_per_bucket(inner.timeframe or CHART, chart)
    return below + own_warmup(current.type, params, current.timeframe)


def _depths(order: tuple[Place, ...], strategy: Strategy) -> dict[Place, int]:
    """Return how many rows consumers read; 0: all, or as many as an input of the EA says."""
    depths = dict.fromkeys(order, 1)
    for consumer in order:
        node_type = consumer.node.type
        params = tuple(strategy.value(param) for param in consumer.node.params)
        reach = node_type.reach
        rows = None if reach is None else int(reach(*params)) + 1
        if (
            rows is not None
            and rows > 1
            and any(isinstance(param, InputRef) for param in consumer.node.params)
        ):
            rows = None
        for child in below(consumer):
            all_rows = rows is None or depths[child] == 0
            depths[child] = 0 if all_rows else max(depths[child], rows or 0)
    return depths
