"""Functions and libraries: calls are replaced by bodies, errors name call and definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.errors import DslErrors
from dsl.strategy import Strategy
from dsl.text.definitions import check_library
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_strategy, format_text

ENTRY = "enter long when close > open"


def text(*lines: str) -> str:
    return 'strategy "t" {\n' + "\n".join(lines) + "\n}\n"


def entry(*lines: str) -> object:
    return parse(text(*lines)).port("long_entry")


def problem(*lines: str) -> str:
    with pytest.raises(DslErrors) as caught:
        parse(text(*lines), "t.strat")
    return str(caught.value)


def library(folder: Path, name: str, *lines: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text('library "l" {\n' + "\n".join(lines) + "\n}\n", encoding="utf-8")


def included(folder: Path, *lines: str) -> Strategy:
    return parse(text(*lines), str(folder / "t.strat"))


def test_call_of_a_function_is_its_body() -> None:
    found = entry(
        "def far(x, n = 20) = (x - sma(x, n)) / stddev(x, n)",
        "enter long when far(close) < -2 and far(open, n=9) > 0",
    )
    assert found is parse_expression(
        "(close - sma(close, 20)) / stddev(close, 20) < -2 "
        "and (open - sma(open, 9)) / stddev(open, 9) > 0"
    )


def test_parameters_stand_for_series_numbers_inputs_and_shifts() -> None:
    lines = (
        "input fast = 12 in 5..60",
        "def up(x, n, k = 2) = ema(x, n) > ema(x, n)[k]",
        "enter long when up(high, fast)",
    )
    plain = ("input fast = 12 in 5..60", "enter long when ema(high, fast) > ema(high, fast)[2]")
    assert parse(text(*lines)) == parse(text(*plain))


def test_function_may_use_what_is_defined_above_it() -> None:
    found = entry(
        "n = 9",
        "def slow(x) = ema(x, n)",
        "def over(x) = x > slow(x)",
        "enter long when over(close)",
    )
    assert found is parse_expression("close > ema(close, 9)")


def test_parameter_hides_a_name_outside() -> None:
    lines = ("input n = 3", "def f(n) = n > open", "enter long when f(close)")
    assert parse(text(*lines)).port("long_entry") is parse_expression("close > open")


def test_shift_behind_a_call_delays_what_it_stands_for() -> None:
    found = entry("def last(x) = x", "enter long when last(close[2])[3] > last(open)[2]")
    assert found is parse_expression("close[4] > open[2]")


def test_function_that_doubles_is_expanded_in_no_time() -> None:
    doubled = [f"def f{k}(x) = f{k - 1}(x) + f{k - 1}(x)" for k in range(1, 30)]
    found = entry("def f0(x) = x", *doubled, "enter long when f29(atr(14)) > 1")
    assert found is not None


def test_formatting_keeps_functions_and_includes_with_their_comments() -> None:
    messy = text("def  f( x,n=14 )=ema(x,n)   # mean", 'include   "a.strat" # ours', ENTRY)
    tidy = text(
        "    def f(x, n = 14) = ema(x, n)  # mean", '    include "a.strat"  # ours', "    " + ENTRY
    )
    assert format_text(messy) == tidy == format_text(tidy)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["def f(x) = f(x)[2]"], "t.strat:2:12: f calls itself"),
        (["def f(x) = g(x)", "def g(x) = f(x)"], "'g' is not known yet"),
        (["def f(x) = x + y"], "t.strat:2:16: unknown name 'y'"),
        (["def f(x) = emma(x, 3)"], "did you mean 'ema'?"),
        (["def ema(x) = x"], "'ema' is a node type already"),
        (["def f(x, x) = x"], "f has two parameters 'x'"),
        (["def f(close) = close"], "'close' is a price or clock word"),
        (["def f(x) = x", "def f(x) = x"], "the name 'f' is taken already"),
        (["def f(x) = x", "y = f + 1"], "f is a function"),
        (["def f(x, n) = ema(x, n)", "y = f(close)"], "f misses 'n'"),
        (["def f(x) = x", "y = f(close, 3)"], "f takes 1 argument, not 2"),
        (["def f(x) = x", "y = f(z=close)"], "f has no parameter 'z'"),
        (["def f(x) = x", "y = f(close, x=open)"], "f gets 'x' twice"),
    ],
)
def test_wrong_functions_are_refused(lines: list[str], message: str) -> None:
    assert message in problem(*lines, ENTRY)


def test_error_in_a_call_points_to_the_call_and_names_the_definition() -> None:
    shown = problem("def f(a, n) = ema(a, n) > rsi(a, 3)", "enter long when f(close, 9)")
    assert shown.splitlines() == [
        "t.strat:3:17: f(close, 9): ema(a, n) > rsi(a, 3) compares price with oscillator",
        "    enter long when f(close, 9)",
        "                    ^^^^^^^^^^^",
        "    hint: in 'f' at t.strat:2:15; compare RSI with a level 0..100, or scale one side",
    ]


def test_broken_function_is_reported_once() -> None:
    shown = problem("def f(x) = x +", "y = f(close)", "def g(x) = f(x)", "enter long when g(y) > 3")
    assert shown.count("t.strat:") == 1


def test_library_gives_its_names_and_functions(tmp_path: Path) -> None:
    library(tmp_path, "lib/a.strat", "def up(x) = x > slow", 'include "b.strat"')
    library(tmp_path, "lib/a.strat", 'include "b.strat"', "def up(x) = x > slow")
    library(tmp_path, "lib/b.strat", "slow = ema(close, 200)")
    found = included(
        tmp_path, 'include "lib/a.strat"', 'include "lib/b.strat"', "enter long when up(open)"
    )
    assert found.port("long_entry") is parse_expression("open > ema(close, 200)")
    assert [name for name, _ in found.labels] == ["slow"]
    assert parse(format_strategy(found)) == found


def test_library_knows_nothing_of_the_text_that_includes_it(tmp_path: Path) -> None:
    library(tmp_path, "a.strat", "def up(x) = x > trend")
    with pytest.raises(DslErrors, match="unknown name 'trend'"):
        included(tmp_path, "trend = ema(close, 9)", 'include "a.strat"', ENTRY)


def test_errors_of_a_library_show_both_places(tmp_path: Path) -> None:
    library(tmp_path, "a.strat", "slow = emma(close, 200)", "stop loss 3")
    with pytest.raises(DslErrors) as caught:
        included(tmp_path, ENTRY, 'include "a.strat"')
    shown = str(caught.value)
    assert f't.strat:3:1: "a.strat" has errors:\n{tmp_path / "a.strat"}:2:8: unknown node' in shown
    assert "a.strat:3:1: a library holds only def, include and named expressions" in shown


def test_error_in_a_call_of_a_library_names_its_file(tmp_path: Path) -> None:
    library(tmp_path, "a.strat", "def f(x) = x > rsi(close, 9)")
    with pytest.raises(DslErrors) as caught:
        included(tmp_path, 'include "a.strat"', "enter long when f(close)")
    assert f"in 'f' at {tmp_path / 'a.strat'}:2:12" in str(caught.value)


def test_libraries_that_include_each_other_are_refused(tmp_path: Path) -> None:
    library(tmp_path, "a.strat", 'include "b.strat"')
    library(tmp_path, "b.strat", 'include "a.strat"')
    with pytest.raises(DslErrors, match=r"includes itself: a\.strat -> b\.strat -> a\.strat"):
        included(tmp_path, 'include "a.strat"', ENTRY)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('include "c.strat"', "there is no such file"),
        ('include "aa.strat"', "did you mean 'a.strat'?"),
        ('include "s.strat"', "this is a strategy"),
        ('x = 3\ninclude "a.strat"', "the name 'x' is taken already"),
    ],
)
def test_files_that_cannot_be_included(tmp_path: Path, line: str, message: str) -> None:
    library(tmp_path, "a.strat", "x = 14")
    (tmp_path / "s.strat").write_text(text(ENTRY), encoding="utf-8")
    with pytest.raises(DslErrors) as caught:
        included(tmp_path, line, ENTRY)
    assert message in str(caught.value)


def test_names_of_a_broken_library_are_not_reported_again(tmp_path: Path) -> None:
    library(tmp_path, "a.strat", "slow = emma(close, 200)")
    with pytest.raises(DslErrors) as caught:
        included(
            tmp_path,
            'include "a.strat"',
            "def f(x) = slow + far(x)",
            "enter long when f(close) > slow and far(open) > atr(n) and clse > rsi(close, 3)",
            "stop loss hight",
        )
    assert len(caught.value.errors) == 1


def test_library_alone_is_no_strategy() -> None:
    with pytest.raises(DslErrors, match="this is a library, not a strategy"):
        parse('library "x" { a = 3 }')


def test_library_alone_can_be_checked(tmp_path: Path) -> None:
    library(tmp_path, "b.strat", "slow = ema(close, 200)")
    whole = 'library "x" { include "b.strat" def up(x) = x > slow }'
    assert check_library(whole, str(tmp_path / "a.strat")) == ("slow", "up")
    assert check_library(text(ENTRY)) is None
    with pytest.raises(DslErrors, match="unknown name 'fast'"):
        check_library('library "x" { def up(x) = x > fast }')
