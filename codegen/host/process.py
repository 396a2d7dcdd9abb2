"""Runs a program of Expert Advisors in a process of its own: what it breaks there is told here.

The process ends with its standard input, so that none is left behind however this one ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import IO

from dsl.errors import CodegenError

_MISUNDERSTOOD = 86  # exit status of a program that ran nothing (runtime/main.cpp)
_TOLD = 2000  # letters of what a process said at its end
_WINDOWS = {  # exit statuses of processes that Windows ended
    0xC0000005: "access violation",
    0xC0000094: "integer division by zero",
    0xC00000FD: "stack overflow",
    0xC0000374: "heap corruption",
    0xC0000409: "aborted",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process wrote, and how it ended: "" for by itself; `late`: it took too long."""

    content: bytes
    end: str = ""
    late: bool = False


def ask(program: Path, task: str, number: int, request: bytes, limit_s: float) -> Answer:
    """Run a task of a program; a process that takes longer than `limit_s` is killed.

    Raises:
        CodegenError: The system does not run the program, or it does not understand the request.
    """
    try:
        process = subprocess.Popen(
            [str(program), task, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as problem:
        hint = "GENFX_CACHE_DIR names another folder, on a disk that may hold programs"
        raise CodegenError(
            f"{program}: cannot be run: {problem.strerror or problem}", hint=hint
        ) from problem
    watch = _Watch(process, limit_s)
    try:
        content, told = _exchange(process, request)
    except BaseException:  # Ctrl-C too: nothing goes on behind
        process.kill()
        raise
    finally:
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        process.wait()
        watch.cancel()
    if process.returncode == _MISUNDERSTOOD:
        raise CodegenError(f"{program}: {told}", hint="remove it: it is compiled anew")
    if watch.late and process.returncode:
        return Answer(b"", f"did not end within {limit_s:g} seconds", late=True)
    return Answer(content, _end(process.returncode, told))


class _Watch:
    """Kills a process that takes too long."""

    def __init__(self, process: subprocess.Popen[bytes], limit_s: float) -> None:
        self._process = process
        self.late = False
        self._timer = Timer(limit_s, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def _kill(self) -> None:
        self.late = True
        self._process.kill()

    def cancel(self) -> None:
        self._timer.cancel()


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> tuple[bytes, str]:
    """Hand over a request and return what came back: the answer, and words about a failure.

    Standard input stays open: a process that finds its end knows that nobody waits any longer.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    failure = _Failure(process.stderr)
    with suppress(OSError):  # it ended before it had read all; its exit status says why
        process.stdin.write(request)
        process.stdin.flush()
    with process.stdout as answer:
        content = answer.read()
    return content, failure.text()


class _Failure:
    """Reads what a process says of a failure, at once: a full pipe would make it wait."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._said = b""
        self._reader = Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            self._said = pipe.read()

    def text(self) -> str:
        """Return its last words, when the process has ended."""
        self._reader.join()
        return self._said[-_TOLD:].decode("utf-8", "replace").strip()


def _end(status: int, told: str) -> str:
    """Return how a process ended, "" where it ran to its end."""
    if status == 0:
        return ""
    words = f"exit status {status}"
    if status < 0:
        words = (signal.strsignal(-status) or f"signal {-status}").lower()
    elif os.name == "nt":
        words = _WINDOWS.get(status & 0xFFFFFFFF, f"exit status {status:#x}")
    return f"ended its process: {words}" + (f"\n{told}" if told else "")
