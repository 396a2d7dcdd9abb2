"""Nights that a position is charged for (contract, rule 25)."""

from __future__ import annotations

DAY = 86_400
_THURSDAY = 4  # the weekday of 1970-01-01, 0 Sunday .. 6 Saturday


def date_of(time: int) -> int:
    """Return the server date of a time, in days since 1970-01-01."""
    return time // DAY


def weekday(date: int) -> int:
    """Return the weekday of a date: 0 Sunday .. 6 Saturday."""
    return (date + _THURSDAY) % 7


def nights(before: int, now: int, triple_day: int) -> int:
    """Return the nights charged for the dates left behind: `before` up to, not including, `now`."""
    return sum(_weight(weekday(date), triple_day) for date in range(before, now))


def _weight(day: int, triple_day: int) -> int:
    if day == triple_day:
        return 3
    return 1 if 1 <= day <= 5 else 0
