"""Every number of a strategy becomes an input: names, values, ranges, the same trades."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.verify.strategies import random_strategy
from dsl.node import InputRef
from dsl.parametrize import parametrize
from dsl.strategy import InputSpec, Strategy
from dsl.text.lower import parse


def table(*lines: str) -> dict[str, InputSpec]:
    found = parse('strategy "x" {\n' + "\n".join(lines) + "\n}")
    return {spec.name: spec for spec in parametrize(found).inputs}


def test_parameters_take_their_range_from_the_declaration() -> None:
    found = table("enter long when close > ema(close, 12)")
    assert found["ema_period"].value == 12
    assert (found["ema_period"].low, found["ema_period"].high, found["ema_period"].step) == (
        2,
        200,
        1,
    )


def test_levels_take_their_range_from_what_they_are_compared_with() -> None:
    found = table("enter long when rsi(close, 14) < 30 and rsi(close, 7) > 85")
    first, second = found["rsi_level"], found["rsi_level_2"]
    assert (first.value, first.low, first.high) == (30, 20, 80)
    assert (second.value, second.low, second.high) == (85, 20, 85)


def test_levels_are_named_after_the_expression_beside_them() -> None:
    found = table("trend = ema(close, 12) - ema(close, 26)", "enter long when trend > 0.001")
    assert {"trend_level", "ema_period", "ema_period_2", "lots"} == found.keys()


def test_zero_crossing_has_no_range() -> None:
    assert table("enter long when macd(close, 12, 26, 9) > 0")["macd_level"].low is None


def test_outputs_of_one_computation_share_their_inputs() -> None:
    found = table("enter long when macd(close, 5, 9, 3) > macd(close, 5, 9, 3).signal")
    assert {"macd_fast", "macd_slow", "macd_signal", "lots"} == found.keys()


def test_conditions_on_one_session_share_their_times() -> None:
    found = table("enter long when close > open", "session 08:00 to 20:00 close")
    times = {spec.value for spec in found.values()} - {0.1}
    assert times == {480, 1200}
    assert len(found) == 3


def test_rules_in_use_become_inputs_that_cannot_switch_them_off() -> None:
    found = table("enter long when close > open", "exit after 48 bars", "reverse")
    assert (found["max_bars"].value, found["max_bars"].low) == (48, 1)
    assert "reverse" not in found
    assert "daily_loss" not in found


def test_inputs_that_exist_are_kept_and_their_names_not_taken_twice() -> None:
    found = table(
        "input ema_period = 5 in 2..9", "enter long when ema(close, ema_period) > ema(close, 20)"
    )
    assert (found["ema_period"].value, found["ema_period_2"].value) == (5, 20)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_numbers_of_any_strategy_move_into_the_table(seed: int) -> None:
    before = random_strategy(np.random.default_rng(seed), depth=4)
    after = parametrize(before)
    assert after.strategy_id == before.strategy_id
    assert parametrize(after) == after
    assert used(after) == {spec.name for spec in after.inputs}
    for spec in after.inputs:
        assert re.fullmatch(r"[A-Za-z_]\w{0,62}", spec.name)
        assert not isinstance(spec.value, str)
        if spec.low is not None and spec.high is not None:
            assert spec.low <= spec.value <= spec.high
            assert spec.step is None or 0 < spec.step <= max(1, spec.high - spec.low)


def used(strategy: Strategy) -> set[str]:
    return {v.name for n in strategy.order for v in n.params if isinstance(v, InputRef)}


def test_comments_say_what_an_input_serves() -> None:
    found = table(
        "enter long when close > ema(close, 12)",
        "exit long when close < ema(close, 12) or rsi(close, 14) > 70",
        "stop loss 2 * atr(10)",
        "take profit 300 points",
    )
    assert found["ema_period"].comment == "ema period (entry, exit)"
    assert found["rsi_level"].comment == "level of rsi (exit)"
    assert found["atr_period"].comment == "atr period (stop loss)"
    assert found["points_count"].comment == "points (take profit)"
    assert found["lots"].comment == "lots"


def test_a_range_around_a_number_begins_and_ends_at_whole_steps() -> None:
    found = table("enter long when close > ema(close, 12)", "stop loss 1.35 * atr(10)")
    spec = found["atr_factor"]
    assert (spec.low, spec.high, spec.step) == (0.3, 5.4, 0.1)
    small = table("enter long when close - ema(close, 9) > 0.3 * atr(5)")["atr_factor"]
    assert (small.low, small.high, small.step) == (0.07, 1.2, 0.01)
