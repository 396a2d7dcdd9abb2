"""Texts are parsed in pieces, and pieces seen before are not parsed again: nobody can tell."""

from __future__ import annotations

import pytest

from codegen.host.errors import Mql5Error
from codegen.host.parser import parse_mql5
from codegen.host.pieces import pieces
from codegen.host.syntax import Function
from codegen.mql5.emit import emit_mql5
from tests.support.ea_examples import FACTS, examples

ONE = "int One()\n  {\n   return 1;\n  }\n"
RECORD = "struct Rect { int top; };\n"
USER = "int Top()\n  {\n   Rect rect = {};\n   return rect.top;\n  }\n"


def test_pieces_end_where_an_outermost_brace_is_closed() -> None:
    text = "enum E { A, B };\n\n  string s = \"}{\";\nvoid F() { if(A) { G('}'); } }\nint x;\n"
    assert list(pieces(text)) == [
        (0, "enum E { A, B };\n"),
        (2, "  string s = \"}{\";\nvoid F() { if(A) { G('}'); } }\n"),
        (4, "int x;\n"),
    ]


def test_pieces_give_the_tree_of_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [emit_mql5(strategy, FACTS) for strategy in examples().values()]
    in_pieces = [parse_mql5(text) for text in texts]
    monkeypatch.setattr("codegen.host.parser.pieces", lambda text: [(0, text)])
    assert in_pieces == [parse_mql5(text) for text in texts]


def test_a_function_seen_before_has_the_lines_of_the_new_place() -> None:
    parse_mql5(ONE)
    (function,) = parse_mql5("\n\n" + ONE).main.items
    assert isinstance(function, Function)
    assert function.line == 3
    assert function.body is not None
    assert "line=5" in repr(function.body)


def test_a_function_seen_before_is_refused_where_its_type_is_not_known() -> None:
    parse_mql5(RECORD + USER)
    with pytest.raises(Mql5Error, match="'Rect' is not a known type"):
        parse_mql5(USER)


def test_a_mistake_behind_other_pieces_is_told_with_its_line() -> None:
    with pytest.raises(Mql5Error) as caught:
        parse_mql5(ONE + RECORD + "int Two()\n  {\n   return 2\n  }\n")
    assert [problem.line for problem in caught.value.problems] == [9]
