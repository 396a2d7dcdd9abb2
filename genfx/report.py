"""report.html: one file without scripts or outside resources, drawn from the finalists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2
import numpy as np

from backtest.market import Market
from backtest.timeframes import shown_time, timeframe_name
from dsl.printer import format_strategy
from genfx import __version__
from genfx.figures import LABELS, figure_text
from genfx.finalists import FIGURES, Finalist

COLOURS = {"in_sample": "#2563eb", "gate": "#d97706", "holdout": "#15803d"}
WIDTH, HEIGHT = 640, 150  # of a chart, in SVG units
MOST_POINTS = 500  # of a curve: more cannot be seen


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the report says of the search: distinct strategies simulated, requests, luck, seed."""

    name: str
    seed: int
    tried: int
    requests: int
    lucky_sharpe: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a chart, as SVG points."""

    span: str
    colour: str
    points: str


def report_html(finalists: Sequence[Finalist], facts: RunFacts, whole: Market) -> str:
    """Return the report of a run; the same run gives the same bytes."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("templates", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    bars = whole.bars
    spans = [found.span for found in finalists[0].spans] if finalists else list(COLOURS)
    return environment.get_template("report.html.j2").render(
        version=__version__,
        facts=facts,
        data=f"{bars.symbol} {timeframe_name(bars.timeframe)}, {len(bars)} bars, "
        f"{shown_time(bars.time[0])} to {shown_time(bars.time[-1])} ({bars.timezone})",
        data_hash=bars.data_hash,
        deposit=f"{whole.account.deposit:.2f} {whole.account.currency}",
        spans=[(span, COLOURS[span], span.replace("_", "-")) for span in spans],
        labels=[LABELS[name] for name in FIGURES],
        finalists=[_view(finalist) for finalist in finalists],
        width=WIDTH,
        height=HEIGHT,
    )


def _view(finalist: Finalist) -> dict[str, object]:
    return {
        "name": finalist.name,
        "text": format_strategy(finalist.strategy),
        "rows": [
            (LABELS[name], [figure_text(name, found.figures[i]) for found in finalist.spans])
            for i, name in enumerate(FIGURES)
        ],
        "cells": [
            [figure_text(name, found.figures[i]) for found in finalist.spans]
            for i, name in enumerate(FIGURES)
        ],
        "curves": curves(finalist),
    }


def curves(finalist: Finalist) -> list[Curve]:
    """Return the equity of each span, as profit so far: each starts where the one before ended."""
    lines: list[tuple[str, list[float], list[float]]] = []
    level, start = 0.0, 0.0
    for found in finalist.spans:
        profit = found.result.equity - found.result.deposit
        step = max(1, -(-len(profit) // MOST_POINTS))
        rows = np.unique(np.append(np.arange(0, len(profit), step), len(profit) - 1))
        lines.append((found.span, (start + rows).tolist(), (level + profit[rows]).tolist()))
        level += float(profit[-1])
        start += len(profit)
    return _drawn(lines, start)


def _drawn(lines: Sequence[tuple[str, list[float], list[float]]], bars: float) -> list[Curve]:
    every = [y for _, _, ys in lines for y in ys]
    low, high = min(0.0, *every), max(0.0, *every)
    tall = (high - low) or 1.0
    return [
        Curve(
            span,
            COLOURS[span],
            " ".join(
                f"{x / bars * WIDTH:.1f},{(high - y) / tall * HEIGHT:.1f}"
                for x, y in zip(xs, ys, strict=True)
            ),
        )
        for span, xs, ys in lines
    ]
