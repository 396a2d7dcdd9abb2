"""The fast engines give what the reference gives: deal by deal, and criterion by criterion."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from backtest.criteria import CRITERIA, criteria
from backtest.fast.encode import encode
from backtest.fast.jump import jumps
from backtest.fast.runner import Runner
from backtest.market import Market
from backtest.program import Decisions, Distance, Rules, Size
from backtest.reference import simulate
from backtest.result import Deals, Result
from codegen.verify.markets import nasty_market
from dsl.errors import DataError
from tests.support.bars import nasty_decisions
from tests.support.programs import lowered

EXACT = ("time", "bar", "entry", "side", "price", "stop", "target", "reason")


def assert_same_result(fast: Result, slow: Result) -> None:
    for field in fields(Deals):
        theirs, ours = getattr(slow.deals, field.name), getattr(fast.deals, field.name)
        assert len(ours) == len(theirs), (field.name, len(ours), len(theirs))
        different = np.flatnonzero(np.abs(ours - theirs) > (0 if field.name in EXACT else 1e-9))
        assert not len(different), (field.name, different[0])
    np.testing.assert_allclose(fast.equity, slow.equity, rtol=1e-12, atol=1e-9)
    for field in fields(slow.drawdown):
        value = getattr(slow.drawdown, field.name)
        assert getattr(fast.drawdown, field.name) == pytest.approx(value, rel=1e-9, abs=1e-9)
    names = ("deposit", "first", "ambiguous_bars", "refusals", "fixed_tick_value")
    for name in (*names, "net_profit_pessimistic", "net_profit_optimistic"):
        assert getattr(fast, name) == getattr(slow, name), name


def assert_same(market: Market, decisions: Decisions) -> Result:
    slow = simulate(market, decisions)
    arena, program = lowered(decisions)
    runner = Runner(market)
    assert_same_result(runner.full(arena, program), slow)
    (row,) = runner.batch(arena, [program])
    expected = criteria(slow, market)
    for name, value in zip(CRITERIA, row, strict=False):
        assert value == pytest.approx(expected[name], rel=1e-9, abs=1e-9), name
    results = slow.trade_results
    assert row[5:].tolist() == pytest.approx(
        [slow.trades, results[results > 0].sum(), -results[results < 0].sum()], abs=1e-6
    )
    return slow


def plain(market: Market, decisions: Decisions) -> tuple[Market, Decisions]:
    """Return both without what keeps the event engine from serving them."""
    symbol = replace(market.symbol, profit_currency=market.account.currency)
    rules = replace(decisions.rules, trades_per_day=0, daily_loss=0.0, drawdown_stop=0.0)
    return replace(market, symbol=symbol), replace(decisions, rules=rules)


def prove(first: int, count: int) -> int:
    """Compare the engines on random cases, every other one plain; return the trades of all."""
    trades = 0
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        market = nasty_market(rng, int(rng.choice([70, 200, 400])))
        decisions = nasty_decisions(rng, market)
        if seed % 2:
            market, decisions = plain(market, decisions)
            assert jumps(Runner(market)._facts[0], encode([lowered(decisions)[1]]).rows[0])
        try:
            trades += assert_same(market, decisions).trades
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    return trades


def test_fast_engine_equals_reference() -> None:
    assert prove(0, 300) > 3000


def test_the_last_close_of_a_position_open_at_the_end_is_no_peak() -> None:
    prove(111_009, 1)


@pytest.mark.slow
def test_fast_engine_equals_reference_thousands_of_times() -> None:
    prove(10_000, 5000)


def test_programs_that_do_not_fit_the_arena_are_refused() -> None:
    market = nasty_market(np.random.default_rng(1), 70)
    arena, program = lowered(nasty_decisions(np.random.default_rng(1), market))
    runner = Runner(market)
    for wrong in (
        replace(program, long_entry=(len(arena.atoms),)),
        replace(program, long_exit=(0, 0)),
        replace(program, take_profit=Distance(1.0, len(arena.columns))),
    ):
        with pytest.raises(ValueError, match=r"arena|malformed"):
            runner.batch(arena, [wrong])


def test_risk_without_a_stop_loss_is_refused() -> None:
    market = nasty_market(np.random.default_rng(1), 70)
    arena, program = lowered(nasty_decisions(np.random.default_rng(1), market))
    risky = replace(program, stop_loss=None, size=Size("risk", 1.0))
    with pytest.raises(DataError, match="no stop loss"):
        Runner(market).batch(arena, [risky])


def test_a_batch_of_many_gives_what_each_gives_alone() -> None:
    rng = np.random.default_rng(5)
    market = nasty_market(rng, 400)
    arena, program = lowered(nasty_decisions(rng, market))
    programs = [replace(program, rules=Rules(max_bars=bars)) for bars in (0, 1, 2, 7, 30)]
    runner = Runner(market)
    alone = [runner.batch(arena, [program])[0] for program in programs]
    assert (runner.batch(arena, programs) == np.array(alone)).all()
    assert runner.batch(arena, []).shape == (0, 8)
