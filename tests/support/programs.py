"""Decisions as a Program on an Arena of their own, so that both engines run the same strategy."""

from __future__ import annotations

from typing import Any

import numpy as np

from backtest.fast.bits import pack, word_count
from backtest.program import Arena, Code, Decisions, Distance, Program
from dsl.jit import F64, U64

_SIGNALS = (
    "long_entry",
    "short_entry",
    "long_exit",
    "short_exit",
    "entry_filter",
    "forced_exit",
    "friday_exit",
)
_DISTANCES = (
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "break_even",
    "break_even_offset",
)


def lowered(decisions: Decisions) -> tuple[Arena, Program]:
    """Return the decisions as an atom for each signal and a column for each distance in use."""
    n = len(decisions.long_entry)
    atoms: list[U64] = []
    codes: dict[str, Code] = {}
    for name in _SIGNALS:
        signal = getattr(decisions, name)
        codes[name] = (len(atoms),)
        if signal.all() if name == "entry_filter" else not signal.any():
            codes[name] = ()
        else:
            atoms.append(pack(signal))
    columns: list[F64] = []
    distances: dict[str, Distance | None] = {}
    for name in _DISTANCES:
        column = getattr(decisions, name)
        distances[name] = None
        if column is not None and (column == column[0]).all():
            distances[name] = Distance(float(column[0]))
        elif column is not None:
            distances[name] = Distance(2.0, len(columns))
            columns.append(column / 2.0)
    arena = Arena(
        np.array(columns, np.float64).reshape(len(columns), n),
        np.array(atoms, np.uint64).reshape(len(atoms), word_count(n)),
    )
    parts: dict[str, Any] = {**codes, **distances}
    program = Program(**parts, size=decisions.size, rules=decisions.rules, warmup=decisions.warmup)
    return arena, program
