"""Kinds: what a value means, so that a price is compared with a price and never with an hour.

Kinds are values; two oscillators are of one kind only when their bounds are equal. A `KindVar`
stands for any of several kinds in a declaration (`sma: T -> T`). Tolerances of comparisons follow
from kinds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value means; `low` and `high` bound it where that is part of the meaning."""

    name: str
    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        if self.name != "oscillator" or math.isinf(self.low):
            return self.name
        return f"{self.name} {self.low:g}..{self.high:g}"


PRICE = Kind("price")
DISTANCE = Kind("distance")  # a difference of prices, in quote currency
NUMBER = Kind("number")
VOLUME = Kind("volume")
SIGNAL = Kind("signal")
COUNT = Kind("count")  # bars
POINTS = Kind("points")  # whole points, such as the spread
HOUR = Kind("hour", 0, 23)
WEEKDAY = Kind("weekday", 0, 6)  # 0 Sunday .. 6 Saturday, as MetaTrader counts
MINUTE = Kind("minute", 0, 59)  # of the hour
MONTHDAY = Kind("monthday", 1, 31)  # day of the month
BOUNDED = (HOUR, WEEKDAY, MINUTE, MONTHDAY)
MOMENT = Kind("moment")  # minutes since 1970, server time
FORCE = Kind("force")  # a distance times a volume
# Running totals: their level depends on where history starts, their moves do not. What gives the
# same, or moves along, when all values are raised by as much takes them; nothing else does.
ON_BALANCE = Kind("on_balance")
ACCUMULATION = Kind("accumulation")
SIZE = Kind("size")  # how much to trade: lots or a share of the balance
EXPERT = Kind("expert")
STRING = Kind("string")  # EA inputs only
COLOR = Kind("color")  # EA inputs only


def oscillator(low: float, high: float) -> Kind:
    """Return the kind of values that swing between two bounds.

    Equal bounds are written alike wherever they come from: 0 and 0.0 are one number.
    """
    return Kind("oscillator", float(low), float(high))


@dataclass(frozen=True, slots=True)
class KindVar:
    """Any kind whose name is listed; the same variable means the same kind within a signature."""

    name: str
    allowed: tuple[str, ...]


SERIES = KindVar("T", ("price", "distance", "oscillator", "number", "volume"))
INTEGER_KINDS = frozenset({"count", "points", "hour", "weekday", "minute", "monthday"})
COMPARABLE = KindVar(
    "T",
    (*SERIES.allowed, "count", "points", "hour", "weekday", "minute", "monthday", "force"),
)
CUMULATIVE = (ON_BALANCE, ACCUMULATION)
_TOTALS = tuple(kind.name for kind in CUMULATIVE)
AVERAGED = KindVar("T", (*SERIES.allowed, "force", *_TOTALS))
ORDERED = KindVar("T", (*COMPARABLE.allowed, *_TOTALS))  # a literal stands beside COMPARABLE only


class Tolerance(NamedTuple):
    """a > b means a - b > absolute + relative * max(1, |a|, |b|); one of the two is zero."""

    absolute: float
    relative: float


def tolerance(kind: Kind, point: float) -> Tolerance:
    """Return the tolerance of comparisons and zero tests between values of a kind.

    Args:
        kind: Kind of both sides.
        point: The symbol's point, quote currency.
    """
    if kind.name in {"price", "distance"}:
        return Tolerance(1e-4 * point, 0.0)
    if kind.name in INTEGER_KINDS:
        return Tolerance(0.0, 0.0)
    return Tolerance(0.0, 1e-9)
