"""Rounding of the contract's rules 7 and 25: numbers to integers with slack, money to cents."""

from __future__ import annotations

import math

SLACK = 1e-6


def floor_slack(x: float) -> int:
    """Round down, where what lies 1e-6 below an integer counts as that integer."""
    return math.floor(x + SLACK)


def ceil_slack(x: float) -> int:
    """Round up, where what lies 1e-6 above an integer counts as that integer."""
    return math.ceil(x - SLACK)


def money(x: float) -> float:
    """Round to whole cents, half away from zero; never -0.0."""
    cents = math.floor(100.0 * abs(x) + 0.5 + SLACK) / 100.0
    return -cents if x < 0 < cents else cents


def book(balance: float, amount: float) -> float:
    """Return the balance after `amount`: a sum of cents, kept exactly on the cent."""
    return money(balance + amount)
