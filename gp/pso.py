"""Particle swarm: the best point of a box, on a grid where a dimension has a step.

Groups of particles share their best; after 40 % of the budget all do, and half of the particles
then draw one random factor for all dimensions, which follows bent valleys. No point is evaluated
twice: the index of visited points may be shared between swarms. Knows nothing of strategies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np

from dsl.jit import F64
from gp.settings import SwarmSettings

Point = tuple[float, ...]
Objective = Callable[[list[Point]], Sequence[float]]
PARTICLES_PER_DIMENSION = 5
_SHARED_AFTER = 0.4  # of the budget
_BOUNCE = -0.5
_IDLE_ROUNDS = 3
_COUNTABLE = 1 << 14  # a box with no more points is searched for what is left
_DECIMALS = 10


class Axis(NamedTuple):
    """One dimension: bounds, and the step of its grid (0: continuous)."""

    low: float
    high: float
    step: float = 0.0

    @property
    def points(self) -> float:
        """Return how many points there are."""
        if self.high <= self.low:
            return 1
        return math.floor((self.high - self.low) / self.step + 1e-9) + 1 if self.step else math.inf


@dataclass(slots=True)
class Found:
    """The best point and its value, the number of evaluations, whether every point was visited."""

    point: Point = ()
    value: float = -math.inf
    evaluations: int = 0
    covered: bool = False


@dataclass(slots=True)
class _Swarm:
    axes: Sequence[Axis]
    settings: SwarmSettings
    rng: np.random.Generator
    index: dict[Point, float]
    low: F64
    high: F64
    position: F64
    velocity: F64
    best: F64
    best_values: F64
    group: F64
    found: Found = field(default_factory=Found)
    idle: int = 0


def maximise(
    objective: Objective,
    axes: Sequence[Axis],
    rng: np.random.Generator,
    settings: SwarmSettings | None = None,
    *,
    start: Sequence[Point] = (),
    index: dict[Point, float] | None = None,
) -> Found:
    """Return the best point found within the budget of evaluations.

    Args:
        objective: Values of a batch of points; larger is better, NaN is worst.
        axes: Bounds and steps.
        rng: Of all draws.
        settings: Weights, sizes, budget.
        start: Points that the first particles stand on.
        index: Values of points visited before; extended, and shared with other swarms.
    """
    swarm = _start(axes, rng, settings or SwarmSettings(), start, {} if index is None else index)
    space = math.prod(axis.points for axis in axes)
    budget = swarm.settings.evaluations
    _evaluate(swarm, objective, budget)
    while swarm.found.evaluations < budget:
        if len(swarm.index) >= space:
            swarm.found.covered = True
            break
        _move(swarm, swarm.found.evaluations / budget)
        if swarm.idle >= _IDLE_ROUNDS:
            _scatter(swarm, space)
        _evaluate(swarm, objective, budget)
    return swarm.found


def minimise(
    objective: Objective,
    axes: Sequence[Axis],
    rng: np.random.Generator,
    settings: SwarmSettings | None = None,
    *,
    start: Sequence[Point] = (),
    index: dict[Point, float] | None = None,
) -> Found:
    """Return the point with the smallest value, see `maximise`; an index holds negated values."""

    def negated(points: list[Point]) -> list[float]:
        return [-value for value in objective(points)]

    found = maximise(negated, axes, rng, settings, start=start, index=index)
    found.value = -found.value
    return found


def default_size(dimensions: int, settings: SwarmSettings) -> tuple[int, int]:
    """Return the numbers of particles and groups."""
    size = settings.size or PARTICLES_PER_DIMENSION * dimensions
    return size, settings.groups or max(1, round(math.sqrt(size)))


def _start(
    axes: Sequence[Axis],
    rng: np.random.Generator,
    settings: SwarmSettings,
    start: Sequence[Point],
    index: dict[Point, float],
) -> _Swarm:
    low = np.array([axis.low for axis in axes], dtype=np.float64)
    high = np.array([axis.high for axis in axes], dtype=np.float64)
    size, groups = default_size(len(axes), settings)
    position = low + (high - low) * rng.random((size, len(axes)))
    for place, point in enumerate(start[:size]):
        position[place] = np.clip(point, low, high)
    return _Swarm(
        axes,
        settings,
        rng,
        index,
        low,
        high,
        position,
        np.zeros_like(position),
        position.copy(),
        np.full(size, -np.inf),
        (np.arange(size) % groups).astype(np.float64),
    )


def _evaluate(swarm: _Swarm, objective: Objective, budget: int) -> None:
    """Evaluate the points not visited yet, as far as the budget goes, and update what is best."""
    points = _on_grid(swarm)
    new = list(dict.fromkeys(point for point in points if point not in swarm.index))
    new = new[: budget - swarm.found.evaluations]
    if new:
        for point, value in zip(new, objective(new), strict=True):
            swarm.index[point] = -math.inf if math.isnan(value) else float(value)
    swarm.found.evaluations += len(new)
    swarm.idle = 0 if new else swarm.idle + 1
    for particle, point in enumerate(points):
        value = swarm.index.get(point, -math.inf)
        if value > swarm.best_values[particle]:
            swarm.best_values[particle] = value
            swarm.best[particle] = point
        if value > swarm.found.value or not swarm.found.point:
            swarm.found.point, swarm.found.value = point, value


def _on_grid(swarm: _Swarm) -> list[Point]:
    columns: list[list[float]] = []
    for axis, column in zip(swarm.axes, swarm.position.T, strict=True):
        if axis.step and axis.high > axis.low:
            count = np.clip(np.rint((column - axis.low) / axis.step), 0, axis.points - 1)
            columns.append(np.round(axis.low + count * axis.step, _DECIMALS).tolist())
        else:
            columns.append(column.tolist())
    return list(zip(*columns, strict=True))


def _move(swarm: _Swarm, spent: float) -> None:
    settings, rng = swarm.settings, swarm.rng
    shared = spent >= _SHARED_AFTER
    # Twice a uniform draw: its mean is 1, so that the settings' weights are the mean pull.
    pulls = 2.0 * rng.random((2, *swarm.position.shape))
    if shared:
        pulls[:, ::2] = pulls[:, ::2, :1]
    target = _group_best(swarm, shared)
    swarm.velocity = (
        settings.inertia * swarm.velocity
        + settings.self_weight * pulls[0] * (swarm.best - swarm.position)
        + settings.group_weight * pulls[1] * (target - swarm.position)
    )
    moved = swarm.position + swarm.velocity
    swarm.position = np.clip(moved, swarm.low, swarm.high)
    swarm.velocity[moved != swarm.position] *= _BOUNCE


def _group_best(swarm: _Swarm, shared: bool) -> F64:
    if shared:
        everyone: F64 = np.broadcast_to(swarm.best[np.argmax(swarm.best_values)], swarm.best.shape)
        return everyone
    target = np.empty_like(swarm.best)
    for number in np.unique(swarm.group):
        members = np.flatnonzero(swarm.group == number)
        target[members] = swarm.best[members[np.argmax(swarm.best_values[members])]]
    return target


def _scatter(swarm: _Swarm, space: float) -> None:
    """Send particles that find only known points elsewhere; in a small box, to what is left."""
    swarm.idle = 0
    size = len(swarm.position)
    width = swarm.high - swarm.low
    swarm.position = swarm.low + width * swarm.rng.random(swarm.position.shape)
    swarm.velocity = np.zeros_like(swarm.position)
    if space <= _COUNTABLE:
        left = [point for point in _all_points(swarm.axes) if point not in swarm.index]
        for place, chosen in enumerate(swarm.rng.permutation(len(left))[:size].tolist()):
            swarm.position[place] = left[chosen]


def _all_points(axes: Sequence[Axis]) -> list[Point]:
    columns = [
        np.round(axis.low + np.arange(int(axis.points)) * axis.step, _DECIMALS).tolist()
        if axis.points > 1
        else [axis.low]
        for axis in axes
    ]
    return list(product(*columns))
