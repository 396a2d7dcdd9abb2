"""The text of a portfolio EA, replayed: every part's deals against the engine's on its share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.result import Deal, Deals, Result
from backtest.timeframes import shown_time
from codegen.host.compiler import build
from codegen.host.replay import HostResult, Mode, replay
from codegen.mql5.portfolio import Part
from codegen.verify.compare import MISSING, Difference, first_difference
from dsl.jit import F64
from genfx.portfolio.spans import part_results, part_title
from genfx.verify.replay import require_compiler

_SAID = 3  # lines of the journal shown beside a difference


@dataclass(frozen=True, slots=True, eq=False)
class PartReplay:
    """One part: its deals on both sides without balances, and the first that differs."""

    number: int
    part: Part
    expected: Deals
    replayed: Deals
    difference: Difference | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioReplay:
    """A portfolio EA on one market.

    name: Of the span. equity: Of the account at each close, the engine's and the text's. problem:
    What is wrong with the text whatever its parts traded, "" for nothing.
    """

    name: str
    market: Market
    parts: tuple[PartReplay, ...]
    equity: tuple[F64, F64]
    problem: str

    @property
    def holds(self) -> bool:
        """Return whether all deals of all parts are the same."""
        return not self.difference

    @property
    def deals(self) -> int:
        """Return how many deals the engine made."""
        return sum(len(found.expected) for found in self.parts)

    @property
    def difference(self) -> str:
        """Return the first difference in words, "" where there is none."""
        if self.problem:
            return self.problem
        for found in self.parts:
            if found.text:
                return f"part {found.number}, '{part_title(found.part)}': {found.text}"
        return ""


def portfolio_replays(
    source: str,
    parts: Sequence[Part],
    named: Sequence[tuple[str, Market]],
    capital: float = 0.0,
    mode: Mode = "open-prices",
) -> tuple[PortfolioReplay, ...]:
    """Run the text of a portfolio EA and compare each part's deals with the engine's.

    Args:
        source: The text. parts: What it trades, with the weights that it runs with.
        named: Names and markets to run it on.
        capital: Its input StartCapital.
        mode: How bars are played; the markets must be those of that mode.

    Raises:
        CodegenError: There is no compiler, or the text is refused.
        DataError: A part's warm-up is longer than the data.
    """
    require_compiler()
    library = build([source])
    found = []
    for name, market in named:
        expected = part_results(parts, market, capital)
        ran = replay(library, 0, market, mode=mode)
        found.append(_compared(name, market, parts, expected, ran))
    return tuple(found)


def replay_facts(found: PortfolioReplay) -> dict[str, Any]:
    """Return a replay for programs."""
    return {
        "name": found.name,
        "equal": found.holds,
        "deals": found.deals,
        "difference": found.difference or None,
        "parts": [
            {
                "number": one.number,
                "strategy_id": one.part.strategy.strategy_id,
                "weight": one.part.weight,
                "magic": one.part.magic,
                "engine": _side(one.expected),
                "expert": _side(one.replayed),
                "equal": not one.text,
                "difference": one.text or None,
            }
            for one in found.parts
        ],
    }


def _side(deals: Deals) -> dict[str, float]:
    money = deals.profit + deals.commission + deals.swap
    return {"deals": len(deals), "net_profit": round(float(money.sum()), 2)}


def _compared(
    name: str,
    market: Market,
    parts: Sequence[Part],
    expected: Sequence[Result],
    ran: HostResult,
) -> PortfolioReplay:
    pairs = zip(parts, expected, strict=True)
    compared = tuple(_part(n, part, one, ran) for n, (part, one) in enumerate(pairs, 1))
    idle = market.account.deposit - sum(one.deposit for one in expected)
    equity = idle + np.sum([one.equity for one in expected], axis=0)
    strangers = np.setdiff1d(ran.magic, [part.magic for part in parts])
    problem = ran.problem
    if problem and ran.journal:
        problem += ": " + "; ".join(line.text for line in ran.journal[:_SAID])
    if not problem and len(strangers):
        problem = f"deals with magic number {strangers[0]}, which no part has"
    return PortfolioReplay(name, market, compared, (equity, ran.equity), problem)


def _part(number: int, part: Part, alone: Result, ran: HostResult) -> PartReplay:
    chosen = ran.magic == part.magic
    columns = {name: getattr(ran.deals, name)[chosen] for name in Deal._fields}
    expected, replayed = _unbalanced(alone.deals), _unbalanced(Deals(**columns))
    found = first_difference(expected, replayed)
    text = "" if found is None else _text(found) + _said(found, number, ran)
    return PartReplay(number, part, expected, replayed, found, text)


def _unbalanced(deals: Deals) -> Deals:
    """Return deals without their balance, which is that of all parts together."""
    return replace(deals, balance=np.zeros(len(deals)))


def _text(found: Difference) -> str:
    deal = f"deal {found.number + 1}"
    if found.field == MISSING:
        wrong = "is not expected" if found.expected is None else "is missing"
        return f"{deal} of {shown_time(found.time)} {wrong}"
    wanted, got = (getattr(one, found.field) for one in (found.expected, found.replayed))
    if found.field == "time":
        wanted, got = shown_time(int(wanted)), shown_time(int(got))
    return f"{deal}: {found.field} is {got}, {wanted} is expected"


def _said(found: Difference, number: int, ran: HostResult) -> str:
    """Return what the part printed at the bar of a difference."""
    said = f"part {number}: "
    rows = [line.text for line in ran.journal if line.time == found.time]
    lines = [text.removeprefix(said) for text in rows if text.startswith(said)]
    return f"; it said: {'; '.join(lines[:_SAID])}" if lines else ""
