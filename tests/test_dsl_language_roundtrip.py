"""Random strategies, labels and inputs included, survive text, layout and JSON unchanged."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codegen.verify.strategies import random_strategy
from dsl.boxes import parse_boxes
from dsl.kinds import (
    ACCUMULATION,
    COMPARABLE,
    DISTANCE,
    NUMBER,
    ON_BALANCE,
    PRICE,
    VOLUME,
    Kind,
    oscillator,
)
from dsl.layout import to_json
from dsl.node import Node, node
from dsl.nodes.constants import CONSTANT
from dsl.parametrize import parametrize
from dsl.registry import lookup, signatures
from dsl.simplify import simplify
from dsl.strategy import InputSpec, Strategy
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_expression, format_strategy, format_text
from tests.support.promotion import promoted

SEEDS = st.integers(0, 2**32 - 1)
FLOATS = st.floats(-1e6, 1e6, allow_nan=False)
KINDS = st.sampled_from([PRICE, DISTANCE, NUMBER, VOLUME, oscillator(0, 100), Kind("oscillator")])


def labelled(seed: int) -> Strategy:
    rng = np.random.default_rng(seed)
    found = random_strategy(rng, depth=int(rng.integers(2, 6)))
    nodes = [n for n in found.order if n is not found.expert]
    chosen = rng.choice(len(nodes), size=min(len(nodes), int(rng.integers(0, 4))), replace=False)
    labels = tuple((f"part_{k}", nodes[index]) for k, index in enumerate(chosen))
    return replace(found, labels=labels, title=f"seed {seed}")


def survives(found: Strategy) -> bool:
    text = format_strategy(found)
    written = json.dumps(to_json(found))
    read = parse_boxes(written).strategy
    same_json = read == found and json.dumps(to_json(read)) == written
    return parse(text) == found and format_text(text) == text and same_json


@settings(max_examples=40)
@given(SEEDS)
def test_random_strategy_survives_text_and_json(seed: int) -> None:
    assert survives(labelled(seed))


@settings(max_examples=25)
@given(SEEDS)
def test_strategy_of_inputs_survives_text_and_json(seed: int) -> None:
    assert survives(promoted(labelled(seed)))


@settings(max_examples=25)
@given(SEEDS)
def test_parametrized_strategy_survives_and_trades_the_same(seed: int) -> None:
    found = labelled(seed)
    promoted_numbers = parametrize(found)
    assert survives(promoted_numbers)
    assert promoted_numbers.strategy_id == found.strategy_id
    assert simplify(simplify(found)) == simplify(found)


@settings(max_examples=150)
@given(FLOATS, KINDS, FLOATS, KINDS, SEEDS)
@example(5e-324, PRICE, 1.7976931348623157e308 / 1e305, DISTANCE, 0)
def test_any_number_of_any_kind_survives_beside_any_other(
    a: float, kind_a: Kind, b: float, kind_b: Kind, seed: int
) -> None:
    operands = (node(CONSTANT, (), (a,), kind=kind_a), node(CONSTANT, (), (b,), kind=kind_b))
    fitting = [s for s in signatures() if s.inputs == (kind_a, kind_b)]
    single = [s for s in signatures() if s.inputs == (kind_a,)]
    for line in (*fitting, *single):
        built: Node = node(line.type, operands[: len(line.inputs)], output=line.output)
        assert parse_expression(format_expression(built)) is built


@pytest.mark.parametrize("line", signatures(), ids=lambda s: f"{s.type.name}-{s.output}-{s.kind}")
def test_every_line_of_the_typed_table_survives(line: object) -> None:
    assert isinstance(line, type(signatures()[0]))
    inputs = [
        node(lookup(port.leaf)) if port.leaf else _value(kind)
        for port, kind in zip(line.type.inputs, line.inputs, strict=True)
    ]
    built = node(line.type, inputs, output=line.output)
    assert parse_expression(format_expression(built)) is built


def _value(kind: Kind) -> Node:
    if kind.name in COMPARABLE.allowed:
        return node(CONSTANT, (), (3.0,), kind=kind)
    totals = {ON_BALANCE: "obv()", ACCUMULATION: "ad()"}
    return parse_expression(totals.get(kind, "close > open"))


PRINTABLE = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=20
)


@settings(max_examples=30)
@given(PRINTABLE, PRINTABLE)
def test_any_title_and_comment_survive(title: str, comment: str) -> None:
    base = parse('strategy "x" { input n = 3 enter long when rsi(close, n) < 30 }')
    spec = InputSpec("n", 3, 2, 50, 1, comment)
    assert survives(replace(base, title=title, inputs=(spec,)))


def test_label_used_before_its_own_line_is_written_out() -> None:
    big, small = parse_expression("ema(close, 5) > open"), parse_expression("ema(close, 5)")
    base = parse('strategy "x" { enter long when ema(close, 5) > open }')
    assert survives(replace(base, labels=(("big", big), ("small", small), ("again", small))))
