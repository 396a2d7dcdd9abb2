"""Numbers and levels, the same at every bar, and distances in points or in percent of the price."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.jit import F64, njit
from dsl.kinds import COMPARABLE, DISTANCE, PRICE, KindVar
from dsl.params import FloatParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

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


@njit
def percent(x: F64, share: float) -> F64:
    """Return `share` percent of a price, a distance in quote currency."""
    return x * share / 100.0


def percent_at(i: int, x: Sequence[float], share: float) -> float:
    """Return `share` percent of a price."""
    return x[i] * share / 100.0


PERCENT = declare(
    NodeType(
        name="percent",
        inputs=(Input("x", PRICE, leaf="close"),),
        outputs=(Output("distance", DISTANCE),),
        params=(FloatParam("share", low=0.1, high=5, default=1, step=0.1, log=True),),
        kernel=percent,
        meaning=percent_at,
        mql5=Mql5(expression="{x} * {share} / 100.0"),
        mirror=Mirror("even"),
        weight=0.3,
        summary="A distance of so many percent of the last close, written 1%.",
        example="percent(1.5)",
    )
)
