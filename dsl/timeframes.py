"""Bar periods by the names MetaTrader gives them."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86_400

TIMEFRAMES: dict[str, int] = {
    **{f"M{n}": n * MINUTE for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)},
    **{f"H{n}": n * HOUR for n in (1, 2, 3, 4, 6, 8, 12)},
    "D1": DAY,
    "W1": 7 * DAY,
}
CHART = 0  # the timeframe of the chart that a strategy runs on
# In the language a higher timeframe is written like a function: `h4(ema(close, 20))`.
WORDS: dict[str, int] = {
    name.lower(): seconds for name, seconds in TIMEFRAMES.items() if seconds > MINUTE
}
_NAMES = {seconds: name for name, seconds in TIMEFRAMES.items()}


def shown(timeframe: int | None) -> str:
    """Return a timeframe in words: "H4", or "the chart".

    >>> shown(14_400)
    'H4'
    """
    return _NAMES[timeframe] if timeframe else "the chart"


def is_multiple(higher: int, timeframe: int) -> bool:
    """Return whether bars of a timeframe make whole bars of a higher one, both in seconds."""
    return higher > timeframe > 0 and higher % timeframe == 0
