"""The shape of bars: body, range, shadows, gap, and patterns of one bar or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, Bool1D, njit
from dsl.kinds import DISTANCE, PRICE, SIGNAL
from dsl.nodes.prices import CLOSED_BAR
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import FloatParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

Series = Sequence[float]

_OPEN, _HIGH, _LOW, _CLOSE = (Input(n, PRICE, leaf=n) for n in ("open", "high", "low", "close"))
_EVEN = Mirror("even")


@njit
def bar_body(open: F64, close: F64) -> F64:
    """Return |close - open| of each bar."""
    return np.abs(close - open)


def bar_body_at(i: int, open: Series, close: Series) -> float:
    """Return the distance between open and close of bar i."""
    return abs(close[i] - open[i])


@njit
def bar_span(high: F64, low: F64) -> F64:
    """Return high - low of each bar."""
    return high - low


def bar_span_at(i: int, high: Series, low: Series) -> float:
    """Return the distance between high and low of bar i."""
    return high[i] - low[i]


@njit
def shadow_above(open: F64, high: F64, close: F64) -> F64:
    """Return how far each bar rose above open and close."""
    return high - np.maximum(open, close)


def shadow_above_at(i: int, open: Series, high: Series, close: Series) -> float:
    """Return how far bar i rose above open and close."""
    return high[i] - max(open[i], close[i])


@njit
def shadow_below(open: F64, low: F64, close: F64) -> F64:
    """Return how far each bar fell below open and close."""
    return np.minimum(open, close) - low


def shadow_below_at(i: int, open: Series, low: Series, close: Series) -> float:
    """Return how far bar i fell below open and close."""
    return min(open[i], close[i]) - low[i]


@njit
def opening_gap(open: F64, close: F64) -> F64:
    """Return the open of each bar less the close of the bar before."""
    out = np.zeros(len(open))
    out[1:] = open[1:] - close[:-1]
    return out


def opening_gap_at(i: int, open: Series, close: Series) -> float:
    """Return the open of bar i less the close of the bar before."""
    return open[i] - close[i - 1]


def _part(
    name: str,
    fields: tuple[str, ...],
    functions: tuple[Callable[..., F64], Callable[..., float]],
    expression: str,
    mirror: Mirror,
    summary: str,
) -> NodeType:
    older = int("_prev" in expression)
    return declare(
        NodeType(
            name=name,
            inputs=(),
            outputs=(Output("distance", DISTANCE),),
            params=(CLOSED_BAR,),
            fields=fields,
            warmup=lambda *_: older,
            reach=lambda *_: older,
            kernel=functions[0],
            meaning=functions[1],
            mql5=Mql5(expression=expression),
            mirror=mirror,
            syntax=Syntax("leaf"),
            weight=0.15,
            summary=summary,
            example=f"{name}[2]",
        )
    )


BODY = _part(
    "body",
    ("open", "close"),
    (bar_body, bar_body_at),
    "MathAbs({close} - {open})",
    _EVEN,
    "The body of a bar: the distance between its open and its close.",
)
BAR_RANGE = _part(
    "bar_range",
    ("high", "low"),
    (bar_span, bar_span_at),
    "{high} - {low}",
    _EVEN,
    "The range of a bar: the distance between its high and its low.",
)
UPPER_SHADOW = _part(
    "upper_shadow",
    ("open", "high", "close"),
    (shadow_above, shadow_above_at),
    "{high} - MathMax({open}, {close})",
    Mirror("even", type="lower_shadow"),
    "The upper shadow of a bar: how far it rose above open and close.",
)
LOWER_SHADOW = _part(
    "lower_shadow",
    ("open", "low", "close"),
    (shadow_below, shadow_below_at),
    "MathMin({open}, {close}) - {low}",
    Mirror("even", type="upper_shadow"),
    "The lower shadow of a bar: how far it fell below open and close.",
)
GAP = _part(
    "gap",
    ("open", "close"),
    (opening_gap, opening_gap_at),
    "{open} - {close_prev}",
    Mirror("odd"),
    "The gap before a bar: its open less the close of the bar before.",
)


@njit
def lies_inside(
    high: F64, low: F64, high_around: F64, low_around: F64, e_abs: float, e_rel: float
) -> Bool1D:
    """Return, from row 1 on, whether a bar lies inside the other range, touching neither end."""
    out = np.zeros(len(high), dtype=np.bool_)
    for i in range(1, len(high)):
        below = exceeds(high_around[i], high[i], e_abs, e_rel)
        out[i] = below and exceeds(low[i], low_around[i], e_abs, e_rel)
    return out


@njit
def inside_bar(high: F64, low: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a bar lies inside the range of the bar before."""
    return lies_inside(high, low, np.roll(high, 1), np.roll(low, 1), e_abs, e_rel)


