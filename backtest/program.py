"""What the engines run: rules, sizes, decisions bar by bar (reference), and Programs (fast).

A Program refers to rows of an Arena: columns (a float64 a bar) and atoms (a bit a bar).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsl.jit import F64, U64, Bool1D

AND, OR, NOT, TRUE, FALSE = -1, -2, -3, -4, -5
Code = tuple[
    int, ...
]  # postfix: a number >= 0 pushes that atom, the others are the operations above


@dataclass(frozen=True, slots=True)
class Size:
    """Volume: fixed lots, or the percentage of the balance at risk to the stop loss."""

    mode: Literal["lots", "risk"]
    value: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Account rules of the expert; 0 switches a rule off."""

    reverse: bool = False
    max_bars: int = 0
    trades_per_day: int = 0
    daily_loss: float = 0.0  # percent
    drawdown_stop: float = 0.0  # percent
    max_slippage: int = 0  # points; entries are refused where the costs' slippage is larger


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What a strategy wants at the open of every bar: bool[n] signals, float64[n] distances (None:
    not used).

    `entry_filter` already contains "no entries before a Friday or session close". No entry happens
    before row `warmup`, whatever the arrays hold there.
    """

    long_entry: Bool1D
    short_entry: Bool1D
    long_exit: Bool1D
    short_exit: Bool1D
    entry_filter: Bool1D
    forced_exit: Bool1D
    friday_exit: Bool1D
    stop_loss: F64 | None
    take_profit: F64 | None
    trailing_stop: F64 | None
    break_even: F64 | None
    break_even_offset: F64 | None
    size: Size
    rules: Rules
    warmup: int


@dataclass(frozen=True, slots=True)
class Distance:
    """Quote currency at bar t: factor * column[t], or the factor alone where `column` is -1."""

    factor: float
    column: int = -1


@dataclass(frozen=True, slots=True)
class Program:
    """A strategy lowered onto an arena. An empty Code means never (for `entry_filter`: always)."""

    long_entry: Code
    short_entry: Code
    long_exit: Code
    short_exit: Code
    entry_filter: Code
    forced_exit: Code
    friday_exit: Code
    stop_loss: Distance | None
    take_profit: Distance | None
    trailing_stop: Distance | None
    break_even: Distance | None
    break_even_offset: Distance | None
    size: Size
    rules: Rules
    warmup: int


@dataclass(frozen=True, slots=True, eq=False)
class Arena:
    """Rows that Programs refer to.

    columns: float64[rows, n]. atoms: uint64[rows, ceil(n / 64)]; bar t is bit t % 64 of word
    t // 64.
    """

    columns: F64
    atoms: U64
