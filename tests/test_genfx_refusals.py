"""Odd use of the command line: JSON errors, folders as files, links, spans."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backtest.files import write_all, write_whole
from dsl.errors import DataError
from genfx.__main__ import main
from genfx.cli.app import app
from genfx.cli.show import json_text

CROSS = """\
strategy "EMA cross" {
    enter long when ema(close, 12) crosses above ema(close, 26)
    size 0.1 lots
}
"""
NEVER = 'strategy "never" { enter long when rsi(close, 14) > 100 size 0.1 lots }'


def genfx(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def strategy(folder: Path, text: str = CROSS) -> Path:
    path = folder / "cross.strat"
    path.write_text(text)
    return path


def test_with_json_an_error_is_an_object_too(tmp_path: Path) -> None:
    told = genfx("backtest", strategy(tmp_path, NEVER), "--json", code=2)
    assert "never trades" in json.loads(told.stdout)["error"]["message"]
    assert "never trades" in told.stderr
    told = genfx("nodes", "xyz", "--json", code=2)
    assert json.loads(told.stdout)["error"]["hint"] == "`genfx nodes` lists all"


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    file = strategy(tmp_path)
    for out in (tmp_path, "."):
        told = genfx("export", file, "--to", "mql5", "--out", out, code=2)
        assert "is a folder" in told.stderr


def test_a_strategy_is_not_exported_onto_itself_by_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = strategy(tmp_path)
    monkeypatch.chdir(tmp_path)
    told = genfx("export", file.name, "--to", "strat", "--out", file, code=2)
    assert "would be overwritten" in told.stderr


def test_formatting_follows_a_link(tmp_path: Path) -> None:
    file = strategy(tmp_path, CROSS.replace("  ", " "))
    link = tmp_path / "link.strat"
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("no links here")
    genfx("fmt", link)
    assert link.is_symlink()
    genfx("fmt", "--check", file)


def test_series_write_json_to_a_file_and_plot_to_none(tmp_path: Path) -> None:
    out = tmp_path / "s.json"
    genfx("series", "close", "--data", "sample", "--last", "2", "--json", "--out", out)
    assert len(json.loads(out.read_text())) == 2
    genfx("series", "close", "--data", "sample", "--plot", "--out", tmp_path / "p.csv", code=2)
    assert not (tmp_path / "p.csv").exists()


def test_json_holds_null_where_a_number_has_no_end() -> None:
    assert json.loads(json_text({"a": [math.inf, 1.5], "b": math.nan})) == {
        "a": [None, 1.5],
        "b": None,
    }


def test_a_stretch_that_ends_before_it_begins_is_told(tmp_path: Path) -> None:
    dates = ["--from", "2017-06-01", "--to", "2017-01-01"]
    told = genfx("backtest", strategy(tmp_path), "--data", "sample", *dates, code=2)
    assert "--from and --to: ends before it begins" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("backtest", "x.strat", "--nope"), "No such option: --nope"),
        (("backtest",), "Missing argument"),
        (("nope",), "No such command 'nope'"),
        (("data", "nope"), "No such command 'nope'"),
        (("--nope",), "No such option: --nope"),
    ],
)
def test_with_json_wrong_usage_is_an_object_too(arguments: tuple[str, ...], told: str) -> None:
    found = genfx(*arguments, "--json", code=2)
    assert told in json.loads(found.stdout)["error"]["message"]
    assert "Usage" in found.stderr


def test_a_search_without_an_end_is_told_by_its_keys(tmp_path: Path) -> None:
    config = tmp_path / "endless.toml"
    config.write_text("seed = 1\n[search]\ngenerations = 0\n")
    told = genfx("evolve", config, "--out", tmp_path / "run", code=2)
    assert f"{config}:2: search: generations, evaluations and seconds are all 0" in told.stderr
    assert not (tmp_path / "run").exists()


def test_lines_may_end_as_old_macs_end_them(tmp_path: Path) -> None:
    rows = [f"2020-01-01 {hour:02}:00,1.1,1.2,1.0,1.1,5" for hour in range(9)]
    path = tmp_path / "EURUSD_H1.csv"
    path.write_bytes("\r".join(["time,open,high,low,close,volume", *rows, ""]).encode())
    facts = json.loads(genfx("data", "info", path, "--json").output)
    assert facts["bars"] == 9
    assert facts["repeated_bars"] == 8
    path.write_bytes("\r".join(["time,open,high,low,close,volume", *rows, "spoilt"]).encode())
    assert f"{path}:11:" in genfx("data", "info", path, code=2).stderr


def test_a_path_without_a_name_is_no_file() -> None:
    with pytest.raises(DataError, match="is a folder"):
        write_whole(Path("."), b"")


@pytest.mark.parametrize("second", ["folder", "part/b"])
def test_of_files_that_belong_together_all_are_written_or_none(tmp_path: Path, second: str) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a", "part"):
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(DataError, match="cannot be written"):
        write_all({tmp_path / "a": b"new", tmp_path / second: b"new"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "folder", "part"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_file_that_a_command_reads_is_never_replaced(tmp_path: Path) -> None:
    file = strategy(tmp_path)
    expert = tmp_path / "cross.mq5"
    genfx("export", file, "--to", "mql5")
    before = file.read_bytes(), expert.read_bytes()
    for wrong in (
        ("backtest", file, "--data", "sample", "--deals", file),
        ("import", expert, "--out", expert),
        ("series", "close", "--data", "sample", "--of", file, "--out", file),
        ("portfolio", file, file, "--out", tmp_path / "both.set"),
    ):
        genfx(*wrong, code=2)
    assert (file.read_bytes(), expert.read_bytes()) == before


def test_a_pipe_is_written_into_and_stays(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"whole")
        assert os.read(reader, 100) == b"whole"
        assert pipe.is_fifo()
    finally:
        os.close(reader)


def test_names_that_the_system_refuses_are_told(tmp_path: Path) -> None:
    file, long = strategy(tmp_path), tmp_path / ("x" * 300)
    assert "too long" in genfx("export", file, "--to", "mql5", "--out", long, code=2).stderr
    assert "too long" in genfx("verify", long, code=2).stderr


@pytest.mark.parametrize("number", ["1e999", "1" + "0" * 400])
def test_an_objective_has_no_endless_number(tmp_path: Path, number: str) -> None:
    told = genfx("export", strategy(tmp_path), "--to", "mql5", "--objective", number, code=2)
    assert "too large" in told.stderr


def test_minus_signs_before_a_number_add_up(tmp_path: Path) -> None:
    file = tmp_path / "signs.strat"
    for signs, wanted in (("--", "close > 1\n"), ("---", "close > -1\n")):
        file.write_text(NEVER.replace("rsi(close, 14) > 100", f"close > {signs}1"))
        genfx("fmt", file)
        assert wanted in file.read_text()


def test_a_number_of_thousands_of_digits_in_boxes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_text('{"boxes": ' + "9" * 5000 + "}")
    assert "endless number" in genfx("check", file, code=2).stderr


def test_a_run_never_takes_the_folder_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("...toml").write_text("[search]\ngenerations = 1\n")
    Path("runs/run").mkdir(parents=True)
    Path("runs/run/mine").touch()
    assert "runs/run: exists already" in genfx("evolve", "...toml", code=2).stderr


def test_a_box_title_is_one_line(tmp_path: Path) -> None:
    boxes = tmp_path / "a.json"
    genfx("export", strategy(tmp_path), "--to", "json", "--out", boxes)
    for title in ("a\nb", "\udcff"):
        boxes.write_text(json.dumps(json.loads(boxes.read_text()) | {"title": title}))
        told = genfx("check", boxes, code=2).output
        assert "it is one line of printable characters" in told


def test_a_link_to_itself_is_no_place_to_write(tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    try:
        ring.symlink_to(ring)
    except OSError:
        pytest.skip("no links here")
    for out in (ring, ring / "x"):
        genfx("export", strategy(tmp_path), "--to", "mql5", "--out", out, code=2)
        genfx("series", "close", "--data", "sample", "--last", "2", "--out", out, code=2)
    assert ring.is_symlink()


@pytest.mark.parametrize("name", ["a\\u0000b", "ring.strat"])
def test_what_cannot_be_included_is_told(tmp_path: Path, name: str) -> None:
    ring = tmp_path / "ring.strat"
    try:
        ring.symlink_to(ring)
    except OSError:
        pytest.skip("no links here")
    file = strategy(tmp_path, CROSS.replace("{", f'{{ include "{name}"', 1))
    assert ":1:" in genfx("check", file, code=2).stderr


def test_a_library_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "lib.strat").write_bytes(b'\xef\xbb\xbflibrary "l" { fast = ema(close, 12) }')
    text = CROSS.replace("{", '{ include "lib.strat"', 1).replace("ema(close, 12)", "fast")
    genfx("check", strategy(tmp_path, text))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--threads", "10000"),
        ("--threads", "-1"),
        ("--seed", "-1"),
        ("--seed", str(2**63)),
        ("--evaluations", str(10**18)),
        ("--objective", "1"),
    ],
)
def test_an_option_beyond_all_use_is_told(tmp_path: Path, wrong: tuple[str, str]) -> None:
    genfx("tune", strategy(tmp_path), "--data", "sample", *wrong, code=2)
    assert not (tmp_path / "cross_tuned.strat").exists()


def test_an_objective_without_a_value_is_not_blamed_on_the_strategy(tmp_path: Path) -> None:
    few = ["--data", "sample", "--evaluations", "2", "--threads", "1"]
    told = genfx("tune", strategy(tmp_path), *few, "--objective", "PROFIT / 0", code=2)
    assert "'PROFIT / 0' has no value in any of 2 tests" in told.stderr


def test_ctrl_c_while_it_loads_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("genfx.cli.app.app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
