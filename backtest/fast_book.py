"""Booking of deals in the fast engines: fills, balance, drawdown, and the sums the criteria need."""

from __future__ import annotations

from backtest.fast_rules import (
    cents,
    market_fill,
    nearer,
    point_value,
    stop_touched,
    target_touched,
    tick_down,
    tick_up,
)
from backtest.fast_types import (
    FINER,
    OPTIMISTIC,
    PATH,
    STOP_LOSS,
    STOP_OUT,
    TAKE_PROFIT,
    Facts,
    Feed,
    Log,
    State,
)
from dsl.jit import njit


@njit
def feed_meter(state: State, value: float) -> None:
    """Take the next equity into the drawdown (rule 27)."""
    state.peak = max(state.peak, value)
    state.lowest = min(state.lowest, value)
    fall = state.peak - value
    if fall > state.fall:
        state.fall = fall
        state.fall_percent = fall / state.peak * 100.0
    if fall * 100.0 > state.percent * state.peak * (1.0 - 1e-12):  # spares a division a bar
        percent = fall / state.peak * 100.0
        if percent > state.percent:
            state.percent = percent
            state.percent_fall = fall


@njit
def profit_at(facts: Facts, feed: Feed, state: State, t: int, price: int) -> float:
    """Return the unrounded profit of closing the position at a price."""
    side = state.side
    spread = feed.spread[t]
    if side > 0:
        bid, ask = price, tick_up(price + spread, facts.tick)
    else:
        bid, ask = max(facts.tick, tick_down(price - spread, facts.tick)), price
    points = side * (price - state.price)
    return points * state.lots * point_value(facts, feed, t, points >= 0, bid, ask)


@njit
def equity_at(facts: Facts, feed: Feed, state: State, t: int, price: int) -> float:
    """Return balance, swap and floating profit where the position would close at a price."""
    return state.balance + state.swap + profit_at(facts, feed, state, t, price)


@njit
def _book(state: State, amount: float) -> None:
    """Add whole cents to the balance and take the deal into the sums of the stability."""
    state.cents += amount
    state.balance = state.cents / 100.0
    state.highest = max(state.highest, state.balance)
    gained = state.cents - state.start
    state.sum_product += state.deals * gained
    state.sum_balance += gained
    state.sum_square += gained * gained
    state.deals += 1


@njit
def _write_deal(log: Log, state: State, bar: int, price: int, reason: int) -> None:
    """Write the prices of the deal that is booked next; reason 0 is an entry."""
    row = log.deals[state.deals]
    row[0], row[1], row[2], row[3] = bar, reason == 0, state.side, price
    row[4], row[5], row[6] = state.stop, state.target, reason


@njit
def _write_money(log: Log, state: State, profit: float, commission: float, swap: float) -> None:
    """Write the money of the deal that was booked last; cents."""
    row = log.money[state.deals - 1]
    row[0], row[1], row[2] = state.lots, profit / 100.0, commission / 100.0
    row[3], row[4] = swap / 100.0, state.balance


@njit
def book_entry(facts: Facts, state: State, log: Log) -> None:
    """Book the entry of the position that the state holds (rule 25)."""
    state.entry_cents = -cents(facts.commission * state.lots)
    if log.on:
        _write_deal(log, state, state.bar, state.price, 0)
    _book(state, state.entry_cents)
    if log.on:
        _write_money(log, state, 0.0, state.entry_cents, 0.0)


@njit
def book_exit(
    facts: Facts, feed: Feed, state: State, log: Log, t: int, price: int, reason: int
) -> None:
    """Book the exit of the position at a price; its result is profit, swap and both commissions."""
    profit = cents(profit_at(facts, feed, state, t, price))
    commission = -cents(facts.commission * state.lots)
    swap = cents(state.swap)
    if log.on:
        _write_deal(log, state, t, price, reason)
    _book(state, profit + commission + swap)
    if log.on:
        _write_money(log, state, profit, commission, swap)
    result = profit + commission + swap + state.entry_cents
    if result > 0:
        state.won += result
    else:
        state.lost -= result
    state.side = 0
    state.swap = 0.0
    feed_meter(state, state.balance)


