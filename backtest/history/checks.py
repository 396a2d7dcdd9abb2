"""Strict checks of bars read from a file: every complaint names the line, the value, the rule.

Rows are numpy arrays in file order; `lines[i]` is the line of row i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.history.layout import PRICES
from backtest.timeframes import shown_time, timeframe_name
from dsl.errors import DataError
from dsl.jit import F64, I64, Bool1D
from dsl.timeframes import DAY, TIMEFRAMES

MAX_DIGITS = 8
OFF_GRID = 0.01  # of a point: further off is an error, not rounding
ON_GRID_SHARE = 0.99  # of the prices decide how many digits the symbol has
SAMPLED = 200_000  # rows that are enough to see the digits


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in a file: its name, prices float64[n] in quote currency, times in seconds.

    unit: What rows are called in messages where the file has no lines, such as "bar".
    """

    place: str
    first_line: int
    time: I64
    prices: dict[str, F64]
    unit: str = ""

    def fail(self, row: int, message: str, hint: str = "") -> DataError:
        """Return the error at a row."""
        number = self.first_line + row
        at = f": {self.unit} {number}" if self.unit else f":{number}"
        return DataError(f"{self.place}{at}: {message}", hint=hint)

    def refuse(self, wrong: Bool1D, message: str, hint: str = "") -> None:
        """Raise the error at the first row that is wrong; `{time}` and the prices are filled in."""
        if wrong.any():
            row = int(np.argmax(wrong))
            shown = {name: f"{column[row]:.10g}" for name, column in self.prices.items()}
            text = message.format(time=shown_time(self.time[row]), **shown)
            raise self.fail(row, text, hint)


def check_not_empty(rows: Rows) -> None:
    """Refuse rows of zeros, which exports write where they have no bar."""
    zeros = np.ones(len(rows.time), np.bool_)
    for column in rows.prices.values():
        zeros &= column == 0
    if not zeros.any():
        return
    first, count = int(np.argmax(zeros)), int(zeros.sum())
    when = shown_time(rows.time[first])
    at_end = count > 1 and bool(zeros[-count:].all())
    many = (
        f" ({count} such rows{', to the end of the file' if at_end else ''})" if count > 1 else ""
    )
    raise rows.fail(
        first,
        f"all prices are 0 at {when}: the row is empty, no bar{many}",
        "delete the rows of zeros, or export the history anew",
    )


def check_times(rows: Rows, stated: int = 0) -> int:
    """Return the bar period in seconds; refuse times that repeat, go back or come too soon.

    Args:
        rows: The rows.
        stated: The period that the file states; 0: it is seen from the times.
    """
    if len(rows.time) < 2:
        raise DataError(f"{rows.place}: holds {len(rows.time)} bar; at least 2 are needed")
    steps = np.diff(rows.time)
    wrong = steps <= 0
    if wrong.any():
        raise _disorder(rows, int(np.argmax(wrong)) + 1, int((steps == 0).sum()))
    values, counts = np.unique(steps, return_counts=True)
    period = stated or int(values[np.argmax(counts)])
    if period not in TIMEFRAMES.values():
        raise DataError(
            f"{rows.place}: bars are mostly {period} seconds apart, which is no bar period",
            hint=f"allowed are {', '.join(TIMEFRAMES)}",
        )
    _check_grid(rows, period)
    return period


def _disorder(rows: Rows, row: int, repeats: int) -> DataError:
    now, before = shown_time(rows.time[row]), shown_time(rows.time[row - 1])
    if now == before:
        count = f" ({repeats} times repeat in this file)" if repeats > 1 else ""
        return rows.fail(row, f"time {now} repeats{count}; bars must be strictly increasing")
    return rows.fail(
        row,
        f"time {now} comes after {before}; bars must be strictly increasing",
        "the rows are out of order: sort the file by time, oldest first",
    )


def _check_grid(rows: Rows, period: int) -> None:
    """Refuse bars that do not open on whole multiples of their period, as MetaTrader's all do."""
    week = period == TIMEFRAMES["W1"]
    opened = rows.time + 4 * DAY if week else rows.time  # 1970 began on a Thursday, weeks on Sunday
    off = opened % period != 0
    if not off.any():
        return
    name, count = timeframe_name(period), int(off.sum())
    row = int(np.argmax(off))
    should = shown_time(rows.time[row] - opened[row] % period)
    every = "" if count == 1 else f" ({count} of {len(off)} bars)"
    hint = "export the history anew, or leave these bars out"
    if count == len(off):
        hint = "these are bars of another clock: import smaller ones, and resample them"
    raise rows.fail(
        row, f"this {name} bar opens at {shown_time(rows.time[row])}, not at {should}{every}", hint
    )


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
    every = max(1, len(prices["open"]) // SAMPLED)
    sample = np.concatenate([prices[name][::every] for name in PRICES])
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
