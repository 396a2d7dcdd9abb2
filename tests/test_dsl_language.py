"""The language: what a text means, one canonical form, layout that keeps comments and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.kinds import COMPARABLE, DISTANCE, NUMBER, PRICE, oscillator
from dsl.mirror import symmetric
from dsl.node import InputRef, Node
from dsl.registry import node_types
from dsl.strategy import InputSpec, Strategy
from dsl.text.expressions import KINDS
from dsl.text.inference import operators
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_expression, format_strategy, format_text

DATA = Path(__file__).parent / "data"

EXAMPLE = """strategy "EMA cross with RSI filter" {
    input fast = 12  in 5..60
    input slow = 26  in 10..120 step 2
    input k    = 2.0 in 0.5..5 step 0.25

    trend = ema(close, fast) - ema(close, slow)

    enter long  when trend crosses above 0 and rsi(close, 14) < 70
    enter short when trend crosses below 0 and rsi(close, 14) > 30
    exit long   when trend < 0
    exit short  when trend > 0
    stop loss   k * atr(14)
    take profit 3 * atr(14)
    exit after  48 bars
    size        risk 1%
}
"""


def strategy(*lines: str) -> Strategy:
    return parse('strategy "t" {\n' + "\n".join(lines) + "\n}\n")


def entry(condition: str) -> Node:
    found = strategy(f"enter long when {condition}").port("long_entry")
    assert found is not None
    return found


def blocks(name: str, between: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8").split("\n", 1)[1]
    return [block.strip("\n") for block in text.split(between) if block.strip()]


def test_example_of_the_design_means_what_it_says() -> None:
    found = parse(EXAMPLE)
    assert found.title == "EMA cross with RSI filter"
    assert found.inputs == (
        InputSpec("fast", 12, 5, 60),
        InputSpec("slow", 26, 10, 120, 2),
        InputSpec("k", 2.0, 0.5, 5, 0.25),
    )
    assert found.rule("max_bars") == 48
    assert [name for name, _ in found.labels] == ["trend"]
    size = found.port("size")
    assert size is not None
    assert (size.type.name, size.params) == ("risk", (1.0,))
    for port in ("long_entry", "short_entry", "long_exit", "short_exit", "stop_loss"):
        assert found.port(port) is not None
    assert parse(format_strategy(found)) == found


@pytest.mark.parametrize("line", blocks("identity.strat", "\n"))
def test_canonical_text_is_printed_as_it_was_read(line: str) -> None:
    found = strategy(*line.split(" | "))
    printed = format_strategy(found)
    body = [row.strip() for row in printed.splitlines()[1:-1] if row.strip()]
    joined = " | ".join(body).replace(" | and ", " and ").replace(" | or ", " or ")
    if " lots" not in line and " risk " not in line:
        joined = joined.replace(" | size 0.1 lots", "")
    assert joined == line
    assert parse(printed) == found
    assert format_text(printed) == printed


@pytest.mark.parametrize("pair", blocks("layout.strat", "\n====\n"))
def test_messy_text_is_laid_out_in_the_one_way_and_means_the_same(pair: str) -> None:
    messy, laid_out = (part + "\n" for part in pair.split("\n----\n"))
    assert format_text(messy) == laid_out
    assert format_text(laid_out) == laid_out
    assert parse(messy) == parse(laid_out)


def test_every_call_example_of_the_registry_is_read_and_printed_back() -> None:
    for node_type in node_types():
        if node_type.example and node_type.syntax.form in {"call", "infix", "prefix", "leaf"}:
            node = parse_expression(node_type.example)
            assert parse_expression(format_expression(node)) is node


def test_precedence_of_the_registry_is_that_of_the_grammar() -> None:
    def level(symbol: str, form: str = "infix") -> int:
        return operators(symbol, form)[0].syntax.precedence

    order = [
        level("or"),
        level("and"),
        level("not", "prefix"),
        level(">"),
        level("+"),
        level("*"),
        level("-", "prefix"),
    ]
    assert order == sorted(set(order))
    assert {level(s) for s in (">=", "<", "<=", "==", "crosses above")} == {level(">")}
    assert (level("-"), level("/")) == (level("+"), level("*"))


def test_every_kind_of_number_can_be_written() -> None:
    assert set(KINDS) | {"oscillator"} == set(COMPARABLE.allowed)


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("rsi(close, 14) < 70", oscillator(0, 100)),
        ("ema(close, 5) - ema(close, 9) crosses above 0", DISTANCE),
        ("close > 1.2", PRICE),
        ("atr(14) / atr(50) > 1", NUMBER),
    ],
)
def test_bare_number_takes_its_kind_from_the_other_side(condition: str, kind: object) -> None:
    right = entry(condition).inputs[1]
    assert right is not None
    assert right.kind == kind


def test_number_subtracted_from_a_price_is_a_distance() -> None:
    assert parse_expression("close - 0.0010").kind == PRICE


def test_named_number_takes_its_kind_at_each_use() -> None:
    found = strategy("n = 14", "enter long when rsi(close, n) > n and close > n")
    assert found.port("long_entry") is entry("rsi(close, 14) > 14 and close > 14")


def test_input_stands_for_parameters_values_and_rules() -> None:
    found = strategy(
        "input n = 9",
        "input w = 1.5",
        "enter long when rsi(close, n) < 30",
        "stop loss w * atr(n)",
        "exit after n bars",
    )
    assert found.expert.params[found.expert.type.param_index("max_bars")] == InputRef("n")
    assert (found.rule("max_bars"), found.value(InputRef("w"))) == (9, 1.5)


def test_input_takes_the_type_of_what_it_stands_for() -> None:
    found = strategy("input k = 2", "enter long when close > open", "stop loss k * atr(14)")
    assert isinstance(found.inputs[0].value, float)


def test_shift_of_a_leaf_is_absolute() -> None:
    assert parse_expression("close") is parse_expression("close[1]")
    assert parse_expression("open[0]") is not parse_expression("open")
    assert parse_expression("hour") is parse_expression("hour[0]")


def test_shift_of_an_expression_moves_all_its_leaves() -> None:
    assert parse_expression("ema(close, 9)[1]") is parse_expression("ema(close, 9)")
    assert parse_expression("ema(close[2], 9)[3]") is parse_expression("ema(close[4], 9)")
    assert parse_expression("ema(open, 9)[0]") is parse_expression("ema(open[0], 9)")
    assert parse_expression("(close > open and hour > 3)[2]") is parse_expression(
        "close[2] > open[2] and hour[1] > 3"
    )


def test_unwritten_ports_read_their_prices() -> None:
    assert parse_expression("atr(14)") is parse_expression("atr(high, low, close, 14)")
    assert parse_expression("atr(14)[3]") is parse_expression("atr(high[3], low[3], close[3], 14)")


@pytest.mark.parametrize("text", ["atr(14)", "atr(14)[3]", "today().low", "yesterday().close"])
def test_ports_that_read_what_they_always_read_stay_unwritten(text: str) -> None:
    assert format_expression(parse_expression(text)) == text


def test_arguments_may_be_named_and_left_to_their_defaults() -> None:
    assert parse_expression("rsi(close)") is parse_expression("rsi(x=close, period=14)")


def test_unequal_is_not_equal() -> None:
    assert parse_expression("weekday != 3") is parse_expression("not weekday == 3")


def test_output_is_chosen_behind_a_dot() -> None:
    found = strategy(
        "m = macd(close, 12, 26, 9)", "enter long when m crosses above m.signal and m.signal < 0"
    )
    condition = found.port("long_entry")
    assert condition is entry(
        "macd(close, 12, 26, 9) crosses above macd(close, 12, 26, 9).signal "
        "and macd(close, 12, 26, 9).signal < 0"
    )


def test_session_with_close_filters_entries_and_forces_exits() -> None:
    found = strategy("enter long when close > open", "session 08:00 to 20:00 close")
    assert found.port("entry_filter") is parse_expression(
        "session(08:00, 20:00) and not closing(08:00, 20:00)"
    )
    assert found.port("forced_exit") is parse_expression("session_end(08:00, 20:00)")


def test_conditions_on_entries_are_joined_by_and_those_on_exits_by_or() -> None:
    found = strategy(
        "enter long when close > open",
        "trade when hour > 5",
        "max spread 20 points",
        "close when hour == 3",
        "day close 22:00",
    )
    assert found.port("entry_filter") is parse_expression(
        "hour > 5 and spread <= 20 and not day_closing(22:00)"
    )
    assert found.port("forced_exit") is parse_expression("hour == 3 or day_end(22:00)")


def test_percent_is_a_distance_from_the_last_close() -> None:
    found = strategy("enter long when close > open", "stop loss 1%")
    assert found.port("stop_loss") is parse_expression("percent(close, 1)")
    assert parse_expression("2%[3]") is parse_expression("percent(close[3], 2)")
    assert parse_expression("1%").kind == DISTANCE


def test_share_of_the_price_may_be_an_input() -> None:
    found = strategy("input k = 2 in 1..3", "enter long when close > open", "stop loss k%")
    assert (found.inputs[0].value, parse(format_strategy(found))) == (2.0, found)


def test_price_over_price_is_a_number() -> None:
    assert parse_expression("close / sma(close, 50)").kind == NUMBER


def test_one_trade_per_day_is_the_limit_of_one() -> None:
    line = "enter long when close > open"
    assert strategy(line, "one trade per day") == strategy(line, "max trades per day 1")


def test_default_size_is_a_tenth_of_a_lot() -> None:
    size = strategy("enter long when close > open").port("size")
    assert size is not None
    assert (size.type.name, size.params) == ("lots", (0.1,))


def test_symmetric_statement_mirrors_the_long_side() -> None:
    lines = ("enter long when rsi(close, 14) < 30", "exit long when rsi(close, 14) > 50")
    assert strategy(*lines, "symmetric") == symmetric(strategy(*lines))


def test_names_that_nothing_uses_are_no_part_of_the_strategy() -> None:
    assert strategy("x = ema(close, 3)", "enter long when close > open").labels == ()


def test_strategy_id_ignores_names_and_ranges() -> None:
    plain = strategy("enter long when rsi(close, 14) < 30")
    named = strategy("input n = 14 in 2..50", "x = rsi(close, n)", "enter long when x < 30")
    assert plain.strategy_id == named.strategy_id
    assert plain != named
