"""Bar periods by the names MetaTrader gives them, and times as text."""

from __future__ import annotations

from datetime import UTC, datetime

from dsl.errors import DataError, did_you_mean
from dsl.timeframes import TIMEFRAMES


def timeframe_name(seconds: int) -> str:
    """Return the name of a bar period, such as H1.

    >>> timeframe_name(14_400)
    'H4'
    """
    for name, period in TIMEFRAMES.items():
        if period == seconds:
            return name
    raise DataError(
        f"a bar period of {seconds} seconds is none of MetaTrader's",
        hint=f"known are {', '.join(TIMEFRAMES)}",
    )


def timeframe_seconds(name: str) -> int:
    """Return the seconds of a bar period given by name."""
    if name.upper() not in TIMEFRAMES:
        hint = did_you_mean(name.upper(), TIMEFRAMES) or f"known are {', '.join(TIMEFRAMES)}"
        raise DataError(f"unknown timeframe '{name}'", hint=hint)
    return TIMEFRAMES[name.upper()]


def shown_time(seconds: int) -> str:
    """Return a time of the broker's clock as text.

    >>> shown_time(1_483_308_000)
    '2017-01-01 22:00'
    """
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M")
