"""What the search needs of an evaluator, and one that also values an objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from backtest.metrics import report
from backtest.objective import OWN, WORST, Objective, Sums
from backtest.result import Result
from codegen.evaluate import Evaluation, Evaluator
from codegen.plan import Plan
from dsl.params import ParamValue
from dsl.strategy import Strategy
from gp.fitness import scores
from gp.settings import FitnessSettings


class Evaluated(Protocol):
    """One evaluation."""

    @property
    def criteria(self) -> tuple[float, ...]:
        """Return the criteria in the order of CRITERIA."""

    @property
    def trades(self) -> int:
        """Return the number of trades."""

    @property
    def problem(self) -> str:
        """Return why it failed, "" if it did not."""


class BatchEvaluator(Protocol):
    """Simulates batches of strategies on one span of bars; answers come in the order asked."""

    def evaluate(self, strategies: Sequence[Strategy]) -> Sequence[Evaluated]:
        """Evaluate strategies."""

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[dict[str, ParamValue]]
    ) -> Sequence[Evaluated]:
        """Evaluate one structure with many sets of values."""

    def result(self, strategy: Strategy) -> Result:
        """Return the deals of one strategy."""

    def close(self) -> None:
        """End the workers."""


class Valued(BatchEvaluator):
    """An evaluator whose evaluations end with the value of an objective, behind the criteria.

    Statistics that a batch does not give come from the full report of each strategy, which takes
    about twenty times as long.

    Args:
        inner: Evaluates; it is closed with this one.
        objective: What is valued; "score" in it is that of the weighted criteria.
        fitness: Makes that score.
        share: Length of the span relative to the one that values are compared with.
    """

    def __init__(
        self,
        inner: Evaluator,
        objective: Objective,
        fitness: FitnessSettings,
        *,
        share: float = 1.0,
    ) -> None:
        self._inner, self._objective, self._share = inner, objective, share
        self._criteria = replace(fitness, objective="")

    def evaluate(self, strategies: Sequence[Strategy]) -> list[Evaluation]:
        """Evaluate strategies."""
        pairs = zip(self._inner.evaluate(strategies), strategies, strict=True)
        return [self._valued(found, partial(self._inner.result, s)) for found, s in pairs]

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[dict[str, ParamValue]]
    ) -> list[Evaluation]:
        """Evaluate one structure with many sets of values."""
        pairs = zip(self._inner.evaluate_values(plan, vectors), vectors, strict=True)
        whole = self._inner.result_of_values
        return [self._valued(found, partial(whole, plan, v)) for found, v in pairs]

    def result(self, strategy: Strategy) -> Result:
        """Return the deals of one strategy."""
        return self._inner.result(strategy)

    def close(self) -> None:
        """End the workers."""
        self._inner.close()

    def _valued(self, found: Evaluation, whole: Callable[[], Result]) -> Evaluation:
        if found.problem:
            return found._replace(criteria=(*found.criteria, WORST))
        score = scores(found.criteria, found.trades, self._criteria).combined
        own = dict(zip(OWN, (*found.criteria, found.trades, score), strict=True))
        market = self._inner.market
        if self._objective.statistics:
            value = self._objective.value(own, report(whole(), market), share=self._share)
        else:
            sums = Sums(
                market.account.deposit,
                found.criteria[0],
                found.won,
                found.lost,
                found.criteria[2],
                found.trades,
            )
            value = self._objective.value(own, sums, share=self._share)
        return found._replace(criteria=(*found.criteria, value))
