"""The fast engine for the whole trading contract: numba, bar by bar while in a position.

Flat bars without an entry bit are skipped unless a full run counts refused opens. Rule numbers are
the contract's; the steps of a bar stand in its order, (a) to (f).
"""

from __future__ import annotations

import numpy as np

from backtest.fast.bits import next_bit
from backtest.fast.book import (
    book_entry,
    book_exit,
    equity_at,
    feed_meter,
    fill_at_open,
    fill_in_bar,
)
from backtest.fast.rules import (
    DISTANCE_SLACK,
    LIMIT_SLACK,
    MARGIN_SLACK,
    above,
    below,
    cents,
    distance,
    entry_stop,
    entry_target,
    lockable,
    margin_needed,
    market_fill,
    point_value,
    stepped_lots,
    swap_rate,
    usable,
)
from backtest.fast.types import (
    ANY_ENTRY,
    CONSTANT,
    DAILY_LOSS,
    DRAWDOWN_STOP,
    END,
    EXIT_SIGNAL,
    FORCED_EXIT,
    FRIDAY,
    FRIDAY_EXIT,
    LONG_ENTRY,
    LONG_EXIT,
    MAX_BARS,
    OWN_PRICE,
    REVERSE,
    SESSION,
    SHORT_ENTRY,
    SHORT_EXIT,
    UNUSED,
    WANTS_LONG,
    WANTS_SHORT,
    Arrays,
    Bar,
    Booked,
    Facts,
    Row,
    State,
    Want,
)
from dsl.jit import F64, U64, njit_fused


@njit_fused
def walk(
    facts: Facts,
    row: Row,
    bits: U64,
    arrays: Arrays,
    state: State,
    want: Want,
    deal: Booked,
) -> None:
    """Trade the window; the state (in a full run also deals and equity) holds the outcome.

    bits: uint64[BIT_ROWS, words] of the program. want, deal: Room for one of each.
    """
    counts, written = len(arrays.equity) > 0, 0
    t = facts.first
    while t < facts.end:
        if state.side == 0 and not counts:
            t = next_bit(bits[ANY_ENTRY], t, facts.end)
            if t == facts.end:
                break
        read_signals(bits, t, want)
        read_distances(row, arrays.columns, facts.scale, state.side, want)
        bar = arrays.bars[t]
        act_before_entry(facts, row, bar, want, state, deal)
        if counts:
            written = write_deal(arrays, state, deal, written)
        act_on_entry(facts, row, bar, want, state, deal)
        if counts:
            written = write_deal(arrays, state, deal, written)
        if state.side != 0:
            fill_in_bar(facts, bar, state, want, deal, arrays.finer)
        if state.side != 0 and t == facts.end - 1:
            close_at_end(facts, bar, want, state, deal)
        if counts:
            written = write_deal(arrays, state, deal, written)
        note_close(facts, bar, state)
        if counts:
            arrays.equity[t - facts.first] = state.equity
        t += 1


@njit_fused
def read_signals(bits: U64, t: int, want: Want) -> None:
    """Read what the strategy signals at the open of bar t."""
    w, shift = t >> 6, np.uint64(t & 63)
    one = np.uint64(1)
    want.t = t
    want.side = int((bits[LONG_ENTRY, w] >> shift) & one)
    want.side -= int((bits[SHORT_ENTRY, w] >> shift) & one)
    want.signals = int((bits[WANTS_LONG, w] >> shift) & one)
    want.signals += int((bits[WANTS_SHORT, w] >> shift) & one)
    want.long_exit = int((bits[LONG_EXIT, w] >> shift) & one)
    want.short_exit = int((bits[SHORT_EXIT, w] >> shift) & one)
    want.forced_exit = int((bits[FORCED_EXIT, w] >> shift) & one)
    want.friday_exit = int((bits[FRIDAY_EXIT, w] >> shift) & one)


@njit_fused
def read_distances(row: Row, columns: F64, scale: float, side: int, want: Want) -> None:
    """Read the distances that this bar can ask for, in points."""
    t = want.t
    if want.side != 0:
        want.stop = distance(columns, row.stop_factor, row.stop_column, t, scale)
        want.target = distance(columns, row.target_factor, row.target_column, t, scale)
    if side != 0:
        want.trail = distance(columns, row.trail_factor, row.trail_column, t, scale)
        want.even = distance(columns, row.even_factor, row.even_column, t, scale)
        want.lock = distance(columns, row.lock_factor, row.lock_column, t, scale)


@njit_fused
def write_deal(arrays: Arrays, state: State, deal: Booked, written: int) -> int:
    """Keep the deal that was booked since the last call, if any; return how many are kept."""
    if state.deals > written:
        arrays.deals[written] = deal
    return state.deals


