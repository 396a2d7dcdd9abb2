"""Files that are whole or absent: written aside under a temporary name, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from dsl.errors import DataError, GenfxError


def write_whole(path: Path, content: bytes, error: Callable[[str], GenfxError] = DataError) -> None:
    """Write a file so that its final name never shows a part of it.

    Raises:
        GenfxError: Of the kind `error`, when the folder cannot be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(aside, path)
        except BaseException:
            os.unlink(aside)
            raise
    except OSError as problem:
        raise error(f"{path}: cannot be written: {problem.strerror or problem}") from problem
