"""Two tables of deals side by side: equal, or the first deal and field that differ."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from backtest.result import CloseReason, Deal, Deals

MISSING = "missing"
FIELDS = (
    "time",
    "entry",
    "side",
    "reason",
    "lots",
    "price",
    "stop",
    "target",
    "profit",
    "commission",
    "swap",
    "balance",
)
_CENT = 0.005  # deposit currency
_LOTS = 1e-9
_FAR = 1e-9  # of a level: the values that it comes from are no more exact
SLACK = {"lots": _LOTS, "profit": _CENT, "commission": _CENT, "swap": _CENT, "balance": _CENT}


@dataclass(frozen=True, slots=True)
class Difference:
    """The first deal that is not the same on both sides.

    number: Counted from 0. field: The first of FIELDS that differs, or MISSING where one side has
    no such deal. expected: The engine's deal. replayed: That of the Expert Advisor's text.
    """

    number: int
    field: str
    expected: Deal | None
    replayed: Deal | None

    @property
    def time(self) -> int:
        """Return when the earlier of both deals was made, Unix seconds."""
        return min(deal.time for deal in (self.expected, self.replayed) if deal is not None)


def reason_word(code: int) -> str:
    """Return why a deal closed its position, in words.

    >>> reason_word(1), reason_word(-1)
    ('stop loss', 'no known reason')
    """
    if code not in {reason.value for reason in CloseReason}:
        return "no known reason"
    return CloseReason(code).name.lower().replace("_", " ")


def first_difference(expected: Deals, replayed: Deals) -> Difference | None:
    """Return where two tables of deals part; None where they are the same.

    Times, sides, reasons are equal; prices and levels to the point (levels beyond 10^9 points,
    which no price reaches, to 1e-9), lots to 1e-9, money to the cent. The row of the bar is not
    compared: its time is.
    """
    for number, (one, other) in enumerate(zip_longest(expected, replayed)):
        if one is None or other is None:
            return Difference(number, MISSING, one, other)
        field = first_field(one, other)
        if field:
            return Difference(number, field, one, other)
    return None


def first_field(one: Deal, other: Deal) -> str:
    """Return the first field in which two deals differ, "" where none does."""
    for name in FIELDS:
        value = getattr(one, name)
        slack = _FAR * abs(value) if name in ("stop", "target") else SLACK.get(name, 0.0)
        if not abs(value - getattr(other, name)) <= slack:
            return name
    return ""
