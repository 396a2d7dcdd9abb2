"""Strict checks of bars read from a file: every complaint names the line, the value, the rule.

Rows are numpy arrays in file order; `lines[i]` is the line of row i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.timeframes import TIMEFRAMES, shown_time, timeframe_name
from dsl.errors import DataError
from dsl.jit import F64, I64, Bool1D

PRICES = ("open", "high", "low", "close")
MAX_DIGITS = 8
OFF_GRID = 0.01  # of a point: further off is an error, not rounding
ON_GRID_SHARE = 0.99  # of the prices decide how many digits the symbol has


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in a file: its name, prices float64[n] in quote currency, times in seconds."""

    place: str
    first_line: int
    time: I64
    prices: dict[str, F64]

    def fail(self, row: int, message: str, hint: str = "") -> DataError:
        """Return the error at a row."""
        return DataError(f"{self.place}:{self.first_line + row}: {message}", hint=hint)

    def refuse(self, wrong: Bool1D, message: str, hint: str = "") -> None:
        """Raise the error at the first row that is wrong; `{time}` and the prices are filled in."""
        if wrong.any():
            row = int(np.argmax(wrong))
            shown = {name: f"{column[row]:.10g}" for name, column in self.prices.items()}
            text = message.format(time=shown_time(self.time[row]), **shown)
            raise self.fail(row, text, hint)


def check_times(rows: Rows) -> int:
    """Return the bar period in seconds; refuse times that repeat, go back or come too soon."""
    if len(rows.time) < 2:
        raise DataError(f"{rows.place}: holds {len(rows.time)} bar; at least 2 are needed")
    steps = np.diff(rows.time)
    wrong = steps <= 0
    if wrong.any():
        row = int(np.argmax(wrong)) + 1
        now, before = shown_time(rows.time[row]), shown_time(rows.time[row - 1])
        if steps[row - 1] == 0:
            raise rows.fail(row, f"time {now} repeats; bars must be strictly increasing")
        raise rows.fail(
            row,
            f"time {now} comes after {before}; bars must be strictly increasing",
            "the rows are out of order: sort the file by time, oldest first",
        )
    values, counts = np.unique(steps, return_counts=True)
    period = int(values[np.argmax(counts)])
    if period not in TIMEFRAMES.values():
        raise DataError(
            f"{rows.place}: bars are mostly {period} seconds apart, which is no bar period",
            hint=f"allowed are {', '.join(TIMEFRAMES)}",
        )
    soon = np.concatenate([[False], steps < period])
    rows.refuse(soon, f"time {{time}} comes within the {timeframe_name(period)} bar before it")
    return period


def check_prices(rows: Rows) -> None:
    """Refuse prices that are not positive, and bars whose high or low contradicts the rest."""
    o, h, low, c = (rows.prices[name] for name in PRICES)
    for name in PRICES:
        wrong = ~(np.isfinite(rows.prices[name]) & (rows.prices[name] > 0))
        rows.refuse(wrong, f"{name} is {{{name}}}; prices must be above 0")
    rows.refuse(h < low, "high {high} is below low {low}")
    rows.refuse(h < np.maximum(o, c), "high {high} is below open {open} or close {close}")
    rows.refuse(low > np.minimum(o, c), "low {low} is above open {open} or close {close}")


def price_digits(prices: dict[str, F64]) -> int:
    """Return how many decimals the prices have: as few as fit nearly all of them."""
    sample = np.concatenate([prices[name] for name in PRICES])
    for digits in range(MAX_DIGITS):
        scaled = sample * 10.0**digits
        if np.mean(np.abs(scaled - np.rint(scaled)) <= OFF_GRID) >= ON_GRID_SHARE:
            return digits
    return MAX_DIGITS


def to_points(rows: Rows, digits: int) -> dict[str, I64]:
    """Return the prices as whole points; refuse any further than 0.01 point off the grid."""
    points: dict[str, I64] = {}
    for name in PRICES:
        scaled = rows.prices[name] * 10.0**digits
        whole = np.rint(scaled)
        rows.refuse(
            np.abs(scaled - whole) > OFF_GRID,
            f"{name} {{{name}}} is no whole number of points of {10.0**-digits:.{digits}f}",
            "state the symbol's digits if the guess is wrong (--digits, or data.digits)",
        )
        points[name] = whole.astype(np.int64)
    return points
