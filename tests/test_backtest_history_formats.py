"""Every layout of bars that traders export is read, whatever its marks, dates and clock."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.history.reading import Imported, ImportOptions, read_history
from dsl.errors import DataError

START = datetime(2017, 1, 30, 22, tzinfo=UTC)
PRICES = (
    (1.05001, 1.05100, 1.04900, 1.05050, 100),
    (1.05050, 1.05150, 1.05000, 1.05100, 120),
    (1.05100, 1.05200, 1.05050, 1.05150, 90),
    (1.05150, 1.05160, 1.05080, 1.05090, 80),
)


def table(line: str, header: str = "", end: str = "\n", start: datetime = START) -> str:
    """Return a file whose lines are `line` filled with t, o, h, l, c, v."""
    rows = [
        line.format(t=start + timedelta(hours=i), o=o, h=h, l=low, c=c, v=v)
        for i, (o, h, low, c, v) in enumerate(PRICES)
    ]
    return end.join([header, *rows] if header else rows) + end


def read(
    folder: Path, content: str | bytes, name: str = "EURUSD.csv", **options: object
) -> Imported:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_history(path, ImportOptions(**options))  # type: ignore[arg-type]


def bars_of(folder: Path, content: str | bytes, **options: object) -> Bars:
    return read(folder, content, **options).bars  # type: ignore[arg-type]


P = "{o:.5f},{h:.5f},{l:.5f},{c:.5f}"
LAYOUTS = {
    "MetaTrader 5": table(
        "{t:%Y.%m.%d}\t{t:%H:%M:%S}\t" + P.replace(",", "\t") + "\t{v}\t0\t7",
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>",
        "\r\n",
    ),
    "MetaTrader 5 without brackets": table(
        "{t:%Y.%m.%d}\t{t:%H:%M:%S}\t" + P.replace(",", "\t") + "\t{v}\t0\t7",
        "DATE\tTIME\tOPEN\tHIGH\tLOW\tCLOSE\tTICKVOL\tVOL\tSPREAD",
    ),
    "MetaTrader 4": table("{t:%Y.%m.%d},{t:%H:%M}," + P + ",{v}", end="\r\n"),
    "MT5 Python package": table(
        "{t:%Y-%m-%d %H:%M:%S}," + P + ",{v},18,0",
        "time,open,high,low,close,tick_volume,spread,real_volume",
    ),
    "HistData ASCII": table("{t:%Y%m%d %H%M%S};" + P.replace(",", ";") + ";{v}"),
    "HistData for MetaTrader": table("{t:%Y.%m.%d},{t:%H:%M}," + P + ",{v}"),
    "whole lines quoted": table(
        '"{t:%Y-%m-%d %H:%M:%S}\t' + P.replace(",", "\t") + '\t{v}"',
        '"Time\tOpen\tHigh\tLow\tClose\tVolume"',
        "\r\n",
    ),
    "every field quoted": table(
        '"{t:%Y-%m-%d %H:%M}","{o:.5f}","{h:.5f}","{l:.5f}","{c:.5f}","{v}"',
        '"time","open","high","low","close","volume"',
    ),
    "day first, semicolons": table(
        "{t:%d.%m.%Y};{t:%H:%M};" + P.replace(",", ";") + ";{v}",
        "Data;Time;OPEN;HIGH;LOW;CLOSE;VOLUME",
    ),
    "month first, AM and PM": table(
        "{t:%m/%d/%Y %I:%M:%S %p}," + P + ",{v}", "Date,Open,High,Low,Close,Volume"
    ),
    "decimal commas": table(
        "{t:%Y-%m-%d %H:%M};{o:.5f};{h:.5f};{l:.5f};{c:.5f};{v}",
        "Time;Open;High;Low;Close;Volume",
    )
    .replace(".0", ",0")
    .replace("1.", "1,"),
    "columns in another order": table(
        "{v},{c:.5f},{l:.5f},{h:.5f},{o:.5f},{t:%Y-%m-%dT%H:%M}",
        "Volume,bid_close,bid_low,bid_high,bid_open,utc_time",
    ),
    "byte order mark": "\ufeff"
    + table("{t:%Y-%m-%d %H:%M}," + P + ",{v}", "time,open,high,low,close,vol"),
    "Stooq": table(
        "EURUSD,60,{t:%Y%m%d},{t:%H%M%S}," + P + ",{v},0",
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
    ),
    "index first": table("17,{t:%Y-%m-%d %H:%M}," + P + ",{v}", ",time,open,high,low,close,volume"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_gives_the_bars_it_holds(tmp_path: Path, layout: str) -> None:
    bars = bars_of(tmp_path, LAYOUTS[layout])
    assert (bars.symbol, bars.timeframe, bars.digits) == ("EURUSD", 3600, 5)
    assert bars.time.tolist() == [int(START.timestamp()) + 3600 * i for i in range(4)]
    assert bars.open.tolist() == [105001, 105050, 105100, 105150]
    assert bars.high.tolist() == [105100, 105150, 105200, 105160]
    assert bars.low.tolist() == [104900, 105000, 105050, 105080]
    assert bars.close.tolist() == [105050, 105100, 105150, 105090]
    assert bars.tick_volume.tolist() == [100, 120, 90, 80]


def test_seconds_and_milliseconds_since_1970_are_times(tmp_path: Path) -> None:
    for factor in (1, 1000):
        rows = [
            f"{int(START.timestamp() + 3600 * i) * factor},{o},{h},{low},{c},{v}"
            for i, (o, h, low, c, v) in enumerate(PRICES)
        ]
        bars = bars_of(tmp_path, "\n".join(("time,open,high,low,close,tick_volume", *rows)))
        assert bars.time[0] == START.timestamp()


def test_packed_files_hold_the_same_bars(tmp_path: Path) -> None:
    plain = LAYOUTS["MetaTrader 4"].encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("DAT_MT_EURUSD.csv", plain)
        packed.writestr("gaps.txt", "none")
    contents = (plain, gzip.compress(plain), archive.getvalue(), plain.decode().encode("utf-16"))
    assert len({bars_of(tmp_path, content).data_hash for content in contents}) == 1


def test_a_zip_of_two_files_is_refused(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.csv", "x")
        packed.writestr("b.csv", "x")
    with pytest.raises(DataError, match=r"must hold one file of bars; found: a.csv, b.csv"):
        read(tmp_path, archive.getvalue())
    with pytest.raises(DataError, match="damaged or cut short"):
        read(tmp_path, archive.getvalue()[:60])


def test_times_with_an_offset_become_utc(tmp_path: Path) -> None:
    """Dukascopy's local time: an evening in New York is the next day in UTC, summer or winter."""
    rows = "Local time,Open,High,Low,Close,Volume\r\n" + "\r\n".join(
        f"{day}.2017 {hour}:00:00.000 GMT-0{hour - 14}00,1.05,1.06,1.04,1.05,{volume}"
        for day, hour, volume in (("10.03", 19, 0.5), ("11.03", 19, 2.5), ("12.03", 20, 8.5))
    )
    bars = bars_of(tmp_path, rows.replace("GMT-0600", "GMT-0400"))
    assert [str(np.datetime64(int(t), "s")) for t in bars.time] == [
        "2017-03-11T00:00:00",
        "2017-03-12T00:00:00",
        "2017-03-13T00:00:00",
    ]
    assert bars.timezone == "UTC"
    assert bars.tick_volume.tolist() == [1, 2, 8]


