"""Sources compiled by MetaEditor's command line, and what its log says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsl.errors import DataError
from mt5.files import read_file
from mt5.installation import Terminal
from mt5.running import Command, Runner
from mt5.text import decoded

_LIMIT_S = 120.0
_MESSAGE = re.compile(r"(.*)\((\d+),(\d+)\)\s*:\s*(error|warning)(?: (\d+))?\s*: (.*)")
_RESULT = re.compile(r"\s*(?:Result: )?(\d+) error(?:\(s\)|s)?, (\d+) warning(?:\(s\)|s)?.*")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Message:
    """What the compiler says of a place; `number` is MetaTrader's, 0 if it gave none."""

    file: str
    line: int
    column: int
    is_error: bool
    number: int
    text: str

    def __str__(self) -> str:
        word = "error" if self.is_error else "warning"
        return f"{self.file}:{self.line}:{self.column}: {word} {self.number}: {self.text}"


@dataclass(frozen=True, slots=True)
class CompileLog:
    """A log of MetaEditor: its messages, and the counts of its last line."""

    messages: tuple[Message, ...]
    errors: int
    warnings: int


def compile_command(terminal: Terminal, source: Path) -> Command:
    """Return the command that compiles a source; the log lies beside it."""
    return Command(
        terminal.editor,
        (
            ("compile", str(source)),
            ("include", str(terminal.data / "MQL5")),
            ("log", str(_log_path(source))),
        ),
    )


def compile_source(
    terminal: Terminal, source: Path, runner: Runner, progress: Callable[[float], None]
) -> CompileLog:
    """Compile a source and return the log.

    Raises:
        DataError: There are errors, or MetaEditor left no log or no program.
    """
    log, program = _log_path(source), source.with_suffix(".ex5")
    for old in (log, program):
        old.unlink(missing_ok=True)
    runner(compile_command(terminal, source), _LIMIT_S, progress)
    if not log.is_file():
        raise DataError(
            f"{source}: MetaEditor left no log",
            hint=f"compile it by hand: open it in {terminal.editor.name} and press F7",
        )
    found = parse_log(decoded(read_file(log), str(log)), str(log))
    if found.errors:
        wrong = [str(message) for message in found.messages if message.is_error]
        raise DataError("\n".join([f"{source}: {found.errors} errors", *wrong[:_SHOWN]]))
    if not program.is_file():
        raise DataError(f"{source}: MetaEditor reports no error but left no {program.name}")
    return found


def parse_log(text: str, path: str) -> CompileLog:
    """Return the messages of a log.

    Raises:
        DataError: Its last line does not state the result.
    """
    messages, result = [], None
    for line in text.splitlines():
        if found := _MESSAGE.fullmatch(line.strip()):
            file, row, column, word, number, said = found.groups()
            place = (int(row), int(column))
            messages.append(Message(file, *place, word == "error", int(number or 0), said))
        elif counts := _RESULT.fullmatch(line):
            result = int(counts[1]), int(counts[2])
    if result is None:
        raise DataError(f"{path}: is no log of MetaEditor: it states no result")
    return CompileLog(tuple(messages), *result)


def _log_path(source: Path) -> Path:
    return source.with_suffix(".log")
