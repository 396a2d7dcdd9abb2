"""Positions of a report and of an engine in one form: times of bars, prices in points.

A deal of MetaTrader has the second at which it was made, one of genfx the open time of its bar
(contract, rule 26); here every time is that of the bar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.result import CloseReason, Deal
from dsl.errors import DataError
from mt5.report import Mt5Report

DAY, WEEK = 86_400, 604_800
BY_EXPERT = -1  # the report does not say why the EA closed
_OFF_GRID = 0.01  # of a point
_REASONS = {
    "sl": CloseReason.STOP_LOSS,
    "tp": CloseReason.TAKE_PROFIT,
    "so": CloseReason.STOP_OUT,
    "end of test": CloseReason.END,
}


@dataclass(frozen=True, slots=True)
class Position:
    """A position from its first deal to its last.

    opened, closed: Open times of the bars, seconds.
    side: 1 long, -1 short. stop, target: Points, when it was opened; 0: none. reason: A
    CloseReason, or BY_EXPERT. profit, swap, commission: Deposit currency, of both deals.
    """

    opened: int
    closed: int
    side: int
    lots: float
    entry: int
    exit: int
    stop: int
    target: int
    reason: int
    profit: float
    swap: float
    commission: float


def engine_positions(deals: Iterable[Deal]) -> tuple[Position, ...]:
    """Return the positions of a result of genfx."""
    made, opening = [], None
    for deal in deals:
        if deal.entry:
            opening = deal
        elif opening is not None:
            made.append(_engine_position(opening, deal))
            opening = None
    return tuple(made)


def _engine_position(opening: Deal, closing: Deal) -> Position:
    return Position(
        opened=opening.time,
        closed=closing.time,
        side=opening.side,
        lots=opening.lots,
        entry=opening.price,
        exit=closing.price,
        stop=opening.stop,
        target=opening.target,
        reason=closing.reason,
        profit=closing.profit,
        swap=opening.swap + closing.swap,
        commission=opening.commission + closing.commission,
    )


def report_positions(report: Mt5Report, timeframe: int, digits: int) -> tuple[Position, ...]:
    """Return the positions of a report.

    Args:
        report: Of an EA that holds one position at a time.
        timeframe: Seconds of a bar.
        digits: Decimals of a price.
    Raises:
        DataError: Positions overlap, are closed in parts, or a price lies between two points.
    """
    deals = report.deals[report.deals["direction"] != ""]
    orders: list[Any] = list(
        report.orders[["order", "stop_loss", "take_profit"]].fillna(0.0).itertuples(index=False)
    )
    levels = {order.order: (order.stop_loss, order.take_profit) for order in orders}
    rows: list[Any] = list(deals.itertuples(index=False))
    place = f"{report.path}: deal"
    if len(rows) % 2:
        raise DataError(f"{place} {rows[-1].deal} opens a position that nothing closes")
    made = []
    for opening, closing in zip(rows[::2], rows[1::2], strict=True):
        _check_pair(opening, closing, place)
        prices = [opening.price, closing.price, *levels.get(opening.order, (0.0, 0.0))]
        entry, leave, stop, target = (_points(v, digits, f"{place} {opening.deal}") for v in prices)
        made.append(
            Position(
                opened=bar_time(opening.time, timeframe),
                closed=bar_time(closing.time, timeframe),
                side=1 if opening.type == "buy" else -1,
                lots=float(opening.volume),
                entry=entry,
                exit=leave,
                stop=stop,
                target=target,
                reason=_reason(closing.comment),
                profit=float(closing.profit),
                swap=float(opening.swap + closing.swap),
                commission=float(opening.commission + closing.commission),
            )
        )
    return tuple(made)


def _check_pair(opening: Any, closing: Any, place: str) -> None:
    if opening.direction != "in" or closing.direction != "out":
        raise DataError(
            f"{place} {opening.deal} is {opening.direction!r}, {closing.deal} is "
            f"{closing.direction!r}: one position at a time is opened, then closed",
            hint="the report must be that of one Expert Advisor of genfx",
        )
    if opening.volume != closing.volume or opening.type == closing.type:
        raise DataError(f"{place} {closing.deal} does not close what {opening.deal} opened")


def bar_time(moment: pd.Timestamp, timeframe: int) -> int:
    """Return the open time of the bar that holds a moment; weeks begin on Sunday.

    >>> bar_time(pd.Timestamp("1970-01-02 03:59:59"), 3600)
    97200
    """
    seconds = int(moment.timestamp())
    shift = 4 * DAY if timeframe == WEEK else 0
    return (seconds + shift) // timeframe * timeframe - shift


def _points(price: float, digits: int, place: str) -> int:
    scaled = float(price * 10**digits)
    if abs(scaled - round(scaled)) > _OFF_GRID:
        raise DataError(
            f"{place}: the price {price} has more than {digits} decimals",
            hint="the bars must be those of the report's broker",
        )
    return round(scaled)


def _reason(comment: str) -> int:
    said = comment.strip("[] ")  # a live account writes [sl 1.05000]
    for start, reason in _REASONS.items():
        if said == start or said.startswith(f"{start} "):
            return reason
    return BY_EXPERT
