"""Files that look right line by line and are wrong as a whole: refused with the line that tells."""

from __future__ import annotations

import numpy as np

from backtest.history.checks import Rows
from backtest.history.clock import CERTAIN, DAY, HOUR, LEAST_WEEKENDS, likely_clocks, week_edges
from backtest.history.zones import clock_options
from backtest.timeframes import shown_time
from dsl.jit import F64

LEAST_BARS = 12  # of a day, for its first bar to be judged
LEAST_DAYS, LEAST_SHARE = 3, 0.2
SLACK = 0.05  # of its range
REFUTED = 0.2  # of the weekends at most fit a clock that is wrong


def check_first_bars_of_days(rows: Rows, timeframe: int, volume: F64 | None) -> None:
    """Refuse bars of up to one hour whose first of the day is a bar of the whole day.

    Some exports hold, at 00:00, the daily bar in place of the hourly one. A first bar that
    encloses all others of its day and has as much volume as they together is one; a few of them
    may be chance, one in five days is not.
    """
    if timeframe > HOUR or volume is None:
        return
    days = rows.time // DAY
    starts = np.flatnonzero(np.concatenate([[True], np.diff(days) > 0]))
    bars = np.diff(np.append(starts, len(days)))
    starts, bars = starts[bars >= LEAST_BARS], bars[bars >= LEAST_BARS]
    if len(starts) < LEAST_DAYS:
        return
    # Pairs of indices: from a day's second bar to its end; every other result is that stretch.
    cuts = np.stack([starts + 1, np.minimum(starts + bars, len(days) - 1)], axis=1).ravel()
    high = np.maximum.reduceat(rows.prices["high"], cuts)[::2]
    low = np.minimum.reduceat(rows.prices["low"], cuts)[::2]
    rest = np.add.reduceat(volume, cuts)[::2]
    top, bottom = (rows.prices[name][starts] for name in ("high", "low"))
    slack = SLACK * (top - bottom)  # the daily bar may come from another feed
    encloses = (top >= high - slack) & (bottom <= low + slack)
    daily = encloses & (volume[starts] > 0) & (2 * volume[starts] >= rest)
    count = int(daily.sum())
    if count < LEAST_DAYS or count < LEAST_SHARE * len(starts):
        return
    row = int(starts[np.argmax(daily)])
    raise rows.fail(
        row,
        f"the bar at {shown_time(rows.time[row])} spans the whole day and has the volume of all "
        f"its bars: a daily bar in place of the first ({count} of {len(starts)} days)",
        "these bars are corrupt in the source; export the history anew, or from another broker",
    )


def check_clock(rows: Rows, timeframe: int, clock: str) -> None:
    """Refuse bars whose weekends show that they do not follow the clock the file states."""
    edges = week_edges(rows.time, timeframe)
    if len(edges.ends) < LEAST_WEEKENDS or edges.fit(clock) > REFUTED:
        return
    likely = likely_clocks(edges)
    if not likely or clock in likely or edges.fit(likely[0]) < CERTAIN:
        return
    last, begins = shown_time(rows.time[edges.last_rows[0]]), shown_time(edges.begins[0])
    raise rows.fail(
        int(edges.last_rows[0]),
        f"its times say {clock}, but the trading week ends with the bar of {last} and begins at "
        f"{begins}: they look like {' or '.join(likely)}",
        f"state the right clock: {clock_options(likely[0])}",
    )
