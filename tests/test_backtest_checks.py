"""Bars and market facts that cannot be used are refused in the user's terms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.checks import check_bars, check_market
from backtest.market import Account, Costs, Market
from dsl.errors import DataError
from tests.support.bars import EURUSD, HOUR, MONDAY, hand_bars
from tests.support.cases import FLAT

BARS = hand_bars([FLAT] * 5)
GOOD = Market(BARS, EURUSD)


def with_value(bars: Bars, name: str, row: int, value: int) -> Bars:
    column = getattr(bars, name).copy()
    column[row] = value
    return replace(bars, **{name: column})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("time", MONDAY, r"bar 3 at 2024-01-01 00:00: time does not come after"),
        ("high", 99_999, r"bar 3 at 2024-01-01 02:00: high is below open or close"),
        ("low", 100_001, r"bar 3 at 2024-01-01 02:00: low is above open or close"),
        ("open", 0, r"bar 3 at 2024-01-01 02:00: open is not above 0"),
        ("close", -5, r"close is not above 0"),
        ("spread", -1, r"spread is negative"),
    ],
)
def test_wrong_bar_is_named(name: str, value: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_bars(with_value(BARS, name, 2, value))


def test_no_bars_are_refused() -> None:
    with pytest.raises(DataError, match="there are no bars"):
        check_bars(BARS.between(2, 2))


def test_good_market_passes() -> None:
    check_market(GOOD)
    check_market(replace(GOOD, first=1, last=5))


@pytest.mark.parametrize(("first", "last"), [(3, 3), (4, 2), (0, 6), (5, -1), (-1, 3)])
def test_window_must_lie_in_the_bars_and_hold_one(first: int, last: int) -> None:
    with pytest.raises(DataError, match="tested window"):
        check_market(replace(GOOD, first=first, last=last))


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("lots_step", 0.0, "symbol.lots_step = 0.0 is not allowed; it must be above 0"),
        ("lots_step", float("nan"), "symbol.lots_step"),
        ("lots_min", -0.1, "symbol.lots_min"),
        ("lots_max", 0.001, "symbol.lots_max = 0.001 is not allowed; it must be at least 0.01"),
        ("tick_points", 0, "symbol.tick_points"),
        ("contract_size", 0.0, "symbol.contract_size"),
        ("stops_level", -1, "symbol.stops_level"),
        ("margin_per_lot", -1.0, "symbol.margin_per_lot"),
        ("swap_long", float("inf"), "symbol.swap_long"),
        ("swap_mode", "interest", "symbol.swap_mode = interest .* none or points or currency"),
        ("swap_triple_day", 7, "symbol.swap_triple_day"),
        ("digits", 3, "symbol EURUSD has 3 digits, its bars have 5"),
    ],
)
def test_wrong_symbol_fact_is_named(fact: str, value: Any, message: str) -> None:
    facts: dict[str, Any] = {fact: value}
    with pytest.raises(DataError, match=message):
        check_market(replace(GOOD, symbol=replace(EURUSD, **facts)))


@pytest.mark.parametrize(
    ("part", "fact", "value"),
    [
        ("account", "deposit", 0.0),
        ("account", "deposit", 100.001),
        ("account", "leverage", 0.0),
        ("account", "stop_out", -1.0),
        ("costs", "spread", -1),
        ("costs", "slippage", -1),
        ("costs", "commission", float("nan")),
        ("costs", "tick_value", -1.0),
    ],
)
def test_wrong_account_and_costs_are_named(part: str, fact: str, value: Any) -> None:
    facts: dict[str, Any] = {part: replace(getattr(GOOD, part), **{fact: value})}
    with pytest.raises(DataError, match=f"{part}.{fact} = "):
        check_market(replace(GOOD, **facts))


def test_conversion_series_must_exist_and_reach_back() -> None:
    market = replace(GOOD, account=Account(currency="CHF"))
    with pytest.raises(DataError, match="profit in USD cannot be turned into CHF") as caught:
        check_market(market)
    assert "USDCHF or CHFUSD" in caught.value.hint
    late = hand_bars([FLAT] * 5, start=MONDAY + HOUR)
    with pytest.raises(DataError, match="conversion bars begin at 2024-01-01 01:00, after"):
        check_market(replace(market, conversion=late))
    check_market(replace(market, conversion=late, first=1))
    check_market(replace(market, costs=Costs(tick_value=1.0)))  # asks for no series
    check_market(replace(market, account=Account(currency="EUR")))  # its own price converts


def test_finer_bars_must_exist_and_fit() -> None:
    market = replace(GOOD, costs=Costs(both_touched="finer"))
    with pytest.raises(DataError, match="needs bars of a smaller timeframe"):
        check_market(market)
    with pytest.raises(DataError, match="do not fit"):
        check_market(replace(market, finer=hand_bars([FLAT], timeframe=2400)))
    with pytest.raises(DataError, match="do not fit"):
        check_market(replace(market, finer=hand_bars([FLAT], timeframe=1800, digits=3)))
    with pytest.raises(DataError, match="do not fit"):
        check_market(replace(market, finer=BARS))
    check_market(replace(market, finer=hand_bars([FLAT], timeframe=1800)))


def test_absurd_prices_are_refused() -> None:
    with pytest.raises(DataError, match="points"):
        check_bars(replace(BARS, high=np.full(5, 10**15)))
