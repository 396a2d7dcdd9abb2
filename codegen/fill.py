"""Jobs that fill new rows of the cache, each a kernel call or a comparison straight into bits.

Jobs of one wave do not depend on each other and may run on any threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any, assert_never

import numpy as np

from backtest.fast.bits import (
    combine,
    compare_columns,
    compare_level,
    pack_into,
    stack_depth,
    unpack,
)
from backtest.program import Code
from codegen.cache import ColumnCache, Larger
from dsl.jit import F64, I64, Bool1D, njit
from dsl.registry import NodeType


@dataclass(frozen=True, slots=True)
class Column:
    """A kernel's input that is a row of the cache."""

    row: int


@dataclass(frozen=True, slots=True)
class Level:
    """A kernel's input that is the same at every bar."""

    value: float


@dataclass(frozen=True, slots=True)
class Logic:
    """A kernel's input that is a signal, to be spread over an array of booleans."""

    code: Code


Source = Column | Level | Logic


@dataclass(frozen=True, slots=True)
class Target:
    """A row that an output of a kernel fills."""

    output: int
    row: int
    is_atom: bool


@dataclass(frozen=True, slots=True)
class CallJob:
    """One kernel call.

    skipped: Rows of the inputs that the kernel does not see (their warm-up), or a leaf's shift.
    warmup: First row whose value is used, from the first bar. arguments: Parameters and tolerance.
    """

    type: NodeType
    inputs: tuple[Source, ...]
    arguments: tuple[Any, ...]
    skipped: int
    warmup: int
    targets: tuple[Target, ...]

    def run(self, cache: ColumnCache) -> float:
        """Fill the rows; return the seconds spent in kernels."""
        given = [_array(source, cache)[self.skipped :] for source in self.inputs]
        fields = [cache.field(name) for name in self.type.fields]
        kernel = self.type.kernel
        assert kernel is not None
        start = perf_counter()
        found = kernel(*given, *fields, *self.arguments)
        outputs = found if len(self.type.outputs) > 1 else (found,)
        for target in self.targets:
            if target.is_atom:
                atom = cache.atoms.data[target.row]
                _place_signal(outputs[target.output], self.skipped, self.warmup, cache.bars, atom)
            else:
                column = cache.columns.data[target.row]
                _place(outputs[target.output], self.skipped, self.warmup, column)
        return perf_counter() - start


@dataclass(frozen=True, slots=True)
class CompareJob:
    """One comparison of columns, or of a column with a level, into an atom."""

    operation: int
    left: Column
    right: Column | Level
    tolerance: tuple[float, float]
    atom: int

    def run(self, cache: ColumnCache) -> float:
        """Fill the atom; return the seconds spent in kernels."""
        columns, out = cache.columns.data, cache.atoms.data[self.atom]
        left = columns[self.left.row]
        start = perf_counter()
        if isinstance(self.right, Level):
            compare_level(self.operation, left, self.right.value, *self.tolerance, out)
        else:
            compare_columns(self.operation, left, columns[self.right.row], *self.tolerance, out)
        return perf_counter() - start


@dataclass(frozen=True, slots=True)
class AlignJob:
    """A value of a higher timeframe brought to the bars of the chart."""

    larger: Larger
    source: Source
    warmup: int
    target: Target

    def run(self, cache: ColumnCache) -> float:
        """Fill the row; return the seconds spent in kernels."""
        values: Any = _array(self.source, self.larger.cache)
        start = perf_counter()
        if self.target.is_atom:
            atom = cache.atoms.data[self.target.row]
            _spread_signal(values, self.larger.buckets, self.warmup, atom)
        else:
            column = cache.columns.data[self.target.row]
            _spread(values, self.larger.buckets, self.warmup, column)
        return perf_counter() - start


Job = CallJob | CompareJob | AlignJob


def reads(source: Source) -> tuple[tuple[bool, int], ...]:
    """Return the rows (is atom, row) that an input of a kernel reads."""
    match source:
        case Column(row):
            return ((False, row),)
        case Level():
            return ()
        case Logic(code):
            return tuple((True, row) for row in code if row >= 0)
        case _:
            assert_never(source)


def signal_values(code: Code, cache: ColumnCache) -> Bool1D:
    """Return a signal as bool[n]."""
    atoms, steps = cache.atoms.data, np.array(code, np.int64)
    out = np.empty(atoms.shape[1], np.uint64)
    stack = np.empty((stack_depth(steps, len(atoms)), len(out)), np.uint64)
    combine(steps, atoms, stack, out)
    return unpack(out, cache.bars)


def _array(source: Source, cache: ColumnCache) -> F64 | Bool1D:
    if isinstance(source, Column):
        column: F64 = cache.columns.data[source.row]
        return column
    if isinstance(source, Level):
        return np.full(cache.bars, source.value)
    return signal_values(source.code, cache)


@njit
def _spread(values: F64, buckets: I64, warmup: int, out: F64) -> None:
    """Write the value of each bar's bucket into a row, NaN before `warmup`."""
    out[:warmup] = np.nan
    for t in range(warmup, len(out)):
        out[t] = values[buckets[t]]


@njit
def _spread_signal(values: Bool1D, buckets: I64, warmup: int, out: np.ndarray) -> None:
    """Write the signal of each bar's bucket into words, false before `warmup`."""
    signal = np.zeros(len(buckets), dtype=np.bool_)
    for t in range(warmup, len(buckets)):
        signal[t] = values[buckets[t]]
    pack_into(signal, out)


@njit
def _place(found: F64, skipped: int, warmup: int, out: F64) -> None:
    """Write a kernel's result into a row: row t holds found[t - skipped], NaN before `warmup`."""
    out[:warmup] = np.nan
    for t in range(warmup, len(out)):
        out[t] = found[t - skipped]


@njit
def _place_signal(found: Bool1D, skipped: int, warmup: int, bars: int, out: np.ndarray) -> None:
    """Write a kernel's signal into words, false before `warmup`."""
    signal = np.zeros(bars, dtype=np.bool_)
    for t in range(warmup, bars):
        signal[t] = found[t - skipped]
    pack_into(signal, out)
