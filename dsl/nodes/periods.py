"""Days, weeks and sessions: where the running one and the last one opened, turned and closed.

Days run from server midnight, weeks from Sunday. A row knows the open of its own bar and all of
the bars before. In the first day or week of the data what came before is not known: there the last
one is the running one so far; before its first session, a session is all data so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsl.jit import F64, I64, Bool1D, njit
from dsl.kinds import MINUTE, MOMENT, MONTHDAY, PRICE
from dsl.nodes.prices import OPENED_BAR
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, Syntax, declare

Series = Sequence[float]

_EVEN = Mirror("even")
_LEAF = Syntax("leaf")
DAY_MINUTES = 1440.0
WEEK_MINUTES = 10_080.0
SUNDAY = 5760.0  # minutes into a week that starts on Sunday, of 1970-01-01


@njit
def minutes_since_1970(time: I64) -> F64:
    """Return the open time of each bar in minutes since 1970."""
    return (time // 60).astype(np.float64)


def minutes_since_1970_at(i: int, time: Sequence[int]) -> float:
    """Return the open time of bar i in minutes since 1970."""
    return float(int(time[i]) // 60)


OPEN_TIME = declare(
    NodeType(
        name="open_time",
        inputs=(),
        outputs=(Output("time", MOMENT),),
        params=(OPENED_BAR,),
        fields=("time",),
        kernel=minutes_since_1970,
        meaning=minutes_since_1970_at,
        mql5=Mql5(expression="(double)((long){time} / 60)"),
        mirror=_EVEN,
        syntax=_LEAF,
        weight=0.0,
        summary="When the bar that is being opened opens; only days and sessions read it.",
        example="today(open_time, opening, high, low).high",
        source="MetaTrader 5 iTime",
    )
)


@njit
def opening_price(open: F64) -> F64:
    """Return a fresh copy of the opens."""
    return open.copy()


def opening_price_at(i: int, open: Series) -> float:
    """Return the open of bar i."""
    return open[i]


OPENING = declare(
    NodeType(
        name="opening",
        inputs=(),
        outputs=(Output("price", PRICE),),
        params=(OPENED_BAR,),
        fields=("open",),
        kernel=opening_price,
        meaning=opening_price_at,
        mql5=Mql5(expression="{open}"),
        mirror=Mirror("odd"),
        syntax=_LEAF,
        weight=0.0,
        summary="The open of the bar that is being opened, as open[0].",
        example="opening",
        source="MetaTrader 5 iOpen",
    )
)


@njit
def minute(time: I64) -> F64:
    """Return the minute of the hour, 0..59."""
    return (time // 60 % 60).astype(np.float64)


def minute_at(i: int, time: Sequence[int]) -> float:
    """Return the minute of the hour, 0..59."""
    return float(int(time[i]) % 3600 // 60)


MINUTE_OF_HOUR = declare(
    NodeType(
        name="minute",
        inputs=(),
        outputs=(Output("minute", MINUTE, levels=(0, 59)),),
        params=(OPENED_BAR,),
        fields=("time",),
        kernel=minute,
        meaning=minute_at,
        mql5=Mql5(expression="(double)((long){time} / 60 % 60)"),
        mirror=_EVEN,
        syntax=_LEAF,
        weight=0.05,
        summary="The minute of the bar that is being opened, 0..59, server time.",
        example="minute",
        source="MetaTrader 5 MqlDateTime.min",
    )
)


@njit
def monthday(time: I64) -> F64:
    """Return the day of the month, 1..31.

    Years are counted from March, so that the leap day is their last; 146097 days are 400 years.
    """
    out = np.empty(len(time))
    for i in range(len(time)):
        day = (time[i] // 86400 + 719468) % 146097
        year = (day - day // 1460 + day // 36524 - day // 146096) // 365
        into_year = day - (365 * year + year // 4 - year // 100)
        month = (5 * into_year + 2) // 153
        out[i] = into_year - (153 * month + 2) // 5 + 1
    return out


def monthday_at(i: int, time: Sequence[int]) -> float:
    """Return the day of the month, counting the days of the years and months since 1970."""
    days = int(time[i]) // 86_400
    year = 1970
    while True:
        leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
        if days < 365 + leap:
            break
        days -= 365 + leap
        year += 1
    for length in (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
        if days < length:
            break
        days -= length
    return float(days + 1)


DAY_OF_MONTH = declare(
    NodeType(
        name="monthday",
        inputs=(),
        outputs=(Output("monthday", MONTHDAY, levels=(1, 31)),),
        params=(OPENED_BAR,),
        fields=("time",),
        kernel=monthday,
        meaning=monthday_at,
        mql5=Mql5(expression="DayOfMonth({time})"),
        mirror=_EVEN,
        syntax=_LEAF,
        weight=0.05,
        summary="The day of the month of the bar that is being opened, 1..31, server time.",
        example="monthday",
        source="MetaTrader 5 MqlDateTime.day",
    )
)


@njit
def begins(time: F64, cycle: float, offset: float) -> Bool1D:
    """Return whether a bar is the first of its day or week; the first of all is."""
    out = np.ones(len(time), dtype=np.bool_)
    number = (time + offset) // cycle
    out[1:] = number[1:] != number[:-1]
    return out


@njit
def running(starts: Bool1D, opening: F64, high: F64, low: F64) -> tuple[F64, F64, F64]:
    """Return open, high and low since the last start, as known when each bar opens.

    high and low of a row are those of the bar before, which is not of the period at its start.
    """
    out = np.empty((3, len(opening)))
    for i in range(len(opening)):
        if starts[i]:
            out[:, i] = opening[i]
        else:
            out[0, i] = out[0, i - 1]
            out[1, i] = max(out[1, i - 1], max(high[i], opening[i]))
            out[2, i] = min(out[2, i - 1], min(low[i], opening[i]))
    return out[0].copy(), out[1].copy(), out[2].copy()


@njit
def completed(
    starts: Bool1D, opening: F64, high: F64, low: F64, close: F64
) -> tuple[F64, F64, F64, F64]:
    """Return open, high, low and close of the last complete period; of the first one so far."""
    first, top, bottom = running(starts, opening, high, low)
    out = np.empty((4, len(opening)))
    known = False
    for i in range(len(opening)):
        if i > 0 and starts[i]:
            known = True
            out[0, i] = first[i - 1]
            out[1, i] = max(top[i - 1], high[i])
            out[2, i] = min(bottom[i - 1], low[i])
            out[3, i] = close[i]
        elif known:
            out[:, i] = out[:, i - 1]
        else:
            out[0, i] = first[i]
            out[1, i] = top[i]
            out[2, i] = bottom[i]
            out[3, i] = close[i]
    return out[0].copy(), out[1].copy(), out[2].copy(), out[3].copy()


def _first_row(i: int, time: Series, cycle: int, offset: int) -> int:
    """Return the first row of the period that row i lies in."""
    number = int(time[i] + offset) // cycle
    while i > 0 and int(time[i - 1] + offset) // cycle == number:
        i -= 1
    return i


def _range_of(first: int, last: int, bars: tuple[Series, Series, Series]) -> tuple[float, float]:
    """Return the highest and lowest price known in row `last` of the bars from row `first` on."""
    opening, high, low = bars
    opens = list(opening[first : last + 1])
    highs, lows = high[first + 1 : last + 1], low[first + 1 : last + 1]
    return max([*opens, *highs]), min([*opens, *lows])


def _running_at(
    i: int, time: Series, bars: tuple[Series, Series, Series], cycle: int, offset: int
) -> tuple[float, float, float]:
    first = _first_row(i, time, cycle, offset)
    return bars[0][first], *_range_of(first, i, bars)


def _completed_at(
    i: int,
    time: Series,
    bars: tuple[Series, Series, Series],
    close: Series,
    cycle: int,
    offset: int,
) -> tuple[float, float, float, float]:
    end = _first_row(i, time, cycle, offset)
    if end == 0:
        return bars[0][0], *_range_of(0, i, bars), close[i]
    first = _first_row(end - 1, time, cycle, offset)
    top, bottom = _range_of(first, end - 1, bars)
    return bars[0][first], max(top, bars[1][end]), min(bottom, bars[2][end]), close[end]


@njit
def today(time: F64, opening: F64, high: F64, low: F64) -> tuple[F64, F64, F64]:
    """Return open, high and low of the running day."""
    return running(begins(time, DAY_MINUTES, 0.0), opening, high, low)


def today_at(i: int, time: Series, *bars: Series) -> tuple[float, float, float]:
    """Return open, high and low of the running day."""
    return _running_at(i, time, (bars[0], bars[1], bars[2]), 1440, 0)


@njit
def this_week(time: F64, opening: F64, high: F64, low: F64) -> tuple[F64, F64, F64]:
    """Return open, high and low of the running week."""
    return running(begins(time, WEEK_MINUTES, SUNDAY), opening, high, low)


def this_week_at(i: int, time: Series, *bars: Series) -> tuple[float, float, float]:
    """Return open, high and low of the running week."""
    return _running_at(i, time, (bars[0], bars[1], bars[2]), 7 * 1440, 4 * 1440)


@njit
def yesterday(
    time: F64, opening: F64, high: F64, low: F64, close: F64
) -> tuple[F64, F64, F64, F64]:
    """Return open, high, low and close of the last day that had bars."""
    return completed(begins(time, DAY_MINUTES, 0.0), opening, high, low, close)


def yesterday_at(
    i: int, time: Series, opening: Series, high: Series, low: Series, close: Series
) -> tuple[float, float, float, float]:
    """Return open, high, low and close of the last day that had bars."""
    return _completed_at(i, time, (opening, high, low), close, 1440, 0)


@njit
def last_week(
    time: F64, opening: F64, high: F64, low: F64, close: F64
) -> tuple[F64, F64, F64, F64]:
    """Return open, high, low and close of the last week that had bars."""
    return completed(begins(time, WEEK_MINUTES, SUNDAY), opening, high, low, close)


def last_week_at(
    i: int, time: Series, opening: Series, high: Series, low: Series, close: Series
) -> tuple[float, float, float, float]:
    """Return open, high, low and close of the last week that had bars."""
    return _completed_at(i, time, (opening, high, low), close, 7 * 1440, 4 * 1440)


_TIME = Input("time", MOMENT, leaf="open_time")
_RUNNING = (
    _TIME,
    Input("opening", PRICE, leaf="opening"),
    Input("high", PRICE, leaf="high"),
    Input("low", PRICE, leaf="low"),
)
_COMPLETED = (*_RUNNING, Input("close", PRICE, leaf="close"))
_SWAPPED = Mirror("odd", outputs=(("high", "low"), ("low", "high")))
_FUNCTIONS: dict[str, tuple[Callable[..., object], Callable[..., object]]] = {
    "today": (today, today_at),
    "this_week": (this_week, this_week_at),
    "yesterday": (yesterday, yesterday_at),
    "last_week": (last_week, last_week_at),
}


def _period(name: str, summary: str) -> NodeType:
    complete = name in {"yesterday", "last_week"}
    kernel, meaning = _FUNCTIONS[name]
    words = ("open", "high", "low", "close") if complete else ("open", "high", "low")
    return declare(
        NodeType(
            name=name,
            inputs=_COMPLETED if complete else _RUNNING,
            outputs=tuple(Output(word, PRICE) for word in words),
            kernel=kernel,
            meaning=meaning,
            reach=None,
            mql5=Mql5(library="".join(word.capitalize() for word in name.split("_"))),
            mirror=_SWAPPED,
            weight=0.1 if "week" not in name else 0.05,
            summary=summary,
            example=f"{name}().high",
            source=f"MetaTrader 5 iHigh on {'D1' if 'week' not in name else 'W1'}, server time",
        )
    )


TODAY = _period("today", "The running day: its open, and high and low up to the last closed bar.")
THIS_WEEK = _period(
    "this_week", "The running week: its open, and high and low up to the last closed bar."
)
YESTERDAY = _period("yesterday", "Open, high, low and close of the last day before the running.")
LAST_WEEK = _period("last_week", "Open, high, low and close of the last week before the running.")
