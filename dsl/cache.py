"""The user's cache folder: where it is, and how what old versions left there is removed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import platformdirs

PART = ".part"  # ends the name of what is being made, or removed
_UNFINISHED_S = 3600.0  # what is older than this will not be finished


def cache_folder(name: str) -> Path:
    """Return the folder of one kind of files; GENFX_CACHE_DIR moves its parent."""
    parent = os.environ.get("GENFX_CACHE_DIR") or platformdirs.user_cache_dir("genfx", False)
    return Path(parent) / name


def mark_used(path: Path) -> None:
    """Note that a file or folder is in use, where the cache can be written to."""
    with suppress(OSError):
        os.utime(path)


def prune(paths: Iterable[Path], *, keep: int, unused_s: float) -> None:
    """Remove files and folders but for the newest `keep` and those used within `unused_s`.

    What is unfinished is removed after an hour. Other processes may do the same at the same time.
    """
    by_use = sorted(((_used(path), path) for path in paths), reverse=True)
    unfinished = [(used, path) for used, path in by_use if path.suffix == PART]
    whole = [(used, path) for used, path in by_use if path.suffix != PART]
    now = time.time()
    for used, path in whole[keep:]:
        if used < now - unused_s:
            _remove(path)
    for used, path in unfinished:
        if used < now - _UNFINISHED_S:
            _remove(path)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # just removed by another process
        return 0.0


def _remove(path: Path) -> None:
    """Remove a file or folder; a folder loses its name first, so that none is found half empty."""
    with suppress(OSError):
        if not path.is_dir():
            path.unlink()
            return
        gone = path if path.suffix == PART else path.with_name(f"{path.name}.{os.getpid()}{PART}")
        if gone != path:
            path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
