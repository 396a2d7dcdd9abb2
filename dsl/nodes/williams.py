"""Bill Williams: alligator, gator, awesome and accelerator oscillator, fractals, MFI."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, DISTANCE, PRICE
from dsl.nodes.averages import sma, smma, smma_fade
from dsl.nodes.channels import DIFFERENCES
from dsl.nodes.prices import CLOSED_BAR
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

Series = Sequence[float]

_LINES = (
    IntParam("jaws", low=5, high=60, default=13, log=True),
    IntParam("teeth", low=3, high=40, default=8, log=True),
    IntParam("lips", low=2, high=30, default=5, log=True),
)


@njit
def alligator(x: F64, jaws: int, teeth: int, lips: int) -> tuple[F64, F64, F64]:
    """Return three smoothed averages."""
    return smma(x, jaws), smma(x, teeth), smma(x, lips)


def _smoothed_at(i: int, x: Series, period: int) -> float:
    seed = max(period - 1, i - 40 * period)  # an earlier seed weighs less than exp(-40)
    value = sum(x[j] for j in range(seed - period + 1, seed + 1)) / period
    for j in range(seed + 1, i + 1):
        value = value - value / period + x[j] / period
    return value


def alligator_at(i: int, x: Series, jaws: int, teeth: int, lips: int) -> tuple[float, float, float]:
    """Return the three averages now."""
    return _smoothed_at(i, x, jaws), _smoothed_at(i, x, teeth), _smoothed_at(i, x, lips)


ALLIGATOR = declare(
    NodeType(
        name="alligator",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("jaws", AVERAGED), Output("teeth", AVERAGED), Output("lips", AVERAGED)),
        params=_LINES,
        valid=lambda jaws, teeth, lips: lips < teeth and teeth < jaws,
        warmup=lambda jaws, _teeth, _lips: jaws - 1 + smma_fade(jaws),
        kernel=alligator,
        meaning=alligator_at,
        reach=None,
        mql5=Mql5(
            library="Alligator",
            handle=(
                "iAlligator(_Symbol, _Period, {jaws}, 8, {teeth}, 5, {lips}, 3, MODE_SMMA, {x})"
            ),
            buffers=(0, 1, 2),
        ),
        mirror=Mirror("follow"),
        weight=0.4,
        summary=(
            "Three smoothed averages, not displaced; a chart draws them 8, 5 and 3 bars further on."
        ),
        example="alligator(median, 13, 8, 5).teeth",
        source="MetaTrader 5 iAlligator, MODE_SMMA; Williams 1995",
    )
)


@njit
def gator(x: F64, jaws: int, teeth: int, lips: int) -> tuple[F64, F64]:
    """Return how far the alligator's lines lie apart, as they stand above one another on a chart.

    Displaced by 8, 5 and 3 bars, the jaws of 3 bars before meet the teeth, the teeth of 2 bars
    before the lips.
    """
    n = len(x)
    upper = np.zeros(n)
    lower = np.zeros(n)
    slow, middle, quick = alligator(x, jaws, teeth, lips)
    for i in range(3, n):
        upper[i] = abs(slow[i - 3] - middle[i])
        lower[i] = -abs(middle[i - 2] - quick[i])
    return upper, lower


def gator_at(i: int, x: Series, jaws: int, teeth: int, lips: int) -> tuple[float, float]:
    """Return the gap of jaws and teeth, and that of teeth and lips with a minus."""
    upper = _smoothed_at(i - 3, x, jaws) - _smoothed_at(i, x, teeth)
    lower = _smoothed_at(i - 2, x, teeth) - _smoothed_at(i, x, lips)
    return abs(upper), -abs(lower)


GATOR = declare(
    NodeType(
        name="gator",
        inputs=(Input("x", AVERAGED),),
        outputs=(Output("upper", AVERAGED), Output("lower", AVERAGED)),
        overloads=DIFFERENCES,
        params=_LINES,
        valid=lambda jaws, teeth, lips: lips < teeth and teeth < jaws,
        warmup=lambda jaws, _teeth, _lips: jaws + 2 + smma_fade(jaws),
        kernel=gator,
        meaning=gator_at,
        reach=None,
        mql5=Mql5(library="Gator"),
        mirror=Mirror("even"),
        weight=0.3,
        summary="How far the alligator's lines lie apart: jaws to teeth; below 0, teeth to lips.",
        example="gator(median, 13, 8, 5).upper",
        source="MetaTrader 5 iGator with its shifts 8, 5, 3; Williams 1995",
    )
)


@njit
def awesome(x: F64, fast: int, slow: int) -> F64:
    """Return the difference of two simple averages."""
    return sma(x, fast) - sma(x, slow)


def awesome_at(i: int, x: Series, fast: int, slow: int) -> float:
    """Return the mean of the last `fast` values less that of the last `slow` ones."""
    return sum(x[i - fast + 1 : i + 1]) / fast - sum(x[i - slow + 1 : i + 1]) / slow


@njit
def ao(median: F64) -> F64:
    """Return the awesome oscillator; defined from row 33 on."""
    return awesome(median, 5, 34)


def ao_at(i: int, median: Series) -> float:
    """Return the mean of the last 5 bars' middles less that of the last 34."""
    return awesome_at(i, median, 5, 34)