def test_bars_without_a_tick_are_left_out_and_told(tmp_path: Path) -> None:
    rows = [f"{day}.12.2017 00:00:00.000,1.05,1.06,1.04,1.05,9" for day in (15, 17, 18)]
    rows.insert(1, "16.12.2017 00:00:00.000,1.05,1.05,1.05,1.05,0")
    found = read(tmp_path, "\n".join(("Gmt time,Open,High,Low,Close,Volume", *rows)))
    assert len(found.bars) == 3
    assert "1 bars without a tick are left out, the first in line 3" in found.notes[0]


@pytest.mark.parametrize(
    ("day_and_month", "order", "day"),
    [
        (lambda i: f"01/0{i + 1}/2017", "", "2017-01-01"),
        (lambda i: f"0{i + 1}/01/2017", "", "2017-01-01"),
        (lambda i: f"0{i + 1}.01.2017", "mdy", "2017-01-01"),
        (lambda i: f"{i + 28}/01/2017", "", "2017-01-28"),
        (lambda i: f"01/{i + 28}/2017", "", "2017-01-28"),
    ],
)
def test_the_order_of_dates_is_seen_or_stated(tmp_path: Path, day_and_month, order, day) -> None:  # type: ignore[no-untyped-def]
    rows = [f"{day_and_month(i)},1.05,1.06,1.04,1.05,9" for i in range(4 if not order else 3)]
    text = "\n".join(("date,open,high,low,close,volume", *rows))
    if order:
        with pytest.raises(DataError, match="no bar period"):
            read(tmp_path, text, date_order=order)
        return
    assert str(np.datetime64(int(bars_of(tmp_path, text).time[0]), "s"))[:10] == day


