"""Leaves with the same value at every bar: numbers and levels, and distances in points."""

from __future__ import annotations

from dsl.kinds import COMPARABLE, DISTANCE, KindVar
from dsl.params import FloatParam
from dsl.registry import Mirror, Mql5, NodeType, Output, Syntax, declare

CONSTANT = declare(
    NodeType(
        name="constant",
        inputs=(),
        outputs=(Output("value", KindVar("T", COMPARABLE.allowed)),),
        params=(FloatParam("value", low=-1e6, high=1e6, default=0.0),),
        kernel=None,
        meaning=None,
        scalar=lambda _point, value: float(value),
        mql5=Mql5(expression="{value}"),
        mirror=Mirror("follow"),
        syntax=Syntax("constant"),
        summary="A number, of the kind that the place wants.",
        example="70",
    )
)

POINTS = declare(
    NodeType(
        name="points",
        inputs=(),
        outputs=(Output("distance", DISTANCE),),
        params=(FloatParam("count", low=50, high=2000, default=200, step=10, log=True),),
        kernel=None,
        meaning=None,
        scalar=lambda point, count: float(count) * float(point),
        mql5=Mql5(expression="{count} * _Point"),
        mirror=Mirror("even"),
        summary="A distance of so many points (ten points are a pip on 5-digit quotes).",
        example="points(200)",
    )
)
