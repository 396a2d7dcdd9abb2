"""Individuals: a strategy with what one evaluation says of it. They share immutable strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from dsl.jit import F64
from dsl.node import Node
from dsl.strategy import Strategy, resolved
from gp.deap_adapter import CombinedFitness, combined_fitness
from gp.fitness import Scores
from gp.pieces import both_sides, long_side, with_one_sided_filter
from gp.tidy import tidied


class Individual:
    """One evaluated strategy.

    expert: The graph that breeding works on (the long side where strategies are symmetric).
    verdict: None before the gate was asked, "" when passed, else the first test that failed.
    moves: How its equity moves (see gp.likeness), once the pool asked.
    """

    __slots__ = (
        "_structure_id",
        "criteria",
        "expert",
        "fitness",
        "moves",
        "scores",
        "strategy",
        "strategy_id",
        "trades",
        "verdict",
    )

    def __init__(
        self,
        candidate: Candidate,
        criteria: Sequence[float],
        trades: int,
        scores: Scores,
        verdict: str | None = None,
    ) -> None:
        self.strategy = candidate.strategy
        self.expert = candidate.expert
        self.strategy_id = candidate.strategy_id
        self.criteria = tuple(criteria)
        self.trades = trades
        self.scores = scores
        self.fitness: CombinedFitness = combined_fitness(scores.combined)
        self.verdict = verdict
        self.moves: F64 | None = None
        self._structure_id = ""

    @property
    def structure_id(self) -> str:
        """Return the hash of the structure, computed when first asked for."""
        if not self._structure_id:
            self._structure_id = self.strategy.structure_id
        return self._structure_id

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<individual {self.strategy_id[:8]} {self.scores.combined:.2f}>"


class Candidate:
    """A bred strategy before its evaluation; `breeder` is the number of its breeder."""

    __slots__ = ("breeder", "expert", "strategy", "strategy_id")

    def __init__(self, expert: Node, strategy: Strategy, breeder: int) -> None:
        self.expert = expert
        self.strategy = strategy
        self.strategy_id = strategy.strategy_id
        self.breeder = breeder


def candidate(expert: Node, breeder: int, *, mirrored: bool) -> Candidate:
    """Return a candidate from the graph that breeding works on.

    Args:
        expert: Long side only where `mirrored`, the whole expert otherwise.
        breeder: Number of its breeder.
        mirrored: The short side is the mirror of the long side.
    """
    if not mirrored:
        whole = tidied(expert)
        return Candidate(whole, Strategy(whole), breeder)
    long = tidied(with_one_sided_filter(expert))
    return Candidate(long, Strategy(both_sides(long)), breeder)


def candidate_of(strategy: Strategy, breeder: int, *, mirrored: bool) -> Candidate:
    """Return a candidate from any strategy: inputs become literals, labels are dropped."""
    expert = resolved(strategy)
    if mirrored:
        return candidate(long_side(expert), breeder, mirrored=True)
    return candidate(expert, breeder, mirrored=False)


def restored(strategy: Strategy, *, mirrored: bool) -> Candidate:
    """Return a candidate from a stored strategy, kept exactly as it is."""
    found = Candidate(strategy.expert, replace(strategy, title=""), 0)
    if mirrored:
        found.expert = long_side(strategy.expert)
    return found
