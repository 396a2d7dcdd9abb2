"""What breeding leaves is tidied: one factor for many, nothing twice, and no other meaning."""

from __future__ import annotations

import pytest

from dsl.node import topological
from dsl.nodes.arithmetic import MUL
from dsl.nodes.constants import CONSTANT
from dsl.strategy import Strategy
from dsl.text.lower import parse
from dsl.text.printer import format_strategy
from gp.tidy import tidied
from tests.test_gp_generator import experts

TEXT = 'strategy "x" {{ enter long when {signal} stop loss {distance} size 0.1 lots }}'


def written(signal: str = "close > open", distance: str = "atr(14)") -> Strategy:
    return parse(TEXT.format(signal=signal, distance=distance))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1.4 * (1.2 * atr(17))", "1.68 * atr(17)"),
        ("1.2 * (2.4 * (2.6 * stddev(close, 14)))", "7.49 * stddev(close, 14)"),
        ("atr(14) * 2 * 3", "6 * atr(14)"),
        ("0.5 * 300 points", "150 points"),
        ("0.001 * (50 points)", "10 points"),
        ("20 * (20 * atr(14))", "10 * atr(14)"),
        ("-2 * (0.01 * atr(14))", "-0.2 * atr(14)"),
        ("1 * atr(14)", "atr(14)"),
    ],
)
def test_distances_get_one_factor(before: str, after: str) -> None:
    assert tidied(written(distance=before).expert) is written(distance=after).expert


def test_repeated_conditions_go() -> None:
    twice = written("close > open and not not close > open")
    assert tidied(twice.expert) is written("close > open").expert


def test_products_of_series_stay() -> None:
    kept = written(distance="bar_range / atr(14) * atr(20)")
    assert tidied(kept.expert) is kept.expert


def test_tidying_twice_changes_nothing_more() -> None:
    for expert in experts(200):
        once = tidied(expert)
        assert tidied(once) is once, format_strategy(Strategy(once))


def test_no_factor_of_a_factor_is_left() -> None:
    for expert in experts(200):
        for current in topological(tidied(expert)):
            if current.type is MUL:
                inputs = [child for child in current.inputs if child is not None]
                numbers = [child for child in inputs if child.type is CONSTANT]
                products = [
                    child
                    for child in inputs
                    if child.type is MUL
                    and any(below is not None and below.type is CONSTANT for below in child.inputs)
                ]
                assert not (numbers and products)
