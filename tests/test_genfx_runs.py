"""`genfx runs`: the runs of a folder, whatever became of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from genfx.cli.app import app

FIGURES = {
    "in_sample": {"net_profit": 1234.5, "profit_factor": 2.5},
    "holdout": {"net_profit": -56.0, "profit_factor": None},
}


def runs(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(app, ["runs", *words])
    assert found.exit_code == code, found.output
    return found


def run_folder(path: Path, day: int, *, results: str | None = None) -> None:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"name": "mine", "config": {"seed": 5}}))
    (path / "run.log").write_text(f"2026-03-{day:02} 10:20:30      0.00s session begins\n")
    if results is not None:
        (path / "run.json").write_text(results)


def results(**changed: object) -> str:
    facts = {
        "name": "mine",
        "status": "finished",
        "seed": 5,
        "data": {"symbol": "EURUSD", "timeframe": 3600},
        "strategies": [{"figures": FIGURES}, {"figures": {}}],
    }
    return json.dumps(facts | changed)


def rows(folder: Path) -> list[list[str]]:
    return [line.split() for line in runs("list", str(folder)).output.splitlines()[2:]]


def test_runs_stand_in_a_line_each_the_newest_first(tmp_path: Path) -> None:
    run_folder(tmp_path / "old", 1, results=results())
    run_folder(tmp_path / "new", 9, results=results(strategies=[]))
    run_folder(tmp_path / "stopped", 5, results=results(status="interrupted"))
    (tmp_path / "something else").mkdir()
    new, stopped, old = rows(tmp_path)
    start = [str(tmp_path / "old"), "2026-03-01", "10:20", "mine", "EURUSD", "H1", "5"]
    assert old == [*start, "2", *("1234", "-56"), *("2.50", "-")]
    assert stopped[7] == "interrupted"
    assert new[7:] == ["0", "-", "-", "-", "-"]


def test_a_run_without_results_or_with_damaged_ones_is_listed(tmp_path: Path) -> None:
    run_folder(tmp_path / "killed", 1)
    run_folder(tmp_path / "cut", 2, results=results()[:-9])
    run_folder(tmp_path / "other", 3, results=results(strategies=[{"figures": {"gate": 3}}]))
    (tmp_path / "killed" / "run.log").unlink()
    assert [row[5 if row[3] == "-" else 4] for row in rows(tmp_path)[:2]] == ["-", "-"]
    found = json.loads(runs("list", str(tmp_path), "--json").output)
    assert [run["status"] for run in found] == ["damaged", "damaged", "unfinished"]
    assert found[2]["begun"] == ""
    assert found[2]["seed"] == 5


def test_without_a_word_the_folder_runs_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = "no runs yet; genfx evolve examples/quickstart.toml makes one"
    assert [runs().output.strip(), runs("list").output.strip()] == [told, told]
    assert runs("list", "--json").output.strip() == "[]"
    assert "other: no such folder" in runs("list", "other", code=2).output
    (tmp_path / "runs").mkdir()
    assert "runs holds no runs" in runs().output
    run_folder(tmp_path / "runs" / "first", 1, results=results())
    assert "EURUSD H1" in runs().output


def test_a_run_is_shown_as_it_was_printed_at_its_end(tmp_path: Path) -> None:
    figures = {"net_profit": 12.0, "profit_factor": 10.0, "max_drawdown": 1.0, "sharpe": None}
    spans = {"holdout": figures | {"trades": 7}, "in_sample": figures | {"trades": 9}}
    proof = {"verified": True, "deals": 1234, "text": ""}
    one = {"file": "01_ab", "figures": spans, "replay": proof}
    more = {"strategies_tried": 5000, "generations": 6, "strategies": [one]}
    run_folder(tmp_path / "mine", 1, results=results(**more))
    shown = runs(str(tmp_path / "mine")).output
    assert shown == runs("show", str(tmp_path / "mine")).output
    assert "5,000 strategies tried in 6 generations" in shown
    assert "Side by side: in-sample, holdout" in shown
    assert "1,234 deals equal" in shown
    assert "is the cap" in shown
    assert runs(str(tmp_path)).output == runs("list", str(tmp_path)).output
    run_folder(tmp_path / "cut", 1, results=results(strategies_tried=1))
    assert "is damaged" in runs("show", str(tmp_path / "cut"), code=2).stderr
