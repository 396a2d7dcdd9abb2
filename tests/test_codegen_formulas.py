"""Formula signals, and the functions of numbers behind them, decide alike in every engine."""

from __future__ import annotations

import re

import numpy as np

from backtest.market import Market, Symbol
from backtest.program import Decisions
from codegen.evaluate import Evaluator
from codegen.interpret import interpret
from codegen.mql5.emit import emit_mql5
from codegen.python import python_decisions
from codegen.verify.markets import nasty_bars
from dsl.text.lower import parse

FORMULAS = """
Inputs = Fast=5, Slow=9
Buy = EMA_OPEN_{Fast}(0)/SMMA_OPEN_{Slow}(0) > 1 + 0.0001
   && (HIGH(1) > HIGH(2) ? SQRT(CLOSE(1)/OPEN(1)) : EXP(LOG(CLOSE(1)/OPEN(2)))) > 0.999
Sell = POW(100 * (CLOSE(1)/SMA_CLOSE_9(1) - 1), 3) < ROUND(CLOSE(1)/OPEN(1)) - 1
   || FLOOR(1000 * CLOSE(1)/OPEN(1)) > 1001 || CEIL(1000 * CLOSE(1)/LOW(3)) < 1001
StopLoss = 1%
"""
STRATEGY = parse(FORMULAS, "t.formula")


def test_formulas_decide_alike_in_every_engine() -> None:
    market = Market(nasty_bars(np.random.default_rng(6), 400), Symbol("TEST", 5))
    wanted = interpret(STRATEGY, market)
    assert 0 < wanted.long_entry.sum() < len(wanted.long_entry) / 2
    assert 0 < wanted.short_entry.sum() < len(wanted.short_entry) / 2
    for found in (Evaluator(market).decisions(STRATEGY), python_decisions(STRATEGY, market)):
        assert_same(found, wanted)


def assert_same(found: Decisions, wanted: Decisions) -> None:
    np.testing.assert_array_equal(found.long_entry, wanted.long_entry)
    np.testing.assert_array_equal(found.short_entry, wanted.short_entry)
    assert found.stop_loss is not None
    assert wanted.stop_loss is not None
    np.testing.assert_allclose(found.stop_loss, wanted.stop_loss, rtol=1e-12)


def test_inputs_and_variables_of_formulas_are_inputs_of_the_ea() -> None:
    text = emit_mql5(STRATEGY)
    for name in ("Fast", "Slow"):
        assert re.search(rf"input +int +Inp{name} ", text)
