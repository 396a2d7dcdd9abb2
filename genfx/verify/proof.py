"""A proof at scale, summed up: how much was compared, what differed, what was never met."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from codegen.verify.coverage import counted, never_met
from codegen.verify.selftest import Outcome
from genfx import __version__

_PROVED = ("dsl", "backtest", "codegen", "templates")  # what a proof is of
_BINARY = (".pyc", ".so")


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of random cases.

    numbers: Those that were asked for. outcomes: Of those compared before the end, or before it was
    broken off, in their order.
    """

    numbers: range
    seed: int
    workers: int
    seconds: float
    outcomes: tuple[Outcome, ...]

    @property
    def wrong(self) -> list[Outcome]:
        """Return the cases that differ."""
        return [outcome for outcome in self.outcomes if outcome.problem]

    @property
    def deals(self) -> int:
        """Return how many deals were compared."""
        return sum(outcome.deals for outcome in self.outcomes)

    @property
    def traded(self) -> int:
        """Return how many cases trade."""
        return sum(outcome.deals > 0 for outcome in self.outcomes)

    @property
    def meant(self) -> int:
        """Return how many cases were compared with the interpreter as well."""
        return sum(outcome.meant for outcome in self.outcomes)

    @property
    def next_number(self) -> int | None:
        """Return the first case that was not compared; None where all were."""
        done = len(self.outcomes)
        return self.numbers[done] if done < len(self.numbers) else None

    def coverage(self) -> dict[str, dict[str, int]]:
        """Return how many cases hold each thing, by group."""
        return counted(outcome.features for outcome in self.outcomes)

    def facts(self) -> dict[str, Any]:
        """Return all of it for a program; all but `seconds` is the same for any `workers`."""
        coverage = self.coverage()
        return {
            "first": self.numbers.start,
            "asked": len(self.numbers),
            "count": len(self.outcomes),
            "next": self.next_number,
            "seed": self.seed,
            "deals": self.deals,
            "traded": self.traded,
            "interpreted": self.meant,
            "different": [_difference(outcome) for outcome in self.wrong],
            "coverage": coverage,
            "never": never_met(coverage),
            "symbols": _by_symbol(self.outcomes),
            "seconds": round(self.seconds, 1),
            "workers": self.workers,
            "version": __version__,
            "sources": sources_digest(),
        }


@cache
def sources_digest() -> str:
    """Return a hash of all that a proof is of, the same for the same files wherever they lie."""
    found = hashlib.blake2b(digest_size=6)
    for package in _PROVED:
        _add(found, resources.files(package), package)
    return found.hexdigest()


def _add(found: hashlib.blake2b, folder: Traversable, place: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir() and entry.name != "__pycache__":
            _add(found, entry, f"{place}/{entry.name}")
        elif entry.is_file() and not entry.name.endswith(_BINARY):
            found.update(f"{place}/{entry.name}".encode())
            found.update(entry.read_bytes())


def _difference(outcome: Outcome) -> dict[str, Any]:
    facts = asdict(outcome)
    del facts["features"]
    return facts


def _by_symbol(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    cases, deals, wrong = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        cases[outcome.symbol] += 1
        deals[outcome.symbol] += outcome.deals
        wrong[outcome.symbol] += bool(outcome.problem)
    return {
        name: {"strategies": cases[name], "deals": deals[name], "different": wrong[name]}
        for name in sorted(cases)
    }
