"""The fast engine for the whole trading contract: numba, bar by bar while in a position.

Flat bars without an entry bit are skipped unless a full run counts refused opens. Rule numbers are
the contract's; the steps of a bar stand in its order, (a) to (f).
"""

from __future__ import annotations

from backtest.bits import next_bit, test_bit
from backtest.fast_book import (
    book_entry,
    book_exit,
    equity_at,
    feed_meter,
    fill_at_open,
    fill_in_bar,
)
from backtest.fast_rules import (
    BREAK_EVEN_SLACK,
    LIMIT_SLACK,
    MARGIN_SLACK,
    above,
    below,
    cents,
    distance,
    entry_stop,
    entry_target,
    margin_needed,
    market_fill,
    point_value,
    stepped_lots,
    swap_rate,
    usable,
)
from backtest.fast_types import (
    BLOCKED,
    BOTH_SIGNALS,
    DAILY_LOSS,
    DISTANCE,
    DRAWDOWN_STOP,
    END,
    EXIT_SIGNAL,
    FRIDAY,
    LEVEL,
    MARGIN,
    MAX_BARS,
    REVERSE,
    SESSION,
    UNUSED,
    VOLUME,
    Bits,
    Facts,
    Feed,
    Log,
    Row,
    State,
    Strategy,
)
from dsl.jit import njit


@njit
def walk(facts: Facts, feed: Feed, strategy: Strategy, state: State, log: Log) -> None:
    """Trade the window; `state` and `log` hold the outcome."""
    bits = strategy.bits
    t = facts.first
    while t < facts.end:
        if state.side == 0 and not log.on:
            t = next_bit(bits.any_entry, t, facts.end)
            if t == facts.end:
                break
        step(facts, feed, strategy, state, log, t)
        t += 1


@njit
def step(facts: Facts, feed: Feed, strategy: Strategy, state: State, log: Log, t: int) -> None:
    """Do everything that bar t asks for, in the order of rule 10."""
    state.closed_side = 0
    if feed.day[t] != state.day:
        state.day = feed.day[t]
        state.day_balance = state.balance
        state.trades_today = 0
    if state.side != 0:
        charge_swap(facts, feed, state, t)
        state.stop_out = stop_out_level(facts, feed, state, t)
        fill_at_open(facts, feed, state, log, t)
    state.limit = account_limit(facts, feed, strategy.row, state, t)
    if state.side != 0:
        exit_at_open(facts, feed, strategy, state, log, t)
    if state.side != 0:
        move_stop(facts, feed, strategy, state, t)
    elif t >= strategy.row.warmup:
        enter(facts, feed, strategy, state, log, t)
    if state.side != 0:
        fill_in_bar(facts, feed, state, log, t)
    if state.side != 0 and t == facts.end - 1:
        close = feed.close[t] if state.side > 0 else feed.ask_close[t]
        book_exit(facts, feed, state, log, t, market_fill(facts, state.side < 0, close), END)
    note_close(facts, feed, state, log, t)


@njit
def note_close(facts: Facts, feed: Feed, state: State, log: Log, t: int) -> None:
    """Take the equity at the close into drawdown and Sharpe ratio."""
    equity = state.balance
    if state.side != 0:
        close = feed.close[t] if state.side > 0 else feed.ask_close[t]
        equity = equity_at(facts, feed, state, t, close)
    feed_meter(state, equity)
    change = equity - state.equity
    state.squares += change * change
    state.equity = equity
    if log.on:
        log.equity[t - facts.first] = equity


@njit
def charge_swap(facts: Facts, feed: Feed, state: State, t: int) -> None:
    """(a) Charge the nights since the last bar (rule 25)."""
    if feed.nights[t] > 0:
        per_lot = swap_rate(facts, feed, t, state.side)
        state.swap = cents(state.swap + cents(per_lot * state.lots * feed.nights[t]) / 100.0) / 100.0


