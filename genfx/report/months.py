"""Profit by calendar month, as traders read it: a row for each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.market import Market
from dsl.jit import F64
from genfx.runs.finalists import SpanResult

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Year:
    """Profit in deposit currency of each month of a year, None where it was not tested."""

    span: str
    year: int
    months: tuple[float | None, ...]
    total: float


def monthly(found: SpanResult) -> list[Year]:
    """Return the change of equity in each month of a span, open positions at their value."""
    return profit_by_month(found.span, found.market, found.result.equity, found.result.deposit)


def profit_by_month(span: str, tested: Market, equity: F64, deposit: float) -> list[Year]:
    """Return the change of equity in each month of a tested window.

    equity: At each close of the tested window, which began with `deposit`.
    """
    times = tested.bars.time[tested.first : tested.end].astype("datetime64[s]")
    months = times.astype("datetime64[M]").astype(np.int64)
    last_rows = np.append(np.flatnonzero(np.diff(months)), len(months) - 1)
    values = np.diff(equity[last_rows], prepend=deposit)
    by_month = {
        int(months[row]): float(value) for row, value in zip(last_rows, values, strict=True)
    }
    years = sorted({month // 12 for month in by_month})
    return [_year(span, year, by_month) for year in years]


def _year(span: str, year: int, by_month: dict[int, float]) -> Year:
    months = tuple(by_month.get(12 * year + number) for number in range(12))
    return Year(span, 1970 + year, months, sum(value for value in months if value is not None))
