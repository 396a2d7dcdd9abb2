"""Diagrams of strategies as SVG and PNG, both drawn from the same shapes."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from genfx.diagram.boxes import HEAD, LINE, MARGIN, WIDE, Box, Diagram, Wire

INK, PALE, WIRE, PAPER = "#222222", "#666666", "#7a8794", "#ffffff"
SCALE = 2  # pixels a unit in PNG
STEPS = 24  # lines of a curve in PNG
LONGEST = 27  # characters that fit into a box
MOST_PIXELS = 12_000  # of a side

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rounded box."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; y is its middle."""

    x: float
    y: float
    text: str
    size: int = 12
    anchor: Anchor = "start"
    color: str = INK


@dataclass(frozen=True, slots=True)
class Curve:
    """A Bezier curve of four points, or a dot where they are one."""

    points: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Dot:
    """A port or an output."""

    x: float
    y: float


Shape = Rect | Text | Curve | Dot


def shapes(drawn: Diagram) -> list[Shape]:
    """Return what to draw, first what lies below."""
    found: list[Shape] = []
    for wire in drawn.wires:
        found += _wire(wire)
    for box in drawn.boxes:
        found += _box(box)
    found.append(Text(MARGIN, MARGIN, drawn.title or "strategy", 20))
    x = float(MARGIN)
    for kind, color in sorted(drawn.kinds.items()):
        found.append(Rect(x, drawn.height - MARGIN, 16, 16, color))
        found.append(Text(x + 22, drawn.height - MARGIN + 8, kind, 12))
        x += 40 + 8 * len(kind)
    return found


def _wire(wire: Wire) -> list[Shape]:
    places: list[Point] = [(wire.source.x + WIDE, wire.source.out_y)]
    for bend in wire.via:
        places += [(bend.x, bend.out_y), (bend.x + WIDE, bend.out_y)]
    places.append((wire.target.x, wire.target.port_y(wire.port)))
    curves: list[Shape] = []
    for (x, y), (to_x, to_y) in itertools.pairwise(places):
        middle = (x + to_x) / 2
        curves.append(Curve(((x, y), (middle, y), (middle, to_y), (to_x, to_y))))
    return curves


def _box(box: Box) -> list[Shape]:
    found: list[Shape] = [
        Rect(box.x, box.y, WIDE, box.height, box.color),
        Text(box.x + WIDE / 2, box.out_y, _short(box.title), 13, "middle"),
    ]
    for i, detail in enumerate(box.details):
        y = box.y + HEAD + LINE * (i + 0.5)
        found.append(Text(box.x + WIDE / 2, y, _short(detail), 11, "middle", PALE))
    for i, port in enumerate(box.ports):
        found += [Dot(box.x, box.port_y(i)), Text(box.x + 10, box.port_y(i), _short(port), 11)]
    if box.kind:
        found.append(Dot(box.x + WIDE, box.out_y))
    return found


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def svg(drawn: Diagram) -> bytes:
    """Return the diagram as SVG."""
    size = f'width="{drawn.width:.0f}" height="{drawn.height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        *(_svg_shape(shape) for shape in shapes(drawn)),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _svg_shape(shape: Shape) -> str:
    match shape:
        case Rect(x, y, width, height, color):
            return (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6" '
                f'fill="{color}" stroke="{WIRE}"/>'
            )
        case Text(x, y, text, size, anchor, color):
            return (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                f'dominant-baseline="central" fill="{color}">{escape(text)}</text>'
            )
        case Curve((a, b, c, d)):
            path = f"M{a[0]:.1f} {a[1]:.1f} C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (b, c, d))
            return f'<path d="{path}" fill="none" stroke="{WIRE}" stroke-width="1.5"/>'
        case Dot(x, y):
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{WIRE}"/>'


def png(drawn: Diagram) -> bytes:
    """Return the diagram as PNG, of two pixels a unit or fewer where it is very large."""
    scale = min(SCALE, MOST_PIXELS / max(drawn.width, drawn.height))
    image = Image.new("RGB", (round(drawn.width * scale), round(drawn.height * scale)), PAPER)
    draw = ImageDraw.Draw(image)
    for shape in shapes(drawn):
        _png_shape(draw, shape, scale)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _png_shape(draw: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    match shape:
        case Rect(x, y, width, height, color):
            corners = (x * scale, y * scale, (x + width) * scale, (y + height) * scale)
            draw.rounded_rectangle(corners, 6 * scale, fill=color, outline=WIRE, width=2)
        case Text(x, y, text, size, anchor, color):
            font = ImageFont.load_default(max(1, round(size * scale)))
            held = {"start": "lm", "middle": "mm", "end": "rm"}[anchor]
            draw.text((x * scale, y * scale), text, fill=color, font=font, anchor=held)
        case Curve(points):
            line = [_along(points, i / STEPS, scale) for i in range(STEPS + 1)]
            draw.line(line, fill=WIRE, width=max(1, round(1.5 * scale)), joint="curve")
        case Dot(x, y):
            reach = 3 * scale
            place = (x * scale - reach, y * scale - reach, x * scale + reach, y * scale + reach)
            draw.ellipse(place, fill=WIRE)


def _along(points: tuple[Point, Point, Point, Point], t: float, scale: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, points, strict=True))
    return x * scale, y * scale
