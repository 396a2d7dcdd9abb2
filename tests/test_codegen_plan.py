"""Plans: order, names, shared calls, warm-up, depth, Friday's close."""

from __future__ import annotations

import keyword

import numpy as np

from codegen.plan import Plan, Step, build_plan
from codegen.verify.strategies import random_strategy
from dsl.kinds import NUMBER, SIGNAL
from dsl.node import InputRef, node
from dsl.nodes.expert import EXPERT
from dsl.registry import lookup
from dsl.strategy import InputSpec, Strategy
from tests.support.building import CLOSE, call, constant, expert
from tests.support.promotion import promoted


def step(plan: Plan, name: str) -> Step:
    return next(step for step in plan.steps if step.name == name)


def test_inputs_stand_before_consumers_and_names_are_unique_identifiers() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        plan = build_plan(random_strategy(rng))
        names = [s.name for s in plan.steps]
        assert len(set(names)) == len(names)
        assert all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
        assert all(i < number for number, s in enumerate(plan.steps) for i in s.inputs)


def test_names_count_by_type() -> None:
    cross = call("crosses_above", call("ema", CLOSE, params=(3,)), call("ema", CLOSE, params=(7,)))
    plan = build_plan(expert({"long_entry": cross}))
    assert [s.name for s in plan.steps] == ["close_1", "ema_1", "ema_2", "crosses_above_1"]
    assert plan.ports == (("long_entry", 3),)


def test_outputs_of_one_computation_share_its_call() -> None:
    params = (5, 9, 4)
    line = call("macd", CLOSE, params=params, output="line")
    signal = call("macd", CLOSE, params=params, output="signal")
    plan = build_plan(expert({"long_entry": call("gt", line, signal)}))
    assert [s.name for s in plan.steps] == ["close_1", "macd_1_line", "macd_1_signal", "gt_1"]
    assert [s.call for s in plan.steps] == [0, 1, 1, 3]


def test_warmups_add_up_along_the_inputs() -> None:
    slow, fast = call("sma", CLOSE, params=(10,)), call("sma", CLOSE, params=(4,))
    twice = call("sma", slow, params=(3,))
    plan = build_plan(expert({"long_entry": call("crosses_above", twice, fast)}))
    warmups = dict(zip([s.name for s in plan.steps], plan.warmups(3600), strict=True))
    assert warmups == {
        "close_1": 1,
        "sma_1": 10,
        "sma_2": 12,
        "sma_3": 4,
        "crosses_above_1": 13,
    }
    assert plan.warmup == 13


def test_a_shift_delays_the_first_usable_row() -> None:
    older = node(lookup("close"), (), (4,))
    plan = build_plan(expert({"long_entry": call("gt", CLOSE, older)}))
    assert plan.warmups(3600) == (1, 4, 4)


def test_depth_says_how_many_rows_the_consumers_read() -> None:
    average = call("ema", CLOSE, params=(5,))
    plan = build_plan(
        expert(
            {
                "long_entry": call("crosses_above", average, call("open")),
                "long_exit": call("rising", call("high"), params=(3,)),
                "short_exit": call("gt", call("low"), call("median")),
            }
        )
    )
    depths = {s.name: s.depth for s in plan.steps}
    assert depths["close_1"] == 0  # an exponential average reads all of it
    assert depths["ema_1"] == depths["open_1"] == 2
    assert depths["high_1"] == 4
    assert depths["low_1"] == depths["rising_1"] == 1


def test_a_depth_that_an_input_decides_counts_as_all_history() -> None:
    count = InputSpec("count", 3, 1, 5)
    rising = call("rising", call("high"), params=(InputRef("count"),))
    plan = build_plan(expert({"long_entry": rising}, None, count))
    assert step(plan, "high_1").depth == 0


def test_inputs_of_equal_value_stay_two_steps() -> None:
    table = (InputSpec("a", 5, 2, 9), InputSpec("b", 5, 2, 9))
    averages = [call("sma", CLOSE, params=(InputRef(spec.name),)) for spec in table]
    plan = build_plan(expert({"long_entry": call("gt", *averages)}, None, *table))
    assert [s.params for s in plan.steps[1:3]] == [(InputRef("a"),), (InputRef("b"),)]
    assert plan.warmup == 5
    assert plan.inputs == table


def test_fridays_close_becomes_an_exit_and_part_of_the_entry_filter() -> None:
    above = call("gt", CLOSE, call("open"))
    plan = build_plan(expert({"long_entry": above, "entry_filter": above}, {"friday_close": 1200}))
    ports = dict(plan.ports)
    leave, allowed = plan.steps[ports["friday_exit"]], plan.steps[ports["entry_filter"]]
    assert (leave.type.name, leave.params[0]) == ("week_end", 1200)
    assert allowed.type.logic == "and"
    assert [plan.steps[i].type.name for i in allowed.inputs] == ["gt", "not"]
    closing = plan.steps[plan.steps[allowed.inputs[1]].inputs[0]]
    assert (closing.type.name, closing.params[0]) == ("week_closing", 1200)


def test_fridays_close_alone_is_the_whole_entry_filter() -> None:
    plan = build_plan(expert({"long_entry": call("gt", CLOSE, call("open"))}, {"friday_close": 0}))
    assert plan.steps[dict(plan.ports)["entry_filter"]].type.logic == "not"


def test_a_plan_depends_on_nothing_but_the_strategy() -> None:
    rng = np.random.default_rng(2)
    strategy = promoted(random_strategy(rng))
    again = Strategy(strategy.expert, strategy.inputs, strategy.labels, strategy.title)
    assert build_plan(again) is build_plan(strategy)
    assert build_plan(strategy).rules == tuple(
        (param.name, value)
        for param, value in zip(EXPERT.params, strategy.expert.params, strict=True)
    )


def test_labels_point_to_their_steps() -> None:
    spread = call("sub", CLOSE, call("ema", CLOSE, params=(5,)))
    zero = constant(0.0, spread.kind)
    plain = expert({"long_entry": call("gt", spread, zero)})
    plan = build_plan(Strategy(plain.expert, labels=(("trend", spread),)))
    (name, number) = plan.labels[0]
    assert (name, plan.steps[number].node) == ("trend", spread)
    assert plan.steps[-1].kind == SIGNAL
    assert zero.kind != NUMBER
