"""How a text of bars is laid out: separator, header or none, which column is what, decimal mark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backtest.history.content import HEAD
from dsl.errors import DataError

PRICES = ("open", "high", "low", "close")
PLAIN = "time,open,high,low,close,volume[,spread]"
METATRADER = "<DATE> <TIME> <OPEN> <HIGH> <LOW> <CLOSE> <TICKVOL> <VOL> <SPREAD>"
ALLOWED = f"read are columns like {PLAIN}, or MetaTrader's {METATRADER}"
SEPARATORS = "\t;|,"  # in the order they are tried: the comma may be a decimal mark

_TIME_OF_DAY = re.compile(r"\s*\d{1,2}:\d{2}(:\d{2})?")
_CLOCK_DIGITS = re.compile(r"\s*(\d{4}|\d{6})\s*$")
_DATE = re.compile(r"\s*(\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})")
_NUMERIC_TIME = re.compile(r"\s*(\d{8}( \d{4,6})?|\d{12}|\d{14}|\d{9,11}(\.0*)?|\d{13})\s*$")
_NUMBER = re.compile(r"\s*[-+]?\d+([.,]\d*)?([eE][-+]?\d+)?\s*$")
_TICKS = ("tickvol", "tick_volume", "tickvolume", "ticks", "volume", "vol")  # first one wins
_WITHOUT_HEADER = {4: PRICES, 5: (*PRICES, "volume"), 7: (*PRICES, "volume", "-real", "spread")}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a row stand. columns: field of each of time, last_time (of the part that
    ends the time), open, high, low, close and, where given, volume and spread.
    """

    separator: str
    fields: int
    columns: dict[str, int]
    header: bool
    comma_decimals: bool
    names_utc: bool

    @property
    def first_line(self) -> int:
        """Return the line of the first row."""
        return 2 if self.header else 1


def find_layout(content: bytes, place: str) -> Layout:
    """Return the layout of a text, seen from its first lines.

    Raises:
        DataError: The first line is neither a header nor a row of bars.
    """
    head = content[:HEAD]
    if b"\n" not in head and len(content) > HEAD:
        raise DataError(f"{place}:1: the first line is longer than {HEAD} characters", hint=ALLOWED)
    lines = [line.rstrip("\r") for line in head.decode(errors="replace").split("\n")[:20]]
    separator = _separator(lines, place)
    first = lines[0].split(separator)
    comma = separator != "," and not any("." in cell for cell in _cells(lines, separator))
    if _is_time(first[0]):
        columns = _headless(first, place)
        return Layout(separator, len(first), columns, False, comma, False)
    if sum(bool(_NUMBER.match(cell)) for cell in first) >= len(PRICES):
        raise DataError(
            f"{place}:1: {first[0].strip()!r} is no time, and the row is no header",
            hint="the row is damaged: mend or delete it",
        )
    second = lines[1].split(separator) if len(lines) > 1 else []
    columns, names_utc = _from_header(first, second, place)
    return Layout(separator, len(first), columns, True, comma, names_utc)


def _separator(lines: list[str], place: str) -> str:
    rows = [line for line in lines[:2] if line.strip()]
    for mark in SEPARATORS:
        if all(row.count(mark) >= len(PRICES) for row in rows):
            return mark
    shown = lines[0][:60]
    raise DataError(
        f"{place}:1: the first line is {shown!r}; columns separated by commas, semicolons or tabs "
        "are wanted",
        hint=ALLOWED,
    )


def _cells(lines: list[str], separator: str) -> list[str]:
    rows = [line.split(separator) for line in lines[1:]]
    return [cell for row in rows for cell in row[1:] if _NUMBER.match(cell)]


def _is_time(cell: str) -> bool:
    return bool(_DATE.match(cell) or _NUMERIC_TIME.match(cell))


def _headless(first: list[str], place: str) -> dict[str, int]:
    last_time = 1 if _TIME_OF_DAY.match(first[1]) else 0
    names = _WITHOUT_HEADER.get(len(first) - last_time - 1)
    if names is None:
        raise DataError(
            f"{place}:1: {len(first)} values and no header that says what they are",
            hint="write a header line such as time,open,high,low,close,volume,spread",
        )
    known = {name: last_time + 1 + i for i, name in enumerate(names) if name[0] != "-"}
    return {"time": 0, "last_time": last_time} | known


def _from_header(first: list[str], second: list[str], place: str) -> tuple[dict[str, int], bool]:
    names = [_plain(cell) for cell in first]
    times = [i for i, name in enumerate(names) if _names_time(name)]
    if not times:
        raise DataError(f"{place}:1: no column is named time or date", hint=ALLOWED)
    columns = {"time": times[0], "last_time": _last_time(times, second, place)}
    for price in PRICES:
        found = [i for i, name in enumerate(names) if name == price]
        if len(found) > 1:
            raise DataError(f"{place}:1: column {price} stands twice", hint=ALLOWED)
        columns |= {price: found[0]} if found else {}
    missing = [name for name in PRICES if name not in columns]
    if missing:
        ask = any("ask" in name for name in names)
        raise DataError(
            f"{place}:1: no column {', '.join(missing)}",
            hint="bid prices are wanted; these look like ask prices" if ask else ALLOWED,
        )
    ticks = [name for name in _TICKS if name in names]
    columns |= {"volume": names.index(ticks[0])} if ticks else {}
    columns |= {"spread": names.index("spread")} if "spread" in names else {}
    utc = any(word in names[times[0]].split("_") for word in ("gmt", "utc"))
    return columns, utc


def _plain(cell: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_")
    return re.sub(r"^bid_|_bid$", "", name)


def _names_time(name: str) -> bool:
    if name == "data":  # Polish
        return True
    return "frame" not in name and any(part in name for part in ("time", "date"))


def _last_time(times: list[int], second: list[str], place: str) -> int:
    """Return the field where the time ends: a date may be followed by its time of day."""
    after = times[0] + 1
    if after in times and len(second) > after:
        cell = second[after]
        unmarked = _NUMERIC_TIME.match(second[times[0]]) and _CLOCK_DIGITS.match(cell)
        if _TIME_OF_DAY.match(cell) or unmarked:
            return after
    if len(times) > 1 and len(second) > times[1] and _TIME_OF_DAY.match(second[times[1]]):
        raise DataError(f"{place}:1: the column of the time must follow that of the date")
    return times[0]
