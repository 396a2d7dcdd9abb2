"""The typed table of the search: the registry's signatures, weighted, with the heights that a tree
of each kind needs at least.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import ConfigError, did_you_mean
from dsl.kinds import DISTANCE, NUMBER, Kind
from dsl.registry import NodeType, Signature, node_types, signatures

FreeKinds = tuple[Kind, ...]
# How natural it is to work on values of a kind: prices are compared more often than volumes.
_KIND_WEIGHTS = {
    "price": 4.0,
    "oscillator": 2.0,
    "distance": 1.0,
    "volume": 0.5,
    "hour": 0.5,
    "weekday": 0.3,
    "number": 0.3,
    "points": 0.2,
    "count": 0.2,
}


class Line(NamedTuple):
    """A signature the search may use, with its free ports, those not wired to a price."""

    signature: Signature
    ports: tuple[int, ...]
    kinds: FreeKinds
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Lines to draw from in proportion to their weights."""

    lines: tuple[Line, ...]
    sums: tuple[float, ...]

    def draw(self, rng: np.random.Generator) -> Line:
        """Return one of the lines; there is at least one."""
        place = bisect_right(self.sums, rng.random() * self.sums[-1])
        return self.lines[min(place, len(self.lines) - 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """All lines: by kind and by the height there is room for, by shape, and those for distances.

    by_height: (kind, height) to the lines whose trees can be closed within that height; the
    greatest height stands for all above. by_shape: (free kinds, kind) to interchangeable lines.
    series: Kind to the lines without free ports, or else with one, that change from bar to bar.
    protective: Lines that give distances above 0. factor: The type that multiplies a distance.
    """

    by_height: dict[tuple[Kind, int], Choice]
    series: dict[Kind, Choice]
    by_shape: dict[tuple[FreeKinds, Kind], Choice]
    protective: Choice
    factor: NodeType
    tallest: int

    def series_at(self, kind: Kind) -> Choice | None:
        """Return what gives a series of this kind from prices at once, or None."""
        return self.series.get(kind)

    def at(self, kind: Kind, height: int) -> Choice | None:
        """Return what can give this kind within the height, or None."""
        return self.by_height.get((kind, min(max(height, 0), self.tallest)))


@lru_cache(maxsize=16)
def table(weights: tuple[tuple[str, float], ...] = ()) -> Table:
    """Return the typed table, with the weights of some node types changed.

    Raises:
        ConfigError: A weight for a node type that does not exist, or nothing left to draw.
    """
    changed = dict(weights)
    known = [node_type.name for node_type in node_types()]
    for name in changed:
        if name not in known:
            raise ConfigError(f"no node type '{name}'", hint=did_you_mean(name, known))
    usable = [s for s in signatures() if changed.get(s.type.name, s.type.weight) > 0]
    heights = _heights(usable)
    lines = [_line(s, usable, changed) for s in usable if _height(s, heights) < math.inf]
    tallest = 8
    by_height = {
        (kind, height): choice
        for kind in dict.fromkeys(line.signature.kind for line in lines)
        for height in range(tallest + 1)
        if (choice := _choice(_within(lines, kind, height, heights))) is not None
    }
    series = {
        kind: choice
        for kind in dict.fromkeys(kind for kind, _ in by_height)
        if (choice := _series(lines, kind))
    }
    protective = _choice(line for line in lines if _protective(line))
    factor = next((line.signature.type for line in lines if _is_factor(line)), None)
    if protective is None or factor is None:
        raise ConfigError("generator.weights leave no node type that can give a stop loss")
    return Table(by_height, series, _by_shape(lines), protective, factor, tallest)


def free_ports(node_type: NodeType) -> tuple[int, ...]:
    """Return the numbers of the ports that are not wired to a price leaf."""
    return tuple(i for i, port in enumerate(node_type.inputs) if not port.leaf)


def is_protective(line: Line) -> bool:
    """Tell whether a line gives distances that are above 0 wherever prices move."""
    return _protective(line)


def _heights(usable: list[Signature]) -> dict[Kind, float]:
    heights: dict[Kind, float] = {}
    for _ in range(len(usable)):
        before = dict(heights)
        for signature in usable:
            height = _height(signature, before)
            if height < heights.get(signature.kind, math.inf):
                heights[signature.kind] = height
        if heights == before:
            break
    return heights


def _height(signature: Signature, heights: dict[Kind, float]) -> float:
    free = [signature.inputs[port] for port in free_ports(signature.type)]
    return 1 + max(heights.get(kind, math.inf) for kind in free) if free else 0


def _line(signature: Signature, usable: list[Signature], changed: dict[str, float]) -> Line:
    twins = [s for s in usable if s.type is signature.type and s.kind == signature.kind]
    share = _naturalness(signature) / sum(map(_naturalness, twins))
    weight = changed.get(signature.type.name, signature.type.weight) * share
    ports = free_ports(signature.type)
    return Line(signature, ports, tuple(signature.inputs[port] for port in ports), weight)


def _naturalness(signature: Signature) -> float:
    return min((_KIND_WEIGHTS.get(kind.name, 1.0) for kind in signature.inputs), default=1.0)


def _within(
    lines: list[Line], kind: Kind, height: int, heights: dict[Kind, float]
) -> Iterable[Line]:
    for line in lines:
        if line.signature.kind == kind and _height(line.signature, heights) <= height:
            yield line


def _series(lines: list[Line], kind: Kind) -> Choice | None:
    moving = [
        line for line in lines if line.signature.kind == kind and line.signature.type.scalar is None
    ]
    return _choice(line for line in moving if not line.ports) or _choice(
        line for line in moving if line.kinds and all(k.name == "price" for k in line.kinds)
    )


def _choice(lines: Iterable[Line]) -> Choice | None:
    kept = tuple(lines)
    return Choice(kept, tuple(accumulate(line.weight for line in kept))) if kept else None


def _by_shape(lines: list[Line]) -> dict[tuple[FreeKinds, Kind], Choice]:
    groups: dict[tuple[FreeKinds, Kind], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.kinds, line.signature.kind), []).append(line)
    found = {shape: _choice(group) for shape, group in groups.items()}
    return {shape: choice for shape, choice in found.items() if choice is not None}


def _protective(line: Line) -> bool:
    signature = line.signature
    even = signature.type.mirror.parity == "even"  # a size, whatever way prices go
    return signature.kind == DISTANCE and even


def _is_factor(line: Line) -> bool:
    signature = line.signature
    shape = sorted(kind.name for kind in line.kinds) == [DISTANCE.name, NUMBER.name]
    return shape and signature.kind == DISTANCE and signature.type.syntax.symbol == "*"
