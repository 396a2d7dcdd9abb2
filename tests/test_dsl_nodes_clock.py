"""Clock words read the server time of the opening bar, and close before closing time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.columns import compute
from dsl.registry import lookup

H1, H4 = 3600, 14_400


def at(text: str) -> int:
    """Return 2024-01-<day> <hour>:<minute> in seconds; the 1st is a Monday."""
    moment = datetime.strptime(f"2024-01-{text}", "%Y-%m-%d %H:%M")
    return int(moment.replace(tzinfo=UTC).timestamp())


def hours(first: str, count: int, step: int = H1) -> list[int]:
    return [at(first) + k * step for k in range(count)]


def true_at(name: str, times: list[int], timeframe: int, *params: int) -> list[str]:
    """Return day and time of the bars where a clock signal is true."""
    column = compute(lookup(name), [np.array(times), timeframe], (*params, 0))[0]
    return [
        datetime.fromtimestamp(time, UTC).strftime("%d %H:%M")
        for time, true in zip(times, column, strict=True)
        if true
    ]


def values(name: str, times: list[int]) -> list[Any]:
    result: list[Any] = compute(lookup(name), [np.array(times)], (0,))[0].tolist()
    return result


def test_hours_and_days_count_as_metatrader_does() -> None:
    times = [at("01 00:00"), at("05 23:59"), at("06 12:00"), at("07 01:30")]
    assert values("hour", times) == [0, 23, 12, 1]
    assert values("weekday", times) == [1, 5, 6, 0]  # Sunday is 0


def test_a_session_has_its_start_and_not_its_end() -> None:
    found = true_at("session", hours("02 00:00", 24), H1, 8 * 60, 11 * 60)
    assert found == ["02 08:00", "02 09:00", "02 10:00"]


def test_a_session_may_wrap_midnight() -> None:
    found = true_at("session", hours("02 18:00", 12), H1, 22 * 60, 2 * 60)
    assert found == ["02 22:00", "02 23:00", "03 00:00", "03 01:00"]


@pytest.mark.parametrize("name", ["closing", "session_end"])
def test_a_session_from_a_time_to_itself_never_ends(name: str) -> None:
    times = hours("02 00:00", 48)
    assert len(true_at("session", times, H1, 480, 480)) == 48
    assert true_at(name, times, H1, 480, 480) == []


def test_a_session_that_ends_with_a_bar_is_closed_at_its_end() -> None:
    times = hours("02 06:00", 16)
    assert true_at("session_end", times, H1, 8 * 60, 20 * 60) == ["02 20:00"]
    assert true_at("closing", times, H1, 8 * 60, 20 * 60) == []


def test_a_session_that_ends_within_a_bar_is_closed_when_that_bar_opens() -> None:
    times = hours("02 06:00", 16)
    assert true_at("session_end", times, H1, 8 * 60, 19 * 60 + 30) == ["02 19:00"]
    assert true_at("closing", times, H1, 8 * 60, 19 * 60 + 30) == ["02 19:00"]


def test_where_the_sessions_last_bars_are_missing_the_next_bar_closes() -> None:
    times = [*hours("02 06:00", 8), *hours("03 05:00", 3)]
    assert true_at("session_end", times, H1, 8 * 60, 20 * 60) == ["03 05:00"]


def test_four_hours_before_friday_ten_pm_are_too_late() -> None:
    friday = hours("05 00:00", 6, H4)
    assert true_at("week_closing", friday, H4, 22 * 60) == ["05 20:00"]
    assert true_at("week_end", friday, H4, 22 * 60) == ["05 20:00"]


def test_friday_closes_at_the_hour_and_nothing_opens_until_the_week_ends() -> None:
    times = [*hours("05 19:00", 5), *hours("07 22:00", 4)]
    assert true_at("week_closing", times, H1, 21 * 60) == ["05 21:00", "05 22:00", "05 23:00"]
    assert true_at("week_end", times, H1, 21 * 60) == ["05 21:00", "05 22:00", "05 23:00"]


def test_where_friday_evening_is_missing_the_first_bar_of_the_week_closes() -> None:
    times = [*hours("05 15:00", 5), *hours("07 22:00", 4)]
    assert true_at("week_closing", times, H1, 21 * 60) == []
    assert true_at("week_end", times, H1, 21 * 60) == ["07 22:00"]


def test_a_week_without_bars_is_noticed() -> None:
    times = [at("03 10:00"), at("17 10:00"), at("17 11:00")]
    assert true_at("week_end", times, H1, 21 * 60) == ["17 10:00"]


def test_a_day_closes_from_its_time_to_midnight() -> None:
    times = hours("02 20:00", 8)
    assert true_at("day_closing", times, H1, 22 * 60 + 30) == ["02 22:00", "02 23:00"]
    assert true_at("day_end", times, H1, 22 * 60 + 30) == ["02 22:00", "02 23:00"]


def test_where_the_evening_is_missing_the_next_day_closes() -> None:
    times = [*hours("02 15:00", 5), *hours("03 02:00", 3)]
    assert true_at("day_end", times, H1, 22 * 60) == ["03 02:00"]


def test_the_first_bar_of_all_has_no_close_behind_it() -> None:
    assert true_at("day_end", hours("02 03:00", 3), H1, 22 * 60) == []


def test_a_shifted_clock_reads_an_older_bar() -> None:
    column = compute(lookup("hour"), [np.array(hours("02 05:00", 3))], (1,))[0]
    assert np.isnan(column[0])
    assert column[1:].tolist() == [5, 6]
