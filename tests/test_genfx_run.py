"""Runs end to end on the bundled year: the run folder, repeatability, interruption, refusals."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codegen.evaluate import Evaluator
from dsl.errors import RunError
from dsl.text.lower import parse
from genfx import api
from genfx.cli.app import app
from genfx.markets import market
from genfx.runs.diversity import distinct_first
from genfx.runs.finalists import FIGURES
from genfx.runs.folder import create_folder, publish
from genfx.runs.luck import lucky_sharpe
from gp.evolve import Progress

CONFIG = """\
seed = 3
[spans]
in_sample = [0.0, 0.3]
gate = [0.3, 0.4]
holdout = [0.4, 0.5]
[search]
generations = 3
pairs = 12
start = 30
population = 12
[search.gate]
scope = "off"
[fitness]
min_trades = 10
[pso]
best = 1
evaluations = 30
[output]
strategies = 3
verify = false
"""
ASIDE_FROM_RESULTS = {"run.sqlite", "run.log"}


class Interrupting:
    """An observer that does what Ctrl-C does after some steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def progress(self, progress: Progress) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def config_file(folder: Path, text: str = CONFIG) -> Path:
    path = folder / "small.toml"
    path.write_text(text)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    names = {path.name for path in folder.iterdir()} - ASIDE_FROM_RESULTS
    return {name: (folder / name).read_bytes() for name in sorted(names)}


