"""MetaTrader's own values of indicators against genfx's, on the bars that MetaTrader had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.bars import Bars
from backtest.market import Market, Symbol
from dsl.errors import DataError
from dsl.jit import F64
from dsl.text.lower import parse_expression
from genfx.series import values_beside_bars
from mt5.dump import Dump


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """How far two columns are apart.

    rows: Bars on which both have a value. error: The largest difference, relative to the value or
    to the usual size of the column, whichever is larger. time: Of the bar where that is, 0: no rows
    to compare. constant: They differ by a constant (sums that begin with history), and `error` is
    what is left of it.
    """

    expression: str
    rows: int
    error: float
    time: int
    ours: float
    theirs: float
    constant: bool = False


def checked_dump(dump: Dump, bars: Bars | None = None) -> tuple[ColumnCheck, ...]:
    """Compare every column of a dump, worst first.

    Args:
        dump: As MetaTrader wrote it.
        bars: Longer history of the same chart, so that recursive indicators begin earlier; None:
            the bars of the dump.
    Raises:
        DataError: The bars are not the same where both have them.
        DslErrors: A title is no expression of this version.
    """
    used = dump.bars if bars is None else bars
    rows = _common_rows(dump.bars, used)
    market = Market(used, Symbol(used.symbol, used.digits))
    found = []
    for expression, theirs in dump.columns.items():
        _, values = values_beside_bars(parse_expression(expression), market)
        ours = np.asarray(values)[rows[1]]
        found.append(_compared(expression, ours, theirs[rows[0]], dump.bars.time[rows[0]]))
    return tuple(sorted(found, key=lambda check: -check.error))


def _common_rows(one: Bars, other: Bars) -> tuple[np.ndarray, np.ndarray]:
    if (one.timeframe, one.digits) != (other.timeframe, other.digits):
        raise DataError(
            f"the dump has bars of {one.timeframe} s and {one.digits} digits, the data "
            f"{other.timeframe} s and {other.digits}"
        )
    _, left, right = np.intersect1d(one.time, other.time, return_indices=True)
    if len(left) < 2:
        raise DataError("the dump and the data share no bars", hint="is it the same clock?")
    for name in ("open", "high", "low", "close", "tick_volume"):
        differs = getattr(one, name)[left] != getattr(other, name)[right]
        if differs.any():
            row = int(np.argmax(differs))
            raise DataError(
                f"bar {int(left[row]) + 1} of the dump has another {name} than the data",
                hint="leave out --data, or import the bars of this broker",
            )
    return left, right


def _compared(expression: str, ours: F64, theirs: F64, time: np.ndarray) -> ColumnCheck:
    known = ~(np.isnan(ours) | np.isnan(theirs))
    if not known.any():
        return ColumnCheck(expression, 0, 0.0, 0, np.nan, np.nan)
    a, b, at = ours[known], theirs[known], time[known]
    error, constant = _error(a, b), False
    shifted = a + np.median(b - a)
    if error.max() > 1e-9 and _error(shifted, b).max() < 1e-9 and np.ptp(b) > 0:
        error, constant = _error(shifted, b), True
    worst = int(np.argmax(error))
    return ColumnCheck(
        expression,
        len(a),
        float(error[worst]),
        int(at[worst]),
        float(a[worst]),
        float(b[worst]),
        constant,
    )


def _error(ours: F64, theirs: F64) -> F64:
    size = np.maximum(np.abs(theirs), np.median(np.abs(theirs)))
    gap = np.abs(ours - theirs)
    relative: F64 = np.divide(gap, size, out=gap.copy(), where=size > 0)
    return relative
