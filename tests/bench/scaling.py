"""How time grows: two threads against one, a million bars against the case's, the bar engine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from codegen.evaluate import Evaluator
from dsl.strategy import Strategy
from tests.bench.cases import Case, case_of, market_of, strategies_of, synthetic_bars
from tests.bench.timing import best_of
from tests.bench.with_genfx import batch_seconds

MANY_BARS = 1_000_000
MANY, FEW = 1_000, 40  # strategies for the threads, and on a million bars


def lines(case: Case) -> list[str]:
    """Return a line for each."""
    return [_threads(case), _million(case), _walked(case)]


def _threads(case: Case) -> str:
    """Compare wall time of `evaluate` from scratch, so that nothing else may run beside."""
    strategies = strategies_of(MANY, 11)
    seconds = [
        best_of(
            partial(_evaluate, case, strategies, threads),
            3,
            time.perf_counter,
        )
        for threads in (1, 2)
    ]
    each = ", ".join(f"{1e6 * s / MANY:.1f} us" for s in seconds)
    return f"evaluate, 1 and 2 threads: {each} each, wall; {seconds[0] / seconds[1]:.2f}x"


def _evaluate(case: Case, strategies: Sequence[Strategy], threads: int) -> None:
    evaluator = Evaluator(case.market, threads=threads)
    evaluator.evaluate(strategies)
    evaluator.close()


def _million(case: Case) -> str:
    strategies = strategies_of(FEW)
    some = case_of(market_of(synthetic_bars(len(case.market.bars))), strategies)
    many = case_of(market_of(synthetic_bars(MANY_BARS)), strategies)
    a = batch_seconds(some) / FEW / len(some.market.bars)
    b = batch_seconds(many) / FEW / MANY_BARS
    return f"{MANY_BARS} bars: {b * 1e9:.2f} ns a bar and strategy; {b / a:.2f}x of the few's"


def _walked(case: Case) -> str:
    """Time what the event engine does not serve."""
    found = []
    for more in ("", "trailing stop 3 * atr(14)", "break even at 1 * atr(14)"):
        moved = case_of(case.market, strategies_of(FEW, more=more))
        found.append(f"{more or 'nothing moves'} {batch_seconds(moved) / FEW * 1e6:.1f} us")
    return f"stops that move: {', '.join(found)}"
