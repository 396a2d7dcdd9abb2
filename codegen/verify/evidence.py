"""What both sides knew and did at the bar where they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backtest.result import Deal
from codegen.verify.compare import Difference
from dsl.node import Node

READY = "ready"  # field of a decision: the warm-up is over and all values were there


@dataclass(frozen=True, slots=True)
class State:
    """One side at a bar.

    values: Every computed value by the name of its step, 1 and 0 for signals; a step that this side
    did not report is left out. decision: What stands on the expert's ports, and READY. position:
    The opening deal of the position held when the bar opened, with its levels of that moment; None
    for flat. balance: Deposit currency, when the bar opened. deals: Those of the bar.
    """

    values: Mapping[str, float]
    decision: Mapping[str, float]
    position: Deal | None
    balance: float
    deals: tuple[Deal, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A computation: its name in both sides' values, and its node."""

    name: str
    node: Node
    warmup: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both sides at the bar where they part, equal at every bar before.

    row: Of the market's bars. warmup: Rows before the first possible entry. steps: All computations
    in topological order. difference: Of the deals up to this bar, a position that is open then
    closed at its end. journal: What the Expert Advisor printed at this bar. problem: Why it did not
    run at all, or "".
    """

    row: int
    time: int
    bid: float
    ask: float
    warmup: int
    steps: tuple[Named, ...]
    difference: Difference
    expected: State
    replayed: State
    journal: tuple[str, ...]
    problem: str = ""
