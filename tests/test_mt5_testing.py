"""Unattended tests in MetaTrader: files, compiler, tester and comparison, with a fake terminal."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codegen.host.compiler import build
from codegen.host.replay import replay
from codegen.mql5.reading import read_expert
from codegen.verify.experts import compiler_problem
from dsl.errors import DataError
from dsl.strategy import Strategy
from dsl.text.lower import parse
from genfx.backtests import run_engine
from genfx.cli.app import app
from genfx.config.file import Config
from genfx.exports import ANY_MARKET, with_inputs
from genfx.markets import market
from genfx.terminal.tester import Setting, as_tester, compared, made_job, whole_days
from mt5.comparison import Outcome, compare
from mt5.compiling import parse_log
from mt5.installation import chosen_terminal, found_terminals
from mt5.jobs import JobResult, job_commands, run_job
from mt5.positions import BY_EXPERT, Position, engine_positions, report_positions
from mt5.report import parse_report
from mt5.running import Command, run_program
from tests.support.mt5_reports import ReportDeal, ReportFacts, report_page
from tests.support.mt5_terminal import FakeTerminal, deals_of, installed

TEXT = """strategy "EMA cross" {
    enter long when ema(close, 12) crosses above ema(close, 26)
    enter short when ema(close, 12) crosses below ema(close, 26)
    stop loss 2 * atr(14)
    take profit 3 * atr(14)
    exit after 48 bars
    size 0.1 lots
}"""
STRATEGY = with_inputs(parse(TEXT))
ERROR = "EA.mq5(12,5) : error 256: 'smaa' - undeclared identifier"
WARNING = "EA.mq5(40,9) : warning 43: possible loss of data due to type conversion"


def setting_of(strategy: Strategy = STRATEGY) -> Setting:
    whole = whole_days(market(Config()), strategy)
    return Setting(whole, "open-prices", "cross", "EURUSD")


SETTING = setting_of()
JOB = made_job(STRATEGY, SETTING, ANY_MARKET)


TESTED = as_tester(SETTING.market, "open-prices")
needs_compiler = pytest.mark.skipif(bool(compiler_problem()), reason="no C++ compiler")


@cache
def expected() -> tuple[Position, ...]:
    return engine_positions(run_engine(STRATEGY, TESTED, "fast").deals)


def silent(what: str, seconds: float) -> None:
    assert what in {"compiling", "testing"}
    assert seconds >= 0


def run(fake: FakeTerminal) -> JobResult:
    return run_job(JOB, fake.terminal, fake, 10.0, silent)


def test_a_tester_that_trades_the_same_is_found_the_same(tmp_path: Path) -> None:
    fake = FakeTerminal(installed(tmp_path), expected())
    found = compared(STRATEGY, SETTING, run(fake).report, 0)
    assert found.counts == {Outcome.SAME: len(expected())}
    assert len(expected()) > 50
    assert found.net_profits()[0] == pytest.approx(found.net_profits()[1])
    assert found.first is None


@needs_compiler
def test_the_expert_that_was_written_trades_what_genfx_expects(tmp_path: Path) -> None:
    """The terminal's part is played by the host of verify: it runs the .mq5 in the data folder."""
    fake = FakeTerminal(installed(tmp_path))
    run(fake)
    source = fake.terminal.data / "MQL5" / "Experts" / "genfx" / "cross.mq5"
    played = replay(build([source.read_text(encoding="utf-8")]), 0, TESTED)
    fake.positions = engine_positions(played.deals)
    found = compared(STRATEGY, SETTING, run(fake).report, 0)
    assert found.counts == {Outcome.SAME: len(expected())}


def test_files_lie_where_the_terminal_looks_and_hold_the_strategy(tmp_path: Path) -> None:
    fake = FakeTerminal(installed(tmp_path), expected(), message=WARNING)
    done = run(fake)
    data = fake.terminal.data
    source = data / "MQL5" / "Experts" / "genfx" / "cross.mq5"
    assert read_expert(source.read_text(encoding="utf-8")).strategy == STRATEGY
    assert (data / "MQL5" / "Profiles" / "Tester" / "genfx_cross.set").read_bytes()[
        :2
    ] == b"\xff\xfe"
    assert [message.number for message in done.log.messages] == [43]
    assert "Deposit=10000\r\n" in (data / "genfx" / "cross.ini").read_bytes().decode()
    compiled, tested = fake.commands
    assert f'/compile:"{source}"' in compiled
    assert f'/config:"{data / "genfx" / "cross.ini"}"' in tested


def changed(**values: object) -> dict[Outcome, int]:
    """Return the outcomes where MetaTrader has another tenth position."""
    ours = list(expected())
    theirs = list(ours)
    theirs[9] = replace(ours[9], **values)  # type: ignore[arg-type]
    return {o: n for o, n in compare(ours, theirs, 2).counts.items() if o is not Outcome.SAME}


