"""The event engine: `walk` for what most strategies are, at the cost of their trades.

Signals, fixed stops and targets, holding times and forced exits leave nothing to do on most bars of
a position. They are scanned for the next one that touches a level or moves equity beyond its peak
or its worst drawdown; the rest of the equity curve enters the Sharpe ratio by prefix sums. A short
position is a long one in negated ask prices, so one scan serves both.
"""

from __future__ import annotations

import numpy as np

from backtest.bits import next_bit, test_bit
from backtest.fast_book import book, stop_first
from backtest.fast_rules import (
    MARGIN_SLACK,
    above,
    below,
    cents,
    distance,
    entry_stop,
    entry_target,
    margin_needed,
    market_fill,
    stepped_lots,
    usable,
)
from backtest.fast_types import (
    ANY_ENTRY,
    CLOSE,
    CONSTANT,
    FORCED_EXIT,
    FRIDAY_EXIT,
    HIGH,
    LONG_ENTRY,
    LONG_EXIT,
    LOW,
    OPEN,
    SHORT_ENTRY,
    SHORT_EXIT,
    UNUSED,
    Arrays,
    Bar,
    Facts,
    Row,
    State,
)
from dsl.jit import F64, I32, I64, U64, njit

FAR = 1 << 60  # points; a level no price reaches
AT_OPEN, BY_SIGNAL, IN_BAR = range(3)  # how a position closes


@njit
def jumps(facts: Facts, row: Row) -> bool:
    """Return whether this engine serves a program: nothing but its levels and signals moves it."""
    moving = row.trail_column != UNUSED or row.even_column != UNUSED
    limits = row.trades_per_day > 0 or row.daily_loss > 0.0 or row.drawdown_stop > 0.0
    swap = facts.swap_long != 0.0 or facts.swap_short != 0.0
    plain = facts.conversion == CONSTANT and facts.small_prices != 0
    return plain and not (moving or limits or swap)


@njit
def jump(facts: Facts, row: Row, bits: U64, arrays: Arrays, state: State) -> None:
    """Trade the window; the state holds the sums for the criteria, no deals are written.

    bits: uint64[BIT_ROWS, words]; its exit rows are overwritten.
    """
    merge_exits(row, bits)
    paths, squares, end = arrays.paths, arrays.squares, facts.end
    any_entry, long_entry = bits[ANY_ENTRY], bits[LONG_ENTRY]
    long_exits, short_exits = bits[LONG_EXIT], bits[SHORT_EXIT]
    fixed = 0.0 if row.risk != 0 else stepped_lots(facts, row.size)
    t, closed = facts.first, 0  # closed: the direction that a signal closed at this open
    long_exit = short_exit = -1  # bars of the next signals, looked up once each
    while True:
        entry = next_bit(any_entry, t, end)
        if entry > t:
            settle(state)
            closed = 0
        if entry == end:
            break
        is_long = test_bit(long_entry, entry)
        side = 1 if is_long else -1
        if side == closed or not open_plain(
            facts, row, arrays.columns, paths, state, side, entry, fixed
        ):
            t, closed = entry + 1, 0
            settle(state)
            continue
        if side > 0:
            leave = long_exit = later_bit(long_exits, long_exit, entry, end)
        else:
            leave = short_exit = later_bit(short_exits, short_exit, entry, end)
        if row.max_bars > 0:
            leave = min(leave, entry + row.max_bars)
        base = 0 if side > 0 else len(squares) // 2  # where the side's path begins
        t = ride(facts, paths, base, state, leave)
        closed, held = 0, min(t, end - 1)  # bars whose close found the position open end before it
        if entry < held:
            later = squares[base + held - 1] - squares[base + entry]
            opening = quote_of(paths, base + entry, CLOSE)
            note_closes(facts, state, opening, quote_of(paths, base + held - 1, CLOSE), later)
        if t == end:
            close = side * quote_of(paths, base + t - 1, CLOSE)
            close_plain(facts, state, market_fill(facts, side < 0, close))
            break
        price, how = exit_fill(facts, quote_of(paths, base + t, OPEN), state, t, leave)
        if how == IN_BAR:
            price = fill_plain(facts, arrays.bars[t], arrays.finer, paths, base + t, state)
        close_plain(facts, state, price)
        if how == IN_BAR:
            settle(state)
            t += 1
        elif how == BY_SIGNAL:
            closed = side
    settle(state)


