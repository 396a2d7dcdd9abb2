"""Usual slips in statements, and what to write instead: a hint beside the syntax error."""

from __future__ import annotations

import re
from collections.abc import Callable

from dsl.text.statements import DAYS

_PAIRS = (
    "stop loss",
    "take profit",
    "trailing stop",
    "break even",
    "trade when",
    "trade comment",
    "close when",
    "friday close",
    "day close",
    "max spread",
    "max slippage",
    "max trades per day",
    "one trade per day",
    "daily loss",
    "drawdown stop",
    "exit after",
    "enter long",
    "enter short",
    "exit long",
    "exit short",
    "size risk",
)
_JOINED = {pair.replace(" ", ""): pair for pair in _PAIRS}
_TIME = r"(\d{1,2}(?::\d{2})?)"
_VALUE = r"(-?\d+(?:\.\d+)?|\d{1,2}:\d{2})"
_RANGE = r"\s*(?:to|\.\.\.?|-|–|,)\s*"
_DAY = re.compile(rf"(?:{'|'.join(DAYS)})(?={'|'.join(DAYS)})|[A-Za-z]+|\.\.+|-|–")
_UNITS = {"h": "hours", "d": "days", "m": "minutes", "w": "weeks"}
_BARS_OF = {"h": "H1", "d": "D1", "m": "M1", "w": "W1"}


def usual_slip(statement: str) -> str:
    """Return what to write instead of a wrong statement, "" where the slip is not a usual one."""
    line = statement.strip().partition("\n")[0].partition("#")[0].strip()
    for pattern, told in _SLIPS:
        found = pattern.match(line)
        if found:
            return told(found)
    return ""


def joined_pair(word: str) -> str:
    """Return the words that a statement begins with where they are written as one, else ""."""
    return _JOINED.get(word.replace("_", "").lower(), "")


def _days(found: re.Match[str]) -> str:
    """Return the days of `weekdays monday, wed-fri` in words of the language."""
    days: list[str] = []
    upto = False
    for word in _DAY.findall(found[1]):
        day = word[:3].lower()
        if day in DAYS:
            first = (DAYS.index(days[-1]) + 1) % 7 if upto and days else DAYS.index(day)
            span = (DAYS.index(day) - first) % 7 + 1
            days += [DAYS[(first + step) % 7] for step in range(span)]
        upto = word in {"-", "–", "to", "through", "until"} or word.startswith("..")
    known = f"days are {' '.join(DAYS)}, with blanks between them"
    return f"{known}: write 'weekdays {' '.join(dict.fromkeys(days))}'" if days else known


def _bars(found: re.Match[str]) -> str:
    count, unit = found[1], found[2][0].lower()
    return (
        f"a position's age counts in bars: {count} {_UNITS[unit]} are {count} bars of "
        f"{_BARS_OF[unit]}, 'exit after {count} bars' there"
    )


def _joined(found: re.Match[str]) -> str:
    pair = joined_pair(found[1])
    return f"words of their own: write '{pair}'" if pair else ""


def _input(found: re.Match[str]) -> str:
    name, low, high = found.groups()
    return f"a value, then its range: write 'input {name} = {low} in {low}..{high}'"


_SLIPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"weekdays\b(.*)"), _days),
    (re.compile(r"exit\s+after\s+(\d+)\s*((?:h|d|m|w)\w*)"), _bars),
    (
        re.compile(rf"session\s+{_TIME}\s*(?:-|–|\.\.+|until|till|,)\s*{_TIME}"),
        lambda found: f"write 'session {found[1]} to {found[2]}'",
    ),
    (
        re.compile(rf"input\s+(\w+)\s*=\s*{_VALUE}{_RANGE}{_VALUE}"),
        _input,
    ),
    (
        re.compile(rf"(input\s+\w+\s*=\s*\S+\s+in)\s+{_VALUE}\s*(?:to|-|–|,)\s*{_VALUE}"),
        lambda found: f"a range has two dots: write '{found[1]} {found[2]}..{found[3]}'",
    ),
    (re.compile(r"([A-Za-z_]+)"), _joined),
)
