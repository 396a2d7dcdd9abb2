"""The swarm on the inputs of one strategy, with the figures before and after."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.criteria import CRITERIA
from backtest.market import Market
from backtest.objective import WORST, parse_goal
from codegen.evaluate import Evaluator
from dsl.errors import RunError
from dsl.strategy import Strategy
from genfx.config.file import Config
from genfx.exports import with_inputs
from genfx.runs.finalists import SpanResult, span_result
from gp.objectives import Evaluated, Valued
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
        objective: "score" (or the config's objective), a criterion, or a formula over these
            and the tester's statistics; larger is better (max_drawdown alone: smaller).
        seed, threads: Of the draws; of the work, without effect on the result.
    Raises:
        ConfigError: The formula is wrong, or nothing has a range.
        RunError: No point that was tried trades at all.
    """
    fitness = config.fitness.settings()
    if objective == "score" and fitness.objective:
        objective = fitness.objective
    wanted = parse_goal(f"-{DRAWDOWN}" if objective == DRAWDOWN else objective)
    before = with_inputs(strategy)
    evaluator = Evaluator(market, threads=threads)
    valued = Valued(evaluator, wanted, fitness)
    best = tune(strategy, valued, _value, config.pso.settings(), seed)
    if best.value == WORST and any(e.trades for e in evaluator.evaluate([best.strategy])):
        raise RunError(
            f"'{objective}' has no value in any of {best.evaluations} tests",
            hint="it divides by 0 or overflows: max(..., 1) keeps a divisor off 0",
        )
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


def _value(found: Evaluated) -> float:
    return found.criteria[len(CRITERIA)]
