"""Tester .ini files: what an unattended run is told."""

from __future__ import annotations

from configparser import RawConfigParser
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backtest.market import Account, Costs, Market, Symbol
from codegen.mql5.inifile import unattended_run
from codegen.mql5.setfile import set_rows
from codegen.mql5.tester_ini import MODELS, emit_ini
from dsl.errors import ConfigError
from dsl.text.lower import parse
from genfx.cli.app import app
from tests.support.bars import hand_bars

STRATEGY = parse(
    """strategy "x ; y" {
        input n = 5 in 2..9
        enter long when rising(close, n)
        size 0.1 lots
        trade comment "a; b # c [d]"
    }"""
)
BARS = hand_bars([(100, 110, 90, 105)] * 300)
MARKET = Market(BARS, Symbol(BARS.symbol, BARS.digits), Account(deposit=2500, leverage=30))


def read_ini(content: bytes) -> dict[str, dict[str, str]]:
    wide = content.startswith(b"\xff\xfe")
    parser = RawConfigParser(delimiters="=", comment_prefixes=";")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(content.decode("utf-16" if wide else "utf-8"))
    return {name: dict(parser[name]) for name in parser.sections()}


def sections(market: Market = MARKET) -> dict[str, dict[str, str]]:
    run = unattended_run(STRATEGY, market, "folder\\x")
    return read_ini(emit_ini(run))


def test_a_run_is_read_back_as_it_was_written() -> None:
    tester = sections()["Tester"]
    first, last = (
        datetime.strptime(tester[key], "%Y.%m.%d").timestamp() for key in ("FromDate", "ToDate")
    )
    shown = {key: tester[key] for key in ("Expert", "Symbol", "Period", "Deposit", "Leverage")}
    assert shown == {
        "Expert": "folder\\x",
        "Symbol": BARS.symbol,
        "Period": "H1",
        "Deposit": "2500",
        "Leverage": "1:30",
    }
    assert (tester["Model"], tester["Optimization"], tester["ShutdownTerminal"]) == ("2", "0", "1")
    assert (last - first) % 86_400 == 0
    assert last - first > 0


def test_all_inputs_come_along_even_texts_that_look_like_remarks() -> None:
    inputs = sections()["TesterInputs"]
    assert inputs == dict(set_rows(STRATEGY))
    assert inputs["TradeComment"] == "a; b # c [d]"
    assert inputs["InpN"] == "5||2||1||9||Y"


def test_smaller_bars_want_the_testers_minutes() -> None:
    finer = replace(MARKET, costs=Costs(both_touched="finer"))
    assert sections(finer)["Tester"]["Model"] == str(MODELS["m1-ohlc"])


def test_the_window_tested_is_the_markets() -> None:
    tester = sections(replace(MARKET, first=100, last=200))["Tester"]
    assert tester["FromDate"] > sections()["Tester"]["FromDate"]
    assert tester["ToDate"] < sections()["Tester"]["ToDate"]


def test_another_alphabet_makes_it_utf16() -> None:
    run = replace(unattended_run(STRATEGY, MARKET, "x"), expert="Стратегия")
    assert emit_ini(run).startswith(b"\xff\xfe")
    assert read_ini(emit_ini(run))["Tester"]["Expert"] == "Стратегия"


def test_a_leverage_that_metatrader_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="whole number"):
        sections(replace(MARKET, account=Account(leverage=33.3)))


def test_the_command_writes_the_run_of_the_expert_of_the_same_name(tmp_path: Path) -> None:
    strategy, config = tmp_path / "my.strat", tmp_path / "c.toml"
    strategy.write_text('strategy "s" { enter long when close > open size 0.1 lots }')
    config.write_text('[data]\nbars = "sample"\n')
    wanted = ["export", str(strategy), "--as", "ini", "--config", str(config)]
    ran = CliRunner().invoke(app, wanted)
    assert ran.exit_code == 0, ran.output
    found = read_ini((tmp_path / "my.ini").read_bytes())
    assert found["Tester"]["Expert"] == "my"
    assert CliRunner().invoke(app, wanted[:-2]).exit_code == 2
