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
    TAKE_PROFIT,
    UNUSED,
    Arrays,
    Bar,
    Facts,
    Row,
    State,
    Want,
)
from backtest.walk import open_position
from dsl.jit import I32, U64, njit

FAR = 1 << 60  # points; a level no price reaches


@njit
def jumps(facts: Facts, row: Row) -> bool:
    """Return whether this engine serves a program: nothing but its levels and signals moves it."""
    moving = row.trail_column != UNUSED or row.even_column != UNUSED
    limits = row.trades_per_day > 0 or row.daily_loss > 0.0 or row.drawdown_stop > 0.0
    swap = facts.swap_long != 0.0 or facts.swap_short != 0.0
    plain = facts.conversion == CONSTANT and facts.small_prices != 0
    return plain and not (moving or limits or swap)


@njit
def jump(facts: Facts, row: Row, bits: U64, arrays: Arrays, state: State, want: Want) -> None:
    """Trade the window; the state holds the sums for the criteria, no deals are written.

    bits: uint64[BIT_ROWS, words]; its exit rows are overwritten. want: Room for one bar's wants.
    """
    merge_exits(row, bits)
    bar = arrays.quotes[0]
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
            load_quotes(arrays, t, bar)
            open_position(facts, row, bar, want, state, arrays.deals)
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
    which = 0 if state.side > 0 else 1
    path, squares = arrays.paths[which], arrays.squares[which]
    side, entry = state.side, state.bar
    unit = state.lots * facts.value
    per_unit = 1.0 / unit
    start = state.balance - unit * (side * state.price)  # equity at a price q is start + unit * q
    stop, target = -FAR, FAR
    if effective_stop(state) > 0:
        stop = side * effective_stop(state)
    if state.target > 0:
        target = side * state.target
    t = entry
    while t < leave:
        worst = state.peak * (1.0 - state.percent / 100.0)
        low = int((worst - start) * per_unit) + 2  # of a possible new worst drawdown
        close = int((state.peak - start) * per_unit) - 2  # of a possible new peak
        t = scan(path, t, leave, max(low, stop), target, close)
        if t == leave or path[t, LOW] <= stop or path[t, HIGH] >= target:
            break
        feed_meter(state, start + unit * path[t, LOW])
        feed_meter(state, start + unit * path[t, CLOSE])
        t += 1
    held = min(t, facts.end - 1)
    if entry < held:
        change = start + unit * path[entry, CLOSE] - state.equity
        later = squares[held - 1] - squares[entry]
        state.squares += change * change + unit * unit * later
        state.equity = start + unit * path[held - 1, CLOSE]
    want.t = t
    return finish(facts, arrays, state, want, stop, target, leave)


@njit
def scan(path: I32, first: int, end: int, low: int, high: int, close: int) -> int:
    """Return the first bar at or beyond a level, `end` where there is none before it."""
    t, last, one = np.uint64(first), np.uint64(end), np.uint64(1)  # unsigned: no negative indices
    while t < last and path[t, LOW] > low and path[t, HIGH] < high and path[t, CLOSE] < close:
        t += one
    return np.int64(t)


@njit
def load_quotes(arrays: Arrays, t: int, bar: Bar) -> None:
    """Read the quotes of bar t from the paths, which are close together in memory."""
    long, short = arrays.paths[0], arrays.paths[1]
    bar.open, bar.ask_open = long[t, OPEN], -short[t, OPEN]
    bar.low, bar.ask_low = long[t, LOW], -short[t, HIGH]
    bar.high, bar.ask_high = long[t, HIGH], -short[t, LOW]
    bar.close, bar.ask_close = long[t, CLOSE], -short[t, CLOSE]


@njit
def finish(
    facts: Facts, arrays: Arrays, state: State, want: Want, stop: int, target: int, leave: int
) -> int:
    """Close the position at bar want.t: it touches a level, or is `leave`, or the window has ended.

    Return the first bar where an entry may follow.
    """
    t, side, bar = want.t, state.side, arrays.quotes[0]
    path = arrays.paths[0 if side > 0 else 1]
    if t == facts.end:
        want.t = t - 1
        load_quotes(arrays, t - 1, bar)
        close = bar.close if side > 0 else bar.ask_close
        price = market_fill(facts, side < 0, close)
        book_exit(facts, bar, state, want, arrays.deals, price, END)
        return t
    load_quotes(arrays, t, bar)
    opened_before = t > state.bar
    if opened_before and path[t, OPEN] <= stop:
        price, reason = stop_fill(facts, bar, state)
    elif opened_before and path[t, OPEN] >= target:
        price, reason = state.target, TAKE_PROFIT
    elif t == leave:
        quote = bar.open if side > 0 else bar.ask_open
        price, reason = market_fill(facts, side < 0, quote), EXIT_SIGNAL
        state.closed_side = side
    else:
        if path[t, LOW] <= stop and path[t, HIGH] >= target:
            bar = arrays.bars[t]  # what decides such a bar stands only there
        fill_in_bar(facts, bar, state, want, arrays.deals, arrays.finer)
        settle(state)
        return t + 1
    book_exit(facts, bar, state, want, arrays.deals, price, reason)
    return t
