"""Comparison of deals, causes of divergence; an engine stands in the place of compiled text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from backtest.market import Account, Costs, Market, Symbol
from backtest.result import CloseReason, Deal, Deals
from codegen.verify.cause import Cause
from codegen.verify.compare import MISSING, first_difference
from codegen.verify.engine import Engine
from codegen.verify.evidence import READY
from codegen.verify.markets import nasty_bars
from codegen.verify.verify import Divergence, Replayed, verify
from dsl.text.lower import parse

TEXT = """strategy "Two averages" {
    enter long when ema(close, 8) > sma(close, 13)
    enter short when rsi(close, 9) < 40
    exit long when ema(close, 8) < low[2]
    exit short when rsi(close, 9) > 60
    stop loss 2 * atr(14)
    take profit 3 * atr(14)
    trailing stop 2 * atr(14)
    size 0.1 lots
}"""
STRATEGY = parse(TEXT)
SYMBOL = Symbol("TEST", 5, swap_mode="points", swap_long=-5.0, swap_short=2.0)
MARKET = Market(
    nasty_bars(np.random.default_rng(3), 300), SYMBOL, Account(), Costs(spread=12, commission=3.5)
)
Change = Callable[[Deal], Deal]


@dataclass(frozen=True)
class Stand:
    """An expert that is an engine of its own: another strategy, market, or other deals."""

    text: str = TEXT
    market: Mapping[str, object] | None = None
    change: Change | None = None
    values: Mapping[str, float] | None = None
    journal: str = ""

    def replay(self, market: Market, *, traced: bool = False) -> Replayed:
        seen = replace(market, **(self.market or {}))  # type: ignore[arg-type]
        engine = Engine(parse(self.text), seen)
        deals = engine.until(market.end)
        if self.change:
            deals = Deals.of(map(self.change, deals))
        row = market.end - 1
        state = engine.state(row, Deals.of(()), deals)
        said = ((row, self.journal),) if self.journal else ()
        decision = {**state.decision, **(self.values or {})}
        return Replayed(deals, "", said, state.values, decision, np.empty(0))


def divergence(stand: Stand) -> Divergence:
    found = verify(STRATEGY, MARKET, stand)
    assert not found.holds
    assert found.divergence is not None
    return found.divergence


def test_the_same_text_gives_the_same_deals() -> None:
    found = verify(STRATEGY, MARKET, Stand())
    assert found.holds
    assert len(found.expected.deals) > 20


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("sma(close, 13)", "sma(close, 12)", "sma_1"),
        ("atr(14)", "atr(15)", "atr_1"),
        ("low[2]", "low[3]", "low_1"),
    ],
)
def test_another_value_of_an_indicator_is_named(before: str, after: str, named: str) -> None:
    found = divergence(Stand(TEXT.replace(before, after))).verdict
    assert found.cause is Cause.INDICATOR
    assert found.text.startswith(f"{named}, ")


@pytest.mark.parametrize(
    ("before", "after"), [("< 40", "> 40"), ("(close, 8) < low", "(close, 8) > low")]
)
def test_another_decision_from_the_same_values_is_a_signal(before: str, after: str) -> None:
    assert divergence(Stand(TEXT.replace(before, after))).verdict.cause is Cause.SIGNAL


def test_a_stop_that_moves_otherwise_is_found_where_it_moved() -> None:
    def lowered(deal: Deal) -> Deal:
        return deal._replace(stop=deal.stop - 1) if not deal.entry and deal.side > 0 else deal

    found = divergence(Stand(change=lowered))
    assert found.verdict.cause is Cause.PRICE
    assert "stop" in found.verdict.text
    assert found.evidence.row < int(np.searchsorted(MARKET.bars.time, MARKET.bars.time[-1]))


@pytest.mark.parametrize(
    ("field", "cause"),
    [
        ("lots", Cause.LOTS),
        ("price", Cause.FILL),
        ("stop", Cause.PRICE),
        ("target", Cause.PRICE),
        ("profit", Cause.COST),
        ("commission", Cause.COST),
        ("swap", Cause.COST),
    ],
)
def test_a_field_of_a_deal_tells_the_cause(field: str, cause: Cause) -> None:
    def changed(deal: Deal) -> Deal:
        return deal._replace(**{field: getattr(deal, field) + 1})

    assert divergence(Stand(change=changed)).verdict.cause is cause


def test_other_fills_of_the_broker_are_told_from_other_wishes() -> None:
    costs = replace(MARKET.costs, both_touched="optimistic", gap="order")
    found = divergence(Stand(market={"costs": costs})).verdict
    assert found.cause is Cause.FILL


def test_entries_that_one_side_leaves_out_are_explained_by_its_journal() -> None:
    account = replace(MARKET.account, leverage=0.1)
    stand = Stand(market={"account": account}, journal="no entry: 0.1 lots need a margin of 9e9")
    found = divergence(stand).verdict
    assert found.cause is Cause.LOTS
    assert "need a margin" in found.text


def test_a_warm_up_that_ends_elsewhere_is_told() -> None:
    found = divergence(Stand(change=lambda d: d._replace(lots=9.0), values={READY: 0.0}))
    assert found.verdict.cause is Cause.WARM_UP


def test_an_expert_that_does_not_run_is_a_matter_of_data() -> None:
    class Refused(Stand):
        def replay(self, market: Market, *, traced: bool = False) -> Replayed:
            return Replayed(Deals.of(()), "OnInit returned 1", (), {}, {}, np.empty(0))

    found = divergence(Refused())
    assert found.verdict.cause is Cause.DATA
    assert "OnInit returned 1" in found.verdict.text


def test_cents_and_rows_may_differ_less_than_a_cent_and_freely() -> None:
    deal = Deal(0, 1, 1, 1, 0.1, 100, 90, 120, 0.0, -0.35, 0.0, int(CloseReason.ENTRY), 99.65)
    near = deal._replace(bar=7, balance=99.6500001, lots=0.1 + 1e-12)
    assert first_difference(Deals.of([deal]), Deals.of([near])) is None
    far = first_difference(Deals.of([deal]), Deals.of([near._replace(balance=99.66)]))
    assert far is not None
    assert far.field == "balance"
    lone = first_difference(Deals.of([deal]), Deals.of(()))
    assert lone is not None
    assert lone.field == MISSING


def test_levels_that_no_price_reaches_are_as_exact_as_their_values() -> None:
    deal = Deal(0, 1, 1, 1, 0.1, 100, 90, 1_143_768_194, 0.0, 0.0, 0.0, 0, 100.0)
    assert (
        first_difference(Deals.of([deal]), Deals.of([deal._replace(target=1_143_768_193)])) is None
    )
    assert first_difference(Deals.of([deal]), Deals.of([deal._replace(stop=89)])) is not None
    below = deal._replace(target=-40)
    assert first_difference(Deals.of([below]), Deals.of([below])) is None