@njit_fused
def act_before_entry(
    facts: Facts, row: Row, bar: Bar, want: Want, state: State, deal: Booked
) -> None:
    """Do steps (a) to (c) of rule 10: swap, levels met at the open, exits."""
    state.closed_side = 0
    if bar.day != state.day:
        state.day = bar.day
        state.day_balance = state.balance
        state.trades_today = 0
    if state.side != 0:
        charge_swap(facts, bar, state)
        if facts.conversion != CONSTANT:
            near = stop_out_near(facts, bar, state)
            state.stop_out = stop_out_level(facts, bar, state) if near else 0
        elif bar.nights > 0:  # else it is where it was
            state.stop_out = stop_out_level(facts, bar, state)
        fill_at_open(facts, bar, state, want, deal)
    state.limit = account_limit(facts, row, bar, state)
    if state.side != 0:
        exit_at_open(facts, row, bar, want, state, deal)


@njit_fused
def act_on_entry(facts: Facts, row: Row, bar: Bar, want: Want, state: State, deal: Booked) -> None:
    """Do steps (d) and (e) of rule 10: moves of the stop, or an entry."""
    if state.side != 0:
        move_stop(facts, bar, want, state)
    elif want.t >= row.warmup and want.signals > 0:
        enter(facts, row, bar, want, state, deal)


@njit_fused
def close_at_end(facts: Facts, bar: Bar, want: Want, state: State, deal: Booked) -> None:
    """Close what is open at the last close of the window (rule 26)."""
    close = bar.close if state.side > 0 else bar.ask_close
    price = market_fill(facts, state.side < 0, close)
    book_exit(facts, bar, state, want, deal, price, END)


@njit_fused
def note_close(facts: Facts, bar: Bar, state: State) -> None:
    """Take the equity at the close into drawdown and Sharpe ratio."""
    equity = state.balance
    if state.side != 0:
        close = bar.close if state.side > 0 else bar.ask_close
        equity = equity_at(facts, bar, state, close)
    feed_meter(state, equity)
    change = equity - state.equity
    state.squares += change * change
    state.equity = equity


@njit_fused
def charge_swap(facts: Facts, bar: Bar, state: State) -> None:
    """(a) Charge the nights since the last bar (rule 25)."""
    if bar.nights > 0:
        per_lot = swap_rate(facts, bar, state.side)
        state.swap = cents(state.swap + cents(per_lot * state.lots * bar.nights) / 100.0) / 100.0


@njit_fused
def stop_out_level(facts: Facts, bar: Bar, state: State) -> int:
    """Rule 24: the price at which the broker closes the position, 0 when it never does."""
    if facts.stop_out <= 0.0 or state.margin <= 0.0:
        return 0
    wanted = facts.stop_out * state.margin - state.balance - state.swap
    rate = point_value(facts, bar, wanted >= 0.0, bar.open, bar.ask_open)
    away = -wanted / (state.lots * rate)
    away = min(max(away, -1e15), 1e15)  # what lies farther no price reaches, nor does an integer
    if state.side > 0:
        return max(0, below(state.price, away, facts.tick))
    return max(0, above(state.price, away, facts.tick))


@njit_fused
def stop_out_near(facts: Facts, bar: Bar, state: State) -> bool:
    """Return whether the stop-out may lie within the bar, a point off it included.

    It spares most bars the divisions of `stop_out_level`, which moves with the rate at every open.
    """
    cushion = state.balance + state.swap - facts.stop_out * state.margin
    if cushion <= 0.0:
        return True
    adverse = bar.low if state.side > 0 else bar.ask_high
    loss = (1.0 - state.side * (adverse - state.price)) * state.lots
    if facts.conversion == OWN_PRICE:
        return loss * facts.value * facts.scale >= cushion * bar.open
    return loss * bar.loss >= cushion


@njit_fused
def account_limit(facts: Facts, row: Row, bar: Bar, state: State) -> int:
    """Rule 15: the account limit that holds at this open, 0 for none."""
    if row.daily_loss == 0.0 and row.drawdown_stop == 0.0:
        return 0
    equity = state.balance
    if state.side != 0:
        quote = bar.open if state.side > 0 else bar.ask_open
        equity = equity_at(facts, bar, state, quote)
    allowed = row.daily_loss / 100.0 * state.day_balance
    if row.daily_loss > 0.0 and state.day_balance - equity >= allowed - LIMIT_SLACK:
        return DAILY_LOSS
    allowed = row.drawdown_stop / 100.0 * state.highest
    if row.drawdown_stop > 0.0 and state.highest - equity >= allowed - LIMIT_SLACK:
        return DRAWDOWN_STOP
    return 0


