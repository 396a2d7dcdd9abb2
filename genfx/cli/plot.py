"""A line chart in the terminal: two by four dots a character (braille), or stars instead."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import typer

WIDTH, HEIGHT = 72, 14  # characters
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of a character


def plot_line(
    labels: Sequence[str], values: Sequence[float], title: str, height: int = HEIGHT
) -> None:
    """Print values as a line, with the first and last label below it.

    Args:
        labels: One a value, such as dates.
        values: NaN leaves a gap.
        title: Above the chart.
        height: Of the chart, in lines.
    """
    known = [value for value in values if math.isfinite(value)]
    if not known:
        typer.echo(f"{title}: no values")
        return
    low, high = min(known), max(known)
    typer.echo(title)
    rows = chart(values, low, high, height)
    margin = max(len(f"{edge:.7g}") for edge in (low, high))
    for number, row in enumerate(rows):
        edge = {0: f"{high:.7g}", len(rows) - 1: f"{low:.7g}"}.get(number, "")
        typer.echo(f"{edge:>{margin}} |{row}")
    typer.echo(f"{'':>{margin}}  {labels[0]}{labels[-1]:>{WIDTH - len(labels[0])}}")


def chart(values: Sequence[float], low: float, high: float, height: int = HEIGHT) -> list[str]:
    """Return the lines of a chart of values between `low` (bottom) and `high` (top)."""
    columns, dots = 2 * WIDTH, 4 * height
    cells = [[0] * WIDTH for _ in range(height)]
    tall = (high - low) or 1.0
    for column in range(columns):
        first = column * len(values) // columns
        last = max(first + 1, (column + 1) * len(values) // columns)
        # One value of the column before joins the line to it.
        here = [value for value in values[max(0, first - 1) : last] if math.isfinite(value)]
        if here:
            top, bottom = (round((high - v) / tall * (dots - 1)) for v in (max(here), min(here)))
            for dot in range(top, bottom + 1):
                cells[dot // 4][column // 2] |= _DOTS[dot % 4][column % 2]
    fine = _prints("\u28ff")
    return ["".join(_mark(cell, fine=fine) for cell in row).rstrip() for row in cells]


def _mark(cell: int, *, fine: bool) -> str:
    if not cell:
        return " "
    return chr(_BRAILLE + cell) if fine else "*"


def _prints(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
