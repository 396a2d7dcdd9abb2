"""What bars are like: holes, weekends, spikes, spread and volume, for a trader who doubts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.bars import Bars
from dsl.jit import F64, I64, Bool1D
from dsl.timeframes import DAY

WEEKEND_HOURS = 72  # a gap over a Saturday up to this long is the market's, not the data's
FAR = 5  # usual ranges
BLOCK = 500  # bars that tell what is usual
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Hole:
    """Missing bars: the time of the last bar before, of the first one after, how many."""

    before: int
    after: int
    bars: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over all bars. holes: Longest first, outside weekends. spikes, jumps: Rows, the worst
    first. repeated: Bars that are the one before once more, prices and volume: a feed that hung.
    spread: Of the bars where it is known. day_bars: Bars of Sunday .. Saturday.
    """

    weekends: int
    holes: tuple[Hole, ...]
    missing: int
    day_bars: tuple[int, ...]
    spikes: tuple[int, ...]
    jumps: tuple[int, ...]
    flat: int
    repeated: int
    no_volume: int
    volume: tuple[float, float, float, float]
    spread: tuple[float, float, float, float]
    spread_known: int


def statistics(bars: Bars) -> Statistics:
    """Return what bars are like; at least two of them.

    A spike leaves both neighbours and its own open and close by more than 5 usual ranges (median
    of 500 bars) and comes back: a wrong tick, or news. A jump is such a step between two bars with
    no time between them.
    """
    steps = np.diff(bars.time)
    gaps = np.flatnonzero(steps > bars.timeframe)
    weekend = _over_saturday(bars.time[gaps], bars.time[gaps + 1])
    missing = steps[gaps] // bars.timeframe - 1
    inner = np.flatnonzero(~weekend)
    order = inner[np.argsort(-missing[inner], kind="stable")]
    holes = (
        Hole(int(bars.time[gaps[i]]), int(bars.time[gaps[i] + 1]), int(missing[i])) for i in order
    )
    days = (bars.time // DAY + 4) % 7
    known = bars.spread[bars.spread > 0]
    return Statistics(
        weekends=int(weekend.sum()),
        holes=tuple(holes),
        missing=int(missing[inner].sum()),
        day_bars=tuple(int(count) for count in np.bincount(days, minlength=7)),
        spikes=_far(_spikes(bars), bars),
        jumps=_far(_jumps(bars, steps), bars),
        flat=int((bars.high == bars.low).sum()),
        repeated=_repeated(bars),
        no_volume=int((bars.tick_volume == 0).sum()),
        volume=_four(bars.tick_volume),
        spread=_four(known),
        spread_known=len(known),
    )


def _repeated(bars: Bars) -> int:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.tick_volume)
    same = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    return int(same.sum())


def _over_saturday(before: I64, after: I64) -> Bool1D:
    saturdays = (after // DAY - SATURDAY + 4) // 7 - (before // DAY - SATURDAY + 4) // 7
    hours = (after - before) / 3600
    return (saturdays > 0) & (hours <= WEEKEND_HOURS)


def _four(column: I64) -> tuple[float, float, float, float]:
    """Return lowest, median, mean, highest; zeros of nothing."""
    if not len(column):
        return 0.0, 0.0, 0.0, 0.0
    return float(column.min()), float(np.median(column)), float(column.mean()), float(column.max())


def _usual_range(bars: Bars) -> F64:
    """Return the median range of the block of bars that each bar stands in, at least a point."""
    spans = (bars.high - bars.low).astype(np.float64)
    blocks = max(1, len(spans) // BLOCK)
    whole = np.median(spans[: blocks * BLOCK].reshape(blocks, -1), axis=1)
    block = np.minimum(np.arange(len(spans)) // BLOCK, blocks - 1)
    return np.maximum(whole[block], 1.0)


def _spikes(bars: Bars) -> I64:
    before = np.concatenate([bars.open[:1], bars.close[:-1]])
    after = np.concatenate([bars.open[1:], bars.close[-1:]])
    around = np.stack([before, bars.open, bars.close, after])
    sizes: I64 = np.maximum(bars.high - around.max(axis=0), around.min(axis=0) - bars.low)
    return sizes


def _jumps(bars: Bars, steps: I64) -> I64:
    sizes = np.abs(bars.open[1:] - bars.close[:-1]) * (steps == bars.timeframe)
    return np.concatenate([[0], sizes])


def _far(sizes: I64, bars: Bars) -> tuple[int, ...]:
    ratios = sizes / _usual_range(bars)
    rows = np.flatnonzero(ratios > FAR)
    return tuple(int(row) for row in rows[np.argsort(-ratios[rows], kind="stable")])