@njit
def stop_out_level(facts: Facts, feed: Feed, state: State, t: int) -> int:
    """Rule 24: the price at which the broker closes the position, 0 when it never does."""
    if facts.stop_out <= 0.0 or state.margin <= 0.0:
        return 0
    wanted = facts.stop_out * state.margin - state.balance - state.swap
    rate = point_value(facts, feed, t, wanted >= 0.0, feed.open[t], feed.ask_open[t])
    away = -wanted / (state.lots * rate)
    away = min(max(away, -1e15), 1e15)  # what lies farther no price reaches, nor does an integer
    if state.side > 0:
        return max(0, below(state.price, away, facts.tick))
    return max(0, above(state.price, away, facts.tick))


@njit
def account_limit(facts: Facts, feed: Feed, row: Row, state: State, t: int) -> int:
    """Rule 15: the account limit that holds at this open, 0 for none."""
    if row.daily_loss == 0.0 and row.drawdown_stop == 0.0:
        return 0
    equity = state.balance
    if state.side != 0:
        quote = feed.open[t] if state.side > 0 else feed.ask_open[t]
        equity = equity_at(facts, feed, state, t, quote)
    allowed = row.daily_loss / 100.0 * state.day_balance
    if row.daily_loss > 0.0 and state.day_balance - equity >= allowed - LIMIT_SLACK:
        return DAILY_LOSS
    allowed = row.drawdown_stop / 100.0 * state.highest
    if row.drawdown_stop > 0.0 and state.highest - equity >= allowed - LIMIT_SLACK:
        return DRAWDOWN_STOP
    return 0


@njit
def exit_at_open(
    facts: Facts, feed: Feed, strategy: Strategy, state: State, log: Log, t: int
) -> None:
    """(c) Close at the market for the first reason that holds (rules 10 to 15)."""
    bits, row, side = strategy.bits, strategy.row, state.side
    own = bits.long_exit if side > 0 else bits.short_exit
    opposite = bits.short_entry if side > 0 else bits.long_entry
    reason = 0
    if test_bit(bits.forced_exit, t):
        reason = SESSION
    elif test_bit(bits.friday_exit, t):
        reason = FRIDAY
    elif state.limit != 0:
        reason = state.limit
    elif row.max_bars > 0 and t - state.bar >= row.max_bars:
        reason = MAX_BARS
    elif test_bit(own, t):
        reason = EXIT_SIGNAL
    elif row.reverse != 0 and test_bit(opposite, t) and entry_allowed(row, state):
        reason = REVERSE
    if reason != 0:
        quote = feed.open[t] if side > 0 else feed.ask_open[t]
        state.closed_side = side
        book_exit(facts, feed, state, log, t, market_fill(facts, side < 0, quote), reason)


@njit
def entry_allowed(row: Row, state: State) -> bool:
    """Return whether the account's rules allow an entry at this open (rule 15)."""
    if row.trades_per_day > 0 and state.trades_today >= row.trades_per_day:
        return False
    return bool(state.limit == 0)


@njit
def move_stop(facts: Facts, feed: Feed, strategy: Strategy, state: State, t: int) -> None:
    """(d) Break-even, then trailing (rule 20)."""
    row, columns, side, tick = strategy.row, strategy.columns, state.side, facts.tick
    quote = feed.open[t] if side > 0 else feed.ask_open[t]
    if row.even_column != UNUSED and state.even_sent == 0:
        away = distance(columns, row.even_factor, row.even_column, t, facts.scale)
        beyond = side * (quote - state.price)
        if usable(away) and beyond >= away - BREAK_EVEN_SLACK:
            lock = 0.0
            if row.lock_column != UNUSED:
                lock = distance(columns, row.lock_factor, row.lock_column, t, facts.scale)
            if lock == 0.0 or usable(lock):
                price = state.price
                level = below(price, -lock, tick) if side > 0 else above(price, -lock, tick)
                state.even_sent = send_stop(facts, state, level, quote)
    if row.trail_column != UNUSED:
        away = distance(columns, row.trail_factor, row.trail_column, t, facts.scale)
        if usable(away):
            level = below(quote, away, tick) if side > 0 else above(quote, away, tick)
            send_stop(facts, state, level, quote)