@njit
def later_bit(words: U64, known: int, t: int, end: int) -> int:
    """Return the first set bar after t, given the one found for an earlier t."""
    return known if known > t else next_bit(words, t + 1, end)


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
def open_plain(
    facts: Facts,
    row: Row,
    columns: F64,
    paths: I32,
    state: State,
    side: int,
    t: int,
    fixed: float,
) -> bool:
    """Open at the market unless something forbids it; fixed: lots, not read for a risk."""
    bid, ask = quote_of(paths, t, OPEN), -quote_of(paths, len(paths) // 8 + t, OPEN)
    stop = target = 0
    if row.stop_column != UNUSED:
        away = distance(columns, row.stop_factor, row.stop_column, t, facts.scale)
        stop = entry_stop(facts, side, bid, ask, away)
        if not usable(away) or stop <= 0:
            return False
    if row.target_column != UNUSED:
        away = distance(columns, row.target_factor, row.target_column, t, facts.scale)
        target = entry_target(facts, side, bid, ask, away)
        if not usable(away) or target <= 0:
            return False
    quote = ask if side > 0 else bid
    lots = fixed
    if row.risk != 0:
        lots = state.balance * row.size / 100.0 / (abs(quote - stop) * facts.value)
        lots = stepped_lots(facts, lots)
    margin = margin_needed(facts, lots, quote, facts.value)
    if lots == 0.0 or margin > state.balance + MARGIN_SLACK:
        return False
    state.side, state.bar, state.lots = side, t, lots
    state.price = market_fill(facts, side > 0, quote)
    state.stop, state.target, state.stop_out = stop, target, 0
    state.entry_cents = 0.0
    if facts.commission != 0.0:
        state.entry_cents = 0.0 - cents(facts.commission * lots)
    book(state, state.entry_cents)
    limit = facts.stop_out * margin  # equity at which the broker closes
    unit = lots * facts.value
    at_stop = state.balance + side * (stop - state.price) * unit
    if limit > 0.0 and (stop == 0 or at_stop < limit + 2.0 * facts.tick * unit):
        away = (state.balance - limit) / unit
        level = (
            below(state.price, away, facts.tick)
            if side > 0
            else above(state.price, away, facts.tick)
        )
        state.stop_out = max(0, level)
    return True


@njit
def ride(facts: Facts, paths: I32, base: int, state: State, leave: int) -> int:
    """Follow the position just opened to the bar that closes it, the window's end for none.

    leave: Bar at whose open a signal or the holding time closes it.
    """
    side, entry = state.side, state.bar
    unit = state.lots * facts.value
    per_unit = 1.0 / unit
    balance, peak, percent = state.balance, state.peak, state.percent
    start = balance - unit * (side * state.price)  # equity at a price q is start + unit * q
    stop, target = bounds(state)
    t = entry
    while t < leave:
        worst = peak * (1.0 - percent * 0.01)
        low = int((worst - start) * per_unit) + 2  # of a possible new worst drawdown
        close = int((peak - start) * per_unit) - 2  # of a possible new peak
        t = scan(paths, base + t, base + leave, max(low, stop), target, close) - base
        if (
            t == leave
            or quote_of(paths, base + t, LOW) <= stop
            or quote_of(paths, base + t, HIGH) >= target
        ):
            break
        fall = peak - (start + unit * quote_of(paths, base + t, LOW))
        if fall * 100.0 > percent * peak * (1.0 - 1e-12):
            percent = max(percent, fall / peak * 100.0)
        if t < facts.end - 1:  # the window's last close counts as the deal it becomes
            peak = max(peak, start + unit * quote_of(paths, base + t, CLOSE))
        t += 1
    state.peak, state.percent = peak, percent
    return t


@njit
def note_closes(facts: Facts, state: State, opening: int, closing: int, later: int) -> None:
    """Take the closes of all bars that a position was held over into the Sharpe ratio.

    opening, closing: The first and last of them; later: Sum of the squared changes between them.
    """
    unit = state.lots * facts.value
    start = state.balance - unit * (state.side * state.price)
    change = start + unit * opening - state.equity
    state.squares += change * change + unit * unit * later
    state.equity = start + unit * closing


@njit
def bounds(state: State) -> tuple[int, int]:
    """Return stop and target of the position on its path."""
    side = state.side
    stop, target = -FAR, FAR
    if state.stop > 0:
        stop = side * state.stop
    if state.stop_out > 0:
        stop = max(stop, side * state.stop_out)
    if state.target > 0:
        target = side * state.target
    return stop, target


@njit
def feed_percent(state: State, value: float) -> None:
    """Take the next equity into the drawdown's percentage, all that the criteria need of it."""
    state.peak = max(state.peak, value)
    fall = state.peak - value
    if fall * 100.0 > state.percent * state.peak * (1.0 - 1e-12):
        state.percent = max(state.percent, fall / state.peak * 100.0)


@njit
def quote_of(paths: I32, at: int, column: int) -> int:
    """Return a quote of a path; unsigned, an index is not checked for being negative."""
    return np.int64(paths[np.uint64(at * 4 + column)])  # type: ignore[return-value]


@njit
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


@njit
def exit_fill(facts: Facts, quote: int, state: State, t: int, leave: int) -> tuple[int, int]:
    """Return price and way of the exit at bar t that opens at a quote; 0 within the bar."""
    side = state.side
    stop, target = bounds(state)
    if t > state.bar and quote <= stop:
        market = not (facts.order_gap != 0 and stop == side * state.stop)
        level = min(stop, quote) if market else stop
        return market_fill(facts, side < 0, side * level), AT_OPEN
    if t > state.bar and quote >= target:
        return state.target, AT_OPEN
    if t == leave:
        return market_fill(facts, side < 0, side * quote), BY_SIGNAL
    return 0, IN_BAR


@njit
def fill_plain(facts: Facts, bar: Bar, finer: I64, paths: I32, at: int, state: State) -> int:
    """Return the price of an exit within a bar and note the bar's extreme, no farther than that.

    at: Row of the bar in the paths.
    """
    side = state.side
    stop, target = bounds(state)
    hit_stop = quote_of(paths, at, LOW) <= stop
    if hit_stop and quote_of(paths, at, HIGH) >= target:
        hit_stop = stop_first(facts, bar, state, finer)
    fill = target
    if hit_stop:
        level = stop
        if facts.order_gap == 0 or stop != side * state.stop:
            level = min(stop, quote_of(paths, at, OPEN))
        fill = side * market_fill(facts, side < 0, side * level)
    extreme = max(quote_of(paths, at, LOW), fill)
    unit = state.lots * facts.value
    feed_percent(state, state.balance + unit * (extreme - side * state.price))
    return side * fill


@njit
def close_plain(facts: Facts, state: State, price: int) -> None:
    """Book the exit at a price; the trade's result is the profit and both commissions."""
    points = state.side * (price - state.price)
    amount = float(cents(points * state.lots * facts.value))
    if facts.commission != 0.0:
        amount -= cents(facts.commission * state.lots)
    book(state, amount)
    result = amount + state.entry_cents
    if result > 0.0:
        state.won += result
    else:
        state.lost -= result
    state.side = 0
    feed_percent(state, state.balance)
