"""Charts as SVG coordinates: axes with round numbers and dates, lines that keep their extremes.

It knows numbers only, not what they mean; the templates in templates/report draw what it returns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from dsl.jit import F64, I64

MOST_COLUMNS = 400  # of a curve, each with its lowest and highest value: more cannot be seen
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """Where a chart's drawing lies in its SVG, and the values at its edges."""

    left: float
    top: float
    width: float
    height: float
    first: float
    last: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """Return the SVG coordinate of a value of the horizontal axis."""
        return self.left + (value - self.first) / ((self.last - self.first) or 1.0) * self.width

    def y(self, value: float) -> float:
        """Return the SVG coordinate of a value of the vertical axis."""
        return self.top + (self.high - value) / ((self.high - self.low) or 1.0) * self.height

    def points(self, xs: Sequence[float], ys: Sequence[float]) -> str:
        """Return a line as the points of an SVG polyline."""
        pairs = zip(xs, ys, strict=True)
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in pairs)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: its coordinate and its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: its name, its colour, its points."""

    name: str
    colour: str
    points: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the horizontal axis with a name, such as a span."""

    name: str
    colour: str
    x: float
    width: float


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return up to `most` + 1 round numbers that enclose low..high, rising by an equal step.

    >>> round_ticks(-120.0, 1730.0, 5)
    [-500.0, 0.0, 500.0, 1000.0, 1500.0, 2000.0]
    """
    wide = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(wide / most))
    for factor in _ROUND:
        step = factor * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= most:
            break
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def value_ticks(panel: Panel, values: Sequence[float], unit: str = "") -> list[Tick]:
    """Return the marks of a vertical axis at these values."""
    step = abs(values[1] - values[0])
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals and not math.isclose(step * 10**decimals, round(step * 10**decimals)):
        decimals += 1
    return [Tick(panel.y(value), f"{value + 0.0:,.{decimals}f}{unit}") for value in values]


def date_ticks(panel: Panel, times: I64, most: int = 10) -> list[Tick]:
    """Return marks at the first bar of months or years; `times` are those of rows 0, 1, 2 ..."""
    days = times.astype("datetime64[s]")
    months = days.astype("datetime64[M]").astype(np.int64)
    starts = np.flatnonzero(np.diff(months, prepend=months[0])).tolist()
    for step in _MONTH_STEPS:
        chosen = [row for row in starts if months[row] % step == 0]
        if len(chosen) <= most:
            break
    if len(chosen) < 2:
        chosen = [0, len(times) - 1]
        form = "%Y-%m-%d"
    else:
        form = "%Y" if step >= 12 else "%Y-%m"
    return [
        Tick(panel.x(row), datetime.fromtimestamp(int(times[row]), UTC).strftime(form))
        for row in chosen
    ]


def thinned(values: F64) -> tuple[list[float], list[float]]:
    """Return rows and values of a curve with few points that looks the same: extremes stay."""
    step = max(1, -(-len(values) // MOST_COLUMNS))
    rows: list[int] = [0] if len(values) else []
    for start in range(0, len(values), step):
        part = values[start : start + step]
        rows += sorted({start + int(part.argmin()), start + int(part.argmax())})
    if len(values):
        rows.append(len(values) - 1)
    kept = list(dict.fromkeys(rows))
    return [float(row) for row in kept], values[kept].tolist()
