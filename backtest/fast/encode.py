"""Programs and markets as the flat arrays of the fast engines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.fast.bits import stack_depth, word_count
from backtest.fast.types import UNUSED, Programs, Row, record_dtype, records
from backtest.program import Arena, Distance, Program
from dsl.jit import I64, njit

PARTS = (
    "long_entry",
    "short_entry",
    "long_exit",
    "short_exit",
    "entry_filter",
    "forced_exit",
    "friday_exit",
)
ROW = record_dtype(Row)
_NONE = (0.0, UNUSED)
_COLUMNS = tuple(name for name in ROW.names or () if name.endswith("_column"))


def encode(programs: Sequence[Program]) -> Programs:
    """Return the programs as arrays."""
    rows = np.array([_row(program) for program in programs], ROW)
    code: list[int] = []
    parts: list[int] = []
    for p in programs:
        for part in (
            p.long_entry,
            p.short_entry,
            p.long_exit,
            p.short_exit,
            p.entry_filter,
            p.forced_exit,
            p.friday_exit,
        ):
            parts.append(len(code))
            code.extend(part)
        parts.append(len(code))
    shape = (len(programs), len(PARTS) + 1)
    return Programs(
        records(rows, Row), np.array(code, np.int64), np.array(parts, np.int64).reshape(shape)
    )


def _row(program: Program) -> tuple[float, ...]:
    rules, size = program.rules, program.size
    return (
        *_pair(program.stop_loss),
        *_pair(program.take_profit),
        *_pair(program.trailing_stop),
        *_pair(program.break_even),
        *_pair(program.break_even_offset),
        size.mode == "risk",
        size.value,
        rules.reverse,
        rules.max_bars,
        rules.trades_per_day,
        rules.daily_loss,
        rules.drawdown_stop,
        rules.max_slippage,
        program.warmup,
    )


def _pair(distance: Distance | None) -> tuple[float, int]:
    return _NONE if distance is None else (distance.factor, distance.column)


def check(programs: Programs, arena: Arena, bars: int) -> int:
    """Return the depth of stack the programs need; refuse those the arena cannot serve.

    Raises:
        ValueError: An atom or column the arena lacks, a malformed code, rows of a wrong length: the
            kernels do not check bounds.
    """
    if arena.atoms.shape[1] != word_count(bars) or arena.columns.shape[1] != bars:
        raise ValueError(f"the arena's rows are not of {bars} bars")
    table = np.asarray(programs.rows)
    for name in _COLUMNS:
        if table[name].max(initial=UNUSED) >= len(arena.columns):
            raise ValueError(f"a program's {name} is not a row of the arena")
    depth = deepest_stack(programs.code, programs.parts, len(arena.atoms))
    if depth < 0:
        raise ValueError("a program's code is malformed or refers to an atom the arena lacks")
    return depth


@njit
def deepest_stack(code: I64, parts: I64, atoms: int) -> int:
    """Return the largest stack depth of all codes, -1 where one is malformed."""
    deepest = 1
    for k in range(parts.shape[0]):
        for j in range(parts.shape[1] - 1):
            if parts[k, j] == parts[k, j + 1]:
                continue
            depth = stack_depth(code[parts[k, j] : parts[k, j + 1]], atoms)
            if depth < 0:
                return -1
            deepest = max(deepest, depth)
    return deepest
