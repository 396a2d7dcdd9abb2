"""Levels that traders draw from days and sessions: the range of a session, pivots of a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import MOMENT, PRICE
from dsl.nodes.periods import DAY_MINUTES, yesterday, yesterday_at
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]

_PORTS = (
    Input("time", MOMENT, leaf="open_time"),
    Input("opening", PRICE, leaf="opening"),
    *(Input(name, PRICE, leaf=name) for name in ("high", "low", "close")),
)


@njit
def session_range(
    time: F64, opening: F64, high: F64, low: F64, start: int, end: int
) -> tuple[F64, F64]:
    """Return high and low of the running session, so far, or of the last one."""
    n = len(time)
    top = np.empty(n)
    bottom = np.empty(n)
    length = ((end - start) - 1) % DAY_MINUTES + 1
    session = -1.0
    was_inside = True  # before the first session all rows count
    for i in range(n):
        number = (time[i] - start) // DAY_MINUTES
        inside = time[i] - start - number * DAY_MINUTES < length
        if i == 0 or (inside and number != session):
            top[i] = opening[i]
            bottom[i] = opening[i]
        else:
            top[i] = max(top[i - 1], high[i]) if was_inside else top[i - 1]
            bottom[i] = min(bottom[i - 1], low[i]) if was_inside else bottom[i - 1]
            if inside or session < 0.0:
                top[i] = max(top[i], opening[i])
                bottom[i] = min(bottom[i], opening[i])
        if inside:
            session = number
        was_inside = inside or session < 0.0
    return top, bottom


def session_range_at(
    i: int, time: Series, opening: Series, high: Series, low: Series, start: int, end: int
) -> tuple[float, float]:
    """Return high and low of the bars of the newest session that began, as far as they closed."""
    minutes = (end - start) % 1440 or 1440
    numbers = [divmod(int(time[j]) - start, 1440) for j in range(i + 1)]
    inside = [into < minutes for _, into in numbers]
    rows = [j for j in range(i + 1) if inside[j]]
    if rows:
        rows = [j for j in rows if numbers[j][0] == numbers[rows[-1]][0]]
    else:
        rows = list(range(i + 1))
    closed = [j + 1 for j in rows if j < i]  # the row that knows a bar's high is the next one
    opens = [opening[j] for j in rows]
    return max(opens + [high[j] for j in closed]), min(opens + [low[j] for j in closed])


def _minutes(name: str, default: int) -> IntParam:
    return IntParam(
        name, low=0, high=1439, default=default, step=60, minimum=0, maximum=1439, clock=True
    )


SESSION_RANGE = declare(
    NodeType(
        name="session_range",
        inputs=_PORTS[:4],
        outputs=(Output("high", PRICE), Output("low", PRICE)),
        params=(_minutes("start", 0), _minutes("end", 8 * 60)),
        kernel=session_range,
        meaning=session_range_at,
        reach=None,
        mql5=Mql5(library="SessionRange"),
        mirror=Mirror("odd", outputs=(("high", "low"), ("low", "high"))),
        weight=0.1,
        summary="High and low of the session [start, end): of the running one so far, or the last.",
        example="session_range(00:00, 08:00).high",
    )
)


@njit
def pivots(
    time: F64, opening: F64, high: F64, low: F64, close: F64
) -> tuple[F64, F64, F64, F64, F64, F64, F64]:
    """Return the pivot of the day before, and its three resistances and supports by turns."""
    _, top, bottom, last = yesterday(time, opening, high, low, close)
    pivot = (top + bottom + last) / 3.0
    span = top - bottom
    return (
        pivot,
        2.0 * pivot - bottom,
        2.0 * pivot - top,
        pivot + span,
        pivot - span,
        top + 2.0 * (pivot - bottom),
        bottom - 2.0 * (top - pivot),
    )


def pivots_at(
    i: int, time: Series, opening: Series, high: Series, low: Series, close: Series
) -> tuple[float, ...]:
    """Return the pivot of the day before, and its three resistances and supports by turns."""
    _, top, bottom, last = yesterday_at(i, time, opening, high, low, close)
    pivot = sum((top, bottom, last)) / 3.0
    above, below = pivot - bottom, top - pivot
    return (
        pivot,
        pivot + above,
        pivot - below,
        pivot + top - bottom,
        pivot - top + bottom,
        top + above * 2.0,
        bottom - below * 2.0,
    )


_LEVELS = ("pivot", "r1", "s1", "r2", "s2", "r3", "s3")
PIVOTS = declare(
    NodeType(
        name="pivots",
        inputs=_PORTS,
        outputs=tuple(Output(name, PRICE) for name in _LEVELS),
        kernel=pivots,
        meaning=pivots_at,
        reach=None,
        mql5=Mql5(library="Pivots"),
        mirror=Mirror(
            "odd",
            outputs=tuple(
                (a + n, b + n) for n in ("1", "2", "3") for a, b in (("r", "s"), ("s", "r"))
            ),
        ),
        weight=0.05,
        summary="Classic pivot levels from high, low and close of the day before.",
        example="pivots().r1",
        source="The floor traders' formula: pivot = (high + low + close) / 3",
    )
)
