"""Scalar rules of the trading contract for the fast engines, each named after what it decides.

Prices and distances in points; numbers in the docstrings are the contract's rules.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.fast.types import CONSTANT, OWN_PRICE, Bar, Facts
from dsl.jit import F64, njit_fused

SLACK = 1e-6
DISTANCE_SLACK = 1e-4  # points, rule 6
LOTS_NOISE = 1e-9
FARTHEST = 1e12  # points
LIMIT_SLACK = MARGIN_SLACK = 1e-6  # deposit currency


@njit_fused
def floor_slack(x: float) -> int:
    """fl of rule 7."""
    return math.floor(x + SLACK)


@njit_fused
def ceil_slack(x: float) -> int:
    """ce of rule 7."""
    return math.ceil(x - SLACK)


@njit_fused
def cents(amount: float) -> float:
    """Money of rule 7, in whole cents."""
    size = float(np.floor(100.0 * abs(amount) + 0.5 + SLACK))
    return size if amount >= 0.0 else -size


@njit_fused
def tick_down(price: int, tick: int) -> int:
    """Return the highest multiple of the tick size not above a price."""
    return price if tick == 1 else price // tick * tick


@njit_fused
def tick_up(price: int, tick: int) -> int:
    """Return the lowest multiple of the tick size not below a price."""
    return price if tick == 1 else -(-price // tick) * tick


@njit_fused
def below(price: int, away: float, tick: int) -> int:
    """Z*fl((price - away)/Z)."""
    if tick == 1:
        return floor_slack(price - away)
    return tick * floor_slack((price - away) / tick)


@njit_fused
def above(price: int, away: float, tick: int) -> int:
    """Z*ce((price + away)/Z)."""
    if tick == 1:
        return ceil_slack(price + away)
    return tick * ceil_slack((price + away) / tick)


@njit_fused
def market_fill(facts: Facts, buys: bool, quote: int) -> int:
    """Rule 16: the price a market order gets at a quote."""
    if buys:
        return tick_up(quote + facts.slippage, facts.tick)
    return max(facts.tick, tick_down(quote - facts.slippage, facts.tick))


@njit_fused
def distance(columns: F64, factor: float, column: int, t: int, scale: float) -> float:
    """Return a distance at bar t in points, 0 where its port is empty."""
    if column >= 0:
        factor *= columns[column, t]
    return factor * scale


@njit_fused
def entry_stop(facts: Facts, side: int, bid: int, ask: int, away: float) -> int:
    """Rule 17: the stop loss of an entry."""
    if side > 0:
        level = below(ask, away, facts.tick)
        return min(level, tick_down(bid - facts.least, facts.tick))
    level = above(bid, away, facts.tick)
    return max(level, tick_up(ask + facts.least, facts.tick))


@njit_fused
def entry_target(facts: Facts, side: int, bid: int, ask: int, away: float) -> int:
    """Rule 17: the take profit of an entry."""
    if side > 0:
        level = above(ask, away, facts.tick)
        return max(level, tick_up(bid + facts.least, facts.tick))
    level = below(bid, away, facts.tick)
    return min(level, tick_down(ask - facts.least, facts.tick))


@njit_fused
def nearer(side: int, stop: int, other: int) -> int:
    """Return which of two stops the price meets first; 0 or less is none."""
    if stop <= 0 or other <= 0:
        return max(stop, other, 0)
    return max(stop, other) if side > 0 else min(stop, other)


@njit_fused
def stop_touched(side: int, stop: int, quote: int) -> bool:
    """Rule 18."""
    return stop > 0 and (quote <= stop if side > 0 else quote >= stop)


@njit_fused
def target_touched(side: int, target: int, quote: int) -> bool:
    """Rule 18."""
    return target > 0 and (quote >= target if side > 0 else quote <= target)


@njit_fused
def point_value(facts: Facts, bar: Bar, gain: bool, bid: int, ask: int) -> float:
    """Rule 21: deposit money per point and lot; the quotes are those of the fill."""
    if facts.conversion == CONSTANT:
        return facts.value
    if facts.conversion == OWN_PRICE:
        return facts.value * facts.scale / (ask if gain else bid)
    return bar.gain if gain else bar.loss


@njit_fused
def stepped_lots(facts: Facts, lots: float) -> float:
    """Rule 22: lots down to the step and inside the limits, 0 where they are too few."""
    stepped = float(np.floor(lots / facts.lots_step + SLACK)) * facts.lots_step
    if stepped < facts.lots_min - LOTS_NOISE:
        return 0.0
    return min(stepped, facts.lots_max)


@njit_fused
def margin_needed(facts: Facts, lots: float, price: int, rate: float) -> float:
    """Rule 23; rate: deposit money per point and lot for a loss."""
    margin = lots * facts.margin_rate
    if facts.margin_by_price != 0:
        margin *= price
        if facts.conversion != CONSTANT:
            margin *= rate / facts.value
    return margin


@njit_fused
def swap_rate(facts: Facts, bar: Bar, side: int) -> float:
    """Rule 25: deposit money per lot and night at the open."""
    rate = facts.swap_long if side > 0 else facts.swap_short
    if facts.swap_in_points != 0:
        rate *= point_value(facts, bar, rate >= 0.0, bar.open, bar.ask_open)
    return rate


@njit_fused
def usable(away: float) -> bool:
    """Rules 6 and 8: whether a distance is one."""
    return DISTANCE_SLACK < away <= FARTHEST


@njit_fused
def lockable(offset: float) -> bool:
    """Rule 20: whether a break-even stop may stand at this offset."""
    return -DISTANCE_SLACK <= offset <= FARTHEST
