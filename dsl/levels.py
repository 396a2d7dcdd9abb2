"""Where a series swings: the range from which a number compared with it is drawn and tuned."""

from __future__ import annotations

from dsl.node import Node


def levels_of(series: Node) -> tuple[float, float] | None:
    """Return the levels a series' output declares, or those of what it smooths; None: none known.

    An average of an oscillator lies where the oscillator lies.
    """
    while True:
        levels = series.type.outputs[series.output].levels
        same = [n for n in series.inputs if n is not None and n.kind == series.kind]
        if levels is not None or not same:
            return levels
        series = same[0]
