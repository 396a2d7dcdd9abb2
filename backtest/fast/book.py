"""Booking in the fast engines: fills, balance, drawdown, and the sums the criteria need."""

from __future__ import annotations

from backtest.fast.rules import (
    cents,
    market_fill,
    nearer,
    point_value,
    stop_touched,
    target_touched,
    tick_down,
    tick_up,
)
from backtest.fast.types import (
    FINER,
    OPTIMISTIC,
    PATH,
    STOP_LOSS,
    STOP_OUT,
    TAKE_PROFIT,
    Bar,
    Booked,
    Facts,
    State,
    Want,
)
from dsl.jit import I64, njit_fused


@njit_fused
def feed_meter(state: State, value: float) -> None:
    """Take the next equity into the drawdown (rule 27)."""
    state.peak = max(state.peak, value)
    state.lowest = min(state.lowest, value)
    fall = state.peak - value
    if fall <= state.fall and fall * 100.0 <= state.percent * state.peak * (1.0 - 1e-12):
        return  # nothing new, most bars: spares the division
    percent = fall / state.peak * 100.0
    if fall > state.fall:
        state.fall, state.fall_percent = fall, percent
    if percent > state.percent:
        state.percent, state.percent_fall = percent, fall


@njit_fused
def profit_at(facts: Facts, bar: Bar, state: State, price: int) -> float:
    """Return the unrounded profit of closing the position at a price."""
    side = state.side
    spread = bar.spread
    if side > 0:
        bid, ask = price, tick_up(price + spread, facts.tick)
    else:
        bid, ask = max(facts.tick, tick_down(price - spread, facts.tick)), price
    points = side * (price - state.price)
    return points * state.lots * point_value(facts, bar, points >= 0, bid, ask)


@njit_fused
def equity_at(facts: Facts, bar: Bar, state: State, price: int) -> float:
    """Return balance, swap and floating profit where the position would close at a price."""
    return state.balance + state.swap + profit_at(facts, bar, state, price)


@njit_fused
def book(state: State, amount: float) -> None:
    """Add whole cents to the balance and take the deal into the sums of the stability."""
    state.cents += amount
    state.balance = state.cents / 100.0
    state.highest = max(state.highest, state.balance)
    gained = state.cents - state.start
    state.sum_product += state.deals * gained
    state.sum_balance += gained
    state.sum_square += gained * gained
    state.deals += 1


@njit_fused
def _write(deal: Booked, state: State, want: Want, price: int, reason: int) -> None:
    """Write a deal that is about to be booked; reason 0 is an entry."""
    deal.bar, deal.entry, deal.side = want.t, int(reason == 0), state.side
    deal.lots, deal.price, deal.reason = state.lots, price, reason
    deal.stop, deal.target = state.stop, state.target


@njit_fused
def _write_money(deal: Booked, state: State, profit: float, commission: float, swap: float) -> None:
    """Write the money of the deal that was just booked, given in cents."""
    deal.profit, deal.commission, deal.swap = profit / 100.0, commission / 100.0, swap / 100.0
    deal.balance = state.balance


@njit_fused
def book_entry(facts: Facts, state: State, want: Want, deal: Booked) -> None:
    """Book the entry of the position that the state holds (rule 25)."""
    state.entry_cents = 0.0 - cents(facts.commission * state.lots)
    _write(deal, state, want, state.price, 0)
    book(state, state.entry_cents)
    _write_money(deal, state, 0.0, state.entry_cents, 0.0)


@njit_fused
def book_exit(
    facts: Facts,
    bar: Bar,
    state: State,
    want: Want,
    deal: Booked,
    price: int,
    reason: int,
) -> None:
    """Book the exit of the position at a price; its result is profit, swap and both commissions."""
    profit = cents(profit_at(facts, bar, state, price))
    commission = 0.0 - cents(facts.commission * state.lots)
    swap = cents(state.swap)
    _write(deal, state, want, price, reason)
    book(state, profit + commission + swap)
    _write_money(deal, state, profit, commission, swap)
    result = profit + commission + swap + state.entry_cents
    if result > 0.0:
        state.won += result
    else:
        state.lost -= result
    state.side = 0
    state.swap = 0.0
    feed_meter(state, state.balance)


