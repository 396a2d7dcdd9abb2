"""The one file that touches DEAP: fitness, toolbox, statistics, hall of fame, sorting by fronts.

DEAP is untyped, so the exceptions to strict typing stand here and nowhere else. None of its
functions that draw from the global `random` is called.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from deap import base, tools


class CriteriaFitness(base.Fitness):  # type: ignore[misc]
    """The five scores, each to be maximised: what non-dominated sorting compares."""

    weights = (1.0, 1.0, 1.0, 1.0, 1.0)


class CombinedFitness(base.Fitness):  # type: ignore[misc]
    """The combined score, to be maximised: what the hall of fame compares."""

    weights = (1.0,)


class Scored(Protocol):
    """What the functions here need of an individual."""

    scores: Any
    fitness: Any

    @property
    def structure_id(self) -> str:
        """Return the hash of the structure."""


Member = TypeVar("Member", bound=Scored)


def combined_fitness(value: float) -> CombinedFitness:
    """Return DEAP's fitness of a combined score."""
    return CombinedFitness((value,))


class DiverseHallOfFame(tools.HallOfFame):  # type: ignore[misc]
    """DEAP's hall of fame without two members that are alike: the better one stays.

    Args:
        maxsize: Most members.
        alike: Whether two individuals are too much alike to stand side by side.
    """

    def __init__(self, maxsize: int, alike: Callable[[Any, Any], bool]) -> None:
        super().__init__(maxsize)
        self._alike = alike

    def insert(self, item: Scored) -> bool:
        """Enter an individual unless one as good is like it; worse ones like it leave."""
        if not self.good_enough(item):
            return False
        rivals = [index for index, member in enumerate(self.items) if self._alike(member, item)]
        if any(self.items[index].fitness >= item.fitness for index in rivals):
            return False
        for index in reversed(rivals):
            self.remove(index)
        if len(self.items) >= self.maxsize:
            self.remove(-1)
        self.place(item)
        return True

    def place(self, item: Scored) -> None:
        """Enter an individual in its order, unasked."""
        after = bisect_right(self.keys, item.fitness)
        self.items.insert(len(self.items) - after, item)  # DEAP would deep-copy here
        self.keys.insert(after, item.fitness)

    def good_enough(self, item: Scored) -> bool:
        """Tell whether there is room for the individual, or a worse member."""
        full = len(self.items) >= self.maxsize
        return not full or bool(item.fitness > self.items[-1].fitness)


def front(members: Sequence[Member]) -> list[Member]:
    """Return the members that none other beats in all five scores, in their order."""
    carriers = [_Carrier(index, member.scores.each) for index, member in enumerate(members)]
    if not carriers:
        return []
    first = tools.sortNondominated(carriers, len(carriers), first_front_only=True)[0]
    return [members[index] for index in sorted(carrier.index for carrier in first)]


class _Carrier:
    __slots__ = ("fitness", "index")

    def __init__(self, index: int, each: Sequence[float]) -> None:
        self.index = index
        self.fitness = CriteriaFitness(tuple(each[: len(CriteriaFitness.weights)]))


def statistics() -> tools.Statistics:
    """Return DEAP's statistics, best and mean, of a list of figures (0 for an empty one)."""
    result = tools.Statistics()
    result.register("best", lambda values: max(values, default=0.0))
    result.register("mean", lambda values: math.fsum(values) / len(values) if values else 0.0)
    return result


def logbook() -> tools.Logbook:
    """Return an empty logbook of DEAP."""
    return tools.Logbook()


def toolbox(operators: Iterable[tuple[str, Callable[..., Any]]]) -> base.Toolbox:
    """Return DEAP's toolbox with the operators registered under their names."""
    result = base.Toolbox()
    for name, function in operators:
        result.register(name, function)
    return result
