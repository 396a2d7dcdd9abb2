"""Which clock bars follow, seen from when the trading week ends and begins.

Currencies trade from Sunday 17:00 to Friday 17:00 of New York. The hours at which weekends cut the
bars therefore show the clock, once there are a few weekends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.history.zones import DST_RULES, clock_name, from_utc, to_utc
from dsl.jit import I64, Bool1D

HOUR, DAY = 3600, 86_400
LEAST_WEEKENDS = 3
CERTAIN = 0.75  # of the weekends fit
_WEEKEND_HOURS = (40, 60)  # between the last bar's end and the first bar
_SUNDAY_OPEN, _FRIDAY_CLOSE = 17, 5 * 24 + 17  # New York, hours of a week that begins on Sunday


@dataclass(frozen=True, slots=True)
class WeekEdges:
    """Full hours of weekends. ends: The last bar's end. begins: The first bar's time.
    last_rows: Row of the last bar before each weekend.
    """

    ends: I64
    begins: I64
    last_rows: I64

    def fit(self, clock: str) -> float:
        """Return the share of weekends that are those of New York if the bars follow a clock."""
        return float(np.mean(self._hits(clock))) if len(self.ends) else 0.0

    def _hits(self, clock: str) -> Bool1D:
        ends, begins = (
            from_utc(to_utc(edge, clock), "America/New_York") for edge in (self.ends, self.begins)
        )
        hits: Bool1D = (_hour_of_week(ends) == _FRIDAY_CLOSE) & (
            _hour_of_week(begins) == _SUNDAY_OPEN
        )
        return hits


def week_edges(time: I64, timeframe: int) -> WeekEdges:
    """Return where weekends cut bars of up to one hour; larger bars show nothing."""
    if timeframe > HOUR:
        return WeekEdges(time[:0], time[:0], time[:0])
    hours = (np.diff(time) - timeframe) / HOUR
    rows = np.flatnonzero((hours >= _WEEKEND_HOURS[0]) & (hours <= _WEEKEND_HOURS[1]))
    # Quotes may stop minutes before the end and begin minutes after the start.
    ends = -(-(time[rows] + timeframe) // HOUR) * HOUR
    return WeekEdges(ends, time[rows + 1] // HOUR * HOUR, rows)


def likely_clocks(edges: WeekEdges) -> list[str]:
    """Return the clocks that explain the weekends, equally well; none: nothing is certain."""
    if len(edges.ends) < LEAST_WEEKENDS:
        return []
    fits = {
        name: edges.fit(name)
        for rule in DST_RULES
        for name in (clock_name(f"UTC{hours:+d}", rule) for hours in range(-12, 15))
    }
    best = max(fits.values())
    return [name for name, fit in fits.items() if fit == best] if best >= CERTAIN else []


def _hour_of_week(time: I64) -> I64:
    return ((time // DAY + 4) % 7) * 24 + time % DAY // HOUR