@njit_fused
def effective_stop(state: State) -> int:
    """Return the nearer of stop loss and stop-out."""
    return nearer(state.side, state.stop, state.stop_out)


@njit_fused
def stop_fill(facts: Facts, bar: Bar, state: State) -> tuple[int, int]:
    """Return price and reason of the stop that was met: at its level, or the open beyond it.

    Rules 16 and 24; a stop-out is a market order whatever the gap mode.
    """
    side = state.side
    level = effective_stop(state)
    reason = STOP_LOSS if level == state.stop else STOP_OUT
    if reason == STOP_OUT or facts.order_gap == 0:
        quote = bar.open if side > 0 else bar.ask_open
        level = min(level, quote) if side > 0 else max(level, quote)
    return market_fill(facts, side < 0, level), reason


@njit_fused
def note_extreme(facts: Facts, bar: Bar, state: State, adverse: int, fill: int) -> None:
    """Take the adverse extreme of a bar, no farther than the fill, into the drawdown (rule 27)."""
    price = max(adverse, fill) if state.side > 0 else min(adverse, fill)
    feed_meter(state, equity_at(facts, bar, state, price))


@njit_fused
def fill_at_open(facts: Facts, bar: Bar, state: State, want: Want, deal: Booked) -> None:
    """(b) Fill stop, target and stop-out against the open."""
    side = state.side
    quote = bar.open if side > 0 else bar.ask_open
    if stop_touched(side, effective_stop(state), quote):
        price, reason = stop_fill(facts, bar, state)
        book_exit(facts, bar, state, want, deal, price, reason)
    elif target_touched(side, state.target, quote):
        book_exit(facts, bar, state, want, deal, state.target, TAKE_PROFIT)


@njit_fused
def fill_in_bar(facts: Facts, bar: Bar, state: State, want: Want, deal: Booked, finer: I64) -> None:
    """(f) Fill stop, target and stop-out within the bar."""
    side = state.side
    adverse = bar.low if side > 0 else bar.ask_high
    best = bar.high if side > 0 else bar.ask_low
    stop = stop_touched(side, effective_stop(state), adverse)
    target = target_touched(side, state.target, best)
    if stop and (not target or stop_first(facts, bar, state, finer)):
        price, reason = stop_fill(facts, bar, state)
    elif target:
        price, reason = state.target, TAKE_PROFIT
    else:
        note_extreme(facts, bar, state, adverse, adverse)
        return
    note_extreme(facts, bar, state, adverse, price)
    book_exit(facts, bar, state, want, deal, price, reason)


@njit_fused
def stop_first(facts: Facts, bar: Bar, state: State, finer: I64) -> bool:
    """Rule 19: whether the stop fills of a bar that touched both."""
    quote = bar.open if state.side > 0 else bar.ask_open
    if stop_touched(state.side, effective_stop(state), quote):
        return True
    state.ambiguous += 1
    mode = facts.both_touched
    if mode == OPTIMISTIC:
        return False
    if mode == PATH:
        body = bar.close - bar.open
        rising = body > 0 if body != 0 else bar.move <= 0
        return rising == (state.side > 0)  # a rising bar visits its low first
    if mode == FINER:
        return _stop_first_finer(facts, bar, state, finer)
    return True


@njit_fused
def _stop_first_finer(facts: Facts, bar: Bar, state: State, finer: I64) -> bool:
    """Rule 19: the first finer bar that touches either decides, against the trader."""
    stop = effective_stop(state)
    for k in range(bar.finer_first, bar.finer_end):
        best, adverse = finer[0, k], finer[1, k]
        if state.side < 0:
            best = tick_up(finer[1, k] + bar.spread, facts.tick)
            adverse = tick_up(finer[0, k] + bar.spread, facts.tick)
        if stop_touched(state.side, stop, adverse):
            return True
        if target_touched(state.side, state.target, best):
            return False
    return True
