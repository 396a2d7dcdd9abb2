"""Populations: the best by one score, sorted, aging; and the drawing of parents from them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from gp.draws import below, choose
from gp.individual import Individual
from gp.settings import AgingSettings, SearchSettings, SelectionSettings

COMBINED = -1  # the score of a population that has no criterion of its own


class Member(NamedTuple):
    """A place in a population; ranks sort by aged score, then by the criterion, then by id."""

    rank: tuple[float, float, str]
    entered: int
    individual: Individual


class Population:
    """The best strategies by one score: parents and children side by side, better replaces worst.

    A member's score falls once it has been there for longer than `aging.after` generations.
    """

    def __init__(
        self, criterion: int, settings: SearchSettings, aging: AgingSettings | None = None
    ) -> None:
        self.criterion = criterion
        self.capacity = settings.population
        self.members: list[Member] = []
        self._aging = settings.aging if aging is None else aging
        self._ids: set[str] = set()
        self._sign = 1.0 if criterion < 0 or settings.fitness.rises(criterion) else -1.0

    @property
    def full(self) -> bool:
        """Tell whether a newcomer must displace a member."""
        return len(self.members) >= self.capacity

    def score(self, individual: Individual) -> float:
        """Return the score this population sorts by, before aging."""
        scores = individual.scores
        return scores.combined if self.criterion < 0 else scores.each[self.criterion]

    def displaces(self, individual: Individual) -> bool:
        """Tell whether an individual is new and better than the worst member, or there is room."""
        if individual.strategy_id in self._ids:
            return False
        return not self.full or self._rank(individual, 1.0) < self.members[-1].rank

    def insert(self, individual: Individual, generation: int) -> bool:
        """Enter an individual that displaces a member or finds room; tell if it entered."""
        if not self.displaces(individual):
            return False
        if self.full:
            worst = self.members.pop()
            self._ids.discard(worst.individual.strategy_id)
        insort(self.members, Member(self._rank(individual, 1.0), generation, individual), key=_key)
        self._ids.add(individual.strategy_id)
        return True

    def age(self, generation: int) -> None:
        """Sort the members by their scores at this generation."""
        if self._aging.on:
            self.restore(((m.individual, m.entered) for m in self.members), generation)

    def restore(self, members: Iterable[tuple[Individual, int]], generation: int) -> None:
        """Replace all members, given with the generation in which each entered; the best stay."""
        ranked = sorted(
            (
                Member(
                    self._rank(individual, decay(generation - entered, self._aging)),
                    entered,
                    individual,
                )
                for individual, entered in members
            ),
            key=_key,
        )
        self.members = ranked[: self.capacity]
        self._ids = {member.individual.strategy_id for member in self.members}

    def _rank(self, individual: Individual, factor: float) -> tuple[float, float, str]:
        raw = 0.0 if self.criterion < 0 else self._sign * individual.criteria[self.criterion]
        return -self.score(individual) * factor, -raw, individual.strategy_id


def _key(member: Member) -> tuple[float, float, str]:
    return member.rank


def decay(age: int, aging: AgingSettings) -> float:
    """Return the factor on a member's score after `age` generations in a population."""
    return aging.decay ** max(0, age - aging.after) if aging.on else 1.0


Selection = Callable[[Sequence[Member], float, SelectionSettings, np.random.Generator], Individual]


def by_rank(
    members: Sequence[Member],
    deviation: float,
    _settings: SelectionSettings,
    rng: np.random.Generator,
) -> Individual:
    """Return a member whose rank is the size of a Gaussian draw; the best is the likeliest."""
    for _ in range(8):
        rank = int(abs(rng.standard_normal()) * deviation)
        if rank < len(members):
            return members[rank].individual
    return choose(rng, members).individual


def by_tournament(
    members: Sequence[Member],
    _deviation: float,
    settings: SelectionSettings,
    rng: np.random.Generator,
) -> Individual:
    """Return the best of a few members drawn uniformly."""
    return members[min(below(rng, len(members)) for _ in range(settings.tournament))].individual


def uniformly(
    members: Sequence[Member],
    _deviation: float,
    _settings: SelectionSettings,
    rng: np.random.Generator,
) -> Individual:
    """Return any member."""
    return choose(rng, members).individual


SELECTIONS: dict[str, Selection] = {
    "rank": by_rank,
    "tournament": by_tournament,
    "uniform": uniformly,
}


def deviation(generation: int, settings: SelectionSettings) -> float:
    """Return the deviation of ranks: small in odd generations, large in even ones."""
    large = settings.alternate and generation % 2 == 0
    return settings.deviation_large if large else settings.deviation_small
