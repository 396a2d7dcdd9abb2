"""The figures of a portfolio's report: of each part and of their sum, on one span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.market import Market
from dsl.jit import F64, I64, Bool1D
from genfx.portfolio.correlation import LEAST, changes
from genfx.portfolio.spans import PortfolioSpan, falls
from genfx.report.figures import figure_text
from genfx.report.months import profit_by_month

DAY = 86_400
HEADINGS = (
    "Net profit",
    "Return",
    "Profit factor",
    "Drawdown",
    "Trades",
    "Won",
    "Worst month",
    "Longest below peak",
    "Correlation with the rest",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A part or the sum on a span; cells in the order of HEADINGS."""

    name: str
    cells: tuple[str, ...]


def figure_rows(span: PortfolioSpan) -> tuple[Row, ...]:
    """Return a row for each part, the sum last."""
    daily = changes(span, "day")
    rows = []
    for number, (line, one) in enumerate(zip(span.lines, span.results, strict=False)):
        rest = daily.sum(axis=0) - daily[number]
        alike = _alike(daily[number], rest)
        wins = int((one.trade_results > 0).sum())
        cells = _cells(span.market, one.equity, one.deposit)
        rows.append(Row(line.name, _row(span, number, wins, cells, alike)))
    whole = _cells(span.market, span.equity, span.deposit)
    wins = sum(int((one.trade_results > 0).sum()) for one in span.results)
    rows.append(Row("together", _row(span, len(span.results), wins, whole, "")))
    return tuple(rows)


def _row(
    span: PortfolioSpan, number: int, wins: int, cells: tuple[str, str, str], alike: str
) -> tuple[str, ...]:
    line = span.lines[number]
    shared = span.deposit if number == len(span.results) else span.results[number].deposit
    return (
        f"{line.net_profit:,.2f}",
        f"{100.0 * line.net_profit / shared:.2f}%" if shared else "-",
        figure_text("profit_factor", line.profit_factor),
        cells[0],
        f"{line.trades:,}",
        f"{100.0 * wins / line.trades:.0f}%" if line.trades else "-",
        cells[1],
        cells[2],
        alike or "-",
    )


def _cells(market: Market, equity: F64, deposit: float) -> tuple[str, str, str]:
    """Return largest drawdown, worst month, and the longest time below a peak, as text."""
    below = falls(equity, deposit)
    months = [
        v for y in profit_by_month("", market, equity, deposit) for v in y.months if v is not None
    ]
    days = longest_below(below < 0, market.bars.time[market.first : market.end]) / DAY
    worst = min(months, default=0.0)
    return f"{-float(below.min(initial=0.0)):.2f}%", f"{worst:,.0f}", f"{days:,.0f} days"


def longest_below(below: Bool1D, times: I64) -> int:
    """Return the longest time from a peak to the next one, or to the end, in seconds.

    A weekend between two peaks is none of it.

    Args:
        below: Whether a bar closed below the highest equity so far, bool[n], n >= 1.
        times: Of the bars, seconds, int64[n].
    """
    edges = np.unique([0, *np.flatnonzero(~below), len(below) - 1])
    falls_between = (np.diff(edges) > 1) | below[edges[:-1]] | below[edges[1:]]
    return int(np.diff(times[edges])[falls_between].max(initial=0))


def _alike(one: F64, other: F64) -> str:
    if len(one) < LEAST or one.std() < 1e-9 or other.std() < 1e-9:
        return ""
    return f"{float(np.corrcoef(one, other)[0, 1]):.2f}"