def test_every_difference_has_its_class() -> None:
    tenth = expected()[9]
    assert changed(lots=0.2) == {Outcome.LOTS: 1}
    assert changed(entry=tenth.entry + 2) == {Outcome.WITHIN: 1}
    assert changed(entry=tenth.entry - 3) == {Outcome.ENTRY: 1}
    assert changed(stop=tenth.stop + 3) == {Outcome.LEVELS: 1}
    assert changed(closed=tenth.closed + 3600) == {Outcome.EXIT_TIME: 1}
    assert changed(exit=tenth.exit + 5) == {Outcome.EXIT: 1}
    assert changed(profit=tenth.profit + 0.02) == {Outcome.MONEY: 1}
    assert changed(profit=tenth.profit + 0.01) == {}
    assert changed(swap=-1.0) == {Outcome.MONEY: 1}
    assert changed(side=-tenth.side) == {Outcome.ONLY_GENFX: 1, Outcome.ONLY_METATRADER: 1}
    broker = changed(reason=1 if tenth.reason != 1 else 2)
    assert broker == {Outcome.REASON: 1}


def test_a_missing_position_is_told_on_its_side() -> None:
    ours = expected()
    assert compare(ours, ours[1:], 0).first == compare(ours, ours[1:], 0).pairs[0]
    assert compare(ours, ours[1:], 0).counts[Outcome.ONLY_GENFX] == 1
    assert compare(ours[1:], ours, 0).counts[Outcome.ONLY_METATRADER] == 1
    frame = compare(ours, ours[1:], 0).frame()
    assert frame["outcome"].iloc[0] == "only in genfx"
    assert frame["metatrader_entry"].isna().tolist() == [True, *[False] * (len(ours) - 1)]


def test_a_position_opened_twice_in_a_bar_is_not_overlooked() -> None:
    ours = expected()
    theirs = [ours[0], *ours]
    found = compare(ours, theirs, 0)
    assert found.counts == {Outcome.SAME: len(ours), Outcome.ONLY_METATRADER: 1}
    assert found.first == found.pairs[1]


def test_exits_of_the_expert_itself_have_no_reason_in_a_report() -> None:
    theirs = [replace(p, reason=BY_EXPERT if p.reason > 3 else p.reason) for p in expected()]
    assert any(p.reason == BY_EXPERT for p in theirs)
    counts = compare(expected(), theirs, 0).counts
    assert counts[Outcome.SAME] >= len(theirs) - 1  # the end of the test names itself


def test_compile_errors_stop_the_job_with_their_lines(tmp_path: Path) -> None:
    fake = FakeTerminal(installed(tmp_path), message=ERROR, errors=1)
    with pytest.raises(DataError, match=r"EA\.mq5:12:5: error 256: 'smaa' - undeclared"):
        run(fake)
    assert len(fake.commands) == 1


def test_a_tester_without_a_report_is_told(tmp_path: Path) -> None:
    fake = FakeTerminal(installed(tmp_path), expected())
    run(fake)
    fake.reports = False
    with pytest.raises(DataError, match="left no report"):  # and the old one is not read again
        run(fake)


def test_logs_of_older_and_newer_compilers_are_read() -> None:
    for last in ("Result: 0 errors, 1 warnings, 12 ms elapsed", "0 error(s), 1 warning(s)"):
        log = parse_log(f"{WARNING}\n : information: generating code\n{last}\n", "EA.log")
        assert (log.errors, log.warnings, log.messages[0].line) == (0, 1, 40)
    with pytest.raises(DataError, match="states no result"):
        parse_log("nonsense", "EA.log")


def test_terminals_are_found_by_their_data_folders(tmp_path: Path) -> None:
    one = installed(tmp_path)
    (tmp_path / "Terminal" / "Common" / "MQL5").mkdir(parents=True)
    assert found_terminals(tmp_path / "Terminal") == (one,)
    assert chosen_terminal(None, tmp_path / "Terminal") == one
    other = installed(tmp_path, "AAAA8209F77C8CF37AD8BF550E51FF07")
    with pytest.raises(DataError, match="several terminals"):
        chosen_terminal(None, tmp_path / "Terminal")
    assert chosen_terminal(other.program, tmp_path / "Terminal") == other
    with pytest.raises(DataError, match="has no data folder yet"):
        chosen_terminal(one.program, tmp_path / "nowhere")
    (one.program.parent / "MQL5").mkdir()
    portable = chosen_terminal(one.program, tmp_path / "nowhere")
    assert portable is not None
    assert portable.portable
    assert job_commands(JOB, portable)[1].line().endswith(" /portable")
    with pytest.raises(DataError, match="no such program"):
        chosen_terminal(tmp_path / "terminal64.exe")


def test_a_program_past_its_time_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("mt5.running._POLL_S", 0.01)
    slow = tmp_path / "slow"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(DataError, match="still running after 0 seconds, was ended"):
        run_program(Command(slow, ()), 0.3, lambda _: None)
    assert time.monotonic() - started < 20
    with pytest.raises(DataError, match="cannot be started"):
        run_program(Command(tmp_path / "none", ()), 1.0, lambda _: None)


def report_of(*deals: ReportDeal) -> tuple[Position, ...]:
    return report_positions(parse_report(report_page(ReportFacts(), deals), "r.html"), 3600, 5)


