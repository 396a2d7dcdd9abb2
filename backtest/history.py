"""Bars from files: MetaTrader 5 exports, plain CSV (gzipped or not) and genfx's own stored form.

A CSV that a config names directly is read once; its bars are then kept in the cache under the hash
of the file, so the next run starts at once. Reading of text stands in history_text, checks in
history_checks, the stored form in history_store.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from backtest.bars import Bars
from backtest.files import write_whole
from backtest.history_store import STORE_FORMAT, bars_bytes, bars_from_bytes
from dsl.errors import DataError

STORED_SUFFIX = ".npz"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a file does not say. symbol "": from the file's name; digits -1: from the prices."""

    symbol: str = ""
    digits: int = -1
    timezone: str = "server"


def read_bars(path: Path, options: ImportOptions | None = None, *, cached: bool = True) -> Bars:
    """Return the bars of a file: stored form (.npz), MetaTrader 5 export or plain CSV.

    Args:
        path: The file. Text may be gzipped.
        options: For text files; a stored file carries its own facts.
        cached: Keep bars read from text for the next time.
    Raises:
        DataError: With file, line, what was found, what is allowed.
    """
    content = _content(path)
    if path.suffix == STORED_SUFFIX:
        return bars_from_bytes(content, str(path))
    options = options or ImportOptions()
    if not options.symbol:
        options = ImportOptions(symbol_of(path), options.digits, options.timezone)
    if not cached:
        return _from_text(content, path, options)
    kept = _cache_path(content, options)
    if kept.exists():
        return bars_from_bytes(kept.read_bytes(), str(kept))
    bars = _from_text(content, path, options)
    _keep(kept, bars)
    return bars


def symbol_of(path: Path) -> str:
    """Return the symbol a file name starts with.

    >>> symbol_of(Path("EURUSD_H1_2017.csv.gz"))
    'EURUSD'
    """
    found = re.match(r"[A-Za-z][A-Za-z0-9.#+-]*", path.name.split(".csv")[0])
    return found.group().upper().split(".")[0] if found else "SYMBOL"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file", hint=_neighbours(path)) from None
    except OSError as problem:
        raise DataError(f"{path}: cannot be read: {problem.strerror}") from problem


def _neighbours(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder} does not exist"
    names = sorted(p.name for p in folder.iterdir() if ".csv" in p.name or p.suffix == ".npz")
    return f"{folder} holds {', '.join(names[:5])}" if names else f"{folder} holds no bars"


def _from_text(content: bytes, path: Path, options: ImportOptions) -> Bars:
    # Imported here because it pulls in pandas (0.4 s), which stored and cached bars do not need.
    from backtest.history_text import parse_bars

    return parse_bars(content, str(path), options.symbol, options.digits, options.timezone)


def _cache_path(content: bytes, options: ImportOptions) -> Path:
    digest = hashlib.blake2b(content, digest_size=16)
    digest.update(f"{STORE_FORMAT}|{options}".encode())
    parent = os.environ.get("GENFX_CACHE_DIR") or platformdirs.user_cache_dir("genfx", False)
    return Path(parent) / "bars" / f"{digest.hexdigest()}{STORED_SUFFIX}"


def _keep(path: Path, bars: Bars) -> None:
    try:
        write_whole(path, bars_bytes(bars))
    except DataError:  # a cache that cannot be written only costs time
        return
