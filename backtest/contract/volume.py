"""How many lots an entry trades (contract, rule 22)."""

from __future__ import annotations

from backtest.contract.money import floor_slack
from backtest.market import Symbol

NO_VOLUME = 0.0
_LOTS_NOISE = 1e-9


def floored_lots(lots: float, symbol: Symbol) -> float:
    """Return lots down to the symbol's step and within its limits; 0 when below its least."""
    stepped = floor_slack(lots / symbol.lots_step) * symbol.lots_step
    if stepped < symbol.lots_min - _LOTS_NOISE:
        return NO_VOLUME
    return min(stepped, symbol.lots_max)


def risk_lots(balance: float, percent: float, loss_per_lot: float) -> float:
    """Return the lots whose loss at the stop is `percent` of the balance, not yet floored.

    loss_per_lot: Deposit currency lost by one lot between the entry quote and the stop.
    """
    return balance * percent / 100.0 / loss_per_lot
