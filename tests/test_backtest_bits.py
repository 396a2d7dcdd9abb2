"""Bits: packing, comparisons with tolerance, crosses and postfix logic against plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.fast import bits
from backtest.program import AND, FALSE, NOT, OR, TRUE
from dsl.jit import F64

LENGTHS = (1, 63, 64, 65, 200)


def exceeds(a: float, b: float, absolute: float, relative: float) -> bool:
    return a - b > absolute + relative * max(1.0, abs(a), abs(b))


def plain(operation: int, a: F64, b: F64, tolerance: tuple[float, float]) -> list[bool]:
    above = [exceeds(x, y, *tolerance) for x, y in zip(a, b, strict=True)]
    below = [exceeds(y, x, *tolerance) for x, y in zip(a, b, strict=True)]
    rows = range(len(a))
    return {
        bits.GT: above,
        bits.LT: below,
        bits.GE: [not x for x in below],
        bits.LE: [not x for x in above],
        bits.EQ: [not (above[t] or below[t]) for t in rows],
        bits.NE: [above[t] or below[t] for t in rows],
        bits.CROSSES_ABOVE: [t > 0 and not above[t - 1] and above[t] for t in rows],
        bits.CROSSES_BELOW: [t > 0 and not below[t - 1] and below[t] for t in rows],
    }[operation]


def columns(rng: np.random.Generator, n: int) -> tuple[F64, F64]:
    """Columns that are often equal, or apart by about the tolerance, and sometimes NaN."""
    a = rng.integers(-2, 3, n) * rng.choice([1.0, 1000.0])
    b = a + rng.choice([0.0, 0.9e-9, 1.1e-9, -1.1e-9, 0.9e-6, 1.1e-6, -1.0, 1.0], n)
    b[rng.random(n) < 0.1] = math.nan
    return a, b


@pytest.mark.parametrize("n", LENGTHS)
def test_packing_and_unpacking_give_the_signal_back_with_zero_tail(n: int) -> None:
    signal = np.random.default_rng(n).random(n) < 0.5
    words = bits.pack(signal)
    assert len(words) == bits.word_count(n)
    assert (bits.unpack(words, n) == signal).all()
    assert not bits.unpack(words, 64 * len(words))[n:].any()


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("operation", range(8))
def test_comparisons_follow_the_tolerance_rule(n: int, operation: int) -> None:
    rng = np.random.default_rng(100 * n + operation)
    for tolerance in ((0.0, 0.0), (1e-9, 0.0), (0.0, 1e-9)):
        a, b = columns(rng, n)
        words = np.full(bits.word_count(n), 7, np.uint64)
        bits.compare_columns(operation, a, b, *tolerance, words)
        assert bits.unpack(words, n).tolist() == plain(operation, a, b, tolerance)
        assert not bits.unpack(words, 64 * len(words))[n:].any()
        level = float(a[0])
        bits.compare_level(operation, b, level, *tolerance, words)
        assert bits.unpack(words, n).tolist() == plain(operation, b, np.full(n, level), tolerance)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((0,), lambda x, y: x),
        ((0, 1, AND), lambda x, y: x & y),
        ((0, 1, NOT, OR), lambda x, y: x | ~y),
        ((TRUE, 0, FALSE, 1, OR, AND, AND), lambda x, y: x & y),
    ],
)
def test_postfix_logic(code: tuple[int, ...], expected: object) -> None:
    assert callable(expected)
    rng = np.random.default_rng(1)
    x, y = rng.random(130) < 0.5, rng.random(130) < 0.5
    atoms = np.stack([bits.pack(x), bits.pack(y)])
    out = np.empty(3, np.uint64)
    encoded = np.array(code, np.int64)
    stack = np.empty((bits.stack_depth(encoded, len(atoms)), 3), np.uint64)
    bits.combine(encoded, atoms, stack, out)
    assert (bits.unpack(out, 130) == expected(x, y)).all()


@pytest.mark.parametrize("code", [(), (AND,), (0, 1), (0, AND), (NOT,), (0, -9), (2,)])
def test_malformed_logic_is_refused(code: tuple[int, ...]) -> None:
    assert bits.stack_depth(np.array(code, np.int64), 2) == -1


@pytest.mark.parametrize("n", LENGTHS)
def test_next_bit_is_the_first_set_one_inside_the_range(n: int) -> None:
    signal = np.random.default_rng(n).random(n) < 0.1
    words = bits.pack(signal)
    for first in range(n + 1):
        for end in (n // 2, n):
            rows = [t for t in range(first, end) if signal[t]]
            assert bits.next_bit(words, first, end) == (rows[0] if rows else end)
