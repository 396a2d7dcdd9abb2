"""What a user wants to know of bars, as facts by name."""

from __future__ import annotations

import numpy as np

from backtest.bar_statistics import Hole, Statistics, statistics
from backtest.bars import Bars
from backtest.history.clock import likely_clocks, week_edges
from backtest.timeframes import shown_time, timeframe_name

SHOWN = 3  # of the worst
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def bar_facts(bars: Bars) -> dict[str, object]:
    """Return span, prices, holes, weekends, spikes, spread, volume and hash.

    Values are numbers, text, lists of text, dicts of numbers and None for what nobody knows.
    """
    found = statistics(bars)
    return {
        "symbol": bars.symbol,
        "timeframe": timeframe_name(bars.timeframe),
        "bars": len(bars),
        "from": shown_time(int(bars.time[0])),
        "to": shown_time(int(bars.time[-1])),
        "timezone": bars.timezone,
        "clock_seen": _clock(bars),
        "digits": bars.digits,
        "lowest": _price(bars, int(bars.low.min())),
        "highest": _price(bars, int(bars.high.max())),
        **_gaps(found),
        "bars_by_day": {
            day: count for day, count in zip(_DAYS, found.day_bars, strict=True) if count
        },
        "weekend_bars": found.day_bars[0] + found.day_bars[6],
        "repeated_bars": found.repeated,
        **_outliers(bars, found),
        "flat_bars": found.flat,
        **_volume_and_spread(found, len(bars)),
        "data_hash": bars.data_hash,
    }


def _clock(bars: Bars) -> str:
    likely = likely_clocks(week_edges(bars.time, bars.timeframe))
    return " or ".join(likely) if likely else "not certain"


def _price(bars: Bars, points: int) -> str:
    return f"{points / 10**bars.digits:.{bars.digits}f}"


def _gaps(found: Statistics) -> dict[str, object]:
    return {
        "weekends": found.weekends,
        "gaps": len(found.holes),
        "missing_bars": found.missing,
        "longest_gaps": [_shown_hole(hole) for hole in found.holes[:SHOWN]],
    }


def _shown_hole(hole: Hole) -> str:
    return f"{shown_time(hole.before)} to {shown_time(hole.after)} ({hole.bars} bars)"


def _outliers(bars: Bars, found: Statistics) -> dict[str, object]:
    facts: dict[str, object] = {}
    for name, rows in (("spikes", found.spikes), ("jumps", found.jumps)):
        facts[name] = len(rows)
        facts[f"worst_{name}"] = [shown_time(int(bars.time[row])) for row in rows[:SHOWN]]
    return facts


def _volume_and_spread(found: Statistics, bars: int) -> dict[str, object]:
    known = found.spread_known
    return {
        "volume": _four(found.volume),
        "bars_without_volume": found.no_volume,
        "spread_known": f"{known / bars:.0%} of bars",
        "spread_points": _four(found.spread) if known else {},
        "spread_median": int(np.rint(found.spread[1])) if known else None,
    }


def _four(values: tuple[float, float, float, float]) -> dict[str, float]:
    names = ("lowest", "median", "mean", "highest")
    return {name: round(value, 1) for name, value in zip(names, values, strict=True)}


def shown_fact(value: object) -> str:
    """Return a fact as text for a table."""
    if value is None or value == {}:
        return "not known"
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:.10g}" for name, number in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    return str(value)
