"""Files that hold no sound bars are refused with line and reason, whatever is wrong with them."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backtest.history.reading import ImportOptions, read_history
from backtest.history.store import write_bars
from dsl.errors import DataError

HEADER = "time,open,high,low,close,volume"
MONDAY = datetime(2017, 1, 2, tzinfo=UTC)


def hourly(bars: int, start: datetime = MONDAY, last: str = "") -> list[str]:
    """Return rows of quiet hourly bars, weekends left out from Friday 22:00 to Sunday 22:00."""
    draw = random.Random(5)
    rows: list[str] = []
    time, price = start, 105_000
    while len(rows) < bars:
        of_week = (time.weekday() * 24 + time.hour) % 168
        if not 4 * 24 + 22 <= of_week < 6 * 24 + 22:
            close = price + draw.randint(-30, 30)
            high, low = (
                max(price, close) + draw.randint(0, 9),
                min(price, close) - draw.randint(0, 9),
            )
            values = ",".join(f"{p / 1e5:.5f}" for p in (price, high, low, close))
            rows.append(f"{time:%Y-%m-%d %H:%M}{last},{values},{draw.randint(50, 90)}")
            price = close
        time += timedelta(hours=1)
    return rows


def refusal(folder: Path, *rows: str, header: str = HEADER, **options: object) -> str:
    path = folder / "b.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    with pytest.raises(DataError) as caught:
        read_history(path, ImportOptions(**options))  # type: ignore[arg-type]
    return str(caught.value).replace(f"{folder}{os.sep}", "")


def test_empty_rows_are_named_where_they_begin(tmp_path: Path) -> None:
    zeros = ["1970.01.01 00:00,0.000000,0.000000,0.000000,0.000000,0"] * 3
    rows = [row.replace("-", ".", 2) for row in hourly(20)]
    found = refusal(tmp_path, *zeros, *rows)
    assert found.startswith("b.csv:2: all prices are 0 at 1970-01-01 00:00: the row is empty")
    assert "(3 such rows)" in found
    tail = [",".join((row.split(",")[0], "0,0,0,0,0")) for row in hourly(24)[20:]]
    found = refusal(tmp_path, *hourly(20), *tail)
    assert found.startswith("b.csv:22: all prices are 0 at 2017-01-02 20:00")
    assert "(4 such rows, to the end of the file)" in found


def test_bars_between_the_hours_are_refused(tmp_path: Path) -> None:
    rows = hourly(48)
    rows[22], rows[23] = (row.replace(":00,", ":05,") for row in rows[22:24])
    found = refusal(tmp_path, *rows)
    assert found.startswith("b.csv:24: this H1 bar opens at 2017-01-02 22:05, not at 2017-01-02 22")
    assert "(2 of 48 bars)" in found


def test_daily_bars_in_place_of_the_first_hour_are_refused(tmp_path: Path) -> None:
    rows = hourly(24 * 4)
    for day in (0, 1, 2):
        cells = [row.split(",") for row in rows[24 * day : 24 * day + 24]]
        top, bottom = max(c[2] for c in cells), min(c[3] for c in cells)
        total = sum(int(c[5]) for c in cells)
        rows[24 * day] = f"{cells[0][0]},{cells[0][1]},{top},{bottom},{cells[0][4]},{total}"
    found = refusal(tmp_path, *rows)
    assert found.startswith("b.csv:2: the bar at 2017-01-02 00:00 spans the whole day")
    assert "(3 of 4 days)" in found


def test_a_clock_that_the_weekends_refute_is_refused(tmp_path: Path) -> None:
    ahead = hourly(24 * 26, MONDAY)  # the week ends on Friday 22:00: right for UTC in winter
    path = tmp_path / "utc.csv"
    path.write_text("\n".join((HEADER.replace("time", "utc_time"), *ahead)))
    assert read_history(path).bars.timezone == "UTC"
    late = [
        row.replace(
            row[:13], f"{datetime.fromisoformat(row[:16]) + timedelta(hours=1):%Y-%m-%d %H}", 1
        )
        for row in ahead
    ]
    found = refusal(tmp_path, *late, header=HEADER.replace("time", "utc_time"))
    assert "its times say UTC, but the trading week ends with the bar of 2017-01-06 22:00" in found
    assert "they look like UTC+1" in found
    path.write_text("\n".join((HEADER.replace("time", "utc_time"), *late)))
    assert read_history(path, ImportOptions(timezone="UTC+1")).bars.timezone == "UTC+1"


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ("-(2017-01-02 00:00,1.05,1.06,1.04,1.05,9", "b.csv:1: '-(2017-01-02 00:00' is no time"),
        ("2017-01-02 00:00,1.05,1.06,1.04,1.05,9,8", "b.csv:1: 7 values and no header"),
        ("time,ask_open,ask_high,ask_low,ask_close", "bid prices are wanted; these look like ask"),
        ("time,open,high,low,close,time,volume", "b.csv:2: 6 values, the header names 7"),
        ("," * 5000, "b.csv:1: no column is named time or date"),
        ("x" * 100_000, "b.csv:1: the first line is longer than 65536 characters"),
        ("Time\x00,Open", "b.csv:1: is no text"),
    ],
)
def test_a_first_line_that_is_neither_header_nor_bar(
    tmp_path: Path, first: str, message: str
) -> None:
    assert message in refusal(tmp_path, *hourly(5), header=first)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("2017-01-02 02:00;1.05;1.06;1.04;1.05;9", "b.csv:4: 1 values, the header names 6"),
        ("", "b.csv:4: the time is missing; the line is empty"),
        ("2017-02-30 02:00,1.05,1.06,1.04,1.05,9", "b.csv:4: time '2017-02-30 02:00'; wanted"),
        ("2017-01-02 24:00,1.05,1.06,1.04,1.05,9", "b.csv:4: time '2017-01-02 24:00'"),
        ("2017-01-02 02:00 CET,1.05,1.06,1.04,1.05,9", "b.csv:4: time '2017-01-02 02:00 CET'"),
        ("2017-01-02 02:00Z,1.05,1.06,1.04,1.05,9", "b.csv:4: the other times state an offset"),
        (",1.05,1.06,1.04,1.05,9", "b.csv:4: the time is missing"),
        ("2017-01-02 02:00,inf,1.06,1.04,1.05,9", "b.csv:4: open is 'inf'; a number is wanted"),
        ("2017-01-02 02:00,1.05,1.0.6,1.04,1.05,9", "b.csv:4: high is '1.0.6'"),
        ("2017-01-02 02:00,1.05,1e99,1.04,1.05,9", "b.csv:4: high is '1e99'"),
        ("2017-01-02 02:00,1.05,,1.04,1.05,9", "b.csv:4: high is missing"),
        ("2017-01-02 02:00,1.05,1.06,1.04,1.05,-9", "b.csv:4: volume is below 0"),
        ("2017-01-02 02:00,1.05,1.06,1.04,1.05,1e20", "b.csv:4: volume is above"),
        ("\x01\x02\x03", "b.csv:4: is no text"),
    ],
)
def test_a_damaged_row_is_named(tmp_path: Path, wrong: str, message: str) -> None:
    rows = hourly(6)
    assert message in refusal(tmp_path, *rows[:2], wrong, *rows[3:])


def read_or_refused(path: Path, content: bytes) -> str:
    """Return what a file's refusal says, "" if it was read."""
    path.write_bytes(content)
    try:
        read_history(path)
    except DataError as refused:
        return str(refused)
    return ""


