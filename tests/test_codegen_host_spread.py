"""An Expert Advisor that reads spreads finds the last one known, wherever that lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtest.market import Costs, Market
from backtest.reference import simulate
from codegen.evaluate import Evaluator
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import replay
from codegen.mql5.emit import emit_mql5
from dsl.text.lower import parse
from tests.support.bars import EURUSD, hand_bars
from tests.support.host_decided import deals_of

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

STRATEGY = parse(
    """strategy "Spreads fall" {
        enter long when spread crosses below 24
        exit after 1 bars
        size 0.1 lots
    }"""
)


def test_the_last_known_spread_may_lie_before_the_rows_that_are_read() -> None:
    spread = np.array([160, 0, 4, 160, 0, 0, 0, 5, 160, 4, 0, 3] * 3)
    bars = replace(hand_bars([(100_000, 100_050, 99_950, 100_020)] * 36), spread=spread)
    market = Market(bars, EURUSD, costs=Costs(spread=9))
    engine = simulate(market, Evaluator(market).decisions(STRATEGY))
    found = replay(build([emit_mql5(STRATEGY)]), 0, market)
    assert found.problem == ""
    assert list(found.deals) == deals_of(engine.deals)
    assert {2, 7, 9} <= set(engine.deals.bar.tolist())
