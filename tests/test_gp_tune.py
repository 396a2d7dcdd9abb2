"""Tuning: a strategy as a box of numbers, the swarm on it, what the ledger sees of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl.errors import ConfigError
from dsl.mirror import symmetric
from dsl.parametrize import parametrize
from dsl.strategy import Strategy, with_values
from dsl.text.lower import parse
from gp.draws import generator
from gp.evaluators import TUNED, Ledger
from gp.pieces import both_sides, long_side
from gp.search import Search
from gp.settings import SwarmSettings
from gp.tune import identifier, search_box, tunable, tune, tune_member
from tests.support.search import SMALL, FakeEvaluator, fakes
from tests.test_gp_generator import experts

TEXT = """strategy "cross" {
    input fast = 12 in 5..60
    input slow = 26 in 10..120 step 2
    input k = 2.0 in 0.5..5 step 0.25
    input fixed = 14

    enter long when ema(close, fast) crosses above ema(close, slow)
    enter short when ema(close, fast) crosses below ema(close, slow)
    stop loss k * atr(fixed)
    size 0.1 lots
}
"""
SWARM = SwarmSettings(evaluations=60)


def test_only_inputs_with_a_range_are_dimensions() -> None:
    box = tunable(parse(TEXT), generator(1, 0, 0, 0), mirrored=False)
    assert box is not None
    assert box.names == ("fast", "slow", "k")
    assert box.start == (12, 26, 2)
    assert [axis.step for axis in box.axes][1:] == [2, 0.25]
    assert box.strategy((7.0, 30.0, 1.5)) == with_values(
        parse(TEXT), {"fast": 7, "slow": 30, "k": 1.5}
    )


def test_position_size_is_not_tuned_where_all_numbers_are() -> None:
    box = tunable(symmetric(Strategy(experts(1)[0])), generator(1, 0, 0, 0), mirrored=False)
    assert box is not None
    assert not [name for name in box.names if "lots" in name]


def test_identity_of_values_is_that_of_the_strategy() -> None:
    for expert in experts(40):
        full = parametrize(Strategy(both_sides(expert)))
        values = {spec.name: spec.value for spec in full.inputs}
        assert identifier(full)(values) == full.strategy_id


def test_identity_refuses_values_that_do_not_go_together() -> None:
    text = 'strategy "m" {\n input f = 12 in 5..60\n enter long when macd(close, f, 26, 9) > 0\n}'
    name = identifier(parse(text))
    assert len(name({"f": 12})) == 32
    assert name({"f": 60}) == ""


def test_short_side_follows_the_long_side_at_every_point() -> None:
    boxes = 0
    for number, expert in enumerate(experts(16)):
        box = tunable(Strategy(both_sides(expert)), generator(2, 0, 0, number), mirrored=True)
        if box is None:
            continue
        boxes += 1
        name, rng = identifier(box.full), generator(3, 0, 0, number)
        for _ in range(5):
            point = tuple(
                round(a.low + a.step * round(rng.random() * (a.high - a.low) / a.step), 9)
                for a in box.axes
            )
            point = tuple(min(x, a.high) for x, a in zip(point, box.axes, strict=True))
            found = name(box.values(point))
            if found:
                strategy = box.strategy(point)
                assert found == strategy.strategy_id
                assert both_sides(long_side(strategy.expert)) is strategy.expert
    assert boxes > 10


def test_tuned_values_are_better_and_on_the_grid() -> None:
    strategy = parse(TEXT)
    tuned = tune(strategy, FakeEvaluator(), lambda e: e.criteria[3], SWARM, seed=1)
    assert tuned.evaluations == 60
    assert tuned.value > 0.9
    values = {spec.name: spec.value for spec in tuned.strategy.inputs}
    assert isinstance(values["fast"], int)
    assert float(values["k"]) % 0.25 == 0
    assert values["fixed"] == 14


def test_equal_seeds_tune_to_the_same_strategy() -> None:
    first, second = (
        tune(parse(TEXT), FakeEvaluator(), lambda e: e.criteria[4], SWARM, seed=4) for _ in "12"
    )
    assert first == second


def test_strategy_without_ranges_cannot_be_tuned() -> None:
    with pytest.raises(ConfigError, match="nothing to tune"):
        tune(
            parse('strategy "s" {\n input n = 3\n enter long when rsi(close, n) < 30\n}'),
            FakeEvaluator(),
            lambda e: e.criteria[0],
            SWARM,
            seed=1,
        )


def test_every_point_is_in_the_ledger_once() -> None:
    ledger, evaluator = Ledger(), FakeEvaluator()
    box = tunable(parse(TEXT), generator(1, 0, 0, 0), mirrored=False)
    assert box is not None
    found, index = search_box(
        box, evaluator, lambda e: e.criteria[0], SWARM, generator(1, 0, 0, 1), ledger
    )
    assert found.evaluations == len(index) == ledger.requests == sum(evaluator.batches) == 60
    assert ledger.distinct == 60
    again = search_box(
        box, evaluator, lambda e: e.criteria[0], SWARM, generator(1, 0, 0, 1), ledger
    )
    assert again[0] == found
    assert (ledger.distinct, sum(evaluator.batches)) == (60, 60)


def test_tuned_member_enters_the_pool_only_if_better_and_through_the_gate() -> None:
    swarm = replace(SMALL.swarm, evaluations=60, best=3)
    search = Search(replace(SMALL, swarm=swarm), fakes(), 3)
    search.start()
    for generation in (1, 2):
        search.advance(generation)
    search.targets = search.pool.members[:3]
    before = {i.structure_id: i.scores.combined for i in search.pool.members}
    for number in range(len(search.targets)):
        tune_member(search, number)
    assert search.tuned == len(search.targets) > 0
    after = {i.structure_id: i.scores.combined for i in search.pool.members}
    assert all(after[key] >= before[key] for key in after.keys() & before.keys())
    assert all(i.verdict == "" for i in search.pool.members)
    assert any(r.breeder == TUNED for r in search.ledger.records.values())
