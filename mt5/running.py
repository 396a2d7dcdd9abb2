"""Programs of MetaTrader, run to their end or to a time limit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dsl.errors import DataError

_POLL_S = 0.5
_PATIENCE_S = 10.0  # after a program was told to end


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its switches: /name, or /name:"value"."""

    program: Path
    switches: tuple[tuple[str, str], ...]

    def line(self) -> str:
        """Return the command line; MetaTrader wants values in quotes, not whole switches."""
        parts = [f'"{self.program}"']
        parts += [f'/{name}:"{value}"' if value else f"/{name}" for name, value in self.switches]
        return " ".join(parts)

    def arguments(self) -> list[str]:
        """Return program and switches one by one."""
        switches = [f"/{name}:{value}" if value else f"/{name}" for name, value in self.switches]
        return [str(self.program), *switches]


class Runner(Protocol):
    """Runs a command and waits for it."""

    def __call__(self, command: Command, limit_s: float, progress: Callable[[float], None]) -> None:
        """Return when the program has ended; call `progress` with the seconds meanwhile.

        Raises:
            DataError: It cannot be started, or ran past the limit and was ended.
        """


def run_program(command: Command, limit_s: float, progress: Callable[[float], None]) -> None:
    """Run a command as a process of this computer; see Runner."""
    line = command.line() if sys.platform == "win32" else command.arguments()
    try:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL)
    except OSError as problem:
        raise DataError(f"{command.program}: cannot be started: {problem.strerror}") from None
    started = time.monotonic()
    try:
        while process.poll() is None:
            seconds = time.monotonic() - started
            if seconds > limit_s:
                raise DataError(
                    f"{command.program.name}: still running after {limit_s:.0f} seconds, was ended",
                    hint="--timeout gives it longer; the first test loads history and takes most",
                )
            progress(seconds)
            time.sleep(_POLL_S)
    finally:
        _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs: its own stays behind after no error and no Ctrl-C."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
