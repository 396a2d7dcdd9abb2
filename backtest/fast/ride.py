"""A position of the event engine: opened, followed to the bar that closes it, priced there.

All prices are those of the position's path: the quotes at which it closes, negated for a short one.
So a short position is a long one, and one text serves both. Rule numbers are the contract's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backtest.fast.book import stop_first
from backtest.fast.rules import (
    DISTANCE_SLACK,
    MARGIN_SLACK,
    above,
    below,
    cents,
    distance,
    lockable,
    margin_needed,
    stepped_lots,
    tick_down,
    tick_up,
    usable,
)
from backtest.fast.types import (
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    UNUSED,
    Arrays,
    Facts,
    Row,
    State,
)
from dsl.jit import I32, I64, njit_fused

FAR = 1 << 60  # points; a level no price reaches
FARTHEST_OUT = 1e15  # points; a stop-out that no price reaches, but an integer
AT_OPEN, BY_SIGNAL, IN_BAR = range(3)  # how a position closes


class Position(NamedTuple):
    """What does not change while a position is open, and its levels at the entry.

    base: Where its path begins. stop_out: Beside the stop. unit: Money a point. paid: Cents of
    commission. lots 0: No position was opened.
    """

    side: int
    bar: int
    base: int
    price: int
    stop: int
    target: int
    stop_out: int
    lots: float
    unit: float
    margin: float
    paid: float


class Curve(NamedTuple):
    """Equity at the last close noted, and the sum of the squared changes between closes."""

    equity: float
    squares: float


class Fall(NamedTuple):
    """Highest equity and worst drawdown, percent, all that the criteria need of it (rule 27)."""

    peak: float
    percent: float


class Stops(NamedTuple):
    """Levels that may move: the stop, whether the break-even was sent, the stop-out."""

    stop: int
    even_sent: bool
    stop_out: int


@njit_fused
def quote_of(paths: I32, at: int, column: int) -> int:
    """Return a quote of a path; unsigned, an index is not checked for being negative."""
    return np.int64(paths[np.uint64(at * 4 + column)])  # type: ignore[return-value]


@njit_fused
def refused() -> Position:
    """Return no position."""
    return Position(0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)


@njit_fused
def opened(
    facts: Facts, row: Row, arrays: Arrays, side: int, t: int, fixed: float, balance: float
) -> Position:
    """Open at the market unless something forbids it; fixed: lots, not read for a risk."""
    columns, paths, tick = arrays.columns, arrays.paths, facts.tick
    half = len(arrays.squares) // 2
    base, other = (0, half) if side > 0 else (half, 0)
    leave, enter = quote_of(paths, base + t, OPEN), -quote_of(paths, other + t, OPEN)
    stop, target = -FAR, FAR
    if row.stop_column != UNUSED:
        away = distance(columns, row.stop_factor, row.stop_column, t, facts.scale)
        stop = min(below(enter, away, tick), tick_down(leave - facts.least, tick))
        if not usable(away) or side * stop <= 0:
            return refused()
    if row.target_column != UNUSED:
        away = distance(columns, row.target_factor, row.target_column, t, facts.scale)
        target = max(above(enter, away, tick), tick_up(leave + facts.least, tick))
        if not usable(away) or side * target <= 0:
            return refused()
    lots = fixed
    if row.risk != 0:
        lots = balance * row.size / 100.0 / (abs(enter - stop) * facts.value)
        lots = stepped_lots(facts, lots)
    margin = margin_needed(facts, lots, side * enter, facts.value)
    if lots == 0.0 or margin > balance + MARGIN_SLACK:
        return refused()
    price = tick_up(enter + facts.slippage, tick)
    if side < 0:
        price = min(-tick, price)
    paid = 0.0
    if facts.commission != 0.0:
        paid = 0.0 - cents(facts.commission * lots)
    unit = lots * facts.value
    return Position(side, t, base, price, stop, target, -FAR, lots, unit, margin, paid)


@njit_fused
def first_stop_out(facts: Facts, held: Position, balance: float) -> int:
    """Return the stop-out of an entry, which mostly lies beyond the stop: that one comes first."""
    limit = facts.stop_out * held.margin  # equity at which the broker closes
    at_stop = balance + (held.stop - held.price) * held.unit
    if limit > 0.0 and at_stop < limit + 2.0 * facts.tick * held.unit:
        return stop_out_of(facts, held, balance)
    return -FAR


@njit_fused
def stop_out_of(facts: Facts, held: Position, money: float) -> int:
    """Rule 24: the price at which the broker closes; money: balance and swap."""
    if facts.stop_out <= 0.0 or held.margin <= 0.0:
        return -FAR
    away = (money - facts.stop_out * held.margin) / held.unit
    away = min(max(away, -FARTHEST_OUT), FARTHEST_OUT)
    level = below(held.price, away, facts.tick)
    return level if held.side * level > 0 else -FAR


@njit_fused
def scan(paths: I32, first: int, end: int, low: int, high: int, close: int) -> int:
    """Return the first bar at or beyond a level, `end` where there is none before it."""
    k, last, four = np.uint64(first * 4), np.uint64(end * 4), np.uint64(4)
    to_high, to_low, to_close = np.uint64(HIGH), np.uint64(LOW), np.uint64(CLOSE)
    while (
        k < last
        and paths[k + to_low] > low
        and paths[k + to_high] < high
        and paths[k + to_close] < close
    ):
        k += four
    return np.int64(k) // 4  # type: ignore[return-value]


@njit_fused
def ride(
    facts: Facts,
    paths: I32,
    held: Position,
    stop: int,
    span: tuple[int, int],
    start: float,
    fall: Fall,
) -> tuple[int, Fall]:
    """Follow a position whose stop stays to the bar that touches a level, or to the span's end.

    stop: Stop or stop-out, the nearer. span: Bars from..end-1. start: The equity at a price q is
    start + unit * q.
    """
    (t, end), base, unit, target = span, held.base, held.unit, held.target
    peak, percent = fall
    per_unit = 1.0 / unit
    while t < end:
        worst = peak * (1.0 - percent * 0.01)
        low = int((worst - start) * per_unit) + 2  # of a possible new worst drawdown
        close = int((peak - start) * per_unit) - 2  # of a possible new peak
        t = scan(paths, base + t, base + end, max(low, stop), target, close) - base
        if t == end:
            break
        lowest = quote_of(paths, base + t, LOW)
        if lowest <= stop or quote_of(paths, base + t, HIGH) >= target:
            break
        drop = peak - (start + unit * lowest)
        if drop * 100.0 > percent * peak * (1.0 - 1e-12):
            percent = max(percent, drop / peak * 100.0)
        if t < facts.end - 1:  # the window's last close counts as the deal it becomes
            peak = max(peak, start + unit * quote_of(paths, base + t, CLOSE))
        t += 1
    return t, Fall(peak, percent)


@njit_fused
def ride_moving(
    facts: Facts,
    row: Row,
    arrays: Arrays,
    held: Position,
    stops: Stops,
    span: tuple[int, int],
    start: float,
    fall: Fall,
) -> tuple[int, Stops, Fall]:
    """Follow a position whose stop moves; as `ride`, with a look at every open."""
    (t, end), base, unit, target, paths = span, held.base, held.unit, held.target, arrays.paths
    peak, percent = fall
    per_unit = 1.0 / unit
    worst = peak * (1.0 - percent * 0.01)
    low, close = int((worst - start) * per_unit) + 2, int((peak - start) * per_unit) - 2
    while t < end:
        if t > held.bar:
            quote = quote_of(paths, base + t, OPEN)
            if quote <= max(stops.stop, stops.stop_out) or quote >= target:
                break
            stops = moved(facts, row, arrays, held, stops, t, quote)
        lowest, last = quote_of(paths, base + t, LOW), quote_of(paths, base + t, CLOSE)
        if lowest <= max(stops.stop, stops.stop_out) or quote_of(paths, base + t, HIGH) >= target:
            break
        if lowest <= low or last >= close:
            drop = peak - (start + unit * lowest)
            if drop * 100.0 > percent * peak * (1.0 - 1e-12):
                percent = max(percent, drop / peak * 100.0)
            if t < facts.end - 1:  # the window's last close counts as the deal it becomes
                peak = max(peak, start + unit * last)
            worst = peak * (1.0 - percent * 0.01)
            low, close = int((worst - start) * per_unit) + 2, int((peak - start) * per_unit) - 2
        t += 1
    return t, stops, Fall(peak, percent)


@njit_fused
def moved(
    facts: Facts, row: Row, arrays: Arrays, held: Position, stops: Stops, t: int, quote: int
) -> Stops:
    """(d) Return the stops after break-even, then trailing (rule 20)."""
    columns, scale = arrays.columns, facts.scale
    stop, even_sent = stops.stop, stops.even_sent
    if row.even_column != UNUSED and not even_sent:
        away = distance(columns, row.even_factor, row.even_column, t, scale)
        if usable(away) and quote - held.price >= away - DISTANCE_SLACK:
            lock = distance(columns, row.lock_factor, row.lock_column, t, scale)
            if lockable(lock):
                level = below(held.price, -lock, facts.tick)
                if better(facts, held.side, stop, level, quote):
                    stop, even_sent = level, True
    if row.trail_column != UNUSED:
        away = distance(columns, row.trail_factor, row.trail_column, t, scale)
        if usable(away):
            level = below(quote, away, facts.tick)
            if better(facts, held.side, stop, level, quote):
                stop = level
    return Stops(stop, even_sent, stops.stop_out)


@njit_fused
def better(facts: Facts, side: int, stop: int, level: int, quote: int) -> bool:
    """Return whether a stop is sent: better by a tick, and far enough (rule 20)."""
    return level - stop >= facts.tick and side * level > 0 and quote - level >= facts.least


@njit_fused
def noted(
    paths: I32, squares: I64, held: Position, span: tuple[int, int], start: float, curve: Curve
) -> Curve:
    """Take the closes of the bars that a position was held over into the Sharpe ratio."""
    first, last = held.base + span[0], held.base + span[1]
    if first > last:
        return curve
    unit = held.unit
    change = start + unit * quote_of(paths, first, CLOSE) - curve.equity
    later = unit * unit * (squares[last] - squares[first])
    equity = start + unit * quote_of(paths, last, CLOSE)
    return Curve(equity, curve.squares + (change * change + later))


@njit_fused
def fallen(fall: Fall, value: float) -> Fall:
    """Take the next equity into the drawdown."""
    peak, percent = max(fall.peak, value), fall.percent
    drop = peak - value
    if drop * 100.0 > percent * peak * (1.0 - 1e-12):
        percent = max(percent, drop / peak * 100.0)
    return Fall(peak, percent)


@njit_fused
def market_exit(facts: Facts, side: int, price: int) -> int:
    """Rule 16: the price a market order that closes gets at a quote."""
    price = tick_down(price - facts.slippage, facts.tick)
    return max(facts.tick, price) if side > 0 else price


@njit_fused
def exit_at_open(
    facts: Facts, paths: I32, held: Position, stops: Stops, t: int, leave: int
) -> tuple[int, int]:
    """Return price and way of an exit at the open of bar t; the way is IN_BAR where it is none."""
    quote = quote_of(paths, held.base + t, OPEN)
    if t > held.bar:
        stop = max(stops.stop, stops.stop_out)
        if quote <= stop:
            market = facts.order_gap == 0 or stop != stops.stop
            return market_exit(facts, held.side, min(stop, quote) if market else stop), AT_OPEN
        if quote >= held.target:
            return held.target, AT_OPEN
    if t == leave:
        return market_exit(facts, held.side, quote), BY_SIGNAL
    return 0, IN_BAR


@njit_fused
def exit_in_bar(
    facts: Facts, arrays: Arrays, held: Position, stops: Stops, t: int, state: State
) -> int:
    """Return the price of an exit within bar t; the state counts ambiguous bars."""
    paths, at = arrays.paths, held.base + t
    stop = max(stops.stop, stops.stop_out)
    if quote_of(paths, at, LOW) > stop:
        return held.target
    if quote_of(paths, at, HIGH) >= held.target:
        side = state.side = held.side
        state.stop = side * stop if stop > -FAR else 0
        state.stop_out, state.target = 0, side * held.target
        if not stop_first(facts, arrays.bars[t], state, arrays.finer):
            return held.target
    if facts.order_gap == 0 or stop != stops.stop:
        stop = min(stop, quote_of(paths, at, OPEN))
    return market_exit(facts, held.side, stop)
