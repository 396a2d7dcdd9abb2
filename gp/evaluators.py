"""The evaluators of one search, and its evaluations with their ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from backtest.market import Market
from backtest.objective import parse_objective
from codegen.evaluate import Evaluator
from gp.objectives import BatchEvaluator, Valued
from gp.settings import FitnessSettings, GateSettings


@dataclass(frozen=True, slots=True)
class Evaluators:
    """One evaluator a span. gate, changed: None leaves out the tests of the gate that need them.

    in_sample: Fitness and swarm. gate: The out-of-sample retest. changed: Another range of the
    in-sample data. gate_share, changed_share: Their lengths relative to in-sample.
    """

    in_sample: BatchEvaluator
    gate: BatchEvaluator | None = None
    changed: BatchEvaluator | None = None
    gate_share: float = 1.0
    changed_share: float = 1.0

    def close(self) -> None:
        """End the workers of all of them."""
        for evaluator in (self.in_sample, self.gate, self.changed):
            if evaluator is not None:
                evaluator.close()


def evaluators_of(
    in_sample: Market,
    gate: Market | None,
    settings: GateSettings,
    *,
    fitness: FitnessSettings | None = None,
    threads: int = 1,
    cache_bytes: int = 1 << 29,
) -> Evaluators:
    """Return evaluators of these windows; those on the same bars share one cache of columns.

    Args:
        in_sample, gate: Markets whose windows are the spans.
        settings: Says whether and how the data range is changed.
        fitness: Where it has an objective, evaluations end with its value.
        threads: Workers of each evaluator.
        cache_bytes: Bound of each cache.
    """
    seen = in_sample.until_end()  # columns of bars that nobody tests would cost half the time
    main = Evaluator(seen, threads=threads, cache_bytes=cache_bytes)

    def other(market: Market) -> Evaluator:
        shared = main.cache if main.cache.serves(market) else None
        return Evaluator(market, threads=threads, cache_bytes=cache_bytes, cache=shared)

    length = in_sample.end - in_sample.first
    cut = round(settings.range_cut * length)
    later = replace(seen, first=seen.first + cut) if settings.data_range else None
    gate_share = 1.0 if gate is None else (gate.end - gate.first) / max(length, 1)
    changed_share = (length - cut) / max(length, 1)

    def valued(evaluator: Evaluator, share: float) -> BatchEvaluator:
        if fitness is None or not fitness.objective:
            return evaluator
        return Valued(evaluator, parse_objective(fitness.objective), fitness, share=share)

    return Evaluators(
        valued(main, 1.0),
        None if gate is None else valued(other(gate.until_end()), gate_share),
        None if later is None else valued(other(later), changed_share),
        gate_share,
        changed_share,
    )


class Record(NamedTuple):
    """What is kept of an in-sample simulation; breeder: its number, or one of those below."""

    strategy_id: str
    generation: int
    breeder: int
    criteria: tuple[float, ...]
    trades: int
    problem: str


VARIANT, TUNED, LIBRARY, NEW = -1, -2, -3, -4  # made by the gate, the swarm; given; the start


class Ledger:
    """Every in-sample simulation by strategy_id, the gate's verdicts, and the number of requests.

    new_records, new_verdicts: What is not yet stored. No strategy is simulated twice on a span.
    """

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.verdicts: dict[str, str] = {}
        self.new_records: list[Record] = []
        self.new_verdicts: list[tuple[str, str]] = []
        self.requests = 0

    @property
    def distinct(self) -> int:
        """Return the number of distinct strategies simulated on in-sample or gate bars."""
        return len(self.records)

    def known(self, strategy_id: str) -> bool:
        """Tell whether a strategy was simulated before."""
        return strategy_id in self.records

    def enter(self, record: Record) -> None:
        """Add the record of a strategy that was not known."""
        self.records[record.strategy_id] = record
        self.new_records.append(record)

    def judge(self, strategy_id: str, verdict: str) -> None:
        """Add the gate's verdict: "" when passed, else the first test that failed."""
        self.verdicts[strategy_id] = verdict
        self.new_verdicts.append((strategy_id, verdict))

    def saved(self) -> None:
        """Forget what was new: it is stored now."""
        self.new_records, self.new_verdicts = [], []
