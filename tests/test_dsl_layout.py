"""JSON and DOT of the graph: exact round trip, stable ids, unknown boxes refused by their id."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dsl.boxes import parse_boxes
from dsl.errors import DslError
from dsl.layout import FORMAT, to_dot, to_json
from dsl.strategy import Strategy
from dsl.text.lower import parse

TEXT = """strategy "Layout" {
    input n = 14 in 2..50 step 2 "period"
    trend = ema(close, 12) - ema(close, 26)
    enter long when trend crosses above 0 and rsi(close, n) < 70
    exit long when macd(close, 12, 26, 9).signal > 0 or cci(close, 14) > 100
    stop loss 2 * atr(14)
    session 08:00 to 20:00 close
}"""


def read(found: Any) -> Strategy:
    return parse_boxes(json.dumps(found)).strategy


def data() -> Any:
    return json.loads(json.dumps(to_json(parse(TEXT))))


def test_json_reads_back_as_the_same_strategy() -> None:
    assert read(data()) == parse(TEXT)


def test_json_says_the_same_bytes_after_each_reading() -> None:
    """The bounds of an oscillator too, whole numbers where it is declared and where it is read."""
    written = json.dumps(to_json(parse(TEXT)))
    assert '"bounds": [0.0, 100.0]' in written
    assert json.dumps(to_json(read(json.loads(written)))) == written


def test_ids_are_the_same_every_time() -> None:
    assert to_json(parse(TEXT)) == to_json(parse(TEXT))
    ids = [box["id"] for box in data()["nodes"]]
    assert len(set(ids)) == len(ids)
    assert {"ema_1", "ema_2", "expert_1"} <= set(ids)


def test_json_may_list_boxes_in_any_order() -> None:
    changed = data()
    changed["nodes"].reverse()
    changed["links"].reverse()
    assert read(changed) == parse(TEXT)


Data = dict[str, Any]
CHANGES: dict[str, Callable[[Data, Data, Data], object]] = {
    "type": lambda data, box, link: box.update(type="emma"),
    "parameter": lambda data, box, link: box.update(params={"perod": 3}),
    "value": lambda data, box, link: box.update(params={"period": 0}),
    "output": lambda data, box, link: box.update(output="signal"),
    "port": lambda data, box, link: link.update(port="y"),
    "missing port": lambda data, box, link: data["links"].remove(link),
    "two links": lambda data, box, link: data["links"].append(dict(link)),
    "circle": lambda data, box, link: link.update(source="ema_2"),
    "nowhere": lambda data, box, link: link.update(source="ema_7"),
    "label": lambda data, box, link: data.update(labels=[["my trend", "ema_2"]]),
    "input": lambda data, box, link: data.update(inputs=[]),
    "input value": lambda data, box, link: data["inputs"][0].update(value="14"),
}


def broken(change: str) -> Data:
    found: Data = data()
    box = next(b for b in found["nodes"] if b["id"] == "ema_2")
    link = next(one for one in found["links"] if one["target"] == "ema_2")
    CHANGES[change](found, box, link)
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("type", "box 'ema_2': unknown node 'emma'"),
        ("parameter", "box 'ema_2': ema has no parameter 'perod'"),
        ("value", "box 'ema_2': period = 0 is outside"),
        ("output", "box 'ema_2': ema has no output 'signal'"),
        ("port", "box 'ema_2': ema has no port 'y'"),
        ("missing port", "box 'ema_2': ema does not take nothing"),
        ("two links", "box 'ema_2': port 'x' has two links"),
        ("circle", "the links form a circle through box 'ema_2'"),
        ("nowhere", "a link leads to box 'ema_7'"),
        ("label", "'my trend' is no name"),
        ("input", "no input 'n'"),
        ("input value", "input 'n' has no number as its value"),
    ],
)
def test_wrong_data_is_refused_and_the_place_named(change: str, told: str) -> None:
    with pytest.raises(DslError) as caught:
        read(broken(change))
    assert told in str(caught.value)


@pytest.mark.parametrize("key", ["format", "nodes"])
def test_other_json_is_refused(key: str) -> None:
    found = data()
    del found[key]
    found["links"] = found["links"] if key == "format" else []
    found["labels"] = []
    with pytest.raises(DslError):
        read(found)


def test_dot_names_every_box_and_draws_every_link() -> None:
    found = data()
    dot = to_dot(parse(TEXT))
    assert dot.count(" -> ") == len(found["links"])
    for box in found["nodes"]:
        assert f"    {box['id']} [label=" in dot
    assert '"trend\\nsub"' in dot


@pytest.mark.parametrize("wrong", [[], {"nodes": 3}, {"nodes": [3]}, {"nodes": [{"params": [1]}]}])
def test_json_of_another_shape_is_an_error_of_the_user(wrong: Any) -> None:
    data: Any = wrong if isinstance(wrong, list) else {"format": FORMAT, **wrong}
    with pytest.raises(DslError):
        read(data)
