"""Values of MetaTrader's indicators: the script that writes them, the file, the comparison."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import dsl.nodes  # noqa: F401  fills the registry
from backtest.bars import Bars
from backtest.history.store import write_bars
from backtest.market import Market, Symbol
from codegen.host.compiler import build
from codegen.host.cpp import translate
from codegen.host.parser import parse_mql5
from codegen.host.replay import replay
from codegen.mql5.dump import DUMP_MARK, built_in_types, dump_nodes, emit_dump
from codegen.verify.experts import compiler_problem
from dsl.errors import CodegenError, DataError, DslErrors, UnsupportedNode
from dsl.text.lower import parse_expression
from dsl.text.printer import format_expression
from genfx.bars.sources import load_bars
from genfx.cli.app import app
from genfx.config.file import Config
from genfx.markets import market
from genfx.series import values_beside_bars
from genfx.terminal.dumps import checked_dump
from mt5.dump import Dump, parse_dump

FILES = """
#define FILE_WRITE 2
#define FILE_TXT   16
#define FILE_ANSI  32
#define CP_UTF8    65001
int FileOpen(const string name, const int flags, const short delimiter, const uint codepage)
  {
   return(1);
  }
uint FileWriteString(const int file, const string text)
  {
   Print(text);
   return(0);
  }
void FileClose(const int file)
  {
  }
int OnInit(void)
  {
   return(INIT_SUCCEEDED);
  }
void OnTick(void)
  {
   if(Bars(_Symbol, _Period) == 700)
      RunScript();
  }
"""
needs_compiler = pytest.mark.skipif(bool(compiler_problem()), reason="no C++ compiler")
EXPRESSIONS = ("ema(close, 9)", "macd(close, 5, 9, 4).signal", "obv()", "rsi(close, 14)")


@cache
def sample(rows: int = 900) -> Bars:
    return load_bars("sample").between(0, rows)


@cache
def column(expression: str) -> tuple[float, ...]:
    bars = sample()
    tested = Market(bars, Symbol(bars.symbol, bars.digits))
    return tuple(values_beside_bars(parse_expression(expression), tested)[1])


def written(first: int = 0, **changes: tuple[int, float]) -> str:
    """Return the file of a script that ran on the last bars; `changes` add to a cell of a node."""
    bars = sample()
    values = {name: list(column(name)) for name in EXPRESSIONS}
    for name, (row, added) in changes.items():
        expression = next(e for e in EXPRESSIONS if e.startswith(name))
        values[expression][row] += added
    lines = [f"{DUMP_MARK};EURUSD;3600;5", ";".join(["time", *PRICES, *EXPRESSIONS])]
    for row in range(first, len(bars)):
        prices = [f"{getattr(bars, name)[row] / 1e5:.5f}" for name in PRICES[:4]]
        cells = [f"{bars.time[row]}", *prices, str(bars.tick_volume[row]), "0"]
        numbers = [values[name][row] for name in EXPRESSIONS]
        lines.append(";".join([*cells, *("" if v != v else f"{v:.17g}" for v in numbers)]))
    return "\n".join([*lines, f"end;{len(bars) - first}", ""])


def executable(source: str) -> str:
    """Return a script as an Expert Advisor: the host calls no OnStart, the last bar's tick does."""
    assert source.count("void OnStart(void)") == 1
    return source.replace("OnStart", "RunScript") + FILES


PRICES = ("open", "high", "low", "close", "tick_volume", "spread")


def dump(text: str) -> Dump:
    return parse_dump(text, "dump.csv")


def test_the_script_of_all_built_ins_passes_the_checks_of_a_compiler() -> None:
    source = executable(emit_dump(dump_nodes()))
    assert "void RunScript();" in translate(parse_mql5(source, "dump.mq5"))


@needs_compiler
def test_the_script_runs_and_its_file_holds_the_values_of_genfx() -> None:
    """The host's indicators are written from the formulas, not from the kernels."""
    library = build([executable(emit_dump(dump_nodes()))])
    found = replay(library, 0, market(Config(), sample(700)))
    assert found.fault is None
    printed = [line.text for line in found.journal]
    end = next(i for i, text in enumerate(printed) if text.startswith("end;"))
    file = dump("".join(printed[: end + 1]))
    assert len(file.bars) == 699
    checks = checked_dump(file, sample())
    assert len(checks) == len(dump_nodes())
    assert max(check.error for check in checks) < 1e-8
    assert min(check.rows for check in checks) > 190
    assert not any(check.constant for check in checks)


def test_every_output_of_every_built_in_is_written_once() -> None:
    nodes = dump_nodes()
    assert len(set(nodes)) == len(nodes) == sum(len(t.outputs) for t in built_in_types())
    source = emit_dump(nodes)
    for node in nodes:
        assert source.count(f'";{format_expression(node)}"') == 1
    assert source.count("] = i") == len(built_in_types())


