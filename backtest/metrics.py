"""The figures of a MetaTrader tester report; every one is finite, whatever was traded.

A trade's result is profit, swap and both commissions. A ratio whose divisor is zero is 0, unless
stated otherwise. Money is in deposit currency, losses and costs are negative.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from backtest.contract.meter import DrawdownMeter
from backtest.criteria import bars_per_year, profit_factor, sharpe, stability
from backtest.excursions import excursions
from backtest.market import Market
from backtest.result import Result
from backtest.streaks import Streaks, streaks
from dsl.jit import F64, I64

TRADING_DAYS = 252  # the year of MetaTrader's Sharpe ratio


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one test.

    profit_factor: 10 where nothing was lost. recovery_factor: Net profit over the largest balance
    drawdown. sharpe_trades: MetaTrader's, over trades; sharpe_bars: the criterion's, over bars.
    ahpr, ghpr: Arithmetic and geometric mean of balance after over balance before a trade.
    regression_*: Of the balance after each trade against the trade's number. z_score: Of runs of
    wins and losses; z_probability in percent. *_drawdown: The largest fall in money, and the same
    in percent; *_drawdown_relative: the largest in percent, and the same in money;
    *_drawdown_absolute: below the deposit. A trade without profit counts as a loss trade.
    holding_*: Seconds. mfe, mae: Furthest floating profit and loss. exposure: Percentage of the
    closes at which a position was open.
    """

    bars: int
    deposit: float
    balance: float
    net_profit: float
    gross_profit: float
    gross_loss: float
    commission: float
    swap: float
    profit_factor: float
    expected_payoff: float
    recovery_factor: float
    sharpe_trades: float
    sharpe_bars: float
    stability: float
    ahpr: float
    ghpr: float
    regression_correlation: float
    regression_error: float
    z_score: float
    z_probability: float
    balance_drawdown_absolute: float
    balance_drawdown: float
    balance_drawdown_percent: float
    balance_drawdown_relative: float
    balance_drawdown_relative_money: float
    equity_drawdown_absolute: float
    equity_drawdown: float
    equity_drawdown_percent: float
    equity_drawdown_relative: float
    equity_drawdown_relative_money: float
    trades: int
    deals: int
    long_trades: int
    short_trades: int
    long_won_percent: float
    short_won_percent: float
    profit_trades: int
    loss_trades: int
    won_percent: float
    largest_profit: float
    largest_loss: float
    average_profit: float
    average_loss: float
    max_wins: int
    max_wins_money: float
    max_losses: int
    max_losses_money: float
    max_win_streak_money: float
    max_win_streak_trades: int
    max_loss_streak_money: float
    max_loss_streak_trades: int
    average_wins: float
    average_losses: float
    holding_min_s: int
    holding_average_s: float
    holding_max_s: int
    correlation_profit_mfe: float
    correlation_profit_mae: float
    correlation_mfe_mae: float
    exposure: float
    ambiguous_bars: int
    net_profit_pessimistic: float
    net_profit_optimistic: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, in the order above."""
        return asdict(self)


def report(result: Result, market: Market) -> Report:
    """Return all figures of a result that this market gave."""
    results = result.trade_results
    figures: dict[str, Any] = {
        "bars": len(result.equity),
        "deposit": result.deposit,
        "balance": result.balance,
        "deals": len(result.deals),
        "ambiguous_bars": result.ambiguous_bars,
        "net_profit_pessimistic": result.net_profit_pessimistic,
        "net_profit_optimistic": result.net_profit_optimistic,
        **_profits(result, results),
        **_ratios(result, results, market),
        **_drawdowns(result),
        **_trades(result, results),
        **_streaks(results),
        **_holding(result, market),
        **_excursions(result, results, market),
    }
    return Report(**{field.name: figures[field.name] for field in fields(Report)})


def _over(value: float, divisor: float) -> float:
    return float(value / divisor) if divisor else 0.0


def _cents(value: float) -> float:
    return round(float(value), 2) + 0.0


def _sum(values: F64) -> float:
    return float(values.sum())


def _profits(result: Result, results: F64) -> dict[str, float]:
    gain, loss = _cents(results[results > 0].sum()), _cents(results[results < 0].sum())
    return {
        "net_profit": result.net_profit,
        "gross_profit": gain,
        "gross_loss": loss,
        "commission": _cents(result.deals.commission.sum()),
        "swap": _cents(result.deals.swap.sum()),
        "profit_factor": gain / -loss if loss else profit_factor(gain, 0.0),
        "expected_payoff": _over(result.net_profit, len(results)),
    }


def _ratios(result: Result, results: F64, market: Market) -> dict[str, float]:
    after = result.deals.balance[1::2]
    returns = _returns(after, results)
    grown = _over(result.balance, result.deposit)
    correlation, error = linear_regression(after)
    score = z_score(results)
    return {
        "sharpe_trades": sharpe_of_trades(returns),
        "sharpe_bars": sharpe(result.equity, result.deposit, bars_per_year(market)),
        "stability": stability(result.deals.balance),
        "ahpr": float(returns.mean()) if len(returns) else 1.0,
        "ghpr": math.pow(max(grown, 0.0), 1.0 / len(results)) if len(results) else 1.0,
        "regression_correlation": correlation,
        "regression_error": error,
        "z_score": score,
        "z_probability": 100.0 * math.erf(abs(score) / math.sqrt(2.0)),
    }


def _returns(after: F64, results: F64) -> F64:
    """Return float64[trades], balance after over before each trade; 1 where none was left."""
    before = after - results
    ratios: F64 = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    return ratios


def sharpe_of_trades(returns: F64) -> float:
    """Return MetaTrader's Sharpe ratio: mean less 1 over deviation (n - 1), times sqrt(252).

    returns: float64[trades], balance after over balance before each trade.
    """
    if len(returns) < 2 or np.ptp(returns) == 0:
        return 0.0
    excess = float(returns.mean()) - 1.0
    return excess / float(returns.std(ddof=1)) * math.sqrt(TRADING_DAYS)


def linear_regression(balances: F64) -> tuple[float, float]:
    """Return correlation and standard error (n - 2) of balances against their number."""
    n = len(balances)
    if n < 3 or np.ptp(balances) == 0:
        return 0.0, 0.0
    number, change = np.arange(n) - (n - 1) / 2.0, balances - balances.mean()
    xx, xy, yy = _sum(number * number), _sum(number * change), _sum(change * change)
    residual = change - xy / xx * number
    correlation = xy / math.sqrt(xx * yy)
    return max(-1.0, min(1.0, correlation)), math.sqrt(_sum(residual * residual) / (n - 2))


def z_score(results: F64) -> float:
    """Return how far the number of runs of wins and losses lies from that of chance, in deviations.

    Below 0: wins follow wins more often than by chance. 0 where all trades won, or none.
    """
    won = results > 0
    n, wins = len(results), int(won.sum())
    pairs = 2.0 * wins * (n - wins)
    if n < 2 or pairs <= n:
        return 0.0
    runs = 1 + int(np.count_nonzero(won[1:] != won[:-1]))
    return float((n * (runs - 0.5) - pairs) / math.sqrt(pairs * (pairs - n) / (n - 1)))


def _drawdowns(result: Result) -> dict[str, float]:
    meter = DrawdownMeter(result.deposit)
    for balance in result.deals.balance.tolist():
        meter.feed(balance)
    figures: dict[str, float] = {}
    for name, fall in (("balance", meter.drawdown()), ("equity", result.drawdown)):
        figures |= {
            f"{name}_drawdown_absolute": result.deposit - fall.lowest,
            f"{name}_drawdown": fall.money,
            f"{name}_drawdown_percent": fall.percent_at_money,
            f"{name}_drawdown_relative": fall.percent,
            f"{name}_drawdown_relative_money": fall.money_at_percent,
        }
    return figures | {"recovery_factor": _over(result.net_profit, figures["balance_drawdown"])}


def _trades(result: Result, results: F64) -> dict[str, float]:
    side, won = result.deals.side[1::2], results > 0
    lost = results[~won]
    longs, shorts = int((side > 0).sum()), int((side < 0).sum())
    wins = int(won.sum())
    return {
        "trades": len(results),
        "long_trades": longs,
        "short_trades": shorts,
        "long_won_percent": 100.0 * _over(int((won & (side > 0)).sum()), longs),
        "short_won_percent": 100.0 * _over(int((won & (side < 0)).sum()), shorts),
        "profit_trades": wins,
        "loss_trades": len(lost),
        "won_percent": 100.0 * _over(wins, len(results)),
        "largest_profit": float(results.max(initial=0.0)),
        "largest_loss": float(results.min(initial=0.0)),
        "average_profit": _over(float(results[won].sum()), wins),
        "average_loss": _over(float(lost.sum()), len(lost)),
    }


def _streaks(results: F64) -> dict[str, float]:
    won: Streaks = streaks(results, results > 0)
    lost: Streaks = streaks(-results, results <= 0)
    return {
        "max_wins": won.longest,
        "max_wins_money": won.longest_money,
        "max_losses": lost.longest,
        "max_losses_money": 0.0 - lost.longest_money,
        "max_win_streak_money": won.richest_money,
        "max_win_streak_trades": won.richest,
        "max_loss_streak_money": 0.0 - lost.richest_money,
        "max_loss_streak_trades": lost.richest,
        "average_wins": won.average,
        "average_losses": lost.average,
    }


def _holding(result: Result, market: Market) -> dict[str, float]:
    deals = result.deals
    held: I64 = deals.time[1::2] - deals.time[0::2]
    closes = int((deals.bar[1::2] - deals.bar[0::2]).sum())
    bars = market.end - market.first
    return {
        "holding_min_s": int(held.min()) if len(held) else 0,
        "holding_average_s": float(held.mean()) if len(held) else 0.0,
        "holding_max_s": int(held.max(initial=0)),
        "exposure": 100.0 * _over(closes, bars),
    }


def _excursions(result: Result, results: F64, market: Market) -> dict[str, float]:
    best, worst = excursions(result, market)
    return {
        "correlation_profit_mfe": _correlation(results, best),
        "correlation_profit_mae": _correlation(results, worst),
        "correlation_mfe_mae": _correlation(best, worst),
    }


def _correlation(a: F64, b: F64) -> float:
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    x, y = a - a.mean(), b - b.mean()
    return max(-1.0, min(1.0, _sum(x * y) / math.sqrt(_sum(x * x) * _sum(y * y))))
