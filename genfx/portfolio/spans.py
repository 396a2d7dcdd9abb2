"""Figures of a portfolio: its parts on their own capital, and their sum (contract, rule 28)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.contract.money import money
from backtest.criteria import profit_factor
from backtest.market import Market
from backtest.result import CloseReason, Result
from backtest.shared import Share, margin_may_bind, part_market, simulate_shared
from codegen.cache import ColumnCache
from codegen.evaluate import Evaluator
from codegen.mql5.facts import SpanFigures
from codegen.mql5.portfolio import Part
from dsl.errors import DataError
from dsl.jit import F64
from genfx.backtests import remarks, require_history
from genfx.markets import span_label, span_text


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


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioSpan:
    """The parts on one span; of `lines` the last is the sum.

    balance: The sum of the parts' balances at its end. capital: What the parts share. results: Of
    each part. remarks: What kept parts from trading, in sentences.
    """

    name: str
    market: Market
    capital: float
    parts: tuple[Part, ...]
    results: tuple[Result, ...]
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    @property
    def balance(self) -> float:
        """Return the sum of the parts' balances at the end of the span."""
        return sum(result.balance for result in self.results)

    @property
    def equity(self) -> F64:
        """Return the sum of the parts' equity at each close, float64[bars of the span]."""
        return np.asarray(np.sum([result.equity for result in self.results], axis=0))

    @property
    def deposit(self) -> float:
        """Return the sum of the parts' shares."""
        return sum(result.deposit for result in self.results)


def part_title(part: Part) -> str:
    """Return what people call a part."""
    return part.strategy.title or part.strategy.strategy_id[:8]


def part_shares(parts: Sequence[Part], capital: float) -> list[float]:
    """Return each part's share of the capital, in whole cents.

    Raises:
        DataError: A share is below one cent.
    """
    shares = [money(capital * part.weight) for part in parts]
    for number, (part, share) in enumerate(zip(parts, shares, strict=True), 1):
        if share <= 0:
            raise DataError(
                f"part {number}, {part_title(part)}: weight {part.weight:g} of {capital:,.2f} is "
                "below one cent",
                hint="give it a larger weight, or leave it out",
            )
    return shares


def part_results(parts: Sequence[Part], market: Market, capital: float = 0.0) -> tuple[Result, ...]:
    """Return what each part does on its share of the capital, all on the account of a market.

    Args:
        capital: What the parts share; 0: the deposit of the account.

    Raises:
        DataError: A part's warm-up is longer than the data, a share is below one cent.
    """
    deposits = part_shares(parts, capital or market.account.deposit)
    cache: ColumnCache | None = None
    results, evaluators = [], []
    for part, deposit in zip(parts, deposits, strict=True):
        require_history(part.strategy, market)
        evaluator = Evaluator(part_market(market, deposit), cache=cache)
        cache = evaluator.cache
        evaluators.append(evaluator)
        results.append(evaluator.result(part.strategy))
    if not margin_may_bind(market, results):
        return tuple(results)
    wants = [e.decisions(part.strategy) for e, part in zip(evaluators, parts, strict=True)]
    return simulate_shared(market, [Share(*pair) for pair in zip(wants, deposits, strict=True)])


def portfolio_spans(
    parts: Sequence[Part], named: Sequence[tuple[str, Market]], capital: float = 0.0
) -> tuple[PortfolioSpan, ...]:
    """Return the figures of every span, each part tested on its share of the capital.

    Args:
        capital: What the parts share; 0: the deposit of the account.

    Raises:
        DataError: A part's warm-up is longer than the data, a share is below one cent.
    """
    return tuple(_span(parts, name, market, capital) for name, market in named)


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
        found.append(SpanFigures(span_label(span.name), first, last, rows))
    return tuple(found)


def falls(equity: F64, deposit: float) -> F64:
    """Return how far equity is below its highest close so far, in percent, as values <= 0."""
    peaks = np.maximum.accumulate(np.maximum(equity, deposit))
    return np.asarray(100.0 * (equity - peaks) / peaks)


def _span(parts: Sequence[Part], name: str, market: Market, capital: float) -> PortfolioSpan:
    results = part_results(parts, market, capital)
    lines = [
        _line(part_title(part), part.weight, [one])
        for part, one in zip(parts, results, strict=True)
    ]
    whole = _line("together", sum(part.weight for part in parts), results)
    return PortfolioSpan(
        name=name,
        market=market,
        capital=capital or market.account.deposit,
        parts=tuple(parts),
        results=results,
        lines=(*lines, whole),
        remarks=_remarks(parts, market, results),
    )


def _remarks(parts: Sequence[Part], market: Market, results: Sequence[Result]) -> tuple[str, ...]:
    """Return what kept parts from trading, and whether the broker closed positions."""
    found = [
        f"Part {number}, {part_title(part)}: {text}"
        for number, (part, one) in enumerate(zip(parts, results, strict=True), 1)
        for text in remarks(part.strategy, market, one)
    ]
    closed = sum(int((one.deals.reason == CloseReason.STOP_OUT).sum()) for one in results)
    if closed:
        found.append(f"The account was stopped out: the broker closed {closed} positions.")
    return tuple(found)


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
        drawdown=-float(np.min(falls(equity, deposit), initial=0.0)),
        trades=len(trades),
    )
