"""Events, candles, days and volumes, worked out by hand on a few bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import DslErrors
from dsl.jit import F64, Bool1D
from dsl.kinds import ON_BALANCE, VOLUME
from dsl.registry import lookup
from dsl.text.lower import parse_expression

E = (1e-9, 0.0)


def run(name: str, *args: Any) -> Any:
    kernel = lookup(name).kernel
    assert kernel is not None
    return kernel(*args)


def row(*values: float) -> F64:
    return np.array(values, dtype=np.float64)


def signal(text: str) -> Bool1D:
    return np.array([letter == "x" for letter in text], dtype=np.bool_)


def test_bars_since_counts_from_the_last_time_and_stops_at_the_limit() -> None:
    found = run("bars_since", signal("..x...x."), 3)
    assert found.tolist() == [3, 3, 0, 1, 2, 3, 0, 1]


def test_count_true_looks_at_so_many_bars() -> None:
    assert run("count_true", signal("xx.x..x"), 3).tolist() == [1, 2, 2, 2, 1, 1, 1]


def test_value_when_takes_the_nth_last_time() -> None:
    x = np.arange(8.0)
    assert run("value_when", signal(".x.x..x."), x, 1, 5)[4:].tolist() == [3, 3, 6, 6]
    assert run("value_when", signal(".x.x..x."), x, 2, 5)[4:].tolist() == [1, 1, 3, 3]


def test_value_when_falls_back_on_the_oldest_bar_it_looks_at() -> None:
    x = np.arange(8.0)
    assert run("value_when", signal("x......."), x, 1, 3)[2:].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_latch_holds_from_set_to_reset() -> None:
    found = run("latch", signal("x...x..."), signal("..x....."), 3)
    assert found.tolist() == [1, 1, 0, 0, 1, 1, 1, 0]  # the last one ran out


def test_where_both_come_at_once_the_reset_wins() -> None:
    assert run("latch", signal("xx.."), signal(".x.."), 9).tolist() == [1, 0, 0, 0]


def test_at_least_two_of_three() -> None:
    a, b, c = signal("xx.x"), signal("x..x"), signal(".xxx")
    assert run("of_three", a, b, c, 2).tolist() == [1, 1, 0, 1]
    assert run("of_four", a, b, c, signal("x..."), 3).tolist() == [1, 0, 0, 1]


def test_a_distance_counts_as_within_itself() -> None:
    a, b = row(1.0001, 1.00011, 0.9999), row(1, 1, 1)
    assert run("within", a, b, np.full(3, 0.0001), *E).tolist() == [1, 0, 1]


def test_of_equal_extremes_the_newest_counts() -> None:
    assert run("highest_bar", row(3, 1, 3, 2), 4, *E)[-1] == 1
    assert run("lowest_bar", row(1, 1, 3, 2), 4, *E)[-1] == 2


# Candles


def test_parts_of_a_bar_add_up_to_its_range() -> None:
    o, h, lo, c = row(10.0), row(15.0), row(7.0), row(12.0)
    parts = [run("body", o, c), run("upper_shadow", o, h, c), run("lower_shadow", o, lo, c)]
    assert [part[0] for part in parts] == [2, 3, 3]
    assert run("bar_range", h, lo)[0] == 8


def test_a_gap_is_measured_from_the_close_before() -> None:
    assert run("gap", row(1, 5), row(3, 9))[1] == 2


def test_inside_and_outside_bars_touch_neither_end() -> None:
    high, low = row(10, 9, 9, 12), row(5, 6, 6, 4)
    assert run("inside_bar", high, low, *E).tolist() == [0, 1, 0, 0]
    assert run("outside_bar", high, low, *E).tolist() == [0, 0, 0, 1]


def test_a_larger_body_the_other_way_engulfs() -> None:
    o, c = row(10, 8, 13, 13), row(9, 11, 8, 8)
    assert run("bullish_engulfing", o, c, *E).tolist() == [0, 1, 0, 0]
    assert run("bearish_engulfing", o, c, *E).tolist() == [0, 0, 1, 0]


def test_a_body_of_the_same_size_does_not_engulf() -> None:
    assert not run("bullish_engulfing", row(10, 9), row(9, 10), *E).any()


def test_a_pin_bar_has_one_long_shadow() -> None:
    o, h, lo, c = row(8, 2), row(10, 10), row(0, 0), row(9, 1)
    assert run("bullish_pin", o, h, lo, c, 66.0, *E).tolist() == [1, 0]
    assert run("bearish_pin", o, h, lo, c, 66.0, *E).tolist() == [0, 1]


def test_a_bar_without_range_is_a_doji_and_no_pin_bar() -> None:
    one = row(1.0)
    assert run("doji", one, one, one, one, 10.0, *E)[0]
    assert not run("bullish_pin", one, one, one, one, 66.0, *E)[0]


# Days: bars of eight hours from Thursday, 4 January 2024; a row knows the bar before it

FIRST = datetime(2024, 1, 4, tzinfo=UTC)
TIMES = [FIRST + timedelta(hours=8 * k) for k in (0, 1, 2, 3, 4, 5, 9, 10)]  # Saturday is missing
MINUTES = row(*(time.timestamp() / 60 for time in TIMES))
OPEN = row(10, 11, 12, 13, 14, 15, 16, 17)
HIGH, LOW = OPEN + row(0, 5, 1, 1, 1, 1, 7, 1), OPEN - row(0, 1, 1, 9, 1, 1, 1, 1)
CLOSE = OPEN - 0.5


def test_today_begins_with_its_open_and_grows_with_closed_bars() -> None:
    opened, high, low = run("today", MINUTES, OPEN, HIGH, LOW)
    assert opened.tolist() == [10, 10, 10, 13, 13, 13, 16, 16]
    assert high.tolist() == [10, 16, 16, 13, 15, 16, 16, 18]
    assert low.tolist() == [10, 10, 10, 13, 13, 13, 16, 16]


def test_yesterday_holds_the_bar_that_closed_last() -> None:
    opened, high, low, close = run("yesterday", MINUTES, OPEN, HIGH, LOW, CLOSE)
    assert opened[3:].tolist() == [10, 10, 10, 13, 13]
    assert high[3:].tolist() == [16, 16, 16, 23, 23]  # 23 is of the bar before Sunday's first
    assert low[3:].tolist() == [4, 4, 4, 13, 13]
    assert close[3:].tolist() == [12.5, 12.5, 12.5, 15.5, 15.5]


def test_in_the_first_day_yesterday_is_what_there_is() -> None:
    _, high, low, close = run("yesterday", MINUTES, OPEN, HIGH, LOW, CLOSE)
    assert (high[1], low[1], close[1]) == (16, 10, 10.5)


def test_weeks_begin_on_sunday() -> None:
    opened, _, _ = run("this_week", MINUTES, OPEN, HIGH, LOW)
    assert opened.tolist() == [10] * 6 + [16] * 2
    before = run("last_week", MINUTES, OPEN, HIGH, LOW, CLOSE)
    assert [column[-1] for column in before] == [10, 23, 4, 15.5]


def test_a_session_keeps_its_range_until_the_next_one() -> None:
    high, low = run("session_range", MINUTES, OPEN, HIGH, LOW, 0, 16 * 60)
    assert high.tolist() == [10, 16, 16, 13, 15, 16, 16, 18]
    assert low.tolist() == [10, 10, 10, 13, 13, 13, 16, 16]
    high, _ = run("session_range", MINUTES, OPEN, HIGH, LOW, 8 * 60, 16 * 60)
    assert high.tolist() == [10, 11, 13, 13, 14, 16, 16, 17]


def test_pivots_of_the_day_before() -> None:
    levels = [column[3] for column in run("pivots", MINUTES, OPEN, HIGH, LOW, CLOSE)]
    top, bottom, close = 16, 4, 12.5
    pivot = (top + bottom + close) / 3
    expected = [pivot, 2 * pivot - bottom, 2 * pivot - top, pivot + 12, pivot - 12]
    assert levels == pytest.approx([*expected, 16 + 2 * (pivot - 4), 4 - 2 * (16 - pivot)])


@pytest.mark.parametrize("first", ["1970-01-01", "1999-12-30", "2024-02-26", "2100-02-26"])
def test_days_of_the_month_follow_the_calendar(first: str) -> None:
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    days = [start + timedelta(days=k, hours=23) for k in range(400)]
    times = np.array([int(day.timestamp()) for day in days])
    assert run("monthday", times).tolist() == [day.day for day in days]
    assert run("minute", times + 61).tolist() == [1] * 400


# Running totals


@pytest.mark.parametrize(
    "text",
    ["obv() > 5", "obv() > ad()", "obv() - ad()", "momentum(obv(), 9)", "obv() / 2", "-obv()"],
)
def test_the_level_of_a_running_total_is_refused(text: str) -> None:
    with pytest.raises(DslErrors):
        parse_expression(text)


def test_moves_of_a_running_total_are_volumes() -> None:
    assert parse_expression("sma(obv(), 9)").kind == ON_BALANCE
    assert parse_expression("change(obv(), 9)").kind == VOLUME
    assert parse_expression("ad() - ema(ad(), 9)").kind == VOLUME
    for text in ("obv() crosses above sma(obv(), 9)", "rising(obv(), 3)"):
        parse_expression(text)


def test_volume_counts_with_the_sign_of_the_bar() -> None:
    close, volume = row(2, 3, 3, 1), row(5, 7, 9, 4)
    assert run("obv", close, volume, *E).tolist() == [5, 12, 12, 8]


def test_percent_range_without_a_range_repeats_the_value_before() -> None:
    high, low, close = row(4, 4, 3, 3, 3, 3), row(0, 0, 3, 3, 3, 3), row(1, 1, 3, 3, 3, 3)
    assert run("wpr", high, low, close, 2, *E).tolist() == [0, -75, -25, -25, -25, -25]
