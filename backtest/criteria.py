"""The five criteria that evolution sorts by; always finite, also where nothing was traded."""

from __future__ import annotations

import math

import numpy as np

from backtest.market import Market
from backtest.result import Result
from dsl.jit import F64

CRITERIA = ("net_profit", "profit_factor", "max_drawdown", "stability", "sharpe")
PROFIT_FACTOR_CAP = 10.0
YEAR_S = 365.25 * 86_400
_HALF_CENT = 0.005


def criteria(result: Result, market: Market) -> dict[str, float]:
    """Return the criteria by name: money, ratio, percent, -1..1, and a ratio per year."""
    results = result.trade_results
    gain, loss = float(results[results > 0].sum()), float(-results[results < 0].sum())
    return {
        "net_profit": result.net_profit,
        "profit_factor": profit_factor(gain, loss),
        "max_drawdown": result.drawdown.percent,
        "stability": stability(result.deals.balance),
        "sharpe": sharpe(result.equity, result.deposit, bars_per_year(market)),
    }


def profit_factor(gross_profit: float, gross_loss: float) -> float:
    """Return gross profit over gross loss, at most 10: 10 without losses, 0 without profits."""
    if gross_profit <= 0.0:
        return 0.0
    if gross_loss <= 0.0:
        return PROFIT_FACTOR_CAP
    return min(gross_profit / gross_loss, PROFIT_FACTOR_CAP)


def stability(balances: F64) -> float:
    """Return r squared of the balance after each deal against its number, negative when falling.

    balances: float64[deals], entry deals too. Fewer than two, or all the same: 0.
    """
    n = len(balances)
    if n < 2 or float(np.ptp(balances)) < _HALF_CENT:
        return 0.0
    number = np.arange(n) - (n - 1) / 2.0
    change = balances - balances.mean()
    slope = float((number * change).sum())
    r_squared = slope * slope / float((number**2).sum()) / float((change**2).sum())
    return math.copysign(min(r_squared, 1.0), slope)


def sharpe(equity: F64, deposit: float, per_year: float) -> float:
    """Return mean over deviation (n - 1) of the change of equity per bar, times sqrt(per_year).

    equity: float64[bars], at each close; the first change is from the deposit. No change at all, or
    fewer than two bars: 0.
    """
    if len(equity) < 2:
        return 0.0
    changes = np.diff(equity, prepend=deposit)
    deviation = float(changes.std(ddof=1))
    return float(changes.mean()) / deviation * math.sqrt(per_year) if deviation > 0.0 else 0.0


def bars_per_year(market: Market) -> float:
    """Return how many bars a year of the window has, holes and weekends as they are in the data."""
    time = market.bars.time
    span = int(time[market.end - 1]) - int(time[market.first]) + market.bars.timeframe
    return (market.end - market.first) * YEAR_S / span
