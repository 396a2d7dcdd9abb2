"""Random strategies straight from the typed table: what parity is proved on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

import dsl.nodes  # noqa: F401  fills the registry
from codegen.plan import build_plan
from dsl.jit import F64
from dsl.kinds import COMPARABLE, DISTANCE, INTEGER_KINDS, NUMBER, SIGNAL, Kind
from dsl.node import Node, node
from dsl.nodes.expert import DISTANCE_PORTS, EXPERT, SIGNAL_PORTS
from dsl.nodes.timeframe import may_be_retimed, on_timeframe
from dsl.params import ChoiceParam, FloatParam, IntParam, ParamValue
from dsl.registry import Input, NodeType, Signature, lookup, producers, signatures
from dsl.strategy import Strategy
from dsl.timeframes import HOUR

PORT_CHANCE = {
    "long_entry": 0.95,
    "short_entry": 0.9,
    "long_exit": 0.5,
    "short_exit": 0.5,
    "entry_filter": 0.4,
    "forced_exit": 0.25,
    "stop_loss": 0.8,
    "take_profit": 0.6,
    "trailing_stop": 0.3,
    "break_even": 0.3,
    "break_even_offset": 0.2,
}
RULE_CHANCE = 0.2
CONSTANT_CHANCE = 0.5
LONGEST_WARMUP = 12
SHIFT_CHANCE = 0.2
HIGHER_CHANCE, HIGHER_WARMUP = 0.3, 4
WARMUP = 20  # rows of a node's own warm-up at most, times the largest period


def random_strategy(
    rng: np.random.Generator,
    *,
    depth: int = 3,
    longest: int = 30,
    higher: Sequence[int] = (),
    chart: int = HOUR,
) -> Strategy:
    """Return a strategy with random ports and rules.

    Args:
        rng: Where all draws come from.
        depth: Levels of nodes below a port.
        longest: Largest period drawn; the warm-up is at most `LONGEST_WARMUP` times that, so that
            short data suffice.
        higher: Timeframes (seconds) of which some parts are; the warm-up may be `HIGHER_WARMUP`
            times as long then.
        chart: Period of the bars.
    """
    most = LONGEST_WARMUP * longest * (HIGHER_WARMUP if higher else 1)
    while True:
        drawn = _random_strategy(rng, depth, longest, higher)
        if build_plan(drawn).warmup_on(chart) <= most:
            return drawn


def _random_strategy(
    rng: np.random.Generator, depth: int, longest: int, higher: Sequence[int]
) -> Strategy:
    ports: dict[str, Node] = {}
    for name in (*SIGNAL_PORTS, *DISTANCE_PORTS):
        if rng.random() < PORT_CHANCE[name]:
            kind = SIGNAL if name in SIGNAL_PORTS else DISTANCE
            ports[name] = random_node(rng, kind, depth, longest=longest, higher=higher)
    if not ports.keys() & {"long_entry", "short_entry"}:
        ports["long_entry"] = random_node(rng, SIGNAL, depth, longest=longest)
    by_risk = "stop_loss" in ports and rng.random() < 0.5
    ports["size"] = node(lookup("risk"), (), (1.0,)) if by_risk else node(lookup("lots"))
    rules = [
        _drawn(rng, param, longest * 10) if rng.random() < RULE_CHANCE else param.default
        for param in EXPERT.params
    ]
    return Strategy(node(EXPERT, [ports.get(port.name) for port in EXPERT.inputs], rules))


def random_node(
    rng: np.random.Generator,
    kind: Kind,
    depth: int = 3,
    *,
    longest: int = 30,
    no_constant: bool = False,
    higher: Sequence[int] = (),
) -> Node:
    """Return a node of a kind with at most about `depth` levels below it.

    `higher`: Timeframes that parts of it may be of.
    `no_constant`: not the same at every bar. An average of a constant is the constant, or 1e-18
    beside it, and a distance of 1e-18 is not the distance of 0 that refuses an entry.
    """
    lines, shares = _choice(kind, max(1, depth), longest, no_constant)
    line = lines[int(rng.choice(len(lines), p=shares))]
    inputs = random_inputs(rng, line, depth - 1, longest=longest, higher=higher)
    params = random_params(rng, line.type, longest)
    made = node(line.type, inputs, params, output=line.output)
    if higher and rng.random() < HIGHER_CHANCE and may_be_retimed(made):
        return on_timeframe(made, higher[int(rng.integers(len(higher)))])
    return made


def random_inputs(
    rng: np.random.Generator,
    line: Signature,
    depth: int,
    *,
    longest: int,
    higher: Sequence[int] = (),
    beside: Sequence[Node] = (),
) -> list[Node]:
    """Return nodes for all ports of a line of the typed table; the first are those `beside`."""
    inputs = list(beside)
    ports = list(zip(line.type.inputs, line.inputs, strict=True))
    for port, wanted in ports[len(inputs) :]:
        drawn = _input(rng, port, wanted, inputs, depth=depth, longest=longest, higher=higher)
        inputs.append(drawn)
    return inputs


@cache
def _choice(
    kind: Kind, depth: int, longest: int, no_constant: bool
) -> tuple[tuple[Signature, ...], F64]:
    """Return the lines to draw from and how often each is drawn, as shares."""
    lines = [line for line in producers(kind) if line.type.weight > 0]
    lines = [line for line in lines if _shortest(line.type) <= WARMUP * longest]
    if no_constant:
        lines = [line for line in lines if line.type.scalar is None]
    small = [line for line in lines if _line_height(line) < depth]
    least = min(map(_line_height, lines))
    chosen = small or [line for line in lines if _line_height(line) == least]
    weights = np.array([line.type.weight for line in chosen])
    return tuple(chosen), weights / weights.sum()


def random_params(
    rng: np.random.Generator, node_type: NodeType, longest: int = 30
) -> tuple[ParamValue, ...]:
    """Return parameters that the type allows together, its warm-up short as the data are."""
    most = max(WARMUP * longest, _shortest(node_type))
    while True:
        params = tuple(_drawn(rng, param, longest) for param in node_type.params)
        if node_type.valid(*params) and node_type.warmup(*params) <= most:
            return params


def _shortest(node_type: NodeType) -> int:
    """Return the warm-up that the smallest parameters give."""
    params = node_type.params
    return node_type.warmup(*(getattr(param, "low", param.default) for param in params))


def _input(
    rng: np.random.Generator,
    port: Input,
    kind: Kind,
    beside: list[Node],
    *,
    depth: int,
    longest: int,
    higher: Sequence[int],
) -> Node:
    if port.leaf:
        return node(lookup(port.leaf))
    levels = _levels(beside[-1]) if beside and beside[-1].kind == kind else None
    if kind == NUMBER and not levels:
        levels = (0.5, 4.0)
    if levels and kind.name in COMPARABLE.allowed and rng.random() < CONSTANT_CHANCE:
        value = float(np.round(rng.uniform(*levels), 3))
        if kind.name in INTEGER_KINDS:
            value = float(round(value))
        return node(lookup("constant"), (), (value,), kind=kind)
    return random_node(rng, kind, depth, longest=longest, no_constant=not beside, higher=higher)


def _levels(beside: Node) -> tuple[float, float] | None:
    levels = beside.type.outputs[beside.output].levels
    if levels is None and np.isfinite(beside.kind.low):
        return beside.kind.low, beside.kind.high
    return levels


def _drawn(
    rng: np.random.Generator, param: IntParam | FloatParam | ChoiceParam, longest: int
) -> ParamValue:
    match param:
        case ChoiceParam(choices=choices):
            return choices[int(rng.integers(len(choices)))]
        case FloatParam(low=low, high=high):
            return float(np.round(rng.uniform(low, high), 3))
        case IntParam(name="shift", low=low, high=high, default=default):
            return int(rng.integers(low, high + 1)) if rng.random() < SHIFT_CHANCE else default
        case IntParam(low=low, high=high, clock=clock):
            top = high if clock else min(high, max(low, longest))
            return int(rng.integers(low, top + 1))


@cache
def _heights() -> dict[Kind, int]:
    """Return the least number of levels that a node of each kind needs."""
    heights: dict[Kind, int] = {}
    drawn = [line for line in signatures() if line.type.weight > 0]
    for height in range(8):
        for line in drawn:
            needs = [_needed(line, k) for k in range(len(line.inputs))]
            if line.kind not in heights and all(
                kind is None or heights.get(kind, height) < height for kind in needs
            ):
                heights[line.kind] = height
    return heights


def _line_height(line: Signature) -> int:
    needs = [_needed(line, k) for k in range(len(line.inputs))]
    return max((_heights().get(kind, 99) + 1 for kind in needs if kind is not None), default=0)


def _needed(line: Signature, port: int) -> Kind | None:
    return None if line.type.inputs[port].leaf else line.inputs[port]
