"""The colours of the language for editors: a TextMate grammar made from the words and node types.

Patterns are kept to what both Oniguruma and Python's `re` read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import dsl.nodes  # noqa: F401  fills the registry
from dsl.registry import node_types
from dsl.text.expressions import KINDS
from dsl.text.parser import words
from dsl.text.statements import DAYS, WORDS
from dsl.timeframes import WORDS as TIMEFRAMES

Rule = dict[str, object]

_HEADS = ("strategy", "library", "input", "def", "include")
_OPERATORS = ("and", "or", "not", "crosses", "above", "below", "as")
_PHRASES = ("one trade per day", "weekdays", "symmetric", "reverse")  # without an operand
_LITERALS: dict[str, Rule] = {
    "comment": {"name": "comment.line.number-sign", "match": "#.*$"},
    "string": {"name": "string.quoted.double", "match": r'"([^"\\]|\\.)*"'},
    "clock": {"name": "constant.numeric.time", "match": r"\b\d{1,2}:\d{2}\b"},
    "number": {"name": "constant.numeric", "match": r"\b\d+(\.\d+)?([eE][+-]?\d+)?\b"},
}
_NAMES: dict[str, Rule] = {
    "session": {
        "begin": r"^\s*(session)\b",
        "end": "$",
        "beginCaptures": {"1": {"name": "keyword.control"}},
        "patterns": [
            {"include": "#comment"},
            {"include": "#clock"},
            {"name": "keyword.control", "match": r"\b(?:close|to)\b"},  # no price here
        ],
    },
    "definition": {
        "match": r"^\s*(input|def)\s+([A-Za-z_]\w*)",
        "captures": {"1": {"name": "storage.type"}, "2": {"name": "entity.name"}},
    },
    "named": {
        "match": r"^\s*([A-Za-z_]\w*)\s*=(?!=)",
        "captures": {"1": {"name": "entity.name"}},
    },
}


def textmate_grammar() -> dict[str, object]:
    """Return the grammar as an editor's JSON holds it."""
    rules = _rules()
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "genfx strategy",
        "scopeName": "source.genfx",
        "fileTypes": ["strat"],
        "patterns": [{"include": f"#{name}"} for name in rules],
        "repository": rules,
    }


def _rules() -> dict[str, Rule]:
    """Return the rules, those first that win over others at the same place."""
    begins = "|".join(_phrase(text) for text in _phrases())
    return {
        **_LITERALS,
        **_NAMES,
        "statement": {"name": "keyword.control", "match": rf"^\s*(?:{begins})\b"},
        "head": _words("storage.type", _HEADS),
        "call": _words("support.function", _types("call"), r"(?=\s*\()"),
        "timeframe": _words("support.type", TIMEFRAMES, r"(?=\s*\()"),
        "argument": {
            "match": r"\b([A-Za-z_]\w*)\s*=(?!=)",
            "captures": {"1": {"name": "variable.parameter"}},
        },
        "operator": _words("keyword.operator", _OPERATORS),
        "price": _words("variable.language", _types("leaf")),
        "day": _words("constant.language", DAYS),
        "kind": _words("support.type", (*KINDS, "oscillator")),
        "word": _words("keyword.control", words() - {*_HEADS, *_OPERATORS, *DAYS}),
        "sign": {"name": "keyword.operator", "match": r"==|!=|>=|<=|\.\.|[-+*/<>=%]"},
    }


def _types(form: str) -> list[str]:
    return [t.name for t in node_types() if t.syntax.form == form]


def _phrases() -> Iterator[str]:
    """Yield the words with which a statement begins, the longest first."""
    found = {text.split("$")[0].strip() for text in WORDS.values()} | set(_PHRASES)
    yield from sorted(found - {"session"}, key=lambda text: (-len(text), text))


def _phrase(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in text.split())


def _words(scope: str, names: Iterable[str], then: str = r"\b") -> Rule:
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return {"name": scope, "match": rf"\b(?:{'|'.join(ordered)}){then}"}
