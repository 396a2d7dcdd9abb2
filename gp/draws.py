"""Random numbers: every generator is keyed, so that a draw depends on where it is made, never on
what was drawn before it or on the order of work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")

# Streams beside the breeders', whose numbers start at 0.
START, GATE, SWARM = 1 << 20, 1 << 21, 1 << 22


def generator(seed: int, generation: int, breeder: int, pair: int) -> np.random.Generator:
    """Return the generator of one key: a Philox stream whose counter starts at the key."""
    key = np.array([seed & 0xFFFFFFFFFFFFFFFF, 0], dtype=np.uint64)
    counter = np.array([0, pair, breeder, generation], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def below(rng: np.random.Generator, n: int) -> int:
    """Return a whole number 0..n-1; three times as fast as `rng.integers`."""
    return int(rng.random() * n)


def choose(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """Return one of the items, each with the same chance."""
    return items[int(rng.random() * len(items))]


def weighted(rng: np.random.Generator, weights: Sequence[float]) -> int:
    """Return the number of an entry, drawn in proportion to its weight; one must be above 0."""
    left = rng.random() * math.fsum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index
    return max(index for index, weight in enumerate(weights) if weight > 0)
