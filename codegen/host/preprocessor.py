"""Comments and directives of MQL5: found, read and blanked, so that lines and columns stay."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.host.errors import Mql5Error, Problem, problem_at

_PIECE = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<quoted>"(?:\\.|[^"\\\n])*"|(?<![DC])'(?:\\.|[^'\\\n])*')
    |^[ \t]*(?P<directive>\#[^\n]*)
    |(?P<open>/\*)""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"#\s*(\w+)[ \t]*(.*)$", re.DOTALL)
_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|(//.*$|/\*.*?\*/)')
_CONDITIONS = ("ifdef", "ifndef", "else", "endif")
_KNOWN = ("property", "include", "define", *_CONDITIONS)


@dataclass(frozen=True, slots=True)
class Directive:
    """A line that begins with #: word, the rest without comments, place of the rest."""

    word: str
    rest: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Plain:
    """A text whose comments and directives are blank, and the directives in force."""

    text: str
    directives: tuple[Directive, ...]


def preprocess(text: str, path: str) -> Plain:
    """Blank comments and directives; parts that a condition leaves out are blank too.

    Raises:
        Mql5Error: A directive that the host does not know, or one without its partner.
    """
    found: list[Directive] = []
    parts: list[str] = []
    at = line = line_at = 0
    for piece in _PIECE.finditer(text):
        if piece.lastgroup == "quoted":
            continue
        start, end = piece.span(piece.lastgroup or 0)
        line += text.count("\n", line_at, start)
        line_at = start
        column = start - text.rfind("\n", 0, start)
        if piece.lastgroup == "open":
            raise Mql5Error([problem_at(text, path, line + 1, column, "this comment has no end")])
        if piece.lastgroup == "directive":
            found.append(_directive(text, path, line + 1, column, piece["directive"]))
            end = start + len(_uncommented(piece["directive"]).rstrip("\r"))
        parts += [text[at:start], _blank(text[start:end])]
        at = end
    parts.append(text[at:])
    return _conditions(_comments_blanked("".join(parts)), text, path, found)


def _comments_blanked(text: str) -> str:
    """Blank what remains of comments behind directives."""
    return _PIECE.sub(lambda m: _blank(m[0]) if m.lastgroup == "comment" else m[0], text)


def _blank(piece: str) -> str:
    if "\n" not in piece:
        return " " * len(piece)
    return "\n".join(" " * len(line) for line in piece.split("\n"))


def _uncommented(rest: str) -> str:
    """Return a directive up to its `//` comment, in which a quoted // does not count."""
    for found in _COMMENT.finditer(rest):
        if found[1] is not None and found[1].startswith("//"):
            return rest[: found.start(1)]
    return rest


def _directive(text: str, path: str, line: int, column: int, piece: str) -> Directive:
    plain = _uncommented(piece).rstrip()
    match = _DIRECTIVE.match(plain)
    word = match[1] if match else ""
    if match is None or word not in _KNOWN or plain.endswith("\\"):
        raise Mql5Error(
            [
                problem_at(
                    text,
                    path,
                    line,
                    column,
                    f"directive '{plain}' is not known",
                    hint="allowed are "
                    + ", ".join(f"#{known}" for known in _KNOWN)
                    + ", on a line",
                )
            ]
        )
    return Directive(word, match[2].strip(), line, column + match.start(2))


def _conditions(plain: str, text: str, path: str, found: list[Directive]) -> Plain:
    if not any(d.word in _CONDITIONS for d in found):
        return Plain(plain, tuple(found))
    lines = plain.split("\n")
    kept: list[Directive] = []
    defined = {"__MQL5__"}
    stack: list[tuple[Directive, bool]] = []
    problems: list[Problem] = []
    last = 0
    for directive in found:
        if not all(taken for _, taken in stack):
            lines[last : directive.line] = [""] * (directive.line - last)
        last = directive.line
        if directive.word in ("ifdef", "ifndef"):
            stack.append((directive, (directive.rest in defined) == (directive.word == "ifdef")))
        elif directive.word in _CONDITIONS:
            if not stack:
                message = f"#{directive.word} without #ifdef or #ifndef"
                problems.append(problem_at(text, path, directive.line, 1, message))
                continue
            opened, taken = stack.pop()
            if directive.word == "else":
                stack.append((opened, not taken))
        elif all(taken for _, taken in stack):
            kept.append(directive)
            if directive.word == "define":
                defined.update(directive.rest.split("(")[0].split()[:1])
    problems += [problem_at(text, path, d.line, 1, f"#{d.word} without #endif") for d, _ in stack]
    if problems:
        raise Mql5Error(problems)
    return Plain("\n".join(lines), tuple(kept))
