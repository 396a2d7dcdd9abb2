"""Breeders: the paper's twelve processes, here advancing in lock step, one pair of children a draw.

Ten take one parent from each of two criteria's populations, one makes newcomers, one is a small
genetic algorithm of its own that starts again when it stagnates. The baselines are such breeders
too: the standard genetic algorithm is the last one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from dsl.node import Node
from gp.draws import choose
from gp.individual import Individual
from gp.operators import Operators
from gp.populations import COMBINED, Member, Population, deviation
from gp.settings import AgingSettings, SearchSettings

Rng = np.random.Generator
Children = tuple[Node, Node]


class Breeder(Protocol):
    """Makes two children for each pair number."""

    def children(self, generation: int, rng: Rng) -> Children:
        """Return the graphs of two children."""


class PairBreeder:
    """Parents from the populations of two criteria (gender), or both from one of the two."""

    def __init__(
        self,
        populations: tuple[Population, Population],
        operators: Operators,
        settings: SearchSettings,
    ) -> None:
        self._populations = populations
        self._operators = operators
        self._settings = settings

    def children(self, generation: int, rng: Rng) -> Children:
        """Return two children; random ones while a population is empty."""
        father, mother = self._populations
        if not self._settings.selection.gender:
            father = mother = choose(rng, self._populations)
        spread = deviation(generation, self._settings.selection)
        return offspring(
            father.members, mother.members, spread, self._operators, self._settings, rng
        )


class NewcomerBreeder:
    """Random strategies."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators

    def children(self, generation: int, rng: Rng) -> Children:
        """Return two random graphs."""
        return self._operators.generate(rng), self._operators.generate(rng)


class GeneticAlgorithm:
    """A standard genetic algorithm: children replace parents, an elite stays; it may restart.

    best, stagnant: The best combined score since the last start, and the generations since it rose.
    """

    def __init__(self, operators: Operators, settings: SearchSettings, *, restarts: bool) -> None:
        self.population = Population(COMBINED, settings, AgingSettings(on=False))
        self.best = 0.0
        self.stagnant = 0
        self._operators = operators
        self._settings = settings
        self._restarts = restarts

    def children(self, generation: int, rng: Rng) -> Children:
        """Return two children of two parents drawn by combined score; random ones after a start."""
        spread = self._settings.selection.deviation_small
        members = self.population.members
        return offspring(members, members, spread, self._operators, self._settings, rng)

    def absorb(self, children: Sequence[Individual], generation: int) -> None:
        """Replace the population by its elite and the children; restart where it stagnates."""
        elite = self.population.members[: self._settings.elite]
        kept = [(member.individual, member.entered) for member in elite]
        known = {individual.strategy_id for individual, _ in kept}
        born = [(child, generation) for child in children if child.strategy_id not in known]
        self.population.restore([*kept, *born], generation)
        top = (
            self.population.members[0].individual.scores.combined
            if self.population.members
            else 0.0
        )
        self.stagnant = 0 if top > self.best else self.stagnant + 1
        self.best = max(self.best, top)
        if self._restarts and self.stagnant >= self._settings.stagnation:
            self.population.restore((), generation)
            self.best, self.stagnant = 0.0, 0


def offspring(
    fathers: Sequence[Member],
    mothers: Sequence[Member],
    spread: float,
    operators: Operators,
    settings: SearchSettings,
    rng: Rng,
) -> Children:
    """Return two children by selection, crossover and mutation; random ones without parents."""
    if not fathers or not mothers:
        return operators.generate(rng), operators.generate(rng)
    father = operators.select(fathers, spread, rng)
    mother = operators.select(mothers, spread, rng)
    for _ in range(4):
        if mother is not father:
            break
        mother = operators.select(mothers, spread, rng)
    first, second = father.expert, mother.expert
    if rng.random() < settings.variation.crossover_rate:
        first, second = operators.mate(
            (first, father.scores.combined), (second, mother.scores.combined), rng
        )
    return operators.mutate(first, rng), operators.mutate(second, rng)
