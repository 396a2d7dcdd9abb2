"""The strategies a run hands over, on all three spans; the holdout is read here and only here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backtest.criteria import CRITERIA, criteria
from backtest.market import Market
from backtest.metrics import report
from backtest.objective import parse_objective
from backtest.result import Result
from codegen.evaluate import Evaluator
from dsl.strategy import Strategy

FIGURES = (*CRITERIA, "trades", "ambiguous_bars")
OBJECTIVE = "objective"  # the last figure, where the run had one


@dataclass(frozen=True, slots=True, eq=False)
class SpanResult:
    """One strategy on one span; figures in the order of FIGURES, then that of the objective."""

    span: str
    market: Market
    result: Result
    figures: tuple[float, ...]

    @property
    def named(self) -> dict[str, float]:
        """Return the figures by name, in their order."""
        return dict(zip((*FIGURES, OBJECTIVE), self.figures, strict=False))


@dataclass(frozen=True, slots=True, eq=False)
class Finalist:
    """A strategy of the report, with its numbers as inputs; `rank` counts from 1."""

    rank: int
    strategy: Strategy
    spans: tuple[SpanResult, ...]

    @property
    def name(self) -> str:
        """Return the stem of its files: rank and the start of its hash."""
        return f"{self.rank:02}_{self.strategy.strategy_id[:8]}"


@dataclass(frozen=True, slots=True)
class Proof:
    """The replay of one Expert Advisor.

    verified: True where all deals were equal, False where one was not, None where it was not
    replayed. deals: How many were compared. text: For its header and the report.
    """

    verified: bool | None
    deals: int
    text: str

    @property
    def word(self) -> str:
        """Return the result in a word or two, for tables."""
        return {True: "verified", False: "different", None: "not verified"}[self.verified]


def span_result(
    span: str, market: Market, evaluator: Evaluator, strategy: Strategy, objective: str = ""
) -> SpanResult:
    """Return everything one strategy does on one span; objective: A formula to value too."""
    result = evaluator.result(strategy)
    found = criteria(result, market)
    figures = [*(found[name] for name in CRITERIA), result.trades, result.ambiguous_bars]
    if objective:
        own = found | {"trades": result.trades}
        figures.append(parse_objective(objective).value(own, report(result, market)))
    return SpanResult(span, market, result, tuple(figures))


def finalists(
    strategies: Sequence[Strategy],
    spans: Sequence[tuple[str, Market]],
    *,
    objective: str = "",
    threads: int = 1,
) -> tuple[Finalist, ...]:
    """Return the strategies, best first as given, tested on each of the named spans."""
    columns: dict[int, list[SpanResult]] = {row: [] for row in range(len(strategies))}
    cache = None
    for span, market in spans:
        evaluator = Evaluator(market, threads=threads, cache=cache)
        cache = evaluator.cache
        for row, strategy in enumerate(strategies):
            columns[row].append(span_result(span, market, evaluator, strategy, objective))
        evaluator.close()
    return tuple(
        Finalist(row + 1, strategy, tuple(columns[row])) for row, strategy in enumerate(strategies)
    )
