"""Texts cut into pieces of whole declarations, and syntax trees moved to other lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_MARK = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|([{}\n])')
_BLANK_LINES = re.compile(r"(?:[ \t\r]*\n)*")


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text without comments behind lines in which an outermost brace is closed.

    Yields:
        How many lines of the text stand before a piece, and the piece, not blank in its first line.
    """
    line = start = depth = 0
    closed = False
    for mark in _MARK.finditer(text):
        if mark[1] == "{":
            depth += 1
        elif mark[1] == "}":
            depth -= 1
            closed = True
        elif mark[1] == "\n" and closed and depth == 0:
            yield _unpadded(line, text[start : mark.end()])
            line += text.count("\n", start, mark.end())
            start, closed = mark.end(), False
    yield _unpadded(line, text[start:])


def _unpadded(line: int, piece: str) -> tuple[int, str]:
    """Return a piece and its line without the blank lines before it."""
    blank = _BLANK_LINES.match(piece)
    end = blank.end() if blank else 0
    return line + piece.count("\n", 0, end), piece[end:]


def moved(node: T, lines: int) -> T:
    """Return a node, or a tuple of nodes, as it is so many lines further down."""
    return _moved(node, lines) if lines else node


def _moved(node: Any, lines: int) -> Any:
    kind: Any = type(node)
    if kind is tuple:
        return tuple([_moved(each, lines) for each in node])
    names, at = _layout(kind)
    if not names:
        return node
    values = [_moved(getattr(node, name), lines) for name in names]
    if at is not None:
        values[at] += lines
    return kind(*values)


@cache
def _layout(kind: type) -> tuple[tuple[str, ...], int | None]:
    """Return the names of a node's fields and which is its line; none for plain values."""
    if not is_dataclass(kind):
        return (), None
    names = tuple(field.name for field in fields(kind))
    return names, names.index("line") if "line" in names else None
