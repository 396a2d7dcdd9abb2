"""genfx: the batch engine alone, and `evaluate` with its columns cached and from scratch."""

from __future__ import annotations

from backtest.fast.runner import Runner
from codegen.evaluate import Evaluator
from dsl.jit import F64
from tests.bench.cases import Case
from tests.bench.timing import Measured, best_of


def measure(case: Case) -> list[Measured]:
    """Return the times of the three."""
    runner, count = Runner(case.market), len(case.strategies)
    figures: F64 = runner.batch(case.arena, case.programs)[:, :6]  # without sums won and lost
    warm = Evaluator(case.market)
    return [
        Measured(name, seconds / count, figures)
        for name, seconds in (
            ("genfx batch, signals cached", batch_seconds(case)),
            ("genfx evaluate, signals cached", best_of(lambda: warm.evaluate(case.strategies))),
            (
                "genfx evaluate, from scratch",
                best_of(lambda: Evaluator(case.market).evaluate(case.strategies), 3),
            ),
        )
    ]


def batch_seconds(case: Case) -> float:
    """Return the seconds that all strategies take where every row is cached."""
    runner = Runner(case.market)
    return best_of(lambda: runner.batch(case.arena, case.programs))
