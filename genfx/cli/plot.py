"""Line charts in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import plotext
import typer

WIDTH, HEIGHT = 90, 18


def plot_lines(
    labels: Sequence[str], lines: Sequence[tuple[str, Sequence[float]]], title: str
) -> None:
    """Print lines over a common row of labels, of which a few are shown.

    Args:
        labels: One a point, such as dates.
        lines: Name and values of each line; NaN leaves a gap.
        title: Above the chart.
    """
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(WIDTH, HEIGHT)
    plotext.title(title)
    for name, values in lines:
        points = [(x, y) for x, y in enumerate(values) if y == y]
        if points:
            xs, ys = zip(*points, strict=True)
            plotext.plot(list(xs), list(ys), label=name if len(lines) > 1 else None)
    shown = range(0, len(labels), max(1, len(labels) // 6))
    plotext.xticks(list(shown), [labels[row] for row in shown])
    typer.echo(plotext.build())
