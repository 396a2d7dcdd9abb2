"""`genfx portfolio`, and `verify` and `import` of what it writes: files, figures, exit codes."""

from __future__ import annotations

import json
import re
from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from backtest.market import Account, Market, Symbol
from codegen.host.compiler import CompilerMissing, find_compiler
from codegen.mql5.portfolio import portfolio_parts
from dsl.text.lower import parse
from genfx.bars.sources import load_bars
from genfx.cli.app import app
from genfx.portfolio.correlation import STEPS, changes, correlation, correlation_facts
from genfx.portfolio.spans import PortfolioSpan, falls, portfolio_spans
from genfx.report.portfolio_figures import longest_below
from genfx.report.portfolio_page import portfolio_html

TREND = """strategy "Trend" {
    enter long when close > ema(close, 20)
    exit long when close < ema(close, 20)
    size 0.1 lots
}"""
SHORT = """strategy "Turn <&>" {
    enter short when close > ema(close, 20)
    exit short when close < ema(close, 20)
    size 0.1 lots
}"""
IDLE = 'strategy "Idle" { enter long when close > 9 exit after 3 bars size 0.1 lots }'
CONFIG = """[data]
bars = "sample"
[spans]
in_sample = [2017-01-01, 2017-03-01]
gate = [2017-03-01, 2017-03-20]
holdout = [2017-03-20, 2017-04-10]
"""


def genfx(*words: object, code: int = 0) -> Result:
    ran = CliRunner().invoke(app, [str(word) for word in words])
    assert ran.exit_code == code, ran.output
    return ran


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = []
    for name, text in (("trend", TREND), ("short", SHORT), ("idle", IDLE)):
        found.append(tmp_path / f"{name}.strat")
        found[-1].write_text(text)
    return found


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "run.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def _compiler() -> None:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")


@pytest.fixture(scope="module")
def span() -> PortfolioSpan:
    bars = load_bars("sample").between(0, 3000)
    market = Market(bars, Symbol("EURUSD", bars.digits), Account(), first=100)
    parts = portfolio_parts([parse(text) for text in (TREND, SHORT, IDLE)])
    (found,) = portfolio_spans(parts, [("in_sample", market)])
    return found


# Correlation and figures


def test_parts_that_trade_against_each_other_are_correlated_below_zero(span: PortfolioSpan) -> None:
    for step in STEPS:
        one, other, idle = correlation(span, step).rows
        assert one[0] == pytest.approx(1.0)
        assert one[1] == other[0]
        assert one[1] is not None
        assert one[1] < -0.5
        assert idle == (None, None, None)  # it never traded


def test_changes_of_days_and_months_add_up_to_the_result(span: PortfolioSpan) -> None:
    for step in (changes(span, "day"), changes(span, "month")):
        ends = [one.equity[-1] - one.deposit for one in span.results]
        assert step.sum(axis=1) == pytest.approx(ends)
    facts = correlation_facts(span)
    assert list(facts) == ["days", "months"]


def test_falls_begin_at_the_deposit() -> None:
    found = falls(np.array([90.0, 110.0, 99.0]), 100.0)
    assert found == pytest.approx([-10.0, 0.0, -10.0])


@pytest.mark.parametrize(
    ("below", "seconds"),
    [
        ((0, 0, 0, 0), 0),
        ((0, 1, 0, 0), 20),
        ((0, 0, 0, 1), 70),
        ((1, 0, 0, 0), 10),
        ((1, 1, 1, 1), 90),
    ],
    ids=["never", "amid", "at the end", "from the start", "always"],
)
def test_time_below_a_peak_leaves_out_pauses_between_peaks(
    below: tuple[int, ...], seconds: int
) -> None:
    times = np.array([0, 10, 20, 90])
    assert longest_below(np.array(below, dtype=np.bool_), times) == seconds


def test_a_report_shows_the_sum_and_each_part_on_every_span(span: PortfolioSpan) -> None:
    later = replace(span, name="holdout")
    page = portfolio_html([span, later], "not verified")
    assert page == portfolio_html([span, later], "not verified")
    assert "Turn &lt;&amp;&gt;" in page
    assert "<script" not in page
    assert "http" not in page
    for text in ("in-sample", "holdout", "Correlation of the parts", "together"):
        assert text in page
    assert page.count("<polyline") == 2 * (3 + 1) + 2
    assert f"{span.lines[-1].net_profit:,.2f}" in page


# The command


def test_all_files_are_written_on_request(files: list[Path], config: Path) -> None:
    out = config.with_name("both.mq5")
    report = config.with_name("both.html")
    ran = genfx("portfolio", *files, "--out", out, "--config", config, "--ini", "--report", report)
    assert "Correlation of daily results: -0." in ran.output
    tester = ConfigParser(delimiters="=", strict=True)
    tester.optionxform = str  # type: ignore[assignment,method-assign]
    tester.read_string(out.with_suffix(".ini").read_text("ascii"))
    assert tester["Tester"]["Expert"] == "both"
    days = tester["Tester"]["FromDate"], tester["Tester"]["ToDate"]
    assert days == ("2017.01.01", "2017.04.10")
    assert tester["TesterInputs"]["P3_Weight"].startswith("0.333")
    names = re.findall(r"^input \w+ (\w+) =", out.read_text(), re.MULTILINE)
    assert list(tester["TesterInputs"]) == names
    assert "holdout" in report.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--verify"], "--verify needs bars"),
        (["--ini"], "--ini needs bars"),
        (["--report", "REPORT"], "--report needs bars"),
        (["--magics", "5,5"], "magic numbers 5, 5: 2 different ones are wanted"),
        (["--magics", f"5,{2**63}"], "2 different ones are wanted, from 1 to 2^63 - 1"),
        (["--magics", "5"], "magic numbers 5: 2 different ones"),
        (["--magics", "5,x"], "--magics 5,x: is no list of numbers"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    files: list[Path], tmp_path: Path, options: list[str], said: str
) -> None:
    out = tmp_path / "both.mq5"
    given = [str(tmp_path / "page.html") if word == "REPORT" else word for word in options]
    ran = genfx("portfolio", *files[:2], "--out", out, *given, code=2)
    assert said in " ".join(ran.output.split())
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".strat"] * 3


