"""The event engine: `walk` for what most strategies are, at the cost of their trades.

From flat it jumps to the next entry bit. In a position it scans for the next bar that touches a
level or moves equity beyond its peak or its worst drawdown; the rest of the equity curve enters the
Sharpe ratio by prefix sums. Stops that move cost a look at every open, swaps one at every night.
"""

from __future__ import annotations

from typing import NamedTuple

from backtest.fast.bits import next_bit, test_bit
from backtest.fast.ride import (
    BY_SIGNAL,
    IN_BAR,
    Curve,
    Fall,
    Position,
    Stops,
    exit_at_open,
    exit_in_bar,
    fallen,
    first_stop_out,
    market_exit,
    noted,
    opened,
    quote_of,
    refused,
    ride,
    ride_moving,
    stop_out_of,
)
from backtest.fast.rules import cents, stepped_lots, swap_rate
from backtest.fast.types import (
    ANY_ENTRY,
    CLOSE,
    CONSTANT,
    FORCED_EXIT,
    FRIDAY_EXIT,
    LONG_ENTRY,
    LONG_EXIT,
    LOW,
    SHORT_ENTRY,
    SHORT_EXIT,
    UNUSED,
    Arrays,
    Facts,
    Row,
    State,
)
from dsl.jit import U64, njit_fused


class Sums(NamedTuple):
    """Deals, and over them sums of the cents gained, their squares, and cents times number."""

    deals: int
    gained: float
    square: float
    product: float


class Ridden(NamedTuple):
    """How a position came to the bar that closes it, the window's end for none."""

    bar: int
    swap: float
    stops: Stops
    curve: Curve
    fall: Fall


@njit_fused
def jumps(facts: Facts, row: Row) -> bool:
    """Return whether this engine serves a program: the account limits nothing, money is linear."""
    limits = row.trades_per_day > 0 or row.daily_loss > 0.0 or row.drawdown_stop > 0.0
    return facts.conversion == CONSTANT and facts.small_prices != 0 and not limits


@njit_fused
def jump(facts: Facts, row: Row, bits: U64, arrays: Arrays, state: State) -> None:
    """Trade the window; the state holds the sums for the criteria, no deals are written.

    bits: uint64[BIT_ROWS, words]; its exit rows are overwritten.
    """
    merge_exits(row, bits)
    end, any_entry, long_entry = facts.end, bits[ANY_ENTRY], bits[LONG_ENTRY]
    fixed = 0.0 if row.risk != 0 else stepped_lots(facts, row.size)
    t, closed = facts.first, 0  # closed: the direction that a signal closed at this open
    long_exit = short_exit = -1  # bars of the next signals, looked up once each
    total, balance, won, lost = state.start, facts.deposit, 0.0, 0.0  # total: the balance in cents
    sums, curve, fall = Sums(0, 0.0, 0.0, 0.0), Curve(balance, 0.0), Fall(balance, 0.0)
    while True:
        entry = next_bit(any_entry, t, end)
        if entry > t:
            curve, closed = settled(curve, balance), 0
        if entry == end:
            break
        side = 1 if test_bit(long_entry, entry) else -1
        held = refused()
        if side != closed:
            held = opened(facts, row, arrays, side, entry, fixed, balance)
        if held.lots == 0.0:
            t, curve, closed = entry + 1, settled(curve, balance), 0
            continue
        if side > 0:
            leave = long_exit = later_bit(bits[LONG_EXIT], long_exit, entry, end)
        else:
            leave = short_exit = later_bit(bits[SHORT_EXIT], short_exit, entry, end)
        if row.max_bars > 0:
            leave = min(leave, entry + row.max_bars)
        total += held.paid
        balance = total / 100.0
        sums = booked(sums, total - state.start)
        ridden = follow(facts, row, arrays, held, leave, balance, curve, fall)
        t, curve, fall = ridden.bar, ridden.curve, ridden.fall
        if t == end:
            how = BY_SIGNAL
            price = market_exit(facts, side, quote_of(arrays.paths, held.base + t - 1, CLOSE))
        else:
            price, how = exit_at_open(facts, arrays.paths, held, ridden.stops, t, leave)
        if how == IN_BAR:
            price = exit_in_bar(facts, arrays, held, ridden.stops, t, state)
            lowest = max(price, quote_of(arrays.paths, held.base + t, LOW))
            fall = fallen(fall, balance + ridden.swap + held.unit * (lowest - held.price))
        amount = float(cents((price - held.price) * held.lots * facts.value))
        amount += held.paid + cents(ridden.swap)  # an exit costs the commission of an entry
        total += amount
        balance = total / 100.0
        sums, fall = booked(sums, total - state.start), fallen(fall, balance)
        amount += held.paid
        won, lost = won + max(amount, 0.0), lost + max(-amount, 0.0)
        if t == end:
            break
        closed = side if how == BY_SIGNAL else 0
        if how == IN_BAR:
            t, curve = t + 1, settled(curve, balance)
    curve = settled(curve, balance)
    state.cents, state.won, state.lost, state.percent = total, won, lost, fall.percent
    state.deals, state.sum_balance = sums.deals, sums.gained
    state.sum_square, state.sum_product = sums.square, sums.product
    state.equity, state.squares = curve


