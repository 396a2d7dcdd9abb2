"""Figures of a portfolio: its parts on their own capital, and their sum (contract, rule 28)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtest.criteria import profit_factor
from backtest.market import Market
from backtest.result import Deal, Deals, Result
from backtest.timeframes import shown_time
from codegen.host.compiler import build
from codegen.host.replay import HostResult, replay
from codegen.mql5.facts import SpanFigures
from codegen.mql5.portfolio import Part
from codegen.verify.compare import Difference, first_difference
from dsl.jit import F64
from genfx.backtests import run_engine
from genfx.markets import span_text


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of a part, or of all parts together.

    drawdown: Largest fall of equity below its peak in percent, taken at the closes of bars.
    """

    name: str
    weight: float
    net_profit: float
    profit_factor: float
    drawdown: float
    trades: int


@dataclass(frozen=True, slots=True)
class PortfolioSpan:
    """The parts on one span, the sum last; `balance` is the sum of their balances at its end."""

    name: str
    market: Market
    lines: tuple[Line, ...]
    balance: float


def portfolio_spans(
    parts: Sequence[Part], named: Sequence[tuple[str, Market]]
) -> tuple[PortfolioSpan, ...]:
    """Return the figures of every span, each part tested on its share of the deposit.

    Raises:
        DataError: A part's warm-up is longer than the data.
    """
    return tuple(_span(parts, name, market) for name, market in named)


def span_figures(spans: Sequence[PortfolioSpan]) -> tuple[SpanFigures, ...]:
    """Return what the header of a portfolio EA says of all parts together, span by span."""
    found = []
    for span in spans:
        first, last = span_text(span.market).split(" .. ")
        whole = span.lines[-1]
        rows = (
            (f"Net profit, {span.market.account.currency}", f"{whole.net_profit:.2f}"),
            ("Profit factor", f"{whole.profit_factor:.2f}"),
            ("Max drawdown at closes", f"{whole.drawdown:.2f}%"),
            ("Trades", str(whole.trades)),
        )
        found.append(SpanFigures(span.name.replace("_", "-"), first, last, rows))
    return tuple(found)


def replayed(source: str, parts: Sequence[Part], market: Market) -> tuple[int, str]:
    """Run the text of a portfolio EA and compare each part's deals with the engine's on its share.

    Returns:
        The number of deals, and the first difference in words, "" where there is none.

    Raises:
        CodegenError: There is no compiler, or the text is refused.
    """
    found = replay(build([source]), 0, market)
    if found.problem:
        return 0, found.problem
    strangers = np.setdiff1d(found.magic, [part.magic for part in parts])
    if len(strangers):
        return len(found.deals), f"deals with magic number {strangers[0]}, which no part has"
    for number, part in enumerate(parts, 1):
        alone = run_engine(part.strategy, part_market(market, part.weight), "fast")
        difference = first_difference(_unbalanced(alone.deals), _of_part(found, part.magic))
        if difference:
            told = f"part {number}, '{_title(part)}': {_text(difference)}"
            return len(found.deals), told + _share_too_small(alone)
    return len(found.deals), ""


def _of_part(found: HostResult, magic: int) -> Deals:
    chosen = found.magic == magic
    columns = {name: getattr(found.deals, name)[chosen] for name in Deal._fields}
    return _unbalanced(Deals(**columns))


def _unbalanced(deals: Deals) -> Deals:
    """Return deals without their balance, which is that of all parts together."""
    return replace(deals, balance=np.zeros(len(deals)))


def _text(found: Difference) -> str:
    deal = f"deal {found.number + 1}"
    if found.expected is None or found.replayed is None:
        return f"{deal}: {'is not expected' if found.expected is None else 'is missing'}"
    wanted, got = (getattr(one, found.field) for one in (found.expected, found.replayed))
    if found.field == "time":
        wanted, got = shown_time(int(wanted)), shown_time(int(got))
    return f"{deal}: {found.field} is {got}, {wanted} is expected"


def _share_too_small(alone: Result) -> str:
    """Return why the engine traded less than the account allows the part, "" if it did not."""
    refused = alone.refusals.margin
    if not refused:
        return ""
    return (
        f"; on its share of {alone.deposit:,.2f} alone it had no margin for an entry at "
        f"{refused:,} bars, on the whole account it has: give it more weight, fewer lots, or "
        "size risk"
    )


def part_market(market: Market, weight: float) -> Market:
    """Return the market on which a part trades: its share of the deposit."""
    deposit = round(market.account.deposit * weight, 2)
    return replace(market, account=replace(market.account, deposit=deposit))


def _span(parts: Sequence[Part], name: str, market: Market) -> PortfolioSpan:
    results = [run_engine(p.strategy, part_market(market, p.weight), "fast") for p in parts]
    lines = [
        _line(_title(part), part.weight, [one]) for part, one in zip(parts, results, strict=True)
    ]
    whole = _line("together", sum(part.weight for part in parts), results)
    return PortfolioSpan(name, market, (*lines, whole), sum(one.balance for one in results))


def _title(part: Part) -> str:
    return part.strategy.title or part.strategy.strategy_id[:8]


def _line(name: str, weight: float, results: Sequence[Result]) -> Line:
    trades = np.concatenate([one.trade_results for one in results])
    equity = np.sum([one.equity for one in results], axis=0)
    gain, loss = trades[trades > 0].sum(), -trades[trades < 0].sum()
    deposit = sum(one.deposit for one in results)
    return Line(
        name=name,
        weight=weight,
        net_profit=round(float(trades.sum()), 2),
        profit_factor=profit_factor(float(gain), float(loss)),
        drawdown=_drawdown(equity, deposit),
        trades=len(trades),
    )


def _drawdown(equity: F64, deposit: float) -> float:
    """Return the largest fall below the peak so far, in percent."""
    peaks = np.maximum.accumulate(np.maximum(equity, deposit))
    return float(100 * np.max((peaks - equity) / peaks, initial=0.0))
