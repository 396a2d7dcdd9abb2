"""How the bench measures: the least time of several runs, compiled and warmed up before."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from dsl.jit import F64


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine's time a strategy, and its criteria and trades, float64[strategies, 6]."""

    engine: str
    seconds: float
    figures: F64


class NotInstalledError(Exception):
    """A competitor is missing; the message says how to get it."""


def best_of(
    run: Callable[[], object], repeats: int = 9, clock: Callable[[], float] = time.thread_time
) -> float:
    """Return the least seconds of a run after a first one; processor time unless told."""
    run()
    least = float("inf")
    for _ in range(repeats):
        begin = clock()
        run()
        least = min(least, clock() - begin)
    return least
