"""Text of an Expert Advisor -> syntax tree. Knows the grammar, not what names mean."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from codegen.host import syntax
from codegen.host.errors import Mql5Error, Problem, problem_at
from codegen.host.pieces import moved, pieces
from codegen.host.preprocessor import Directive, Plain, preprocess
from codegen.host.tree import TreeBuilder
from codegen.host.types import BASIC

LIBRARY = {"Trade/Trade.mqh": ("CTrade",)}
REFUSED = frozenset(
    """
    auto new delete try catch goto union interface virtual override operator typedef using
    namespace friend unsigned signed sizeof extern this final import
    """.split()  # noqa: SIM905 - a list of words
)
_KEYWORDS = {
    "input": "INPUT",
    "sinput": "INPUT",
    "struct": "RECORD",
    "class": "RECORD",
    "public": "ACCESS",
    "protected": "ACCESS",
    "private": "ACCESS",
}
_TYPE = re.compile(r"\b(?:enum|struct|class|typename)\s+(\w+)")
_WORD = re.compile(r"\b([A-Za-z_]\w*)\s*\Z")
_WORDS = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"')
_BODY = re.compile(r"\(.*\)|-?[\w.]+|\"(?:\\.|[^\"\\])*\"|[CD]?'[^']*'", re.DOTALL)
_KEPT = 1024  # pieces of texts; some ten kilobytes each
_SHOWN = {"TYPE": "a type", "NAME": "a name", "INTEGER": "a number", "$END": "the end of the file"}


class _Types(threading.local):
    """Names that mean a type in the text that this thread parses."""

    names: frozenset[str] = frozenset()


_types = _Types()


def _classify(token: Token) -> Token:
    if token in _types.names or token.startswith(("ENUM_", "Mql")):
        token.type = "TYPE"
    elif token in _KEYWORDS:
        token.type = _KEYWORDS[token]
    return token


@cache
def _lark() -> Lark:
    grammar = resources.files("codegen.host").joinpath("mql5.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        strict=True,
        start=["program", "macro"],
        transformer=TreeBuilder(),
        lexer_callbacks={"NAME": _classify},
        maybe_placeholders=True,
    )


def parse_mql5(
    source: str,
    path: str = "",
    *,
    includes: Mapping[str, str] | None = None,
    types: Iterable[str] = (),
) -> syntax.Unit:
    """Parse an Expert Advisor and the files that it includes in quotes.

    Args:
        source: The text.
        path: Its file, for messages, and where included files are looked for.
        includes: Texts of included files by name, instead of files beside `path`.
        types: More names of types, beside the built-in and its own.

    Raises:
        Mql5Error: Some of the text is not known, with file, line and column of each finding.
    """
    sources: list[syntax.Source] = []
    known = {*BASIC, *types}

    def read(name: str, at: Problem) -> str:
        if includes is not None:
            if name not in includes:
                raise Mql5Error([at])
            return includes[name]
        try:
            return (Path(path).parent / name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Mql5Error([at]) from error

    def add(text: str, file: str) -> None:
        plain = preprocess(text, file)
        found = [_include(d, text, file) for d in plain.directives if d.word == "include"]
        for include in found:
            if include.library:
                known.update(LIBRARY[include.name])
                continue
            shown = str(Path(path).parent / include.name)
            if shown not in {s.path for s in sources}:
                message = f'the included file "{include.name}" cannot be read'
                add(read(include.name, problem_at(text, file, include.line, 1, message)), shown)
        known.update(_TYPE.findall(plain.text))
        sources.append(_source(plain, text, file, tuple(found), frozenset(known)))

    add(source, path)
    return syntax.Unit(tuple(sources))


def _source(
    plain: Plain,
    text: str,
    path: str,
    includes: tuple[syntax.Include, ...],
    types: frozenset[str],
) -> syntax.Source:
    items = _guarded(lambda: _items(plain.text, types), text, path)
    assert isinstance(items, tuple)
    properties = tuple(_property(d) for d in plain.directives if d.word == "property")
    macros = tuple(_macro(d, text, path) for d in plain.directives if d.word == "define")
    lines = text.splitlines()
    flat = tuple(_commented(item, lines) for item in items)
    named = tuple(macro for macro in macros if macro is not None)
    return syntax.Source(path, text, properties, includes, named, flat)


def _items(plain: str, types: frozenset[str]) -> tuple[syntax.Item, ...]:
    """Return the declarations of a text without comments; pieces seen before are not read again.

    The grammar has one reading at most: where each piece is a program, their sequence is the whole.
    """
    try:
        return tuple(
            item
            for line, piece in pieces(plain)
            for item in moved(_piece(piece, types.intersection(_WORDS.findall(piece))), line)
        )
    except UnexpectedInput:
        return _read(plain, types)  # tells where


@lru_cache(_KEPT)
def _piece(text: str, types: frozenset[str]) -> tuple[syntax.Item, ...]:
    return _read(text, types)


def _read(text: str, types: frozenset[str]) -> tuple[syntax.Item, ...]:
    _types.names = types
    items = _lark().parse(text, start="program")
    assert isinstance(items, tuple)
    return items


def _guarded(parse: Callable[[], object], text: str, path: str) -> object:
    try:
        return parse()
    except UnexpectedInput as error:
        line = error.line if error.line > 0 else len(text.splitlines())
        column = max(1, error.column)
        before = _WORD.search(text, 0, max(error.pos_in_stream or 0, 0))
        message, hint = _unexpected(error, before[1] if before else "")
        raise Mql5Error([problem_at(text, path, line, column, message, hint=hint)]) from error


def _unexpected(error: UnexpectedInput, before: str) -> tuple[str, str]:
    if isinstance(error, UnexpectedCharacters):
        return f"unexpected character {error.char!r}", ""
    if not isinstance(error, UnexpectedToken):
        return "the text ends too early", ""
    token = error.token
    found = "the end of the file" if token.type == "$END" else f"'{token}'"
    wanted = sorted({_shown(name) for name in error.accepts or error.expected})
    for word in (before, str(token)):
        if word in REFUSED:
            return f"'{word}' is not known to the host", "emitted Expert Advisors do without it"
    if token.type == "NAME" and before in _KEYWORDS:
        return f"'{token}' is not a known type", ""
    if token.type == "NAME" and before:
        return f"'{before}' is not a known type", ""
    known = wanted if len(wanted) <= 6 else [*wanted[:6], "..."]
    return f"unexpected {found}", f"allowed here: {', '.join(known)}"


def _shown(terminal: str) -> str:
    if terminal in _SHOWN:
        return _SHOWN[terminal]
    for definition in _lark().terminals:
        if definition.name == terminal and definition.pattern.type == "str":
            return f"'{definition.pattern.value}'"
    return terminal.lower()


def _include(directive: Directive, text: str, path: str) -> syntax.Include:
    name = directive.rest.strip()
    library = name.startswith("<") and name.endswith(">")
    plain = name[1:-1].replace("\\", "/")
    quoted = len(name) > 2 and name[0] == name[-1] == '"'
    if quoted or (library and plain in LIBRARY):
        return syntax.Include(plain, library, directive.line)
    allowed = ", ".join(f"<{known}>" for known in LIBRARY)
    message = f"#include {name} is not known to the host"
    hint = f'allowed are {allowed} and files beside the program, as #include "name.mqh"'
    raise Mql5Error([problem_at(text, path, directive.line, directive.column, message, hint=hint)])


def _property(directive: Directive) -> syntax.Property:
    name, _, value = directive.rest.partition(" ")
    value = value.strip()
    if _QUOTED.fullmatch(value):
        value = value[1:-1]
    return syntax.Property(name, value, directive.line)


def _macro(directive: Directive, text: str, path: str) -> syntax.Macro | None:
    name, _, body = directive.rest.partition(" ")
    body = body.strip()
    if name.isidentifier() and not body:
        return None  # the mark of an include file
    if not name.isidentifier() or not _BODY.fullmatch(body):
        hint = "allowed is a name with a number, a text, a name, or an expression in parentheses"
        message = f"macro '{directive.rest}' is not known"
        raise Mql5Error(
            [problem_at(text, path, directive.line, directive.column, message, hint=hint)]
        )
    indent = directive.column - 1 + directive.rest.index(body)
    placed = "\n" * (directive.line - 1) + " " * indent + body
    value = _guarded(lambda: _lark().parse(placed, start="macro"), text, path)
    assert isinstance(value, syntax.Expression)
    return syntax.Macro(name, value, directive.line)


def _commented(item: syntax.Item, lines: list[str]) -> syntax.Item:
    if not isinstance(item, syntax.Input):
        return item
    rest = _QUOTED.sub("", lines[item.variable.line - 1])
    return syntax.Input(item.word, item.variable, rest.partition("//")[2].strip())
