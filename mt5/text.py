"""Texts and numbers as MetaTrader writes them: UTF-16, blanks between thousands, `12.80 (68.49%)`.

Every reader says where it is by a `Place`; every error names it.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dsl.errors import DataError

_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?: \d{3})+(?:\.\d*)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.ASCII
)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_TIME = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,6}) days? )?(\d{1,6}):(\d\d):(\d\d)", re.ASCII)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands."""

    path: str
    line: int

    def error(self, problem: str, hint: str = "") -> DataError:
        """Return the error that names this place."""
        return DataError(f"{self.path}:{self.line}: {problem}", hint=hint)


def decoded(content: bytes, path: str) -> str:
    """Return the text of a file that MetaTrader wrote: UTF-16 mostly, else UTF-8.

    Raises:
        DataError: It is neither, or ends within a character.
    """
    encoding = _encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path}: byte {problem.start} is no {encoding} text: {problem.reason}",
            hint="the file is cut or damaged; save the report again",
        ) from None


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:200]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def plain(text: str) -> str:
    """Return a text with single blanks, also where the file has such as do not break a line."""
    return _BLANKS.sub(" ", text).strip()


def number(text: str, place: Place, what: str) -> float:
    """Return a number; blanks may part its thousands.

    >>> number("-1 234.50", Place("report.html", 1), "Profit")
    -1234.5
    """
    found = _NUMBER.fullmatch(text.lower())
    value = float(found.group().replace(" ", "")) if found else math.nan
    if not math.isfinite(value):
        raise place.error(f"{what} is {text!r}, not a number")
    return value


def whole(text: str, place: Place, what: str) -> int:
    """Return a whole number."""
    if _WHOLE.fullmatch(text.replace(" ", "")) is None:
        raise place.error(f"{what} is {text!r}, not a whole number")
    return int(text.replace(" ", ""))


def moment(text: str, place: Place, what: str) -> datetime:
    """Return a time of the server's clock.

    >>> moment("2024.01.02 07:15:00", Place("report.html", 1), "Time").isoformat()
    '2024-01-02T07:15:00+00:00'
    """
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        raise place.error(
            f"{what} is {text!r}, not a time", hint="MetaTrader writes 2024.01.02 07:15:00"
        ) from None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a report taken apart; NaN where the text has no such part.

    value: The first number without a percent sign, or a duration in seconds. percent: The number
    with one. second: Another number, such as the money in "2 (-12.80)".
    """

    value: float
    percent: float
    second: float


def figure(text: str) -> Figure:
    """Return the numbers of a figure; a text without numbers has none.

    >>> figure("12.80 (68.49%)")
    Figure(value=12.8, percent=68.49, second=nan)
    >>> figure("0:40:44").value
    2444.0
    """
    if found := _DURATION.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return Figure(86_400.0 * days + 3600 * hours + 60 * minutes + seconds, math.nan, math.nan)
    parts = re.fullmatch(r"([^()%]*)(%?)[^()]*(?:\(([^()%]*)(%?)\))?", text)
    plain_numbers: list[float] = []
    percents: list[float] = []
    for part, sign in ((parts[1], parts[2]), (parts[3], parts[4])) if parts else ():
        if part is not None and _NUMBER.fullmatch(part.strip()):
            (percents if sign else plain_numbers).append(float(part.replace(" ", "")))
    padded = [*plain_numbers, math.nan, math.nan]
    return Figure(padded[0], [*percents, math.nan][0], padded[1])
