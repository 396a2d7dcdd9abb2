"""Time: hour and weekday of the bar that is being opened, trading sessions and closing times.

T is the open time of the bar, broker server time, in seconds; P the bar's period. Windows are
[from, to) on T and may wrap midnight. A closing time X acts at the first open with T + P > X, so
never later than X: the zone runs from there to the window's end. Where the zone's bars are missing,
the `_end` signals are true at the first bar after it began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, I64, Bool1D, njit
from dsl.kinds import HOUR, SIGNAL, WEEKDAY
from dsl.nodes.prices import OPENED_BAR
from dsl.params import IntParam
from dsl.registry import Mirror, Mql5, NodeType, Output, Syntax, declare

Times = Sequence[int]

DAY = 86_400
WEEK = 7 * DAY
EPOCH = 4 * DAY  # 1970-01-01 was a Thursday, four days into a week that starts on Sunday
FRIDAY = 5 * DAY

_EVEN = Mirror("even")


@njit
def hour(time: I64) -> F64:
    """Return the hour, 0..23."""
    return (time % DAY // 3600).astype(np.float64)


def hour_at(i: int, time: Times) -> float:
    """Return the hour, 0..23."""
    return float(int(time[i]) // 3600 % 24)


HOUR_OF_DAY = declare(
    NodeType(
        name="hour",
        inputs=(),
        outputs=(Output("hour", HOUR, levels=(0, 23)),),
        params=(OPENED_BAR,),
        fields=("time",),
        kernel=hour,
        meaning=hour_at,
        mql5=Mql5(expression="(double)((long){time} / 3600 % 24)"),
        mirror=_EVEN,
        syntax=Syntax("leaf"),
        weight=0.3,
        summary="The hour of the bar that is being opened, 0..23, server time.",
        example="hour",
        source="MetaTrader 5 MqlDateTime.hour",
    )
)


@njit
def weekday(time: I64) -> F64:
    """Return the day of the week, 0 Sunday .. 6 Saturday."""
    return ((time + EPOCH) % WEEK // DAY).astype(np.float64)


def weekday_at(i: int, time: Times) -> float:
    """Return the day of the week, 0 Sunday .. 6 Saturday."""
    return float((int(time[i]) // 86_400 + 4) % 7)


DAY_OF_WEEK = declare(
    NodeType(
        name="weekday",
        inputs=(),
        outputs=(Output("weekday", WEEKDAY, levels=(1, 5)),),
        params=(OPENED_BAR,),
        fields=("time",),
        kernel=weekday,
        meaning=weekday_at,
        mql5=Mql5(expression="(double)(((long){time} / 86400 + 4) % 7)"),
        mirror=_EVEN,
        syntax=Syntax("leaf"),
        weight=0.2,
        summary="The day of the bar that is being opened, 0 Sunday .. 6 Saturday, server time.",
        example="weekday",
        source="MetaTrader 5 MqlDateTime.day_of_week",
    )
)


@njit
def passed(time: I64, period: int, cycle: int, offset: int) -> Bool1D:
    """Return whether a zone began between the bar before and this one: T + P > X since then.

    X is at `offset` seconds in every cycle of so many seconds. The first bar has none before it.
    """
    out = np.zeros(len(time), dtype=np.bool_)
    for i in range(1, len(time)):
        begin = period - offset - 1
        out[i] = (time[i] + begin) // cycle != (time[i - 1] + begin) // cycle
    return out


@njit
def session(time: I64, timeframe: int, start: int, end: int) -> Bool1D:
    """Return whether T lies in [start, end), in minutes; all day where they are equal."""
    length = ((end - start) * 60 - 1) % DAY + 1
    return (time - start * 60) % DAY < length


def session_at(i: int, time: Times, timeframe: int, start: int, end: int) -> bool:
    """Return whether T lies in [start, end); all day where they are equal."""
    now = int(time[i]) % 86_400
    if start < end:
        return start * 60 <= now < end * 60
    return start == end or now >= start * 60 or now < end * 60


@njit
def closing(time: I64, timeframe: int, start: int, end: int) -> Bool1D:
    """Return whether T lies in the session and T + P beyond its end."""
    if start == end:
        return np.zeros(len(time), dtype=np.bool_)
    length = ((end - start) * 60 - 1) % DAY + 1
    into = (time - start * 60) % DAY
    return (into < length) & (into + timeframe > length)


def closing_at(i: int, time: Times, timeframe: int, start: int, end: int) -> bool:
    """Return whether T lies in the session and T + P beyond its end."""
    left = (end * 60 - int(time[i])) % 86_400 or 86_400  # seconds until the session's end
    inside = start != end and session_at(i, time, timeframe, start, end)
    return inside and timeframe > left


@njit
def session_end(time: I64, timeframe: int, start: int, end: int) -> Bool1D:
    """Return whether a position must close: the closing zone, or it was passed without a bar."""
    if start == end:
        return np.zeros(len(time), dtype=np.bool_)
    return closing(time, timeframe, start, end) | passed(time, timeframe, DAY, end * 60)


def _began(i: int, time: Times, timeframe: int, cycle: int, offset: int) -> bool:
    """Return whether T + P first lay beyond an X since the bar before.

    The last X (`offset` seconds into a cycle) that lies before this bar's T + P did not yet lie
    before that of the bar before.
    """
    if i == 0:
        return False
    reach, reach_before = int(time[i]) + timeframe, int(time[i - 1]) + timeframe
    last = (reach - 1 - offset) // cycle * cycle + offset
    return reach_before <= last


def session_end_at(i: int, time: Times, timeframe: int, start: int, end: int) -> bool:
    """Return whether the session's end has come, or came between the bar before and now."""
    if start == end:
        return False
    began = _began(i, time, timeframe, 86_400, end * 60)
    return began or closing_at(i, time, timeframe, start, end)