def test_a_file_cut_anywhere_but_in_its_last_number_is_refused(tmp_path: Path) -> None:
    whole = "\n".join((HEADER, *hourly(6))).encode()
    path = tmp_path / "b.csv"
    rows_end = {i for i in range(len(whole)) if whole[i : i + 1] == b"\n"}
    for cut in range(1, len(whole) - 2, 3):
        found = read_or_refused(path, whole[:cut])
        within_volume = b"," not in whole[cut:].split(b"\n")[0] and whole[cut - 1 : cut] != b","
        at_row_end = cut in rows_end or cut - 1 in rows_end
        assert str(path) in found or within_volume or at_row_end


def test_any_damage_is_read_or_refused_with_the_file_named(tmp_path: Path) -> None:
    draw, path = random.Random(7), tmp_path / "b.csv"
    whole = "\n".join((HEADER, *hourly(40))).encode()
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(len(content))] = draw.choice(b'\x00\xff,;\t\n\r" 9-.eZ')
        found = read_or_refused(path, bytes(content))
        assert not found or str(path) in found


@pytest.mark.parametrize(
    "content", [random.Random(1).randbytes(3000), b"\x91\x01\0\0", b"PK\x03\x04", b"\xff\xfe"]
)
def test_junk_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"b\.csv"):
        read_history(tmp_path / "b.csv")


def test_shuffled_rows_are_refused(tmp_path: Path) -> None:
    rows = hourly(30)
    random.Random(3).shuffle(rows)
    assert "sort the file by time, oldest first" in refusal(tmp_path, *rows)
    again = sorted([*rows, rows[4], rows[7]])
    assert "repeats (2 times repeat in this file)" in refusal(tmp_path, *again)


@pytest.mark.parametrize("failure", ["write_bytes", "replace"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    path = tmp_path / "b.csv"
    path.write_text("\n".join((HEADER, *hourly(6))))
    bars = read_history(path).bars

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(
        *((Path, "write_bytes", full) if failure == "write_bytes" else (os, "replace", full))
    )
    with pytest.raises(DataError, match=r"b\.npz: cannot be written: No space left on device"):
        write_bars(tmp_path / "b.npz", bars)
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.csv"]


def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.csv"
    path.write_text("\n".join((HEADER, *hourly(6))))
    bars = read_history(path).bars

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_bars(tmp_path / "b.npz", bars)
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.csv"]


@pytest.mark.parametrize("symbol", ["EURUSD\n[Tester]", "EUR\x00", " ", "x" * 65, "\udcff"])
def test_a_symbol_is_a_short_line_of_printable_characters(tmp_path: Path, symbol: str) -> None:
    assert "is no name" in refusal(tmp_path, *hourly(60), symbol=symbol)
