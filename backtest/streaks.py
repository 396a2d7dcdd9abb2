"""Runs of consecutive wins or losses among trades."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dsl.jit import F64, Bool1D


class Streaks(NamedTuple):
    """Length and money of the longest run and of the richest one; mean length of all runs."""

    longest: int = 0
    longest_money: float = 0.0
    richest: int = 0
    richest_money: float = 0.0
    average: float = 0.0


def streaks(money: F64, inside: Bool1D) -> Streaks:
    """Return the runs of trades that lie `inside`; of equals the first counts.

    money: float64[trades], what each adds to its run.
    """
    edges = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0, append=0))
    runs = list(zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True))
    if not runs:
        return Streaks()
    totals = [(end - first, round(float(money[first:end].sum()), 2)) for first, end in runs]
    longest = max(totals, key=lambda run: run[0])
    richest = max(totals, key=lambda run: run[1])
    return Streaks(*longest, *richest, sum(length for length, _ in totals) / len(totals))
