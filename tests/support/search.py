"""Searches without bars: evaluators whose criteria follow from the graph alone, small settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from backtest.result import Deal, Deals, Drawdown, Refusals, Result
from codegen.plan import Plan
from dsl.node import Node, topological
from dsl.params import ParamValue
from dsl.strategy import Strategy, resolved
from gp.evaluators import Evaluators
from gp.evolve import Outcome, evolve
from gp.settings import Budget, GateSettings, GeneratorSettings, SearchSettings, SwarmSettings
from gp.store import Store, dump


class Figures(NamedTuple):
    criteria: tuple[float, ...]
    trades: int
    problem: str = ""


def figures(types: Sequence[str], numbers: Sequence[float]) -> Figures:
    """Return criteria that reward graphs of about 25 nodes, many types, and numbers near 12."""
    spread = len(set(types)) / len(types)
    distance = math.fsum(abs(math.log(abs(n) / 12)) for n in numbers if n) / max(1, len(numbers))
    waves = math.fsum(math.sin(n) for n in numbers)
    return Figures(
        (
            9000.0 - 250 * abs(len(types) - 25) - 500 * distance,
            0.5 + 2 * spread,
            40 / (1 + spread * 3) + distance,
            math.cos(distance),
            2 - distance + 0.2 * math.sin(waves),
        ),
        60 + len(types),
    )


@dataclass
class FakeEvaluator:
    """Counts what it is asked; `ok` False: every strategy loses."""

    ok: bool = True
    asked: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    interrupt_at: int = 0  # the batch that raises KeyboardInterrupt; 0: none

    def evaluate(self, strategies: Sequence[Strategy]) -> list[Figures]:
        self.batches.append(len(strategies))
        if len(self.batches) == self.interrupt_at:
            raise KeyboardInterrupt
        self.asked += [s.strategy_id for s in strategies]
        return [self._one(resolved(s)) for s in strategies]

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[dict[str, ParamValue]]
    ) -> list[Figures]:
        self.batches.append(len(vectors))
        names = [step.type.name for step in plan.steps]
        return [figures(names, _numbers(vector)) for vector in vectors]

    def result(self, strategy: Strategy) -> Result:
        profit = np.full(40, 10.0 if self.ok else -10.0)
        zeros: Any = np.zeros(40)
        columns = {name: zeros for name in Deal._fields}
        deals = Deals(**{**columns, "profit": profit, "balance": 1e4 + profit.cumsum()})
        return Result(1e4, 0, deals, zeros, Drawdown(0, 0, 0, 0, 0), 0, 0.0, 0.0, Refusals())

    def close(self) -> None:
        """There are no workers."""

    def _one(self, expert: Node) -> Figures:
        order = topological(expert)
        numbers = [float(v) for n in order for v in n.params if isinstance(v, int | float)]
        found = figures([n.type.name for n in order], numbers)
        return found if self.ok else found._replace(criteria=(-5000.0, 0.1, 90.0, -1.0, -2.0))


def _numbers(vector: Mapping[str, ParamValue]) -> list[float]:
    return [float(value) for value in vector.values() if not isinstance(value, str)]


def fakes() -> Evaluators:
    return Evaluators(FakeEvaluator(), FakeEvaluator(), FakeEvaluator())


SMALL = SearchSettings(
    budget=Budget(generations=4),
    pairs=13,
    start=20,
    population=8,
    pool=4,
    generator=GeneratorSettings(depth=2),
    gate=GateSettings(variants=2),
    swarm=SwarmSettings(best=2, evaluations=20),
)


BASELINES = ("ga", "ga_restarts", "mgp", "mgp_gender", "mgp_gender_aging", "genfx")


def baseline(name: str, full: SearchSettings) -> SearchSettings:
    """Return settings reduced to one of the paper's baselines; "genfx" is all of it."""
    if name == "genfx":
        return full
    scheme: Literal["mgp", "ga", "ga_restarts"] = "mgp"
    if name in {"ga", "ga_restarts"}:
        scheme = "ga" if name == "ga" else "ga_restarts"
    return replace(
        full,
        scheme=scheme,
        newcomers=False,
        restarter=False,
        selection=replace(full.selection, gender="gender" in name, alternate="gender" in name),
        aging=replace(full.aging, on="aging" in name),
    )


@cache
def plain_dump() -> str:
    """Return the dump of a search with the small settings."""
    return run(":memory:")[1]


def run(
    path: Path | str,
    settings: SearchSettings = SMALL,
    *,
    seed: int = 1,
    evaluators: Evaluators | None = None,
    **options: Any,
) -> tuple[Outcome, str]:
    """Run or continue a search; return its outcome and the dump of its store."""
    with Store(path) as store:
        outcome = evolve(settings, evaluators or fakes(), seed, store, **options)
        return outcome, dump(store)