@njit
def day_closing(time: I64, timeframe: int, at: int) -> Bool1D:
    """Return whether T + P lies beyond the day's closing time."""
    return time % DAY + timeframe > at * 60


def day_closing_at(i: int, time: Times, timeframe: int, at: int) -> bool:
    """Return whether T + P lies beyond the day's closing time."""
    now = int(time[i])
    return now + timeframe > now // 86_400 * 86_400 + at * 60


@njit
def day_end(time: I64, timeframe: int, at: int) -> Bool1D:
    """Return whether a position must close: the day's closing zone, or it was passed."""
    return day_closing(time, timeframe, at) | passed(time, timeframe, DAY, at * 60)


def day_end_at(i: int, time: Times, timeframe: int, at: int) -> bool:
    """Return whether the day's closing time has come, or came between the bar before and now."""
    began = _began(i, time, timeframe, 86_400, at * 60)
    return began or day_closing_at(i, time, timeframe, at)


@njit
def week_closing(time: I64, timeframe: int, at: int) -> Bool1D:
    """Return whether T + P lies beyond Friday's closing time, up to the week's end."""
    return (time + EPOCH) % WEEK + timeframe > FRIDAY + at * 60


def week_closing_at(i: int, time: Times, timeframe: int, at: int) -> bool:
    """Return whether T + P lies beyond Friday's closing time, up to the week's end."""
    now = int(time[i])
    sunday = now // 86_400 - (now // 86_400 + 4) % 7
    return now + timeframe > (sunday + 5) * 86_400 + at * 60


@njit
def week_end(time: I64, timeframe: int, at: int) -> Bool1D:
    """Return whether a position must close: Friday's closing zone, or it was passed."""
    return week_closing(time, timeframe, at) | passed(
        time, timeframe, WEEK, FRIDAY - EPOCH + at * 60
    )


def week_end_at(i: int, time: Times, timeframe: int, at: int) -> bool:
    """Return whether Friday's closing time has come, or came between the bar before and now."""
    first_friday = 86_400  # 1970-01-02
    began = _began(i, time, timeframe, 7 * 86_400, first_friday + at * 60)
    return began or week_closing_at(i, time, timeframe, at)


def _minutes(name: str, default: int) -> IntParam:
    return IntParam(
        name, low=0, high=1439, default=default, step=60, minimum=0, maximum=1439, clock=True
    )


_WINDOW = (_minutes("start", 8 * 60), _minutes("end", 20 * 60))
_DAY_AT = (_minutes("at", 22 * 60),)
# Functions of templates/mql5/functions.
_CLOSING = "SessionCloses({time}, {timeframe}, {start}, {end})"
_DAY_CLOSING = "DayCloses({time}, {timeframe}, {at})"
_WEEK_CLOSING = "WeekCloses({time}, {timeframe}, {at})"


def _passed(days: int, offset: str) -> str:
    """Return the MQL5 test whether a zone began since the bar before."""
    return f"ZoneBegan({{time}}, {{time_prev}}, {{timeframe}}, {days}, {offset})"


def _clock(
    kernel: Callable[..., Bool1D],
    meaning: Callable[..., bool],
    params: tuple[IntParam, ...],
    expression: str,
    summary: str,
    *,
    weight: float = 0.0,
) -> NodeType:
    name = kernel.__name__
    times = "08:00, 20:00" if len(params) == 2 else "22:00"
    return declare(
        NodeType(
            name=name,
            inputs=(),
            outputs=(Output("signal", SIGNAL),),
            params=(*params, OPENED_BAR),
            fields=("time", "timeframe"),
            reach=lambda *_: int("prev" in expression),
            kernel=kernel,
            meaning=meaning,
            mql5=Mql5(expression=expression),
            mirror=_EVEN,
            weight=weight,
            summary=summary,
            example=f"{name}({times})",
        )
    )


SESSION = _clock(
    session,
    session_at,
    _WINDOW,
    "InSession({time}, {start}, {end})",
    "Whether the bar opens in [start, end), which may wrap midnight.",
    weight=0.3,
)
CLOSING = _clock(
    closing,
    closing_at,
    _WINDOW,
    _CLOSING,
    "Whether the bar opens in the session and ends after it: too late for an entry.",
)
SESSION_END = _clock(
    session_end,
    session_end_at,
    _WINDOW,
    "SessionEnds({time}, {time_prev}, {timeframe}, {start}, {end})",
    "Whether it is time to close before the session ends.",
)
DAY_CLOSING = _clock(
    day_closing,
    day_closing_at,
    _DAY_AT,
    _DAY_CLOSING,
    "Whether the bar ends after this time of the day: too late for an entry.",
)
DAY_END = _clock(
    day_end,
    day_end_at,
    _DAY_AT,
    f"{_DAY_CLOSING} || {_passed(1, '{at} * 60')}",
    "Whether it is time to close before this time of the day.",
)
WEEK_CLOSING = _clock(
    week_closing,
    week_closing_at,
    _DAY_AT,
    _WEEK_CLOSING,
    "Whether the bar ends after this time of Friday: too late for an entry.",
)
WEEK_END = _clock(
    week_end,
    week_end_at,
    _DAY_AT,
    f"{_WEEK_CLOSING} || {_passed(7, '86400 + {at} * 60')}",
    "Whether it is time to close before this time of Friday.",
)
