"""Random strategies: typed trees drawn from the registry's signatures, never a meaningless one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsl.kinds import DISTANCE, INTEGER_KINDS, NUMBER, SIGNAL, Kind
from dsl.levels import levels_of
from dsl.node import Node, node, with_params
from dsl.nodes.constants import CONSTANT
from dsl.nodes.expert import DISTANCE_PORTS, EXPERT, SIGNAL_PORTS
from dsl.nodes.timeframe import may_be_retimed, on_timeframe, retimed
from dsl.params import ChoiceParam, FloatParam, IntParam, Param, ParamValue
from dsl.registry import NodeType, lookup
from dsl.timeframes import CHART
from gp.draws import below, choose
from gp.pieces import EXPERT_PORTS, SHORT_PORTS, Slot
from gp.settings import GeneratorSettings
from gp.table import Line, Table, free_ports, table

FACTORS = (0.5, 5.0)  # of distances: stops between half an ATR and five
MAX_BARS = EXPERT.param_index("max_bars")
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Generator:
    """Draws nodes and strategies; holds settings and the typed table, no state."""

    settings: GeneratorSettings
    table: Table

    def expert(self, rng: np.random.Generator) -> Node:
        """Return a random expert: its long side only where strategies are symmetric."""
        s = self.settings
        rates = dict(s.ports)
        ports: list[Node | None] = []
        for name in EXPERT_PORTS:
            rate = 1.0 if name in {"long_entry", "short_entry", "stop_loss"} else rates.get(name, 0)
            if name == "size":
                ports.append(node(lookup(s.size[0]), (), (s.size[1],)))
            elif (s.symmetric and name in SHORT_PORTS) or rng.random() >= rate:
                ports.append(None)
            else:
                ports.append(self.port(name, rng))
        bare = node(EXPERT, ports)
        return self.hold(bare, rng) if rng.random() < s.max_bars_rate else bare

    def port(self, name: str, rng: np.random.Generator) -> Node | None:
        """Return something random for a port of the expert."""
        if name in DISTANCE_PORTS:
            return self.distance(rng)
        depth = self.settings.depth
        if name not in {"long_entry", "short_entry"}:
            depth = max(2, depth - 1)
        return self.grow(SIGNAL, depth, rng) if name in SIGNAL_PORTS else None

    def hold(self, expert: Node, rng: np.random.Generator) -> Node:
        """Return the expert with another limit of the holding time."""
        low, high = self.settings.max_bars
        params = list(expert.params)
        params[MAX_BARS] = round(low * (high / low) ** rng.random())
        return with_params(expert, params)

    def fresh(self, slot: Slot, height: int, rng: np.random.Generator) -> Node | None:
        """Return a random piece for a slot, or None where nothing fits within the height."""
        if slot.timeframe:
            return self._inside(slot, height, rng)
        if slot.protective:
            if slot.kind == DISTANCE:
                return self.distance(rng)
            return constant(NUMBER, FACTORS, rng) if slot.kind == NUMBER else None
        return self.grow(slot.kind, height, rng)

    def grow(self, kind: Kind, height: int, rng: np.random.Generator) -> Node | None:
        """Return a random tree of a kind and at most this height, or None where there is none."""
        leaves = kind != SIGNAL and rng.random() < self.settings.leaf_rate
        choice = (self.table.at(kind, 0) if leaves else None) or self.table.at(kind, height)
        return (
            None if choice is None else self._moved(self._node(choice.draw(rng), height, rng), rng)
        )

    def _moved(self, drawn: Node, rng: np.random.Generator) -> Node:
        """Return what was drawn, now and then on a higher timeframe where the settings name one."""
        higher = self.settings.higher
        if not higher or rng.random() >= self.settings.higher_rate or not may_be_retimed(drawn):
            return drawn
        return on_timeframe(drawn, choose(rng, higher))

    def _inside(self, slot: Slot, height: int, rng: np.random.Generator) -> Node | None:
        """Return a random piece for a slot inside a higher timeframe, all of that timeframe."""
        plain = Generator(replace(self.settings, higher=()), self.table)
        drawn = plain.fresh(slot._replace(timeframe=CHART), height, rng)
        if drawn is None or drawn.timeframe is None:
            return drawn
        return retimed(drawn, slot.timeframe) if may_be_retimed(drawn) else None

    def distance(self, rng: np.random.Generator) -> Node:
        """Return a random distance above 0: a measure of volatility times a factor, or points."""
        measure = self._node(self.table.protective.draw(rng), 1, rng)
        if is_number(measure):
            return measure
        measure = self._moved(measure, rng)
        if rng.random() > self.settings.constant_rate + 0.2:
            return measure
        return self._times(constant(NUMBER, FACTORS, rng), measure)

    def params(self, node_type: NodeType, rng: np.random.Generator) -> tuple[ParamValue, ...]:
        """Return random parameters of a type that go together."""
        for _ in range(4 * _TRIES):
            drawn = tuple(self._param(param, rng) for param in node_type.params)
            if node_type.valid(*drawn):
                return drawn
        return tuple(param.default for param in node_type.params)

    def one_param(self, original: Node, rng: np.random.Generator) -> Node:
        """Return the node with one of its parameters drawn anew."""
        for _ in range(_TRIES):
            index = below(rng, len(original.params))
            values = list(original.params)
            values[index] = draw_param(original.type.params[index], rng)
            if original.type.valid(*values):
                return with_params(original, values)
        return original

    def series(self, kind: Kind, rng: np.random.Generator) -> Node | None:
        """Return a small tree of a kind that changes from bar to bar, or None if there is none."""
        choice = self.table.series_at(kind)
        return None if choice is None else self._node(choice.draw(rng), 2, rng)

    def leaf(self, name: str, timeframe: int = CHART) -> Node:
        """Return the price leaf that a fixed port reads."""
        return node(lookup(name), timeframe=timeframe)

    def _times(self, factor: Node, distance: Node) -> Node:
        return node(self.table.factor, (factor, distance))

    def _param(self, param: Param, rng: np.random.Generator) -> ParamValue:
        if param.name == "shift" and rng.random() >= self.settings.shift_rate:
            return param.default
        return draw_param(param, rng)

    def _node(self, line: Line, height: int, rng: np.random.Generator) -> Node:
        node_type, output = line.signature.type, line.signature.output
        inputs: list[Node | None] = [
            self.leaf(port.leaf) if port.leaf else None for port in node_type.inputs
        ]
        late = _constant_port(line)
        for port, kind in zip(line.ports, line.kinds, strict=True):
            if port != late:
                inputs[port] = self._below(kind, height, inputs, rng)
        if late is not None:
            kind = line.signature.inputs[late]
            levels = constant_range(node_type, inputs, late, kind)
            wanted = levels is not None and rng.random() < self.settings.constant_rate
            drawn = None if wanted else self._below(kind, height, inputs, rng)
            if levels is not None and (drawn is None or drawn in inputs):
                drawn = constant(kind, levels, rng)
            inputs[late] = drawn
        return node(node_type, inputs, self.params(node_type, rng), output=output)

    def _below(
        self, kind: Kind, height: int, siblings: Sequence[Node | None], rng: np.random.Generator
    ) -> Node | None:
        """Return something random beside the siblings; a number only beside a series."""
        has_series = any(sibling is not None and not is_number(sibling) for sibling in siblings)
        for _ in range(_TRIES):
            drawn = self.grow(kind, height - 1, rng)
            if drawn is None or (drawn not in siblings and (has_series or not is_number(drawn))):
                return drawn
        return self.series(kind, rng) or drawn


def generator_of(settings: GeneratorSettings) -> Generator:
    """Return the generator of these settings; fails on unknown node types."""
    return Generator(settings, table(settings.weights))


def is_number(candidate: Node) -> bool:
    """Tell whether a node has the same value at every bar."""
    return candidate.type.scalar is not None


def draw_param(param: Param, rng: np.random.Generator) -> ParamValue:
    """Return a random value from the range that a declaration gives to the search."""
    match param:
        case ChoiceParam():
            return choose(rng, param.choices)
        case IntParam():
            value = _between(param.low, param.high, param.log, rng)
            every = max(param.step, _round_step(value)) if param.log else param.step
            origin = 0 if every > param.step else param.low
            drawn = origin + round((value - origin) / every) * every
            return min(max(drawn, param.low), param.high)
        case FloatParam():
            value = _between(param.low, param.high, param.log, rng)
            step = param.step or nice_step(param.high - param.low)
            return min(max(on_grid(value, step), param.low), param.high)


def constant(kind: Kind, levels: tuple[float, float], rng: np.random.Generator) -> Node:
    """Return a constant of a kind, drawn from a range and rounded to a step that reads well."""
    low, high = levels
    value = low + (high - low) * rng.random()
    step = 1.0 if kind.name in INTEGER_KINDS else nice_step(high - low)
    return node(CONSTANT, (), (on_grid(value, step),), kind=kind)


def constant_range(
    consumer: NodeType, inputs: Sequence[Node | None], port: int, kind: Kind
) -> tuple[float, float] | None:
    """Return the range for a constant on a port, from what stands beside it; None: no constant.

    Args:
        consumer: Type of the node that the port belongs to.
        inputs: What stands on its ports; the port's own entry is ignored.
        port: Number of the port.
        kind: Kind of the constant.
    """
    siblings = [n for i, n in enumerate(inputs) if i != port and n is not None]
    series = [n for n in siblings if not is_number(n)]
    if not series:
        return None
    if not consumer.compare:
        return FACTORS if kind == NUMBER else None
    levels = levels_of(series[0])
    if levels is not None:
        return levels
    if math.isfinite(kind.low) and math.isfinite(kind.high):
        margin = 0.0 if kind.name in INTEGER_KINDS else 0.1 * (kind.high - kind.low)
        return kind.low + margin, kind.high - margin
    return (0.0, 0.0) if kind == DISTANCE else None


def _constant_port(line: Line) -> int | None:
    if len(free_ports(line.signature.type)) != 2:
        return None
    if line.signature.type.compare:
        return line.ports[1]
    numbers = [port for port, kind in zip(line.ports, line.kinds, strict=True) if kind == NUMBER]
    return numbers[-1] if numbers else None


def nice_step(width: float) -> float:
    """Return a power of ten that divides a range into about 20 to 200 steps; 1 for no range."""
    return 10.0 ** math.floor(math.log10(width / 20)) if width > 0 else 1.0


def on_grid(value: float, step: float) -> float:
    """Return the multiple of a step nearest to a value, as the shortest decimal that says so."""
    digits = max(0, 1 - math.floor(math.log10(step))) if step < 1 else 0
    return round(round(value / step) * step, digits)


def _round_step(value: float) -> int:
    """Return the step of numbers of this size that a trader would write: 12, 34, 65, 140.

    Fewer different periods also mean that more of them are computed already.
    """
    return next(
        (step for limit, step in ((20, 1), (50, 2), (100, 5), (200, 10)) if value < limit), 20
    )


def _between(low: float, high: float, log: bool, rng: np.random.Generator) -> float:
    part = rng.random()
    if log and low > 0:
        return float(low * (high / low) ** part)
    return float(low + (high - low) * part)