def test_equal_strategies_are_told(files: list[Path], tmp_path: Path) -> None:
    ran = genfx("portfolio", files[0], files[0], "--out", tmp_path / "twice.mq5")
    assert "part 2 is the strategy of part 1" in ran.output


def facts(*words: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(genfx(*words, "--json", code=code).stdout)
    return found


@pytest.mark.usefixtures("_compiler")
def test_a_portfolio_is_verified_imported_and_written_again_the_same(
    files: list[Path], config: Path
) -> None:
    out = config.with_name("both.mq5")
    options = ("--weights", "0.5,0.3", "--magics", "31,40", "--capital", "5000")
    made = facts("portfolio", *files[:2], "--out", out, *options, "--config", config, "--verify")
    assert made["verification"]["equal"] is True
    names = [one["name"] for one in made["verification"]["spans"]]
    assert names == ["in_sample", "gate", "holdout"]
    assert made["verification"]["deals"] > 20
    assert made["files"] == [str(out), str(out.with_suffix(".set"))]
    again = facts("verify", out, "--config", config, "--from", "2017-01-01", "--to", "2017-03-01")
    assert again["equal"] is True
    assert again["capital"] == 5000.0
    assert [one["engine"] for one in again["parts"]] == [one["expert"] for one in again["parts"]]

    read = facts("import", out, "--out", config.with_name("part.strat"))
    assert [row["strategy_id"] for row in read["parts"]] == [
        row["strategy_id"] for row in made["parts"]
    ]
    for path, row in zip(read["files"], made["parts"], strict=True):
        assert parse(Path(path).read_text()).strategy_id == row["strategy_id"]
    words = read["command"].split()[2:-1]
    copy = config.with_name("copy.mq5")
    genfx("portfolio", *words, copy)
    plain = config.with_name("plain.mq5")
    genfx("portfolio", *files[:2], "--out", plain, *options)
    assert copy.read_text() == plain.read_text()
    plain.with_suffix(".set").write_bytes(b"mine")
    assert "plain.set: exists" in genfx("portfolio", *words, plain, code=2).stderr
    genfx("portfolio", *words, plain, "--force")
    assert plain.with_suffix(".set").read_bytes() != b"mine"


def test_of_the_parts_of_an_import_all_are_written_or_none(
    files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "both.mq5"
    genfx("portfolio", *files[:2], "--out", out)
    (tmp_path / "part_2.strat").mkdir()
    before = sorted(tmp_path.iterdir())
    ran = genfx("import", out, "--out", tmp_path / "part.strat", code=2)
    assert "part_2.strat: is a folder" in ran.output
    assert sorted(tmp_path.iterdir()) == before


def test_a_share_below_one_cent_is_refused(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "both.mq5"
    words = ("portfolio", *files[:2], "--out", out, "--weights", "0.0000001,0.5")
    for options in (("--data", "sample"), ("--capital", "10000")):
        ran = genfx(*words, *options, code=2)
        assert "weight 1e-07 of 10,000.00 is below one cent" in ran.output
        assert not out.exists()


@pytest.mark.usefixtures("_compiler")
def test_a_portfolio_that_trades_otherwise_ends_with_one(files: list[Path], config: Path) -> None:
    out = config.with_name("both.mq5")
    genfx("portfolio", *files[:2], "--out", out)
    text = out.read_text()
    wrong = text.replace("decision.long_entry = gt_1;", "decision.long_entry = !gt_1;")
    assert wrong != text
    out.write_text(wrong)
    found = facts("verify", out, "--config", config, "--to", "2017-02-01", code=1)
    assert found["equal"] is False
    assert found["parts"][0]["difference"].startswith("deal 1: time is 2017-01-")
    assert found["parts"][1]["equal"] is True
    assert "is not as genfx wrote it" in found["notes"][0]
    shown = genfx("verify", out, "--config", config, "--to", "2017-02-01", code=1).output
    assert "DIFFERENT" in shown
    assert "Expert Advisor" in shown


@pytest.mark.usefixtures("_compiler")
def test_inputs_of_a_set_file_are_verified_too(files: list[Path], config: Path) -> None:
    out = config.with_name("both.mq5")
    genfx("portfolio", *files[:2], "--out", out)
    values = config.with_name("own.set")
    values.write_text("P1_Weight=0.25\nP2_InpLots=0.2\n")
    shift = ("--set", values, "--to", "2017-02-01")
    found = facts("verify", out, "--config", config, *shift)
    assert found["equal"] is True
    assert found["parts"][0]["weight"] == 0.25
    assert found["notes"][0].startswith("P2_InpLots = 0.2 (emitted: 0.1)")
