"""The command line as a user meets it: output, JSON, exit codes, and what bad input says."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backtest.history.reading import read_bars
from genfx.bars.sources import load_bars, sample_path
from genfx.cli.app import app
from genfx.cli.plot import chart

CROSS = """\
strategy "EMA cross" {
    input fast = 12 in 5..60
    input slow = 26 in 10..120 step 2

    enter long when ema(close, fast) crosses above ema(close, slow)
    enter short when ema(close, fast) crosses below ema(close, slow)
    stop loss 2 * atr(14)
    take profit 3 * atr(14)
    size 0.1 lots
}
"""
NEVER = 'strategy "never" { enter long when rsi(close, 14) > 100 size 0.1 lots }'
LONG = 'strategy "long" { enter long when close > sma(close, 9000) size 0.1 lots }'
WRONG = """\
strategy "two mistakes" {
    enter long when smaa(close, 20) > close
    enter short when rsi(close, 14) > close
    size 0.1 lots
}
"""


def genfx(*arguments: object, code: int = 0, stdin: str = "") -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def strategy(folder: Path, text: str = CROSS, name: str = "cross.strat") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_help_starts_without_the_heavy_modules() -> None:
    heavy = "numba networkx pandas deap numpy pydantic jinja2 lark"
    code = (
        "import sys, runpy\n"
        "sys.argv = ['genfx', '--help']\n"
        "try: runpy.run_module('genfx', run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command",
    [
        *("evolve", "backtest", "tune", "export", "check", "fmt", "nodes", "series"),
        *("data import", "data info", "runs dump"),
    ],
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    output = genfx(*command.split(), "--help").output
    assert f"Example: genfx {command}" in " ".join(output.split())


def test_check_tells_facts_of_a_strategy(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    assert f"{path}: ok" in genfx("check", path).output
    (facts,) = json.loads(genfx("check", path, "--json").output)["ok"]
    assert facts["inputs"] == 2
    assert len(facts["strategy_id"]) == 32


def test_check_tells_all_mistakes_of_all_files(tmp_path: Path) -> None:
    paths = strategy(tmp_path, WRONG), strategy(tmp_path, "strategy {", "b.strat")
    result = genfx("check", *paths, code=2)
    assert "cross.strat:2:21: unknown node 'smaa'" in result.stderr
    assert "did you mean 'sma'?" in result.stderr
    assert "cross.strat:3:22: rsi(close, 14) > close compares" in result.stderr
    assert "b.strat:1:" in result.stderr


def test_fmt_checks_writes_and_keeps_comments(tmp_path: Path) -> None:
    messy = CROSS.replace("    stop loss 2 *", "  # protect\n  stop   loss 2*")
    path = strategy(tmp_path, messy)
    assert "would change" in genfx("fmt", "--check", path, code=1).output
    assert path.read_text() == messy
    genfx("fmt", path)
    assert "# protect" in path.read_text()
    assert "stop loss 2 * atr(14)" in path.read_text()
    genfx("fmt", "--check", path)
    assert genfx("fmt", "-", stdin=messy).output == path.read_text()


def test_nodes_lists_searches_and_shows_a_page() -> None:
    assert "stochastic" in genfx("nodes").output
    found = genfx("nodes", "moving", "average").output
    assert "ema" in found
    assert "rsi" not in found
    page = genfx("nodes", "rsi").output
    assert "oscillator 0..100" in page
    assert "iRSI" in page
    (facts,) = json.loads(genfx("nodes", "ema", "--json").output)
    assert facts["parameters"][0]["name"] == "period"
    assert "did you mean 'ema'?" in genfx("nodes", "emaa", code=2).stderr


def test_series_puts_a_value_beside_the_bar_that_produced_it() -> None:
    rows = genfx("series", "close", "--data", "sample", "--last", 2).output.splitlines()
    bars = load_bars("sample")
    assert rows == [
        "time,value",
        f"2017-12-29 20:00,{float(bars.price('close')[-2])!r}",
        f"2017-12-29 21:00,{float(bars.price('close')[-1])!r}",
    ]


def test_series_of_the_opening_bar_stays_with_that_bar() -> None:
    (row,) = json.loads(
        genfx("series", "open[0]", "--data", "sample", "--last", 1, "--json").output
    )
    assert row == {"time": "2017-12-29 21:00", "value": load_bars("sample").price("open")[-1]}


def test_series_leaves_the_warm_up_empty(tmp_path: Path) -> None:
    out = tmp_path / "sma.csv"
    genfx("series", "sma(close, 3)", "--data", "sample", "--out", out)
    lines = out.read_text().splitlines()
    assert len(lines) == 6226
    assert [line[17:] for line in lines[1:3]] == ["", ""]
    closes = load_bars("sample").price("close")[:3]
    assert float(lines[3][17:]) == pytest.approx(closes.mean(), rel=1e-12)


def test_series_draws(tmp_path: Path) -> None:
    output = genfx("series", "rsi(close, 14)", "--data", "sample", "--plot").output
    assert "rsi(close, 14)" in output
    assert "2017-12-29 21:00" in output


def test_a_chart_has_its_highest_value_on_top() -> None:
    rows = chart([0.0] * 50 + [1.0] * 50, 0.0, 1.0)
    assert rows[0].strip()
    assert not rows[0][:30].strip()
    assert rows[-1][:30].strip()


@pytest.mark.parametrize("engine", ["reference", "python"])
def test_backtest_gives_the_same_with_every_engine(tmp_path: Path, engine: str) -> None:
    path = strategy(tmp_path)
    bars = tmp_path / "EURUSD.csv"
    lines = gzip.decompress(sample_path().read_bytes()).splitlines()[:700]
    bars.write_bytes(b"\n".join(lines))
    options = ("--data", bars, "--from", "2017-01-10", "--json")
    fast = json.loads(genfx("backtest", path, *options).output)
    other = json.loads(genfx("backtest", path, *options, "--engine", engine).output)
    assert fast["report"]["trades"] > 10
    assert other["report"] == pytest.approx(fast["report"], rel=1e-9)


def test_backtest_tells_that_a_shifted_clock_of_a_set_is_not_applied(tmp_path: Path) -> None:
    file, values = strategy(tmp_path), tmp_path / "cross.set"
    said = "ServerShift = 2 of the .set was not applied"
    values.write_text("InpFast=12\nServerShift=2\n")
    test = ("backtest", file, "--set", values, "--data", "sample")
    assert said in " ".join(genfx(*test, "--no-plot").stdout.split())
    (remark,) = json.loads(genfx(*test, "--json").stdout)["remarks"]
    assert remark.startswith(said)
    values.write_text("InpFast=12\nServerShift=0\n")
    assert "remarks" not in json.loads(genfx(*test, "--json").stdout)


def test_backtest_prints_a_report_a_curve_and_deals(tmp_path: Path) -> None:
    deals = tmp_path / "deals.csv"
    output = genfx("backtest", strategy(tmp_path), "--data", "sample", "--deals", deals).output
    assert "Profit factor" in output
    assert "spread of each bar, slippage 0 points" in output
    assert "equity at the close of each bar" in output
    assert deals.read_text().startswith("time,bar,type,direction,lots,price,")


def test_the_report_tells_what_kept_a_strategy_from_trading(tmp_path: Path) -> None:
    crosses = "close crosses above ema(close, 20)"
    cases = {
        f"enter long when {crosses} and close > sma(close, 3000)": "of 6,225 bars were warm-up",
        f"enter long when {crosses} exit after 9 bars size 1 lots drawdown stop 2%": (
            "The drawdown stop of 2% was reached: no trades after 2017-"
        ),
        f"enter long when {crosses} size 6 lots exit after 9 bars": "the margin was above what was",
    }
    for body, told in cases.items():
        path = strategy(tmp_path, f'strategy "x" {{ {body} }}')
        shown = " ".join(genfx("backtest", path, "--data", "sample", "--no-plot").output.split())
        assert told in shown
    quiet = genfx("backtest", strategy(tmp_path), "--data", "sample", "--no-plot").output
    assert "drawdown stop" not in quiet
    assert "warm-up" not in quiet


def test_costs_on_the_command_line_replace_those_of_data_and_config(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    options = ("--data", "sample", "--to", "2017-04-01", "--json")
    usual = json.loads(genfx("backtest", path, *options).output)
    given = ("--spread", 40, "--slippage", 3, "--commission", 3.5, "--deposit", 500_000)
    dear = json.loads(genfx("backtest", path, *options, *given).output)
    assert dear["costs"]["spread"] == 40
    assert dear["costs"]["slippage"] == 3
    assert dear["report"]["deposit"] == 500_000
    assert usual["report"]["commission"] == 0 > dear["report"]["commission"]
    assert dear["report"]["net_profit"] < usual["report"]["net_profit"]
    assert "deposit" in genfx("backtest", path, *options, "--deposit", -1, code=2).stderr


def test_the_report_fits_a_narrow_terminal_or_stands_in_one_column(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    options = ("--data", "sample", "--no-plot")
    assert "Total trades" in genfx("backtest", path, *options).output.splitlines()[3]
    wide = genfx("backtest", path, *options, "--deposit", 5_000_000_000).output.splitlines()
    assert all(len(line) <= 80 for line in wide)


def test_tune_finds_better_values_and_writes_them(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    options = ("--data", "sample", "--evaluations", 40, "--objective", "net_profit", "--json")
    facts = json.loads(genfx("tune", path, *options).output)
    assert facts["objective"]["after"] >= facts["objective"]["before"]
    assert facts["after"]["net_profit"] == facts["objective"]["after"]
    assert facts["tried"] <= 40
    tuned = tmp_path / "cross_tuned.strat"
    (checked,) = json.loads(genfx("check", tuned, "--json").output)["ok"]
    assert checked["strategy_id"] == facts["strategy_id"]
    assert "exists" in genfx("tune", path, *options, code=2).stderr
    assert json.loads(genfx("tune", path, *options, "--force").output) == facts


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        ("net_profits", "did you mean 'net_profit'?"),
        ("net_profit +", "is no formula"),
        ("open('x')", "is not allowed in a formula"),
        ("net_profit.real", "is not allowed in a formula"),
    ],
)
def test_a_wrong_objective_is_refused(tmp_path: Path, objective: str, message: str) -> None:
    path = strategy(tmp_path)
    error = genfx("tune", path, "--data", "sample", "--objective", objective, code=2).stderr
    assert message in error
    assert not (tmp_path / "cross_tuned.strat").exists()


def test_tune_takes_a_formula_over_the_statistics_of_the_tester(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    formula = "(GROSSPROFIT-(1/(TRADES+1)))/-(GROSSLOSS-1/(TRADES+1))"
    options = ("--data", "sample", "--evaluations", 12, "--objective", formula, "--json")
    facts = json.loads(genfx("tune", path, *options).output)
    assert facts["objective"]["after"] >= facts["objective"]["before"] > 0
    plain = facts["after"]["profit_factor"]
    assert facts["objective"]["after"] == pytest.approx(plain, rel=1e-3)


def test_an_exported_ea_returns_an_objective(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    options = ("export", path, "--to", "mql5", "--out", "-", "--objective")
    assert "TesterStatistics(STAT_EXPECTED_PAYOFF)" in genfx(*options, "EXPECTEDPAYOFF").output
    assert "did you mean 'TRADES'?" in genfx(*options, "TRADS", code=2).stderr


@pytest.mark.parametrize("to", ["mql5", "python", "set", "strat", "json", "dot"])
def test_export_writes_beside_the_strategy(tmp_path: Path, to: str) -> None:
    path = strategy(tmp_path)
    if to == "strat":
        assert "would be overwritten" in genfx("export", path, "--to", to, code=2).stderr
        return
    genfx("export", path, "--to", to)
    (made,) = (p for p in tmp_path.iterdir() if p != path)
    assert made.stem == "cross"
    assert genfx("export", path, "--to", to, "--out", "-").output


def test_export_states_the_market_of_a_config(tmp_path: Path) -> None:
    config = Path(__file__).parent.parent / "examples" / "quickstart.toml"
    path = strategy(tmp_path)
    source = genfx("export", path, "--to", "mql5", "--config", config, "--out", "-").output
    assert load_bars("sample").data_hash in source


def test_data_import_stores_bars_and_info_shows_them(tmp_path: Path) -> None:
    target = tmp_path / "eu.npz"
    genfx("data", "import", sample_path(), "--timezone", "UTC", "--out", target)
    facts = json.loads(genfx("data", "info", target, "--json").output)
    assert facts["bars"] == 6225
    assert facts["data_hash"] == load_bars("sample").data_hash
    assert read_bars(target).timezone == "UTC"
    assert "exists" in genfx("data", "import", sample_path(), "--out", target, code=2).stderr
    genfx("data", "import", sample_path(), "--out", target, "--force")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2 - 20], "the file may be cut short here"),
        (lambda text: text.replace(",", " "), "columns separated by commas, semicolons or tabs"),
        (lambda text: "", "the file is empty"),
    ],
)
def test_bad_bars_leave_no_file_behind(tmp_path: Path, change, message: str) -> None:  # type: ignore[no-untyped-def]
    source = tmp_path / "bars.csv"
    source.write_text(change(gzip.decompress(sample_path().read_bytes()).decode()[:5012]))
    error = genfx("data", "import", source, "--out", tmp_path / "x.npz", code=2).stderr
    assert message in error
    assert [path.name for path in tmp_path.iterdir()] == ["bars.csv"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (NEVER, "'never' never trades on EURUSD H1"),
        (LONG, "'long' needs 9000 bars before its first entry"),
    ],
)
def test_a_strategy_that_comes_to_nothing_is_told_why(
    tmp_path: Path, text: str, message: str
) -> None:
    error = genfx("backtest", strategy(tmp_path, text), "--data", "sample", code=2).stderr
    assert message in error
    assert "hint:" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["backtest", "none.strat"], "none.strat: cannot be read"),
        (["backtest", "mine.toml"], "mine.toml: a config, no strategy"),
        (["check", "EURUSD.npz"], "--data EURUSD.npz"),
        (["backtest", "FILE", "--data", "none.csv"], "none.csv: no such file"),
        (["backtest", "FILE", "--data", "a.toml"], "is a config, not bars"),
        (["backtest", "FILE", "--from", "2031-01-01"], "2031-01-01 is outside the data"),
        (["backtest", "FILE", "--config", "none.toml"], "none.toml: cannot be read"),
        (["evolve", "none.toml"], "none.toml: cannot be read"),
        (["evolve"], "give either a config or --resume RUN"),
        (["evolve", "--resume", "none"], "none: is no run folder"),
        (["runs", "dump", "none"], "none: is no run folder"),
        (["data", "info", "none.csv"], "none.csv: no such file"),
        (["series", "smaa(close, 5)"], "unknown node 'smaa'"),
        (["series", "art(14)"], "did you mean 'atr'?"),
    ],
)
def test_bad_input_is_an_error_of_the_user(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    path = strategy(tmp_path)
    given = [str(path) if argument == "FILE" else argument for argument in arguments]
    error = genfx(*given, code=2).stderr
    assert message in error
    assert "Traceback" not in error


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("genfx.bars.sources.load_bars", broken)
    with pytest.raises(ZeroDivisionError):
        genfx("data", "info", "sample")
