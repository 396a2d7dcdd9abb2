"""How alike the parts of a portfolio earn: correlations of their daily and monthly results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dsl.jit import F64
from genfx.portfolio.spans import PortfolioSpan

Step = Literal["day", "month"]
STEPS: tuple[Step, Step] = ("day", "month")
LEAST = 6  # results of a step, below which a correlation says nothing
_UNITS = {"day": "datetime64[D]", "month": "datetime64[M]"}


@dataclass(frozen=True, slots=True, eq=False)
class Correlation:
    """Of every two parts, None where a part earned the same at every step, or there are too few.

    steps: How many days or months were compared.
    """

    step: Step
    steps: int
    rows: tuple[tuple[float | None, ...], ...]

    @property
    def pairs(self) -> list[tuple[float, int, int]]:
        """Return what is known of two different parts, and their numbers from 1."""
        return [
            (value, i + 1, j + 1)
            for i, row in enumerate(self.rows)
            for j, value in enumerate(row)
            if j < i and value is not None
        ]


def changes(span: PortfolioSpan, step: Step) -> F64:
    """Return the change of each part's equity in every day or month, float64[parts, steps]."""
    market = span.market
    times = market.bars.time[market.first : market.end].astype("datetime64[s]")
    numbers = times.astype(_UNITS[step]).astype(np.int64)
    last_rows = np.append(np.flatnonzero(np.diff(numbers)), len(numbers) - 1)
    rows = [np.diff(result.equity[last_rows], prepend=result.deposit) for result in span.results]
    return np.array(rows, dtype=np.float64)


def correlation(span: PortfolioSpan, step: Step) -> Correlation:
    """Return how alike the parts earned in the days or months of a span."""
    found = changes(span, step)
    steps = found.shape[1]
    centred = found - found.mean(axis=1, keepdims=True)
    sizes = np.sqrt((centred**2).sum(axis=1))
    known = (sizes > 1e-9) & (steps >= LEAST)
    scaled = centred / np.where(known, sizes, 1.0)[:, None]
    table = np.clip(scaled @ scaled.T, -1.0, 1.0)
    rows = [
        [float(table[i, j]) if known[i] and known[j] else None for j in range(len(table))]
        for i in range(len(table))
    ]
    return Correlation(step, steps, tuple(tuple(row) for row in rows))


def correlation_text(span: PortfolioSpan) -> str:
    """Return the mean and the highest correlation of daily results in a sentence, "" for none."""
    pairs = correlation(span, "day").pairs
    if not pairs:
        return ""
    value, one, other = max(pairs)
    mean = sum(found for found, _, _ in pairs) / len(pairs)
    return (
        f"Correlation of daily results: {mean:.2f} on average, highest {value:.2f} "
        f"(parts {other} and {one})."
    )


def correlation_facts(span: PortfolioSpan) -> dict[str, object]:
    """Return the correlations of a span for programs: a table of all parts for each step."""
    found = [correlation(span, step) for step in STEPS]
    return {
        f"{one.step}s": {
            "compared": one.steps,
            "table": [[None if v is None else round(v, 6) for v in row] for row in one.rows],
        }
        for one in found
    }
