"""What happens at an open, in which order: entries, exits, reversal, moved stops, account rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.market import Costs
from backtest.program import Rules, Size
from tests.support.bars import EURUSD, HOUR, MONDAY, hand_bars
from tests.support.cases import FLAT, closes, entries, play

TEN = hand_bars([FLAT] * 10)
# One lot, spread 10: a flat round trip costs 10.00; longs fill at 100010 / 100000.


def test_both_entry_signals_at_once_enter_nothing() -> None:
    result = play(TEN, long_entry=[1, 2], short_entry=[1])
    assert entries(result) == [(2, 100_010, 1)]
    assert result.refusals.both_signals == 1


def test_signal_in_the_direction_of_the_position_is_ignored() -> None:
    assert entries(play(TEN, long_entry=[1, 2, 3])) == [(1, 100_010, 1)]


def test_opposite_signal_is_ignored_without_reverse() -> None:
    assert closes(play(TEN, long_entry=[1], short_entry=[4])) == [(9, 100_000, "end")]


def test_reverse_closes_and_opens_the_other_side_at_the_same_open() -> None:
    rules = Rules(reverse=True)
    result = play(TEN, long_entry=[1, 6], short_entry=[4], rules=rules)
    assert entries(result) == [(1, 100_010, 1), (4, 100_000, -1), (6, 100_010, 1)]
    assert closes(result) == [
        (4, 100_000, "reverse"),
        (6, 100_010, "reverse"),
        (9, 100_000, "end"),
    ]


def test_both_signals_do_not_reverse() -> None:
    result = play(TEN, long_entry=[1, 4], short_entry=[4], rules=Rules(reverse=True))
    assert closes(result) == [(9, 100_000, "end")]


def test_reverse_needs_every_entry_filter() -> None:
    wanted: dict[str, Any] = {"long_entry": [1], "short_entry": [4], "blocked": [4]}
    assert closes(play(TEN, rules=Rules(reverse=True), **wanted)) == [(9, 100_000, "end")]
    # One trade a day: the reversal would be the second.
    wanted = {"long_entry": [1], "short_entry": [4]}
    rules = Rules(reverse=True, trades_per_day=1)
    assert closes(play(TEN, rules=rules, **wanted)) == [(9, 100_000, "end")]


def test_reversal_that_finds_no_size_leaves_flat() -> None:
    # The stop of the second entry is missing (distance 0), so only the close happens.
    stop = np.where(np.arange(10) == 4, 0.0, 0.0005)
    result = play(TEN, long_entry=[1], short_entry=[4], stop_loss=stop, rules=Rules(reverse=True))
    assert closes(result) == [(4, 100_000, "reverse")]
    assert len(entries(result)) == 1
    assert result.refusals.distance == 1


def test_exit_signal_lets_the_opposite_enter_at_once_and_the_same_at_the_next_bar() -> None:
    result = play(TEN, long_entry=[1], long_exit=[4], short_entry=[4])
    assert entries(result) == [(1, 100_010, 1), (4, 100_000, -1)]
    result = play(TEN, long_entry=[1, 4, 5], long_exit=[4])
    assert entries(result) == [(1, 100_010, 1), (5, 100_010, 1)]
    assert result.refusals.blocked == 1


def test_entry_ignores_the_exit_signal_of_its_bar() -> None:
    assert closes(play(TEN, long_entry=[1], long_exit=[1])) == [(9, 100_000, "end")]


def test_after_a_stop_at_the_open_the_same_direction_may_enter_at_that_open() -> None:
    # Stop 99960; bar 2 opens at 99900: closed there, entered again at its ask 99910.
    low = (99_900, 99_900, 99_900, 99_900)
    result = play(hand_bars([FLAT, FLAT, low, low]), long_entry=[1, 2], stop_loss=0.0005)
    assert closes(result)[0] == (2, 99_900, "stop_loss")
    assert entries(result) == [(1, 100_010, 1), (2, 99_910, 1)]


def test_after_a_stop_within_a_bar_the_next_entry_is_at_the_next_open() -> None:
    dip = (100_000, 100_000, 99_900, 100_000)
    result = play(hand_bars([FLAT, FLAT, dip, FLAT]), long_entry=[1, 2, 3], stop_loss=0.0005)
    assert entries(result) == [(1, 100_010, 1), (3, 100_010, 1)]


def test_exit_after_n_bars_closes_at_the_open_n_bars_later() -> None:
    result = play(TEN, long_entry=[1], rules=Rules(max_bars=3))
    assert closes(result) == [(4, 100_000, "max_bars")]


def test_missing_bars_do_not_count_as_holding_time() -> None:
    times = MONDAY + HOUR * np.array([0, 1, 2, 30, 31])
    bars = hand_bars([FLAT] * 5, times=times.tolist())
    result = play(bars, long_entry=[1], rules=Rules(max_bars=2))
    assert closes(result) == [(3, 100_000, "max_bars")]


def test_first_exit_that_holds_names_the_reason() -> None:
    everything: dict[str, Any] = {"long_entry": [1], "short_entry": [3], "long_exit": [3]}
    rules = Rules(reverse=True, max_bars=2)
    assert closes(play(TEN, rules=rules, **everything))[0][2] == "max_bars"
    assert closes(play(TEN, rules=Rules(reverse=True), **everything))[0][2] == "exit_signal"
    everything["friday_exit"] = [3]
    assert closes(play(TEN, rules=rules, **everything))[0][2] == "friday"
    everything["forced_exit"] = [3]
    assert closes(play(TEN, rules=rules, **everything))[0][2] == "session"


def test_stop_jumped_by_the_open_comes_before_a_session_exit() -> None:
    low = (99_900, 99_900, 99_900, 99_900)
    bars = hand_bars([FLAT, FLAT, low])
    result = play(bars, long_entry=[1], stop_loss=0.0005, forced_exit=[2])
    assert closes(result) == [(2, 99_900, "stop_loss")]


def test_no_entry_before_the_warm_up_and_none_outside_the_window() -> None:
    result = play(TEN, long_entry=[0, 1, 2, 3], warmup=3)
    assert entries(result) == [(3, 100_010, 1)]
    assert result.refusals.warmup == 3
    result = play(TEN, market={"first": 2, "last": 6}, long_entry=[0, 5, 7], warmup=1)
    assert entries(result) == [(5, 100_010, 1)]
    assert closes(result) == [(5, 100_000, "end")]
    assert len(result.equity) == 4


def test_strategy_that_needs_more_warm_up_than_there_is_never_trades() -> None:
    result = play(TEN, long_entry=range(10), warmup=50)
    assert len(result.deals) == 0
    assert result.refusals.warmup == 10


def test_entries_need_slippage_within_the_limit() -> None:
    for limit, trades in ((0, 1), (2, 0), (3, 1)):
        rules = Rules(max_slippage=limit)
        assert play(TEN, costs=Costs(slippage=3), long_entry=[1], rules=rules).trades == trades


def test_trades_per_day_are_counted_by_server_day() -> None:
    # 10 bars from 20:00: rows 0-3 on Monday, 4-9 on Tuesday.
    bars = hand_bars([FLAT] * 10, start=MONDAY + 20 * HOUR)
    rules = Rules(trades_per_day=1, max_bars=1)
    result = play(bars, long_entry=[1, 3, 4, 5, 6, 7], rules=rules)
    assert [bar for bar, _, _ in entries(result)] == [1, 4]


def at(price: int) -> tuple[int, int, int, int]:
    return (price, price, price, price)


def test_daily_loss_closes_at_the_open_that_reaches_it_and_bars_entries_that_day() -> None:
    # Long at 100010. 1 % of 10000 = 100 is lost at a bid of 99910: not at 99911, but at 99910.
    prices = [100_000, 100_000, 99_911, 99_910, 99_910, 99_910]
    bars = hand_bars([at(p) for p in prices], start=MONDAY + 19 * HOUR)  # row 5 is Tuesday
    rules = Rules(daily_loss=1.0)
    result = play(bars, long_entry=[1, 4, 5], short_entry=[3], rules=rules)
    assert closes(result)[0] == (3, 99_910, "daily_loss")
    assert [bar for bar, _, _ in entries(result)] == [1, 5]


def test_daily_loss_counts_from_the_balance_before_the_deals_of_the_day() -> None:
    # Held over midnight with 60 floating loss: Tuesday still starts at 10000.
    prices = [100_000, 100_000, 99_950, 99_950, 99_909]
    bars = hand_bars([at(p) for p in prices], start=MONDAY + 21 * HOUR)  # row 3 is Tuesday
    result = play(bars, long_entry=[1], rules=Rules(daily_loss=1.0))
    assert closes(result) == [(4, 99_909, "daily_loss")]


def test_drawdown_stop_counts_from_the_highest_balance_after_a_deal() -> None:
    # First trade gains 1000 - 10: balance 10990. 2 % = 219.80: at 101010 - 220 = 100790.
    prices = [100_000, 100_000, 101_000, 101_000, 100_791, 100_790, 100_790]
    bars = hand_bars([at(p) for p in prices])
    result = play(bars, long_entry=[1, 3, 6], long_exit=[2], rules=Rules(drawdown_stop=2.0))
    assert closes(result) == [(2, 101_000, "exit_signal"), (5, 100_790, "drawdown_stop")]
    assert result.trades == 2  # row 6 is barred: still 2 % below


def stops(result: Any) -> int:
    return int(result.deals.stop[-1])


def test_break_even_moves_the_stop_to_the_entry_once() -> None:
    # Long 100010, stop 99960, break-even at +30: bid 100039 not yet, 100040 moves to 100010.
    for price, expected in ((100_039, 99_960), (100_040, 100_010)):
        bars = hand_bars([FLAT, at(100_000), at(price), at(price)])
        result = play(bars, long_entry=[1], stop_loss=0.0005, break_even=0.0003)
        assert stops(result) == expected


def test_break_even_locks_in_the_offset() -> None:
    bars = hand_bars([FLAT, FLAT, at(100_040), at(100_021)])
    wanted: dict[str, Any] = {"break_even": 0.0003, "break_even_offset": 0.00012}
    result = play(bars, long_entry=[1], stop_loss=0.0005, **wanted)
    assert closes(result) == [(3, 100_021, "stop_loss")]  # stop 100022, jumped by the open 100021
    short = hand_bars([FLAT, FLAT, at(99_960), at(99_970)])
    result = play(short, short_entry=[1], stop_loss=0.0005, **wanted)
    # Entry 100000; ask 99970 is 30 beyond: stop 99988. Bid 99970 is an ask of 99980: still in.
    assert stops(result) == 99_988


def test_break_even_with_a_negative_offset_moves_nothing() -> None:
    bars = hand_bars([FLAT, FLAT, at(100_040), at(100_040)])
    for offset in (-0.0001, float("nan")):
        wanted: dict[str, Any] = {"break_even": 0.0003, "break_even_offset": offset}
        assert stops(play(bars, long_entry=[1], stop_loss=0.0005, **wanted)) == 99_960


def test_break_even_works_without_a_stop_of_its_own() -> None:
    bars = hand_bars([FLAT, FLAT, at(100_050), (100_050, 100_050, 100_000, 100_000)])
    result = play(bars, long_entry=[1], break_even=0.0003)
    assert closes(result) == [(3, 100_010, "stop_loss")]


def test_break_even_is_sent_once_even_where_its_offset_grows() -> None:
    offset = np.array([0.0, 0.0, 0.0001, 0.0002, 0.0002])
    bars = hand_bars([FLAT, FLAT, at(100_060), at(100_060), at(100_060)])
    result = play(bars, long_entry=[1], break_even=0.0003, break_even_offset=offset)
    assert stops(result) == 100_020


def test_trailing_follows_the_open_and_never_goes_back() -> None:
    # Distance 50: stops 99950 (worse than 99960, not sent), 100030, then none lower.
    bars = hand_bars([FLAT, FLAT, FLAT, at(100_080), at(100_060), at(100_030)])
    result = play(bars, long_entry=[1], stop_loss=0.0005, trailing_stop=0.0005)
    assert closes(result) == [(5, 100_030, "stop_loss")]


def test_trailing_of_a_short_follows_the_ask() -> None:
    # Ask 99930 + 50 = 99980.
    bars = hand_bars([FLAT, FLAT, at(99_920), at(99_920)])
    result = play(bars, short_entry=[1], stop_loss=0.0005, trailing_stop=0.0005)
    assert stops(result) == 99_980


def test_stop_does_not_move_nearer_than_the_stops_level() -> None:
    # Trailing 50 with a stops level of 60 is never sent.
    bars = hand_bars([FLAT, FLAT, at(100_200), at(100_200)])
    symbol = replace(EURUSD, stops_level=60)
    result = play(bars, symbol=symbol, long_entry=[1], stop_loss=0.0005, trailing_stop=0.0005)
    assert stops(result) == 99_940  # the entry's own, moved out to bid - 60


def test_stop_moves_to_exactly_the_stops_level() -> None:
    bars = hand_bars([FLAT, FLAT, at(100_200), at(100_200)])
    symbol = replace(EURUSD, stops_level=50)
    result = play(bars, symbol=symbol, long_entry=[1], stop_loss=0.0005, trailing_stop=0.0005)
    assert stops(result) == 100_150


def test_stop_moves_by_a_tick_at_least() -> None:
    # Tick 5: 100070 - 50 = 100020; 100072 - 50 -> 100020, nothing; 100075 - 50 = 100025.
    symbol = replace(EURUSD, tick_points=5)
    bars = hand_bars([FLAT, FLAT, at(100_070), at(100_072), at(100_075), at(100_075)])
    wanted: dict[str, Any] = {"stop_loss": 0.0005, "trailing_stop": 0.0005}
    result = play(bars, symbol=symbol, long_entry=[1], long_exit=[3], **wanted)
    assert stops(result) == 100_020
    assert stops(play(bars, symbol=symbol, long_entry=[1], **wanted)) == 100_025


def test_nothing_moves_in_the_bar_of_the_entry() -> None:
    bars = hand_bars([FLAT, FLAT])
    result = play(bars, long_entry=[1], stop_loss=0.0005, trailing_stop=0.0002)
    assert stops(result) == 99_960


def test_moved_stop_protects_in_the_same_bar() -> None:
    # Bar 2 opens at 100100: trailing puts the stop at 100050, which its low touches.
    bars = hand_bars([FLAT, FLAT, (100_100, 100_120, 100_050, 100_060)])
    result = play(bars, long_entry=[1], stop_loss=0.0005, trailing_stop=0.0005)
    assert closes(result) == [(2, 100_050, "stop_loss")]


def test_distance_that_is_not_above_zero_moves_nothing() -> None:
    bars = hand_bars([FLAT, FLAT, at(100_200), at(100_200)])
    for distance in (0.0, -0.001, float("nan")):
        result = play(bars, long_entry=[1], trailing_stop=distance, break_even=distance)
        assert stops(result) == 0


def test_fixed_lots_of_the_decision_are_traded() -> None:
    result = play(TEN, long_entry=[1], size=Size("lots", 0.25))
    assert result.deals.lots.tolist() == [0.25, 0.25]


@pytest.mark.parametrize("side", ["long", "short"])
def test_end_of_test_closes_at_the_last_close(side: str) -> None:
    bars = hand_bars([FLAT, FLAT, (100_000, 100_050, 99_950, 100_030)])
    wanted: dict[str, Any] = {f"{side}_entry": [1]}
    result = play(bars, **wanted)
    assert closes(result) == [(2, 100_030 if side == "long" else 100_040, "end")]
