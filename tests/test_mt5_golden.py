"""Tests of MetaTrader kept as golden files: every one is replayed by both engines.

A file made from a real report (`genfx mt5 golden`) and put into golden/mt5 is found by itself. The
one that is there is synthetic: its report was written from genfx's own result, no terminal took
part; it shows that the way from report to replay works, and proves nothing of MetaTrader.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backtest.bars import Bars
from backtest.history.store import write_bars
from codegen.verify.compare import first_difference
from dsl.errors import DataError, UnknownName
from dsl.strategy import with_values
from dsl.text.lower import parse
from genfx.backtests import run_engine
from genfx.bars.sources import load_bars
from genfx.cli.app import app
from genfx.config.file import Config
from genfx.exports import ANY_MARKET, with_inputs
from genfx.markets import market
from genfx.terminal.tester import Setting, as_tester, golden_test, made_job, whole_days
from mt5.golden import differences, golden_bytes, read_golden, trimmed
from mt5.jobs import run_job
from mt5.positions import Position, engine_positions
from mt5.report import Mt5Report, read_report
from tests.support.mt5_terminal import FakeTerminal, installed

FOLDER = Path(__file__).parent / "golden" / "mt5"
FILES = sorted(FOLDER.glob("*.json"))
SYNTHETIC = FOLDER / "synthetic_cross.json"
ORIGIN = "synthetic: a report in MetaTrader's shape, written from genfx's own result"
TEXT = """strategy "Cross for a golden file" {
    enter long when sma(close, 5) crosses above sma(close, 20)
    enter short when sma(close, 5) crosses below sma(close, 20)
    stop loss 1.5 * atr(10)
    take profit 200 points
    exit after 24 bars
    size risk 1%
}"""
STRATEGY = with_inputs(parse(TEXT))


@cache
def bars() -> Bars:
    return load_bars("sample").between(0, 700)


SETTING = Setting(whole_days(market(Config(), bars()), STRATEGY), "open-prices", "cross", "EURUSD")


@cache
def expected() -> tuple[Position, ...]:
    tested = as_tester(SETTING.market, "open-prices")
    return engine_positions(run_engine(STRATEGY, tested, "fast").deals)


@pytest.fixture
def report_of(tmp_path: Path) -> Callable[..., Path]:
    """Return the path of a report of a fake terminal that holds these positions."""

    def made(*positions: Position) -> Path:
        fake = FakeTerminal(installed(tmp_path), positions)
        job = made_job(STRATEGY, SETTING, ANY_MARKET)
        return run_job(job, fake.terminal, fake, 1.0, lambda *_: None).report_path

    return made


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_test_of_metatrader_is_repeated_by_both_engines(path: Path) -> None:
    kept = read_golden(path)
    assert kept.positions
    assert differences(kept.replay()) == dict(kept.known)
    assert differences(kept.replay_by_reference()) == dict(kept.known)


def test_the_synthetic_file_is_marked_and_as_the_command_makes_it(
    report_of: Callable[..., Path], update_golden: bool
) -> None:
    path = report_of(*expected())
    made = golden_test(
        STRATEGY, market(Config(), bars()), read_report(path), "open-prices", 0, ORIGIN
    )
    content = golden_bytes(made)
    if update_golden:
        SYNTHETIC.write_bytes(content)
    assert SYNTHETIC in FILES
    assert SYNTHETIC.read_bytes() == content
    assert read_golden(SYNTHETIC).origin.startswith("synthetic")
    assert len(content) < 60_000


def test_a_golden_file_holds_all_that_the_result_depends_on() -> None:
    kept = read_golden(SYNTHETIC)
    whole = run_engine(kept.strategy, as_tester(SETTING.market, "open-prices"), "fast")
    short = run_engine(kept.strategy, kept.market, "fast")
    assert kept.strategy.strategy_id == STRATEGY.strategy_id
    assert len(whole.deals) == len(short.deals) == 2 * len(kept.positions)
    assert [d._replace(bar=0) for d in whole.deals] == [d._replace(bar=0) for d in short.deals]
    assert first_difference(whole.deals, short.deals) is None


def test_bars_that_convert_the_profit_are_kept_too(tmp_path: Path) -> None:
    kept = read_golden(SYNTHETIC)
    account = replace(kept.market.account, currency="GBP")
    pair = replace(kept.market.bars, symbol="GBPUSD")
    other = replace(kept.market, account=account, conversion=pair, conversion_inverse=True)
    path = tmp_path / "golden.json"
    path.write_bytes(golden_bytes(replace(kept, market=other)))
    found = read_golden(path).market
    assert found.conversion is not None
    assert (found.conversion.data_hash, found.conversion_inverse) == (pair.data_hash, True)
    assert found.finer is None


def test_a_replay_finds_a_position_that_metatrader_had_otherwise() -> None:
    kept = read_golden(SYNTHETIC)
    moved = replace(kept.positions[3], exit=kept.positions[3].exit + 1)
    changed = replace(kept, positions=(*kept.positions[:3], moved, *kept.positions[4:]))
    assert differences(changed.replay()) == {"exit price": 1}
    assert differences(replace(changed, tolerance=1).replay()) == {}


def read(path: Path) -> Mt5Report:
    return read_report(path)


def test_inputs_of_the_report_are_those_of_the_test(report_of: Callable[..., Path]) -> None:
    path = report_of(*expected())
    other = with_values(STRATEGY, {STRATEGY.inputs[0].name: 7})
    whole = market(Config(), bars())
    made = golden_test(other, whole, read(path), "open-prices", 0)
    assert made.strategy.strategy_id == STRATEGY.strategy_id
    assert made.known == {}
    assert made.origin == "Example-Demo (Build 5000)"


def test_a_report_of_another_expert_or_span_is_refused(report_of: Callable[..., Path]) -> None:
    path = report_of(*expected())
    whole = market(Config(), bars())
    text = 'strategy "x" { enter long when close > sma(close, 5) size 0.1 lots }'
    with pytest.raises(DataError, match="lacks the input"):
        golden_test(with_inputs(parse(text)), whole, read(path), "open-prices", 0)
    page = path.read_bytes().decode("utf-16")
    path.write_bytes(page.replace("MagicNumber=", "MagicNumbers=").encode("utf-16"))
    with pytest.raises(UnknownName, match="MagicNumbers"):
        golden_test(STRATEGY, whole, read(path), "open-prices", 0)
    path.write_bytes(page.replace("- 2017.02.", "- 2018.02.").encode("utf-16"))
    with pytest.raises(DataError, match="do not cover its span"):
        golden_test(STRATEGY, whole, read(path), "open-prices", 0)
    path.write_bytes(page.encode("utf-16"))
    late = replace(whole, bars=bars().between(100, 700))
    with pytest.raises(DataError, match="fewer than the warm-up"):
        golden_test(STRATEGY, late, read(path), "open-prices", 0)


def test_bars_before_the_warm_up_are_left_out() -> None:
    late = replace(SETTING.market, first=600)
    cut = trimmed(late, STRATEGY)
    assert int(cut.bars.time[cut.first]) == int(bars().time[600])
    assert cut.first < 300


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "genfx mt5 golden 9", "format 'genfx mt5 golden 9'"),
        ("bars", "AAAA", "golden.json"),
        ("bars", "?", "is no golden file"),
        ("window", [5, 900], "tested window is bars 6 to 900"),
        ("window", "x", "is no golden file"),
        ("positions", [{"opened": 1}], "is no golden file"),
        ("symbol", {}, "is no golden file"),
    ],
)
def test_a_damaged_golden_file_is_refused(
    key: str, value: object, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "golden.json"
    path.write_text(json.dumps(json.loads(SYNTHETIC.read_text()) | {key: value}))
    with pytest.raises(DataError, match=message):
        read_golden(path)


def genfx(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["mt5", "golden", *map(str, arguments)])


def test_the_command_writes_a_file_and_refuses_differences(
    tmp_path: Path, report_of: Callable[..., Path]
) -> None:
    moved = replace(expected()[2], lots=0.07)
    path = report_of(*expected()[:2], moved, *expected()[3:])
    file, store, out = tmp_path / "a.strat", tmp_path / "EURUSD_H1.npz", tmp_path / "kept.json"
    file.write_text(TEXT)
    write_bars(store, bars())
    refused = genfx(path, file, "--data", store, "--out", out)
    assert refused.exit_code == 2
    assert "1 lots" in refused.output
    assert not out.exists()
    kept = genfx(path, file, "--data", store, "--out", out, "--known")
    assert kept.exit_code == 0, kept.output
    assert read_golden(out).known == {"lots": 1}
    assert "1 differences" in kept.stdout
