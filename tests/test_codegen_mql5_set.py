"""MetaTrader's .set files: any is read, written back to the same bytes, applied to a strategy."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.mql5.inputs import magic_number
from codegen.mql5.set_table import AppliedSet, apply_set, parse_set
from codegen.mql5.setfile import emit_set
from codegen.plan import build_plan
from dsl.errors import CodegenError, DataError, GenfxError, ParamOutOfRange, UnknownName
from dsl.params import ParamValue
from dsl.strategy import with_values
from dsl.text.lower import parse
from genfx.exports import ANY_MARKET, with_ea_values
from genfx.terminal.set_values import with_set
from tests.support.ea_examples import FACTS, examples

FIVE = """; saved by the tester
;
; === Group ===
InpFast=8||5||1||60||Y
InpOn=true||false||0||true||N
InpFactor=0.5||0,1||0,1||2||N
InpNote=a = b || c; d
InpEmpty=
InpText=6||7
"""
FOUR = "Fast=8\nFast,F=1\nFast,1=5\nFast,2=1\nFast,3=60\nNote=x\n"
FILES = {
    "five": codecs.BOM_UTF16_LE + FIVE.replace("\n", "\r\n").encode("utf-16-le"),
    "big_endian": codecs.BOM_UTF16_BE + FIVE.encode("utf-16-be"),
    "utf8_mark": codecs.BOM_UTF8 + FIVE.encode(),
    "mixed_ends": FIVE.replace("\n", "\r\n", 3).replace("\n", "\r", 1).encode(),
    "no_last_end": FIVE.rstrip("\n").encode(),
    "four": FOUR.replace("\n", "\r\n").encode(),
    "latin": "Name=für\r\n".encode("latin-1"),
    "other_separators": "Name=a\x0bb\x1cc\u2028d\r\n".encode(),
    "empty": b"",
}
STRATEGY = parse(
    """strategy "Set" {
        input fast = 12 in 5..60
        input k = 2.0 in 0.5..5 step 0.25
        input note = "as it was"
        input up = blue
        enter long when ema(close, fast) crosses above ema(close, 80)
        stop loss k * atr(14)
        size risk 1%
        trade comment note
        arrow long up
    }"""
)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_written_back_byte_for_byte(name: str) -> None:
    assert parse_set(FILES[name]).to_bytes() == FILES[name]


@pytest.mark.parametrize("name", ["five", "big_endian", "utf8_mark", "mixed_ends", "no_last_end"])
def test_rows_of_metatrader_5_are_read(name: str) -> None:
    table = parse_set(FILES[name])
    rows = {row.name: row for row in table.rows if row.name}
    fast = rows["InpFast"]
    assert (fast.value, fast.start, fast.step, fast.stop, fast.optimised) == (
        *("8", "5", "1", "60"),
        True,
    )
    assert not rows["InpOn"].optimised
    assert table.values["InpNote"] == "a = b || c; d"
    assert table.values["InpEmpty"] == ""
    assert table.values["InpText"] == "6||7"


def test_rows_of_metatrader_4_keep_their_keys() -> None:
    table = parse_set(FILES["four"])
    assert table.values == {"Fast": "8", "Note": "x"}
    assert [row.key for row in table.rows] == ["", "F", "1", "2", "3", ""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Fast=1\r\nwhat is this\r\n", "x.set:2: 'what is this' is no row"),
        (b"=5\r\n", "x.set:1: '=5' is no row"),
        (codecs.BOM_UTF16_LE + b"F\0a", "byte 2 is no utf-16-le text"),
        ("Fast=1".encode("utf-16-le"), "holds zero bytes"),
    ],
)
def test_what_is_no_set_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=r"x\.set") as caught:
        parse_set(content, "x.set")
    assert said in str(caught.value)


def applied(*rows: str) -> AppliedSet:
    return apply_set(STRATEGY, parse_set("\r\n".join(rows).encode()), "x.set")


def test_values_of_a_set_become_values_of_the_strategy() -> None:
    found = applied(
        "; a comment",
        "InpFast=20||5||1||60||Y",
        "InpK=2,5",
        "InpNote= new ",
        f"InpUp={255 * 65536 + 144 * 256 + 30}",
        "RiskPercent=0.5",
        "MaxSlippage=7",
    )
    values: dict[str, ParamValue] = {"fast": 20, "k": 2.5, "note": " new ", "up": "dodgerblue"}
    assert found.strategy.inputs == with_values(STRATEGY, values).inputs
    assert found.strategy.rule("max_slippage") == 7
    assert found.beside == {}
    size = found.strategy.port("size")
    assert size is not None
    assert size.params == (0.5,)


def test_a_value_beyond_its_range_widens_the_range() -> None:
    (fast, *_) = applied("InpFast=99").strategy.inputs
    assert (fast.value, fast.low, fast.high) == (99, 5, 99)


def test_inputs_of_the_expert_alone_are_told_apart() -> None:
    found = applied("MagicNumber=5", "ServerShift=-2", "ShowPanel=true", "ShowArrows=true")
    assert found.strategy == STRATEGY
    assert found.beside == {"MagicNumber": 5, "ServerShift": -2, "ShowPanel": 1}


def test_colours_and_comment_without_an_input_become_the_strategys_looks() -> None:
    found = applied("ExitColor=255").strategy
    assert dict(found.looks)["arrow_exit"] == "red"
    assert found.strategy_id == STRATEGY.strategy_id


def test_the_magic_number_is_that_of_the_file_whatever_the_strategy_becomes() -> None:
    table = emit_set(STRATEGY)
    other = table.decode("utf-16").replace("InpFast=", "InpFast=1").encode("utf-16")
    found = apply_set(STRATEGY, parse_set(other))
    assert found.strategy.strategy_id != STRATEGY.strategy_id
    given = with_ea_values(ANY_MARKET, found.beside).mql5
    magic = magic_number(build_plan(STRATEGY), EmitFacts())
    assert f"input long MagicNumber = {magic};" in emit_mql5(found.strategy, given)


@pytest.mark.parametrize("name", ["cross", "rsi_filter", "evolved", "guarded", "session"])
def test_a_set_that_genfx_wrote_changes_nothing(name: str) -> None:
    strategy = examples()[name]
    found = apply_set(strategy, parse_set(emit_set(strategy, FACTS)))
    assert found.strategy == strategy
    assert set(found.beside) <= {"MagicNumber"}


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        ("InpFats=5", UnknownName, "did you mean 'InpFast'?"),
        ("InpFats,F=1", UnknownName, "x.set:1: the EA has no input 'InpFats'"),
        ("InpFast=5.5", ParamOutOfRange, "InpFast=5.5 cannot be read"),
        ("InpK=true", ParamOutOfRange, "a plain double is wanted"),
        ("InpUp=blue", ParamOutOfRange, "a plain color is wanted"),
        ("InpUp=16777216", ParamOutOfRange, "InpUp=16777216 cannot be read"),
        ("ShowPanel=2", ParamOutOfRange, "a plain bool is wanted"),
        ("InpFast=0", CodegenError, "x.set:1: InpFast = 0"),
        ("TradeComment=x", UnknownName, "no input 'TradeComment'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(
    row: str, error: type[GenfxError], said: str
) -> None:
    with pytest.raises(error) as caught:
        applied(row)
    assert said in str(caught.value)


def test_a_strategy_without_inputs_has_those_of_its_expert(tmp_path: Path) -> None:
    bare = parse('strategy "b" { enter long when rsi(close, 14) < 30 size 0.1 lots }')
    path = tmp_path / "x.set"
    path.write_bytes(b"InpRsiPeriod=9\r\n")
    found = with_set(bare, path).strategy
    wanted = parse('strategy "b" { enter long when rsi(close, 9) < 30 size 0.1 lots }')
    assert found.strategy_id == wanted.strategy_id
    with pytest.raises(DataError, match="cannot be read"):
        with_set(bare, tmp_path / "none.set")
