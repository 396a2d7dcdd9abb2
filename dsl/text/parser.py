"""From text to syntax tree: the grammar, the tree it gives, and recovery after a syntax error.

After an error the statement that holds it is blanked out and the text is parsed again, so every
statement is judged alone and places stay right. Meaning is not this module's business (see lower).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import lark
from lark import Token
from lark.visitors import Transformer_NonRecursive

from dsl.errors import DslErrors, SyntaxProblem
from dsl.text import syntax as sx
from dsl.text.comments import attach_comments, masked
from dsl.text.recovery import Culprit, blanked, explain, locate, not_closed, strange_character

MAX_ERRORS = 50
MAX_DEPTH = 150  # of an expression; far above what anyone can read


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a text: the tree or None, syntax errors, names that were lost."""

    file: sx.File | None
    errors: tuple[SyntaxProblem, ...] = ()
    lost: frozenset[str] = frozenset()


def parse_syntax(text: str, path: str = "") -> sx.File:
    """Return the syntax tree of a strategy text, or raise DslErrors with every syntax error."""
    reading = read(text, path)
    if reading.errors or reading.file is None:
        raise DslErrors(reading.errors, text=text, path=path)
    return reading.file


def read(text: str, path: str = "") -> Reading:
    """Return as much of the syntax tree as can be read, with all syntax errors."""
    errors: list[SyntaxProblem] = []
    lost: set[str] = set()
    rest, closed = text, False
    while len(errors) < MAX_ERRORS:
        try:
            bare = _tree(rest, "file")
        except lark.UnexpectedInput as problem:
            if _at_end(problem) and "{" in masked(rest) and not closed:
                errors.append(not_closed(text))
                rest, closed = rest + "\n}", True
                continue
            culprit = locate(rest, _position(problem, rest), exact=_exact(problem))
            errors.append(_problem(problem, text, culprit))
            if culprit.region is None:
                return Reading(None, tuple(errors), frozenset(lost))
            rest, names = blanked(rest, culprit.region)
            lost.update(names)
        else:
            file, deep = _without_deep(bare)
            errors.extend(_too_deep(statement) for statement in deep)
            lost.update(statement.name for statement in deep)
            return Reading(attach_comments(file, text, path), tuple(errors), frozenset(lost))
    return Reading(None, tuple(errors), frozenset(lost))


def parse_expression_syntax(text: str) -> sx.Expr:
    """Return the syntax tree of a lone expression, or raise DslErrors."""
    try:
        expr: sx.Expr = _tree(text, "expression_only")
    except lark.UnexpectedInput as problem:
        culprit = Culprit(_position(problem, text), None)
        raise DslErrors(
            [_problem(problem, text, culprit)], text=text, path="expression"
        ) from problem
    if sx.depth(expr) > MAX_DEPTH:
        raise DslErrors([_too_deep(expr)], text=text, path="expression")
    return expr


def _without_deep(file: sx.File) -> tuple[sx.File, list[sx.Statement]]:
    """Return the tree without the statements that hold too deep an expression, and those."""
    deep = [s for s in file.statements if any(sx.depth(e) > MAX_DEPTH for e in s.operands)]
    kept = tuple(s for s in file.statements if not any(s is one for one in deep))
    return replace(file, statements=kept), deep


def _too_deep(part: sx.Statement | sx.Expr) -> SyntaxProblem:
    return SyntaxProblem(
        f"an expression is nested deeper than {MAX_DEPTH} levels",
        hint="give its parts names",
        span=part.place.span,
    )


@functools.cache
def words() -> frozenset[str]:
    """Return the words that the grammar itself uses; no named expression may be called like one."""
    strings = (t.pattern.value for t in _grammar().terminals if t.pattern.type == "str")
    return frozenset(word for word in strings if word.isidentifier())


class _WholeWords:
    """Makes the lexer see words whole: `montue` is a name everywhere, never `mon` and `tue`.

    lark tries only the words that may stand at a place, and finds them in the front part of longer
    ones too, unless a name may stand there: a word that is no keyword as a whole is a name then.
    """

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@functools.cache
def _grammar() -> lark.Lark:
    source = resources.files("dsl.text").joinpath("grammar.lark").read_text(encoding="utf-8")
    return lark.Lark(
        source,
        parser="lalr",
        strict=True,
        keep_all_tokens=True,
        maybe_placeholders=False,
        start=["file", "expression_only"],
        postlex=_WholeWords(),
    )


def _negated(number: sx.Number) -> str:
    return number.text[1:] if number.text.startswith("-") else f"-{number.text}"


def _tree(text: str, start: str) -> Any:
    return _ToSyntax().transform(_grammar().parse(text, start=start))


def _at_end(problem: lark.UnexpectedInput) -> bool:
    token = getattr(problem, "token", None)
    return isinstance(token, Token) and token.type == "$END"


def _exact(problem: lark.UnexpectedInput) -> bool:
    """Return whether the statement before the place of an error cannot be to blame for it."""
    return _strange(problem) or getattr(problem, "accepts", None) == {"$END"}


def _position(problem: lark.UnexpectedInput, text: str) -> int:
    if _at_end(problem):
        return len(text.rstrip())
    return problem.pos_in_stream if problem.pos_in_stream is not None else len(text)


def _strange(problem: lark.UnexpectedInput) -> bool:
    return isinstance(problem, lark.UnexpectedCharacters)


def _problem(problem: lark.UnexpectedInput, text: str, culprit: Culprit) -> SyntaxProblem:
    if _strange(problem):
        return strange_character(text, culprit.position)
    accepted: set[str] = set(getattr(problem, "accepts", None) or ())
    accepted = accepted or set(getattr(problem, "expected", ()))
    return explain(text, culprit, [_shown(name) for name in sorted(accepted)])


