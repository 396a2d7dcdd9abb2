"""Formula signals: the traders' expressions mean what the same strategy text means."""

from __future__ import annotations

import pytest

from dsl.errors import DslErrors
from dsl.kinds import NUMBER
from dsl.node import Node
from dsl.registry import lookup
from dsl.strategy import InputSpec, Strategy
from dsl.text.formulas import FUNCTIONS, METHODS, PRICES
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_strategy

RATIO = """# two averages of the open
Title = Ratio
Variables "Threshold=0.001"
Inputs = Fast=10; Slow=21
Buy = EMA_OPEN_{Fast}(0)/EMA_OPEN_{Slow}(0) > 1 + Threshold
Sell = EMA_OPEN_{Fast}(0)/EMA_OPEN_{Slow}(0) < 1 - Threshold
"""
SAME = """strategy "Ratio" {
    input Threshold = 0.001
    input Fast = 10
    input Slow = 21
    enter long when ema(open[0], Fast) / ema(open[0], Slow) > 1 + Threshold
    enter short when ema(open[0], Fast) / ema(open[0], Slow) < 1 - Threshold
    reverse
}"""


def read(text: str) -> Strategy:
    return parse(text, "t.formula")


def buy(formula: str) -> Node:
    found = read(f"Inputs = Fast=10, Slow=21\nBuy = {formula}\n").port("long_entry")
    assert found is not None
    return found


def problem(text: str) -> str:
    with pytest.raises(DslErrors) as caught:
        read(text)
    return str(caught.value)


def test_pair_of_formulas_is_the_strategy_that_it_says() -> None:
    assert read(RATIO) == parse(SAME)
    assert parse(format_strategy(read(RATIO))) == read(RATIO)


def test_bar_is_index_zero() -> None:
    assert read(RATIO.replace("(0)", "(Bar)")) == read(RATIO)
    assert buy("CLOSE(Bar+2) > OPEN(bar)") is parse_expression("close[2] > open[0]")


def test_fan_gives_the_range_of_the_input() -> None:
    fan = "M_EMA_OPEN_9_6_27(Fast,Bar)/M_EMA_OPEN_9_6_27(Slow,Bar)"
    found = read(f"Variables = T=0.001\nInputs = Fast=10, Slow=21\nBuy = {fan} > 1 + T\n")
    assert found.inputs == (
        InputSpec("T", 0.001),
        InputSpec("Fast", 10, 9, 27, 6),
        InputSpec("Slow", 21, 9, 27, 6),
    )
    assert found.port("long_entry") is parse(
        SAME.replace("Threshold", "T").replace("enter short when", "exit long when")
    ).port("long_entry")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("price", PRICES)
def test_every_method_takes_every_price(method: str, price: str) -> None:
    expected = parse_expression(f"{method.lower()}({price.lower()}, 9) > close")
    assert buy(f"{method}_{price}_9(1) > CLOSE(1)") is expected


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("CLOSE(1) > OPEN(1) && HIGH(1) > HIGH(2) || LOW(1) < LOW(2)", "{a} and {b} or {c}"),
        ("!(CLOSE(1) > OPEN(1)) && HIGH(1)>HIGH(2)", "not {a} and {b}"),
        ("CLOSE(1) - OPEN(1) > 0.001", "close - open > 0.001"),
        ("CLOSE(1) != OPEN(1)", "not close == open"),
        ("CLOSE(1) / OPEN(1) > 2 + 3 * 4", "close / open > 2 + 3 * 4"),
        ("(CLOSE(1) / OPEN(1))^2 > 1", "power(close / open, 2) > 1"),
        ("-CLOSE(1) / OPEN(1) ** 2 < 1", "-(close / 1 as price) / power(open / 1 as price, 2) < 1"),
        ("MathAbs(CLOSE(1)-OPEN(1)) > .001", "abs(close - open) > 0.001"),
        ("max(CLOSE(1), OPEN(1)) > HIGH(2)", "max(close, open) > high[2]"),
        (
            "(CLOSE(1) > OPEN(1) ? 2 : 1) < CLOSE(1)/OPEN(1)",
            "choose({a}, 2, 1) < close / open",
        ),
        (
            "CLOSE(1) > OPEN(1) ? HIGH(1) > HIGH(2) : LOW(1) < LOW(2)",
            "{a} and {b} or not ({a}) and {c}",
        ),
    ],
)
def test_operators(formula: str, text: str) -> None:
    parts = {"a": "close > open", "b": "high > high[2]", "c": "low < low[2]"}
    assert buy(formula) is parse_expression(text.format(**parts))


def test_prices_become_numbers_where_kinds_do_not_go_together() -> None:
    found = buy("CLOSE(1) > 1.001 * SMA_CLOSE_20(1)")
    assert [child.kind for child in found.inputs if child] == [NUMBER, NUMBER]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called(name: str) -> None:
    count = len(lookup(FUNCTIONS[name]).inputs)
    arguments = ", ".join(["CLOSE(1)/OPEN(1)"] * count)
    assert lookup(FUNCTIONS[name]) in {n.type for n in buy(f"{name}({arguments}) > 1").inputs if n}


