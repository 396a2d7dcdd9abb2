"""Clocks: names, times moved between them, the clock that weekends show, bars moved on import."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from backtest.history.clock import likely_clocks, week_edges
from backtest.history.reading import ImportOptions, read_history
from backtest.history.zones import clock_name, from_utc, to_utc
from dsl.errors import DataError
from dsl.jit import I64

HOUR = 3600


def week_of_new_york(first: str, last: str) -> I64:
    """Return hourly times in UTC, Sunday 17:00 to Friday 17:00 of New York."""
    hours = np.arange(np.datetime64(first, "s"), np.datetime64(last, "s"), 3600).astype(np.int64)
    local = from_utc(hours, "America/New_York")
    of_week = ((local // 86_400 + 4) % 7) * 24 + local % 86_400 // HOUR
    return hours[(of_week >= 17) & (of_week < 5 * 24 + 17)]


@pytest.mark.parametrize(
    ("text", "dst", "name"),
    [
        ("UTC", "", "UTC"),
        ("utc+2", "us", "UTC+2 dst us"),
        ("GMT-05:00", "none", "UTC-5"),
        ("UTC+5:30", "", "UTC+5:30"),
        ("UTC+2 dst eu", "", "UTC+2 dst eu"),
        ("Europe/Athens", "", "Europe/Athens"),
        ("server", "", "server"),
    ],
)
def test_a_clock_has_one_name(text: str, dst: str, name: str) -> None:
    assert clock_name(text, dst) == name
    assert clock_name(name) == name


@pytest.mark.parametrize(
    ("text", "dst", "message"),
    [
        ("Europe/Athen", "", "did you mean 'Europe/Athens'"),
        ("UTC+15", "", "UTC-12 to UTC\\+14"),
        ("Europe/Athens", "eu", "has daylight saving of its own"),
        ("UTC+2", "au", "none, us or eu"),
    ],
)
def test_an_unknown_clock_is_refused(text: str, dst: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        clock_name(text, dst)


@pytest.mark.parametrize(
    ("clock", "utc", "local"),
    [
        ("UTC+2", "2017-07-03T12:00", "2017-07-03T14:00"),
        ("UTC+2 dst us", "2017-03-20T12:00", "2017-03-20T15:00"),  # New York: from 12 March
        ("UTC+2 dst eu", "2017-03-20T12:00", "2017-03-20T14:00"),  # Europe: from 26 March
        ("UTC+2 dst eu", "2017-07-03T12:00", "2017-07-03T15:00"),
        ("UTC+2 dst us", "2017-01-03T12:00", "2017-01-03T14:00"),
        ("UTC-5:30", "2017-07-03T12:00", "2017-07-03T06:30"),
        ("Europe/Athens", "2017-07-03T12:00", "2017-07-03T15:00"),
    ],
)
def test_times_move_between_clocks(clock: str, utc: str, local: str) -> None:
    times = np.array([utc], "datetime64[s]").astype(np.int64)
    moved = np.array([local], "datetime64[s]").astype(np.int64)
    assert from_utc(times, clock).tolist() == moved.tolist()
    assert to_utc(moved, clock).tolist() == times.tolist()


def test_a_place_is_what_the_zone_database_says() -> None:
    utc = np.arange(1_400_000_000, 1_500_000_000, 1_234_567)
    zone = ZoneInfo("Europe/London")
    shifts = [datetime.fromtimestamp(t, zone).utcoffset() for t in utc.tolist()]
    expected = [t + int(s.total_seconds()) for t, s in zip(utc.tolist(), shifts, strict=True) if s]
    found = from_utc(utc, "Europe/London")
    assert [t for t, s in zip(found.tolist(), shifts, strict=True) if s] == expected


@pytest.mark.parametrize("clock", ["UTC", "UTC+2 dst us", "UTC+2 dst eu", "UTC+1 dst eu", "UTC-5"])
def test_weekends_of_a_year_show_the_clock(clock: str) -> None:
    utc = week_of_new_york("2016-01-01", "2017-01-01")
    edges = week_edges(from_utc(utc, clock), HOUR)
    assert likely_clocks(edges) == [clock]


def test_weekends_of_a_winter_leave_daylight_saving_open() -> None:
    utc = week_of_new_york("2016-11-10", "2017-02-20")
    likely = likely_clocks(week_edges(utc + 2 * HOUR, HOUR))
    assert likely == ["UTC+2", "UTC+2 dst us", "UTC+2 dst eu"]


def test_few_weekends_or_large_bars_show_nothing() -> None:
    utc = week_of_new_york("2016-11-10", "2016-11-24")
    assert likely_clocks(week_edges(utc, HOUR)) == []
    year = week_of_new_york("2016-01-01", "2017-01-01")
    assert likely_clocks(week_edges(year[::4], 4 * HOUR)) == []


def written(folder: Path, times: I64) -> Path:
    path = folder / "EURUSD.csv"
    rows = [f"{t},1.05,1.06,1.04,1.05,9" for t in times.tolist()]
    path.write_text("\n".join(("time,open,high,low,close,volume", *rows)))
    return path


def test_bars_are_moved_to_the_servers_clock(tmp_path: Path) -> None:
    utc = week_of_new_york("2016-01-01", "2017-01-01")
    path = written(tmp_path, utc)
    options = ImportOptions(timezone="UTC", to_server="UTC+2", server_dst="us")
    bars = read_history(path, options).bars
    assert bars.timezone == "UTC+2 dst us"
    assert set(((bars.time // 86_400 + 4) % 7).tolist()) == {1, 2, 3, 4, 5}  # no Sundays left
    assert to_utc(bars.time, bars.timezone).tolist() == utc.tolist()


def test_the_clock_of_the_weekends_is_written_when_nothing_else_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, from_utc(week_of_new_york("2016-01-01", "2017-01-01"), "UTC+2 dst eu"))
    found = read_history(path, ImportOptions(detect=True))
    assert found.bars.timezone == "UTC+2 dst eu"
    assert "the trading week shows the clock" in found.notes[0]
    stated = ImportOptions(detect=True, timezone="UTC+2", server_dst="us")
    assert read_history(path, stated).bars.timezone == "UTC+2 dst us"


def test_a_move_needs_two_known_clocks(tmp_path: Path) -> None:
    path = written(tmp_path, week_of_new_york("2016-11-01", "2016-11-05"))
    with pytest.raises(DataError, match="from one known clock to another"):
        read_history(path, ImportOptions(to_server="UTC+2"))
    with pytest.raises(DataError, match="daylight saving 'us' of a clock that is not stated"):
        read_history(path, ImportOptions(server_dst="us"))


def test_daily_bars_cannot_be_cut_anew(tmp_path: Path) -> None:
    path = written(tmp_path, np.arange(10) * 86_400 + 1_000_000_000 // 86_400 * 86_400)
    with pytest.raises(DataError, match=r"this D1 bar opens at .* 02:00, not at .* 00:00"):
        read_history(path, ImportOptions(timezone="UTC", to_server="UTC+2"))
