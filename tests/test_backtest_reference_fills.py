"""Prices: where levels lie, when they are touched, at what price they fill (rules 16 to 20)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backtest.contract.levels import sell_fill
from backtest.contract.spread import resolved_spread
from backtest.market import Costs
from tests.support.bars import EURUSD, Row, hand_bars
from tests.support.cases import FLAT, closes, entries, play

# Entry at bar 1, open 100000, spread 10: the ask is 100010.


def test_long_enters_at_the_ask_and_short_at_the_bid() -> None:
    bars = hand_bars([FLAT] * 3)
    assert entries(play(bars, long_entry=[1])) == [(1, 100_010, 1)]
    assert entries(play(bars, short_entry=[1])) == [(1, 100_000, -1)]


def test_slippage_is_against_the_trader_in_entry_and_exit() -> None:
    result = play(hand_bars([FLAT] * 4), costs=Costs(slippage=3), long_entry=[1], long_exit=[2])
    assert entries(result) == [(1, 100_013, 1)]
    assert closes(result) == [(2, 99_997, "exit_signal")]


def test_slipped_fills_go_to_the_tick_against_the_trader() -> None:
    # Tick 5 points, spread 10, slip 3: 100010 + 3 = 100013 -> 100015; 100000 - 3 = 99997 -> 99995.
    symbol = replace(EURUSD, tick_points=5)
    bars = hand_bars([FLAT] * 4)
    result = play(bars, symbol=symbol, costs=Costs(slippage=3), long_entry=[1], long_exit=[2])
    assert entries(result) == [(1, 100_015, 1)]
    assert closes(result) == [(2, 99_995, "exit_signal")]


def test_sale_never_fills_below_one_tick() -> None:
    assert sell_fill(12, 10, 5) == 5
    assert sell_fill(4, 10, 1) == 1


def test_ask_is_rounded_up_to_the_tick() -> None:
    # Spread 7 on a tick of 5: 100007 -> 100010.
    symbol = replace(EURUSD, tick_points=5)
    assert entries(play(hand_bars([FLAT] * 3, spread=7), symbol=symbol, long_entry=[1])) == [
        (1, 100_010, 1)
    ]


def test_unknown_spread_is_the_last_known_one_else_the_configured() -> None:
    bars = hand_bars([FLAT] * 5, spread=[0, 0, 8, 0, 12])
    assert resolved_spread(bars, 30).tolist() == [30, 30, 8, 8, 12]


def levels_of(result: Any) -> tuple[int, int]:
    first = next(iter(result.deals))
    return first.stop, first.target


@pytest.mark.parametrize(
    ("entry", "tick", "stops_level", "distance", "expected"),
    [
        # ask 100010: stop 100010 - 50, target 100010 + 50
        ("long_entry", 1, 0, 0.0005, (99_960, 100_060)),
        # bid 100000: stop 100000 + 50, target 100000 - 50
        ("short_entry", 1, 0, 0.0005, (100_050, 99_950)),
        # 100010 -+ 50.4 = 99959.6 and 100060.4, outward
        ("long_entry", 1, 0, 0.000504, (99_959, 100_061)),
        # tick 5, the same: outward to 99955 and 100065
        ("long_entry", 5, 0, 0.000504, (99_955, 100_065)),
        # too near: stop to bid - 1 = 99999; target: ask + 3 = 100013 is already beyond bid + 1
        ("long_entry", 1, 0, 0.00003, (99_999, 100_013)),
        # stops level 100: bid -+ 100
        ("long_entry", 1, 100, 0.0005, (99_900, 100_100)),
        # stops level 100, from the ask: 100110 and 99910
        ("short_entry", 1, 100, 0.0005, (100_110, 99_910)),
        # tick 5, stops level 103: bid - 103 = 99897 -> 99895, bid + 103 -> 100105
        ("long_entry", 5, 103, 0.0005, (99_895, 100_105)),
    ],
)
def test_levels_lie_at_the_distance_from_the_quote_outward_to_the_tick(
    entry: str, tick: int, stops_level: int, distance: float, expected: tuple[int, int]
) -> None:
    symbol = replace(EURUSD, tick_points=tick, stops_level=stops_level)
    wanted: dict[str, Any] = {entry: [1], "stop_loss": distance, "take_profit": distance}
    assert levels_of(play(hand_bars([FLAT] * 3), symbol=symbol, **wanted)) == expected


def test_distance_of_zero_refuses_the_entry() -> None:
    result = play(hand_bars([FLAT] * 3), long_entry=[1], stop_loss=0.0)
    assert len(result.deals) == 0
    assert result.refusals.distance == 1


def test_level_at_or_below_zero_refuses_the_entry() -> None:
    # A short target 100000 - 100000 = 0.
    result = play(hand_bars([FLAT] * 3), short_entry=[1], take_profit=1.0)
    assert len(result.deals) == 0
    assert result.refusals.level == 1


LONG_STOP: dict[str, Any] = {"long_entry": [1], "stop_loss": 0.0005}  # stop 99960
SHORT_STOP: dict[str, Any] = {"short_entry": [1], "stop_loss": 0.0005}  # stop 100050


@pytest.mark.parametrize(
    ("last", "wanted", "expected"),
    [
        # low 99960 touches; fills at the level
        ((99_990, 99_995, 99_960, 99_980), LONG_STOP, (2, 99_960, "stop_loss")),
        # low 99961 does not touch
        ((99_990, 99_995, 99_961, 99_980), LONG_STOP, (2, 99_980, "end")),
        # the ask at the high is 100040 + 10 = the stop
        ((100_000, 100_040, 99_990, 100_000), SHORT_STOP, (2, 100_050, "stop_loss")),
        # 100039 + 10 is one short of it; the end buys at 100000 + 10
        ((100_000, 100_039, 99_990, 100_000), SHORT_STOP, (2, 100_010, "end")),
        # the open jumps the stop: filled at the open, 60 points worse
        ((99_900, 99_950, 99_890, 99_940), LONG_STOP, (2, 99_900, "stop_loss")),
        # short, the open's ask: 100100 + 10
        ((100_100, 100_120, 100_000, 100_050), SHORT_STOP, (2, 100_110, "stop_loss")),
    ],
)
def test_stop_triggers_by_touch_and_fills_at_its_level_or_the_open_beyond(
    last: Row, wanted: dict[str, Any], expected: tuple[int, int, str]
) -> None:
    assert closes(play(hand_bars([FLAT, FLAT, last]), **wanted)) == [expected]


def test_stop_fills_at_its_level_on_a_gap_when_gap_is_order() -> None:
    bars = hand_bars([FLAT, FLAT, (99_900, 99_950, 99_890, 99_940)])
    result = play(bars, costs=Costs(gap="order"), **LONG_STOP)
    assert closes(result) == [(2, 99_960, "stop_loss")]


def test_stops_slip_and_targets_do_not() -> None:
    down = hand_bars([FLAT, FLAT, (99_990, 99_995, 99_900, 99_980)])
    up = hand_bars([FLAT, FLAT, (100_000, 100_200, 100_000, 100_100)])
    costs = Costs(slippage=2)
    assert closes(play(down, costs=costs, **LONG_STOP)) == [(2, 99_958, "stop_loss")]
    result = play(up, costs=costs, long_entry=[1], take_profit=0.0005)
    assert closes(result) == [(2, 100_060, "take_profit")]


@pytest.mark.parametrize("gap", ["market", "order"])
def test_target_fills_at_its_level_on_a_gap(gap: Any) -> None:
    bars = hand_bars([FLAT, FLAT, (100_300, 100_310, 100_290, 100_300)])
    result = play(bars, costs=Costs(gap=gap), long_entry=[1], take_profit=0.0005)
    assert closes(result) == [(2, 100_060, "take_profit")]


def test_short_target_needs_the_ask() -> None:
    # Target 99950: the bid's low 99941 is an ask of 99951, not enough; 99940 is.
    for low, expected in ((99_941, (2, 100_010, "end")), (99_940, (2, 99_950, "take_profit"))):
        bars = hand_bars([FLAT, FLAT, (100_000, 100_000, low, 100_000)])
        assert closes(play(bars, short_entry=[1], take_profit=0.0005)) == [expected]


def test_trade_can_open_and_close_in_one_bar() -> None:
    bars = hand_bars([FLAT, (100_000, 100_005, 99_950, 100_000), FLAT])
    result = play(bars, **LONG_STOP)
    assert closes(result) == [(1, 99_960, "stop_loss")]
    assert result.deals.profit.tolist() == [0.0, -50.0]


# Both touched: a long with stop 99960 and target 100060 (ask 100010 -+ 50).
BOTH: dict[str, Any] = {"long_entry": [1], "stop_loss": 0.0005, "take_profit": 0.0005}
SHORT_BOTH: dict[str, Any] = {"short_entry": [1], "stop_loss": 0.0005, "take_profit": 0.0005}
RISE = (100_000, 100_100, 99_900, 100_050)
FALL = (100_000, 100_100, 99_900, 99_950)
DOJI = (100_000, 100_100, 99_900, 100_000)
UP, DOWN = (99_990, 100_000, 99_990, 100_000), (100_010, 100_010, 100_000, 100_000)


@pytest.mark.parametrize(
    ("mode", "rows", "wanted", "expected"),
    [
        ("pessimistic", [FLAT, RISE], BOTH, "stop_loss"),
        ("optimistic", [FLAT, RISE], BOTH, "take_profit"),
        ("path", [FLAT, RISE], BOTH, "stop_loss"),  # O L H C
        ("path", [FLAT, FALL], BOTH, "take_profit"),  # O H L C
        ("path", [FLAT, RISE], SHORT_BOTH, "take_profit"),
        ("path", [FLAT, FALL], SHORT_BOTH, "stop_loss"),
        ("path", [UP, DOJI], BOTH, "take_profit"),  # opposite to a rise: O H L C
        ("path", [DOWN, DOJI], BOTH, "stop_loss"),
        ("path", [FLAT, DOJI], BOTH, "stop_loss"),  # nothing moved before: O L H C
    ],
)
def test_bar_that_touches_both_fills_by_the_mode(
    mode: Any, rows: list[Row], wanted: dict[str, Any], expected: str
) -> None:
    result = play(hand_bars(rows), costs=Costs(both_touched=mode), **wanted)
    assert [reason for _, _, reason in closes(result)] == [expected]
    assert result.ambiguous_bars == 1
    assert result.net_profit_pessimistic == -50.0
    assert result.net_profit_optimistic == 50.0


def test_doji_looks_past_other_dojis_for_the_last_bar_that_moved() -> None:
    bars = hand_bars([UP, FLAT, FLAT, DOJI])
    wanted = {**BOTH, "long_entry": [3]}
    result = play(bars, costs=Costs(both_touched="path"), **wanted)
    assert closes(result) == [(3, 100_060, "take_profit")]


@pytest.mark.parametrize(
    ("finer", "expected"),
    [
        ([(100_000, 100_070, 99_990, 100_000), (100_000, 100_000, 99_900, 100_000)], "take_profit"),
        ([(100_000, 100_050, 99_950, 100_000), (100_000, 100_100, 99_990, 100_000)], "stop_loss"),
        ([(100_000, 100_100, 99_900, 100_000), FLAT], "stop_loss"),  # one finer bar touches both
        ([FLAT, FLAT], "stop_loss"),  # neither
    ],
)
def test_finer_bars_decide_a_bar_that_touches_both(finer: list[Row], expected: str) -> None:
    bars = hand_bars([FLAT, RISE, FLAT])
    half_hours = hand_bars(finer, start=int(bars.time[1]), timeframe=1800)
    costs = Costs(both_touched="finer")
    result = play(bars, costs=costs, market={"finer": half_hours}, **BOTH)
    assert [reason for _, _, reason in closes(result)] == [expected]


def test_finer_bars_outside_the_bar_do_not_count() -> None:
    bars = hand_bars([FLAT, RISE, FLAT])
    target_first = [(100_000, 100_070, 99_990, 100_000)]
    for start in (int(bars.time[1]) - 1800, int(bars.time[2])):
        finer = hand_bars(target_first, start=start, timeframe=1800)
        result = play(bars, costs=Costs(both_touched="finer"), market={"finer": finer}, **BOTH)
        assert closes(result) == [(1, 99_960, "stop_loss")]


def test_unambiguous_test_states_its_own_profit_both_ways() -> None:
    result = play(hand_bars([FLAT] * 3), **BOTH)
    assert result.ambiguous_bars == 0
    assert result.net_profit_pessimistic == result.net_profit_optimistic == -10.0
