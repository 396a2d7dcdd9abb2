"""JSON and DOT of the graph: exact round trip, stable ids, unknown boxes refused by their id."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from dsl.errors import DslError
from dsl.layout import from_json, to_dot, to_json
from dsl.lower import parse

TEXT = """strategy "Layout" {
    input n = 14 in 2..50 step 2 "period"
    trend = ema(close, 12) - ema(close, 26)
    enter long when trend crosses above 0 and rsi(close, n) < 70
    exit long when macd(close, 12, 26, 9).signal > 0 or cci(close, 14) > 100
    stop loss 2 * atr(14)
    session 08:00 to 20:00 close
}"""


def data() -> Any:
    return json.loads(json.dumps(to_json(parse(TEXT))))


def test_json_reads_back_as_the_same_strategy() -> None:
    assert from_json(data()) == parse(TEXT)


def test_ids_are_the_same_every_time() -> None:
    assert to_json(parse(TEXT)) == to_json(parse(TEXT))
    ids = [box["id"] for box in data()["nodes"]]
    assert len(set(ids)) == len(ids)
    assert {"ema_1", "ema_2", "expert_1"} <= set(ids)


def test_json_may_list_boxes_in_any_order() -> None:
    changed = data()
    changed["nodes"].reverse()
    changed["links"].reverse()
    assert from_json(changed) == parse(TEXT)


def broken(change: str) -> Any:
    found = copy.deepcopy(data())
    box = next(b for b in found["nodes"] if b["id"] == "ema_2")
    link = next(one for one in found["links"] if one["target"] == "ema_2")
    match change:
        case "type":
            box["type"] = "emma"
        case "parameter":
            box["params"] = {"perod": 3}
        case "value":
            box["params"] = {"period": 0}
        case "output":
            box["output"] = "signal"
        case "port":
            link["port"] = "y"
        case "missing port":
            found["links"].remove(link)
        case "two links":
            found["links"].append(dict(link))
        case "circle":
            link["source"] = "ema_2"
        case "nowhere":
            link["source"] = "ema_7"
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
    ],
)
def test_wrong_box_is_refused_with_its_id(change: str, told: str) -> None:
    with pytest.raises(DslError) as caught:
        from_json(broken(change))
    assert told in str(caught.value)


@pytest.mark.parametrize("key", ["format", "nodes"])
def test_other_json_is_refused(key: str) -> None:
    found = data()
    del found[key]
    found["links"] = found["links"] if key == "format" else []
    found["labels"] = []
    with pytest.raises(DslError):
        from_json(found)


def test_dot_names_every_box_and_draws_every_link() -> None:
    found = data()
    dot = to_dot(parse(TEXT))
    assert dot.count(" -> ") == len(found["links"])
    for box in found["nodes"]:
        assert f"    {box['id']} [label=" in dot
    assert '"trend\\nsub"' in dot
