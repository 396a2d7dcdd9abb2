"""What must hold for every simulation, on random bars and decisions made to be nasty."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.checks import check_market
from backtest.criteria import CRITERIA, criteria
from backtest.market import Costs, Market
from backtest.metrics import report
from backtest.program import Decisions, Size
from backtest.reference import simulate
from backtest.result import CloseReason, Deal, Result
from codegen.verify.markets import nasty_bars, nasty_market
from tests.support.bars import EURUSD, nasty_decisions

SEEDS = range(60)
DISTANCES = ("stop_loss", "take_profit", "trailing_stop", "break_even", "break_even_offset")
Run = tuple[Market, Decisions, Result]


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    made = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        market = nasty_market(rng, 300)
        check_market(market)
        wants = nasty_decisions(rng, market)
        made.append((market, wants, simulate(market, wants)))
    return made


def test_the_random_cases_reach_every_kind_of_close(runs: list[Run]) -> None:
    seen = {int(code) for _, _, result in runs for code in result.deals.reason}
    assert seen == {int(reason) for reason in CloseReason}
    assert sum(result.ambiguous_bars for _, _, result in runs) > 20
    assert all(
        sum(getattr(r.refusals, cause) for _, _, r in runs)
        for cause in ("warmup", "both_signals", "blocked", "distance", "level", "volume", "margin")
    )


def test_balance_is_the_deposit_and_all_deals(runs: list[Run]) -> None:
    for _, _, result in runs:
        deals = result.deals
        total = result.deposit + np.cumsum(deals.profit + deals.commission + deals.swap)
        np.testing.assert_allclose(deals.balance, total, rtol=0, atol=1e-6)
        assert result.equity[-1] == result.balance
        assert result.trade_results.sum() == pytest.approx(result.net_profit, abs=1e-6)


def test_deals_come_in_pairs_of_one_position(runs: list[Run]) -> None:
    for _, _, result in runs:
        deals = list(result.deals)
        assert [d.entry for d in deals] == [1, 0] * (len(deals) // 2)
        for opened, closed in zip(deals[0::2], deals[1::2], strict=True):
            assert (opened.side, opened.lots) == (closed.side, closed.lots)
        assert all(a.bar <= b.bar and a.time <= b.time for a, b in pairwise(deals))


def test_same_direction_is_not_entered_at_the_open_that_closed_it(runs: list[Run]) -> None:
    at_open = (CloseReason.SESSION, CloseReason.MAX_BARS, CloseReason.EXIT_SIGNAL)
    for _, _, result in runs:
        for closed, opened in pairwise(result.deals):
            if closed.reason in at_open and opened.bar == closed.bar:
                assert opened.side == -closed.side


def test_entries_follow_a_signal_inside_the_window_after_the_warm_up(runs: list[Run]) -> None:
    for market, wants, result in runs:
        for deal in result.deals:
            assert market.first <= deal.bar < market.end
            if deal.entry:
                wanted = wants.long_entry if deal.side > 0 else wants.short_entry
                other = wants.short_entry if deal.side > 0 else wants.long_entry
                assert wanted[deal.bar]
                assert not other[deal.bar]
                assert wants.entry_filter[deal.bar]
                assert deal.bar >= wants.warmup


def spread_at(market: Market, bar: int) -> int:
    known = market.bars.spread[: bar + 1]
    known = known[known > 0]
    return int(known[-1]) if len(known) else market.costs.spread


def reach(market: Market, deal: Deal) -> tuple[int, int]:
    """Return the lowest and highest price at which a deal of this bar can fill."""
    bars, tick = market.bars, market.symbol.tick_points
    room = market.costs.slippage + 2 * tick  # ask and fill are both rounded to the tick
    low, high = int(bars.low[deal.bar]), int(bars.high[deal.bar])
    buys = (deal.side > 0) == bool(deal.entry)
    spread = spread_at(market, deal.bar) if buys else 0
    return low + spread - room, high + spread + room


def test_fills_lie_inside_their_bar(runs: list[Run]) -> None:
    for market, _, result in runs:
        for deal in result.deals:
            assert deal.price % market.symbol.tick_points == 0
            low, high = reach(market, deal)
            if deal.reason == CloseReason.TAKE_PROFIT:  # fills at its level, though the bar gapped
                assert deal.price <= high if deal.side > 0 else deal.price >= low
            elif deal.reason != CloseReason.STOP_LOSS or market.costs.gap == "market":
                assert low <= deal.price <= high


def test_drawdown_is_at_least_that_of_the_closes(runs: list[Run]) -> None:
    for _, _, result in runs:
        equity = np.concatenate([[result.deposit], result.equity])
        falls = np.maximum.accumulate(equity) - equity
        assert result.drawdown.money >= falls.max() - 1e-9
        assert result.drawdown.lowest <= equity.min() + 1e-9


def test_equity_is_what_the_deals_and_closes_say(runs: list[Run]) -> None:
    checked = 0
    for market, _, result in runs:
        symbol = market.symbol
        if symbol.profit_currency != market.account.currency or symbol.swap_mode != "none":
            continue
        value = symbol.contract_size / 10**symbol.digits
        if result.fixed_tick_value:
            value = market.costs.tick_value / symbol.tick_points
        expected = np.full(market.end, result.deposit)
        for opened, closed in zip(*[iter(result.deals)] * 2, strict=True):
            for t in range(opened.bar, closed.bar):
                quote = int(market.bars.close[t])
                if opened.side < 0:
                    tick = symbol.tick_points
                    quote = -(-(quote + spread_at(market, t)) // tick) * tick
                points = opened.side * (quote - opened.price)
                expected[t] = opened.balance + points * opened.lots * value
            expected[closed.bar :] = closed.balance
        np.testing.assert_allclose(result.equity, expected[market.first :], rtol=0, atol=1e-6)
        checked += len(result.deals)
    assert checked > 100


def test_net_profit_both_ways_is_that_of_tests_run_both_ways(runs: list[Run]) -> None:
    for market, wants, result in runs[:20]:
        if not result.ambiguous_bars:
            continue
        for mode in ("pessimistic", "optimistic"):
            costs = replace(market.costs, both_touched=mode)
            again = simulate(replace(market, costs=costs), wants)
            assert again.net_profit == getattr(result, f"net_profit_{mode}")


def test_the_same_inputs_give_the_same_result(runs: list[Run]) -> None:
    market, wants, result = runs[3]
    again = simulate(market, wants)
    assert list(again.deals) == list(result.deals)
    assert again.equity.tobytes() == result.equity.tobytes()


def test_the_future_changes_nothing_of_the_past(runs: list[Run]) -> None:
    for market, wants, result in runs[:20]:
        half = (market.first + market.end) // 2
        early = simulate(replace(market, last=half), wants)
        before = [d for d in result.deals if d.bar < half - 1]
        assert list(early.deals)[: len(before)] == before


def reflected(bars: Bars) -> Bars:
    """Return the bars with every price reflected at a level above them all."""
    axis = 2 * int(bars.high.max())
    low, high = axis - bars.high, axis - bars.low
    return replace(bars, open=axis - bars.open, high=high, low=low, close=axis - bars.close)


def near_levels(wants: Decisions) -> Decisions:
    """Return decisions whose levels stay above 0, the one limit that has no mirror image."""
    near = {
        name: np.minimum(column, 0.05)
        for name in DISTANCES
        if (column := getattr(wants, name)) is not None
    }
    return replace(wants, **near)


def test_reflected_prices_and_signals_reflect_every_trade_without_spread() -> None:
    trades = 0
    for seed in range(30):
        rng = np.random.default_rng(1000 + seed)
        bars = nasty_bars(rng, 300)
        bars = replace(bars, spread=np.zeros(300, dtype=np.int64))
        modes = ("pessimistic", "optimistic", "path")
        costs = Costs(spread=0, both_touched=modes[seed % 3])  # type: ignore[arg-type]
        market = Market(bars, EURUSD, costs=costs)
        wants = near_levels(replace(nasty_decisions(rng, market), size=Size("lots", 0.01)))
        mirror = replace(
            wants,
            long_entry=wants.short_entry,
            short_entry=wants.long_entry,
            long_exit=wants.short_exit,
            short_exit=wants.long_exit,
        )
        result, other = (
            simulate(market, wants),
            simulate(replace(market, bars=reflected(bars)), mirror),
        )
        assert result.trade_results.tolist() == other.trade_results.tolist()
        assert (result.deals.side == -other.deals.side).all()
        assert result.drawdown.money == pytest.approx(other.drawdown.money)
        trades += result.trades
    assert trades > 300


def test_all_figures_are_finite_whatever_was_traded(runs: list[Run]) -> None:
    for market, _, result in runs:
        figures = criteria(result, market)
        assert tuple(figures) == CRITERIA
        assert np.isfinite(list(figures.values())).all()
        assert np.isfinite(list(report(result, market).as_dict().values())).all()
