"""`genfx data` as a user meets it: import with notes, info with a picture, resample, refusals."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from backtest.history.reading import read_bars
from dsl.errors import ConfigError
from genfx.bars.sources import load_bars
from genfx.cli.app import app
from genfx.config.sections import SymbolFacts
from genfx.markets import symbol_facts


def data(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def points_file(folder: Path) -> Path:
    path = folder / "prices_H1.csv"
    rows = (f"16.11.2012 0{h}:00,158611,158618,158572,158599,9" for h in range(5))
    path.write_text("\n".join(("Gmt time,Open,High,Low,Close,Volume", *rows)))
    return path


def test_import_says_how_it_read_the_file(tmp_path: Path) -> None:
    out = tmp_path / "g.npz"
    output = data("import", points_file(tmp_path), "--symbol", "GBPUSD", "--out", out).output
    assert "note: prices are in points: 158611 is read as 1.58611" in output
    assert (read_bars(out).digits, read_bars(out).timezone) == (5, "UTC")
    again = data("import", points_file(tmp_path), "--out", out, "--force", "--json").output
    assert json.loads(again)["notes"][0].startswith("prices are in points")


def test_a_symbol_that_is_only_a_word_of_the_files_name_is_told(tmp_path: Path) -> None:
    file, out = points_file(tmp_path), tmp_path / "p.npz"
    told = "note: the symbol PRICES is a word of the file's name"
    assert told in data("import", file, "--out", out).output
    assert (
        "note: the symbol"
        not in data("import", file, "--symbol", "US30", "--out", out, "--force").output
    )
    with pytest.raises(ConfigError, match="currency of US30 cannot be seen") as refused:
        symbol_facts(read_bars(out), SymbolFacts())
    assert "--symbol EURUSD" in str(refused.value)


def test_import_moves_bars_to_the_servers_clock(tmp_path: Path) -> None:
    out = tmp_path / "g.npz"
    data(
        "import", points_file(tmp_path), "--to-server", "UTC+2", "--server-dst", "us", "--out", out
    )
    bars = read_bars(out)
    assert bars.timezone == "UTC+2 dst us"
    assert str(np.datetime64(int(bars.time[0]), "s")) == "2012-11-16T02:00:00"


def test_info_tells_gaps_weekends_spread_and_draws(tmp_path: Path) -> None:
    picture = tmp_path / "sample.png"
    facts = json.loads(data("info", "sample", "--plot", picture, "--json").stdout)
    assert facts["data_hash"] == load_bars("sample").data_hash
    assert facts["weekends"] == 51
    assert facts["spread_median"] == 10
    assert facts["spread_points"] == {"lowest": 10, "median": 10, "mean": 10, "highest": 10}
    assert sum(facts["bars_by_day"].values()) == facts["bars"]
    assert facts["weekend_bars"] == facts["bars_by_day"]["Sun"]
    assert facts["longest_gaps"] == ["2017-12-25 07:00 to 2017-12-25 22:00 (14 bars)"]
    assert facts["missing_bars"] >= facts["gaps"] > 0
    image = Image.open(io.BytesIO(picture.read_bytes()))
    assert (image.format, image.size) == ("PNG", (1600, 900))
    assert len(image.getcolors(1 << 20) or []) > 5


def minutes_file(folder: Path, head: str = "", volume: int = 0) -> Path:
    """Write minutes as HistData packs them, of a few hours, whose clock no weekend shows."""
    path = folder / "DAT_MT_EURUSD_M1_201607.csv"
    rows = [f"2016.07.01,{m // 60:02}:{m % 60:02},1.10,1.11,1.09,1.10,{volume}" for m in range(90)]
    path.write_text("\n".join([head, *rows] if head else rows))
    return path


def test_a_spread_that_no_bar_has_is_not_known(tmp_path: Path) -> None:
    out = tmp_path / "minutes.npz"
    data("import", minutes_file(tmp_path), "--out", out)
    facts = json.loads(data("info", out, "--json").stdout)
    assert (facts["spread_median"], facts["spread_points"]) == (None, {})
    shown = [line for line in data("info", out).stdout.splitlines() if line.startswith("spread")]
    assert [line.split(maxsplit=2)[2].strip() for line in shown] == [
        "0% of bars",
        "not known",
        "not known",
    ]


def test_the_clock_of_histdatas_form_is_told_not_guessed(tmp_path: Path) -> None:
    def notes(path: Path, *more: object) -> str:
        out = data("import", path, "--out", tmp_path / "minutes.npz", "--force", *more).stdout
        return " ".join(out.split())

    told = "HistData's form, whose clock is EST without daylight saving: --timezone EST"
    assert told in notes(minutes_file(tmp_path))
    assert read_bars(tmp_path / "minutes.npz").timezone == "server"
    assert told not in notes(minutes_file(tmp_path), "--timezone", "EST")
    assert told not in notes(minutes_file(tmp_path, volume=3))
    head = "date,time,open,high,low,close,volume"
    assert told not in notes(minutes_file(tmp_path, head))


def test_info_fits_a_table_and_help_shows_examples() -> None:
    lines = " ".join(data("info", "sample").output.split())
    assert "spread points lowest 10, median 10, mean 10, highest 10" in lines
    for command in ("import", "info", "resample"):
        assert f"Example: genfx data {command}" in " ".join(data(command, "--help").output.split())


def test_info_draws_png_only(tmp_path: Path) -> None:
    assert "--plot a.png" in data("info", "sample", "--plot", tmp_path / "a.gif", code=2).stderr
    assert not list(tmp_path.iterdir())


def test_resample_stores_larger_bars(tmp_path: Path) -> None:
    out = tmp_path / "d.npz"
    data("resample", "sample", "d1", "--out", out)
    days, hours = read_bars(out), load_bars("sample")
    assert (days.timeframe, len(days)) == (86_400, len(set((hours.time // 86_400).tolist())))
    assert days.tick_volume.sum() == hours.tick_volume.sum()
    assert "cannot become M30" in data("resample", "sample", "M30", code=2).stderr
    assert "exists" in data("resample", "sample", "D1", "--out", out, code=2).stderr


@pytest.mark.parametrize("where", ["no/such/../file.txt/x.npz", "folder.npz"])
def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path, where: str) -> None:
    (tmp_path / "no").write_text("a file where a folder is wanted")
    (tmp_path / "folder.npz").mkdir()
    out = tmp_path / where
    error = data("import", points_file(tmp_path), "--out", out, "--force", code=2).stderr
    assert "cannot be written" in error
    assert not [path for path in tmp_path.rglob("*") if "aside" in path.name]
