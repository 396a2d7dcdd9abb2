"""Simplification makes graphs smaller and changes no trade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.verify.strategies import random_strategy
from dsl.node import rewrite
from dsl.simplify import simplified, simplify
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_expression


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("close > open and close > open", "close > open"),
        ("close > open or close > open", "close > open"),
        ("hour > 3 and close > open and hour > 3", "hour > 3 and close > open"),
        ("hour > 3 and (close > open and hour > 3)", "close > open and hour > 3"),
        ("not not close > open", "close > open"),
        ("not not not close > open", "not close > open"),
        ("-(-(close - open))", "close - open"),
        ("min(close, close)", "close"),
        ("1 * atr(14)", "atr(14)"),
        ("atr(14) * 1", "atr(14)"),
        ("atr(14) / 1", "atr(14)"),
        ("close - open + 0", "close - open"),
        ("2 * 3 * atr(14)", "6 * atr(14)"),
        ("(2 - 1) * atr(14)", "atr(14)"),
        ("max(2 as number, 3) * atr(14)", "3 * atr(14)"),
    ],
)
def test_rewrite(before: str, after: str) -> None:
    assert rewrite(parse_expression(before), simplified) is parse_expression(after)


@pytest.mark.parametrize(
    "kept",
    [
        "close > open and (close > open or ema(close, 200) > close)",  # a longer warm-up
        "close - close",
        "-(-rsi(close, 14))",  # the sign makes it a plain number
        "close > open or close > open and hour > 3",
        "2 * atr(14) * 3",
    ],
)
def test_what_could_change_a_trade_is_kept(kept: str) -> None:
    node = parse_expression(kept)
    assert rewrite(node, simplified) is node, format_expression(rewrite(node, simplified))


def test_inputs_stay_tunable() -> None:
    text = 'strategy "x" { input k = 1.0 enter long when close > open stop loss k * atr(14) }'
    assert simplify(parse(text)) == parse(text)


def test_labels_of_what_is_gone_are_gone() -> None:
    text = 'strategy "x" { up = close > open twice = up and up enter long when twice }'
    found = simplify(parse(text))
    assert dict(found.labels).keys() == {"up", "twice"}
    assert found.port("long_entry") is parse_expression("close > open")


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_simple_strategy_is_never_larger(seed: int) -> None:
    found = random_strategy(np.random.default_rng(seed), depth=5)
    assert len(simplify(found).order) <= len(found.order)
