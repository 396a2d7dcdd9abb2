"""Texts and colours: inputs that an Expert Advisor shows and that no trade depends on."""

from __future__ import annotations

import json

import pytest

from codegen.mql5.emit import emit_mql5
from codegen.mql5.reading import read_expert
from codegen.mql5.setfile import emit_set
from codegen.python import PythonFacts, emit_python
from dsl.boxes import parse_boxes
from dsl.errors import DslErrors, ParamOutOfRange
from dsl.layout import to_json
from dsl.looks import COLORS, color_number, color_of_number, color_parts, color_text
from dsl.node import InputRef
from dsl.strategy import Strategy, with_values
from dsl.text.lower import parse
from dsl.text.printer import format_strategy, format_text

TEXT = """strategy "Looks" {
    input note = "says \\"hi\\" \\\\ ü" "Comment of the trades"
    input up = dodgerblue
    input red = rgb(1, 2, 3)
    input n = 5 in 2..9

    enter long when rising(close, n)
    size 0.1 lots

    trade comment note
    arrow long up
    arrow short rgb(255, 0, 0)
    arrow exit red
}
"""
LOOKS = parse(TEXT)


def without_looks(text: str = TEXT) -> Strategy:
    lines = text.splitlines()
    words = ("input note", "input up", "input red", "trade comment", "arrow")
    return parse("\n".join(line for line in lines if not line.strip().startswith(words)))


def test_a_canonical_text_with_looks_prints_as_it_is() -> None:
    assert format_strategy(LOOKS) == TEXT
    assert format_text(TEXT.replace("rgb(255, 0, 0)", "rgb( 255,0 ,0 )")) == TEXT


def test_a_colour_has_one_spelling_and_an_input_called_like_it_keeps_its_own() -> None:
    assert dict(LOOKS.looks)["arrow_short"] == "red"
    assert dict(LOOKS.looks)["arrow_exit"] == InputRef("red")


@pytest.mark.parametrize(
    "edit", [("dodgerblue", "navy"), ("says", "said"), ("exit red", "exit up")]
)
def test_looks_are_no_part_of_the_identity(edit: tuple[str, str]) -> None:
    other = parse(TEXT.replace(*edit))
    assert other != LOOKS
    assert other.strategy_id == LOOKS.strategy_id == without_looks().strategy_id
    assert other.structure_id == LOOKS.structure_id


def test_boxes_and_links_keep_looks() -> None:
    written = json.dumps(to_json(LOOKS))
    assert parse_boxes(written).strategy == LOOKS
    for right, wrong in [
        ('"color"', '"colour"'),
        ('"dodgerblue"', '"blau"'),
        ('"looks"', '"look"'),
    ]:
        broken = written.replace(right, wrong)
        if wrong != '"look"':
            with pytest.raises(DslErrors):
                parse_boxes(broken)


def test_the_expert_has_string_and_color_inputs() -> None:
    source = emit_mql5(LOOKS)
    assert 'input string InpNote = "says \\"hi\\" \\\\ \\x00FC"; // Comment of the trades' in source
    assert "input color InpUp = C'30,144,255'; // Colour of arrows of long entries" in source
    assert "input color ShortColor = C'255,0,0';" in source
    assert "TradeComment" not in source
    assert "take_profit, InpNote);" in source
    assert "is_buy ? InpUp : ShortColor;" in source
    assert "TradeComment" in emit_mql5(without_looks())


def test_the_set_file_writes_texts_plainly_and_colours_as_numbers() -> None:
    rows = emit_set(LOOKS).decode("utf-16").split("\r\n")
    assert 'InpNote=says "hi" \\ ü' in rows
    assert f"InpUp={30 + 144 * 256 + 255 * 65536}" in rows
    assert "ShowPanel=false||false||0||true||N" in rows


def test_an_edited_text_or_colour_is_read_back_from_the_expert() -> None:
    source = emit_mql5(LOOKS)
    assert read_expert(source).strategy == LOOKS
    edited = source.replace("C'30,144,255'", "C'0,0,128'").replace('"says ', '"said ')
    found = read_expert(edited).strategy
    assert found == with_values(LOOKS, {"up": "navy", "note": 'said "hi" \\ ü'})
    assert (
        read_expert(source.replace("InpUp = C'30,144,255'", "InpUp = 255")).edits[0].name == "InpUp"
    )


def test_programs_that_show_nothing_leave_looks_out() -> None:
    program = emit_python(LOOKS, PythonFacts(point=1e-5, timeframe=3600))
    assert "note" not in program.split('"""')[-1]


def test_a_title_of_any_characters_makes_a_comment_that_metatrader_takes() -> None:
    smile = chr(0x1F600)
    source = emit_mql5(
        parse(
            TEXT.replace('"Looks"', f'"{20 * smile}"').replace("comment note", "when close > open")
        )
    )
    (comment,) = [line for line in source.splitlines() if line.startswith("input string TradeC")]
    assert comment.count("\\x") == 30
    assert "StringLen(TradeComment) > 31" in source


@pytest.mark.parametrize("word", COLORS)
def test_every_colour_word_is_its_own_number(word: str) -> None:
    assert color_text(*color_parts(word)) == word
    assert color_of_number(color_number(word)) == word


@pytest.mark.parametrize("text", ["blau", "rgb(1,2,3)", "rgb(1, 2, 256)", ""])
def test_other_words_are_no_colours(text: str) -> None:
    with pytest.raises(ParamOutOfRange, match="no colour"):
        color_parts(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("input up = dodgerblu", "'dodgerblu' is no colour"),
        ("input up = rgb(1, 2, 300)", "is no colour"),
        ('input t = "a\\nb"', "one line of printable characters"),
        ('trade comment "' + 32 * "x" + '"', "32 characters, 31 are allowed"),
        ('input t = "x"\ntrade when close > t', "string input, it has no place in an expression"),
        ('input t = "x"\nstop loss t * atr(14)', "has no place in an expression"),
        ('input t = "x"\nexit after t bars', "wants a number"),
        ('input t = "x"\narrow long t', "arrow long wants a color; the input 't' is a string"),
        (
            "input c = red\ntrade comment c",
            "trade comment wants a string; the input 'c' is a color",
        ),
        ("input n = 5\narrow exit n", "is a number"),
        ("trade comment nothing", "unknown name 'nothing'"),
        ("arrow exit red\narrow exit blue", "stands here again"),
    ],
)
def test_what_is_wrong_with_looks_is_told(line: str, said: str) -> None:
    with pytest.raises(DslErrors) as caught:
        parse(f'strategy "x" {{ {line}\nenter long when close > open size 1 lots }}')
    assert said in str(caught.value)
