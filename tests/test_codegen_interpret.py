"""The interpreter is the meaning: no kernel, hand-worked values, no value during warm-up."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from backtest.market import Market, Symbol
from codegen.interpret import interpret, interpret_node
from codegen.verify.markets import nasty_bars
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.kinds import PRICE
from dsl.node import InputRef, node
from dsl.registry import Input, Mql5, NodeType, Output, lookup, node_types
from dsl.strategy import InputSpec
from tests.support.bars import EURUSD, hand_bars
from tests.support.building import CLOSE, atr, call, constant, expert
from tests.support.promotion import promoted


@pytest.fixture
def _broken_kernels() -> Iterator[None]:
    """Make every kernel raise; declarations are frozen, so they are changed the hard way."""

    def refuse(*_: object) -> None:
        raise AssertionError("a kernel was called")

    kernels = {node_type: node_type.kernel for node_type in node_types()}
    for node_type in kernels:
        object.__setattr__(node_type, "kernel", refuse)
    yield
    for node_type, kernel in kernels.items():
        object.__setattr__(node_type, "kernel", kernel)


def market_of(*closes: int) -> Market:
    return Market(hand_bars([(c, c + 5, c - 5, c) for c in closes]), EURUSD)


@pytest.mark.usefixtures("_broken_kernels")
def test_the_interpreter_calls_no_kernel() -> None:
    rng = np.random.default_rng(3)
    market = Market(nasty_bars(rng, 200), Symbol("TEST", 5))
    for _ in range(10):
        assert len(interpret(random_strategy(rng, longest=6), market).long_entry) == 200


def test_close_is_the_last_bar_and_nothing_before_the_first() -> None:
    market = market_of(1000, 1010, 990, 1005)
    assert interpret_node(CLOSE, market) == [None, 0.01, 0.0101, 0.0099]
    assert interpret_node(node(lookup("close"), (), (3,)), market) == [None, None, None, 0.01]
    assert interpret_node(node(lookup("open"), (), (0,)), market) == [0.01, 0.0101, 0.0099, 0.01005]


def test_a_moving_average_is_worked_by_hand() -> None:
    found = interpret_node(call("sma", CLOSE, params=(2,)), market_of(1000, 1010, 990, 1005))
    assert found[:2] == [None, None]
    assert found[2:] == pytest.approx([0.01005, 0.01])


def test_a_cross_needs_the_bar_before() -> None:
    level = constant(0.01, PRICE)
    market = market_of(1010, 990, 1010, 1010, 990, 990)
    assert interpret_node(call("crosses_above", CLOSE, level), market) == [
        None,
        None,
        False,
        True,
        False,
        False,
    ]


def test_decisions_hold_false_and_nan_during_warm_up() -> None:
    market = market_of(*range(1000, 1010))
    rising = call("rising", CLOSE, params=(2,))
    found = interpret(expert({"long_entry": rising, "stop_loss": atr(3)}), market)
    assert found.long_entry.tolist() == [False] * 3 + [True] * 7
    assert found.stop_loss is not None
    assert np.isnan(found.stop_loss).tolist() == [True] * 4 + [False] * 6
    assert found.warmup == 4
    assert found.take_profit is None
    assert found.entry_filter.all()
    assert not found.short_entry.any()


def test_inputs_take_their_value_from_the_table() -> None:
    market = market_of(*range(1000, 1020))
    table = InputSpec("count", 5, 1, 9)
    strategy = expert(
        {"long_entry": call("rising", CLOSE, params=(InputRef("count"),))}, None, table
    )
    literal = expert({"long_entry": call("rising", CLOSE, params=(5,))})
    assert (interpret(strategy, market).long_entry == interpret(literal, market).long_entry).all()
    rng = np.random.default_rng(4)
    drawn = random_strategy(rng, longest=5)
    a, b = interpret(drawn, market), interpret(promoted(drawn), market)
    assert (a.long_entry == b.long_entry).all()
    assert a.warmup == b.warmup


def test_rules_and_size_come_from_the_expert() -> None:
    rules = {"reverse": 1, "max_bars": 12, "daily_loss": 2.5}
    size = node(lookup("risk"), (), (1.5,))
    strategy = expert({"long_entry": call("gt", CLOSE, call("open")), "size": size}, rules)
    found = interpret(strategy, market_of(1000, 1001, 1002))
    assert (found.rules.reverse, found.rules.max_bars, found.rules.daily_loss) == (True, 12, 2.5)
    assert (found.size.mode, found.size.value) == ("risk", 1.5)


def test_fridays_close_forbids_entries_and_closes() -> None:
    friday_evening = 1_704_477_600  # 2024-01-05 18:00
    bars = hand_bars([(1000, 1005, 995, 1000)] * 6, start=friday_evening)
    above = call("ge", CLOSE, CLOSE)
    found = interpret(expert({"long_entry": above}, {"friday_close": 1200}), Market(bars, EURUSD))
    # The 20:00 bar would end at 21:00, beyond 20:00; the 19:00 bar ends at 20:00 sharp.
    assert found.friday_exit.tolist() == [False, False, True, True, True, True]
    assert found.entry_filter.tolist() == [True, True, False, False, False, False]


def test_a_value_that_is_not_finite_after_warm_up_is_refused() -> None:
    broken = NodeType(
        name="broken",
        inputs=(Input("x", PRICE),),
        outputs=(Output("y", PRICE),),
        kernel=lambda x: x,
        meaning=lambda i, x: math.nan if i == 3 else x[i],
        summary="Not finite at its fourth row.",
        mql5=Mql5(expression="{x}"),
    )
    with pytest.raises(CodegenError, match="broken gives nan at bar 4, after its warm-up"):
        interpret_node(node(broken, (CLOSE,)), market_of(*range(1000, 1010)))
