"""The tolerance of comparisons and zero tests: once for kernels, once in plain Python for meanings.

a > b means a - b > e, with e = e_abs + e_rel * max(1, |a|, |b|), so that the last bits of a running
sum never decide a trade. Kinds choose e_abs and e_rel (`dsl.kinds.tolerance`).
"""

from __future__ import annotations

from dsl.jit import njit


@njit
def slack(a: float, b: float, e_abs: float, e_rel: float) -> float:
    """Return e for this pair of values."""
    return e_abs + e_rel * max(1.0, max(abs(a), abs(b)))


@njit
def exceeds(a: float, b: float, e_abs: float, e_rel: float) -> bool:
    """Return whether a lies above b by more than e."""
    return a - b > slack(a, b, e_abs, e_rel)


@njit
def step_between(before: float, after: float, e_abs: float, e_rel: float) -> float:
    """Return after - before, and 0 where the two are equal by e."""
    step = after - before
    return step if abs(step) > slack(before, after, e_abs, e_rel) else 0.0


def allowance(a: float, b: float, e_abs: float, e_rel: float) -> float:
    """Return e for this pair of values, without numba."""
    return e_abs + e_rel * max(1.0, abs(a), abs(b))


def is_more(a: float, b: float, e_abs: float, e_rel: float) -> bool:
    """Return whether a lies above b by more than e, without numba."""
    return a - b > allowance(a, b, e_abs, e_rel)


def step_of(before: float, after: float, e_abs: float, e_rel: float) -> float:
    """Return after - before, and 0 where the two are equal by e, without numba."""
    return after - before if abs(after - before) > allowance(before, after, e_abs, e_rel) else 0.0
