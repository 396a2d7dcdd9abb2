"""The run folder: made once, results published whole, the store inside."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from dsl.errors import RunError
from gp.store import Store

STORE = "run.sqlite"
CONFIG = "config.json"
LOG = "run.log"
_ASIDE = ".unfinished"
_STRATEGY_FILE = re.compile(r"\d{2,3}_[0-9a-f]{8}\.(strat|mq5|set|py)")


def create_folder(path: Path) -> None:
    """Make a run folder that does not exist yet (or is empty).

    Raises:
        RunError: It exists, or cannot be made.
    """
    try:
        if path.exists() and not _vacant(path):
            begun = (path / CONFIG).is_file() or (path / STORE).is_file()
            resume = f"continue it with --resume {path}, or " if begun else ""
            raise RunError(
                f"{path}: exists already", hint=f"{resume}choose another with --out FOLDER"
            )
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise unwritable(path, problem) from problem


def _vacant(path: Path) -> bool:
    """Tell whether a folder holds nothing, but what a start that was killed left."""
    return path.is_dir() and all(entry.name == _ASIDE for entry in path.iterdir())


def open_store(path: Path) -> Store:
    """Return the store of an existing run."""
    file = path / STORE
    if not file.is_file():
        known = sorted(p.parent.name for p in path.parent.glob(f"*/{STORE}"))
        hint = f"{path.parent} holds {', '.join(known[:5])}" if known else ""
        raise RunError(f"{path}: is no run folder; it holds no {STORE}", hint=hint)
    return Store(file)


def publish(path: Path, files: Mapping[str, bytes]) -> None:
    """Write result files into a run folder: all aside first, then each renamed, in order.

    Strategies that an earlier, interrupted session published and this one does not are removed.

    Raises:
        RunError: The folder cannot be written, or the disk is full; no result file is half written.
    """
    aside = path / _ASIDE
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for name, content in files.items():
            (aside / name).write_bytes(content)
        for name in files:
            os.replace(aside / name, path / name)
        aside.rmdir()
        for old in path.iterdir():
            if _STRATEGY_FILE.fullmatch(old.name) and old.name not in files:
                old.unlink()
    except BaseException as problem:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(problem, OSError):
            raise unwritable(path, problem) from problem
        raise


def unwritable(path: Path, problem: OSError) -> RunError:
    """Return the error of a folder that cannot be written."""
    return RunError(
        f"{path}: cannot be written: {problem.strerror or problem}",
        hint="free the disk or choose another folder with --out",
    )
