"""Margin of a position and the price at which the broker closes it (contract, rules 23, 24)."""

from __future__ import annotations

from backtest.contract.levels import above, below
from backtest.market import Account, Symbol

MARGIN_SLACK = 1e-6


def margin_needed(
    symbol: Symbol, account: Account, lots: float, price: float, rate: float
) -> float:
    """Return the margin in deposit currency at an entry quote.

    price: The entry quote in quote currency. rate: Deposit money per unit of profit currency, the
    dear side.
    """
    if symbol.margin_mode == "futures":
        return lots * symbol.margin_per_lot
    base = lots * symbol.contract_size / account.leverage
    if symbol.margin_mode == "forex" and symbol.base_currency == account.currency:
        return base
    return base * price * rate


def stop_out_level(side: int, entry: int, wanted: float, value: float, tick: int) -> int:
    """Return the price in points at which floating profit is `wanted`; 0 or less: never reached.

    value: Deposit money per point of the whole position. The level is rounded so that equity has
    reached the limit there.
    """
    if side > 0:
        return below(entry, -wanted / value, tick)
    return above(entry, -wanted / value, tick)
