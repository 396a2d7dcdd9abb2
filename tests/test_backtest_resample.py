"""Larger bars from smaller ones, and what statistics say of bars."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest

from backtest.bar_statistics import statistics
from backtest.bars import Bars
from backtest.resample import bucket_times, resampled
from backtest.timeframes import shown_time, timeframe_seconds
from dsl.errors import DataError
from dsl.timeframes import TIMEFRAMES

FRIDAY = 1_483_660_800  # 2017-01-06 00:00
HOUR = 3600


def bars(hours: list[int], prices: list[tuple[int, int, int, int]] | None = None) -> Bars:
    n = len(hours)
    rows = prices or [(100 + i, 110 + i, 90 + i, 105 + i) for i in range(n)]
    o, h, low, c = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    time = FRIDAY + HOUR * np.array(hours, np.int64)
    spread = np.array([0, 7, 8] * n, np.int64)[:n]
    return Bars("EURUSD", HOUR, 2, time, o, h, low, c, np.arange(1, n + 1), spread)


def test_a_bucket_takes_first_open_extremes_last_close_and_sums() -> None:
    larger = resampled(bars([2, 3, 4, 5, 7, 8]), 4 * HOUR)
    assert [shown_time(int(t))[11:] for t in larger.time] == ["00:00", "04:00", "08:00"]
    assert larger.open.tolist() == [100, 102, 105]
    assert larger.high.tolist() == [111, 114, 115]
    assert larger.low.tolist() == [90, 92, 95]
    assert larger.close.tolist() == [106, 109, 110]
    assert larger.tick_volume.tolist() == [3, 12, 6]
    assert larger.spread.tolist() == [7, 8, 8]
    assert (larger.timeframe, larger.symbol, larger.digits) == (4 * HOUR, "EURUSD", 2)


def test_an_unknown_spread_stays_unknown() -> None:
    assert resampled(bars([0, 4, 5]), 4 * HOUR).spread.tolist() == [0, 7]


def test_weeks_begin_on_sunday() -> None:
    week = resampled(bars([0, 23, 47, 48, 72]), TIMEFRAMES["W1"])
    assert [shown_time(int(t)) for t in week.time] == ["2017-01-01 00:00", "2017-01-08 00:00"]
    assert week.tick_volume.tolist() == [1 + 2 + 3, 4 + 5]


@pytest.mark.parametrize("name", ["H4", "H12", "D1", "W1"])
def test_resampling_twice_is_resampling_once(name: str) -> None:
    small = bars(list(range(300)))
    once = resampled(small, timeframe_seconds(name))
    assert (
        resampled(resampled(small, 2 * HOUR), timeframe_seconds(name)).data_hash == once.data_hash
    )
    assert once.tick_volume.sum() == small.tick_volume.sum()
    assert np.array_equal(bucket_times(once.time, once.timeframe), once.time)


@pytest.mark.parametrize("name", ["H1", "M30", "W1"])
def test_only_whole_multiples_are_made(name: str) -> None:
    small = bars([0, 1]) if name != "W1" else resampled(bars([0, 200]), TIMEFRAMES["W1"])
    with pytest.raises(DataError, match="cannot become"):
        resampled(small, timeframe_seconds(name))


def test_statistics_tell_weekends_from_gaps() -> None:
    found = statistics(bars([0, 1, 21, 70, 71, 75, 76]))
    assert found.weekends == 1
    assert [(hole.bars, shown_time(hole.before)[8:13]) for hole in found.holes] == [
        (19, "06 01"),
        (3, "08 23"),
    ]
    assert found.missing == 22
    assert found.day_bars == (2, 2, 0, 0, 0, 3, 0)


def test_statistics_find_spikes_and_jumps() -> None:
    rows = [(100, 103, 98, 100)] * 40
    rows[10] = (100, 103 + 30, 98, 100)
    rows[20:] = [(500, 503, 498, 500)] * 20
    found = statistics(bars(list(range(40)), rows))
    assert found.spikes == (10,)
    assert found.jumps == (20,)
    assert found.spread == (7.0, 7.5, 7.5, 8.0)
    assert found.spread_known == 26
    assert found.volume[0] == 1
    assert found.volume[3] == 40


@pytest.mark.parametrize(
    "module", ["backtest.resample", "backtest.history.symbols", "backtest.history.zones"]
)
def test_examples_in_docstrings_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0
