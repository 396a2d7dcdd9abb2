"""The user's cache folder of compiled files: found again whole, or not at all.

A program is named by the hash of its content too, and a folder holds a seal: what a full disk or
a failing power supply cut short is compiled anew, never run.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from dsl import cache
from dsl.cache import PART, mark_used, prune

PROGRAM = ".exe" if os.name == "nt" else ".run"  # ends the name of a program
_KEPT_PROGRAMS, _KEPT_PROGRAMS_S = 64, 3600.0
_KEPT_VERSIONS, _KEPT_VERSIONS_S = 3, 86400.0  # runtimes, and headers, of other versions
_SEAL = "seal"


def host_folder() -> Path:
    """Return the folder of all that is compiled."""
    return cache.cache_folder("host")


def digest(*parts: str | bytes) -> str:
    """Return a short hash of texts or contents."""
    made = hashlib.blake2b(digest_size=12)
    for part in parts:
        made.update(part.encode() if isinstance(part, str) else part)
        made.update(b"\0")
    return made.hexdigest()


def programs_folder() -> Path:
    """Return the folder of programs; old ones and what killed processes left are removed."""
    folder = host_folder() / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    prune(folder.iterdir(), keep=_KEPT_PROGRAMS, unused_s=_KEPT_PROGRAMS_S)
    return folder


def find_program(folder: Path, key: str) -> Path | None:
    """Return the program of a key; one that is not whole is removed."""
    for path in folder.glob(f"{key}-*{PROGRAM}"):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # just removed by another process
            continue
        if path.stem == f"{key}-{digest(content)}":
            mark_used(path)
            return path
        path.unlink(missing_ok=True)
    return None


def keep_program(made: Path, folder: Path, key: str) -> Path:
    """Move a program to its place and return that."""
    target = folder / f"{key}-{digest(made.read_bytes())}{PROGRAM}"
    try:
        return made.replace(target)
    except PermissionError:  # Windows: another process made the same and runs it
        if not target.is_file():
            raise
        return target


def prune_versions() -> None:
    """Remove the runtimes and headers of old versions, never what was in use of late."""
    for name in ("runtime", "headers"):
        found = host_folder().glob(f"{name}-*")
        prune(found, keep=_KEPT_VERSIONS, unused_s=_KEPT_VERSIONS_S)
    # where earlier versions kept what they compiled
    prune(host_folder().glob("libraries"), keep=0, unused_s=_KEPT_VERSIONS_S)


def kept_text(folder: Path, name: str, text: str) -> Path:
    """Return a folder with a text in it, written if it is not there whole."""
    path = folder / name
    if _holds(path, text):
        mark_used(folder)
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(suffix=PART, dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(aside).replace(path)
    except PermissionError:  # Windows: another process wrote the same, and its compiler reads it
        if not _holds(path, text):
            raise
    finally:
        Path(aside).unlink(missing_ok=True)
    return folder


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8", errors="replace") == text


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
