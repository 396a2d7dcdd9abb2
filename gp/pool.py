"""The output pool: best so far by the combined score, one place a structure, gate passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from gp.deap_adapter import DiverseHallOfFame
from gp.gate import PASSED
from gp.individual import Individual
from gp.settings import SearchSettings


class Pool:
    """Keeps the best; nothing leaves it but for something better."""

    def __init__(self, settings: SearchSettings) -> None:
        self._hall = DiverseHallOfFame(settings.pool)
        self._min_trades = settings.fitness.min_trades
        self._gated = settings.gate.scope != "off"

    @property
    def members(self) -> tuple[Individual, ...]:
        """Return the members, best first."""
        return tuple(cast(Sequence[Individual], self._hall.items))

    def wants(self, individual: Individual) -> bool:
        """Tell whether an individual would enter if it passed: it makes money often enough."""
        if individual.criteria[0] <= 0 or individual.trades < self._min_trades:
            return False
        return self._hall.would_enter(individual)

    def insert(self, individual: Individual) -> bool:
        """Enter an individual that is wanted and has passed the gate; tell if it entered."""
        if not self.wants(individual) or (self._gated and individual.verdict != PASSED):
            return False
        self._hall.insert(individual)
        return True

    def restore(self, members: Sequence[Individual]) -> None:
        """Replace all members, given best first."""
        self._hall.clear()
        for individual in reversed(members):
            self._hall.insert(individual)
