"""How far each trade ran for and against the trader: MFE and MAE."""

from __future__ import annotations

import numpy as np

from backtest.contract.quotes import Quotes
from backtest.market import Market
from backtest.result import Result
from dsl.jit import F64


def excursions(result: Result, market: Market) -> tuple[F64, F64]:
    """Return furthest floating profit (>= 0) and loss (<= 0) of each trade, float64[trades] each.

    Counted: whole bars before the exit bar, then the exit's fill. Of the exit bar itself no more is
    known, because the way through it is not. Converted at the exit.
    """
    quotes, deals = Quotes(market), list(result.deals)
    best, worst = [], []
    for opened, closed in zip(deals[0::2], deals[1::2], strict=True):
        rows, side, exit_bar = range(opened.bar, closed.bar), opened.side, closed.bar
        prices = [closed.price]
        for t in rows:
            prices += (quotes.closing(t, side, bid) for bid in (quotes.low[t], quotes.high[t]))
        up, down = max(prices), min(prices)
        good, bad = (up, down) if side > 0 else (down, up)
        terms = (exit_bar, side, opened.lots, opened.price)
        best.append(max(0.0, quotes.profit(*terms, good)))
        worst.append(min(0.0, quotes.profit(*terms, bad)))
    return np.array(best, dtype=np.float64), np.array(worst, dtype=np.float64)
