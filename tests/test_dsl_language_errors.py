"""Error texts of the language: typical mistakes, in a trader's words, all of a file in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.errors import DslErrors, KindMismatch, ParamOutOfRange, SyntaxProblem, UnknownName
from dsl.text.lower import parse, parse_expression
from dsl.text.parser import parse_syntax

GOLDEN = Path(__file__).parent / "golden" / "language_errors.txt"
CASES = {
    "misspelled node": "enter long when smmaa(close, 20) > close",
    "misspelled name": "trend = ema(close, 5)\nenter long when trand > close",
    "misspelled statement": "entr long when close > open",
    "misspelled word": "enter long wen close > open",
    "oscillator with price": "enter long when rsi(close, 14) > close",
    "signal in arithmetic": "enter long when (close > open) + 1 > 2",
    "value as condition": "enter long when ema(close, 5)",
    "price without comparison": "enter long when close and open > close",
    "sum of prices": "enter long when close + open > 2",
    "distance without unit": "enter long when close > open\nstop loss 200",
    "price as distance": "enter long when close > open\ntake profit ema(close, 20)",
    "forming bar": "enter long when close[0] > open[0]",
    "forming bar inside": "enter long when ema(close, 9)[0] > 1",
    "series forgotten": "enter long when rsi(14) < 30",
    "too many arguments": "enter long when atr(14, 3) > 0.001",
    "unknown argument": "enter long when rsi(close, perod=4) < 30",
    "unknown output": "enter long when macd(close, 12, 26, 9).signl > 0",
    "period of zero": "enter long when ema(close, 0) > close",
    "slow below fast": "enter long when macd(close, 26, 12, 9) > 0",
    "level out of bounds": "enter long when rsi(close, 14) < 170",
    "number as clock": "enter long when close > open\nsession 8 to 20:00",
    "no such time": "enter long when close > open\nfriday close 25:00",
    "assignment in condition": "enter long when close = open",
    "two comparisons": "enter long when 20 < rsi(close, 14) < 30",
    "unclosed parenthesis": "x = ema(close, 20\nenter long when close > open",
    "operator at the end": "enter long when close > open and\nexit long when close < open",
    "missing unit": "enter long when close > open\nexit after 4\nsize 1",
    "semicolon": "enter long when close > open;",
    "ampersand": "enter long when close > open & hour > 3",
    "open quote": 'input n = 3 "period\nenter long when rsi(close, n) < 30',
    "word as name": "size = ema(close, 3)\nenter long when close > open",
    "price as name": "high = ema(close, 3)\nenter long when close > open",
    "name twice": "x = ema(close, 3)\nx = ema(close, 4)\nenter long when x > close",
    "name too late": "enter long when x > close\nx = ema(close, 3)",
    "stop twice": "enter long when close > open\nstop loss atr(14)\nstop loss atr(20)",
    "no entry": "exit long when close > open",
    "risk without stop": "enter long when close > open\nsize risk 1%",
    "input out of its range": "input n = 90 in 2..50\nenter long when rsi(close, n) < 30",
    "range beyond the limits": "input n = 9 in 0..50\nenter long when rsi(close, n) < 30",
    "input of no number": "input n = 2.5\nenter long when rsi(close, n) < 30",
    "short side twice": "enter long when close > open\nenter short when close < open\nsymmetric",
    "capitals": "enter long when RSI(Close, 14) < 30",
    "pips": "enter long when close > open\nstop loss 20 pips",
    "pips of a spread": "enter long when close > open\nmax spread 2 pips",
    "pips before more words": "enter long when close > open\nbreak even at 20 pips lock 2 pips",
    "averages without a product": "enter long when close > open\nstop loss 2 atr",
    "days": "enter long when close > open\nexit after 3 days",
    "hours": "enter long when close > open\nexit after 24h",
    "session with a dash": "enter long when close > open\nsession 08:00-20:00",
    "words joined": "enter long when close > open\nfridayclose 20:00",
    "words run together": "enter longwhen close > open",
    "days run together": "enter long when close > open\nweekdays montue",
    "days in full": "enter long when close > open\nweekdays monday tuesday",
    "range of days": "enter long when close > open\nweekdays mon..fri",
    "range instead of a value": "input n = 5 to 20\nenter long when close > ema(close, n)",
    "range in words": "input n = 5 in 5 to 20\nenter long when close > ema(close, n)",
    "no such timeframe": "enter long when h5(close) > open",
    "percent in words": "enter long when close > open\nstop loss 1.5 percent",
    "money": "enter long when close > open\nstop loss 100 $",
    "comment of another language": "// trend\nenter long when close > open",
    "unknown kind": "enter long when close > 3 as prize",
    "several at once": (
        "input n = 200 in 2..50\n"
        "trend = emma(close, n)\n"
        "enter long when trend > close and rsi(close, 14) > close\n"
        "enter short wen trend < close\n"
        "exit long when rsi(close, 14 > 3\n"
        "stop los 2 * atr(14)\n"
        "take profit 3 * atr(0)\n"
    ),
}


def text(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    return f'strategy "demo" {{\n{lines}}}\n'


def errors(source: str) -> DslErrors:
    with pytest.raises(DslErrors) as caught:
        parse(source, "demo.strat")
    return caught.value


def test_error_texts_are_the_golden_ones(request: pytest.FixtureRequest) -> None:
    shown = "\n".join(f"== {name}\n{errors(text(body))}\n" for name, body in CASES.items())
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")


def test_all_errors_of_a_file_come_in_the_order_of_its_lines() -> None:
    found = errors(text(CASES["several at once"]))
    lines = [error.span.line for error in found.errors if error.span]
    assert lines == [2, 3, 4, 5, 6, 7, 8]
    kinds = [type(error) for error in found.errors]
    assert kinds == [
        ParamOutOfRange,
        UnknownName,
        KindMismatch,
        SyntaxProblem,
        SyntaxProblem,
        SyntaxProblem,
        ParamOutOfRange,
    ]


def test_use_of_a_broken_name_is_not_reported_again() -> None:
    found = errors(text("x = ema(close, 3\ny = x + 1\nenter long when x > close and y > 3"))
    assert len(found.errors) == 1


def test_missing_brace_is_one_error_and_the_rest_is_still_checked() -> None:
    found = errors('strategy "x" {\nenter long when close >\nstop loss atr(0)\n')
    assert [error.span.line for error in found.errors if error.span] == [2, 3, 3]
    assert "not closed" in str(found)


def test_text_behind_the_strategy_is_one_error() -> None:
    assert len(errors(text("enter long when close > open") + "}\n").errors) == 1


def test_error_knows_its_place() -> None:
    (error,) = errors(text("enter long when smmaa(close, 20) > close")).errors
    assert error.span is not None
    assert (error.span.line, error.span.column, error.span.length) == (2, 21, 5)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "strategy",
        'strategy "x"',
        'strategy "x" {',
        "enter long when close > open",
        "}{",
        "\x00",
    ],
)
def test_text_that_is_no_strategy_is_an_error_not_a_crash(source: str) -> None:
    assert errors(source).errors


@pytest.mark.parametrize("source", ["", "close >", "emma(close)", "close + open", "(close"])
def test_lone_expression_reports_its_error(source: str) -> None:
    with pytest.raises(DslErrors):
        parse_expression(source)


@pytest.mark.parametrize(
    "condition", ["(" * 999 + "close > open" + ")" * 999, "close > open" + " and hour > 3" * 999]
)
def test_expression_nested_too_deep_is_an_error_not_a_crash(condition: str) -> None:
    found = errors(text(f"x = {condition}\nenter long when x\nstop loss close"))
    assert [error.span.line for error in found.errors if error.span] == [2, 4]
    with pytest.raises(DslErrors):
        parse_expression(condition)


def test_every_prefix_of_a_strategy_is_read_or_reported() -> None:
    whole = text("input n = 14 in 2..50\nenter long when rsi(close, n)[2] < 30 # low\nsize 1 lots")
    for end in range(0, len(whole) - 3, 3):
        with pytest.raises(DslErrors):
            parse_syntax(whole[:end])


@pytest.mark.parametrize(
    ("written", "missing"),
    [("rsi(close 14)", "close, 14"), ("max(close open)", "close, open"), ("atr(14 2)", "14, 2")],
)
def test_a_missing_comma_is_told(written: str, missing: str) -> None:
    found = errors(text(f"enter long when close > {written}"))
    assert f"a comma is missing: write '{missing}'" in str(found)


def test_a_number_without_end_is_an_error() -> None:
    found = errors(text("enter long when close > sma(close, 1e400)"))
    assert "sma: period is too large a number" in str(found)


@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\u202e", "\u2028", "\\n", "\\u0000"])
def test_a_title_or_comment_is_one_line_of_printable_characters(odd: str) -> None:
    body = "{ input n = 3%s enter long when rsi(close, n) < 30 }"
    for text in (f'strategy "a{odd}b" {body % ""}', 'strategy "x" ' + body % f' "a{odd}b"'):
        with pytest.raises(DslErrors, match="one line of printable characters"):
            parse(text)
