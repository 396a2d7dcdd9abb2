"""Signals as bits: bar t is bit t % 64 of word t // 64, bits after the last bar are 0.

Owns packing, comparisons straight into bits (contract, rule 6) and postfix logic over words. The
loops over 64 lanes are written so that LLVM turns them into vector compares. Rows that a node's
warm-up covers may hold anything: `Program.warmup` keeps them from every decision.
"""

from __future__ import annotations

import numpy as np

from backtest.program import AND, FALSE, NOT, OR, TRUE
from dsl.jit import F64, I64, U64, Bool1D, njit, njit_fused, trailing_zeros

GT, GE, LT, LE, EQ, NE, CROSSES_ABOVE, CROSSES_BELOW = range(8)
ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


def word_count(bars: int) -> int:
    """Return how many words hold a bit for each of `bars` bars."""
    return (bars + 63) // 64


def pack(signal: Bool1D) -> U64:
    """Return the words of a signal, uint64[ceil(n / 64)]."""
    words = np.empty(word_count(len(signal)), np.uint64)
    pack_into(signal, words)
    return words


def unpack(words: U64, bars: int) -> Bool1D:
    """Return the first `bars` bits as bool[bars]."""
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")
    return bits[:bars].astype(np.bool_)


@njit
def pack_into(signal: Bool1D, out: U64) -> None:
    """Write the words of a C-contiguous signal, bool[n], into out, uint64[ceil(n / 64)]."""
    bars = len(signal)
    for w in range(bars >> 6):
        lanes = signal[w * 64 : w * 64 + 64]
        word = np.uint64(0)
        for j in range(64):
            word |= np.uint64(lanes[j]) << np.uint64(j)
        out[w] = word
    if bars & 63:
        first = bars & ~63
        word = np.uint64(0)
        for j in range(bars - first):
            word |= np.uint64(signal[first + j]) << np.uint64(j)
        out[bars >> 6] = word


@njit
def _exceeds(a: float, b: float, absolute: float, relative: float) -> bool:
    """Rule 6: a is above b by more than the tolerance; NaN never is."""
    scale = abs(a)
    scale = scale if scale > 1.0 else 1.0
    other = abs(b)
    scale = other if other > scale else scale
    return a - b > absolute + relative * scale


@njit
def _above_columns(a: F64, b: F64, absolute: float, relative: float, out: U64) -> None:
    """Write the bits of a > b; the tail is a loop of its own: the main one has a fixed count."""
    bars = len(a)
    for w in range(bars >> 6):
        x = a[w * 64 : w * 64 + 64]
        y = b[w * 64 : w * 64 + 64]
        word = np.uint64(0)
        if relative == 0.0:
            for j in range(64):
                word |= np.uint64(x[j] - y[j] > absolute) << np.uint64(j)
        else:
            for j in range(64):
                word |= np.uint64(_exceeds(x[j], y[j], absolute, relative)) << np.uint64(j)
        out[w] = word
    if bars & 63:
        first = bars & ~63
        word = np.uint64(0)
        for j in range(bars - first):
            above = _exceeds(a[first + j], b[first + j], absolute, relative)
            word |= np.uint64(above) << np.uint64(j)
        out[bars >> 6] = word


@njit
def _beyond_level(a: F64, level: float, below: bool, tolerance: F64, out: U64) -> None:
    """Write the bits of a > level (`below`: level > a); tolerance is (absolute, relative)."""
    bars = len(a)
    absolute, relative = tolerance[0], tolerance[1]
    sign = -1.0 if below else 1.0  # level - a is exactly -(a - level), and so is each scale
    goal = sign * level
    for w in range(bars >> 6):
        x = a[w * 64 : w * 64 + 64]
        word = np.uint64(0)
        if relative == 0.0:
            for j in range(64):
                word |= np.uint64(sign * x[j] - goal > absolute) << np.uint64(j)
        else:
            for j in range(64):
                word |= np.uint64(_exceeds(sign * x[j], goal, absolute, relative)) << np.uint64(j)
        out[w] = word
    if bars & 63:
        first = bars & ~63
        word = np.uint64(0)
        for j in range(bars - first):
            above = _exceeds(sign * a[first + j], goal, absolute, relative)
            word |= np.uint64(above) << np.uint64(j)
        out[bars >> 6] = word


@njit
def invert(words: U64, bars: int) -> None:
    """Flip the bits of `bars` bars in place."""
    for w in range(len(words)):
        words[w] = ~words[w]
    if bars & 63:
        words[-1] &= ONES >> np.uint64(64 - (bars & 63))


@njit
def keep_starts(words: U64) -> None:
    """Keep, in place, only bits whose bar before is not set; never the first bar's."""
    before = np.uint64(1)
    for w in range(len(words)):
        word = words[w]
        words[w] = word & ~((word << np.uint64(1)) | before)
        before = word >> np.uint64(63)


