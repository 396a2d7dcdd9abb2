"""Bars: a checked series of bid bars of one symbol and timeframe, prices in whole points."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from dsl.jit import F64, I64


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Bars:
    """Bid bars, oldest first. All arrays are int64[n] and read-only; times strictly increase.

    symbol: Name, for messages and emitted headers. timeframe: Bar period in seconds. digits:
    Decimals of a price; a point is 10**-digits. time: Open time, seconds since 1970 on the broker's
    clock. open, high,
    low, close: Prices in points. tick_volume: Ticks. spread: Points, 0 where not known. timezone:
    The clock of `time`, as the user stated it.
    """

    symbol: str
    timeframe: int
    digits: int
    time: I64
    open: I64
    high: I64
    low: I64
    close: I64
    tick_volume: I64
    spread: I64
    timezone: str = "server"

    def __len__(self) -> int:
        return len(self.time)

    @property
    def point(self) -> float:
        """Return the size of a point in quote currency."""
        return float(1 / 10**self.digits)

    @property
    def data_hash(self) -> str:
        """Return the hash of everything above, the same on every machine."""
        return _data_hash(self)

    def between(self, first: int, last: int) -> Bars:
        """Return the bars of rows first..last-1."""
        columns = ("time", "open", "high", "low", "close", "tick_volume", "spread")
        return replace(self, **{name: getattr(self, name)[first:last] for name in columns})

    def price(self, name: str) -> F64:
        """Return open, high, low or close: the doubles nearest to the decimal prices."""
        return _prices(self, name)


@lru_cache(maxsize=64)
def _prices(bars: Bars, name: str) -> F64:
    column: F64 = getattr(bars, name) / float(10**bars.digits)
    column.setflags(write=False)
    return column


@lru_cache(maxsize=64)
def _data_hash(bars: Bars) -> str:
    head = f"{bars.symbol}|{bars.timeframe}|{bars.digits}|{bars.timezone}|{len(bars)}|"
    digest = hashlib.blake2b(head.encode(), digest_size=16)
    for name in ("time", "open", "high", "low", "close", "tick_volume", "spread"):
        digest.update(np.ascontiguousarray(getattr(bars, name), dtype="<i8").tobytes())
    return digest.hexdigest()
