"""The operators of a search, registered under DEAP's names and chosen by the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dsl.node import Node
from gp.deap_adapter import toolbox
from gp.generator import generator_of
from gp.individual import Individual
from gp.populations import SELECTIONS, Member
from gp.settings import SearchSettings
from gp.variation import (
    LEVEL_RULES,
    MUTATIONS,
    Variation,
    crossover,
    library_of,
    mutate,
    mutate_once,
)

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Operators:
    """What breeders call.

    generate: A random expert. select: A member of a sorted population, for a deviation of ranks.
    mate: Two children of two (expert, score). mutate: Each element at its rate; mutate_once: one.
    """

    generate: Callable[[Rng], Node]
    select: Callable[[Sequence[Member], float, Rng], Individual]
    mate: Callable[[tuple[Node, float], tuple[Node, float], Rng], tuple[Node, Node]]
    mutate: Callable[[Node, Rng], Node]
    mutate_once: Callable[[Node, Rng], Node]


def operators(settings: SearchSettings, library: Sequence[Node] = ()) -> Operators:
    """Return the operators that the settings name.

    Args:
        settings: The search's.
        library: Experts whose subtrees are the prebuilt ones.
    Raises:
        ConfigError: The settings name a node type that does not exist.
    """
    generator = generator_of(settings.generator)
    variation = Variation(
        settings.variation,
        generator,
        library_of(library),
        LEVEL_RULES[settings.variation.level],
        tuple(MUTATIONS.values()),
    )
    select = SELECTIONS[settings.selection.method]
    tools = toolbox(
        (
            ("generate", generator.expert),
            ("select", partial(_select, select, settings)),
            ("mate", partial(_mate, variation)),
            ("mutate", partial(_mutate, mutate, variation)),
            ("mutate_once", partial(_mutate, mutate_once, variation)),
        )
    )
    return Operators(tools.generate, tools.select, tools.mate, tools.mutate, tools.mutate_once)


def _select(
    select: Callable[..., Individual],
    settings: SearchSettings,
    members: Sequence[Member],
    deviation: float,
    rng: Rng,
) -> Individual:
    return select(members, deviation, settings.selection, rng)


def _mate(
    variation: Variation, first: tuple[Node, float], second: tuple[Node, float], rng: Rng
) -> tuple[Node, Node]:
    return crossover(first, second, variation, rng)


def _mutate(
    change: Callable[[Node, Variation, Rng], Node], variation: Variation, expert: Node, rng: Rng
) -> Node:
    return change(expert, variation, rng)
