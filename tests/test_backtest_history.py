"""Bars from files: what is read, and what is refused with line, value and rule."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest

from backtest.history.reading import ImportOptions, read_bars, symbol_of
from backtest.history.store import bars_bytes, write_bars
from backtest.timeframes import timeframe_name, timeframe_seconds
from dsl.errors import DataError
from dsl.timeframes import TIMEFRAMES

ROWS = (
    "2017-01-02 00:00,1.05001,1.05100,1.04900,1.05050,100,10",
    "2017-01-02 01:00,1.05050,1.05150,1.05000,1.05100,120,12",
    "2017-01-02 02:00,1.05100,1.05200,1.05050,1.05150,90,9",
    "2017-01-02 03:00,1.05150,1.05160,1.05080,1.05090,80,11",
)
HEADER = "time,open,high,low,close,volume,spread"
SAMPLE = Path(__file__).parent.parent / "genfx/data/EURUSD_H1_2017.csv.gz"


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "EURUSD.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_bars(path, cached=False)
    return str(caught.value).replace(str(path.parent) + "/", "").replace(str(path.parent), "")


def test_plain_rows_become_whole_points(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, *ROWS), cached=False)
    assert (bars.symbol, bars.timeframe, bars.digits) == ("EURUSD", 3600, 5)
    assert bars.open.tolist() == [105001, 105050, 105100, 105150]
    assert bars.tick_volume.tolist() == [100, 120, 90, 80]
    assert bars.spread.tolist() == [10, 12, 9, 11]
    assert not bars.close.flags.writeable


def test_metatrader_export_plain_and_gzip_hold_the_same_bars(tmp_path: Path) -> None:
    names = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
    lines = [row.replace("-", ".").replace(" ", ",").split(",") for row in ROWS]
    rows = ["\t".join([*r[:1], f"{r[1]}:00", *r[2:7], "0", r[7]]) for r in lines]
    export = tmp_path / "EURUSD_H1_201701.csv"
    export.write_bytes("\r\n".join((names, *rows)).encode())
    zipped = tmp_path / "EURUSD.csv.gz"
    zipped.write_bytes(gzip.compress(("\n".join((HEADER, *ROWS)) + "\n\n").encode()))
    options = ImportOptions(symbol="EURUSD")
    hashes = {
        read_bars(path, options, cached=False).data_hash
        for path in (export, zipped, written(tmp_path, *ROWS, name="other.csv"))
    }
    assert len(hashes) == 1


def test_a_daily_export_without_a_time_column_is_read(tmp_path: Path) -> None:
    rows = ("2017.01.02\t1.1\t1.2\t1.0\t1.1\t5\t0\t2", "2017.01.03\t1.1\t1.2\t1.0\t1.1\t5\t0\t2")
    header = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
    bars = read_bars(written(tmp_path, *rows, header=header), cached=False)
    assert (bars.timeframe, bars.digits) == (86_400, 1)


def test_an_unknown_spread_is_zero(tmp_path: Path) -> None:
    rows = [",".join(row.split(",")[:6]) for row in ROWS]
    header = HEADER.removesuffix(",spread")
    assert read_bars(written(tmp_path, *rows, header=header), cached=False).spread.sum() == 0
    partly = [ROWS[0], rows[1] + ",", *ROWS[2:]]
    assert read_bars(written(tmp_path, *partly), cached=False).spread.tolist() == [10, 0, 9, 11]


def test_the_bundled_sample_is_a_year_of_hourly_bars() -> None:
    bars = read_bars(SAMPLE, cached=False)
    assert (len(bars), bars.symbol, bars.timeframe, bars.digits) == (6225, "EURUSD", 3600, 5)
    assert set(bars.spread.tolist()) == {10}
    assert bars.data_hash == "e32cd9eb501810addf45b3042db83517"


def test_stored_bars_come_back_and_the_same_bars_give_the_same_bytes(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, *ROWS), ImportOptions(timezone="UTC+2"), cached=False)
    write_bars(tmp_path / "a.npz", bars)
    again = read_bars(tmp_path / "a.npz")
    assert again.data_hash == bars.data_hash
    assert again.timezone == "UTC+2"
    assert bars_bytes(again) == (tmp_path / "a.npz").read_bytes()
    assert [p.name for p in tmp_path.iterdir() if "npz" in p.name] == ["a.npz"]


def test_a_cached_file_is_the_file_and_a_changed_file_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENFX_CACHE_DIR", str(tmp_path / "cache"))
    path = written(tmp_path, *ROWS)
    first, second = read_bars(path), read_bars(path)
    assert first.data_hash == second.data_hash
    assert len(list((tmp_path / "cache" / "bars").iterdir())) == 1
    assert len(read_bars(written(tmp_path, *ROWS[:3]))) == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((*ROWS[:2], ROWS[3], ROWS[2]), "EURUSD.csv:5: time 2017-01-02 02:00 comes after"),
        ((*ROWS[:2], ROWS[1]), "EURUSD.csv:4: time 2017-01-02 01:00 repeats"),
        ((ROWS[0], ROWS[1].replace("1.05150", "1.04")), "EURUSD.csv:3: high 1.04 is below low"),
        ((ROWS[0], ROWS[1].replace("1.05150", "1.05060")), "EURUSD.csv:3: high 1.0506 is below"),
        ((ROWS[0], ROWS[1].replace("1.05000", "1.05080")), "EURUSD.csv:3: low 1.0508 is above"),
        ((*ROWS[:3], ROWS[3][:30]), "EURUSD.csv:5: 3 values, the header names 7"),
        ((*ROWS[:3], ROWS[3][:-3]), "EURUSD.csv:5: 6 values, the header names 7"),
        ((ROWS[0], ROWS[1].replace("1.05100", "nan")), "EURUSD.csv:3: close is missing"),
        ((ROWS[0], ROWS[1].replace("1.05100", "n/x")), "EURUSD.csv:3: close is 'n/x'"),
        ((ROWS[0], ROWS[1].replace("1.05000", "-1")), "EURUSD.csv:3: low is -1; prices must be"),
        ((ROWS[0], ROWS[1].replace("01-02", "13-02")), "EURUSD.csv:3: time '2017-13-02 01:00'"),
        ((ROWS[0], ROWS[1] + ",7"), "EURUSD.csv:3: 8 values, the header names 7"),
        ((ROWS[0], ROWS[1].replace(",12", ",0.5")), "EURUSD.csv:3: spread is no whole number"),
        ((ROWS[0],), "EURUSD.csv: holds 1 bar; at least 2 are needed"),
        ((), "EURUSD.csv: holds a header and no bars"),
        (
            (*ROWS, "2017-01-02 03:30,1.05,1.06,1.04,1.05,9,9"),
            "EURUSD.csv:6: this H1 bar opens at 2017-01-02 03:30, not at 2017-01-02 03:00",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line(
    tmp_path: Path, rows: tuple[str, ...], message: str
) -> None:
    assert refused(written(tmp_path, *rows)).startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "b.csv: the file is empty"),
        (b" \n\n", "b.csv: the file is empty"),
        (b"\x00\x81\xff", "b.csv:1: is no text"),
        (HEADER.replace(",", ";").encode(), "b.csv: holds a header and no bars"),
        (HEADER.replace(",", " ").encode(), "b.csv:1: the first line is 'time open high"),
        (b"hello", "b.csv:1: the first line is 'hello'; columns separated by commas, semicolons"),
        (b"time,open,high,close,volume\n1,1,1,1,1", "b.csv:1: no column low"),
        (b"when,open,high,low,close,volume\n", "b.csv:1: no column is named time or date"),
        (b"time,open,open,low,close,volume,high\n", "b.csv:1: column open stands twice"),
        (ROWS[0].encode() + b"\n", "b.csv:1: 7 values and no header that says what they are"),
        (b"x" + ROWS[0].encode() + b"\n", "b.csv:1: 'x2017-01-02 00:00' is no time, and the row"),
        (
            gzip.compress(b"time,open" * 99, mtime=0)[:30],
            "b.csv: the gzip file is damaged or cut short",
        ),
    ],
)
def test_a_file_that_holds_no_bars_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(content)
    assert refused(path).startswith(message)


def test_a_price_between_two_points_is_refused(tmp_path: Path) -> None:
    rows = [f"{h // 24 + 1:02}" for h in range(200)]
    lines = [
        f"2017-01-{day} {h % 24:02}:00,1.05001,1.05100,1.04900,1.05050,100,10"
        for h, day in enumerate(rows)
    ]
    lines[150] = lines[150].replace("1.05050", "1.0505003")
    assert refused(written(tmp_path, *lines)).startswith(
        "EURUSD.csv:152: close 1.0505003 is no whole number of points of 0.00001"
    )


def test_a_path_that_leads_nowhere_names_what_is_there(tmp_path: Path) -> None:
    written(tmp_path, *ROWS)
    assert "holds EURUSD.csv" in refused(tmp_path / "EURUSF.csv")


@pytest.mark.parametrize("damage", ["cut", "other", "value"])
def test_a_damaged_store_is_refused(tmp_path: Path, damage: str) -> None:
    bars = read_bars(written(tmp_path, *ROWS), cached=False)
    content = bars_bytes(bars)
    path = tmp_path / "a.npz"
    if damage == "value":
        changed = bars.between(0, 4)
        object.__setattr__(changed, "close", bars.close + 1)
        with np.load(io.BytesIO(content)) as stored:
            parts = {name: stored[name] for name in stored}
        np.savez(path, **(parts | {"close": changed.close}))
    else:
        path.write_bytes(content[:-200] if damage == "cut" else b"nothing")
    assert "a.npz: " in refused(path)


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, *ROWS), cached=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_bars(tmp_path / "file" / "a.npz", bars)


@pytest.mark.parametrize("name", TIMEFRAMES)
def test_timeframes_have_names(name: str) -> None:
    assert timeframe_name(timeframe_seconds(name)) == name


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("EURUSD_H1.csv", "EURUSD"), ("usdjpy.csv.gz", "USDJPY"), ("1.csv", "SYMBOL")],
)
def test_the_symbol_comes_from_the_file_name(name: str, symbol: str) -> None:
    assert symbol_of(Path(name)) == symbol
