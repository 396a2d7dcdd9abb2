"""Margin and stop-out (rules 23 and 24)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backtest.market import Account, Costs, Symbol
from backtest.program import Size
from tests.support.bars import EURUSD, hand_bars
from tests.support.cases import FLAT, closes, play

USDJPY = Symbol("USDJPY", digits=3, base_currency="USD", profit_currency="JPY")


def at(price: int) -> tuple[int, int, int, int]:
    return (price, price, price, price)


@pytest.mark.parametrize(
    ("symbol", "price", "most"),
    [
        # lots * 100000 / 100 EUR at 1.00010 = 1000.10 USD a lot: 9.99 lots, not 10
        (EURUSD, 100_000, 9.99),
        # lots * 100000 / 100 USD: 10 lots
        (USDJPY, 150_000, 10.0),
        # lots * 10 * 1000.10 / 100 = 100.01 a lot: 99.99 lots
        (Symbol("INDEX", 2, 1, 10.0, "USD", "USD", margin_mode="cfd"), 100_000, 99.99),
        # 900 a lot: 11.11
        (replace(EURUSD, margin_mode="futures", margin_per_lot=900.0), 100_000, 11.11),
    ],
)
def test_margin_above_the_balance_refuses_the_entry(
    symbol: Symbol, price: int, most: float
) -> None:
    bars = hand_bars([at(price)] * 3, digits=symbol.digits)
    for lots, trades in ((most, 1), (most + 0.01, 0)):
        result = play(bars, symbol=symbol, long_entry=[1], size=Size("lots", lots))
        assert result.trades == trades
        assert result.refusals.margin == 1 - trades


def test_margin_of_a_foreign_base_currency_goes_through_price_and_series() -> None:
    # EURUSD in CHF: 100000 / 100 EUR * 1.00010 * 0.90020 = 900.29 CHF a lot: 11.10 lots.
    pair = hand_bars([at(90_000)], spread=20)
    for lots, trades in ((11.1, 1), (11.11, 0)):
        result = play(
            hand_bars([FLAT] * 3),
            account=Account(currency="CHF"),
            market={"conversion": pair},
            long_entry=[1],
            size=Size("lots", lots),
        )
        assert result.trades == trades


def test_margin_under_a_fixed_tick_value_is_turned_into_the_deposit_currency() -> None:
    # GBPJPY in USD, 0.67 USD a point of 100 JPY: 100000 / 100 * 190.010 * 0.0067 = 1273.07 a lot.
    symbol = replace(EURUSD, digits=3, base_currency="GBP", profit_currency="JPY")
    bars = hand_bars([at(190_000)] * 3, digits=3)
    costs = Costs(tick_value=0.67)
    for lots, trades in ((7.85, 1), (7.86, 0)):
        result = play(bars, symbol=symbol, costs=costs, long_entry=[1], size=Size("lots", lots))
        assert result.trades == trades


def test_margin_in_the_deposit_currency_ignores_a_fixed_tick_value() -> None:
    # 10000 / 1000.10 a lot = 9.999
    costs = Costs(tick_value=0.5)
    for lots, trades in ((9.99, 1), (10.0, 0)):
        result = play(hand_bars([FLAT] * 3), costs=costs, long_entry=[1], size=Size("lots", lots))
        assert result.trades == trades


def test_stop_out_closes_where_equity_is_the_limit_of_the_margin() -> None:
    # 5 lots: margin 5000.50, limit half of it = 2500.25. Loss 7499.75 / 5 = 1499.95 points from
    # 100010: 98510.05, down to 98510. The low 98511 is not enough.
    for low, expected in ((98_511, (2, 99_000, "end")), (98_510, (2, 98_510, "stop_out"))):
        bars = hand_bars([FLAT, FLAT, (100_000, 100_000, low, 99_000)])
        result = play(bars, long_entry=[1], size=Size("lots", 5.0))
        assert closes(result) == [expected]


def test_stop_out_of_a_short_is_reached_by_the_ask() -> None:
    # Margin 5000, limit 2500: loss 7500 / 5 = 1500 points: ask 101500, the bid's high 101490.
    for high, expected in ((101_489, (2, 101_010, "end")), (101_490, (2, 101_500, "stop_out"))):
        bars = hand_bars([FLAT, FLAT, (100_000, high, 100_000, 101_000)])
        result = play(bars, short_entry=[1], size=Size("lots", 5.0))
        assert closes(result) == [expected]


def test_stop_out_in_another_currency_uses_the_loss_rate_of_the_open() -> None:
    # USDJPY 150.000 / 151.000, 5 lots: margin 5000, limit 2500. A point loses 500 JPY / 150.000 =
    # 3.3333: 7500 / 3.3333 = 2250 points below 151000 is 148750.
    for low, expected in ((148_751, (2, 149_000, "end")), (148_750, (2, 148_750, "stop_out"))):
        last = (150_000, 150_000, low, 149_000)
        bars = hand_bars([at(150_000), at(150_000), last], digits=3, spread=1_000)
        result = play(bars, symbol=USDJPY, long_entry=[1], size=Size("lots", 5.0))
        assert closes(result) == [expected]


def test_position_without_margin_is_never_stopped_out() -> None:
    symbol = replace(EURUSD, margin_mode="futures", margin_per_lot=0.0)
    bars = hand_bars([FLAT, FLAT, (100_000, 100_000, 80_000, 99_000)])
    assert closes(play(bars, symbol=symbol, long_entry=[1])) == [(2, 99_000, "end")]


def test_stop_out_can_be_switched_off() -> None:
    bars = hand_bars([FLAT, FLAT, (100_000, 100_000, 98_000, 99_000)])
    account = Account(stop_out=0.0)
    result = play(bars, account=account, long_entry=[1], size=Size("lots", 5.0))
    assert closes(result) == [(2, 99_000, "end")]


@pytest.mark.parametrize("gap", ["market", "order"])
def test_stop_out_jumped_by_the_open_fills_there(gap: Any) -> None:
    bars = hand_bars([FLAT, FLAT, at(98_000)])
    result = play(bars, costs=Costs(gap=gap), long_entry=[1], size=Size("lots", 5.0))
    assert closes(result) == [(2, 98_000, "stop_out")]


def test_of_stop_loss_and_stop_out_the_nearer_one_fills() -> None:
    bars = hand_bars([FLAT, FLAT, (100_000, 100_000, 98_000, 99_000)])
    for distance, expected in ((0.01, (2, 99_010, "stop_loss")), (0.02, (2, 98_510, "stop_out"))):
        result = play(bars, long_entry=[1], size=Size("lots", 5.0), stop_loss=distance)
        assert closes(result) == [expected]


def test_entry_that_the_broker_would_close_at_once_is_stopped_out_at_its_open() -> None:
    # Limit 100 % with 9.99 lots: margin 9991, equity after the spread 9900.10: out at bid 100000.
    account = Account(stop_out=100.0)
    bars = hand_bars([FLAT, FLAT, FLAT])
    result = play(bars, account=account, long_entry=[1], size=Size("lots", 9.99))
    assert closes(result) == [(1, 100_000, "stop_out")]
    # Even where the bar reaches a target later and the optimist would take it.
    bars = hand_bars([FLAT, (100_000, 100_100, 100_000, 100_000), FLAT])
    result = play(
        bars,
        account=account,
        costs=Costs(both_touched="optimistic"),
        long_entry=[1],
        take_profit=0.0005,
        size=Size("lots", 9.99),
    )
    assert closes(result) == [(1, 100_000, "stop_out")]
    assert result.ambiguous_bars == 0
