"""The event engine: `walk` for what most strategies are, at the cost of their trades.

Signals, fixed stops and targets, holding times and forced exits leave nothing to do on most bars of
a position. They are scanned for the next one that touches a level or moves equity beyond its peak
or its worst drawdown; the rest of the equity curve enters the Sharpe ratio by prefix sums. A short
position is a long one in negated ask prices, so one scan serves both.
"""

from __future__ import annotations

import numpy as np

from backtest.bits import next_bit
from backtest.fast_book import book_exit, effective_stop, feed_meter, fill_in_bar, stop_fill
from backtest.fast_rules import distance, market_fill
from backtest.fast_types import (
    ANY_ENTRY,
    CLOSE,
    CONSTANT,
    END,
    EXIT_SIGNAL,
    FORCED_EXIT,
    FRIDAY_EXIT,
    HIGH,
    LONG_ENTRY,
    LONG_EXIT,
    LOW,
    OPEN,
    SHORT_ENTRY,
    SHORT_EXIT,
    SQUARES,
    TAKE_PROFIT,
    UNUSED,
    Arrays,
    Facts,
    Row,
    State,
    Want,
)
from backtest.walk import open_position
from dsl.jit import I64, U64, njit

FAR = 1 << 60  # points; a level no price reaches


@njit
def jumps(facts: Facts, row: Row) -> bool:
    """Return whether this engine serves a program: nothing but its levels and signals moves it."""
    moving = row.trail_column != UNUSED or row.even_column != UNUSED
    limits = row.trades_per_day > 0 or row.daily_loss > 0.0 or row.drawdown_stop > 0.0
    swap = facts.swap_long != 0.0 or facts.swap_short != 0.0
    return facts.conversion == CONSTANT and not (moving or limits or swap)


@njit
def jump(facts: Facts, row: Row, bits: U64, arrays: Arrays, state: State, want: Want) -> None:
    """Trade the window; the state holds the sums for the criteria, no deals are written.

    bits: uint64[BIT_ROWS, words]; its exit rows are overwritten. want: Room for one bar's wants.
    """
    merge_exits(row, bits)
    t = facts.first
    long_exit = short_exit = -1  # bars of the next signals, looked up once each
    while t < facts.end:
        entry = next_bit(bits[ANY_ENTRY], t, facts.end)
        if entry > t:
            settle(state)
            state.closed_side = 0
            t = entry
            if t == facts.end:
                break
        want_entry(row, bits, arrays, facts.scale, t, want)
        if want.side != state.closed_side:
            open_position(facts, row, arrays.bars[t], want, state, arrays.deals)
        state.closed_side = 0
        if state.side == 0:
            t += 1
            settle(state)
            continue
        if state.side > 0:
            if long_exit <= t:
                long_exit = next_bit(bits[LONG_EXIT], t + 1, facts.end)
            leave = long_exit
        else:
            if short_exit <= t:
                short_exit = next_bit(bits[SHORT_EXIT], t + 1, facts.end)
            leave = short_exit
        if row.max_bars > 0:
            leave = min(leave, t + row.max_bars)
        t = ride(facts, arrays, state, want, leave)
    settle(state)


@njit
def merge_exits(row: Row, bits: U64) -> None:
    """Let LONG_EXIT and SHORT_EXIT hold every signal that closes a position of that side."""
    for w in range(bits.shape[1]):
        forced = bits[FORCED_EXIT, w] | bits[FRIDAY_EXIT, w]
        bits[LONG_EXIT, w] |= forced
        bits[SHORT_EXIT, w] |= forced
        if row.reverse != 0:
            bits[LONG_EXIT, w] |= bits[SHORT_ENTRY, w]
            bits[SHORT_EXIT, w] |= bits[LONG_ENTRY, w]


@njit
def settle(state: State) -> None:
    """Take the close of the bar of an exit, flat since, into the Sharpe ratio; harmless twice."""
    change = state.balance - state.equity
    state.squares += change * change
    state.equity = state.balance


