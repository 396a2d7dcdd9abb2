"""Files in and out: read whole, written whole or not at all, told when they cannot be."""

from __future__ import annotations

from pathlib import Path

from dsl.errors import DataError


def read_file(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        DataError: It cannot be read, or is empty.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read: {problem.strerror}") from None
    if not content:
        raise DataError(f"{path}: is empty")
    return content
