"""Drawings of strategies with a place for every box: those somebody chose, else the diagram's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from dsl.layout import Drawing, Place, to_json
from dsl.node import Node
from genfx.diagram.boxes import MARGIN, WIDE, Diagram, diagram


def boxes_file(drawing: Drawing) -> bytes:
    """Return a drawing as JSON; boxes that have no place yet get one."""
    return (json.dumps(to_json(placed(drawing)), indent=2, sort_keys=True) + "\n").encode()


def placed(drawing: Drawing) -> Drawing:
    """Return a drawing in which every box has a place; places that were chosen stay."""
    if all(n in drawing.places for n in drawing.strategy.order):
        return drawing
    drawn = diagram(drawing.strategy, whole=True).by_node
    places: dict[Node, Place] = {n: (round(box.x), round(box.y)) for n, box in drawn.items()}
    return replace(drawing, places=places | dict(drawing.places))


def picture(drawing: Drawing) -> Diagram:
    """Return the diagram of a drawing: as somebody arranged it, where all it shows has a place."""
    made = diagram(drawing.strategy)
    if all(n in drawing.places for n in made.by_node):
        _arrange(made, drawing.places)
    return made


def _arrange(made: Diagram, places: Mapping[Node, Place]) -> None:
    left = min(places[n][0] for n in made.by_node) - MARGIN
    top = min(places[n][1] for n in made.by_node) - 2 * MARGIN
    for n, box in made.by_node.items():
        box.x, box.y = places[n][0] - left, places[n][1] - top
    made.wires = [replace(wire, via=()) for wire in made.wires]
    made.width = max(box.x for box in made.boxes) + WIDE + MARGIN
    made.height = max(box.y + box.height for box in made.boxes) + 2 * MARGIN