def test_protection_and_size_are_written_in_the_strategy_language() -> None:
    found = read("Buy = CLOSE(1) > OPEN(1)\nStopLoss = 2 * atr(14)\nRisk = 1%\nReverse = no\n")
    assert found.port("stop_loss") is parse_expression("2 * atr(14)")
    size = found.port("size")
    assert size is not None
    assert (size.type.name, size.params, found.rule("reverse")) == ("risk", (1.0,), 0)


def test_formula_goes_on_in_indented_lines() -> None:
    text = "Buy = CLOSE(1) > OPEN(1) // up\n    && HIGH(1) > HIGH(2)\n"
    assert read(text).port("long_entry") is parse_expression("close > open and high > high[2]")


def test_future_and_unknown_values_are_refused_with_the_reason() -> None:
    shown = problem("Buy = CLOSE(1) > OPEN(1) &&\n   EMA_CLOSE_9(0) > CLOSE(1)\n")
    assert shown.splitlines()[0] == (
        "t.formula:2:4: EMA_CLOSE_9 is not known at index 0: of the bar that has just opened there "
        "is only its open, its close comes when it closes"
    )
    assert "index 1 is the last closed bar; with OPEN, index 0 is allowed" in shown


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("EMA_OPEN_9(-1) > 1", "t.formula:2:7: EMA_OPEN_9(-1) lies in the future"),
        ("EMA_OPN_9(1) > 1", "unknown price 'OPN' in EMA_OPN_9\n"),
        ("EMMA_OPEN_9(1) > 1", "did you mean 'EMA'?"),
        ("EMA_OPEN_{Fsat}(0) > 1", "t.formula:2:7: unknown name 'Fsat'"),
        ("EMA_OPEN_9 > 1", "EMA_OPEN_9 wants an index"),
        ("EMA_OPEN_9(Fast) > 1", "an index is a whole number of bars back"),
        ("EMA_OPEN_0(1) > 1", "EMA_OPEN_0: period = 0 is outside 1..100000"),
        ("M_EMA_OPEN_9_6_27(30, 1) > 1", "30 is outside the fan's 9..27"),
        ("M_EMA_OPEN_9_6_27(Fast) > 1", "takes a period and an index"),
        ("M_EMA_OPEN_27_6_9(Fast, 1) > 1", "lowest period, step, highest period"),
        (
            "M_EMA_OPEN_9_6_27(Fast, 1) > M_EMA_OPEN_9_6_33(Fast, 1)",
            "Fast has another range already, not 9..33",
        ),
        ("M_EMA_OPEN_12_6_24(Fast, 1) > 1", "Fast = 10 is outside its own range 12..24"),
        ("SQR(4) > 1", "did you mean 'SQRT'?"),
        ("CLOSE(1) + T > 1", "declare it in Variables or Inputs"),
        ("CLOSE(1) > OPEN(1) + (CLOSE(1) > 1)", "(condition ? 1 : 0)"),
        ("CLOSE(1) && OPEN(1)", "conditions are comparisons"),
        ("CLOSE(1) - OPEN(1)", "Buy is a distance, not a condition"),
        ("CLOSE(1) = OPEN(1)", "t.formula:2:16: unexpected '='"),
        ("1 < CLOSE(1) < 2", "compare two values at a time"),
        ("CLOSE(1) > (OPEN(1)", "the formula ends too early"),
        ("CLOSE[1] > 1", "an index stands in ( )"),
        ("(" * 999 + "1 > 2" + ")" * 999, "nested deeper than"),
        ("Bar > 1", "Bar is an index"),
    ],
)
def test_wrong_formulas_are_refused(formula: str, message: str) -> None:
    assert message in problem(f"Inputs = Fast=10\nBuy = {formula}\n") + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Byu = CLOSE(1) > 1", "t.formula:1:1: unknown entry 'Byu'"),
        ("Title = x", "there is neither a Buy nor a Sell formula"),
        ("Buy = CLOSE(1) > 1\nBuy = CLOSE(1) > 2", "'Buy' stands here again"),
        ("what", "this line is no entry"),
        ("Inputs = Fast", "'Fast' is no setting"),
        ("Inputs = a=1, a=2\nBuy = CLOSE(1) > 1", "t.formula:1:15: the name 'a' is taken already"),
        ("Inputs = close=1", "'close' is a price or clock word"),
        ("Inputs = a=9 in 1..5\nBuy = CLOSE(1) > a", "a = 9 is outside its own range 1..5"),
        ("Buy = CLOSE(1) > 1\nStopLoss = 200", "say which unit: 200 points"),
        ("Buy = CLOSE(1) > 1\nReverse = maybe", "Reverse is yes or no"),
        ("Buy = CLOSE(1) > 1\nRisk = many", "t.formula:2:8: unknown name 'many'"),
    ],
)
def test_wrong_files_are_refused(text: str, message: str) -> None:
    assert message in problem(text + "\n")


def test_all_errors_of_a_file_are_reported() -> None:
    shown = problem("Buy = CLOSE(0) > HIGH(0)\nSell = LOW(1) >\nStopLoss = close\n")
    assert [line.split(":")[1:3] for line in shown.splitlines() if line.startswith("t.")] == [
        ["1", "7"],
        ["1", "18"],
        ["2", "15"],
        ["3", "12"],
    ]
