"""Events: how long ago, how often, at which value a signal was true; latches.

Nothing here looks further back than its `limit` or `period`, so no value depends on where history
starts: what has not happened within those bars counts as long ago as can be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, Bool1D, njit
from dsl.kinds import AVERAGED, COUNT, SIGNAL
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]
Signals = Sequence[bool]

_SIGNAL = Input("signal", SIGNAL)
_FOLLOW = Mirror("follow")
_EVEN = Mirror("even")
_LIMIT = IntParam("limit", low=5, high=200, default=100, log=True)


@njit
def bars_since(signal: Bool1D, limit: int) -> F64:
    """Return the rows since the signal was true, 0 where it is, at most `limit`."""
    out = np.empty(len(signal))
    since = limit
    for i in range(len(signal)):
        since = 0 if signal[i] else min(since + 1, limit)
        out[i] = since
    return out


def bars_since_at(i: int, signal: Signals, limit: int) -> float:
    """Return the rows since the signal was true, `limit` where it was not in as many rows."""
    return float(next((back for back in range(limit) if signal[i - back]), limit))


BARS_SINCE = declare(
    NodeType(
        name="bars_since",
        inputs=(_SIGNAL,),
        outputs=(Output("bars", COUNT, levels=(1, 30)),),
        params=(_LIMIT,),
        warmup=lambda limit: limit - 1,
        kernel=bars_since,
        meaning=bars_since_at,
        reach=None,
        mql5=Mql5(library="BarsSince"),
        mirror=_EVEN,
        weight=0.4,
        summary="Bars since a signal was true: 0 where it is, `limit` where it was not for longer.",
        example="bars_since(close crosses above ema(close, 50), 100)",
    )
)


@njit
def count_true(signal: Bool1D, period: int) -> F64:
    """Return in how many of the last `period` rows the signal was true."""
    out = np.zeros(len(signal))
    count = 0
    for i in range(len(signal)):
        count += signal[i]
        if i >= period:
            count -= signal[i - period]
        out[i] = count
    return out


def count_true_at(i: int, signal: Signals, period: int) -> float:
    """Return in how many of the last `period` rows the signal was true."""
    return float(sum(1 for j in range(i - period + 1, i + 1) if signal[j]))


COUNT_TRUE = declare(
    NodeType(
        name="count_true",
        inputs=(_SIGNAL,),
        outputs=(Output("bars", COUNT, levels=(1, 10)),),
        params=(IntParam("period", low=3, high=50, default=10, log=True),),
        warmup=lambda period: period - 1,
        kernel=count_true,
        meaning=count_true_at,
        reach=None,
        mql5=Mql5(library="CountTrue"),
        mirror=_EVEN,
        weight=0.4,
        summary="In how many of the last `period` bars a signal was true.",
        example="count_true(close > open, 10)",
    )
)


@njit
def value_when(signal: Bool1D, x: F64, nth: int, limit: int) -> F64:
    """Return x where the signal was true for the nth time, counted back; at the limit's end else.

    The rows where it was true are kept in a ring of `nth`.
    """
    out = np.empty(len(x))
    rows = np.full(nth, -limit)
    newest = 0
    for i in range(len(x)):
        if signal[i]:
            newest = (newest + 1) % nth
            rows[newest] = i
        out[i] = x[max(rows[(newest + 1) % nth], i - limit + 1, 0)]
    return out


def value_when_at(i: int, signal: Signals, x: Series, nth: int, limit: int) -> float:
    """Return x at the nth last row where the signal was true, or `limit` - 1 rows ago."""
    found = [j for j in range(i, i - limit, -1) if signal[j]]
    return x[found[nth - 1]] if len(found) >= nth else x[i - limit + 1]


VALUE_WHEN = declare(
    NodeType(
        name="value_when",
        inputs=(_SIGNAL, Input("x", AVERAGED)),
        outputs=(Output("value", AVERAGED),),
        params=(IntParam("nth", low=1, high=3, default=1, maximum=1000), _LIMIT),
        warmup=lambda _nth, limit: limit - 1,
        kernel=value_when,
        meaning=value_when_at,
        reach=None,
        mql5=Mql5(library="ValueWhen"),
        mirror=_FOLLOW,
        weight=0.3,
        summary=(
            "The value when a signal was last true (or the `nth` last time), or the oldest of "
            "`limit` bars."
        ),
        example="value_when(close crosses above ema(close, 50), low, 1, 100)",
    )
)


@njit
def latch(set_by: Bool1D, reset_by: Bool1D, limit: int) -> Bool1D:
    """Return whether a set within the last `limit` rows has not been followed by a reset."""
    out = np.zeros(len(set_by), dtype=np.bool_)
    left = 0
    for i in range(len(set_by)):
        left = max(left - 1, 0)
        if set_by[i]:
            left = limit
        if reset_by[i]:
            left = 0
        out[i] = left > 0
    return out


def latch_at(i: int, set_by: Signals, reset_by: Signals, limit: int) -> bool:
    """Return whether, looking back, a set comes before a reset and before the limit."""
    for j in range(i, i - limit, -1):
        if reset_by[j]:
            return False
        if set_by[j]:
            return True
    return False


LATCH = declare(
    NodeType(
        name="latch",
        inputs=(Input("set", SIGNAL), Input("reset", SIGNAL)),
        outputs=(Output("signal", SIGNAL),),
        params=(_LIMIT,),
        warmup=lambda limit: limit - 1,
        kernel=latch,
        meaning=latch_at,
        reach=None,
        mql5=Mql5(library="Latch"),
        mirror=_FOLLOW,
        weight=0.3,
        summary="True from where `set` is true until `reset` is, which wins, or `limit` bars on.",
        example="latch(rsi(close, 14) > 70, rsi(close, 14) < 50, 100)",
    )
)


@njit
def bars_since_extreme(x: F64, period: int, sign: float, e_abs: float, e_rel: float) -> F64:
    """Return the rows since the highest (sign 1) or lowest of the last `period` values."""
    out = np.zeros(len(x))
    for i in range(period - 1, len(x)):
        best = i
        for j in range(i - 1, i - period, -1):
            if exceeds(sign * x[j], sign * x[best], e_abs, e_rel):
                best = j
        out[i] = i - best
    return out


@njit
def highest_bar(x: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the rows since the highest of the last `period` values, the newest of equals."""
    return bars_since_extreme(x, period, 1.0, e_abs, e_rel)


