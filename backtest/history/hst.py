"""MetaTrader 4 history files (.hst), versions 400 and 401.

A header of 148 bytes (version, copyright, symbol, period in minutes, digits, times of
synchronisation) and records of 44 or 60 bytes, little-endian. Version 400 stores low before high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.history.checks import Rows
from backtest.history.layout import PRICES
from backtest.history.text import Table
from dsl.errors import DataError
from dsl.timeframes import MINUTE, TIMEFRAMES

HEADER_BYTES = 148
_RECORDS = {
    401: np.dtype(
        [
            *(("time", "<i8"), ("open", "<f8"), ("high", "<f8"), ("low", "<f8"), ("close", "<f8")),
            *(("volume", "<i8"), ("spread", "<i4"), ("real_volume", "<i8")),
        ]
    ),
    400: np.dtype(
        [
            *(("time", "<i4"), ("open", "<f8"), ("low", "<f8"), ("high", "<f8"), ("close", "<f8")),
            ("volume", "<f8"),
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class HstFile:
    """What an .hst file holds: its bars and the facts of its header."""

    table: Table
    symbol: str
    timeframe: int
    digits: int


def is_hst(content: bytes) -> bool:
    """Tell whether bytes begin like an .hst file."""
    return int.from_bytes(content[:4], "little") in _RECORDS and b"\0" in content[4:HEADER_BYTES]


def read_hst(content: bytes, place: str) -> HstFile:
    """Return the bars of an .hst file.

    Raises:
        DataError: It is cut short or its header makes no sense.
    """
    record = _RECORDS[int.from_bytes(content[:4], "little")]
    body = len(content) - HEADER_BYTES
    if body < record.itemsize:
        raise DataError(f"{place}: the .hst file holds no bars")
    if body % record.itemsize:
        raise DataError(
            f"{place}: bar {body // record.itemsize + 1} is cut short: "
            f"{body % record.itemsize} of {record.itemsize} bytes"
        )
    symbol = content[68:80].split(b"\0")[0].decode("latin-1")
    minutes, digits = (int.from_bytes(content[at : at + 4], "little") for at in (80, 84))
    if minutes * MINUTE not in TIMEFRAMES.values() or digits > 8:
        raise DataError(
            f"{place}: the header states a period of {minutes} minutes and {digits} digits",
            hint=f"periods are {', '.join(TIMEFRAMES)}; digits 0 to 8",
        )
    bars = np.frombuffer(content, record, offset=HEADER_BYTES)
    prices = {name: np.ascontiguousarray(bars[name]) for name in PRICES}
    rows = Rows(place, 1, bars["time"].astype(np.int64), prices, unit="bar")
    spread = bars["spread"].astype(np.float64) if "spread" in (record.names or ()) else None
    table = Table(rows, bars["volume"].astype(np.float64), spread)
    return HstFile(table, symbol, minutes * MINUTE, digits)
