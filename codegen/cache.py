"""The cache of computed rows: columns and atoms of nodes, found by digest, bounded by bytes.

Rows used by the chunk at hand are pinned: stamped with its number. When a pool is full, the rows
that were used longest ago go, a quarter of the pool at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from backtest.fast.bits import word_count
from backtest.market import Market
from backtest.program import Arena
from backtest.resample import bucket_numbers, resampled
from codegen.fields import Field, bar_field
from codegen.larger import bars_per_bucket
from dsl.jit import I64

ATOM_SHARE = 0.125  # of the bytes; an atom is 64 times smaller than a column
MOST_ROWS = 1 << 17
FEWEST_ROWS = 16


class PoolFullError(Exception):
    """Every row of a pool is pinned by the chunk at hand; it has to be run first."""

    def __init__(self, pool: RowPool) -> None:
        super().__init__("all rows are pinned")
        self.pool = pool


class RowPool:
    """Rows of one array, each under a key; found again by it.

    stamps and warmups hold a value a row: the last chunk that used it, its node's rows of warm-up.
    """

    def __init__(self, rows: int, width: int, dtype: npt.DTypeLike) -> None:
        self.data: npt.NDArray[Any] = np.empty((rows, width), dtype)  # touched only as it fills
        self.row_of: dict[bytes, int] = {}
        self.keys: list[bytes] = [b""] * rows
        self.stamps = [0] * rows
        self.warmups = [0] * rows
        self.free = list(range(rows - 1, -1, -1))

    def allocate(self, key: bytes, warmup: int, now: int, pinned: int) -> int:
        """Return a row for a new key, used by the chunk `now`; rows in use since `pinned` stay.

        Raises:
            PoolFullError: All rows are pinned.
        """
        if not self.free:
            self._evict(pinned)
        row = self.free.pop()
        self.row_of[key] = row
        self.keys[row] = key
        self.stamps[row] = now
        self.warmups[row] = warmup
        return row

    def forget(self, row: int) -> None:
        """Free a row that no job fills."""
        del self.row_of[self.keys[row]]
        self.free.append(row)

    def grow(self) -> None:
        """Double the rows: one strategy alone needs more than there are."""
        rows = len(self.keys)
        self.data = np.concatenate([self.data, np.empty_like(self.data)])
        for values in (self.stamps, self.warmups):
            values.extend([0] * rows)
        self.keys.extend([b""] * rows)
        self.free.extend(range(2 * rows - 1, rows - 1, -1))

    def _evict(self, pinned: int) -> None:
        old = [row for row, stamp in enumerate(self.stamps) if stamp < pinned]
        if not old:
            raise PoolFullError(self)
        old.sort(key=self.stamps.__getitem__)
        for row in old[: max(1, len(self.keys) // 4)]:
            del self.row_of[self.keys[row]]
            self.free.append(row)


class Larger(NamedTuple):
    """The cache of a higher timeframe, and for each bar of the chart its row there."""

    cache: ColumnCache
    buckets: I64


class ColumnCache:
    """Columns and atoms of one series of bars; evaluators of windows of the same bars share it.

    Args:
        market: Its bars, and its costs where the spread is not known. The window does not matter.
        cache_bytes: Bound of the rows' memory; a single strategy that needs more gets it.
    """

    def __init__(self, market: Market, cache_bytes: int = 1 << 29) -> None:
        self.market = market
        self._bytes = cache_bytes
        self.bars = len(market.bars)
        self.point = market.bars.point
        words = word_count(self.bars)
        self.columns = RowPool(
            _rows(cache_bytes * (1 - ATOM_SHARE), 8 * self.bars), self.bars, np.float64
        )
        self.atoms = RowPool(_rows(cache_bytes * ATOM_SHARE, 8 * words), words, np.uint64)
        self.now = self.pinned = 1  # the chunk at hand; the oldest one whose rows are in use
        self._arena = Arena(self.columns.data, self.atoms.data)
        self._fields: dict[str, Field] = {}
        self._larger: dict[int, Larger] = {}

    @property
    def arena(self) -> Arena:
        """Return the rows as Programs refer to them."""
        current = self._arena
        if current.columns is not self.columns.data or current.atoms is not self.atoms.data:
            self._arena = Arena(self.columns.data, self.atoms.data)
        return self._arena

    def field(self, name: str) -> Field:
        """Return what a leaf reads of the bars, computed once."""
        found = self._fields.get(name)
        if found is None:
            found = self._fields[name] = bar_field(self.market, name)
        return found

    def larger(self, timeframe: int) -> Larger:
        """Return the cache of a higher timeframe (seconds) over the same history, made once.

        Raises:
            CodegenError: These bars do not make whole bars of it.
        """
        found = self._larger.get(timeframe)
        if found is None:
            bars = self.market.bars
            ratio = bars_per_bucket(timeframe, bars.timeframe)
            market = replace(self.market, bars=resampled(bars, timeframe))
            cache = ColumnCache(market, self._bytes // ratio)
            found = Larger(cache, bucket_numbers(bars.time, timeframe))
            self._larger[timeframe] = found
        return found

    def serves(self, market: Market) -> bool:
        """Return whether the columns of this cache are those of the market."""
        own = self.market
        return market.bars is own.bars and market.costs.spread == own.costs.spread


def _rows(share: float, row_bytes: int) -> int:
    return max(FEWEST_ROWS, min(MOST_ROWS, int(share / max(1, row_bytes))))
