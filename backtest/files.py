"""Files read and written whole: written aside under a temporary name, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import EISDIR
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
    write_all({path: content}, error)


def write_all(
    contents: Mapping[Path, bytes], error: Callable[[str], GenfxError] = DataError
) -> None:
    """Write files so that all of them are there, or as before; never a part of one.

    Raises:
        GenfxError: Of the kind `error`, when one cannot be written: none is then.
    """
    asides: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in contents.items():
            if not path.name:
                raise error(f"{path}: is a folder")
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            if not path.exists() or path.is_file():  # a device or a pipe is never put away
                asides[path] = path.with_name(f".{path.name}.{os.getpid()}.aside")
                asides[path].write_bytes(content)
        for path, content in contents.items():
            if path in asides:
                os.replace(asides[path], path)
            else:
                path.write_bytes(content)
    except OSError as problem:
        raise error(f"{path}: cannot be written: {problem.strerror or problem}") from problem
    finally:
        for aside in asides.values():
            with suppress(OSError):
                aside.unlink(missing_ok=True)