@njit
def _finish(operation: int, bars: int, out: U64) -> None:
    """Turn the bits of > (or of < for LT, GE, CROSSES_BELOW) into those of the operation."""
    if operation in (GE, LE):
        invert(out, bars)
    elif operation in (CROSSES_ABOVE, CROSSES_BELOW):
        keep_starts(out)


@njit
def _reversed(operation: int) -> bool:
    """Return whether an operation is derived from b > a instead of a > b."""
    return operation in (LT, GE, CROSSES_BELOW)


@njit
def compare_columns(
    operation: int, a: F64, b: F64, absolute: float, relative: float, out: U64
) -> None:
    """Write the bits of `a operation b` into out, uint64[ceil(n / 64)].

    Args:
        operation: GT, GE, LT, LE, EQ, NE, CROSSES_ABOVE or CROSSES_BELOW.
        a, b: Columns, float64[n], C-contiguous.
        absolute, relative: Tolerance of the kind, one of them 0.
        out: Words, overwritten.
    """
    if operation in (EQ, NE):
        other = np.empty_like(out)
        _above_columns(a, b, absolute, relative, out)
        _above_columns(b, a, absolute, relative, other)
        for w in range(len(out)):
            out[w] |= other[w]
        if operation == EQ:
            invert(out, len(a))
        return
    if _reversed(operation):
        _above_columns(b, a, absolute, relative, out)
    else:
        _above_columns(a, b, absolute, relative, out)
    _finish(operation, len(a), out)


@njit
def compare_level(
    operation: int, a: F64, level: float, absolute: float, relative: float, out: U64
) -> None:
    """Write the bits of `a operation level` into out, as `compare_columns` does."""
    tolerance = np.array([absolute, relative])
    if operation in (EQ, NE):
        other = np.empty_like(out)
        _beyond_level(a, level, False, tolerance, out)
        _beyond_level(a, level, True, tolerance, other)
        for w in range(len(out)):
            out[w] |= other[w]
        if operation == EQ:
            invert(out, len(a))
        return
    _beyond_level(a, level, _reversed(operation), tolerance, out)
    _finish(operation, len(a), out)


@njit_fused
def _fold(operation: int, other: U64, into: U64) -> None:
    """Write `into AND other` or `into OR other` into `into`."""
    if operation == AND:
        for w in range(len(into)):
            into[w] &= other[w]
    else:
        for w in range(len(into)):
            into[w] |= other[w]


@njit_fused
def combine(code: I64, atoms: U64, stack: U64, out: U64) -> None:
    """Evaluate postfix logic over words; bits after the last bar may be set by NOT and TRUE.

    Args:
        code: int64[m], m >= 1: rows of atoms and the operations of `backtest.program`.
        atoms: uint64[rows, words].
        stack: uint64[depth, words], scratch, depth at least `stack_depth` of the code.
        out: uint64[words], also the bottom of the stack.
    """
    top, k = -1, 0
    while k < len(code):
        operation = code[k]
        k += 1
        if operation in (AND, OR):
            top -= 1
            _fold(operation, stack[top + 1], stack[top] if top > 0 else out)
        elif operation == NOT:
            words = stack[top] if top > 0 else out
            for w in range(len(words)):
                words[w] = ~words[w]
        elif operation < 0:
            top += 1
            words = stack[top] if top > 0 else out
            constant = ONES if operation == TRUE else np.uint64(0)
            for w in range(len(words)):
                words[w] = constant
        elif top >= 0 and k < len(code) and code[k] in (AND, OR):  # needs no place of its own
            _fold(code[k], atoms[operation], stack[top] if top > 0 else out)
            k += 1
        else:
            top += 1
            words = stack[top] if top > 0 else out
            atom = atoms[operation]
            for w in range(len(words)):
                words[w] = atom[w]


@njit_fused
def stack_depth(code: I64, atoms: int) -> int:
    """Return the largest number of signals a code holds at once, -1 where the code is malformed.

    Args:
        code: Postfix code, int64[m].
        atoms: How many rows of atoms there are.
    """
    depth = deepest = 0
    for operation in code:
        if operation >= atoms or operation < FALSE:
            return -1
        if operation in (AND, OR):
            depth -= 1
        elif operation != NOT:
            depth += 1
        if depth < 1:
            return -1
        deepest = max(deepest, depth)
    return deepest if depth == 1 else -1


@njit_fused
def test_bit(words: U64, t: int) -> bool:
    """Return the bit of bar t."""
    return bool((words[t >> 6] >> np.uint64(t & 63)) & np.uint64(1))


@njit_fused
def next_bit(words: U64, t: int, end: int) -> int:
    """Return the first bar from t on whose bit is set, `end` where there is none before it."""
    if t >= end:
        return end
    w = t >> 6
    word = words[w] & (ONES << np.uint64(t & 63))
    last = (end - 1) >> 6
    while word == 0 and w < last:
        w += 1
        word = words[w]
    if word == 0:
        return end
    return min(end, w * 64 + trailing_zeros(word))