@njit_fused
def follow(
    facts: Facts,
    row: Row,
    arrays: Arrays,
    held: Position,
    leave: int,
    balance: float,
    curve: Curve,
    fall: Fall,
) -> Ridden:
    """Follow a position to the bar that closes it: from night to night where there are swaps.

    leave: Bar at whose open a signal or the holding time closes it.
    """
    swaps = facts.swap_long != 0.0 or facts.swap_short != 0.0
    moving = row.trail_column != UNUSED or row.even_column != UNUSED
    stops = Stops(held.stop, False, first_stop_out(facts, held, balance))
    first = paid = held.bar  # bars whose close was not yet noted; the last one with a swap paid
    swap = 0.0
    while True:
        until = leave
        if swaps:
            until = min(leave, next_bit(arrays.nights, paid + 1, facts.end))
        start = balance + swap - held.unit * held.price
        if moving:
            t, stops, fall = ride_moving(
                facts, row, arrays, held, stops, (first, until), start, fall
            )
        else:
            stop = max(stops.stop, stops.stop_out)
            t, fall = ride(facts, arrays.paths, held, stop, (first, until), start, fall)
        closes = first, min(t, facts.end - 1) - 1  # those that found the position open
        curve = noted(arrays.paths, arrays.squares, held, closes, start, curve)
        if t != until or t == facts.end or not swaps or t == paid:
            break
        if not test_bit(arrays.nights, t):
            break
        bar = arrays.bars[t]
        charge = swap_rate(facts, bar, held.side) * held.lots * bar.nights
        swap = cents(swap + cents(charge) / 100.0) / 100.0
        stops = Stops(stops.stop, stops.even_sent, stop_out_of(facts, held, balance + swap))
        first = paid = t
    return Ridden(t, swap, stops, curve, fall)


@njit_fused
def later_bit(words: U64, known: int, t: int, end: int) -> int:
    """Return the first set bar after t, given the one found for an earlier t."""
    return known if known > t else next_bit(words, t + 1, end)


@njit_fused
def merge_exits(row: Row, bits: U64) -> None:
    """Let LONG_EXIT and SHORT_EXIT hold every signal that closes a position of that side."""
    long_exit, short_exit = bits[LONG_EXIT], bits[SHORT_EXIT]
    forced, friday = bits[FORCED_EXIT], bits[FRIDAY_EXIT]
    for w in range(len(forced)):  # a row a loop, else LLVM makes no vectors of it
        long_exit[w] |= forced[w] | friday[w]
    for w in range(len(forced)):
        short_exit[w] |= forced[w] | friday[w]
    if row.reverse != 0:
        long_entry, short_entry = bits[LONG_ENTRY], bits[SHORT_ENTRY]
        for w in range(len(forced)):
            long_exit[w] |= short_entry[w]
        for w in range(len(forced)):
            short_exit[w] |= long_entry[w]


@njit_fused
def settled(curve: Curve, balance: float) -> Curve:
    """Take the close of the bar of an exit, flat since, into the Sharpe ratio; harmless twice."""
    change = balance - curve.equity
    return Curve(balance, curve.squares + change * change)


@njit_fused
def booked(sums: Sums, gained: float) -> Sums:
    """Take a deal into the sums of the stability."""
    return Sums(
        sums.deals + 1,
        sums.gained + gained,
        sums.square + gained * gained,
        sums.product + sums.deals * gained,
    )
