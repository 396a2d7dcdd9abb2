"""The swarm on the inputs of one strategy, with the figures before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backtest.criteria import CRITERIA
from backtest.market import Market
from backtest.metrics import report
from backtest.objective import OWN, WORST, Objective, parse_objective
from backtest.result import Result
from codegen.evaluate import Evaluation, Evaluator
from codegen.plan import Plan
from dsl.errors import RunError
from dsl.params import ParamValue
from dsl.strategy import Strategy, with_values
from genfx.config import Config
from genfx.exports import with_inputs
from genfx.finalists import SpanResult, span_result
from gp.evaluators import BatchEvaluator, Evaluated
from gp.fitness import scores
from gp.settings import FitnessSettings
from gp.tune import tune

DRAWDOWN = "max_drawdown"  # the one criterion of which less is better


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """A strategy before and after, and how many points of its inputs were tried."""

    before: Strategy
    after: Strategy
    results: tuple[SpanResult, SpanResult]
    values: tuple[float, float]
    tried: int
    covered: bool


def tuned(
    strategy: Strategy, market: Market, config: Config, objective: str, *, seed: int, threads: int
) -> Tuning:
    """Return the strategy with the best values of its inputs that the swarm finds.

    Args:
        strategy: Inputs with a range are tuned; without inputs, all its numbers.
        market: Where it is tested.
        config: Its [pso] steers the swarm, its [fitness] makes the score.
        objective: "score", a criterion, or a formula over these and the tester's statistics;
            larger is better (max_drawdown alone: smaller).
        seed, threads: Of the draws; of the work, without effect on the result.
    Raises:
        ConfigError: The formula is wrong, or nothing has a range.
        RunError: No point that was tried trades at all.
    """
    wanted = parse_objective(f"-{DRAWDOWN}" if objective == DRAWDOWN else objective)
    before = with_inputs(strategy)
    evaluator = Evaluator(market, threads=threads)
    valued = _Valued(evaluator, market, before, wanted, config.fitness.settings())
    best = tune(strategy, valued, _value, config.pso.settings(), seed)
    if best.value == WORST:
        raise RunError(
            f"'{strategy.title}' does not trade with any of {best.evaluations} sets of values",
            hint="widen the ranges of its inputs, or loosen its entry conditions",
        )
    (start,) = valued.evaluate([before])
    results = tuple(span_result("tested", market, evaluator, s) for s in (before, best.strategy))
    evaluator.close()
    values = (_value(start), best.value)
    after = best.strategy
    return Tuning(before, after, (results[0], results[1]), values, best.evaluations, best.covered)


class _Valued(BatchEvaluator):
    """An evaluator whose evaluations end with the value of an objective, behind the criteria."""

    def __init__(
        self,
        inner: Evaluator,
        market: Market,
        strategy: Strategy,
        objective: Objective,
        fitness: FitnessSettings,
    ) -> None:
        self._inner, self._market, self._strategy = inner, market, strategy
        self._objective, self._fitness = objective, fitness

    def evaluate(self, strategies: Sequence[Strategy]) -> list[Evaluation]:
        pairs = zip(self._inner.evaluate(strategies), strategies, strict=True)
        return [self._valued(found, strategy) for found, strategy in pairs]

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[dict[str, ParamValue]]
    ) -> list[Evaluation]:
        pairs = zip(self._inner.evaluate_values(plan, vectors), vectors, strict=True)
        return [self._valued(found, vector) for found, vector in pairs]

    def result(self, strategy: Strategy) -> Result:
        return self._inner.result(strategy)

    def close(self) -> None:
        self._inner.close()

    def _valued(self, found: Evaluation, what: Strategy | dict[str, ParamValue]) -> Evaluation:
        if found.problem:
            return found
        score = scores(found.criteria, found.trades, self._fitness).combined
        own = dict(zip(OWN, (*found.criteria, found.trades, score), strict=True))
        figures = None
        if self._objective.statistics:
            strategy = what if isinstance(what, Strategy) else with_values(self._strategy, what)
            figures = report(self._inner.result(strategy), self._market)
        return found._replace(criteria=(*found.criteria, self._objective.value(own, figures)))


def _value(found: Evaluated) -> float:
    return WORST if found.problem else found.criteria[len(CRITERIA)]
