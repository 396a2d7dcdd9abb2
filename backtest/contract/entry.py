"""The terms of an entry at the open of a bar, or why there is none (rules 16, 17, 22, 23).

Part of the reference engine; prices in points, money in deposit currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backtest.contract import levels
from backtest.contract.margin import MARGIN_SLACK, margin_needed
from backtest.contract.quotes import Quotes
from backtest.contract.volume import NO_VOLUME, floored_lots, risk_lots
from backtest.market import Market
from backtest.program import Decisions
from dsl.errors import DataError

Cause = Literal["distance", "level", "volume", "margin"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A position about to be opened; a level of 0 is none."""

    lots: float
    price: int
    stop: int
    target: int
    margin: float


def require_size(decisions: Decisions) -> None:
    """Refuse a size that cannot be computed.

    Raises:
        DataError: The size is a risk and there is no stop loss to measure it by.
    """
    if decisions.size.mode == "risk" and decisions.stop_loss is None:
        raise DataError(
            "size risk: there is no stop loss to measure the risk by",
            hint="add a stop loss, or trade fixed lots",
        )


def entry_terms(
    market: Market, quotes: Quotes, wants: Decisions, t: int, side: int, balance: float
) -> Entry | Cause:
    """Return what an entry in a direction would open at bar t, or the first cause against it."""
    symbol, scale = market.symbol, quotes.scale
    stop_distance = None if wants.stop_loss is None else float(wants.stop_loss[t]) * scale
    target_distance = None if wants.take_profit is None else float(wants.take_profit[t]) * scale
    given = [d for d in (stop_distance, target_distance) if d is not None]
    if not all(levels.usable(distance) for distance in given):
        return "distance"
    bid = quotes.open[t]
    room = levels.Room(side, bid, quotes.ask(t, bid), symbol.tick_points, symbol.stops_level)
    stop = 0 if stop_distance is None else levels.entry_stop(room, stop_distance)
    target = 0 if target_distance is None else levels.entry_target(room, target_distance)
    if (stop_distance is not None and stop <= 0) or (target_distance is not None and target <= 0):
        return "level"
    quote = room.ask if side > 0 else bid
    loss_rate = quotes.rate_at_open(t, False)
    lots = wants.size.value
    if wants.size.mode == "risk":
        loss_per_lot = abs(quote - stop) * quotes.rates.value * loss_rate
        lots = risk_lots(balance, wants.size.value, loss_per_lot)
    lots = floored_lots(lots, symbol)
    if lots == NO_VOLUME:
        return "volume"
    margin = margin_needed(symbol, market.account, lots, quote / scale, quotes.margin_rate(t))
    if margin > balance + MARGIN_SLACK:
        return "margin"
    fill = levels.buy_fill if side > 0 else levels.sell_fill
    price = fill(quote, market.costs.slippage, symbol.tick_points)
    return Entry(lots, price, stop, target, margin)
