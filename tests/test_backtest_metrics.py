"""Report figures and criteria against hand-worked ones, the statistics module and pandas."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import pandas as pd
import pytest

from backtest.contract.meter import DrawdownMeter
from backtest.criteria import bars_per_year, criteria, profit_factor, sharpe, stability
from backtest.excursions import excursions
from backtest.market import Market
from backtest.metrics import Report, linear_regression, report, sharpe_of_trades, z_score
from backtest.reference import simulate
from backtest.result import Deal, Deals, Drawdown, Refusals, Result
from backtest.streaks import streaks
from tests.support.bars import EURUSD, HOUR, MONDAY, decisions, hand_bars, mask
from tests.support.cases import FLAT

RESULTS = (120.0, -50.0, -30.5, 80.25, 10.0, -200.0, 0.0, 300.0, 45.5, 60.75)
DEPOSIT = 1_000.0


def traded(results: Sequence[float]) -> tuple[Result, Market]:
    """Return a result with these trades, each two bars long from bar 3k, long and short in turn."""
    bars = hand_bars([FLAT] * (3 * len(results) + 3))
    deals, balance = [], DEPOSIT
    for k, profit in enumerate(results):
        for entry, bar in ((1, 3 * k), (0, 3 * k + 2)):
            gain = 0.0 if entry else profit
            balance = round(balance + gain, 2)
            side = 1 if k % 2 == 0 else -1
            time = MONDAY + bar * HOUR
            reason = 0 if entry else 9
            deals.append(
                Deal(time, bar, entry, side, 1.0, 100_000, 0, 0, gain, 0.0, 0.0, reason, balance)
            )
    table = Deals.of(deals)
    equity = np.full(len(bars), DEPOSIT)
    for deal in deals:
        equity[deal.bar :] = deal.balance
    net = round(balance - DEPOSIT, 2)
    meter = DrawdownMeter(DEPOSIT)
    for value in equity.tolist():
        meter.feed(value)
    result = Result(DEPOSIT, 0, table, equity, meter.drawdown(), 0, net, net, Refusals())
    return result, Market(bars, EURUSD)


@pytest.fixture(scope="module")
def figures() -> Report:
    return report(*traded(RESULTS))


def test_profits_add_up(figures: Report) -> None:
    # Won: 120 + 80.25 + 10 + 300 + 45.5 + 60.75 = 616.50; lost: 50 + 30.5 + 200 = 280.50.
    assert (figures.gross_profit, figures.gross_loss) == (616.5, -280.5)
    assert figures.net_profit == 336.0
    assert figures.balance == 1_336.0
    assert figures.profit_factor == pytest.approx(616.5 / 280.5)
    assert figures.expected_payoff == pytest.approx(33.6)


def test_trades_are_counted_by_side_and_outcome(figures: Report) -> None:
    assert (figures.trades, figures.deals) == (10, 20)
    assert (figures.long_trades, figures.short_trades) == (5, 5)
    # Long are the 1st, 3rd, 5th ...: 120, -30.5, 10, 0, 45.5: 3 of 5 won; short: 80.25, 300, 60.75.
    assert (figures.long_won_percent, figures.short_won_percent) == (60.0, 60.0)
    assert (figures.profit_trades, figures.loss_trades, figures.won_percent) == (6, 4, 60.0)
    assert (figures.largest_profit, figures.largest_loss) == (300.0, -200.0)
    assert figures.average_profit == pytest.approx(616.5 / 6)
    assert figures.average_loss == pytest.approx(-280.5 / 4)


def test_runs_of_wins_and_losses(figures: Report) -> None:
    # W 120 | L -80.5 (2) | W 90.25 (2) | L -200 (2, one of them 0) | W 406.25 (3)
    assert (figures.max_wins, figures.max_wins_money) == (3, 406.25)
    assert (figures.max_losses, figures.max_losses_money) == (2, -80.5)
    assert (figures.max_win_streak_money, figures.max_win_streak_trades) == (406.25, 3)
    assert (figures.max_loss_streak_money, figures.max_loss_streak_trades) == (-200.0, 2)
    assert (figures.average_wins, figures.average_losses) == (2.0, 2.0)


def test_balance_drawdowns_are_metatraders(figures: Report) -> None:
    # Balances: 1120 1070 1039.5 1119.75 1129.75 929.75 929.75 1229.75 1275.25 1336.
    # The largest fall, 1129.75 - 929.75 = 200, is 17.70 % of its peak and the largest in percent.
    assert figures.balance_drawdown == 200.0
    assert figures.balance_drawdown_percent == pytest.approx(200 / 1129.75 * 100)
    assert figures.balance_drawdown_relative == pytest.approx(200 / 1129.75 * 100)
    assert figures.balance_drawdown_absolute == pytest.approx(1000 - 929.75)
    assert figures.recovery_factor == pytest.approx(336 / 200)


def test_largest_drawdown_in_money_and_in_percent_may_be_two() -> None:
    # 1000 -> 800 is 20 %; 3000 -> 2500 is 500 but 16.67 %.
    meter = DrawdownMeter(1_000.0)
    for value in (800.0, 3_000.0, 2_500.0, 2_600.0):
        meter.feed(value)
    found = meter.drawdown()
    assert found.money == 500.0
    assert found.percent_at_money == pytest.approx(500 / 3000 * 100)
    assert (found.percent, found.money_at_percent) == (20.0, 200.0)
    assert found.lowest == 800.0


def test_returns_give_sharpe_and_means(figures: Report) -> None:
    balances = list(accumulate(RESULTS, initial=DEPOSIT))
    returns = [after / before for before, after in pairwise(balances)]
    mean, deviation = statistics.mean(returns), statistics.stdev(returns)
    assert figures.sharpe_trades == pytest.approx((mean - 1) / deviation * math.sqrt(252))
    assert figures.ahpr == pytest.approx(mean)
    assert figures.ghpr == pytest.approx(statistics.geometric_mean(returns))


def test_regression_of_the_balance_is_that_of_the_statistics_module(figures: Report) -> None:
    after = list(accumulate(RESULTS, initial=DEPOSIT))[1:]
    numbers = list(range(1, 11))
    assert figures.regression_correlation == pytest.approx(statistics.correlation(numbers, after))
    slope, intercept = statistics.linear_regression(numbers, after)
    errors = [y - slope * x - intercept for x, y in zip(numbers, after, strict=True)]
    assert figures.regression_error == pytest.approx(math.sqrt(sum(e * e for e in errors) / 8))


def test_z_score_of_runs() -> None:
    # 12 trades, 6 won, 6 lost, always in turn: 12 runs. P = 72; (12 * 11.5 - 72) / sqrt(72*60/11).
    alternating = np.array([1.0, -1.0] * 6)
    assert z_score(alternating) == pytest.approx((12 * 11.5 - 72) / math.sqrt(72 * 60 / 11))
    together = np.array([1.0] * 6 + [-1.0] * 6)
    assert z_score(together) == pytest.approx((12 * 1.5 - 72) / math.sqrt(72 * 60 / 11))
    assert z_score(np.array([1.0] * 5)) == 0.0


def test_z_score_has_its_probability(figures: Report) -> None:
    # P = 2 * 6 * 4 = 48, 5 runs: (10 * 4.5 - 48) / sqrt(48 * 38 / 9) = -0.21073; 16.69 %.
    assert figures.z_score == pytest.approx(-0.21073, abs=1e-5)
    assert figures.z_probability == pytest.approx(16.69, abs=0.01)


def test_holding_times_and_exposure(figures: Report) -> None:
    assert (figures.holding_min_s, figures.holding_max_s) == (2 * HOUR, 2 * HOUR)
    assert figures.holding_average_s == 2 * HOUR
    assert figures.exposure == pytest.approx(100 * 20 / 33)


def test_runs_keep_the_first_of_equals() -> None:
    money = np.array([1.0, 1.0, -5.0, 2.0, 2.0])
    found = streaks(money, money > 0)
    assert (found.longest, found.longest_money) == (2, 2.0)
    assert (found.richest, found.richest_money) == (2, 4.0)
    assert found.average == 2.0


def test_excursions_correlate_with_profit() -> None:
    # Four longs: their best closes rise with their exits, so profit and MFE go together.
    rows, entry_rows, exit_rows = [], [], []
    for k in range(4):
        entry_rows.append(3 * k)
        exit_rows.append(3 * k + 2)
        top = 100_000 + 50 * (k + 1)
        rows += [FLAT, (100_000, top, 99_900 + 10 * k, top - 20), (top - 20,) * 4]
    bars = hand_bars([*rows, FLAT])
    market = Market(bars, EURUSD)
    wants = decisions(13, long_entry=mask(13, *entry_rows), long_exit=mask(13, *exit_rows))
    found = report(simulate(market, wants), market)
    assert found.correlation_profit_mfe == pytest.approx(1.0)
    assert found.correlation_profit_mae == pytest.approx(1.0)


def test_excursions_count_whole_bars_before_the_exit_and_its_fill() -> None:
    # Long from 100010; bar 1 ranges from 99900 to 100100; the exit is at the open of bar 2.
    rows = [FLAT, (100_000, 100_100, 99_900, 100_000), (100_050, 101_000, 99_000, 100_000)]
    market = Market(hand_bars([*rows, FLAT]), EURUSD)
    wants = decisions(4, long_entry=mask(4, 1), long_exit=mask(4, 2))
    best, worst = excursions(simulate(market, wants), market)
    assert best.tolist() == [90.0]
    assert worst.tolist() == [-110.0]


def test_profit_factor_is_capped_and_defined_without_losses() -> None:
    assert profit_factor(30.0, 10.0) == 3.0
    assert profit_factor(300.0, 10.0) == 10.0
    assert profit_factor(5.0, 0.0) == 10.0
    assert profit_factor(0.0, 5.0) == 0.0
    assert profit_factor(0.0, 0.0) == 0.0


def test_stability_is_r_squared_with_the_sign_of_the_slope() -> None:
    rng = np.random.default_rng(5)
    for drift in (3.0, -3.0):
        balances = 1_000 + np.cumsum(rng.normal(drift, 10, 50))
        number = pd.Series(np.arange(50.0))
        correlation = number.corr(pd.Series(balances))
        assert stability(balances) == pytest.approx(correlation * abs(correlation))
    assert stability(np.arange(5.0)) == pytest.approx(1.0)
    assert stability(-np.arange(5.0)) == pytest.approx(-1.0)
    assert stability(np.full(9, 1_000.1)) == 0.0
    assert stability(np.array([])) == stability(np.array([1.0])) == 0.0


def test_sharpe_is_annualised_mean_over_deviation_of_equity_changes() -> None:
    equity = np.array([1_010.0, 1_005.0, 1_030.0, 1_020.0])
    changes = pd.Series([10.0, -5.0, 25.0, -10.0])
    expected = changes.mean() / changes.std() * math.sqrt(6_000)
    assert sharpe(equity, 1_000.0, 6_000) == pytest.approx(expected)
    assert sharpe(np.full(4, 1_000.0), 1_000.0, 6_000) == 0.0
    assert sharpe(np.array([1_000.0]), 1_000.0, 6_000) == 0.0


def test_year_has_as_many_bars_as_the_window_shows() -> None:
    # 24 hourly bars in a day without holes: 8766 a year; half of them missing: 4383.
    full = hand_bars([FLAT] * 24)
    assert bars_per_year(Market(full, EURUSD)) == pytest.approx(8_766)
    times = [MONDAY + 2 * k * HOUR for k in range(1000)]
    holes = hand_bars([FLAT] * 1000, times=times)
    assert bars_per_year(Market(holes, EURUSD)) == pytest.approx(4_383, rel=1e-3)


def test_criteria_of_a_result_are_its_figures(figures: Report) -> None:
    found = criteria(*traded(RESULTS))
    assert found["net_profit"] == figures.net_profit
    assert found["profit_factor"] == pytest.approx(figures.profit_factor)
    assert found["max_drawdown"] == figures.equity_drawdown_relative
    assert found["stability"] == figures.stability
    assert found["sharpe"] == figures.sharpe_bars


def test_no_trades_give_defined_figures() -> None:
    result, market = traded([])
    found = criteria(result, market)
    assert found == dict.fromkeys(found, 0.0)
    figures = report(result, market).as_dict()
    assert figures.pop("ahpr") == figures.pop("ghpr") == 1.0
    expected = {"bars": 3, "deposit": DEPOSIT, "balance": DEPOSIT}
    assert {name: value for name, value in figures.items() if value} == expected


def test_one_trade_and_a_ruined_account_give_finite_figures() -> None:
    for results in ([5.0], [-5.0], [0.0], [-1_000.0, 5.0], [-2_000.0, 100.0]):
        values = report(*traded(results)).as_dict().values()
        assert np.isfinite(list(values)).all()


def test_few_points_have_no_regression_and_no_sharpe() -> None:
    assert linear_regression(np.array([1.0, 2.0])) == (0.0, 0.0)
    assert sharpe_of_trades(np.array([1.1])) == 0.0
    assert sharpe_of_trades(np.array([1.1, 1.1])) == 0.0


def test_deals_table_shows_prices_times_and_words() -> None:
    bars = hand_bars([FLAT] * 4)
    market = Market(bars, EURUSD)
    wants = decisions(4, short_entry=mask(4, 1), short_exit=mask(4, 2), take_profit=0.001)
    table = simulate(market, wants).to_frame(5)
    assert table["type"].tolist() == ["sell", "buy"]
    assert table["direction"].tolist() == ["in", "out"]
    assert table["price"].tolist() == [1.0, 1.0001]
    assert table["take_profit"].tolist() == [0.999, 0.999]
    assert table["stop_loss"].isna().all()
    assert table["reason"].tolist() == ["entry", "exit_signal"]
    assert str(table["time"][0]) == "2024-01-01 01:00:00"


def test_empty_deals_are_an_empty_table() -> None:
    table = Deals.of([])
    assert len(table) == 0
    assert list(table) == []
    result = Result(
        100.0, 0, table, np.zeros(0), Drawdown(0, 0, 0, 0, 100), 0, 0.0, 0.0, Refusals()
    )
    assert result.to_frame(5).empty
    assert result.balance == 100.0
