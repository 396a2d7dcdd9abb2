"""Verdicts on small pieces of MQL5: refused at the right place, or computed as MetaTrader would."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from backtest.market import Market
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.cpp import translate
from codegen.host.errors import Mql5Error
from codegen.host.parser import parse_mql5
from codegen.host.replay import replay
from tests.support.bars import EURUSD, hand_bars

HERE = Path(__file__).parent
ABOVE = (HERE / "support" / "host" / "verdicts.mqh").read_text(encoding="utf-8")
INSIDE = "void OnTick(void) { "
LINE = ABOVE.count("\n") + 1
MARKET = Market(hand_bars([(100_000, 100_050, 99_950, 100_020)] * 2), EURUSD)
PIECE = re.compile(r"(?P<top>top )?(?P<code>.*?) ?//(?P<sign>[!=]) (?P<words>.*)")


class Piece(NamedTuple):
    """A piece of MQL5: where it stands, what is wrong with it or what it prints."""

    code: str
    top: bool
    sign: str
    words: str

    def source(self) -> str:
        code = self.code.replace("§", "")
        if self.top:
            return f"{ABOVE}{code}\n{INSIDE}}}\n"
        return f"{ABOVE}{INSIDE}{code} }}\n"

    def column(self) -> int:
        return self.code.index("§") + 1 + (0 if self.top else len(INSIDE))


def pieces(sign: str) -> list[Piece]:
    text = (HERE / "data" / "mql5_verdicts.txt").read_text(encoding="utf-8")
    found = [PIECE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
    assert all(found)
    read = [Piece(m["code"], bool(m["top"]), m["sign"], m["words"]) for m in found if m]
    return [piece for piece in read if piece.sign == sign]


REFUSED, ACCEPTED = pieces("!"), pieces("=")


@pytest.mark.parametrize("piece", REFUSED, ids=[p.code for p in REFUSED])
def test_what_metaeditor_would_not_let_pass_is_refused_at_its_place(piece: Piece) -> None:
    with pytest.raises(Mql5Error) as caught:
        translate(parse_mql5(piece.source(), "demo.mq5"))
    problem = caught.value.problems[0]
    assert piece.words in f"{problem.message} {problem.hint}"
    if "§" in piece.code:
        assert (problem.line, problem.column) == (LINE, piece.column())
    assert problem.line >= LINE


@cache
def printed() -> list[str]:
    """Return what the accepted pieces print, each in a function of its own."""
    functions = [f"void Piece{n}(void) {{ {p.code} }}" for n, p in enumerate(ACCEPTED)]
    calls = " ".join(f"Piece{n}();" for n in range(len(ACCEPTED)))
    source = ABOVE + "\n".join([*functions, f"{INSIDE}{calls} }}\n"])
    found = replay(build([source]), 0, MARKET)
    assert found.fault is None
    return [line.text for line in found.journal]


@pytest.mark.parametrize("number", range(len(ACCEPTED)), ids=[p.code for p in ACCEPTED])
def test_what_is_right_computes_what_it_would_in_metatrader(number: int) -> None:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    assert printed()[number] == ACCEPTED[number].words
