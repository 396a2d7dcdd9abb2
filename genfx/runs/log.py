"""run.log: times, threads, host and speed of each session, kept apart from the results."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

from genfx.runs.folder import LOG, unwritable
from gp.evolve import Observer, Progress


class LoggedRun:
    """An observer that appends every step to run.log and hands it on."""

    def __init__(self, folder: Path, then: Observer, threads: int) -> None:
        self._path = folder / LOG
        self._then = then
        self._start = time.perf_counter()
        host = f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        self.note(f"session begins, {threads} threads, {host}")

    def progress(self, progress: Progress) -> None:
        """Write a line about a step."""
        self.note(
            f"{progress.phase} {progress.step}/{progress.steps}, {progress.distinct} tried, "
            f"{progress.per_second:.1f} evaluations/s"
        )
        self._then.progress(progress)

    def note(self, text: str) -> None:
        """Append a line with the time of day and the seconds since the session began."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        line = f"{now} {time.perf_counter() - self._start:9.2f}s {text}\n"
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as problem:
            raise unwritable(self._path.parent, problem) from problem