def highest_bar_at(i: int, x: Series, period: int, *e: float) -> float:
    """Return how far back one must go to meet the highest value, going on only to higher ones."""
    found = 0
    for back in range(1, period):
        if is_more(x[i - back], x[i - found], *e):
            found = back
    return float(found)


@njit
def lowest_bar(x: F64, period: int, e_abs: float, e_rel: float) -> F64:
    """Return the rows since the lowest of the last `period` values, the newest of equals."""
    return bars_since_extreme(x, period, -1.0, e_abs, e_rel)


def lowest_bar_at(i: int, x: Series, period: int, *e: float) -> float:
    """Return how far back one must go to meet the lowest value, going on only to lower ones."""
    found = 0
    for back in range(1, period):
        if is_more(x[i - found], x[i - back], *e):
            found = back
    return float(found)


def _since_extreme(word: str, counterpart: str) -> NodeType:
    kernels = {"highest": (highest_bar, highest_bar_at), "lowest": (lowest_bar, lowest_bar_at)}
    kernel, meaning = kernels[word]
    return declare(
        NodeType(
            name=f"{word}_bar",
            inputs=(Input("x", AVERAGED),),
            outputs=(Output("bars", COUNT, levels=(1, 20)),),
            params=(IntParam("period", low=5, high=100, default=20, log=True),),
            warmup=lambda period: period - 1,
            kernel=kernel,
            meaning=meaning,
            reach=None,
            tolerance="x",
            mql5=Mql5(library=f"{word.capitalize()}Bar"),
            mirror=Mirror("even", type=f"{counterpart}_bar"),
            weight=0.2,
            summary=f"Bars since the {word} of the last `period` values, the newest of equal ones.",
            example=f"{word}_bar({'high' if word == 'highest' else 'low'}, 20)",
            source=f"MetaTrader 5 i{word.capitalize()}, as bars before the newest",
        )
    )


HIGHEST_BAR = _since_extreme("highest", "lowest")
LOWEST_BAR = _since_extreme("lowest", "highest")
