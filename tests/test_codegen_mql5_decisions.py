"""Emitted text, compiled and run on bars, decides what the batch evaluator decides.

The compiler is C++; values of built-in indicators are handed to the text, all else it computes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.market import Market, Symbol
from codegen.evaluate import Evaluator
from codegen.plan import build_plan
from dsl.jit import Bool1D
from dsl.nodes.expert import DISTANCE_PORTS
from dsl.parametrize import parametrize
from dsl.strategy import Strategy
from tests.support.columns import random_fields
from tests.support.ea_examples import examples
from tests.support.mql5_compiler import COMPILER
from tests.support.mql5_runner import FIELDS, Script, build, run
from tests.support.strategies import random_strategy

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")

ROWS = 1000
RANDOM = 16
SCRIPTS = {
    "plain": Script(),
    "bars_without_ticks": Script(skip=7),
    "data_late": Script(refuse=5),
    "history_loaded_later": Script(late=ROWS // 2, missing=ROWS // 4),
}


def random_market() -> Market:
    fields = random_fields(np.random.default_rng(1), ROWS)
    prices = [np.rint(fields[name] * 1e5).astype(np.int64) for name in ("open", "high", "low")]
    whole = [fields[name].astype(np.int64) for name in ("tick_volume", "spread")]
    close = np.rint(fields["close"] * 1e5).astype(np.int64)
    return Market(Bars("TEST", 3600, 5, fields["time"], *prices, close, *whole), Symbol("TEST", 5))


def strategies() -> dict[str, Strategy]:
    found = dict(examples())
    for seed in range(RANDOM):
        drawn = random_strategy(np.random.default_rng(seed), longest=20)
        found[f"random_{seed}"] = parametrize(drawn) if seed % 2 else drawn
    return found


STRATEGIES = strategies()
MARKET = random_market()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(STRATEGIES, tmp_path_factory.mktemp("experts"))


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(MARKET)


def compared(warmup: int, script: Script) -> Bool1D:
    """Return the rows that must agree: warmed up, with a tick, all of history there."""
    rows = np.arange(ROWS)
    chosen: Bool1D = rows >= max(warmup, script.late)
    return chosen & (rows % script.skip != 0) if script.skip else chosen


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_text_decides_as_the_evaluator(name: str, program: Path, evaluator: Evaluator) -> None:
    strategy, number = STRATEGIES[name], list(STRATEGIES).index(name)
    wanted, warmup = evaluator.decisions(strategy), build_plan(strategy).warmup
    for title, script in SCRIPTS.items():
        found = run(program, number, strategy, MARKET, script)
        rows = compared(warmup, script)
        assert (found["done"][rows] == 1).all(), title
        assert (found["ready"][rows] == 1).all(), title
        if not script.late:
            assert not found["ready"][:warmup].any(), title
        for field in FIELDS:
            signal = getattr(wanted, field)
            np.testing.assert_array_equal(found[field][rows] > 0, signal[rows], f"{title} {field}")
        for field in DISTANCE_PORTS:
            if field in found:
                column = getattr(wanted, field)[rows]
                np.testing.assert_allclose(found[field][rows], column, 1e-9, 1e-12)


def test_the_examples_have_signals_to_compare(evaluator: Evaluator) -> None:
    for strategy in examples().values():
        assert evaluator.decisions(strategy).long_entry.any(), strategy.title
