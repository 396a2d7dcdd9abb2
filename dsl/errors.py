"""Every error a user of genfx can cause, with the place, the value found, what is allowed, a hint.

GenfxError
├── DslError            a strategy text
│   ├── SyntaxProblem     the text does not follow the grammar
│   ├── KindMismatch      an oscillator where a price is wanted
│   ├── UnknownName       no such node, output, parameter or input
│   ├── ParamOutOfRange   a period of zero
│   └── DslErrors         all of the above that one file holds
├── DeclarationError    a node type is declared wrongly (a developer's error, at import)
├── CodegenError
│   └── UnsupportedNode   a back end cannot express a node
├── DataError           bars, symbol facts, files of history
├── ConfigError         a key of a TOML config, an option of a command
└── RunError            a run folder or its store
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text: 1-based line and column of the first character, and the length."""

    line: int
    column: int
    length: int = 1


class GenfxError(Exception):
    """The user can mend this; the command line prints it without a traceback and exits with 2."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n    hint: {self.hint}" if self.hint else self.message


class DslError(GenfxError):
    """Something is wrong in a strategy text, at `span` when the place is known."""

    def __init__(self, message: str, *, hint: str = "", span: Span | None = None) -> None:
        super().__init__(message, hint=hint)
        self.span = span


class SyntaxProblem(DslError):
    """The text does not follow the grammar."""


class KindMismatch(DslError):
    """Values of kinds that do not go together, such as an oscillator and a price."""


class UnknownName(DslError):
    """A name that nothing declares."""


class ParamOutOfRange(DslError):
    """A parameter outside its limits, or not of its type."""


class DslErrors(DslError):
    """All errors of one text, in order; `str` shows each with its source line and a caret."""

    def __init__(self, errors: Iterable[DslError], *, text: str = "", path: str = "") -> None:
        self.errors = tuple(
            sorted(errors, key=lambda e: (e.span.line, e.span.column) if e.span else (0, 0))
        )
        self.text = text
        self.path = path
        super().__init__("\n".join(self._shown(error) for error in self.errors))

    def _shown(self, error: DslError) -> str:
        hint = f"\n    hint: {error.hint}" if error.hint else ""
        if error.span is None:
            return f"{self.path or 'strategy'}: {error.message}{hint}"
        span = error.span
        lines = self.text.splitlines()
        source = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
        room = max(1, len(source) - span.column + 1)
        caret = " " * (span.column - 1) + "^" * max(1, min(span.length, room))
        place = f"{self.path or 'strategy'}:{span.line}:{span.column}"
        return f"{place}: {error.message}\n    {source}\n    {caret}{hint}"


class DeclarationError(GenfxError):
    """A node type is declared wrongly."""


class CodegenError(GenfxError):
    """A strategy cannot be turned into a program."""


class UnsupportedNode(CodegenError):
    """A back end has no form for a node type."""


class DataError(GenfxError):
    """Bars, symbol facts or a file of history cannot be used as they are."""


class ConfigError(GenfxError):
    """A key of a config file or an option of a command has no usable value."""


class RunError(GenfxError):
    """A run folder or its store cannot be created, read or continued."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the nearest known name, or "" when none is near."""
    near = difflib.get_close_matches(name, list(known), n=5, cutoff=0.6)
    swapped = [one for one in near if sorted(one) == sorted(name)]  # letters in another order
    return f"did you mean '{(swapped or near)[0]}'?" if near else ""
