"""The stored form of bars: a compressed .npz of int64 columns and a line of facts with the hash."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from backtest.bars import Bars
from backtest.files import write_whole
from dsl.errors import DataError

STORE_FORMAT = 1
COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")


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
    }
    text = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
    columns = {name: np.ascontiguousarray(getattr(bars, name), "<i8") for name in COLUMNS}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        facts=text,
        time=columns["time"],
        open=columns["open"],
        high=columns["high"],
        low=columns["low"],
        close=columns["close"],
        tick_volume=columns["tick_volume"],
        spread=columns["spread"],
    )
    return buffer.getvalue()


def bars_from_bytes(content: bytes, place: str) -> Bars:
    """Return the bars of a stored file, or raise DataError when it is not one or was damaged."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            facts = json.loads(stored["facts"].tobytes())
            columns = {name: stored[name].astype(np.int64) for name in COLUMNS}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as problem:
        raise DataError(
            f"{place}: is no stored bars file, or was cut short",
            hint="make it again with `genfx data import`",
        ) from problem
    if facts["format"] != STORE_FORMAT:
        raise DataError(
            f"{place}: stored in format {facts['format']}, this genfx reads {STORE_FORMAT}",
            hint="make it again with `genfx data import`",
        )
    for column in columns.values():
        column.setflags(write=False)
    bars = Bars(
        symbol=facts["symbol"],
        timeframe=facts["timeframe"],
        digits=facts["digits"],
        timezone=facts["timezone"],
        **columns,
    )
    if bars.data_hash != facts["data_hash"]:
        raise DataError(f"{place}: the bars do not match the hash beside them; the file is damaged")
    return bars