def inside_bar_at(i: int, high: Series, low: Series, *e: float) -> bool:
    """Return whether bar i lies inside the range of the bar before."""
    return is_more(high[i - 1], high[i], *e) and is_more(low[i], low[i - 1], *e)


@njit
def outside_bar(high: F64, low: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a bar goes beyond both ends of the bar before."""
    return lies_inside(np.roll(high, 1), np.roll(low, 1), high, low, e_abs, e_rel)


def outside_bar_at(i: int, high: Series, low: Series, *e: float) -> bool:
    """Return whether bar i goes beyond both ends of the bar before."""
    return is_more(high[i], high[i - 1], *e) and is_more(low[i - 1], low[i], *e)


@njit
def engulfs(open: F64, close: F64, sign: float, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a rising body (sign 1) covers the falling one before, or the reverse."""
    out = np.zeros(len(open), dtype=np.bool_)
    for i in range(1, len(open)):
        first, last = sign * open[i], sign * close[i]
        first_before, last_before = sign * open[i - 1], sign * close[i - 1]
        out[i] = (
            exceeds(first_before, last_before, e_abs, e_rel)
            and not exceeds(first, last_before, e_abs, e_rel)
            and not exceeds(first_before, last, e_abs, e_rel)
            and exceeds(last - first, first_before - last_before, e_abs, e_rel)
        )
    return out


@njit
def bullish_engulfing(open: F64, close: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a rising body covers the falling one before and is larger."""
    return engulfs(open, close, 1.0, e_abs, e_rel)


def bullish_engulfing_at(i: int, open: Series, close: Series, *e: float) -> bool:
    """Return whether a rising body covers the falling one before and is larger."""
    fell = is_more(open[i - 1], close[i - 1], *e)
    low_end = not is_more(open[i], close[i - 1], *e)
    high_end = not is_more(open[i - 1], close[i], *e)
    larger = is_more(close[i] - open[i], open[i - 1] - close[i - 1], *e)
    return fell and low_end and high_end and larger


@njit
def bearish_engulfing(open: F64, close: F64, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a falling body covers the rising one before and is larger."""
    return engulfs(open, close, -1.0, e_abs, e_rel)


def bearish_engulfing_at(i: int, open: Series, close: Series, *e: float) -> bool:
    """Return whether a falling body covers the rising one before and is larger."""
    rose = is_more(close[i - 1], open[i - 1], *e)
    high_end = not is_more(close[i - 1], open[i], *e)
    low_end = not is_more(close[i], open[i - 1], *e)
    larger = is_more(open[i] - close[i], close[i - 1] - open[i - 1], *e)
    return rose and low_end and high_end and larger


@njit
def long_shadow(shadow: F64, span: F64, percent: float, e_abs: float, e_rel: float) -> Bool1D:
    """Return whether a shadow is at least so many percent of a range that there is."""
    out = np.zeros(len(span), dtype=np.bool_)
    for i in range(len(span)):
        least = span[i] * percent / 100.0
        moved = exceeds(span[i], 0.0, e_abs, e_rel)
        out[i] = moved and not exceeds(least, shadow[i], e_abs, e_rel)
    return out


@njit
def bullish_pin(
    open: F64, high: F64, low: F64, close: F64, shadow: float, e_abs: float, e_rel: float
) -> Bool1D:
    """Return whether the lower shadow is at least so many percent of the range."""
    return long_shadow(np.minimum(open, close) - low, high - low, shadow, e_abs, e_rel)


def bullish_pin_at(
    i: int, open: Series, high: Series, low: Series, close: Series, shadow: float, *e: float
) -> bool:
    """Return whether the lower shadow is at least so many percent of the range."""
    span = high[i] - low[i]
    below = min(open[i], close[i]) - low[i]
    return is_more(span, 0.0, *e) and not is_more(span * shadow / 100.0, below, *e)


@njit
def bearish_pin(
    open: F64, high: F64, low: F64, close: F64, shadow: float, e_abs: float, e_rel: float
) -> Bool1D:
    """Return whether the upper shadow is at least so many percent of the range."""
    return long_shadow(high - np.maximum(open, close), high - low, shadow, e_abs, e_rel)


def bearish_pin_at(
    i: int, open: Series, high: Series, low: Series, close: Series, shadow: float, *e: float
) -> bool:
    """Return whether the upper shadow is at least so many percent of the range."""
    span = high[i] - low[i]
    above = high[i] - max(open[i], close[i])
    return is_more(span, 0.0, *e) and not is_more(span * shadow / 100.0, above, *e)


@njit
def doji(
    open: F64, high: F64, low: F64, close: F64, percent: float, e_abs: float, e_rel: float
) -> Bool1D:
    """Return whether the body is at most so many percent of the range."""
    out = np.zeros(len(open), dtype=np.bool_)
    for i in range(len(open)):
        most = (high[i] - low[i]) * percent / 100.0
        out[i] = not exceeds(abs(close[i] - open[i]), most, e_abs, e_rel)
    return out


def doji_at(
    i: int, open: Series, high: Series, low: Series, close: Series, percent: float, *e: float
) -> bool:
    """Return whether the body is at most so many percent of the range."""
    most = (high[i] - low[i]) * percent / 100.0
    return not is_more(max(open[i], close[i]) - min(open[i], close[i]), most, *e)


def _pattern(
    ports: tuple[Input, ...],
    functions: tuple[Callable[..., Bool1D], Callable[..., bool]],
    expression: str,
    summary: str,
    *,
    counterpart: str = "",
    params: tuple[FloatParam, ...] = (),
) -> NodeType:
    name = functions[0].__name__
    rows = int("_prev" in expression)
    shown = ", ".join(f"{param.default:g}" for param in params)
    return declare(
        NodeType(
            name=name,
            inputs=ports,
            outputs=(Output("signal", SIGNAL),),
            params=params,
            warmup=lambda *_: rows,
            reach=lambda *_: rows,
            kernel=functions[0],
            meaning=functions[1],
            tolerance=ports[0].name,
            mql5=Mql5(expression=expression),
            mirror=Mirror("even", type=counterpart),
            weight=0.15,
            summary=summary,
            example=f"{name}({shown})",
        )
    )


def _above(a: str, b: str) -> str:
    """Return the MQL5 test whether a lies above b; Greater is a function of the templates."""
    return f"Greater({a}, {b}, {{e_abs}}, {{e_rel}})"


_FOUR = (_OPEN, _HIGH, _LOW, _CLOSE)
_SHADOW = FloatParam("shadow", low=50, high=90, default=66, step=2, minimum=0, maximum=100)
_PERCENT = FloatParam("percent", low=2, high=30, default=10, step=1, minimum=0, maximum=100)
_SPAN = "{high} - {low}"
_PIN = f"{_above(_SPAN, '0.0')} && !"

INSIDE_BAR = _pattern(
    (_HIGH, _LOW),
    (inside_bar, inside_bar_at),
    f"{_above('{high_prev}', '{high}')} && {_above('{low}', '{low_prev}')}",
    "Whether the bar lies inside the range of the bar before and touches neither end.",
)
OUTSIDE_BAR = _pattern(
    (_HIGH, _LOW),
    (outside_bar, outside_bar_at),
    f"{_above('{high}', '{high_prev}')} && {_above('{low_prev}', '{low}')}",
    "Whether the bar goes beyond both the high and the low of the bar before.",
)
BULLISH_ENGULFING = _pattern(
    (_OPEN, _CLOSE),
    (bullish_engulfing, bullish_engulfing_at),
    f"{_above('{open_prev}', '{close_prev}')} && !{_above('{open}', '{close_prev}')} && "
    f"!{_above('{open_prev}', '{close}')} && "
    f"{_above('{close} - {open}', '{open_prev} - {close_prev}')}",
    "Whether the body of a rising bar covers that of the falling bar before and is larger.",
    counterpart="bearish_engulfing",
)
BEARISH_ENGULFING = _pattern(
    (_OPEN, _CLOSE),
    (bearish_engulfing, bearish_engulfing_at),
    f"{_above('{close_prev}', '{open_prev}')} && !{_above('{close_prev}', '{open}')} && "
    f"!{_above('{close}', '{open_prev}')} && "
    f"{_above('{open} - {close}', '{close_prev} - {open_prev}')}",
    "Whether the body of a falling bar covers that of the rising bar before and is larger.",
    counterpart="bullish_engulfing",
)
BULLISH_PIN = _pattern(
    _FOUR,
    (bullish_pin, bullish_pin_at),
    _PIN + _above(f"({_SPAN}) * {{shadow}} / 100.0", "MathMin({open}, {close}) - {low}"),
    "Whether the lower shadow of the bar is at least `shadow` percent of its range.",
    counterpart="bearish_pin",
    params=(_SHADOW,),
)
BEARISH_PIN = _pattern(
    _FOUR,
    (bearish_pin, bearish_pin_at),
    _PIN + _above(f"({_SPAN}) * {{shadow}} / 100.0", "{high} - MathMax({open}, {close})"),
    "Whether the upper shadow of the bar is at least `shadow` percent of its range.",
    counterpart="bullish_pin",
    params=(_SHADOW,),
)
DOJI = _pattern(
    _FOUR,
    (doji, doji_at),
    "!" + _above("MathAbs({close} - {open})", f"({_SPAN}) * {{percent}} / 100.0"),
    "Whether the body of the bar is at most `percent` percent of its range.",
    params=(_PERCENT,),
)
