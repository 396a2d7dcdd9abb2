"""MetaTrader's .set files, and values as MQL5 text."""

from __future__ import annotations

import math

import pytest

from codegen.mql5.setfile import emit_set
from codegen.mql5.text import mql5_double, mql5_string, pascal_case
from dsl.errors import CodegenError
from dsl.text.lower import parse

TEXT = """strategy "Ranges" {
    input fast = 12 in 5..60
    input slow = 26 in 10..120 step 2
    input k = 2.5 in 0.5..5 step 0.25
    input plain = 3
    enter long when ema(close, fast) > ema(close, slow)
    stop loss k * atr(plain)
    size risk 1%
}"""


def rows() -> dict[str, str]:
    lines = emit_set(parse(TEXT)).decode("utf-16").split("\r\n")
    return dict(line.split("=", 1) for line in lines if line and not line.startswith(";"))


def test_the_file_is_utf_16_with_a_mark_and_windows_line_ends() -> None:
    content = emit_set(parse(TEXT))
    assert content.startswith(b"\xff\xfe;\x00")
    text = content.decode("utf-16")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_inputs_with_a_range_are_optimised_with_it() -> None:
    found = rows()
    assert found["InpFast"] == "12||5||1||60||Y"
    assert found["InpSlow"] == "26||10||2||120||Y"
    assert found["InpK"] == "2.5||0.5||0.25||5||Y"


def test_what_has_no_range_is_left_alone() -> None:
    found = rows()
    assert found["InpPlain"] == "3||3||1||3||N"
    assert found["RiskPercent"].startswith("1||")
    assert found["RiskPercent"].endswith("||N")
    assert found["MagicNumber"].endswith("||N")
    assert found["TradeComment"] == "Ranges"


@pytest.mark.parametrize("number", [0.1, 1e-5, 1.0, -2.5, 1e300, 5e-324, math.pi, 123456789.125])
def test_a_number_reads_back_exactly(number: float) -> None:
    text = mql5_double(number)
    assert float(text) == number
    assert "." in text or "e" in text


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(CodegenError, match="cannot be written"):
        mql5_double(number)


def test_a_string_is_one_line_of_ascii() -> None:
    assert mql5_string('a"b\\c\nd\té') == '"a\\"b\\\\c\\nd\\t\\x00E9"'


def test_names_become_those_of_mql5() -> None:
    assert pascal_case("fast_period") == "FastPeriod"
    assert pascal_case("k") == "K"