@njit
def effective_stop(state: State) -> int:
    """Return the nearer of stop loss and stop-out."""
    return nearer(state.side, state.stop, state.stop_out)


@njit
def stop_fill(facts: Facts, feed: Feed, state: State, t: int) -> tuple[int, int]:
    """Return price and reason of the stop that was met: at its level, or the open beyond it.

    Rules 16 and 24; a stop-out is a market order whatever the gap mode.
    """
    side = state.side
    level = effective_stop(state)
    reason = STOP_LOSS if level == state.stop else STOP_OUT
    if reason == STOP_OUT or not facts.order_gap:
        quote = feed.open[t] if side > 0 else feed.ask_open[t]
        level = min(level, quote) if side > 0 else max(level, quote)
    return market_fill(facts, side < 0, level), reason


@njit
def note_extreme(facts: Facts, feed: Feed, state: State, t: int, adverse: int, fill: int) -> None:
    """Take the adverse extreme of a bar, no farther than the fill, into the drawdown (rule 27)."""
    price = max(adverse, fill) if state.side > 0 else min(adverse, fill)
    feed_meter(state, equity_at(facts, feed, state, t, price))


@njit
def fill_at_open(facts: Facts, feed: Feed, state: State, log: Log, t: int) -> None:
    """(b) Fill stop, target and stop-out against the open."""
    side = state.side
    quote = feed.open[t] if side > 0 else feed.ask_open[t]
    if stop_touched(side, effective_stop(state), quote):
        price, reason = stop_fill(facts, feed, state, t)
        book_exit(facts, feed, state, log, t, price, reason)
    elif target_touched(side, state.target, quote):
        book_exit(facts, feed, state, log, t, state.target, TAKE_PROFIT)


@njit
def fill_in_bar(facts: Facts, feed: Feed, state: State, log: Log, t: int) -> None:
    """(f) Fill stop, target and stop-out within the bar."""
    side = state.side
    adverse = feed.low[t] if side > 0 else feed.ask_high[t]
    best = feed.high[t] if side > 0 else feed.ask_low[t]
    stop = stop_touched(side, effective_stop(state), adverse)
    target = target_touched(side, state.target, best)
    if stop and (not target or _stop_first(facts, feed, state, t)):
        price, reason = stop_fill(facts, feed, state, t)
    elif target:
        price, reason = state.target, TAKE_PROFIT
    else:
        note_extreme(facts, feed, state, t, adverse, adverse)
        return
    note_extreme(facts, feed, state, t, adverse, price)
    book_exit(facts, feed, state, log, t, price, reason)


@njit
def _stop_first(facts: Facts, feed: Feed, state: State, t: int) -> bool:
    """Rule 19: whether the stop fills of a bar that touched both."""
    quote = feed.open[t] if state.side > 0 else feed.ask_open[t]
    if stop_touched(state.side, effective_stop(state), quote):
        return True
    state.ambiguous += 1
    mode = facts.both_touched
    if mode == OPTIMISTIC:
        return False
    if mode == PATH:
        body = feed.close[t] - feed.open[t]
        rising = body > 0 if body != 0 else feed.move[t] <= 0
        return rising == (state.side > 0)  # a rising bar visits its low first
    if mode == FINER:
        return _stop_first_finer(facts, feed, state, t)
    return True


@njit
def _stop_first_finer(facts: Facts, feed: Feed, state: State, t: int) -> bool:
    """Rule 19: the first finer bar that touches either decides, for the stop where it touches both."""
    stop = effective_stop(state)
    for k in range(feed.finer_first[t], feed.finer_end[t]):
        adverse, best = feed.finer_low[k], feed.finer_high[k]
        if state.side < 0:
            adverse = tick_up(feed.finer_high[k] + feed.spread[t], facts.tick)
            best = tick_up(feed.finer_low[k] + feed.spread[t], facts.tick)
        if stop_touched(state.side, stop, adverse):
            return True
        if target_touched(state.side, state.target, best):
            return False
    return True
