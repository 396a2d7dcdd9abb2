"""The particle swarm: how near it comes, what it never does twice, when it stops."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from gp.pso import Axis, Objective, Point, default_size, maximise, minimise
from gp.settings import SwarmSettings

SEEDS = range(11)


def sphere(points: list[Point]) -> list[float]:
    return [sum(x * x for x in point) for point in points]


def rosenbrock(points: list[Point]) -> list[float]:
    return [(1 - x) ** 2 + 100 * (y - x * x) ** 2 for x, y in points]


def griewank(points: list[Point]) -> list[float]:
    table = np.array(points)
    waves = np.cos(table / np.sqrt(np.arange(1, table.shape[1] + 1))).prod(axis=1)
    values: list[float] = (1 + (table**2).sum(axis=1) / 4000 - waves).tolist()
    return values


def median(objective: Objective, bound: float, dimensions: int, settings: SwarmSettings) -> float:
    axes = [Axis(-bound, bound)] * dimensions
    return statistics.median(
        minimise(objective, axes, np.random.default_rng(seed), settings).value for seed in SEEDS
    )


@pytest.mark.parametrize(
    ("objective", "bound", "dimensions", "wanted"),
    [(sphere, 100, 3, 1e-6), (rosenbrock, 5, 2, 1e-5), (griewank, 600, 2, 1e-2)],
)
def test_swarm_comes_near_the_minimum_within_1500_evaluations(
    objective: Objective, bound: float, dimensions: int, wanted: float
) -> None:
    assert median(objective, bound, dimensions, SwarmSettings(evaluations=1500)) <= wanted


def test_four_groups_of_100_find_griewanks_minimum() -> None:
    settings = SwarmSettings(size=400, groups=4, evaluations=40_000)
    axes = [Axis(-600, 600)] * 2
    found = [
        minimise(griewank, axes, np.random.default_rng(seed), settings).value for seed in (1, 2, 3)
    ]
    assert statistics.median(found) <= 1e-7


def test_no_point_is_evaluated_twice_even_by_a_second_swarm() -> None:
    seen: list[Point] = []

    def objective(points: list[Point]) -> list[float]:
        seen.extend(points)
        return sphere(points)

    axes = [Axis(-10, 10, 0.5), Axis(0, 30, 1)]
    index: dict[Point, float] = {}
    for seed in (1, 2):
        minimise(
            objective,
            axes,
            np.random.default_rng(seed),
            SwarmSettings(evaluations=300),
            index=index,
        )
    assert len(seen) == len(set(seen)) == 600


def test_swarm_stops_when_every_point_was_visited() -> None:
    calls: list[Point] = []

    def objective(points: list[Point]) -> list[float]:
        calls.extend(points)
        return [x + 10 * y for x, y in points]

    axes = [Axis(1, 5, 1), Axis(0, 1, 0.25)]
    found = maximise(objective, axes, np.random.default_rng(3), SwarmSettings(evaluations=1000))
    assert (found.covered, found.evaluations, len(calls)) == (True, 25, 25)
    assert (found.point, found.value) == ((5, 1), 15)


def test_budget_is_never_exceeded_and_start_points_count() -> None:
    batches: list[int] = []

    def objective(points: list[Point]) -> list[float]:
        batches.append(len(points))
        return [math.nan if x > 0 else -abs(x + 2) for (x,) in points]

    found = maximise(
        objective,
        [Axis(-5, 5)],
        np.random.default_rng(0),
        SwarmSettings(evaluations=33),
        start=[(-2.0,)],
    )
    assert sum(batches) == found.evaluations == 33
    assert found.point == (-2.0,)


def test_points_stay_inside_the_box_and_on_the_grid() -> None:
    seen: list[Point] = []

    def objective(points: list[Point]) -> list[float]:
        seen.extend(points)
        return sphere(points)

    minimise(objective, [Axis(0.1, 0.75, 0.1), Axis(3, 9)], np.random.default_rng(5))
    assert {x for x, _ in seen} <= {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}
    assert all(3 <= y <= 9 for _, y in seen)


def test_sizes_default_to_five_a_dimension_and_its_square_root() -> None:
    assert default_size(5, SwarmSettings()) == (25, 5)
    assert default_size(2, SwarmSettings(size=400, groups=4)) == (400, 4)


def test_equal_seeds_give_equal_points() -> None:
    first, second = (
        minimise(griewank, [Axis(-9, 9)] * 2, np.random.default_rng(7)) for _ in range(2)
    )
    assert first == second
