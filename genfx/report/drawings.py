"""The charts of report.html: equity with drawdown for each strategy, and the search itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.criteria import CRITERIA
from dsl.jit import F64
from genfx.markets import span_label
from genfx.report.figures import LABELS
from genfx.report.svg import (
    Line,
    Panel,
    Tick,
    Zone,
    date_ticks,
    round_ticks,
    thinned,
    value_ticks,
)
from genfx.runs.finalists import OBJECTIVE, Finalist, SpanResult

COLOURS = {"in_sample": "#2563eb", "gate": "#b45309", "holdout": "#15803d"}
_CRITERIA_COLOURS = ("#2563eb", "#b45309", "#15803d", "#9333ea", "#be123c", "#0f766e")
WIDTH, LEFT, RIGHT, TOP = 1000.0, 68.0, 12.0, 22.0  # SVG units
TALL, GAP, LOW = 230.0, 14.0, 80.0  # of the equity panel, between both, of the drawdown panel
SCORE_WIDTH, SCORE_TALL = 490.0, 200.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A panel with its marks, lines, and zones; `bottom` is where the horizontal axis lies."""

    panel: Panel
    bottom: float
    values: tuple[Tick, ...]
    lines: tuple[Line, ...]
    zero: float


@dataclass(frozen=True, slots=True)
class EquityChart:
    """Profit so far above, drawdown below, on one axis of dates."""

    width: float
    height: float
    equity: Chart
    drawdown: Chart
    dates: tuple[Tick, ...]
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """Scores by generation."""

    title: str
    width: float
    height: float
    chart: Chart
    generations: tuple[Tick, ...]


def equity_chart(finalist: Finalist) -> EquityChart:
    """Return the profit so far over all spans: each starts where the one before ended."""
    spans = finalist.spans
    profits, falls = _chained(spans), [_drawdown(found) for found in spans]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in profits])]).tolist()
    every = np.concatenate(profits)
    times = np.concatenate([s.market.bars.time[s.market.first : s.market.end] for s in spans])
    upper = value_panel(
        TOP, TALL, len(every), float(min(0.0, every.min())), float(max(0.0, every.max()))
    )
    lower = value_panel(
        TOP + TALL + GAP, LOW, len(every), float(min(part.min() for part in falls)), 0.0
    )
    colours = [COLOURS[found.span] for found in spans]
    names = [span_label(found.span) for found in spans]
    zones = tuple(
        Zone(name, colour, upper.x(start), upper.x(end) - upper.x(start))
        for name, colour, start, end in zip(names, colours, starts, starts[1:], strict=False)
    )
    equity, drawdown = (
        curves(panel, parts, starts, list(zip(names, colours, strict=True)), unit)
        for panel, parts, unit in ((upper, profits, ""), (lower, falls, "%"))
    )
    dates = tuple(date_ticks(upper, times))
    height = TOP + TALL + GAP + LOW + 24
    return EquityChart(WIDTH, height, equity, drawdown, dates, zones)


def _chained(spans: Sequence[SpanResult]) -> list[F64]:
    level, profits = 0.0, []
    for found in spans:
        profits.append(level + found.result.equity - found.result.deposit)
        level = float(profits[-1][-1])
    return profits


def _drawdown(found: SpanResult) -> F64:
    """Return how far equity is below its highest close so far, in percent, as values <= 0."""
    equity = found.result.equity
    peak = np.maximum(np.maximum.accumulate(equity), found.result.deposit)
    fall: F64 = 100.0 * (equity - peak) / peak
    return fall


def value_panel(top: float, height: float, bars: int, low: float, high: float) -> Panel:
    """Return a panel over so many bars, from a round number below `low` to one above `high`."""
    edges = round_ticks(low, high, 6 if height > LOW else 3)
    return Panel(LEFT, top, WIDTH - LEFT - RIGHT, height, 0, max(1, bars - 1), edges[0], edges[-1])


def curves(
    panel: Panel,
    parts: Sequence[F64],
    starts: Sequence[float],
    styles: Sequence[tuple[str, str]],
    unit: str,
) -> Chart:
    """Return curves on a panel.

    Args:
        parts: The values of each, a bar apart. starts: Where each begins, in bars.
        styles: Name and colour of each. unit: Stands behind the numbers of the axis.
    """
    lines = []
    for part, start, (name, colour) in zip(parts, starts, styles, strict=False):
        rows, values = thinned(part)
        lines.append(Line(name, colour, panel.points([start + row for row in rows], values)))
    edges = round_ticks(panel.low, panel.high, 6 if panel.height > LOW else 3)
    ticks = tuple(value_ticks(panel, edges, unit))
    return Chart(panel, panel.top + panel.height, ticks, tuple(lines), panel.y(0.0))


def score_charts(entries: Sequence[Mapping[str, Any]]) -> list[ScoreChart]:
    """Return the course of the search: the pool's scores, and the mean of each population."""
    bred = [entry for entry in entries if entry.get("phase") == "evolve"]
    if len(bred) < 2:
        return []
    pool = [("best", "#15803d", ("pool", "best")), ("mean", "#2563eb", ("pool", "mean"))]
    names = (*CRITERIA, OBJECTIVE)
    found = [name for name in names if name in bred[0]]
    means = [
        (LABELS[name].lower(), colour, (name, "mean"))
        for name, colour in zip(names, _CRITERIA_COLOURS, strict=True)
        if name in found
    ]
    charts = [_scores("Combined score of the pool", bred, pool)]
    if means:
        charts.append(_scores("Mean score of each criterion's population", bred, means))
    return charts


def _scores(
    title: str,
    bred: Sequence[Mapping[str, Any]],
    series: Sequence[tuple[str, str, tuple[str, str]]],
) -> ScoreChart:
    steps = [float(entry["step"]) for entry in bred]
    wide = SCORE_WIDTH - 40 - RIGHT
    panel = Panel(40, TOP, wide, SCORE_TALL, steps[0], steps[-1], 0.0, 100.0)
    lines = tuple(
        Line(name, colour, panel.points(steps, [float(entry[row][figure]) for entry in bred]))
        for name, colour, (row, figure) in series
    )
    values = tuple(value_ticks(panel, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]))
    marks = [step for step in round_ticks(steps[0], steps[-1], 8) if step <= steps[-1]]
    ticks = tuple(Tick(panel.x(step), f"{step:g}") for step in marks if step == int(step))
    bottom = TOP + SCORE_TALL
    chart = Chart(panel, bottom, values, lines, panel.y(0.0))
    return ScoreChart(title, SCORE_WIDTH, bottom + 40, chart, ticks)
