"""Hand-worked cases for the trading contract: a few bars in, deals out."""

from __future__ import annotations

from typing import Any

from backtest.bars import Bars
from backtest.checks import check_market
from backtest.market import Account, Costs, Market, Symbol
from backtest.reference import simulate
from backtest.result import CloseReason, Result
from tests.support.bars import EURUSD, decisions, mask

FLAT = (100_000, 100_000, 100_000, 100_000)
SIGNALS = ("long_entry", "short_entry", "long_exit", "short_exit", "forced_exit", "friday_exit")


def play(
    bars: Bars,
    *,
    symbol: Symbol = EURUSD,
    account: Account | None = None,
    costs: Costs | None = None,
    market: dict[str, Any] | None = None,
    **wanted: Any,
) -> Result:
    """Simulate; signals are given as the rows at which they are true, `blocked` likewise.

    One lot of EURUSD in USD: a point is worth 1.00.
    """
    whole = Market(bars, symbol, account or Account(), costs or Costs(), **(market or {}))
    check_market(whole)
    n = len(bars)
    for name in SIGNALS:
        if name in wanted:
            wanted[name] = mask(n, *wanted[name])
    if "blocked" in wanted:
        wanted["entry_filter"] = ~mask(n, *wanted.pop("blocked"))
    return simulate(whole, decisions(n, **wanted))


def closes(result: Result) -> list[tuple[int, int, str]]:
    """Return (bar, price, reason) of each closing deal."""
    return [
        (d.bar, d.price, CloseReason(d.reason).name.lower()) for d in result.deals if not d.entry
    ]


def entries(result: Result) -> list[tuple[int, int, int]]:
    """Return (bar, price, side) of each opening deal."""
    return [(d.bar, d.price, d.side) for d in result.deals if d.entry]