@njit
def send_stop(facts: Facts, state: State, level: int, quote: int) -> bool:
    """Move the stop if that is better by a tick and far enough; return whether it was (rule 20)."""
    better = state.stop <= 0 or state.side * (level - state.stop) >= facts.tick
    if level > 0 and better and state.side * (quote - level) >= facts.least:
        state.stop = level
        return True
    return False


@njit
def enter(facts: Facts, feed: Feed, strategy: Strategy, state: State, log: Log, t: int) -> None:
    """(e) Open a position where an entry is wanted and nothing forbids it (rules 11, 12)."""
    bits = strategy.bits
    side = int(test_bit(bits.long_entry, t)) - int(test_bit(bits.short_entry, t))
    if log.on and side == 0:
        wants_long, wants_short = test_bit(bits.wants_long, t), test_bit(bits.wants_short, t)
        if wants_long and wants_short:
            log.refused[BOTH_SIGNALS] += 1
        elif wants_long or wants_short:
            log.refused[BLOCKED] += 1
    if side == 0:
        return
    if side == state.closed_side or not entry_allowed(strategy.row, state):
        refuse(log, BLOCKED)
    else:
        open_position(facts, feed, strategy, state, log, t, side)


@njit
def refuse(log: Log, cause: int) -> None:
    """Count a refused entry in a full run."""
    if log.on:
        log.refused[cause] += 1


@njit
def open_position(
    facts: Facts, feed: Feed, strategy: Strategy, state: State, log: Log, t: int, side: int
) -> None:
    """Open at the market, or count why not: distance, level, volume, margin (rules 16, 17, 22, 23)."""
    row, bid, ask = strategy.row, feed.open[t], feed.ask_open[t]
    stop, cause = entry_level(facts, feed, strategy, t, side, True)
    target = 0
    if cause == 0:
        target, cause = entry_level(facts, feed, strategy, t, side, False)
    if cause != 0:
        refuse(log, cause)
        return
    quote = ask if side > 0 else bid
    rate = point_value(facts, feed, t, False, bid, ask)
    lots = row.size
    if row.risk != 0:
        lots = state.balance * lots / 100.0 / (abs(quote - stop) * rate)
    lots = stepped_lots(facts, lots)
    margin = margin_needed(facts, lots, quote, rate)
    if lots == 0.0:
        refuse(log, VOLUME)
    elif margin > state.balance + MARGIN_SLACK:
        refuse(log, MARGIN)
    else:
        state.side, state.bar, state.lots, state.margin = side, t, lots, margin
        state.price = market_fill(facts, side > 0, quote)
        state.stop, state.target, state.even_sent = stop, target, 0
        state.swap = 0.0
        state.trades_today += 1
        book_entry(facts, state, log)
        state.stop_out = stop_out_level(facts, feed, state, t)


@njit
def entry_level(
    facts: Facts, feed: Feed, strategy: Strategy, t: int, side: int, is_stop: bool
) -> tuple[int, int]:
    """Return the stop or target of an entry, 0 for none, and the cause that forbids it, 0 for none."""
    row, bid, ask = strategy.row, feed.open[t], feed.ask_open[t]
    factor, column = row.target_factor, row.target_column
    if is_stop:
        factor, column = row.stop_factor, row.stop_column
    if column == UNUSED:
        return 0, 0
    away = distance(strategy.columns, factor, column, t, facts.scale)
    if not usable(away):
        return 0, DISTANCE
    if is_stop:
        level = entry_stop(facts, side, bid, ask, away)
    else:
        level = entry_target(facts, side, bid, ask, away)
    return (level, 0) if level > 0 else (0, LEVEL)
