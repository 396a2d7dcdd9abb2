"""What is wrong in an MQL5 text, with file, line and column; all problems of a text together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsl.errors import CodegenError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding; `length` is how many characters the caret marks."""

    line: int
    column: int
    message: str
    path: str = ""
    source: str = ""
    hint: str = ""

    def __str__(self) -> str:
        shown = f"{self.path or 'expert.mq5'}:{self.line}:{self.column}: {self.message}"
        if self.source.strip():
            shown += f"\n    {self.source}\n    {' ' * (self.column - 1)}^"
        return f"{shown}\n    hint: {self.hint}" if self.hint else shown


class Mql5Error(CodegenError):
    """The text of an Expert Advisor is not MQL5, or more of it than the host knows."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def problem_at(
    text: str, path: str, line: int, column: int, message: str, *, hint: str = ""
) -> Problem:
    """Return a problem together with its line of the text."""
    lines = text.splitlines()
    source = lines[line - 1].replace("\t", " ") if 0 < line <= len(lines) else ""
    return Problem(line, column, message, path, source, hint)
