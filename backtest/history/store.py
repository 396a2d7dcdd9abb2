"""The stored form of bars: an .npz of small integer columns, with a line of facts and the hash.

An .npz needs no further library, and holds ten million bars in about as much as parquet does: time
as steps, the open against the close before it, the other prices against the open, each in the
smallest integers that hold it, deflated.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backtest.bars import Bars
from backtest.files import write_whole
from backtest.history.symbols import check_symbol
from dsl.errors import DataError
from dsl.jit import I64

STORE_FORMAT = 2
COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
_SMALLEST = (np.int8, np.int16, np.int32, np.int64)
_FAST = 1  # level of deflate: higher ones take ten times as long and save a tenth
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of the members: the bytes depend on the bars alone


def write_bars(path: Path, bars: Bars) -> None:
    """Store bars under a name ending in .npz; the file is whole or absent."""
    write_whole(path, bars_bytes(bars))


def bars_bytes(bars: Bars) -> bytes:
    """Return the stored form; the same bars give the same bytes."""
    facts = {
        "format": STORE_FORMAT,
        "symbol": bars.symbol,
        "timeframe": bars.timeframe,
        "digits": bars.digits,
        "timezone": bars.timezone,
        "data_hash": bars.data_hash,
        "first": [int(column[0]) if len(column) else 0 for column in (bars.time, bars.open)],
    }
    members = {"facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as archive:
        for name in ("facts", *COLUMNS):
            column = members[name] if name in members else _small(_coded(bars, name))
            with archive.open(zipfile.ZipInfo(f"{name}.npy", _EPOCH), "w", force_zip64=True) as out:
                np.lib.format.write_array(out, column, allow_pickle=False)
    return buffer.getvalue()


def _coded(bars: Bars, name: str) -> I64:
    """Return a column as differences that are small."""
    column: I64 = getattr(bars, name)
    if name == "time":
        return np.concatenate([[0], np.diff(column)])
    if name == "open":
        return np.concatenate([[0], column[1:] - bars.close[:-1]])
    return column - bars.open if name in ("high", "low", "close") else column


def _small(column: I64) -> npt.NDArray[np.signedinteger]:
    """Return the column in the smallest integers that hold all of it."""
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    kind = next(k for k in _SMALLEST if np.iinfo(k).min <= low and high <= np.iinfo(k).max)
    small: npt.NDArray[np.signedinteger] = column.astype(np.dtype(kind).newbyteorder("<"))
    return small


def bars_from_bytes(content: bytes, place: str) -> Bars:
    """Return the bars of a stored file, or raise DataError when it is not one or was damaged."""
    again = "make it again with `genfx data import`"
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            facts = json.loads(stored["facts"].tobytes())
            if facts["format"] != STORE_FORMAT:
                raise DataError(
                    f"{place}: stored in format {facts['format']}, this genfx reads {STORE_FORMAT}",
                    hint=again,
                )
            columns = {name: stored[name].astype(np.int64) for name in COLUMNS}
        _decode(columns, *facts["first"])
        bars = Bars(
            **{name: facts[name] for name in ("symbol", "timeframe", "digits", "timezone")},
            **columns,
        )
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as problem:
        raise DataError(
            f"{place}: is no stored bars file, or was cut short", hint=again
        ) from problem
    check_symbol(bars.symbol, place)
    if bars.data_hash != facts["data_hash"]:
        raise DataError(f"{place}: the bars do not match the hash beside them; the file is damaged")
    return bars


def _decode(columns: dict[str, I64], first_time: int, first_open: int) -> None:
    """Undo the differences, in place."""
    columns["time"] = np.cumsum(columns["time"]) + first_time
    # open[t] - close[t-1] and close[t] - open[t] add up to steps of the close.
    columns["close"] = np.cumsum(columns["open"] + columns["close"]) + first_open
    columns["open"] = columns["open"] + np.concatenate([[first_open], columns["close"][:-1]])
    for name in ("high", "low"):
        columns[name] = columns[name] + columns["open"]
    for column in columns.values():
        column.setflags(write=False)
