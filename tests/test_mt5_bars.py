"""Bars and facts of a running terminal, driven through a recorded stand-in of its package."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import mt5.history
from backtest.history.options import Imported, ImportOptions
from backtest.history.reading import read_bars
from dsl.errors import DataError
from genfx.cli.app import app
from genfx.config.file import load_config, parse_config
from genfx.terminal.copies import bars_name
from mt5.connection import RATES, connected, load_api
from mt5.facts import Facts, facts
from mt5.history import Wanted, copied_bars, mt5_timeframe
from tests.support import metatrader5
from tests.support.metatrader5 import MetaTrader5, history

MONDAY = 1_483_920_000  # 2017-01-09 00:00
WANTED = Wanted("EURUSD", "H1", MONDAY, MONDAY + 60 * 86_400)


def stand_in(**changes: Any) -> MetaTrader5:
    return replace(MetaTrader5(history(MONDAY, 600)), **changes)


def copy(api: MetaTrader5, wanted: Wanted = WANTED) -> Imported:
    with connected(api):
        return copied_bars(api, wanted, ImportOptions(), lambda _: None)


def told(api: MetaTrader5, wanted: Wanted = WANTED) -> str:
    with pytest.raises(DataError) as caught:
        copy(api, wanted)
    assert not api.connected
    return str(caught.value)


def test_all_bars_come_over_as_they_are() -> None:
    api = stand_in()
    bars = copy(api).bars
    assert np.array_equal(bars.time, api.rates["time"])
    assert np.array_equal(bars.close, np.rint(api.rates["close"] * 1e5).astype(np.int64))
    assert (bars.digits, bars.timeframe, int(bars.spread[0])) == (5, 3600, 6)
    assert RATES == metatrader5.RATES
    assert api.calls["shutdown"] == 1


def test_pieces_join_without_a_gap_or_a_bar_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = copy(stand_in()).bars
    monkeypatch.setattr(mt5.history, "PIECE_BARS", 37)
    api = stand_in()
    assert copy(api).bars.data_hash == whole.data_hash
    assert api.calls["copy"] > 2 * 16


def test_a_piece_is_asked_for_until_two_answers_agree() -> None:
    api = stand_in(loading=5)
    assert len(copy(api).bars) == 600
    assert api.calls["copy"] == 7
    assert "still loading history" in told(stand_in(loading=500))


def test_the_forming_bar_is_left_out() -> None:
    api = stand_in()
    last = int(api.rates["time"][-1])
    api.now = last + 3599
    assert copy(api).bars.time[-1] == last - 3600
    api.now = MONDAY + 10
    assert "no bar there is closed yet" in told(api)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"installed": False}, "x64 not found (-10003)\n    hint: start the terminal once by hand"),
        ({"refusal": metatrader5.INVALID}, "Terminal: Invalid params (-2)"),
        ({"refusal": metatrader5.TIMEOUT}, "IPC timeout (-10005)"),
        ({"refusal": metatrader5.NOT_FOUND}, "the terminal has no bars there"),
        ({"symbol": {**metatrader5.SYMBOL, "name": "EURUSD.m"}}, "knows no such symbol"),
        ({"symbol": {**metatrader5.SYMBOL, "chart_mode": 1}}, "made of last prices"),
        ({"symbol": {**metatrader5.SYMBOL, "digits": 3}}, "bar 1: open 1.1001 is no whole number"),
    ],
)
def test_failures_tell_what_the_package_tells(changes: dict[str, Any], message: str) -> None:
    api = stand_in(**changes)
    api.rates["open"][0] = 1.1001
    assert message in told(api)


def test_a_refusal_that_will_not_pass_is_not_asked_again() -> None:
    api = stand_in(refusal=metatrader5.INVALID)
    told(api)
    assert api.calls["copy"] == 1


def test_damaged_bars_are_told_by_their_number() -> None:
    api = stand_in()
    api.rates["high"][41] = 1.0
    assert "EURUSD H1 of the terminal: bar 42: high 1 is below low" in told(api)


def test_an_old_package_without_spreads_is_told() -> None:
    api = stand_in()
    names = [name for name in metatrader5.RATES.names or () if name != "spread"]
    api.rates = api.rates[names]
    assert "bars without spread" in told(api)


def test_bar_periods_have_the_numbers_of_the_package() -> None:
    names = ("M1", "M5", "M15", "H1", "H4", "D1", "W1")
    assert [mt5_timeframe(name) for name in names] == list(metatrader5.TIMEFRAMES)


def stated(symbol: dict[str, Any] | None = None, account: dict[str, Any] | None = None) -> Facts:
    api = stand_in()
    api.symbol |= symbol or {}
    api.account |= account or {}
    with connected(api):
        return facts(api.symbol_info("EURUSD"), api.account_info(), "EURUSD_H1.npz")


def test_facts_are_a_config_that_genfx_reads() -> None:
    config = parse_config(tomllib.loads(stated().toml()))
    assert config.data.bars == "EURUSD_H1.npz"
    assert (config.symbol.contract_size, config.symbol.stops_level) == (100_000.0, 3)
    assert (config.symbol.swap_mode, config.symbol.swap_long) == ("points", -6.2)
    assert (config.account.leverage, config.account.stop_out) == (500.0, 20.0)
    assert (config.account.mode, config.costs.spread) == ("hedging", 7)


def test_other_symbols_and_accounts_are_told_apart() -> None:
    index = stated(
        {"trade_tick_size": 0.25, "point": 0.01, "trade_calc_mode": 33, "margin_initial": 900.0},
        {"margin_mode": 0},
    )
    config = parse_config(tomllib.loads(index.toml()))
    assert (config.symbol.tick_points, config.symbol.margin_per_lot) == (25, 900.0)
    assert (config.symbol.margin_mode, config.account.mode) == ("futures", "netting")
    cfd = stated({"trade_calc_mode": 2, "swap_mode": 5}, {"currency": "GBP"})
    config = parse_config(tomllib.loads(cfd.toml()))
    assert (config.account.leverage, config.symbol.swap_mode) == (1.0, "none")
    notes = " ".join(cfd.notes)
    assert "Swap mode 5" in notes
    assert "data.conversion" in notes
    assert "Margin mode 37" in " ".join(stated({"trade_calc_mode": 37}).notes)
    assert "stop_out" not in stated(account={"margin_so_mode": 1}).sections["account"]


def test_without_the_package_the_way_round_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MetaTrader5", None)
    with pytest.raises(DataError, match="MetaTrader5 cannot be used"):
        load_api()
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(DataError, match="genfx data import"):
        load_api()


def test_the_command_stores_bars_and_prints_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "MetaTrader5", stand_in())
    monkeypatch.setattr("genfx.terminal.copies.time.sleep", lambda _: None)
    out = tmp_path / "EURUSD_H1.npz"
    arguments = ["mt5", "bars", "EURUSD", "H1", "--from", "2017-01-09", "--out", str(out)]
    result = CliRunner().invoke(app, [*arguments, "--to", "2017-02-01", "--timezone", "UTC+2"])
    assert result.exit_code == 0, result.output
    assert "[symbol]\ntick_points = 1\n" in result.stdout
    bars = read_bars(out)
    assert (bars.symbol, bars.timezone, int(bars.time[0])) == ("EURUSD", "UTC+2", MONDAY)
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "exists" in again.output
    config = tmp_path / "configs" / "facts.toml"
    forced = CliRunner().invoke(app, [*arguments, "--force", "--facts", str(config)])
    assert forced.exit_code == 0, forced.output
    assert 'bars = "../EURUSD_H1.npz"' in config.read_text()
    assert load_config(config).data.bars == str(config.parent / ".." / "EURUSD_H1.npz")


def test_files_have_names_whatever_a_broker_calls_a_symbol() -> None:
    assert bars_name("EURUSD.m", "h4") == "EURUSD.m_H4.npz"
    assert bars_name('A/B\\C:"D" E', "M1") == "A_B_C_D_E_M1.npz"
