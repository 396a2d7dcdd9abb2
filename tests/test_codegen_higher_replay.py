"""Emitted text of strategies over several timeframes, compiled and run beside the evaluator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtest.reference import simulate
from codegen.evaluate import Evaluator
from codegen.host.replay import replay
from codegen.host.script import Script
from codegen.mql5 import forms as mql5_forms
from codegen.mql5.emit import emit_mql5
from codegen.plan import build_plan
from codegen.verify.compare import first_difference
from codegen.verify.strategies import random_strategy
from dsl.jit import F64
from dsl.nodes.expert import DISTANCE_PORTS
from dsl.parametrize import parametrize
from dsl.strategy import Strategy
from tests.support.emitted import (
    FIELDS,
    build_experts,
    compile_errors,
    compiler_found,
    decided,
    traded,
)
from tests.support.higher_timeframes import strategies
from tests.test_codegen_higher import market
from tests.test_codegen_mql5_replay import MARKET, SCRIPTS, compared

pytestmark = pytest.mark.skipif(not compiler_found(), reason="no C++ compiler")

STRATEGIES = strategies()


@pytest.fixture(scope="module")
def program() -> Path:
    return build_experts(STRATEGIES)


def check(program: Path, number: int, strategy: Strategy, script: Script) -> None:
    wanted = Evaluator(MARKET).decisions(strategy)
    warmup = build_plan(strategy).warmup_on(MARKET.bars.timeframe)
    found = decided(program, number, strategy, MARKET, script)
    rows = compared(warmup, script)
    assert (found["ready"][rows] == 1).all()
    assert script.late_until or not np.nan_to_num(found["ready"][:warmup]).any()
    for field in FIELDS:
        np.testing.assert_array_equal(found[field][rows] > 0, getattr(wanted, field)[rows], field)
    for field in DISTANCE_PORTS:
        if field in found:
            want: F64 = getattr(wanted, field)[rows]
            np.testing.assert_allclose(found[field][rows], want, rtol=1e-6, atol=1e-11)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_text_decides_as_the_evaluator(name: str, script: Script, program: Path) -> None:
    check(program, list(STRATEGIES).index(name), STRATEGIES[name], script)


def test_library_classes_read_larger_bars_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MetaTrader's indicators everything comes from the text itself."""
    monkeypatch.setattr(mql5_forms, "_on_one_price_series", lambda *_: False)
    program = build_experts(STRATEGIES)
    for number, strategy in enumerate(STRATEGIES.values()):
        assert "INVALID_HANDLE;" not in emit_mql5(strategy)
        check(program, number, strategy, SCRIPTS["plain"])


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_text_trades_as_the_reference(name: str, program: Path) -> None:
    strategy = STRATEGIES[name]
    wanted = simulate(MARKET, Evaluator(MARKET).decisions(strategy)).deals
    found = traded(program, list(STRATEGIES).index(name), MARKET)
    assert len(wanted.time) > 10
    assert first_difference(wanted, found) is None


def test_the_text_has_no_warnings() -> None:
    assert compile_errors({f"{n}.mq5": emit_mql5(s) for n, s in STRATEGIES.items()}) == ""


@pytest.mark.parametrize("timeframe", [14_400, 86_400])
def test_a_chart_that_does_not_divide_a_higher_timeframe_is_refused(
    timeframe: int, program: Path
) -> None:
    found = replay(program, 0, market(3, 200, timeframe))
    assert found.journal[0].text.endswith("wants a smaller period that divides H2")
    assert not found.deals.time.size


def test_parts_of_random_strategies_on_larger_bars_trade_as_the_reference() -> None:
    drawn = {}
    for seed in range(6):
        rng = np.random.default_rng(seed)
        found = random_strategy(rng, longest=5, higher=(7200, 14_400, 86_400))
        drawn[str(seed)] = parametrize(found) if seed % 2 else found
    program, tested = build_experts(drawn), market(5, 900)
    for number, strategy in enumerate(drawn.values()):
        wanted = simulate(tested, Evaluator(tested).decisions(strategy)).deals
        assert first_difference(wanted, replay(program, number, tested).deals) is None
