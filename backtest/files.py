"""Files read and written whole: written aside under a temporary name, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dsl.errors import DataError, GenfxError


def read_whole(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        DataError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read: {problem.strerror}") from problem


def real_path(path: Path) -> Path:
    """Return where a path leads through all links; of a link that leads to itself, the link."""
    return Path(os.path.realpath(path))


def write_whole(path: Path, content: bytes, error: Callable[[str], GenfxError] = DataError) -> None:
    """Write a file so that its final name never shows a part of it.

    Raises:
        GenfxError: Of the kind `error`, when the folder cannot be written or the disk is full.
    """
    if not path.name:
        raise error(f"{path}: is a folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
        try:
            if path.exists() and not path.is_file():  # a device or a pipe: never put away
                path.write_bytes(content)
                return
            aside.write_bytes(content)
            os.replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise error(f"{path}: cannot be written: {problem.strerror or problem}") from problem
