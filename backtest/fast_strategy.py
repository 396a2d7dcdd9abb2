"""Programs become bits, and a run its first state."""

from __future__ import annotations

import numpy as np

from backtest.bits import ONES, combine
from backtest.fast_types import Bits, Facts, Programs, State
from backtest.fast_rules import cents
from dsl.jit import U64, njit

LONG_ENTRY, SHORT_ENTRY, LONG_EXIT, SHORT_EXIT, FILTER, FORCED, FRIDAY = range(7)
WORD_ROWS = 9  # rows of words that `strategy_bits` fills


@njit
def part_bits(programs: Programs, k: int, part: int, atoms: U64, stack: U64, out: U64) -> None:
    """Write the bits of one signal of program k; a missing one is never, a missing filter always."""
    first, end = programs.parts[k, part], programs.parts[k, part + 1]
    if first < end:
        combine(programs.code[first:end], atoms, stack, out)
    elif part == FILTER:
        out[:] = ONES
    else:
        out[:] = np.uint64(0)


@njit
def keep_range(words: U64, first: int, end: int) -> None:
    """Clear the bits of bars outside first..end-1."""
    for w in range(len(words)):
        low, high = first - w * 64, end - w * 64
        if low >= 64 or high <= 0:
            words[w] = np.uint64(0)
            continue
        if low > 0:
            words[w] &= ONES << np.uint64(low)
        if high < 64:
            words[w] &= ~(ONES << np.uint64(high))


@njit
def strategy_bits(
    facts: Facts, programs: Programs, k: int, atoms: U64, stack: U64, room: U64
) -> Bits:
    """Return the signals of program k; they live in `room`, uint64[WORD_ROWS, words]."""
    row = programs.rows[k]
    bits = Bits(
        long_entry=room[0],
        short_entry=room[1],
        long_exit=room[2],
        short_exit=room[3],
        forced_exit=room[4],
        friday_exit=room[5],
        any_entry=room[6],
        wants_long=room[7],
        wants_short=room[8],
    )
    part_bits(programs, k, LONG_ENTRY, atoms, stack, bits.wants_long)
    part_bits(programs, k, SHORT_ENTRY, atoms, stack, bits.wants_short)
    part_bits(programs, k, LONG_EXIT, atoms, stack, bits.long_exit)
    part_bits(programs, k, SHORT_EXIT, atoms, stack, bits.short_exit)
    part_bits(programs, k, FORCED, atoms, stack, bits.forced_exit)
    part_bits(programs, k, FRIDAY, atoms, stack, bits.friday_exit)
    part_bits(programs, k, FILTER, atoms, stack, bits.any_entry)
    first = max(facts.first, row.warmup)
    if 0 < row.max_slippage < facts.slippage:
        first = facts.end
    keep_range(bits.any_entry, first, facts.end)
    for w in range(len(bits.any_entry)):
        allowed = bits.any_entry[w]
        wants_long, wants_short = bits.wants_long[w], bits.wants_short[w]
        bits.long_entry[w] = wants_long & ~wants_short & allowed
        bits.short_entry[w] = wants_short & ~wants_long & allowed
        bits.any_entry[w] = bits.long_entry[w] | bits.short_entry[w]
    return bits


@njit
def start(facts: Facts, state: State) -> None:
    """Set the state to that of an account before its first deal."""
    deposit = facts.deposit
    state.side = state.even_sent = state.closed_side = state.limit = 0
    state.deals = state.ambiguous = state.trades_today = 0
    state.swap = state.entry_cents = state.won = state.lost = 0.0
    state.sum_balance = state.sum_square = state.sum_product = state.squares = 0.0
    state.fall = state.fall_percent = state.percent = state.percent_fall = 0.0
    state.cents = state.start = cents(deposit)
    state.balance = state.day_balance = state.highest = deposit
    state.peak = state.lowest = state.equity = deposit
    state.day = -1
