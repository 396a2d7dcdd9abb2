"""Leaves that read the bars: prices, tick volume, spread.

A kernel returns the bar's own value; the caller delays it by `shift`, the last parameter of every
leaf. In an MQL5 expression of a leaf `{high}`, `{time}`, ... stand for that field of that bar.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import POINTS, PRICE, VOLUME, Kind
from dsl.params import IntParam
from dsl.registry import Mirror, Mql5, NodeType, Output, Syntax, declare

CLOSED_BAR = IntParam("shift", low=1, high=5, default=1, minimum=1)
CLOSED_OR_OPENED_BAR = IntParam("shift", low=1, high=5, default=1, minimum=0)
OPENED_BAR = IntParam("shift", low=0, high=0, default=0, minimum=0)

_LEAF = Syntax("leaf")
_ODD = Mirror("odd")


@njit
def plain_leaf(x: F64) -> F64:
    """Return a fresh copy of one field of the bars as float64[n]."""
    return x.astype(np.float64)


def plain_leaf_at(i: int, x: Sequence[float]) -> float:
    """Return the field of bar i."""
    return float(x[i])


def _price(name: str, mirror: Mirror, weight: float, summary: str) -> NodeType:
    return declare(
        NodeType(
            name=name,
            inputs=(),
            outputs=(Output("price", PRICE),),
            params=(CLOSED_OR_OPENED_BAR if name == "open" else CLOSED_BAR,),
            fields=(name,),
            kernel=plain_leaf,
            meaning=plain_leaf_at,
            mql5=Mql5(expression=f"{{{name}}}"),
            mirror=mirror,
            syntax=_LEAF,
            weight=weight,
            summary=summary,
            example=f"{name}[2]",
            source=f"MetaTrader 5 i{name.capitalize()}",
        )
    )


OPEN = _price("open", _ODD, 0.4, "The first bid price of a bar.")
HIGH = _price("high", Mirror("odd", type="low"), 0.5, "The highest bid price of a bar.")
LOW = _price("low", Mirror("odd", type="high"), 0.5, "The lowest bid price of a bar.")
CLOSE = _price("close", _ODD, 2.0, "The last bid price of a bar.")


@njit
def median_leaf(high: F64, low: F64) -> F64:
    """Return the middle of each bar."""
    return (high + low) / 2.0


def median_leaf_at(i: int, high: Sequence[float], low: Sequence[float]) -> float:
    """Return the middle of bar i."""
    return (high[i] + low[i]) / 2.0


MEDIAN = declare(
    NodeType(
        name="median",
        inputs=(),
        outputs=(Output("price", PRICE),),
        params=(CLOSED_BAR,),
        fields=("high", "low"),
        kernel=median_leaf,
        meaning=median_leaf_at,
        mql5=Mql5(expression="({high} + {low}) / 2.0"),
        mirror=_ODD,
        syntax=_LEAF,
        weight=0.3,
        summary="The middle of a bar, (high + low) / 2.",
        example="median",
        source="MetaTrader 5 PRICE_MEDIAN",
    )
)


@njit
def typical_leaf(high: F64, low: F64, close: F64) -> F64:
    """Return the mean of high, low and close of each bar."""
    return (high + low + close) / 3.0


def typical_leaf_at(
    i: int, high: Sequence[float], low: Sequence[float], close: Sequence[float]
) -> float:
    """Return the mean of high, low and close of bar i."""
    return sum((high[i], low[i], close[i])) / 3.0


TYPICAL = declare(
    NodeType(
        name="typical",
        inputs=(),
        outputs=(Output("price", PRICE),),
        params=(CLOSED_BAR,),
        fields=("high", "low", "close"),
        kernel=typical_leaf,
        meaning=typical_leaf_at,
        mql5=Mql5(expression="({high} + {low} + {close}) / 3.0"),
        mirror=_ODD,
        syntax=_LEAF,
        weight=0.3,
        summary="The typical price of a bar, (high + low + close) / 3.",
        example="typical",
        source="MetaTrader 5 PRICE_TYPICAL",
    )
)


@njit
def weighted_leaf(high: F64, low: F64, close: F64) -> F64:
    """Return the mean of high, low and twice the close of each bar."""
    return (high + low + 2.0 * close) / 4.0


def weighted_leaf_at(
    i: int, high: Sequence[float], low: Sequence[float], close: Sequence[float]
) -> float:
    """Return the mean of high, low and twice the close of bar i."""
    return sum((high[i], low[i], close[i], close[i])) / 4.0


WEIGHTED = declare(
    NodeType(
        name="weighted",
        inputs=(),
        outputs=(Output("price", PRICE),),
        params=(CLOSED_BAR,),
        fields=("high", "low", "close"),
        kernel=weighted_leaf,
        meaning=weighted_leaf_at,
        mql5=Mql5(expression="({high} + {low} + 2.0 * {close}) / 4.0"),
        mirror=_ODD,
        syntax=_LEAF,
        weight=0.2,
        summary="The weighted price of a bar, (high + low + 2 * close) / 4.",
        example="weighted",
        source="MetaTrader 5 PRICE_WEIGHTED",
    )
)


def _count(field: str, kind: Kind, shift: IntParam, output: Output, summary: str) -> NodeType:
    return declare(
        NodeType(
            name=field,
            inputs=(),
            outputs=(output,),
            params=(shift,),
            fields=(field,),
            kernel=plain_leaf,
            meaning=plain_leaf_at,
            mql5=Mql5(expression=f"(double){{{field}}}"),
            mirror=Mirror("even"),
            syntax=_LEAF,
            weight=0.4 if kind == VOLUME else 0.1,
            summary=summary,
            example=field,
            source="MetaTrader 5 MqlRates",
        )
    )


TICK_VOLUME = _count(
    "tick_volume",
    VOLUME,
    CLOSED_BAR,
    Output("volume", VOLUME),
    "The number of price changes in a bar.",
)
SPREAD = _count(
    "spread",
    POINTS,
    OPENED_BAR,
    Output("points", POINTS, levels=(1, 50)),
    "The spread in points; without a shift, of the bar that is being opened.",
)
