"""A test in MetaTrader beside genfx's own, position by position, each difference with its class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from backtest.result import CloseReason
from mt5.positions import BY_EXPERT, Position


class Outcome(StrEnum):
    """How a position of one side stands to that of the other, the first that applies."""

    SAME = "the same"
    WITHIN = "prices within the tolerance"
    LOTS = "lots"
    ENTRY = "entry price"
    LEVELS = "stop or target"
    EXIT_TIME = "time of the exit"
    REASON = "reason of the exit"
    EXIT = "exit price"
    MONEY = "profit, swap or commission"
    ONLY_GENFX = "only in genfx"
    ONLY_METATRADER = "only in MetaTrader"


AGREED = (Outcome.SAME, Outcome.WITHIN)
_LOTS = 1e-9
_CENT = 0.01 + 1e-9  # deposit currency: both sides round each deal
_BY_BROKER = {
    CloseReason.STOP_LOSS,
    CloseReason.TAKE_PROFIT,
    CloseReason.STOP_OUT,
    CloseReason.END,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The same position on both sides; None where a side has none."""

    outcome: Outcome
    genfx: Position | None
    metatrader: Position | None

    @property
    def opened(self) -> int:
        """Return the open time of the bar of its entry."""
        found = self.genfx or self.metatrader
        assert found is not None
        return found.opened


@dataclass(frozen=True, slots=True)
class Comparison:
    """All positions in the order of their entries. tolerance: Of prices, in points."""

    pairs: tuple[Pair, ...]
    tolerance: int

    @property
    def first(self) -> Pair | None:
        """Return the first position in which the two part, None where they agree."""
        return next((pair for pair in self.pairs if pair.outcome not in AGREED), None)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Return how many positions have each outcome, in the order of the outcomes."""
        found = Counter(pair.outcome for pair in self.pairs)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    def net_profits(self) -> tuple[float, float]:
        """Return the net profit of genfx and that of MetaTrader."""
        sides = ([p.genfx for p in self.pairs], [p.metatrader for p in self.pairs])
        one, other = (sum(_net(x) for x in side if x is not None) for side in sides)
        return one, other

    def frame(self) -> pd.DataFrame:
        """Return a row for each position: its outcome, then every field of both sides."""
        rows = []
        for pair in self.pairs:
            row: dict[str, object] = {"outcome": str(pair.outcome)}
            for side in ("genfx", "metatrader"):
                found: Position | None = getattr(pair, side)
                for name in Position.__slots__:
                    row[f"{side}_{name}"] = None if found is None else getattr(found, name)
            rows.append(row)
        return pd.DataFrame(rows)


def compare(
    genfx: Iterable[Position], metatrader: Iterable[Position], tolerance: int
) -> Comparison:
    """Compare positions; those that opened in the same bar on the same side belong together.

    Where a side has several of them in a bar, they belong together in their order.

    Args:
        genfx: Those of genfx's engine.
        metatrader: Those of a report.
        tolerance: Points that prices may differ by; levels, lots and times may not differ, money
            only where a price does.
    """
    ours, theirs = _by_entry(genfx), _by_entry(metatrader)
    pairs = []
    for key in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(key), theirs.get(key)
        pairs.append(Pair(_outcome(one, other, tolerance), one, other))
    return Comparison(tuple(pairs), tolerance)


def _by_entry(positions: Iterable[Position]) -> dict[tuple[int, int, int], Position]:
    """Return positions by bar, number of its kind in the bar, and side: none hides another."""
    seen: Counter[tuple[int, int]] = Counter()
    found = {}
    for position in positions:
        entry = position.opened, position.side
        found[position.opened, seen[entry], position.side] = position
        seen[entry] += 1
    return found


def _outcome(one: Position | None, other: Position | None, tolerance: int) -> Outcome:
    if one is None or other is None:
        return Outcome.ONLY_METATRADER if one is None else Outcome.ONLY_GENFX
    off = max(abs(one.entry - other.entry), abs(one.exit - other.exit))
    tests = (
        (Outcome.LOTS, abs(one.lots - other.lots) > _LOTS),
        (Outcome.ENTRY, abs(one.entry - other.entry) > tolerance),
        (Outcome.LEVELS, _levels_off(one, other) > tolerance),
        (Outcome.EXIT_TIME, one.closed != other.closed),
        (Outcome.REASON, not _same_reason(one.reason, other.reason)),
        (Outcome.EXIT, abs(one.exit - other.exit) > tolerance),
        (Outcome.WITHIN, off > 0 or _levels_off(one, other) > 0),
        (Outcome.MONEY, _money_off(one, other) > _CENT),
    )
    return next((outcome for outcome, differs in tests if differs), Outcome.SAME)


def _levels_off(one: Position, other: Position) -> int:
    return max(abs(one.stop - other.stop), abs(one.target - other.target))


def _same_reason(ours: int, theirs: int) -> bool:
    """Return whether reasons agree; of its own exits the EA tells the report none."""
    return ours not in _BY_BROKER if theirs == BY_EXPERT else ours == theirs


def _money_off(one: Position, other: Position) -> float:
    return max(
        abs(one.profit - other.profit),
        abs(one.swap - other.swap),
        abs(one.commission - other.commission),
    )


def _net(position: Position) -> float:
    return position.profit + position.swap + position.commission
