"""The output pool: best so far by the combined score, none like another, gate passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from dsl.jit import F64
from gp.deap_adapter import DiverseHallOfFame
from gp.gate import PASSED
from gp.individual import Individual
from gp.likeness import likeness, moves
from gp.settings import SearchSettings


class Pool:
    """Keeps the best; nothing leaves it but for something better.

    Args:
        settings: Of the search.
        equity: Returns the in-sample equity of a strategy, float64[n].
    """

    def __init__(self, settings: SearchSettings, equity: Callable[[Individual], F64]) -> None:
        self._hall = DiverseHallOfFame(settings.pool, self._alike)
        self._equity = equity
        self._most_alike = settings.pool_likeness
        self._min_trades = settings.fitness.min_trades
        self._gated = settings.gate.scope != "off"

    @property
    def members(self) -> tuple[Individual, ...]:
        """Return the members, best first."""
        return tuple(cast(Sequence[Individual], self._hall.items))

    def wants(self, individual: Individual) -> bool:
        """Tell whether an individual may enter if it passed: it makes money often enough."""
        if individual.criteria[0] <= 0 or individual.trades < self._min_trades:
            return False
        if not self._hall.good_enough(individual):
            return False
        same = [m for m in self.members if m.structure_id == individual.structure_id]
        return all(m.scores.combined < individual.scores.combined for m in same)

    def insert(self, individual: Individual) -> bool:
        """Enter an individual that is wanted and has passed the gate; tell if it entered."""
        if not self.wants(individual) or (self._gated and individual.verdict != PASSED):
            return False
        return self._hall.insert(individual)

    def restore(self, members: Sequence[Individual]) -> None:
        """Replace all members, given best first."""
        self._hall.clear()
        for individual in reversed(members):
            self._hall.place(individual)

    def _alike(self, one: Individual, other: Individual) -> bool:
        if one.structure_id == other.structure_id:
            return True
        return likeness(self._moves(one), self._moves(other)) > self._most_alike

    def _moves(self, individual: Individual) -> F64:
        if individual.moves is None:
            individual.moves = moves(self._equity(individual))
        return individual.moves
