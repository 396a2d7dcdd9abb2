"""The five criteria of a finished run, from the sums its state carries."""

from __future__ import annotations

import math

from backtest.fast.types import Facts, State
from dsl.jit import F64, njit_fused

PROFIT_FACTOR_CAP = 10.0


@njit_fused
def write_criteria(facts: Facts, state: State, out: F64) -> None:
    """Write the criteria in the order of CRITERIA, trades, money won and lost into float64[8]."""
    out[0] = (state.cents - state.start) / 100.0
    out[1] = profit_factor(state.won, state.lost)
    out[2] = state.percent
    out[3] = stability(state)
    out[4] = sharpe(facts, state)
    out[5] = state.deals // 2
    out[6] = state.won / 100.0
    out[7] = state.lost / 100.0


@njit_fused
def profit_factor(won: float, lost: float) -> float:
    """Return what was won over what was lost, capped."""
    if lost > 0.0:
        return min(PROFIT_FACTOR_CAP, won / lost)
    return PROFIT_FACTOR_CAP if won > 0.0 else 0.0


@njit_fused
def stability(state: State) -> float:
    """Return r^2 of the balance after each deal against its number, negative where it falls."""
    n = float(state.deals)
    spread = n * state.sum_square - state.sum_balance * state.sum_balance
    if n < 2.0 or spread <= 0.0:
        return 0.0
    numbers = n * (n - 1.0) / 2.0
    together = n * state.sum_product - numbers * state.sum_balance
    r_squared = together * together / (spread * n * n * (n * n - 1.0) / 12.0)
    return math.copysign(min(1.0, r_squared), together)


@njit_fused
def sharpe(facts: Facts, state: State) -> float:
    """Return mean over standard deviation of the equity's change per bar, annualised."""
    n = float(facts.end - facts.first)
    if n < 2.0:
        return 0.0
    mean = (state.equity - facts.deposit) / n
    variance = (state.squares - n * mean * mean) / (n - 1.0)
    if variance <= 0.0:
        return 0.0
    return mean / math.sqrt(variance) * facts.sharpe_scale
