"""Scores, populations, aging, the drawing of parents, and the output pool."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest

from dsl.jit import F64
from dsl.strategy import Strategy
from gp.draws import generator
from gp.fitness import Scores, scores
from gp.individual import Candidate, Individual, candidate
from gp.pool import Pool
from gp.populations import COMBINED, SELECTIONS, Population, decay, deviation
from gp.settings import AgingSettings, FitnessSettings, SearchSettings
from tests.test_gp_generator import experts

SETTINGS = replace(SearchSettings(), population=5, pool=3)
FITNESS = FitnessSettings()
CANDIDATES = [candidate(expert, 0, mirrored=True) for expert in experts(60)]


def individual(number: int, profit: float, *, trades: int = 100, verdict: str = "") -> Individual:
    criteria = (profit, 1.5, 10.0, 0.5, 1.0)
    found = scores(criteria, trades, FITNESS)
    return Individual(CANDIDATES[number], criteria, trades, found, verdict)


def at_rest(_individual: Individual) -> F64:
    return np.zeros(50)


def profits(population: Population) -> list[float]:
    return [member.individual.criteria[0] for member in population.members]


def test_bounds_map_to_0_and_100_and_cut_off() -> None:
    worst = tuple(low for low, _ in FITNESS.bounds)
    best = tuple(high for _, high in FITNESS.bounds)
    assert scores(worst, 100, FITNESS).each == (0.0,) * 5
    assert scores(best, 100, FITNESS).each == (100.0,) * 5
    assert scores((1e9, 10, -5, 2, 99), 100, FITNESS).combined == 100.0


def test_weights_combine_scores() -> None:
    settings = replace(FITNESS, weights=(3.0, 0.0, 1.0, 0.0, 0.0))
    found = scores((10000.0, 0.0, 50.0, 0.0, 0.0), 100, settings)
    assert found.combined == 75.0


def test_three_lucky_trades_score_little_and_no_trades_nothing() -> None:
    lucky = (10000.0, 10.0, 0.0, 1.0, 9.0)
    assert scores(lucky, 3, FITNESS).combined == pytest.approx(100 * 3 / 50)
    assert scores(lucky, 0, FITNESS) == Scores((0.0,) * 5, 0.0)
    assert scores((math.nan, *lucky[1:]), 100, FITNESS) == Scores((0.0,) * 5, 0.0)


def test_shorter_spans_are_measured_by_their_share() -> None:
    whole = scores((4000.0, 1.5, 10.0, 0.5, 1.0), 60, FITNESS)
    quarter = scores((1000.0, 1.5, 10.0, 0.5, 1.0), 15, FITNESS, share=0.25)
    assert quarter == whole


def test_better_replaces_worst_and_nobody_is_there_twice() -> None:
    population = Population(0, SETTINGS)
    for number in range(5):
        assert population.insert(individual(number, 100.0 * number), 0)
    assert not population.insert(individual(4, 400.0), 0)
    assert not population.insert(individual(9, -50.0), 0)
    assert population.insert(individual(10, 250.0), 0)
    assert profits(population) == [400.0, 300.0, 250.0, 200.0, 100.0]


def test_lower_drawdown_sorts_first_and_ties_are_broken_by_the_criterion() -> None:
    population = Population(2, SETTINGS)
    for number, drawdown in enumerate((60.0, 20.0, 90.0, 5.0)):  # 60 and 90 both score 0
        criteria = (0.0, 1.0, drawdown, 0.0, 0.0)
        found = Individual(CANDIDATES[number], criteria, 99, scores(criteria, 99, FITNESS))
        population.insert(found, 0)
    assert [m.individual.criteria[2] for m in population.members] == [5.0, 20.0, 60.0, 90.0]


def test_scores_stay_for_ten_generations_then_halve() -> None:
    aging = AgingSettings()
    assert [decay(age, aging) for age in (0, 10, 11, 13)] == [1.0, 1.0, 0.5, 0.125]
    assert decay(50, replace(aging, on=False)) == 1.0


def test_aged_best_falls_behind_and_is_displaced() -> None:
    for on, left in ((True, False), (False, True)):
        population = Population(0, replace(SETTINGS, aging=AgingSettings(on=on)))
        population.insert(individual(0, 9000.0), 0)
        for number in range(1, 5):
            population.insert(individual(number, 1000.0 + number), 14)
        population.age(14)
        population.insert(individual(20, 1500.0), 14)
        assert (9000.0 in profits(population)) is left


def test_restored_population_is_the_same() -> None:
    population = Population(COMBINED, SETTINGS)
    for number in range(8):
        population.insert(individual(number, 50.0 * number), number)
    population.age(17)
    twin = Population(COMBINED, SETTINGS)
    twin.restore([(m.individual, m.entered) for m in reversed(population.members)], 17)
    assert twin.members == population.members


def test_deviation_alternates_between_small_and_large() -> None:
    chosen = SETTINGS.selection
    assert [deviation(g, chosen) for g in (1, 2, 3)] == [10.0, 50.0, 10.0]
    assert deviation(2, replace(chosen, alternate=False)) == 10.0


def test_rank_selection_prefers_the_best_the_more_the_smaller_the_deviation() -> None:
    population = Population(0, replace(SETTINGS, population=60))
    for number in range(60):
        population.insert(individual(number, 10.0 * number), 0)
    place = {m.individual.strategy_id: k for k, m in enumerate(population.members)}

    def mean_rank(method: str, width: float) -> float:
        return statistics.mean(
            place[
                SELECTIONS[method](
                    population.members, width, SETTINGS.selection, generator(1, 0, 0, k)
                ).strategy_id
            ]
            for k in range(400)
        )

    assert mean_rank("rank", 3) < 4 < mean_rank("rank", 20) < 20
    assert mean_rank("tournament", 0) < 18
    assert 26 < mean_rank("uniform", 0) < 33


def test_pool_keeps_the_best_numbers_of_each_structure() -> None:
    pool = Pool(SETTINGS, at_rest)
    first = individual(0, 1000.0)
    expert = first.strategy.expert
    better = Individual(
        Candidate(first.expert, Strategy(expert), 0), (2000.0, *first.criteria[1:]), 100,
        scores((2000.0, *first.criteria[1:]), 100, FITNESS), "",
    )  # fmt: skip
    assert pool.insert(first)
    assert pool.insert(better)
    assert not pool.insert(first)
    assert [i.criteria[0] for i in pool.members] == [2000.0]


def test_pool_is_sorted_bounded_and_wants_profit_trades_and_a_verdict() -> None:
    pool = Pool(SETTINGS, at_rest)
    for number, profit in enumerate((300.0, 900.0, 500.0, 700.0)):
        assert pool.insert(individual(number, profit))
    assert [i.criteria[0] for i in pool.members] == [900.0, 700.0, 500.0]
    assert not pool.insert(individual(5, 9000.0, verdict="out of sample"))
    assert not pool.wants(individual(6, -1.0))
    assert not pool.wants(individual(7, 9000.0, trades=10))
    assert not pool.wants(individual(8, 100.0))


def test_restored_pool_keeps_its_order_even_of_equals() -> None:
    pool = Pool(replace(SETTINGS, pool=10), at_rest)
    for number, profit in enumerate((300.0, 500.0, 500.0, 300.0, 500.0)):
        pool.insert(individual(number, profit))
    twin = Pool(replace(SETTINGS, pool=10), at_rest)
    twin.restore(pool.members)
    assert twin.members == pool.members


def test_pool_keeps_the_better_of_two_that_trade_alike() -> None:
    rng = np.random.default_rng(4)
    path, other = np.cumsum(rng.normal(size=(2, 2000)), axis=1)
    curves = {300.0: path, 500.0: path * 2 + 7, 200.0: other, 100.0: path}
    pool = Pool(SETTINGS, lambda individual: curves[individual.criteria[0]])
    assert pool.insert(individual(0, 300.0))
    assert pool.insert(individual(1, 200.0))
    assert pool.insert(individual(2, 500.0))
    assert not pool.insert(individual(3, 100.0))
    assert [i.criteria[0] for i in pool.members] == [500.0, 200.0]
