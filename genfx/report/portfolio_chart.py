"""The chart of a portfolio: profit so far of each part and of their sum, drawdown of the sum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64
from genfx.markets import span_label
from genfx.portfolio.spans import PortfolioSpan, falls
from genfx.report.drawings import (
    COLOURS,
    GAP,
    LOW,
    TALL,
    TOP,
    WIDTH,
    EquityChart,
    curves,
    value_panel,
)
from genfx.report.svg import Zone, date_ticks

SUM_COLOUR = "#111827"
_ANY_SPAN = "#2563eb"  # of a test that is no span of a config
_GOLDEN_ANGLE = 137.508  # degrees: neighbours differ, however many there are


def part_colours(count: int) -> tuple[str, ...]:
    """Return a colour for each part."""
    return tuple(f"hsl({round(n * _GOLDEN_ANGLE) % 360} 65% 45%)" for n in range(count))


def span_colour(span: PortfolioSpan) -> str:
    """Return the colour of a span."""
    return COLOURS.get(span.name, _ANY_SPAN)


def portfolio_chart(spans: Sequence[PortfolioSpan]) -> EquityChart:
    """Return the profit so far of each part and of their sum; each span starts where one ended.

    Below is the drawdown of the sum.
    """
    times = np.concatenate([s.market.bars.time[s.market.first : s.market.end] for s in spans])
    starts = np.cumsum([0, *(len(span.equity) for span in spans)]).tolist()
    lines = _lines(spans)
    every = np.concatenate([part for line in lines for part in line])
    low, high = float(min(0.0, every.min())), float(max(0.0, every.max()))
    upper = value_panel(TOP, TALL, len(times), low, high)
    below = [falls(span.equity, span.deposit) for span in spans]
    deepest = float(min(part.min() for part in below))
    lower = value_panel(TOP + TALL + GAP, LOW, len(times), deepest, 0.0)
    names = [span_label(span.name) for span in spans]
    styles = list(zip(names, map(span_colour, spans), strict=True))
    zones = tuple(
        Zone(name, colour, upper.x(start), upper.x(end) - upper.x(start))
        for (name, colour), start, end in zip(styles, starts, starts[1:], strict=False)
    )
    drawn = _styles(spans[0])
    return EquityChart(
        width=WIDTH,
        height=TOP + TALL + GAP + LOW + 24,
        equity=curves(
            upper,
            [part for line in lines for part in line],
            starts[:-1] * len(lines),
            [style for style in drawn for _ in spans],
            "",
        ),
        drawdown=curves(lower, below, starts, styles, "%"),
        dates=tuple(date_ticks(upper, times)),
        zones=zones,
    )


def _styles(span: PortfolioSpan) -> list[tuple[str, str]]:
    """Return name and colour of the line of each part, then of the sum, which is drawn last."""
    colours = (*part_colours(len(span.parts)), SUM_COLOUR)
    return [(line.name, colour) for line, colour in zip(span.lines, colours, strict=True)]


def _lines(spans: Sequence[PortfolioSpan]) -> list[list[F64]]:
    """Return the profit so far on every span of each part, then of the sum."""
    parts = range(len(spans[0].parts))
    each = [_chained([s.results[n].equity - s.results[n].deposit for s in spans]) for n in parts]
    return [*each, _chained([span.equity - span.deposit for span in spans])]


def _chained(profits: Sequence[F64]) -> list[F64]:
    level, found = 0.0, []
    for profit in profits:
        found.append(level + profit)
        level = float(found[-1][-1])
    return found