def test_outputs_of_one_indicator_share_its_handle_and_have_their_buffers() -> None:
    source = emit_dump(dump_nodes(["bands", "sma(high, 7)"]))
    assert source.count("iBands(") == 1
    assert "ReadColumn(0, 0, 1, rows)" in source
    assert "ReadColumn(1, 0, 0, rows)" in source
    assert "ReadColumn(3, 1, 0, rows)" in source
    assert "iMA(_Symbol, _Period, 7, 0, MODE_SMA, PRICE_HIGH)" in source
    assert max(map(len, source.splitlines())) <= 120


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("rsii", "no built-in indicator 'rsii'"),
        ("highest", "no built-in indicator 'highest'"),
        ("highest(high, 5)", "is no built-in indicator"),
        ("ema(rsi(close, 14), 3)", "x is no price of closed bars"),
        ("deviation(close, ema(close, 10), 12)", "makes its average itself"),
        ("deviation(open, ema(close, 10), 10)", "makes its average itself"),
        ("h4(ema(close, 10))", "is no built-in indicator"),
        ("ema(close[2], 3)", "x is no price of closed bars"),
        ("ema(open[0], 3)", "x is no price of closed bars"),
    ],
)
def test_what_no_handle_gives_is_refused(wanted: str, message: str) -> None:
    with pytest.raises(UnsupportedNode, match=message):
        emit_dump(dump_nodes([wanted]))


def test_nothing_to_write_and_wrong_expressions_are_refused() -> None:
    with pytest.raises(CodegenError, match="nothing to write"):
        emit_dump([])
    with pytest.raises(DslErrors):
        dump_nodes(["ema(close"])


def test_a_dump_gives_back_bars_and_values() -> None:
    found = dump(written())
    assert np.array_equal(found.bars.close, sample().close)
    assert (found.bars.symbol, found.bars.timeframe) == ("EURUSD", 3600)
    for name in EXPRESSIONS:
        assert np.array_equal(found.columns[name], column(name), equal_nan=True)


def test_equal_values_are_found_equal_on_every_row_after_the_warm_up() -> None:
    checks = {check.expression: check for check in checked_dump(dump(written()))}
    assert {check.error for check in checks.values()} == {0.0}
    for name in EXPRESSIONS:
        assert checks[name].rows == int((~np.isnan(column(name))).sum()) > 600


def test_one_wrong_value_is_found_with_its_bar() -> None:
    worst = checked_dump(dump(written(rsi=(700, 1e-3))))[0]
    assert worst.expression == "rsi(close, 14)"
    assert worst.time == sample().time[700]
    assert worst.error == pytest.approx(1e-3 / abs(worst.theirs), rel=0.2)
    assert checked_dump(dump(written(rsi=(700, 1e-9))))[0].error < 1e-10


def test_sums_that_began_earlier_differ_by_a_constant_only() -> None:
    checks = {check.expression: check for check in checked_dump(dump(written(first=200)))}
    assert checks["obv()"].constant
    assert max(check.error for check in checks.values()) < 1e-7
    longer = checked_dump(dump(written(first=200)), sample())
    assert {(check.error, check.constant) for check in longer} == {(0.0, False)}
    assert min(check.rows for check in longer) > 600


def test_bars_of_another_chart_are_refused() -> None:
    found = dump(written(first=880))
    with pytest.raises(DataError, match="share no bars"):
        checked_dump(found, sample(rows=400))
    other = sample().between(0, 900)
    wrong = type(other)(
        **{name: getattr(other, name) for name in other.__slots__ if name[0] != "_"}
        | {"close": other.close + 1}
    )
    with pytest.raises(DataError, match="another close"):
        checked_dump(found, wrong)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (DUMP_MARK, "genfx dump 9", "is no dump"),
        (";3600;", ";1 hour;", "the bar period is '1 hour'"),
        ("time;open", "time;opened", ":2: the titles"),
        ("rsi(close, 14)", "obv()", ":2: the titles"),
        ("end;900", "end;901", "is not the end of 900 bars"),
        ("end;900\n", "", "is not the end of"),
        ("end;900", "1;2\nend;901", ":903: 2 cells below 11 titles"),
        (";0;;;", ";x;;;", ":3: cell 7 is 'x', not a number"),
    ],
)
def test_a_damaged_dump_is_refused(old: str, new: str, message: str) -> None:
    text = written()
    assert old in text
    with pytest.raises(DataError, match=r"^dump\.csv") as caught:
        dump(text.replace(old, new, 1))
    assert message in str(caught.value)


def test_the_commands_write_and_check(tmp_path: Path) -> None:
    script, file = tmp_path / "dump.mq5", tmp_path / "genfx_dump.csv"
    run = CliRunner()
    made = run.invoke(app, ["mt5", "dump-script", "--nodes", "rsi", "--out", str(script)])
    assert made.exit_code == 0, made.output
    assert "iRSI(_Symbol, _Period, 14, PRICE_CLOSE)" in script.read_text()
    file.write_text(written(), encoding="utf-8")
    checked = run.invoke(app, ["mt5", "check-dump", str(file)])
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.count("same") == len(EXPRESSIONS)
    file.write_text(written(macd=(600, 0.1)), encoding="utf-8")
    store = tmp_path / "EURUSD_H1.npz"
    write_bars(store, sample())
    wrong = run.invoke(app, ["mt5", "check-dump", str(file), "--data", str(store), "--json"])
    assert wrong.exit_code == 1
    facts = json.loads(wrong.stdout)
    assert [c["expression"] for c in facts["columns"] if not c["same"]] == [EXPRESSIONS[1]]


def test_a_column_that_cannot_be_compared_is_no_success(tmp_path: Path) -> None:
    file = tmp_path / "genfx_dump.csv"
    lines = written().splitlines()
    rows = [line.rsplit(";", 1)[0] + ";" for line in lines[2:-1]]
    file.write_text("\n".join([*lines[:2], *rows, lines[-1]]) + "\n", encoding="utf-8")
    checked = CliRunner().invoke(app, ["mt5", "check-dump", str(file)])
    assert checked.exit_code == 1
    assert "too few bars" in checked.stdout