@pytest.mark.parametrize(
    ("name", "options", "digits", "opened"),
    [
        ("EURUSD_H1.csv", {}, 5, 158611),
        ("bars_H1.csv", {}, 5, 158611),
        ("bars_H1.csv", {"symbol": "BTCUSD"}, 0, 158611),
        ("bars_H1.csv", {"points": False}, 0, 158611),
        ("bars_H1.csv", {"points": True, "digits": 2}, 2, 158611),
        ("USDJPY_H1.csv", {}, 3, 158611),
    ],
)
def test_prices_in_points_are_scaled(
    tmp_path: Path, name: str, options: dict[str, object], digits: int, opened: int
) -> None:
    rows = [
        "2012-11-16 05:00:00,158611.0,158618.0,158572.0,158599.0,1032",
        "2012-11-16 06:00:00,158597.0,158628.0,158573.0,158573.00000000003,1220",
    ]
    found = read(tmp_path, "\n".join(("Date,open,high,low,close,volume", *rows)), name, **options)
    assert (found.bars.digits, int(found.bars.open[0])) == (digits, opened)
    assert bool(found.notes) == (options.get("points") is not False)


def hst(version: int, digits: int = 5, minutes: int = 60) -> bytes:
    head = struct.pack("<i64s12siiii52x", version, b"Copyright", b"EURUSD", minutes, digits, 0, 0)
    body = b""
    for i, (o, h, low, c, v) in enumerate(PRICES):
        at = int(START.timestamp()) + 3600 * i
        new = struct.pack("<qddddqiq", at, o, h, low, c, v, 12, 0)
        body += new if version == 401 else struct.pack("<iddddd", at, o, low, h, c, v)
    return head + body


@pytest.mark.parametrize("version", [400, 401])
def test_history_files_of_metatrader_4_know_symbol_and_period(tmp_path: Path, version: int) -> None:
    bars = bars_of(tmp_path, hst(version), name="1.hst")
    assert (bars.symbol, bars.timeframe, bars.digits) == ("EURUSD", 3600, 5)
    assert bars.high.tolist() == [105100, 105150, 105200, 105160]
    assert bars.low.tolist() == [104900, 105000, 105050, 105080]
    assert bars.spread.tolist() == ([12] * 4 if version == 401 else [0] * 4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (hst(401)[:-7], r"a.hst: bar 4 is cut short: 53 of 60 bytes"),
        (hst(401)[:150], r"a.hst: the .hst file holds no bars"),
        (hst(401, minutes=7), r"a.hst: the header states a period of 7 minutes"),
        (hst(401)[:148] + hst(401)[208:268] + hst(401)[148:208], r"a.hst: bar 2: time .* after"),
        (hst(401, digits=3), r"a.hst: bar 1: open 1.05001 is no whole number of points of 0.001"),
    ],
)
def test_a_damaged_history_file_names_the_bar(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content, name="a.hst")
