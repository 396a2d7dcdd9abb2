"""Drawn strategies: every node once, no box on another, wires at their ports; SVG and PNG."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from typer.testing import CliRunner

from dsl.text.lower import parse
from genfx.cli.app import app
from genfx.diagram.boxes import WIDE, Diagram, diagram
from genfx.diagram.picture import png, svg
from genfx.strategy_files import load_library, load_strategy

ROOT = Path(__file__).parent.parent
EXAMPLES = [
    path
    for path in sorted([*ROOT.glob("examples/*.strat"), *ROOT.glob("genfx/library/*.strat")])
    if load_library(path) is None
]
TEXT = """\
strategy "Cross <&> close" {
    input fast = 12 in 5..60
    trend = ema(close, fast) - ema(close, 26)
    enter long when trend crosses above 0 and rsi(close, 14) < 70
    exit long when trend < 0
    stop loss 2 * atr(14)
    take profit 3 * atr(14)
    size risk 1%
}
"""


def drawn(text: str = TEXT) -> Diagram:
    return diagram(parse(text))


def test_shared_nodes_are_drawn_once_and_prices_of_atr_are_not() -> None:
    titles = [box.title for box in drawn().boxes]
    assert titles.count("close") == 1
    assert titles.count("atr") == 1
    assert titles.count("trend = a - b") == 1
    assert not {"high", "low"} & set(titles)
    (ema,) = (box for box in drawn().boxes if box.details == ("period: fast = 12",))
    assert (ema.title, ema.kind, ema.ports) == ("ema", "price", ("x",))


def test_wires_lead_to_the_right_and_to_every_port() -> None:
    made = drawn()
    ends = {(id(wire.target), wire.port) for wire in made.wires}
    assert ends == {(id(box), port) for box in made.boxes for port in range(len(box.ports))}
    assert all(wire.source.x < wire.target.x for wire in made.wires)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_box_lies_on_another_or_outside(path: Path) -> None:
    made = diagram(load_strategy(path))
    boxes = sorted(made.boxes, key=lambda box: (box.x, box.y))
    for above, below in itertools.pairwise(boxes):
        assert above.x != below.x or above.y + above.height < below.y
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + WIDE <= made.width
        assert box.y + box.height <= made.height


def test_svg_is_well_formed_the_same_each_time_and_names_everything() -> None:
    root = ElementTree.fromstring(svg(drawn()))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Cross <&> close", "long entry", "stop loss", "risk", "distance"} <= set(texts)
    assert svg(drawn()) == svg(drawn())


def test_png_has_two_pixels_a_unit() -> None:
    made = drawn()
    image = Image.open(io.BytesIO(png(made)))
    assert image.size == (round(2 * made.width), round(2 * made.height))
    assert image.getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["svg", "png"])
def test_export_draws_beside_the_strategy(tmp_path: Path, form: str) -> None:
    path = tmp_path / "cross.strat"
    path.write_text(TEXT)
    result = CliRunner().invoke(app, ["export", str(path), "--to", form])
    assert result.exit_code == 0, result.output
    assert (tmp_path / f"cross.{form}").stat().st_size > 1000
    screen = CliRunner().invoke(app, ["export", str(path), "--to", form, "--out", "-"])
    assert screen.exit_code == (0 if form == "svg" else 2)
