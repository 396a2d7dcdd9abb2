"""Programs become bits, and a run its first state."""

from __future__ import annotations

import numpy as np

from backtest.fast.bits import ONES, combine
from backtest.fast.rules import cents
from backtest.fast.types import (
    ANY_ENTRY,
    BIT_ROWS,
    LONG_ENTRY,
    SHORT_ENTRY,
    WANTS_LONG,
    WANTS_SHORT,
    Arrays,
    Facts,
    Programs,
    State,
)
from dsl.jit import U64, njit_fused

PARTS = 7  # of a program: the first rows of its bits


@njit_fused
def part_bits(programs: Programs, k: int, arrays: Arrays) -> None:
    """Write the signals of program k; a missing one is never, a missing filter always."""
    bits, stack = arrays.scratch[:BIT_ROWS], arrays.scratch[BIT_ROWS:]
    for part in range(PARTS):
        first, end = programs.parts[k, part], programs.parts[k, part + 1]
        if first < end:
            combine(programs.code[first:end], arrays.atoms, stack, bits[part])
            continue
        word = ONES if part == ANY_ENTRY else np.uint64(0)
        words = bits[part]
        for w in range(len(words)):
            words[w] = word


@njit_fused
def keep_range(words: U64, first: int, end: int) -> None:
    """Clear the bits of bars outside first..end-1, first <= end."""
    low, high = first >> 6, end >> 6
    for w in range(min(low, len(words))):
        words[w] = np.uint64(0)
    for w in range(high + 1, len(words)):
        words[w] = np.uint64(0)
    if low < len(words):
        words[low] &= ONES << np.uint64(first & 63)
    if high < len(words):
        words[high] &= ~(ONES << np.uint64(end & 63))


@njit_fused
def write_bits(facts: Facts, programs: Programs, k: int, arrays: Arrays) -> None:
    """Write the signals of program k into the first BIT_ROWS rows of the scratch words."""
    row, bits = programs.rows[k], arrays.scratch[:BIT_ROWS]
    part_bits(programs, k, arrays)
    first = max(facts.first, row.warmup)
    if 0 < row.max_slippage < facts.slippage:
        first = facts.end
    allowed, wants_long, wants_short = bits[ANY_ENTRY], bits[WANTS_LONG], bits[WANTS_SHORT]
    long_entry, short_entry = bits[LONG_ENTRY], bits[SHORT_ENTRY]
    keep_range(allowed, min(first, facts.end), facts.end)
    for w in range(len(allowed)):  # a row a loop, else LLVM makes no vectors of it
        allowed[w] &= wants_long[w] ^ wants_short[w]
    for w in range(len(allowed)):
        long_entry[w] = wants_long[w] & allowed[w]
    for w in range(len(allowed)):
        short_entry[w] = wants_short[w] & allowed[w]


@njit_fused
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
    state.both_signals = state.blocked = state.distance = state.level = 0
    state.volume = state.margin_refused = 0
