"""Higher timeframes in the graph and the language: `h4(ema(close, 20))`."""

from __future__ import annotations

import json

import numpy as np
import pytest

from codegen.verify.strategies import random_strategy
from dsl.boxes import parse_boxes
from dsl.errors import DslError, DslErrors, KindMismatch
from dsl.layout import to_dot, to_json
from dsl.mirror import mirror
from dsl.node import node, topological, with_inputs, with_params
from dsl.nodes.timeframe import ALIGN, may_be_retimed, on_timeframe
from dsl.parametrize import parametrize
from dsl.registry import lookup
from dsl.simplify import simplify
from dsl.strategy import Strategy, resolved
from dsl.text.lower import parse, parse_expression
from dsl.text.printer import format_expression, format_strategy
from dsl.timeframes import TIMEFRAMES, WORDS
from gp.codec import decode, encode
from tests.support.higher_timeframes import TEXTS, strategies
from tests.support.promotion import promoted

H4, D1 = TIMEFRAMES["H4"], TIMEFRAMES["D1"]
WRITTEN = (
    "h4(ema(close, 20))",
    "h4(close > ema(close, 50)) and close > d1(open[0])",
    "h4(atr(14)[2])",
    "d1(macd(close, 12, 26, 9).signal)",
    "w1(rsi(close, 14) < 30)",
    "h4(2 * atr(14) + 100 points)",
    "h4(1%)",
    "m15(bw_mfi > bw_mfi[2])",
    "not h12(inside_bar())",
    "ema(h4(close), 10) crosses above d1(close)",
    "h4(obv() > ema(obv(), 20))",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_is_printed(text: str) -> None:
    assert format_expression(parse_expression(text)) == text


@pytest.mark.parametrize("word", WORDS)
def test_every_timeframe_has_a_word(word: str) -> None:
    made = parse_expression(f"{word}(close)")
    (leaf,) = made.inputs
    assert leaf is not None
    assert (made.type, made.timeframe, leaf.timeframe) == (ALIGN, 0, WORDS[word])


def test_everything_inside_is_of_the_timeframe_fixed_ports_too() -> None:
    made = parse_expression("h4(2 * atr(14) > highest(high, 3) - low)")
    inside = [n for n in topological(made) if n is not made]
    assert {n.timeframe for n in inside} == {H4, None}  # numbers fit everywhere
    assert {n.type.name for n in inside if n.timeframe is None} == {"constant"}


def test_names_and_functions_may_be_put_on_another_timeframe() -> None:
    text = """strategy "x" {
        def up(series) = close > ema(series, 20)
        trend = ema(close, 20)
        enter long when h4(close > trend) and h4(up(close)) and close > trend
    }"""
    first = parse(text).port("long_entry")
    assert first is not None
    assert format_expression(first).count("h4(close > ema(close, 20))") == 2
    assert len({n for n in topological(first) if n.type is ALIGN}) == 1


def test_a_timeframe_is_part_of_the_identity_of_what_reads_bars() -> None:
    chart, h4, d1 = (parse_expression(t) for t in ("close", "h4(close)", "d1(close)"))
    assert len({chart.digest, h4.digest, d1.digest}) == 3
    ids = [Strategy(parse(_entering(t)).expert) for t in ("h4(close > open)", "d1(close > open)")]
    assert ids[0].strategy_id != ids[1].strategy_id
    assert ids[0].structure_id != ids[1].structure_id
    inner = h4.inputs[0]
    assert inner is not None
    assert with_params(inner, (2,)).timeframe == H4
    assert node(lookup("close"), (), (1,), timeframe=H4) is inner


def _entering(condition: str) -> str:
    return f'strategy "x" {{ enter long when {condition} }}'


MISTAKES = {
    "h4(5)": "a number is the same on every timeframe",
    "h4(points(3))": "wants what changes from bar to bar",
    "h4(h4(close))": "holds a higher timeframe of its own",
    "h4(close > d1(close))": "holds a higher timeframe of its own",
    "h4(hour > 3)": "'hour' needs the clock of the chart's bar",
    "h4(spread)": "'spread' needs the spread of the chart's bar",
    "h4(today().high)": "'today' needs the clock of the chart's bar",
    "h4(session(08:00, 12:00))": "'session' needs the clock",
    "h4(close)[2]": "could mean bars of the chart or of H4",
    "(close - h4(close))[3]": "could mean bars of the chart or of H4",
    "h4(close, 2)": "takes one value",
    "h4(x=close)": "takes one value",
    "h4(obv())": "depends on where history starts",
    "h4(close) > h4(rsi(close, 14))": "compares price with oscillator",
    "H4(close)": "did you mean 'h4'",
    "h5(close)": "unknown node 'h5'",
    "m1(close)": "unknown node 'm1'",
    "align(close)": "unknown node 'align'",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_told_in_words(text: str) -> None:
    with pytest.raises(DslErrors) as caught:
        parse_expression(text)
    assert MISTAKES[text] in str(caught.value)


def test_a_function_cannot_be_called_like_a_timeframe() -> None:
    with pytest.raises(DslErrors, match="'h4' is a node type already"):
        parse(f'strategy "x" {{ def h4(x) = x + 1 {_entering("close > open")[14:]}')


def test_nodes_of_two_timeframes_do_not_go_together() -> None:
    close, higher = lookup("close"), node(lookup("close"), (), (1,), timeframe=H4)
    chart = node(close)
    with pytest.raises(KindMismatch, match="'close' is of the chart, 'close' of H4"):
        node(lookup("gt"), (chart, higher))
    with pytest.raises(KindMismatch, match="takes a value of a higher timeframe"):
        node(ALIGN, (chart,))
    with pytest.raises(KindMismatch, match="cannot be of H4"):
        node(lookup("hour"), (), (), timeframe=H4)
    above = node(lookup("gt"), (node(lookup("open")), chart))
    with pytest.raises(KindMismatch, match="'close' is of H4, 'close' of the chart"):
        with_inputs(above, (higher, chart))
    condition = node(lookup("gt"), (node(lookup("open"), (), (1,), timeframe=H4), higher))
    with pytest.raises(KindMismatch, match="a strategy trades on the chart"):
        node(lookup("expert"), [condition, *[None] * 10, node(lookup("lots"))])


def test_what_cannot_be_moved_is_known_before() -> None:
    for text, may in (("close", True), ("rsi(close, 14) < 30", True), ("hour", False)):
        assert may_be_retimed(parse_expression(text)) == may
    for text in ("points(3)", "h4(close)", "today().high", "obv()"):
        root = parse_expression(text)
        assert not may_be_retimed(root)
        with pytest.raises(DslError):
            on_timeframe(root, D1)


@pytest.mark.parametrize("seed", range(12))
def test_random_strategies_are_read_back_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = random_strategy(rng, longest=9, higher=(H4, D1))
    for found in (drawn, promoted(drawn), parametrize(drawn), simplify(drawn)):
        assert parse(format_strategy(found)) == found
        assert parse_boxes(json.dumps(to_json(found))).strategy == found
        assert decode(encode(resolved(found))) is resolved(found)


def test_the_mirror_stays_on_its_timeframe() -> None:
    pairs = {
        "h4(rsi(close, 14) < 30)": "h4(rsi(close, 14) > 70)",
        "close > d1(highest(high, 5))": "close < d1(lowest(low, 5))",
        "h4(atr(14)) > close - d1(low)": "-h4(atr(14)) < close - d1(high)",
    }
    for text, wanted in pairs.items():
        mirrored = mirror(parse_expression(text))
        assert format_expression(mirrored) == wanted
        assert mirror(mirrored) is parse_expression(text) or text.startswith("h4(atr")


def test_boxes_of_a_higher_timeframe_say_so() -> None:
    strategy = strategies()["crossings"]
    boxes = to_json(strategy)["nodes"]
    frames = {box.get("timeframe") for box in boxes}
    assert {"H2", "H4", "D1", None} <= frames
    assert "H4 on the chart" in to_dot(strategy)
    assert "H4 highest" in to_dot(strategy)


def test_wrong_boxes_of_a_timeframe_are_told() -> None:
    good = to_json(parse(TEXTS["crossings"]))
    leaf = next(box for box in good["nodes"] if box.get("timeframe") == "H4")
    for changed, told in (
        ({"timeframe": "H5"}, "unknown timeframe 'H5'"),
        ({"timeframe": ""}, "takes a value of a higher timeframe"),
    ):
        kept = dict(leaf)
        leaf |= changed
        with pytest.raises(DslErrors, match=told):
            parse_boxes(json.dumps(good))
        leaf |= kept
    named = good | {"labels": [["x", leaf["id"]]]}
    with pytest.raises(DslErrors, match="names what is of H4"):
        parse_boxes(json.dumps(named))


def test_inputs_say_of_which_timeframe_they_are() -> None:
    text = _entering("h4(rsi(close, 14)) < 40 and d1(close > ema(close, 9)) and rsi(close, 5) > 9")
    table = {spec.name: spec for spec in parametrize(parse(text)).inputs}
    assert list(table)[:5] == [
        "h4_rsi_period",
        "h4_rsi_level",
        "d1_ema_period",
        "rsi_period",
        "rsi_level",
    ]
    assert table["h4_rsi_period"].comment == "rsi period of H4 (entry)"
    assert (table["h4_rsi_level"].low, table["h4_rsi_level"].high) == (20, 80)
