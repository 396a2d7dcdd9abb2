"""Files that MetaTrader wrote: an empty one is none."""

from __future__ import annotations

from pathlib import Path

from backtest.files import read_whole
from dsl.errors import DataError


def read_file(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        DataError: It cannot be read, or is empty.
    """
    content = read_whole(path)
    if not content:
        raise DataError(f"{path}: is empty")
    return content