@njit
def want_entry(row: Row, bits: U64, arrays: Arrays, scale: float, t: int, want: Want) -> None:
    """Read what an entry at bar t needs to know."""
    want.t = t
    is_long = (bits[LONG_ENTRY, t >> 6] >> np.uint64(t & 63)) & np.uint64(1)
    want.side = 1 if is_long else -1
    want.stop = distance(arrays.columns, row.stop_factor, row.stop_column, t, scale)
    want.target = distance(arrays.columns, row.target_factor, row.target_column, t, scale)


@njit
def ride(facts: Facts, arrays: Arrays, state: State, want: Want, leave: int) -> int:
    """Follow the position just opened to its exit; return the first bar where an entry may follow.

    leave: Bar at whose open a signal or the holding time closes it; the window's end for none.
    """
    side, path, entry = state.side, arrays.paths[(1 - state.side) // 2], state.bar
    unit = state.lots * facts.value
    start = state.balance - unit * (side * state.price)  # equity at a price q is start + unit * q
    stop, target = -FAR, FAR
    if effective_stop(state) > 0:
        stop = side * effective_stop(state)
    if state.target > 0:
        target = side * state.target
    t = entry
    while t < leave:
        low, close = alarms(state, start, unit)
        low = max(low, stop)
        while (
            t < leave and path[LOW, t] > low and path[HIGH, t] < target and path[CLOSE, t] < close
        ):
            t += 1
        if t == leave or path[LOW, t] <= stop or path[HIGH, t] >= target:
            break
        feed_meter(state, start + unit * path[LOW, t])
        feed_meter(state, start + unit * path[CLOSE, t])
        t += 1
    note_closes(state, path, entry, min(t, facts.end - 1), start, unit)
    return finish(facts, arrays, state, want, t, (stop, target, leave))


@njit
def alarms(state: State, start: float, unit: float) -> tuple[int, int]:
    """Return the low of a possible new worst drawdown and the close of a possible new peak."""
    worst = state.peak * (1.0 - state.percent / 100.0)
    return int((worst - start) / unit) + 2, int((state.peak - start) / unit) - 1


@njit
def note_closes(state: State, path: I64, entry: int, end: int, start: float, unit: float) -> None:
    """Take the closes of bars entry..end-1, all held, into the Sharpe ratio."""
    if entry >= end:
        return
    change = start + unit * path[CLOSE, entry] - state.equity
    later = path[SQUARES, end - 1] - path[SQUARES, entry]
    state.squares += change * change + unit * unit * later
    state.equity = start + unit * path[CLOSE, end - 1]


@njit
def finish(
    facts: Facts,
    arrays: Arrays,
    state: State,
    want: Want,
    t: int,
    bounds: tuple[int, int, int],
) -> int:
    """Close the position at bar t: it touches a level, or is `leave`, or the window has ended."""
    stop, target, leave = bounds
    side, path = state.side, arrays.paths[(1 - state.side) // 2]
    if t == facts.end:
        bar = arrays.bars[t - 1]
        close = bar.close if side > 0 else bar.ask_close
        price = market_fill(facts, side < 0, close)
        book_exit(facts, bar, state, want, arrays.deals, price, END)
        return t
    bar = arrays.bars[t]
    if t > state.bar and path[OPEN, t] <= stop:
        price, reason = stop_fill(facts, bar, state)
    elif t > state.bar and path[OPEN, t] >= target:
        price, reason = state.target, TAKE_PROFIT
    elif t == leave:
        quote = bar.open if side > 0 else bar.ask_open
        price, reason = market_fill(facts, side < 0, quote), EXIT_SIGNAL
        state.closed_side = side
    else:
        fill_in_bar(facts, bar, state, want, arrays.deals, arrays.finer)
        settle(state)
        return t + 1
    book_exit(facts, bar, state, want, arrays.deals, price, reason)
    return t
