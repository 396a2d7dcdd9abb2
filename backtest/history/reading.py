"""Bars from files: exports of MetaTrader 5 and 4, .hst, HistData, Dukascopy, plain CSV, and
genfx's own stored form.

A text that a config names directly is read once; its bars are then kept in the cache under the hash
of the file, so the next run starts at once. history_build reads other people's files, history_store
our own.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from backtest.bars import Bars
from backtest.files import write_whole
from backtest.history.options import Imported, ImportOptions
from backtest.history.store import STORE_FORMAT, bars_bytes, bars_from_bytes
from backtest.history.symbols import symbol_of
from dsl.cache import cache_folder
from dsl.errors import DataError

__all__ = ["STORED_SUFFIX", "ImportOptions", "Imported", "read_bars", "read_history", "symbol_of"]

STORED_SUFFIX = ".npz"


def read_bars(path: Path, options: ImportOptions | None = None, *, cached: bool = True) -> Bars:
    """Return the bars of a file, stored (.npz) or of any format that read_history knows.

    Args:
        path: The file.
        options: For files of others; a stored file carries its own facts.
        cached: Keep the bars for the next time.
    Raises:
        DataError: With file, line, what was found, what is allowed.
    """
    content = _content(path)
    if path.suffix == STORED_SUFFIX:
        return bars_from_bytes(content, str(path))
    options = _with_symbol(path, options or ImportOptions())
    if not cached:
        return _imported(content, path, options).bars
    kept = _cache_path(content, options)
    if kept.exists():
        return bars_from_bytes(kept.read_bytes(), str(kept))
    bars = _imported(content, path, options).bars
    _keep(kept, bars)
    return bars


def read_history(path: Path, options: ImportOptions | None = None) -> Imported:
    """Return the bars of an exported file and notes on how it was read.

    Raises:
        DataError: With file, line, what was found, what is allowed.
    """
    if path.suffix == STORED_SUFFIX:
        return Imported(read_bars(path))
    return _imported(_content(path), path, _with_symbol(path, options or ImportOptions()))


def _with_symbol(path: Path, options: ImportOptions) -> ImportOptions:
    return replace(options, symbol=options.symbol or symbol_of(path), stated_symbol=options.symbol)


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
    endings = (".csv", ".npz", ".hst", ".gz", ".zip")
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(endings))
    return f"{folder} holds {', '.join(names[:5])}" if names else f"{folder} holds no bars"


def _imported(content: bytes, path: Path, options: ImportOptions) -> Imported:
    # Imported here because it pulls in pandas (0.4 s), which stored and cached bars do not need.
    from backtest.history.build import imported

    return imported(content, str(path), options)


def _cache_path(content: bytes, options: ImportOptions) -> Path:
    digest = hashlib.blake2b(content, digest_size=16)
    digest.update(f"{STORE_FORMAT}|{options}".encode())
    return cache_folder("bars") / f"{digest.hexdigest()}{STORED_SUFFIX}"


def _keep(path: Path, bars: Bars) -> None:
    try:
        write_whole(path, bars_bytes(bars))
    except DataError:  # a cache that cannot be written only costs time
        return