@njit_fused
def exit_at_open(facts: Facts, row: Row, bar: Bar, want: Want, state: State, deal: Booked) -> None:
    """(c) Close at the market for the first reason that holds (rules 10 to 15)."""
    side = state.side
    reason = 0
    if want.forced_exit != 0:
        reason = SESSION
    elif want.friday_exit != 0:
        reason = FRIDAY
    elif state.limit != 0:
        reason = state.limit
    elif row.max_bars > 0 and want.t - state.bar >= row.max_bars:
        reason = MAX_BARS
    elif (want.long_exit if side > 0 else want.short_exit) != 0:
        reason = EXIT_SIGNAL
    elif row.reverse != 0 and want.side == -side and entry_allowed(row, state):
        reason = REVERSE
    if reason != 0:
        quote = bar.open if side > 0 else bar.ask_open
        state.closed_side = side
        price = market_fill(facts, side < 0, quote)
        book_exit(facts, bar, state, want, deal, price, reason)


@njit_fused
def entry_allowed(row: Row, state: State) -> bool:
    """Return whether the account's rules allow an entry at this open (rule 15)."""
    if row.trades_per_day > 0 and state.trades_today >= row.trades_per_day:
        return False
    return bool(state.limit == 0)


@njit_fused
def move_stop(facts: Facts, bar: Bar, want: Want, state: State) -> None:
    """(d) Break-even, then trailing (rule 20)."""
    side, tick = state.side, facts.tick
    quote = bar.open if side > 0 else bar.ask_open
    if usable(want.even) and state.even_sent == 0:
        due = side * (quote - state.price) >= want.even - DISTANCE_SLACK
        if due and lockable(want.lock):
            if side > 0:
                level = below(state.price, -want.lock, tick)
            else:
                level = above(state.price, -want.lock, tick)
            state.even_sent = send_stop(facts, state, level, quote)
    if usable(want.trail):
        level = below(quote, want.trail, tick) if side > 0 else above(quote, want.trail, tick)
        send_stop(facts, state, level, quote)


@njit_fused
def send_stop(facts: Facts, state: State, level: int, quote: int) -> bool:
    """Move the stop if that is better by a tick and far enough; return whether it was (rule 20)."""
    better = state.stop <= 0 or state.side * (level - state.stop) >= facts.tick
    if level > 0 and better and state.side * (quote - level) >= facts.least:
        state.stop = level
        return True
    return False


@njit_fused
def enter(facts: Facts, row: Row, bar: Bar, want: Want, state: State, deal: Booked) -> None:
    """(e) Open a position where an entry is wanted and nothing forbids it (rules 11, 12)."""
    if want.signals == 2:
        state.both_signals += 1
    elif want.side == 0 or want.side == state.closed_side or not entry_allowed(row, state):
        state.blocked += 1
    else:
        open_position(facts, row, bar, want, state, deal)


@njit_fused
def open_position(facts: Facts, row: Row, bar: Bar, want: Want, state: State, deal: Booked) -> None:
    """Open at the market, or count why not: distance, level, volume, margin (rules 17, 22, 23)."""
    side, bid, ask = want.side, bar.open, bar.ask_open
    has_stop, has_target = row.stop_column != UNUSED, row.target_column != UNUSED
    if (has_stop and not usable(want.stop)) or (has_target and not usable(want.target)):
        state.distance += 1
        return
    stop = entry_stop(facts, side, bid, ask, want.stop) if has_stop else 0
    target = entry_target(facts, side, bid, ask, want.target) if has_target else 0
    if (has_stop and stop <= 0) or (has_target and target <= 0):
        state.level += 1
        return
    quote = ask if side > 0 else bid
    rate = point_value(facts, bar, False, bid, ask)
    lots = row.size
    if row.risk != 0:
        lots = state.balance * lots / 100.0 / (abs(quote - stop) * rate)
    lots = stepped_lots(facts, lots)
    margin = margin_needed(facts, lots, quote, rate)
    if lots == 0.0:
        state.volume += 1
    elif margin > state.balance + MARGIN_SLACK:
        state.margin_refused += 1
    else:
        state.side, state.bar, state.lots, state.margin = side, want.t, lots, margin
        state.price = market_fill(facts, side > 0, quote)
        state.stop, state.target, state.even_sent = stop, target, 0
        state.swap = 0.0
        state.trades_today += 1
        book_entry(facts, state, want, deal)
        state.stop_out = stop_out_level(facts, bar, state)
