"""Money: conversion, volume, rounding, costs, equity (rules 21, 22, 25 to 27)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backtest.contract.money import ceil_slack, floor_slack, money
from backtest.contract.swap import date_of, nights
from backtest.market import Account, Costs, Symbol
from backtest.program import Size
from dsl.errors import DataError
from tests.support.bars import EURUSD, HOUR, MONDAY, hand_bars
from tests.support.cases import FLAT, closes, play

USDJPY = Symbol("USDJPY", digits=3, base_currency="USD", profit_currency="JPY")
DAY = 24 * HOUR


def at(price: int) -> tuple[int, int, int, int]:
    return (price, price, price, price)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.125, 0.13),
        (-0.125, -0.13),
        (1.005, 1.01),  # 1.005 is a hair below in binary; the slack counts it as a half
        (2.674, 2.67),
        (-0.001, 0.0),
        (0.0, 0.0),
    ],
)
def test_money_is_rounded_to_cents_half_away_from_zero(x: float, expected: float) -> None:
    assert money(x) == expected
    assert str(money(x)) == str(expected)  # no -0.0


def test_integers_are_found_with_slack() -> None:
    assert [floor_slack(x) for x in (2.9999999, 2.999, -1.0)] == [3, 2, -1]
    assert [ceil_slack(x) for x in (3.0000001, 3.001, -1.0)] == [3, 4, -1]


def test_profit_in_the_deposit_currency_is_points_times_value() -> None:
    # 0.37 lots, 100010 to 100133: 123 points * 0.37 = 45.51.
    bars = hand_bars([FLAT, FLAT, at(100_133)])
    result = play(bars, long_entry=[1], size=Size("lots", 0.37))
    assert result.deals.profit.tolist() == [0.0, 45.51]
    assert result.balance == 10_045.51


def test_profit_of_a_pair_based_on_the_deposit_currency_is_converted_at_the_fill() -> None:
    # USDJPY 150.000, spread 10, one lot: long from 150.010.
    # Gain: closes at bid 151.000, ask 151.010: 990 points = 99000 JPY / 151.010 = 655.5857
    gain = play(
        hand_bars([at(150_000), at(150_000), at(151_000)], digits=3), symbol=USDJPY, long_entry=[1]
    )
    assert gain.deals.profit[1] == 655.59
    # Loss: bid 149.000: 1010 points = 101000 JPY / 149.000 = 677.8523
    loss = play(
        hand_bars([at(150_000), at(150_000), at(149_000)], digits=3), symbol=USDJPY, long_entry=[1]
    )
    assert loss.deals.profit[1] == -677.85
    # Short from 150.000, closed at ask 149.010: 990 points = 99000 JPY / 149.010 = 664.3849
    short = play(
        hand_bars([at(150_000), at(150_000), at(149_000)], digits=3), symbol=USDJPY, short_entry=[1]
    )
    assert short.deals.profit[1] == 664.38


def test_conversion_series_is_read_at_its_last_bar_begun_at_the_worse_side() -> None:
    # Profit USD, deposit CHF, pair USDCHF: 0.90000 at bars 0 and 1, 0.80000 from bar 3; spread 20.
    # Close at bar 2: 90 points gained * 0.90000 = 81.00; 110 lost * 0.90020 = 99.022. Close at bar
    # 3, with whose open the pair falls: 72.00 and 88.022.
    pair = hand_bars(
        [at(90_000), at(90_000), at(80_000)],
        spread=20,
        times=[MONDAY - HOUR, MONDAY + HOUR, MONDAY + 3 * HOUR],
    )
    account = Account(currency="CHF")
    market: dict[str, Any] = {"conversion": pair}
    cases = ((100_100, 2, 81.0), (99_900, 2, -99.02), (100_100, 3, 72.0), (99_900, 3, -88.02))
    for price, bar, profit in cases:
        bars = hand_bars([FLAT, FLAT, at(price), at(price)])
        result = play(bars, account=account, market=market, long_entry=[1], long_exit=[bar])
        assert result.deals.profit[1] == profit


def test_conversion_series_that_quotes_the_other_way_divides() -> None:
    # Deposit GBP, pair GBPUSD 1.25000 / 1.25020: 90 / 1.25020 = 71.988; 110 / 1.25000 = 88.
    pair = hand_bars([at(125_000)], spread=20)
    account = Account(currency="GBP")
    market: dict[str, Any] = {"conversion": pair, "conversion_inverse": True}
    for price, profit in ((100_100, 71.99), (99_900, -88.0)):
        bars = hand_bars([FLAT, FLAT, at(price)])
        result = play(bars, account=account, market=market, long_entry=[1])
        assert result.deals.profit[1] == profit


def test_missing_conversion_series_is_an_error() -> None:
    with pytest.raises(DataError, match="profit in USD cannot be turned into CHF"):
        play(hand_bars([FLAT] * 3), account=Account(currency="CHF"))


def test_fixed_tick_value_is_used_and_said() -> None:
    # 0.5 a tick of 5 points and lot: 90 points = 18 ticks = 9.00.
    symbol = replace(EURUSD, tick_points=5)
    bars = hand_bars([FLAT, FLAT, at(100_100)])
    result = play(bars, symbol=symbol, costs=Costs(tick_value=0.5), long_entry=[1])
    assert result.deals.profit[1] == 9.0
    assert result.fixed_tick_value


@pytest.mark.parametrize(
    ("size", "stop", "lots"),
    [
        # 1 % of 10000 = 100 over 47 points of 1.00: 2.1276 -> 2.12
        (Size("risk", 1.0), 0.00047, 2.12),
        # 100 / 50 = exactly 2.00, not 1.99 by a last bit
        (Size("risk", 1.0), 0.0005, 2.0),
        # 0.1 % = 10 over 1500 points: 0.0066 is below the least volume
        (Size("risk", 0.1), 0.015, None),
        (Size("lots", 0.299), None, 0.29),
        (Size("lots", 0.3), None, 0.3),
        (Size("lots", 0.009), None, None),
        (Size("lots", 70.0), None, 5.0),
    ],
)
def test_volume_is_floored_to_the_step_within_its_limits(
    size: Size, stop: float | None, lots: float | None
) -> None:
    symbol = replace(EURUSD, lots_max=5.0)
    result = play(hand_bars([FLAT] * 3), symbol=symbol, long_entry=[1], size=size, stop_loss=stop)
    if lots is None:
        assert len(result.deals) == 0
        assert result.refusals.volume == 1
    else:
        assert result.deals.lots[0] == pytest.approx(lots, abs=1e-12)


def test_least_volume_is_not_missed_by_the_last_bit() -> None:
    # 11 * 0.03 is a hair below 0.33 in binary.
    symbol = replace(EURUSD, lots_step=0.03, lots_min=0.33)
    result = play(hand_bars([FLAT] * 3), symbol=symbol, long_entry=[1], size=Size("lots", 0.33))
    assert result.trades == 1


def test_risk_is_measured_to_the_stop_after_it_was_moved_out() -> None:
    # The stop wanted at 10 points goes to bid - 200 = 99800: 210 points from the ask; 100 / 210.
    symbol = replace(EURUSD, stops_level=200)
    bars = hand_bars([FLAT] * 3)
    wanted: dict[str, Any] = {"size": Size("risk", 1.0), "stop_loss": 0.0001}
    result = play(bars, symbol=symbol, long_entry=[1], **wanted)
    assert result.deals.lots[0] == pytest.approx(0.47)


def test_risk_uses_the_loss_value_at_the_open() -> None:
    # USDJPY: 1000 points = 1.000 JPY * 100000 / 150.000 = 666.67 a lot; 100 / 666.67 = 0.15
    bars = hand_bars([at(150_000)] * 3, digits=3)
    wanted: dict[str, Any] = {"size": Size("risk", 1.0), "stop_loss": 1.0}
    result = play(bars, symbol=USDJPY, long_entry=[1], **wanted)
    assert result.deals.lots[0] == pytest.approx(0.15)


def test_risk_uses_the_balance_after_the_close_at_the_same_open() -> None:
    # Long 2 lots (100 / 50) gain 2 * 990 = 1980, then short: 119.80 / 50 = 2.396.
    bars = hand_bars([FLAT, FLAT, at(101_000), at(101_000)])
    result = play(
        bars,
        long_entry=[1],
        long_exit=[2],
        short_entry=[2],
        size=Size("risk", 1.0),
        stop_loss=0.0005,
    )
    assert result.deals.lots[2] == pytest.approx(2.39)


def test_risk_without_a_stop_loss_is_an_error() -> None:
    with pytest.raises(DataError, match="no stop loss"):
        play(hand_bars([FLAT] * 3), long_entry=[1], size=Size("risk", 1.0))


def test_commission_is_rounded_and_booked_with_each_deal() -> None:
    # 0.37 * 3.55 = 1.3135 -> 1.31, twice; 10 points of spread: -3.70.
    result = play(
        hand_bars([FLAT] * 3),
        costs=Costs(commission=3.55),
        long_entry=[1],
        size=Size("lots", 0.37),
    )
    assert result.deals.commission.tolist() == [-1.31, -1.31]
    assert result.deals.balance.tolist() == [9_998.69, 9_993.68]
    assert result.trade_results.tolist() == [-6.32]


def test_nights_count_the_dates_left_behind() -> None:
    monday = date_of(MONDAY)
    assert [nights(monday + d, monday + d + 1, 3) for d in range(7)] == [1, 1, 3, 1, 1, 0, 0]
    assert nights(monday, monday, 3) == 0
    assert nights(monday, monday + 7, 3) == 7
    assert nights(monday, monday + 7, 5) == 7  # Friday triple
    assert nights(monday, monday + 7, 0) == 8  # Sunday triple: as the broker says


SWAP = replace(EURUSD, swap_mode="points", swap_long=-7.0, swap_short=2.5)


def test_swap_of_points_is_charged_per_night_and_booked_with_the_exit() -> None:
    # Days Monday to Saturday by bars of a day: entered Tuesday (row 1), closed Friday (row 4):
    # nights Tuesday 1, Wednesday 3, Thursday 1 = 5 * -7 = -35.00.
    bars = hand_bars([FLAT] * 6, timeframe=DAY)
    result = play(bars, symbol=SWAP, long_entry=[1], long_exit=[4])
    assert result.deals.swap.tolist() == [0.0, -35.0]
    assert result.balance == 10_000 - 10 - 35
    # In equity at once: close of Wednesday (row 2) has one night, of Thursday four.
    assert result.equity.tolist() == [10_000, 9_990, 9_983, 9_962, 9_955, 9_955]


def test_each_charge_of_swap_is_rounded() -> None:
    # Half a cent a night rounds to a cent each: Tuesday 0.01, Wednesday 0.02 (3 * 0.005), Thursday.
    symbol = replace(EURUSD, swap_mode="currency", swap_long=-0.005)
    result = play(
        hand_bars([FLAT] * 6, timeframe=DAY), symbol=symbol, long_entry=[1], long_exit=[4]
    )
    assert result.deals.swap[1] == -0.04


def test_swap_in_another_currency_is_converted_at_the_open() -> None:
    # 2.5 points of USDJPY: 250 JPY / ask 151.000 = 1.6556; paid: 250 / bid 150.000 = 1.6667.
    bars = hand_bars([at(150_000)] * 3, timeframe=DAY, digits=3, spread=1_000)
    for points, swap in ((2.5, 1.66), (-2.5, -1.67)):
        symbol = replace(USDJPY, swap_mode="points", swap_short=points)
        assert play(bars, symbol=symbol, short_entry=[1]).deals.swap[1] == swap


def test_swap_counts_towards_the_stop_out() -> None:
    # The swap of one night, 5 * -7 = -35, brings the stop-out 7 points nearer: 98517.05 -> 98517.
    bars = hand_bars([FLAT, FLAT, (100_000, 100_000, 98_517, 99_000)], timeframe=DAY)
    result = play(bars, symbol=SWAP, long_entry=[1], size=Size("lots", 5.0))
    assert closes(result) == [(2, 98_517, "stop_out")]


def test_equity_is_marked_at_the_close_on_the_closing_side() -> None:
    rows = [FLAT, (100_000, 100_100, 99_900, 100_050), (100_050, 100_050, 100_000, 100_020)]
    assert play(hand_bars(rows), long_entry=[1]).equity.tolist() == [10_000, 10_040, 10_010]
    assert play(hand_bars(rows), short_entry=[1]).equity.tolist() == [10_000, 9_940, 9_970]


def test_drawdown_of_equity_reaches_from_closes_and_deals_to_adverse_extremes() -> None:
    # Long 100010. Close of bar 1 at 100110: equity 10100, the peak. Low of bar 2 at 99960: 9950.
    rows = [FLAT, (100_000, 100_110, 99_990, 100_110), (100_100, 100_110, 99_960, 100_050)]
    fall = play(hand_bars(rows), long_entry=[1]).drawdown
    assert fall.money == 150.0
    assert fall.percent == pytest.approx(150 / 10_100 * 100)
    assert fall.lowest == 9_950.0
    # Short from 100000: the worst ask is 100110 + 10 in bar 1: 9880, below the deposit.
    assert play(hand_bars(rows), short_entry=[1]).drawdown.money == 120.0


def test_balance_after_a_deal_is_a_peak_of_equity() -> None:
    # The long gains 990 at the open of bar 2: 10990. The short from 101000 floats at ask 101110
    # in the worst case: 10880.
    rows = [FLAT, FLAT, (101_000, 101_100, 100_500, 100_500)]
    result = play(hand_bars(rows), long_entry=[1], long_exit=[2], short_entry=[2])
    assert result.drawdown.money == 110.0


def test_drawdown_goes_no_farther_than_the_fill_in_the_exit_bar() -> None:
    rows = [FLAT, FLAT, (100_000, 100_000, 99_000, 99_500)]
    fall = play(hand_bars(rows), long_entry=[1], stop_loss=0.0005).drawdown
    assert fall.money == 50.0  # the stop 99960, not the low 99000
    # An exit at the open sees nothing of the bar: 10 points of spread were all.
    assert play(hand_bars(rows), long_entry=[1], long_exit=[2]).drawdown.money == 10.0
    # With slippage the deal lies beyond the stop.
    fall = play(hand_bars(rows), costs=Costs(slippage=2), long_entry=[1], stop_loss=0.0005).drawdown
    assert fall.money == 100_012 - 99_958


def test_strategy_without_signals_earns_nothing() -> None:
    result = play(hand_bars([FLAT] * 5))
    assert len(result.deals) == 0
    assert result.equity.tolist() == [10_000.0] * 5
    assert result.net_profit == result.drawdown.money == result.drawdown.percent == 0.0
