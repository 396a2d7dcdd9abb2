"""The text of an Expert Advisor against the engines: every deal, or the bar where they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from backtest.market import Market
from backtest.reference import simulate
from backtest.result import Deals, Result
from codegen.host.script import SMOOTH, Script
from codegen.interpret import interpret
from codegen.verify.cause import Verdict, verdict
from codegen.verify.compare import Difference, first_difference
from codegen.verify.engine import Engine, engines_differ, side_state
from codegen.verify.evidence import Evidence
from dsl.jit import F64
from dsl.strategy import Strategy


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What a replay of the text gave.

    problem: Why it stopped or never began, or "". journal: What it printed, by the row of the bar.
    values, decision: What it computed at the last bar, where that was asked for. equity: At each
    close, float64[bars of the window]. late: It took too long: it is not run once more. met: What
    went wrong meanwhile.
    """

    deals: Deals
    problem: str
    journal: tuple[tuple[int, str], ...]
    values: Mapping[str, float]
    decision: Mapping[str, float]
    equity: F64
    late: bool = False
    met: Script = SMOOTH


_FAREWELL = "stopped"  # what an EA prints when its test ends, here at the bar looked at


class Expert(Protocol):
    """The compiled text of an Expert Advisor."""

    def replay(self, market: Market, *, traced: bool = False) -> Replayed:
        """Run it over the window of a market; `traced`: with what it computes at the last bar."""
        ...


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where and why both sides part. number: Of the first deal that differs, from 0."""

    number: int
    verdict: Verdict
    evidence: Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """A strategy, what the engine made of it, what its text did, and where they part.

    engines: Where the reference and the fast engine part; None as long as genfx is right.
    """

    strategy: Strategy
    market: Market
    expected: Result
    replayed: Replayed
    engines: Difference | None
    divergence: Divergence | None

    @property
    def holds(self) -> bool:
        """Return whether all deals are the same on all sides."""
        return self.divergence is None and self.engines is None


def verify(strategy: Strategy, market: Market, expert: Expert) -> Verification:
    """Compare the deals of the engines with those of the text of an Expert Advisor.

    Args:
        strategy: With the values of the inputs that the text runs with.
        market: Bars, window, symbol, account, costs; checked.
        expert: The compiled text.
    """
    engine = Engine(strategy, market)
    expected, replayed = engine.result(), expert.replay(market)
    difference = first_difference(expected.deals, replayed.deals)
    divergence = None
    if difference is not None or replayed.problem:
        divergence = _explained(engine, expert, difference, replayed)
    engines = engines_differ(expected, engine.fast_result())
    return Verification(strategy, market, expected, replayed, engines, divergence)


def meaning_differs(found: Verification) -> Difference | None:
    """Return where the deals part from those that the slow interpreter's decisions give."""
    meant = simulate(found.market, interpret(found.strategy, found.market))
    return first_difference(meant.deals, found.expected.deals)


def _explained(
    engine: Engine, expert: Expert, difference: Difference | None, replayed: Replayed
) -> Divergence:
    market = engine.market
    number = difference.number if difference else len(replayed.deals)
    row = market.end - 1
    if replayed.late:
        before = during = engine.until(market.end), replayed
    else:
        if difference is not None:
            row = _first_row(engine, expert, difference, replayed)
        before = _window(engine, expert, row)
        during = _window(engine, expert, row + 1, traced=True)
    here = first_difference(during[0], during[1].deals) or difference
    time = int(market.bars.time[row])
    bid, ask = engine.quote(row)
    evidence = Evidence(
        row=row,
        time=time,
        bid=bid,
        ask=ask,
        warmup=engine.warmup,
        steps=engine.steps,
        difference=here or Difference(number, "", None, None),
        expected=engine.state(row, before[0], during[0]),
        replayed=side_state(
            market,
            row,
            dict(during[1].values),
            dict(during[1].decision),
            (before[1].deals, during[1].deals),
        ),
        journal=tuple(
            text for at, text in during[1].journal if at == row and not text.startswith(_FAREWELL)
        ),
        problem=replayed.problem,
    )
    return Divergence(number, verdict(evidence), evidence)


def _first_row(engine: Engine, expert: Expert, difference: Difference, replayed: Replayed) -> int:
    """Return the first row with which the deals of both sides differ, by bisection.

    A window that ends there closes an open position, whose deal shows its levels: so a stop that
    was moved differently is found where it was moved, not where it was hit.
    """
    market = engine.market
    same = replayed.deals.time[: difference.number]
    start = int(np.searchsorted(market.bars.time, same[-1])) if len(same) else market.first
    stop = int(np.searchsorted(market.bars.time, difference.time))
    low, high = max(start, market.first), min(stop, market.end - 1)  # equal before low
    while low < high:
        row = (low + high) // 2
        one, other = _window(engine, expert, row + 1)
        if first_difference(one, other.deals) is None:
            low = row + 1
        else:
            high = row
    return low


def _window(
    engine: Engine, expert: Expert, end: int, *, traced: bool = False
) -> tuple[Deals, Replayed]:
    """Return what both sides did in a window that ends before row `end`."""
    market = engine.market
    if end <= market.first:
        nothing = Deals.of(())
        return nothing, Replayed(nothing, "", (), {}, {}, np.empty(0))
    return engine.until(end), expert.replay(replace(market, last=end), traced=traced)
