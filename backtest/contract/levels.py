"""Where stops and targets lie, when they are touched, at what price they fill (rules 16-18, 20).

Prices are whole points, a level of 0 is none. `side` is 1 for a long position, -1 for a short one.
Distances are float points: the distance in quote currency times 10**digits. A `quote` is the price
at which the position would close: the bid for a long one, the ask for a short one.
"""

from __future__ import annotations

from typing import NamedTuple

from backtest.contract.money import ceil_slack, floor_slack
from backtest.contract.spread import down_to_tick, up_to_tick

DISTANCE_SLACK = 1e-4  # points, rule 6: distances nearer than this are equal
FARTHEST = 1e12  # points; keeps levels far inside 64-bit integers


def usable(distance: float) -> bool:
    """Return whether a distance carries a level: above 0 (rules 6 and 8), a number, not absurd."""
    return DISTANCE_SLACK < distance <= FARTHEST


def lockable(offset: float) -> bool:
    """Return whether a break-even stop may stand at this offset: not below 0, not absurd."""
    return -DISTANCE_SLACK <= offset <= FARTHEST


def least_distance(stops_level: int, tick: int) -> int:
    """Return m, the points that a level keeps from the quote at least."""
    return max(stops_level, tick)


def below(price: int, distance: float, tick: int) -> int:
    """Return price - distance, down to the tick with slack."""
    return tick * floor_slack((price - distance) / tick)


def above(price: int, distance: float, tick: int) -> int:
    """Return price + distance, up to the tick with slack."""
    return tick * ceil_slack((price + distance) / tick)


class Room(NamedTuple):
    """The quotes around which an entry places its levels, and the symbol's limits on them."""

    side: int
    bid: int
    ask: int
    tick: int
    stops_level: int


def entry_stop(room: Room, distance: float) -> int:
    """Return the stop loss of an entry; 0 or less where there is no room for it."""
    side, bid, ask, tick, stops_level = room
    least = least_distance(stops_level, tick)
    if side > 0:
        return min(below(ask, distance, tick), down_to_tick(bid - least, tick))
    return max(above(bid, distance, tick), up_to_tick(ask + least, tick))


def entry_target(room: Room, distance: float) -> int:
    """Return the take profit of an entry; 0 or less where there is no room for it."""
    side, bid, ask, tick, stops_level = room
    least = least_distance(stops_level, tick)
    if side > 0:
        return max(above(ask, distance, tick), up_to_tick(bid + least, tick))
    return min(below(bid, distance, tick), down_to_tick(ask - least, tick))


def stop_touched(side: int, stop: int, quote: int) -> bool:
    """Return whether the quote has reached the stop."""
    return stop > 0 and (quote <= stop if side > 0 else quote >= stop)


def target_touched(side: int, target: int, quote: int) -> bool:
    """Return whether the quote has reached the target."""
    return target > 0 and (quote >= target if side > 0 else quote <= target)


def nearer_stop(side: int, stop: int, other: int) -> int:
    """Return which of two stops the price meets first on its way against the position."""
    if stop <= 0 or other <= 0:
        return max(stop, other, 0)
    return max(stop, other) if side > 0 else min(stop, other)


def buy_fill(ask: int, slippage: int, tick: int) -> int:
    """Return the price of a market buy: slippage up, to the tick against the trader."""
    return up_to_tick(ask + slippage, tick)


def sell_fill(bid: int, slippage: int, tick: int) -> int:
    """Return the price of a market sale: slippage down, to the tick, never below one tick."""
    return max(tick, down_to_tick(bid - slippage, tick))


def market_fill(side: int, quote: int, slippage: int, tick: int) -> int:
    """Return the fill of a close at the market: a long position sells, a short one buys."""
    fill = sell_fill if side > 0 else buy_fill
    return fill(quote, slippage, tick)


def beyond(side: int, level: int, quote_at_open: int) -> int:
    """Return the stop level, or the quote at the open where that is already worse."""
    return min(level, quote_at_open) if side > 0 else max(level, quote_at_open)


def not_beyond(side: int, extreme: int, fill: int) -> int:
    """Return the adverse extreme of an exit bar, no farther against the position than its fill."""
    return max(extreme, fill) if side > 0 else min(extreme, fill)


def moved_stop(side: int, stop: int, new: int, quote: int, tick: int, least: int) -> int:
    """Return the stop after a wish to move it: only if a tick better and not too near."""
    better = stop <= 0 or side * (new - stop) >= tick
    far_enough = side * (quote - new) >= least
    return new if new > 0 and better and far_enough else stop


def break_even_level(side: int, entry: int, lock: float, tick: int) -> int:
    """Return the stop that locks in `lock` points of profit."""
    return below(entry, -lock, tick) if side > 0 else above(entry, -lock, tick)


def trailing_level(side: int, quote: int, distance: float, tick: int) -> int:
    """Return the stop that follows the quote at a distance."""
    return below(quote, distance, tick) if side > 0 else above(quote, distance, tick)


def break_even_due(side: int, entry: int, quote: int, distance: float) -> bool:
    """Return whether the quote lies beyond the entry by the distance or more."""
    return side * (quote - entry) >= distance - DISTANCE_SLACK