def _shown(terminal: str) -> str:
    """Return a terminal as a user would write it, its name where it has many forms."""
    found = {t.name: t.pattern for t in _grammar().terminals}.get(terminal)
    if terminal == "CLOSE_WHEN":
        return "close when"
    return found.value if found is not None and found.type == "str" else terminal


def _token_place(token: Token) -> sx.Place:
    start, end = token.start_pos or 0, token.end_pos or 0
    line, column = token.line or 1, token.column or 1
    return sx.Place(start, end, line, column, token.end_line or line)


def _place(item: Any) -> sx.Place:
    place = _token_place(item) if isinstance(item, Token) else item.place
    assert isinstance(place, sx.Place)
    return place


def _whole(items: Sequence[Any]) -> sx.Place:
    first, last = _place(items[0]), _place(items[-1])
    return sx.Place(first.start, last.end, first.line, first.column, last.end_line)


class _ToSyntax(Transformer_NonRecursive[Any, Any]):
    """Makes syntax nodes of lark's tree; children are tokens and finished syntax nodes."""

    def file(self, items: list[Any]) -> sx.File:
        title = unquoted(items[1])
        statements = tuple(item for item in items if isinstance(item, sx.Statement))
        return sx.File(title, statements, _whole(items), "", word=str(items[0]))

    def expression_only(self, items: list[Any]) -> sx.Expr:
        return items[0]  # type: ignore[no-any-return]

    def __default__(self, data: Any, children: list[Any], meta: Any) -> sx.Statement:
        parts = tuple(
            sx.Word(_word(item), _place(item)) if isinstance(item, Token) else item
            for item in children
        )
        return sx.Statement(str(data), parts, _whole(children))

    def number(self, items: list[Any]) -> sx.Number:
        return sx.Number(str(items[0]), _place(items[0]))

    def minus(self, items: list[Any]) -> sx.Number:
        return sx.Number("-" + items[1].text, _whole(items))

    def clock(self, items: list[Any]) -> sx.Clock:
        return sx.Clock(str(items[0]), _place(items[0]))

    def text(self, items: list[Any]) -> sx.Text:
        return sx.Text(str(items[0]), _place(items[0]))

    def color(self, items: list[Any]) -> sx.Color:
        parts = [str(item) for item in items if item.type == "NUMBER"]
        text = f"rgb({', '.join(parts)})" if parts else str(items[0])
        return sx.Color(text, _whole(items))

    def name(self, items: list[Any]) -> sx.Name:
        return sx.Name(str(items[0]), _place(items[0]))

    def bound(self, items: list[Any]) -> str:
        return "".join(str(item) for item in items)

    def parameter(self, items: list[Any]) -> sx.Parameter:
        return sx.Parameter(str(items[0]), items[2] if items[1:] else None, _whole(items))

    def signature(self, items: list[Any]) -> sx.Signature:
        parameters = tuple(item for item in items if isinstance(item, sx.Parameter))
        return sx.Signature(str(items[0]), parameters, _whole(items))

    def keyword(self, items: list[Any]) -> sx.Argument:
        return sx.Argument(str(items[0]), items[2], _whole(items))

    def call(self, items: list[Any]) -> sx.Call:
        arguments = tuple(
            item if isinstance(item, sx.Argument) else sx.Argument("", item, item.place)
            for item in items[1:]
            if not isinstance(item, Token)
        )
        return sx.Call(str(items[0]), arguments, _whole(items), _place(items[0]))

    def paren(self, items: list[Any]) -> sx.Paren:
        return sx.Paren(items[1], _whole(items))

    def typed(self, items: list[Any]) -> sx.Typed:
        bounds = tuple(
            item for item in items[3:] if isinstance(item, str) and not isinstance(item, Token)
        )
        return sx.Typed(items[0], str(items[2]), bounds, _whole(items))

    def unit(self, items: list[Any]) -> sx.Unit:
        return sx.Unit(items[0], str(items[1]), _whole(items))

    def shift(self, items: list[Any]) -> sx.Shifted:
        return sx.Shifted(items[0], items[2], _whole(items))

    def output(self, items: list[Any]) -> sx.Selected:
        return sx.Selected(items[0], str(items[2]), _whole(items), _place(items[2]))

    def unary(self, items: list[Any]) -> sx.Expr:
        symbol, operand = str(items[0]), items[1]
        place = _whole(items)
        if symbol == "-" and isinstance(operand, sx.Number):
            return sx.Number(_negated(operand), place)
        if symbol == "-" and isinstance(operand, sx.Typed) and isinstance(operand.value, sx.Number):
            value = sx.Number(_negated(operand.value), operand.value.place)
            return sx.Typed(value, operand.kind, operand.bounds, place)
        return sx.Unary(symbol, operand, place)

    def binary(self, items: list[Any]) -> sx.Binary:
        symbol = " ".join(str(item) for item in items[1:-1])
        return sx.Binary(symbol, items[0], items[-1], _whole(items))


def _word(token: Token) -> str:
    return " ".join(str(token).split()) if token.type == "CLOSE_WHEN" else str(token)


def unquoted(literal: str) -> str:
    """Return the text of a quoted string; unknown escapes stand for themselves."""
    try:
        return str(json.loads(literal))
    except json.JSONDecodeError:
        return literal[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def quoted(text: str) -> str:
    """Return a text as the quoted string that `unquoted` reads back."""
    return json.dumps(text, ensure_ascii=False)
