"""The stand-in broker trades as the reference engine does, and what it says of a test agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.criteria import PROFIT_FACTOR_CAP
from backtest.market import Market
from backtest.metrics import report
from backtest.objective import STATISTICS as FIGURES
from backtest.program import Decisions
from backtest.reference import simulate
from backtest.result import Result
from codegen.host.compiler import CompilerMissing, find_compiler
from codegen.host.replay import HostResult
from codegen.host.script import Script
from codegen.verify.markets import nasty_market
from tests.support.bars import nasty_decisions
from tests.support.host_decided import deals_of, play

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

# MetaTrader gives whole numbers; its profit factor knows no limit


def case(seed: int) -> tuple[Market, Decisions, Result]:
    rng = np.random.default_rng(seed)
    market = nasty_market(rng)
    wants = nasty_decisions(rng, market)
    return market, wants, simulate(market, wants)


def assert_same(host: HostResult, engine: Result) -> None:
    assert host.fault is None
    assert list(host.deals) == deals_of(engine.deals)
    np.testing.assert_allclose(host.equity, engine.equity, rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_deals_and_equity_are_those_of_the_engine(mode: Any) -> None:
    for seed in range(80):
        market, wants, engine = case(seed)
        account = replace(market.account, mode=mode)
        assert_same(play(replace(market, account=account), wants), engine)


@pytest.mark.slow
def test_deals_and_equity_of_thousands_are_those_of_the_engine() -> None:
    for seed in range(1000, 6000):
        market, wants, engine = case(seed)
        assert_same(play(market, wants), engine)


def test_ticks_of_finer_bars_resolve_bars_as_the_engine_does_with_finer_bars() -> None:
    found = 0
    for seed in range(80):
        market, wants, engine = case(seed)
        if market.finer is not None:
            assert_same(play(market, wants, mode="m1-ohlc"), engine)
            found += len(engine.deals)
    assert found > 500


def test_the_figures_of_a_test_are_those_of_the_report() -> None:
    for seed in range(40):
        market, wants, engine = case(seed)
        figures = report(engine, market)
        wanted = {name: figure(figures) for name, figure in FIGURES.items()}
        found = dict(play(market, wants).statistics)
        found["PROFIT_FACTOR"] = min(found["PROFIT_FACTOR"], PROFIT_FACTOR_CAP)
        assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_what_the_expert_returns_for_a_test_is_kept_and_a_chart_has_no_test() -> None:
    market, wants, engine = case(3)
    assert play(market, wants).on_tester == pytest.approx(engine.net_profit)
    assert play(market, wants, script=Script(live=True)).on_tester is None


def test_more_ticks_at_an_open_change_nothing_for_an_expert_that_decides_once() -> None:
    market, wants, engine = case(2)
    assert_same(play(market, wants, script=Script(ticks=4)), engine)
    assert_same(play(market, wants, script=Script(ticks=4, live=True)), engine)
