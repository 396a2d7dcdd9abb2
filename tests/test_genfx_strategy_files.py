"""Strategy files of every form serve every command; drawn boxes keep their names and places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dsl.boxes import parse_boxes
from dsl.errors import DslErrors, UnknownName
from dsl.layout import Drawing, to_json
from dsl.parametrize import parametrize
from dsl.text.lower import parse
from genfx.cli.app import app
from genfx.diagram.layouts import boxes_file, picture, placed
from genfx.strategy_files import load_drawing, load_strategy, named_node

TEXT = """\
strategy "Cross" {
    input fast = 12 in 5..60
    trend = ema(close, fast) - ema(close, 26)

    enter long when trend crosses above 0 and rsi(close, 14) < 70
    exit long when trend < 0
    stop loss 2 * atr(14)
    size 0.1 lots
}
"""
FORMULAS = """\
Inputs = Fast=10 in 5..60, Slow=21 in 10..120
Buy = EMA_OPEN_{Fast}(0) > EMA_OPEN_{Slow}(0)
Sell = EMA_OPEN_{Fast}(0) < EMA_OPEN_{Slow}(0)
Lots = 0.1
"""


def files(folder: Path) -> dict[str, Path]:
    contents = {
        "cross.strat": TEXT.encode(),
        "fan.formula": FORMULAS.encode(),
        "boxes.json": boxes_file(Drawing(parse(TEXT))),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {Path(name).suffix: folder / name for name in contents}


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("form", [".strat", ".formula", ".json"])
def test_every_command_takes_every_form(tmp_path: Path, form: str) -> None:
    file = files(tmp_path)[form]
    assert ": ok" in run("check", file)
    assert json.loads(run("backtest", file, "--json"))["report"]["trades"] > 0
    for target in ("mql5", "python", "set", "strat", "dot", "svg"):
        assert run("export", file, "--to", target, "--out", "-")
    tuned = tmp_path / "tuned.strat"
    run("tune", file, "--evaluations", 4, "--out", tuned, "--threads", 1)
    assert load_strategy(tuned).structure_id == load_strategy(file).structure_id


def test_a_byte_order_mark_is_no_part_of_a_strategy(tmp_path: Path) -> None:
    path = tmp_path / "cross.strat"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert load_strategy(path) == parse(TEXT)


def test_names_of_a_strategy_can_be_looked_at(tmp_path: Path) -> None:
    file = files(tmp_path)[".json"]
    lines = run("series", "trend", "--of", file, "--last", 2).splitlines()
    assert lines[0] == "time,value"
    assert len(lines) == 3
    same = run("series", "ema(close, 12) - ema(close, 26)", "--last", 2)
    assert same.splitlines() == lines
    with pytest.raises(UnknownName, match="the strategy names no 'tren'"):
        named_node(load_strategy(file), "tren")


@pytest.mark.parametrize("form", [".json", ".formula"])
def test_only_texts_of_lines_are_formatted(tmp_path: Path, form: str) -> None:
    result = CliRunner().invoke(app, ["fmt", str(files(tmp_path)[form])])
    assert result.exit_code == 2
    assert "genfx export --to" in result.output


def drawn() -> Any:
    """Return boxes with other ids and places than genfx would give."""
    data = json.loads(boxes_file(Drawing(parse(TEXT))))
    names = {box["id"]: f"my {box['id']}" for box in data["nodes"]}
    for number, box in enumerate(data["nodes"]):
        box |= {"id": names[box["id"]], "x": 10 * number, "y": 300 - 7.5 * number}
    for link in data["links"]:
        link |= {"source": names[link["source"]], "target": names[link["target"]]}
    data["labels"] = [[label, names[name]] for label, name in data["labels"]]
    return data


def places(data: Any) -> dict[str, tuple[float, float]]:
    return {box["id"]: (box["x"], box["y"]) for box in data["nodes"]}


def test_ids_and_places_survive_reading_and_writing() -> None:
    data = drawn()
    again = json.loads(boxes_file(parse_boxes(json.dumps(data))))
    assert again == data


def test_ids_and_places_survive_the_command(tmp_path: Path) -> None:
    file, other = tmp_path / "a.json", tmp_path / "b.json"
    data = drawn()
    del data["inputs"]
    for box in data["nodes"]:  # without inputs, all numbers become inputs
        box["params"] = {k: 9 if k == "period" else v for k, v in box.get("params", {}).items()}
    file.write_text(json.dumps(data))
    run("export", file, "--to", "json", "--out", other)
    assert load_strategy(other).inputs
    kept = places(json.loads(other.read_text()))
    assert kept.items() <= places(data).items()
    assert load_strategy(other).strategy_id == load_strategy(file).strategy_id


def test_places_follow_a_strategy_whose_numbers_become_inputs() -> None:
    drawing = parse_boxes(json.dumps(drawn()))
    carried = drawing.carried(parametrize(drawing.strategy))
    assert places(to_json(carried)) == places(to_json(drawing))


def test_a_new_box_gets_a_place_and_a_free_id() -> None:
    data = drawn()
    new = next(box for box in data["nodes"] if box["type"] == "rsi")
    del new["x"], new["y"]
    made = json.loads(boxes_file(parse_boxes(json.dumps(data))))
    assert {key: place for key, place in places(made).items() if key != new["id"]} == {
        box["id"]: (box["x"], box["y"]) for box in data["nodes"] if box is not new
    }
    assert all(isinstance(x, int | float) for place in places(made).values() for x in place)
    taken = {n: "rsi_1" for n in parse(TEXT).order if n.type.name == "close"}
    ids = [box["id"] for box in to_json(Drawing(parse(TEXT), taken))["nodes"]]
    assert len(set(ids)) == len(ids)


def test_no_two_boxes_of_a_fresh_drawing_share_a_place() -> None:
    found = placed(Drawing(parse(TEXT))).places
    assert len(set(found.values())) == len(found) == len(parse(TEXT).order)


def test_a_picture_shows_boxes_where_somebody_put_them() -> None:
    data = drawn()
    made = picture(parse_boxes(json.dumps(data)))
    shown = sorted((box.x - made.boxes[0].x, box.y - made.boxes[0].y) for box in made.boxes)
    expert = next(box for box in data["nodes"] if box["type"] == "expert")
    moved = {(box["x"] - expert["x"], box["y"] - expert["y"]) for box in data["nodes"]}
    assert set(shown) <= moved
    assert all(box.x >= 0 and box.y >= 0 for box in made.boxes)


def test_all_wrong_boxes_are_told_with_file_line_and_id(tmp_path: Path) -> None:
    data = drawn()
    for box in data["nodes"]:
        if box["id"] == "my ema_1":
            box["type"] = "emma"
        if box["id"] == "my rsi_1":
            box["params"] = {"perod": 3}
        if box["id"] == "my atr_1":
            box["x"] = "left"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(data, indent=2))
    lines = path.read_text().splitlines()
    with pytest.raises(DslErrors) as caught:
        load_drawing(path)
    told = {error.message: error.span for error in caught.value.errors}
    assert set(told) == {
        "box 'my ema_1': unknown node 'emma'",
        "box 'my rsi_1': rsi has no parameter 'perod'",
        "box 'my atr_1': x = 'left' is no place",
    }
    for message, span in told.items():
        assert span is not None
        name = message.split("'")[1]
        assert lines[span.line - 1][span.column - 1 :].startswith(f'"{name}"')
        assert f"{path}:{span.line}:{span.column}: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"inputs": [{"name": "fast", "value": 12}] * 2}, "two inputs have the same name 'fast'"),
        ({"inputs": [{"name": "fast", "value": 1, "low": 2, "high": 9}]}, "outside its own range"),
        ({"inputs": [{"name": "fast", "value": 1, "low": "a"}]}, "low = 'a' is no number"),
        ({"inputs": [{"name": "fast", "value": 12, "comment": 3}]}, "its comment is no text"),
        ({"nodes": [{"id": "a"}]}, "box 'a': has no type"),
        ({"nodes": [{"id": "a", "type": "close", "params": 3}]}, "box 'a' is malformed"),
        ({"nodes": [], "links": []}, "a strategy has one box of type 'expert'; this has 0"),
    ],
)
def test_wrong_parts_are_told(change: dict[str, Any], told: str) -> None:
    links: dict[str, Any] = {"links": [], "labels": []} if "nodes" in change else {}
    with pytest.raises(DslErrors) as caught:
        parse_boxes(json.dumps(drawn() | links | change), "w.json")
    assert told in str(caught.value)


def test_what_is_no_json_is_told_with_its_place() -> None:
    with pytest.raises(DslErrors, match=r"w\.json:2:3: is no JSON"):
        parse_boxes('{"format":\n  oops}', "w.json")
