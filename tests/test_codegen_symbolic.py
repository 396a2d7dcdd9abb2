"""Declarations' rules over EA inputs: the MQL5 text computes what the rule computes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from codegen.mql5.forms import step_forms
from codegen.mql5.inputs import input_names
from codegen.mql5.symbolic import (
    Amount,
    amount_text,
    explore,
    largest,
    plus,
    refusals,
    rule_amount,
    symbol,
)
from codegen.plan import build_plan
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.parametrize import parametrize

A, B = symbol("A"), symbol("B")


def value(amount: Amount, numbers: dict[str, int]) -> int:
    """Return what an EA with these inputs computes."""
    terms = [
        re.sub(r"\b[A-Za-z]\w*", lambda m: str(numbers[m[0]]), amount_text((t,))) for t in amount
    ]
    return max(int(eval(text.replace("/", "//"))) for text in terms)


def test_a_sum_is_written_with_its_number_last() -> None:
    assert amount_text(rule_amount(lambda a, b: 2 + a + 3 + b - 1, (A, B))) == "A + B + 4"


def test_a_product_of_a_sum_keeps_its_brackets() -> None:
    rule = lambda a: (92 * (a + 1) + 9) // 10  # noqa: E731
    assert amount_text(rule_amount(rule, (A,))) == "((92 * (A + 1) + 9) / 10)"


def test_max_of_inputs_covers_both() -> None:
    amount = rule_amount(lambda a, b: max(a, b) + 1, (A, B))
    assert amount_text(amount) == "MathMax(A + 1, B + 1)"


def test_a_sum_that_is_never_larger_is_dropped() -> None:
    assert largest(((3, ("A",)),), ((2, ("A",)),), ((3, ()),)) == ((3, ("A",)),)
    assert plus(((1, ("A",)),), ((2, ("B",)),)) == ((3, ("A", "B")),)


def test_a_rule_of_literals_is_a_number() -> None:
    assert amount_text(rule_amount(lambda a: 2 * a + 1, (7,))) == "15"


def test_a_refusal_is_the_opposite_of_validity() -> None:
    assert refusals(lambda a, b: a < b, (A, B)) == "A >= B"
    assert refusals(lambda a, b: a < b, (A, 9)) == "A >= 9"
    assert refusals(lambda *_: True, (A, B)) == ""
    both = refusals(lambda a, b: a < b and b < 50, (A, B))
    assert both == "(A < B && B >= 50) || (A >= B)"


def test_a_rule_without_end_is_refused() -> None:
    def endless(a: int) -> int:
        return sum(1 for number in range(300) if a > number)

    with pytest.raises(CodegenError, match="too many cases"):
        list(explore(endless, (A,)))


def test_a_fraction_of_bars_is_refused() -> None:
    with pytest.raises(CodegenError, match="whole number"):
        rule_amount(lambda: 1.5, ())


@pytest.mark.parametrize("seed", range(25))
def test_warmup_of_the_ea_is_that_of_the_plan(seed: int) -> None:
    strategy = parametrize(random_strategy(np.random.default_rng(seed)))
    plan = build_plan(strategy)
    names = input_names(plan.inputs)
    numbers = {names[spec.name]: int(spec.value) for spec in plan.inputs}
    amounts = step_forms(plan, names).warmups
    assert [value(amount, numbers) for amount in amounts] == list(plan.warmups(3600))
