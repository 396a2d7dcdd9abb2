"""The user's cache folder of compiled files: found again whole, or not at all.

A program is named by the hash of its content too, and a folder holds a seal: what a full disk or
a failing power supply cut short is compiled anew, never run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

import platformdirs

_KEPT_PROGRAMS = 64
_KEPT_SECONDS = 3600.0
_SEAL = "seal"
PROGRAM = ".exe" if os.name == "nt" else ".run"  # ends the name of a program
PART = ".part"  # ends the name of a folder that is being made


def cache_folder() -> Path:
    """Return the folder of all that is compiled."""
    parent = os.environ.get("GENFX_CACHE_DIR") or platformdirs.user_cache_dir("genfx", False)
    return Path(parent) / "host"


def digest(*parts: str | bytes) -> str:
    """Return a short hash of texts or contents."""
    made = hashlib.blake2b(digest_size=12)
    for part in parts:
        made.update(part.encode() if isinstance(part, str) else part)
        made.update(b"\0")
    return made.hexdigest()


def find_program(folder: Path, key: str) -> Path | None:
    """Return the program of a key; one that is not whole is removed."""
    for path in folder.glob(f"{key}-*{PROGRAM}"):
        if path.stem == f"{key}-{digest(path.read_bytes())}":
            os.utime(path)
            return path
        path.unlink(missing_ok=True)
    return None


def keep_program(made: Path, folder: Path, key: str) -> Path:
    """Move a program to its place and return that."""
    return made.replace(folder / f"{key}-{digest(made.read_bytes())}{PROGRAM}")


def seal(folder: Path) -> None:
    """Note what a folder holds, before it gets its name."""
    (folder / _SEAL).write_text(_contents(folder), encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Tell whether a folder holds what it was sealed with."""
    try:
        return (folder / _SEAL).read_text(encoding="utf-8", errors="replace") == _contents(folder)
    except OSError:
        return False


def _contents(folder: Path) -> str:
    """Return a hash of all objects, and of the sizes of the large headers."""
    files = sorted(path for path in folder.iterdir() if path.name != _SEAL)
    parts = [p.read_bytes() if p.suffix == ".o" else str(p.stat().st_size) for p in files]
    return digest(*(path.name for path in files), *parts)


def prune(folder: Path) -> None:
    """Remove old programs and what killed processes left, never what may be in use."""
    oldest = time.time() - _KEPT_SECONDS
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        unfinished = [path for path in folder.parent.iterdir() if path.suffix == PART]
        for path in [*found[_KEPT_PROGRAMS:], *unfinished]:
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
    except OSError:
        return  # another process cleans up as well