def dumped(folder: Path) -> str:
    return CliRunner().invoke(app, ["runs", "dump", str(folder)]).stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    arguments = ["evolve", str(config_file(folder)), "--out", str(folder / "run"), "--threads", "1"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (folder / "screen.txt").write_text(result.output)
    return folder / "run"


def test_a_run_folder_holds_the_best_in_every_form(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    stems = sorted(path.stem for path in finished.glob("*.strat"))
    assert len(stems) == 3
    assert all(re.fullmatch(r"\d\d_[0-9a-f]{8}", stem) for stem in stems)
    expected = {stem + suffix for stem in stems for suffix in (".strat", ".mq5", ".set", ".py")}
    rest = {"results.csv", "run.json", "logbook.csv", "report.html", "config.json"}
    assert names == expected | rest | ASIDE_FROM_RESULTS


def test_files_of_a_run_are_the_strategies_they_name(finished: Path) -> None:
    facts = json.loads((finished / "run.json").read_text())
    for entry in facts["strategies"]:
        strategy = parse((finished / f"{entry['file']}.strat").read_text())
        assert strategy.strategy_id == entry["strategy_id"]
        assert strategy.strategy_id in (finished / f"{entry['file']}.mq5").read_text()
        assert strategy.inputs
        assert strategy.title == f"EURUSD H1 {entry['strategy_id'][:8]}"
        assert "untitled" not in (finished / f"{entry['file']}.mq5").read_text()


def test_an_expert_advisor_keeps_its_magic_number_when_exported_again(finished: Path) -> None:
    for path in sorted(finished.glob("*.strat")):
        again = CliRunner().invoke(app, ["export", str(path), "--to", "mql5", "--out", "-"])
        lines = [
            next(line for line in text.splitlines() if line.startswith("input long MagicNumber"))
            for text in (again.stdout, path.with_suffix(".mq5").read_text())
        ]
        assert lines[0] == lines[1]


def test_results_stand_side_by_side_for_the_three_spans(finished: Path) -> None:
    rows = list(csv.DictReader((finished / "results.csv").read_text().splitlines()))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    for name in FIGURES:
        assert all(f"{span}_{name}" in rows[0] for span in ("in_sample", "gate", "holdout"))


def test_a_backtest_of_a_result_gives_the_figures_of_the_run(finished: Path) -> None:
    facts = json.loads((finished / "run.json").read_text())
    best = facts["strategies"][0]
    bars = api.load_bars("sample")
    strategy = parse((finished / f"{best['file']}.strat").read_text())
    half = bars.between(0, round(0.3 * len(bars)))
    tested = api.backtest(strategy, half)
    assert tested.result.net_profit == best["figures"]["in_sample"]["net_profit"]
    assert tested.result.trades == best["figures"]["in_sample"]["trades"]


def test_a_run_is_listed_with_what_its_first_strategy_did(finished: Path) -> None:
    arguments = ["runs", "list", str(finished), "--json"]
    (listed,) = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    facts = json.loads((finished / "run.json").read_bytes())
    assert listed["figures"] == facts["strategies"][0]["figures"]
    assert (listed["name"], listed["data"], listed["seed"]) == ("small", "EURUSD H1", 3)
    assert listed["begun"][:13] in (finished / "run.log").read_text()


def test_run_json_repeats_the_run_and_knows_no_clock(finished: Path) -> None:
    text = (finished / "run.json").read_text()
    facts = json.loads(text)
    assert facts["seed"] == 3
    assert facts["status"] == "finished"
    assert facts["data"]["hash"] == api.load_bars("sample").data_hash
    assert facts["strategies_tried"] > 30
    assert "threads" not in text
    assert "session begins, 1 threads" in (finished / "run.log").read_text()


def test_the_screen_shows_spans_and_how_many_were_tried(finished: Path) -> None:
    screen = (finished.parent / "screen.txt").read_text()
    assert "in-sample, gate, holdout" in screen
    assert "strategies were tried" in screen
    assert "generation 1/" in screen


def test_the_report_stands_alone_and_states_the_number_of_trials(finished: Path) -> None:
    html = (finished / "report.html").read_text()
    curves = 3 * 3 * 2  # strategies, spans, profit and drawdown
    assert html.count("<polyline") == curves + 2 + 5  # best and mean of the pool, five criteria
    assert html.count("Profit by month, USD") == 3
    assert "different strategies were tried" in html
    assert "Past performance does not guarantee future results" in html
    assert "http" not in html
    assert "<script" not in html


def test_two_threads_write_the_same_files(finished: Path, tmp_path: Path) -> None:
    api.evolve(config_file(tmp_path), tmp_path / "run", threads=2)
    assert contents(tmp_path / "run") == contents(finished)
    assert dumped(tmp_path / "run") == dumped(finished)


@pytest.mark.parametrize("steps", [1, 3])
def test_an_interrupted_run_is_written_and_ends_like_any_other(
    finished: Path, tmp_path: Path, steps: int
) -> None:
    folder = tmp_path / "run"
    stopped = api.evolve(config_file(tmp_path), folder, Interrupting(steps))
    facts = json.loads((folder / "run.json").read_text())
    assert stopped.outcome.interrupted
    assert facts["status"] == "interrupted"
    assert "holdout" not in facts["strategies"][0]["figures"]
    result = CliRunner().invoke(app, ["evolve", "--resume", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0
    assert contents(folder) == contents(finished)
    assert dumped(folder) == dumped(finished)


@pytest.mark.parametrize("lines", [2, 4])
def test_a_run_killed_at_any_moment_ends_with_the_same_files(
    finished: Path, tmp_path: Path, lines: int
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "genfx", "evolve", str(config_file(tmp_path))]
    with subprocess.Popen([*command, "--out", str(folder)], stdout=subprocess.DEVNULL) as process:
        log = folder / "run.log"
        while process.poll() is None and (not log.exists() or log.read_text().count("\n") < lines):
            time.sleep(0.01)
        time.sleep(random.Random(lines).random() * 0.05)
        process.kill()
    api.resume(folder)
    assert contents(folder) == contents(finished)
    assert dumped(folder) == dumped(finished)


def test_a_search_that_finds_nothing_says_so(tmp_path: Path) -> None:
    text = CONFIG.replace("min_trades = 10", "min_trades = 5000")
    arguments = ["evolve", str(config_file(tmp_path, text)), "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "No strategy passed" in result.output
    assert json.loads((tmp_path / "run" / "run.json").read_text())["strategies"] == []


def test_a_run_folder_that_exists_is_refused(finished: Path, tmp_path: Path) -> None:
    before = contents(finished)
    arguments = ["evolve", str(config_file(tmp_path)), "--out", str(finished)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert "--resume" in result.stderr
    assert contents(finished) == before


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["evolve", str(config_file(tmp_path)), "--out", str(tmp_path / "file" / "run")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_wrong_config_makes_no_folder(tmp_path: Path) -> None:
    text = CONFIG.replace("[0.4, 0.5]", '["2031-01-01", "2032-01-01"]')
    arguments = ["evolve", str(config_file(tmp_path, text)), "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "spans.holdout: 2031-01-01 is outside the data" in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_killed_before_its_store_was_made_continues(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(finished / "config.json", folder)
    arguments = ["evolve", "--resume", str(folder), "--threads", "1"]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    assert contents(folder) == contents(finished)


def test_what_a_killed_start_left_aside_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "run" / ".unfinished").mkdir(parents=True)
    create_folder(tmp_path / "run")
    publish(tmp_path / "run", {"a.txt": b"new"})
    assert contents(tmp_path / "run") == {"a.txt": b"new"}
    with pytest.raises(RunError) as refused:
        create_folder(tmp_path / "run")
    assert "--resume" not in str(refused.value)


@pytest.mark.parametrize("text", ["[]", "{}", "x", '{"name": "x", "config": 3}', '{"config": {}}'])
def test_a_damaged_config_of_a_run_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    result = CliRunner().invoke(app, ["evolve", "--resume", str(tmp_path)])
    assert result.exit_code == 2
    assert "config.json" in result.stderr


def test_a_damaged_store_is_refused(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    for change in (
        "graphs SET graph = '}'",
        "meta SET value = '{' WHERE key = 'state'",
        "meta SET value = 'x' WHERE key = 'step'",
    ):
        with closing(sqlite3.connect(folder / "run.sqlite")) as db, db:
            db.execute(f"UPDATE {change}")
        result = CliRunner().invoke(app, ["evolve", "--resume", str(folder)])
        assert result.exit_code == 2, result.output
        assert "damaged" in result.stderr


def test_a_store_with_damaged_pages_is_refused(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    content = bytearray((folder / "run.sqlite").read_bytes())
    content[5000:] = b"x" * len(content[5000:])
    (folder / "run.sqlite").write_bytes(content)
    for arguments in (["evolve", "--resume"], ["runs", "dump"]):
        result = CliRunner().invoke(app, [*arguments, str(folder)])
        assert result.exit_code == 2, result.output
        assert "run.sqlite: cannot be read" in result.stderr


def test_ctrl_c_exits_with_130_and_leaves_what_was_found(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    steps = Interrupting(2)
    monkeypatch.setattr(
        "genfx.cli.progress.ProgressDisplay.progress", lambda _, step: steps.progress(step)
    )
    budget = config_file(tmp_path, CONFIG.replace("[search]\n", "[search]\nseconds = 1e6\n"))
    arguments = ["evolve", str(budget), "--out", str(folder), "--threads", "1"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 130
    assert "Interrupted after generation" in result.stdout
    assert json.loads((folder / "run.json").read_text())["status"] == "interrupted"
    result = CliRunner().invoke(app, ["evolve", "--resume", str(folder), "--threads", "1"])
    assert result.exit_code == 0
    found, wanted = contents(folder), contents(finished)
    assert {name for name in wanted if found[name] != wanted[name]} == {"config.json", "run.json"}


def test_ctrl_c_amid_publishing_says_how_to_go_on(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    arguments = ["evolve", str(config_file(tmp_path)), "--out", str(folder), "--threads", "1"]
    with monkeypatch.context() as patched:
        patched.setattr("genfx.runs.run.result_files", interrupted)
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 130
    assert f"--resume {folder}" in result.stderr
    result = CliRunner().invoke(app, ["evolve", "--resume", str(folder), "--threads", "1"])
    assert result.exit_code == 0
    assert contents(folder) == contents(finished)


def test_a_full_disk_leaves_no_half_written_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, {"a.txt": b"old"})
    original = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "b.txt":
            original(path, content[:1])
            raise OSError(28, "No space left on device")
        return original(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="No space left on device"):
        publish(tmp_path, {"a.txt": b"new", "b.txt": b"new"})
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_another_config_does_not_continue_a_run(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    stored = json.loads((folder / "config.json").read_text())
    stored["config"]["seed"] = 4
    (folder / "config.json").write_text(json.dumps(stored))
    with pytest.raises(RunError, match="seed"):
        api.resume(folder)


def test_strategies_that_trade_alike_stand_last() -> None:
    text = 'strategy "t" {{ enter long when hour == {} exit after {} bars size 0.1 lots }}'
    first, other = parse(text.format(8, 4)), parse(text.format(14, 4))
    twin = parse('strategy "twin" { enter long when hour == 8 exit after 4 bars size 0.2 lots }')
    bars = api.load_bars("sample").between(0, 1000)
    evaluator = Evaluator(market(api.Config(), bars))
    assert distinct_first([first, twin, other], evaluator) == [first, other, twin]


def test_luck_grows_with_the_number_of_trials_and_shrinks_with_time() -> None:
    assert lucky_sharpe(1, 4.0) == 0.0
    assert lucky_sharpe(100, 4.0) < lucky_sharpe(10_000, 4.0)
    assert lucky_sharpe(100, 16.0) == pytest.approx(lucky_sharpe(100, 4.0) / 2)
