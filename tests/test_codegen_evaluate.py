"""Evaluators: criteria equal the reference's; threads, caches and particles change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtest.criteria import CRITERIA, criteria
from backtest.market import Costs, Market, Symbol
from backtest.reference import simulate
from codegen.cache import ColumnCache
from codegen.evaluate import NEVER_TRADES, Evaluation, Evaluator
from codegen.fill import CallJob
from codegen.interpret import interpret
from codegen.plan import build_plan
from codegen.verify.markets import nasty_bars, nasty_market
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.kinds import PRICE
from dsl.node import InputRef
from dsl.params import ParamValue
from dsl.strategy import InputSpec, Strategy, with_values
from tests.support.building import CLOSE, atr, call, constant, expert
from tests.support.promotion import promoted


def plain_market(bars: int = 400) -> Market:
    return Market(nasty_bars(np.random.default_rng(1), bars), Symbol("TEST", 5))


def drawn(seed: int, count: int) -> list[Strategy]:
    rng = np.random.default_rng(seed)
    return [random_strategy(rng, longest=8) for _ in range(count)]


def averages() -> Strategy:
    table = (InputSpec("fast", 3, 2, 9), InputSpec("slow", 12, 5, 30), InputSpec("stop", 2, 1, 5))
    fast, slow, stop = (InputRef(spec.name) for spec in table)
    a, b = call("sma", CLOSE, params=(fast,)), call("sma", CLOSE, params=(slow,))
    distance = call("mul", constant(stop, call("div", atr(3), atr(5)).kind), atr(6))
    ports = {
        "long_entry": call("crosses_above", a, b),
        "short_entry": call("crosses_below", a, b),
        "stop_loss": distance,
    }
    return expert(ports, None, *table)


@pytest.mark.parametrize("seed", range(6))
def test_criteria_equal_those_of_the_reference_on_the_interpreters_decisions(seed: int) -> None:
    market = nasty_market(np.random.default_rng(seed))
    strategies = drawn(seed, 6)
    for strategy, found in zip(strategies, Evaluator(market).evaluate(strategies), strict=True):
        result = simulate(market, interpret(strategy, market))
        want = criteria(result, market)
        np.testing.assert_allclose(
            found.criteria, [want[name] for name in CRITERIA], rtol=1e-9, atol=1e-9
        )
        assert found.problem == ("" if found.trades else NEVER_TRADES)


def test_the_full_result_is_that_of_the_evaluation() -> None:
    market = nasty_market(np.random.default_rng(7))
    evaluator = Evaluator(market)
    strategies = drawn(7, 5)
    for strategy, found in zip(strategies, evaluator.evaluate(strategies), strict=True):
        figures = criteria(evaluator.result(strategy), market)
        np.testing.assert_allclose(
            found.criteria, [figures[name] for name in CRITERIA], rtol=1e-9, atol=1e-9
        )


def test_neither_threads_nor_chunks_nor_a_tiny_cache_change_a_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    market, strategies = plain_market(), drawn(8, 40)
    want = Evaluator(market).evaluate(strategies)
    monkeypatch.setattr("codegen.evaluate._MOST_STRATEGIES", 3)
    assert Evaluator(market).evaluate(strategies) == want
    two = Evaluator(market, threads=2)
    assert two.evaluate(strategies) == want
    two.close()
    two = Evaluator(market, threads=2, cache_bytes=1)
    assert two.evaluate(strategies) == want
    two.close()
    tiny = Evaluator(market, cache_bytes=1)
    assert tiny.evaluate(strategies) == want
    assert tiny.evaluate(list(reversed(strategies))) == list(reversed(want))
    assert len(tiny.cache.columns.keys) < 100 < 3 * len(strategies)


def test_evaluating_again_computes_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator, strategies = Evaluator(plain_market()), drawn(9, 10)
    want = evaluator.evaluate(strategies)

    def refuse(*_: object) -> float:
        raise AssertionError("a column was computed again")

    monkeypatch.setattr(CallJob, "run", refuse)
    assert evaluator.evaluate(strategies) == want


def test_particles_equal_strategies_with_the_same_values() -> None:
    strategy, evaluator = averages(), Evaluator(plain_market())
    vectors: list[dict[str, ParamValue]] = [
        {"fast": 2, "slow": 7},
        {"fast": 5, "stop": 3.5},
        {},
        {"slow": 30},
    ]
    want = evaluator.evaluate([with_values(strategy, vector) for vector in vectors])
    assert len({found.criteria for found in want}) == len(vectors)
    assert Evaluator(evaluator.market).evaluate_values(build_plan(strategy), vectors) == want


def test_particles_share_columns_with_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    strategies, evaluator = [promoted(s) for s in drawn(10, 8)], Evaluator(plain_market())
    want = evaluator.evaluate(strategies)
    monkeypatch.setattr(CallJob, "run", None)
    for strategy, found in zip(strategies, want, strict=True):
        assert evaluator.evaluate_values(build_plan(strategy), [{}]) == [found]


def test_a_particle_out_of_range_is_a_problem_and_not_a_crash() -> None:
    vectors: list[dict[str, ParamValue]] = [{"fast": 0}, {"fast": 3}, {"speed": 3}, {"fast": 2.5}]
    found = Evaluator(plain_market()).evaluate_values(build_plan(averages()), vectors)
    assert found[0].problem == "period = 0 is outside 1..100000"
    assert found[1].problem == ""
    assert found[2].problem == "no input 'speed'"
    assert found[3].problem == "period = 2.5 is not a whole number"
    assert found[0].criteria == (0.0,) * len(CRITERIA)


def test_a_strategy_that_never_trades_is_reported() -> None:
    never = call("gt", CLOSE, constant(1e6, PRICE))
    (found,) = Evaluator(plain_market()).evaluate([expert({"long_entry": never})])
    assert found == Evaluation((0.0,) * 5, 0, NEVER_TRADES)


def test_a_warm_up_longer_than_the_data_is_reported() -> None:
    slow = expert({"long_entry": call("gt", CLOSE, call("sma", CLOSE, params=(300,)))})
    good = expert({"long_entry": call("gt", CLOSE, call("open"))})
    market = replace(plain_market(), last=200)
    found = Evaluator(market).evaluate([slow, good])
    assert found[0].problem == "the warm-up takes 300 bars, the data end after 200"
    assert found[1].problem == ""
    found = Evaluator(plain_market(100)).evaluate([slow, good])
    assert found[0].problem == "the warm-up takes 300 bars or more, there are 100"
    assert found[1].problem == ""


def test_windows_of_the_same_bars_share_one_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    market, strategies = plain_market(), drawn(11, 10)
    head = Evaluator(replace(market, last=250))
    head.evaluate(strategies)
    tail = replace(market, first=250)
    want = Evaluator(tail).evaluate(strategies)
    monkeypatch.setattr(CallJob, "run", None)
    assert Evaluator(tail, cache=head.cache).evaluate(strategies) == want


def test_a_cache_of_other_bars_is_refused() -> None:
    market = plain_market()
    with pytest.raises(CodegenError, match="other bars"):
        Evaluator(plain_market(), cache=ColumnCache(market))
    with pytest.raises(CodegenError, match="another spread"):
        Evaluator(replace(market, costs=Costs(spread=3)), cache=ColumnCache(market))


def test_an_interruption_leaves_no_unfilled_row(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluator, strategies = Evaluator(plain_market(), threads=2), drawn(12, 10)
    want = Evaluator(evaluator.market).evaluate(strategies)

    def interrupt(*_: object) -> float:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CallJob, "run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            evaluator.evaluate(strategies)
    assert evaluator.evaluate(strategies) == want
    evaluator.close()


def test_seconds_in_kernels_grow_with_every_evaluation() -> None:
    evaluator, strategies = Evaluator(plain_market()), drawn(13, 5)
    evaluator.evaluate(strategies)
    first = evaluator.seconds_in_kernels
    evaluator.evaluate(strategies)
    assert 0 < first < evaluator.seconds_in_kernels