AO = declare(
    NodeType(
        name="ao",
        inputs=(Input("median", PRICE, leaf="median"),),
        outputs=(Output("ao", DISTANCE, levels=(0, 0)),),
        warmup=lambda: 33,
        kernel=ao,
        meaning=ao_at,
        reach=None,
        mql5=Mql5(library="Awesome", handle="iAO(_Symbol, _Period)"),
        mirror=Mirror("odd"),
        weight=0.5,
        summary="The awesome oscillator: the mean of 5 bars' middles less that of 34.",
        example="ao()",
        source="MetaTrader 5 iAO; Williams 1998",
    )
)


@njit
def ac(median: F64) -> F64:
    """Return the awesome oscillator less its mean over 5 rows; defined from row 37 on."""
    n = len(median)
    out = np.zeros(n)
    if n > 33:
        main = awesome(median, 5, 34)[33:]
        out[33:] = main - sma(main, 5)
    return out


def ac_at(i: int, median: Series) -> float:
    """Return the awesome oscillator less its mean over the last 5 rows."""
    last = [awesome_at(j, median, 5, 34) for j in range(i - 4, i + 1)]
    return last[-1] - sum(last) / 5


AC = declare(
    NodeType(
        name="ac",
        inputs=(Input("median", PRICE, leaf="median"),),
        outputs=(Output("ac", DISTANCE, levels=(0, 0)),),
        warmup=lambda: 37,
        kernel=ac,
        meaning=ac_at,
        reach=None,
        mql5=Mql5(library="Accelerator", handle="iAC(_Symbol, _Period)"),
        mirror=Mirror("odd"),
        weight=0.4,
        summary="The accelerator: the awesome oscillator less its mean over 5 bars.",
        example="ac()",
        source="MetaTrader 5 iAC; Williams 1998",
    )
)


@njit
def newest_fractal(x: F64, sign: float) -> F64:
    """Return the last value that stood out from two on either side, known two rows later.

    sign: 1 for peaks, -1 for troughs. A tie with older rows is allowed. Before the first one the
    farthest value so far stands in for it.
    """
    n = len(x)
    out = np.zeros(n)
    last = -np.inf
    found = False
    for i in range(n):
        if i >= 4:
            peak = sign * x[i - 2]
            older = max(sign * x[i - 4], sign * x[i - 3])
            newer = max(sign * x[i - 1], sign * x[i])
            if peak > newer and peak >= older:
                last = peak
                found = True
        if not found:
            last = max(last, sign * x[i])
        out[i] = sign * last
    return out


@njit
def fractals(high: F64, low: F64) -> tuple[F64, F64]:
    """Return the price of the last fractal up and of the last one down."""
    return newest_fractal(high, 1.0), newest_fractal(low, -1.0)


def fractals_at(i: int, high: Series, low: Series) -> tuple[float, float]:
    """Return the last high above its four neighbours, and the last low below them."""
    up, down = max(high[: i + 1]), min(low[: i + 1])
    for j in range(i - 2, 1, -1):
        if high[j] > max(high[j + 1], high[j + 2]) and high[j] >= max(high[j - 1], high[j - 2]):
            up = high[j]
            break
    for j in range(i - 2, 1, -1):
        if low[j] < min(low[j + 1], low[j + 2]) and low[j] <= min(low[j - 1], low[j - 2]):
            down = low[j]
            break
    return up, down


FRACTALS = declare(
    NodeType(
        name="fractals",
        inputs=(Input("high", PRICE, leaf="high"), Input("low", PRICE, leaf="low")),
        outputs=(Output("up", PRICE), Output("down", PRICE)),
        warmup=lambda: 100,  # one in some five bars is a fractal
        kernel=fractals,
        meaning=fractals_at,
        reach=None,
        mql5=Mql5(library="Fractals"),
        mirror=Mirror("odd", outputs=(("up", "down"), ("down", "up"))),
        weight=0.7,
        summary="The last fractal up or down, known two bars after its own; its price is kept.",
        example="fractals().up",
        source="MetaTrader 5 iFractals; Williams 1995",
    )
)


@njit
def bw_mfi(high: F64, low: F64, tick_volume: F64) -> F64:
    """Return the range of each bar per tick of its volume, 0 without volume."""
    n = len(high)
    out = np.zeros(n)
    for i in range(n):
        if tick_volume[i] > 0.0:
            out[i] = (high[i] - low[i]) / tick_volume[i]
    return out


def bw_mfi_at(i: int, high: Series, low: Series, tick_volume: Series) -> float:
    """Return the range of bar i per tick, 0 without ticks."""
    return (high[i] - low[i]) / tick_volume[i] if tick_volume[i] > 0 else 0.0


BW_MFI = declare(
    NodeType(
        name="bw_mfi",
        inputs=(),
        outputs=(Output("range", DISTANCE),),
        params=(CLOSED_BAR,),
        fields=("high", "low", "tick_volume"),
        kernel=bw_mfi,
        meaning=bw_mfi_at,
        mql5=Mql5(
            expression="({tick_volume} > 0 ? ({high} - {low}) / (double){tick_volume} : 0.0)"
        ),
        mirror=Mirror("even"),
        syntax=Syntax("leaf"),
        weight=0.2,
        summary="The market facilitation index: the range of a bar per tick, in price.",
        example="bw_mfi",
        source="MetaTrader 5 iBWMFI times the point; Williams 1995",
    )
)
