"""The Plan: a strategy as a flat, frozen list of assignments. Every back end is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from codegen.calls import own_warmup
from dsl.kinds import Kind
from dsl.node import InputRef, Node, Value, node, topological
from dsl.nodes.expert import DISTANCE_PORTS, NO_CLOCK, SIGNAL_PORTS
from dsl.params import ParamValue
from dsl.registry import NodeType, lookup, node_types
from dsl.strategy import InputSpec, Strategy

FRIDAY_PORT = "friday_exit"


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment, `name = type(inputs, params)[output]`.

    inputs: Numbers of earlier steps, one a port. call: Number of the first step with the same
    computation (same type, inputs and parameters, other output); itself when it is the first.
    warmup: Rows before the first usable one, counted from the first bar. depth: How many rows
    consumers read (1: the current one); 0: all of history.
    """

    name: str
    node: Node
    type: NodeType
    output: int
    inputs: tuple[int, ...]
    params: tuple[Value, ...]
    kind: Kind
    call: int
    warmup: int
    depth: int


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
    warmup: int
    texts: tuple[InputSpec, ...] = ()
    looks: tuple[tuple[str, Value], ...] = ()


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
    numbers = {current: number for number, current in enumerate(order)}
    size = strategy.port("size")
    assert size is not None
    steps = _steps(order, numbers, strategy)
    rules = zip(strategy.expert.type.params, strategy.expert.params, strict=True)
    return Plan(
        title=strategy.title,
        strategy_id=strategy.strategy_id,
        structure_id=strategy.structure_id,
        steps=steps,
        ports=tuple((name, numbers[child]) for name, child in ports),
        rules=tuple((param.name, value) for param, value in rules),
        size=Step("size", size, size.type, 0, (), size.params, size.kind, _OUTSIDE, 0, 1),
        inputs=strategy.numbers,
        texts=tuple(spec for spec in strategy.inputs if spec.kind),
        looks=strategy.looks,
        labels=tuple((name, numbers[n]) for name, n in strategy.labels if n in numbers),
        warmup=max((step.warmup for step in steps), default=0),
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


def union(roots: Iterable[Node]) -> tuple[Node, ...]:
    """Return all nodes below the roots, inputs before consumers, each once."""
    return tuple(dict.fromkeys(found for root in roots for found in topological(root)))


def _steps(
    order: tuple[Node, ...], numbers: dict[Node, int], strategy: Strategy
) -> tuple[Step, ...]:
    calls = _calls(order)
    warmups = warmup_rows(order, strategy.value)
    depths = _depths(order, strategy)
    return tuple(
        Step(
            name=name,
            node=current,
            type=current.type,
            output=current.output,
            inputs=tuple(numbers[child] for child in current.inputs if child is not None),
            params=current.params,
            kind=current.kind,
            call=call,
            warmup=warmups[current],
            depth=depths[current],
        )
        for current, call, name in zip(order, calls, _names(order, calls), strict=True)
    )


def _calls(order: tuple[Node, ...]) -> list[int]:
    first: dict[tuple[object, ...], int] = {}
    return [
        # Constants differ in their kind, a computation never does.
        first.setdefault((current.type, current.inputs, current.params, _own_kind(current)), number)
        for number, current in enumerate(order)
    ]


def _own_kind(current: Node) -> Kind | None:
    return current.kind if current.type.syntax.form == "constant" else None


def _names(order: tuple[Node, ...], calls: list[int]) -> list[str]:
    """Return ema_1, ema_2, ...; outputs of one computation share the number: macd_1_signal."""
    counts: dict[str, int] = {}
    stems: list[str] = []
    names: list[str] = []
    for number, (current, call) in enumerate(zip(order, calls, strict=True)):
        node_type = current.type
        if call == number:
            counts[node_type.name] = counts.get(node_type.name, 0) + 1
        stem = f"{node_type.name}_{counts[node_type.name]}" if call == number else stems[call]
        stems.append(stem)
        several = len(node_type.outputs) > 1
        names.append(f"{stem}_{node_type.outputs[current.output].name}" if several else stem)
    return names


def warmup_rows(order: Iterable[Node], value: Callable[[Value], ParamValue]) -> dict[Node, int]:
    """Return the number of rows before the first usable one, for nodes in topological order."""
    rows: dict[Node, int] = {}
    for current in order:
        params = tuple(value(param) for param in current.params)
        below = max((rows[child] for child in current.inputs if child is not None), default=0)
        rows[current] = below + own_warmup(current.type, params)
    return rows


def _depths(order: tuple[Node, ...], strategy: Strategy) -> dict[Node, int]:
    """Return how many rows consumers read; 0: all, or as many as an input of the EA says."""
    depths = dict.fromkeys(order, 1)
    for consumer in order:
        params = tuple(strategy.value(param) for param in consumer.params)
        reach = consumer.type.reach
        rows = None if reach is None else int(reach(*params)) + 1
        if rows is not None and rows > 1 and any(isinstance(p, InputRef) for p in consumer.params):
            rows = None
        for child in consumer.inputs:
            if child is not None:
                all_rows = rows is None or depths[child] == 0
                depths[child] = 0 if all_rows else max(depths[child], rows or 0)
    return depths
