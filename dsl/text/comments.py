"""Comments: `#` to the end of the line, found beside the grammar, hung on its statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dsl.text.syntax import File, Statement

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `alone` when nothing but space stands before it on its line."""

    text: str
    start: int
    line: int
    alone: bool


def comments(text: str) -> tuple[Comment, ...]:
    """Return all comments of a text, in order, without space at their ends."""
    found = []
    for match in _STRING_OR_COMMENT.finditer(text):
        if match.group().startswith("#"):
            start = match.start()
            line_start = text.rfind("\n", 0, start) + 1
            alone = not text[line_start:start].strip("\ufeff \t\r\f\v")
            line = text.count("\n", 0, start) + 1
            found.append(Comment(match.group().rstrip(), start, line, alone))
    return tuple(found)


def masked(text: str) -> str:
    """Return the text with comments and the inside of strings blanked, at the same length."""
    return _STRING_OR_COMMENT.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    body = match.group()
    return " " * len(body) if body.startswith("#") else f'"{"_" * (len(body) - 2)}"'


def attach_comments(file: File, text: str, path: str) -> File:
    """Return the tree with every comment and empty line of the text hung on its place."""
    statements: list[Statement] = []
    rest = list(comments(text))
    head, rest = _split(rest, file.place.start)
    opening = masked(text).find("{", file.place.start)
    first = file.statements[0].place.start if file.statements else file.place.end - 1
    # A comment before the brace, or behind it on its line, belongs to the title line.
    title_line = text.count("\n", 0, opening) + 1
    beside = [c for c in rest if c.start < first and c.line <= title_line]
    rest = rest[len(beside) :]
    previous = title_line
    for number, statement in enumerate(file.statements):
        following = file.statements[number + 1 : number + 2]
        limit = following[0].place.start if following else file.place.end
        own, rest = _owned(rest, statement, limit)
        inside = [c for c in own if c.start < statement.place.end]
        behind = [c for c in own if c.start > statement.place.end]
        above = _block(inside, statement.place.line, previous)
        statements.append(
            replace(
                statement,
                above=above[1],
                gap=above[0],
                beside=" ".join(c.text for c in behind),
            )
        )
        previous = statement.place.end_line
    below, after = _split(rest, file.place.end)
    gap, lines = _block(below, 0, previous)
    return replace(
        file,
        statements=tuple(statements),
        text=text,
        path=path,
        above=_block(head, 0, 0)[1],
        beside=" ".join(c.text for c in beside),
        below=("", *lines) if gap and statements else lines,
        after=_block(after, 0, after[0].line if after else 0)[1],
    )


def _split(rest: list[Comment], offset: int) -> tuple[list[Comment], list[Comment]]:
    return [c for c in rest if c.start < offset], [c for c in rest if c.start >= offset]


def _owned(
    rest: list[Comment], statement: Statement, limit: int
) -> tuple[list[Comment], list[Comment]]:
    """Return the comments above, inside and behind a statement, and the ones left over."""
    place = statement.place
    own = [
        c
        for c in rest
        if c.start < place.end or (c.start < limit and not c.alone and c.line == place.end_line)
    ]
    return own, rest[len(own) :]


def _block(block: list[Comment], line: int, previous: int) -> tuple[bool, tuple[str, ...]]:
    """Return whether an empty line stands above a block of comments, and its lines, "" for gaps.

    Args:
        block: Comments in order.
        line: Line of what follows the block, 0 where that does not matter.
        previous: Line on which the thing before the block ended.
    """
    first = min([c.line for c in block] + ([line] if line else []), default=previous)
    lines: list[str] = []
    last = first
    for comment in block:
        if comment.line - last > 1:
            lines.append("")
        lines.append(comment.text)
        last = max(last, comment.line)
    if block and line - last > 1:
        lines.append("")
    return first - previous > 1, tuple(lines)