def test_positions_of_a_report_are_those_behind_it() -> None:
    deals = deals_of(expected(), 5)
    theirs = report_of(*deals)
    by_expert = {int(BY_EXPERT)} | {1, 2, 3, 11}
    assert {p.reason for p in theirs} <= by_expert
    for one, other in zip(theirs, expected(), strict=True):
        same = replace(other, reason=0, swap=one.swap, commission=one.commission)
        assert replace(one, reason=0) == same
        assert one.swap == pytest.approx(other.swap)


def test_reasons_are_read_with_and_without_brackets() -> None:
    closing = replace(OPENING, type="sell", direction="out")
    for comment, reason in (
        ("sl 1.04000", 1),
        ("[tp 1.06000]", 2),
        ("so 49.5%", 3),
        ("end of test", 11),
        ("sold", BY_EXPERT),
        ("", BY_EXPERT),
    ):
        assert report_of(OPENING, replace(closing, comment=comment))[0].reason == reason


OPENING = ReportDeal("2017.01.02 03:00:00", "buy", "in", 0.2, "1.05000")


@pytest.mark.parametrize(
    ("deals", "message"),
    [
        ([OPENING], "opens a position that nothing closes"),
        ([OPENING, OPENING], "one position at a time"),
        ([OPENING, replace(OPENING, type="sell", direction="in/out")], "one position at a time"),
        ([OPENING, replace(OPENING, direction="out")], "does not close what 2 opened"),
        (
            [OPENING, replace(OPENING, type="sell", direction="out", volume=0.1)],
            "does not close what 2 opened",
        ),
        (
            [OPENING, replace(OPENING, type="sell", direction="out", price="1.050001")],
            "has more than 5 decimals",
        ),
    ],
)
def test_a_report_of_something_else_is_refused(deals: list[ReportDeal], message: str) -> None:
    with pytest.raises(DataError, match=message):
        report_of(*deals)


def test_a_report_of_another_test_is_refused(tmp_path: Path) -> None:
    report = run(FakeTerminal(installed(tmp_path), expected())).report
    for other, message in (
        (replace(SETTING, symbol="EURUSD.m"), "symbol is EURUSD, genfx's test has EURUSD.m"),
        (
            replace(
                SETTING,
                market=replace(
                    SETTING.market, account=replace(SETTING.market.account, deposit=5000.0)
                ),
            ),
            "deposit is 10000.00",
        ),
    ):
        with pytest.raises(DataError, match=message):
            compared(STRATEGY, other, report, 0)


def test_the_test_begins_when_the_warm_up_is_over_and_at_midnight() -> None:
    bars = SETTING.market.bars
    first = int(bars.time[SETTING.market.first])
    assert SETTING.market.first >= 9.2 * 26
    assert int(bars.time[SETTING.market.first - 1]) // 86_400 < first // 86_400
    days = f"FromDate={time.strftime('%Y.%m.%d', time.gmtime(first))}"
    assert JOB.run.first.strftime("FromDate=%Y.%m.%d") == days
    long = parse('strategy "x" { enter long when close > sma(close, 6240) size 0.1 lots }')
    with pytest.raises(DataError, match="no whole day"):
        setting_of(long)


def genfx(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["mt5", "test", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_without_metatrader_says_what_it_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPDATA", raising=False)
    file = tmp_path / "EMA cross.strat"
    file.write_text(TEXT)
    code, _, told = genfx(file, "--data", "sample")
    assert code == 2
    assert 'terminal64.exe" /config:"' in told
    assert "no MetaTrader 5 is installed" in told
    folder = tmp_path / "dry"
    code, shown, _ = genfx(file, "--data", "sample", "--dry-run", folder)
    assert code == 0
    assert "metaeditor64.exe" in shown
    written = sorted(path.name for path in folder.rglob("*.*"))
    assert written == ["EMA_cross.ini", "EMA_cross.mq5", "genfx_EMA_cross.set"]


def test_the_command_compares_a_report_and_exits_1_where_a_position_differs(
    tmp_path: Path,
) -> None:
    file, report = tmp_path / "cross.strat", tmp_path / "report.html"
    file.write_text(TEXT)
    fake = FakeTerminal(installed(tmp_path), expected())
    report.write_bytes(run(fake).report_path.read_bytes())
    code, shown, _ = genfx(file, "--data", "sample", "--report", report)
    assert code == 0, shown
    assert f"the same {len(expected())} Net profit" in " ".join(shown.split())
    fake.positions = (replace(expected()[0], lots=0.3), *expected()[1:])
    report.write_bytes(run(fake).report_path.read_bytes())
    code, shown, _ = genfx(file, "--data", "sample", "--report", report, "--json")
    assert code == 1
    facts = json.loads(shown)
    assert facts["first_difference"]["outcome"] == "lots"
    csv = tmp_path / "positions.csv"
    code, shown, _ = genfx(file, "--data", "sample", "--report", report, "--csv", csv)
    assert code == 1
    assert "1 positions differ" in shown
    assert len(csv.read_text().splitlines()) == len(expected()) + 1
