"""Portfolio EAs and include files of signals: their texts, and what they do on the host.

Each part of a portfolio trades as the strategy does alone on its share of the deposit, to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from backtest.market import Account, Costs, Market, Symbol
from backtest.result import Deals
from backtest.shared import part_market
from codegen.evaluate import Evaluator
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import Script
from codegen.mql5.facts import EmitFacts
from codegen.mql5.portfolio import Part, emit_portfolio, portfolio_parts, portfolio_set
from codegen.mql5.set_table import parse_set
from codegen.mql5.signals import class_name, emit_signals
from dsl.errors import CodegenError, DataError
from dsl.jit import Bool1D
from dsl.text.lower import parse
from genfx.bars.sources import load_bars
from genfx.cli.app import app
from genfx.portfolio.replays import PortfolioReplay, portfolio_replays
from genfx.portfolio.spans import portfolio_spans, span_figures
from genfx.strategy_files import load_strategy
from genfx.verify.subject import expert_subject

STRATEGIES = {
    "follow": """strategy "Follow" {
        input n = 9 in 3..30
        enter long when close > ema(close, n) + 0.2 * atr(14)
        enter short when close < ema(close, n) - 0.2 * atr(14)
        stop loss 2 * atr(14)
        trailing stop 1.5 * atr(14)
        reverse
        size risk 1%
    }""",
    "fade": """strategy "Fade" {
        input n = 6 in 3..30
        enter long when rsi(sma(close, n), 5) < 40
        enter short when rsi(sma(close, n), 5) > 60
        exit after 9 bars
        stop loss atr(20)
        take profit 2 * atr(20)
        break even at atr(20) lock 0.25 * atr(20)
        size risk 0.5%
    }""",
    "guarded": """strategy "Guarded" {
        enter long when close > open
        enter short when close < open
        stop loss 0.7 * atr(9)
        size risk 1%
        daily loss 1.5%
        drawdown stop 60%
        max trades per day 4
    }""",
    "day": """strategy "Day" {
        enter long when rising(close, 2)
        exit long when falling(close, 2)
        session 06:00 to 20:00 close
        friday close 18:00
        size 0.3 lots
    }""",
}
PARSED = {name: parse(text) for name, text in STRATEGIES.items()}
WEIGHTS = (0.4, 0.3, 0.2, 0.1)
PARTS = portfolio_parts(list(PARSED.values()), WEIGHTS, magic=11)
SOURCE = emit_portfolio(PARTS)


def market(rows: int = 1200) -> Market:
    bars = load_bars("sample").between(0, rows)
    account = Account(deposit=100_000.0, leverage=10_000, stop_out=0)
    costs = Costs(commission=3.5, slippage=1)
    return Market(bars, Symbol("EURUSD", bars.digits), account, costs)


MARKET = market()


@pytest.fixture(scope="module", autouse=True)
def _compiler() -> None:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")


@pytest.fixture(scope="module")
def library() -> Path:
    return build([SOURCE])


def share(weight: float) -> Market:
    """Return the market on which a part of such a weight trades alone."""
    return part_market(MARKET, MARKET.account.deposit * weight)


def replayed(
    source: str, parts: Sequence[Part], on: Market = MARKET, capital: float = 0.0
) -> PortfolioReplay:
    (found,) = portfolio_replays(source, parts, [("all bars", on)], capital)
    return found


def of_magic(found: HostResult, magic: int) -> list[tuple[float, ...]]:
    return rows(found.deals, found.magic == magic)


def rows(deals: Deals, chosen: Bool1D | None = None) -> list[tuple[float, ...]]:
    columns = (deals.time, deals.entry, deals.side, deals.lots, deals.price, deals.profit)
    table = np.round(np.column_stack(columns), 8)
    return [tuple(row) for row in (table if chosen is None else table[chosen]).tolist()]


def check_parts(found: HostResult) -> None:
    assert found.fault is None
    assert found.leaked_handles == 0
    for part in PARTS:
        alone = Evaluator(share(part.weight)).result(part.strategy)
        wanted = rows(alone.deals)
        assert len(wanted) > 20, part.strategy.title
        assert of_magic(found, part.magic) == wanted, part.strategy.title


def test_every_part_trades_as_the_strategy_alone_on_its_share(library: Path) -> None:
    check_parts(replay(library, 0, MARKET))


def test_the_whole_is_the_sum_of_its_parts(library: Path) -> None:
    found = replay(library, 0, MARKET)
    (span,) = portfolio_spans(PARTS, [("all", MARKET)])
    assert found.statistics["PROFIT"] == pytest.approx(span.lines[-1].net_profit, abs=0.005)
    assert span.balance - MARKET.account.deposit == pytest.approx(span.lines[-1].net_profit)
    assert span.lines[-1].trades == found.statistics["TRADES"]
    (shown,) = span_figures([span])
    header = emit_portfolio(PARTS, EmitFacts(spans=(shown,))).split("#property")[0]
    assert f"Trades {span.lines[-1].trades}" in " ".join(header.split())


def test_a_terminal_that_restarts_finds_every_part_again(library: Path) -> None:
    check_parts(replay(library, 0, MARKET, script=Script(restarts=tuple(range(40, 1200, 37)))))


def test_the_capital_may_be_another_one_than_the_deposit(library: Path) -> None:
    half = replay(library, 0, MARKET, inputs={"StartCapital": MARKET.account.deposit / 2})
    part = PARTS[0]
    alone = Evaluator(share(part.weight / 2)).result(part.strategy)
    assert of_magic(half, part.magic) == rows(alone.deals)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"P2_MagicNumber": 11}, "P2_MagicNumber: is the magic number of another part"),
        ({"P1_InpN": 0}, "input P1_InpN: allowed is from 1"),
        ({"P3_Weight": 0.0}, "input P3_Weight: allowed is a number above 0"),
        ({"StartCapital": -1.0}, "input StartCapital: wants 0 or more"),
        ({"ServerShift": 24}, "input ServerShift: allowed are"),
    ],
)
def test_inputs_that_make_no_sense_are_refused_by_name(
    library: Path, inputs: dict[str, float], said: str
) -> None:
    found = replay(library, 0, MARKET, inputs=inputs)
    assert found.init_code != 0
    assert any(said in line.text for line in found.journal)


def test_a_netting_account_is_refused(library: Path) -> None:
    netting = replace(MARKET, account=replace(MARKET.account, mode="netting"))
    found = replay(library, 0, netting)
    assert found.init_code != 0
    assert any("use a hedging account" in line.text for line in found.journal)


# The text


def test_the_header_lists_the_parts() -> None:
    header = SOURCE.split("#property")[0]
    for number, part in enumerate(PARTS, 1):
        row = f"{number:>4}  {part.magic:>12}  {part.weight:>6g}  {part.strategy.strategy_id}"
        assert row in header
        assert f"Part {number} in the language of genfx:" in header
    assert header.count('strategy "') == len(PARTS)


def test_functions_without_state_stand_once_the_others_in_every_part() -> None:
    names = re.findall(r"^\w+ (\w+)\(", SOURCE, re.MULTILINE)
    assert len(names) == len(set(names))
    assert {"Greater", "ReadBuffer", "DealAmount", "OnTick"} <= set(names)
    assert "SelectPosition" not in names
    assert SOURCE.count("   bool SelectPosition(void)") == len(PARTS)


def test_the_set_file_has_the_inputs_of_the_expert() -> None:
    declared = re.findall(r"^input \w+ (\w+) =", SOURCE, re.MULTILINE)
    values = parse_set(portfolio_set(PARTS)).values
    assert list(values) == declared
    assert values["P3_Weight"] == "0.2"
    assert values["P2_MagicNumber"] == "12"


def test_magic_numbers_are_never_the_same() -> None:
    twice = portfolio_parts([PARSED["day"], PARSED["day"]])
    assert twice[0].magic != twice[1].magic
    assert [part.weight for part in twice] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("count", "weights", "said"),
    [
        (1, (), "two or more strategies"),
        (2, (0.5,), "1 weights for 2 strategies"),
        (2, (0.7, 0.6), "together they are at most 1"),
        (2, (1.2, -0.2), "each is above 0"),
    ],
)
def test_weights_that_are_none_are_refused(
    count: int, weights: tuple[float, ...], said: str
) -> None:
    with pytest.raises(CodegenError, match=said):
        portfolio_parts(list(PARSED.values())[:count], weights)


def test_the_command_writes_expert_and_set_and_shows_the_sum(tmp_path: Path) -> None:
    files = []
    for name in ("follow", "day"):
        files.append(str(tmp_path / f"{name}.strat"))
        Path(files[-1]).write_text(STRATEGIES[name])
    out = tmp_path / "both.mq5"
    wanted = ["portfolio", *files, "--out", str(out), "--data", "sample", "--json"]
    ran = CliRunner().invoke(app, [*wanted, "--weights", "0.7,0.3"])
    assert ran.exit_code == 0, ran.output
    assert '"name": "together"' in ran.output
    assert "input double P1_Weight = 0.7;" in out.read_text()
    assert parse_set(out.with_suffix(".set").read_bytes()).values["P2_Weight"] == "0.3"
    assert CliRunner().invoke(app, [*wanted, "--weights", "a,b"]).exit_code == 2
    assert CliRunner().invoke(app, [*wanted, "--out", str(tmp_path / "a.set")]).exit_code == 2
    assert not (tmp_path / "a.set").exists()
    assert "not verified" in out.read_text()
    other_weights = CliRunner().invoke(app, [*wanted, "--verify"])
    assert other_weights.exit_code == 2
    assert "--force" in other_weights.output
    assert CliRunner().invoke(app, [*wanted, "--verify", "--force"]).exit_code == 0
    assert re.search(r"Replay +verified: \d+ deals of 2 parts equal", out.read_text())


def test_a_part_that_trades_otherwise_is_found() -> None:
    found = replayed(SOURCE, PARTS)
    assert found.deals > 500
    assert found.holds
    assert found.equity[0] == pytest.approx(found.equity[1], abs=0.01)
    other = [replace(part, weight=0.1) for part in PARTS]
    assert "part 1, 'Follow': deal 1: lots is" in replayed(SOURCE, other).difference
    stranger = [PARTS[0], replace(PARTS[1], magic=1), *PARTS[2:]]
    assert "which no part has" in replayed(SOURCE, stranger).difference


def test_a_file_of_the_wrong_sort_is_told_with_the_command_for_it(tmp_path: Path) -> None:
    file = tmp_path / "both.mq5"
    file.write_text(SOURCE)
    with pytest.raises(DataError, match=r"portfolio of several(.|\n)*`genfx verify FILE.mq5`"):
        expert_subject(SOURCE, str(file))
    with pytest.raises(DataError, match=r"is no strategy(.|\n)*`genfx import \S*both.mq5"):
        load_strategy(file)


def test_emitting_twice_gives_the_same_bytes() -> None:
    again = portfolio_parts([parse(text) for text in STRATEGIES.values()], WEIGHTS, magic=11)
    assert emit_portfolio(again) == SOURCE


# Include files


def own_expert(source: str, name: str) -> str:
    """Return an EA of someone's own that has an include file in it and prints its signals."""
    return f"""{source}
{name} ExtSignals;
int OnInit(void)
  {{
   return(ExtSignals.Init() ? INIT_SUCCEEDED : INIT_FAILED);
  }}
void OnDeinit(const int reason)
  {{
   ExtSignals.Deinit();
  }}
void OnTick(void)
  {{
   if(!ExtSignals.Update() || !ExtSignals.Ready())
      return;
   if(ExtSignals.LongEntry())
      PrintFormat("long %I64d", (long)iTime(_Symbol, _Period, 0));
  }}
"""


def usage(source: str) -> str:
    """Return the example in the header of an include file, behind the file itself."""
    lines = source.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("//|    #include")) + 1
    end = next(i for i in range(start, len(lines)) if lines[i].startswith("//+---"))
    return "\n".join([source, *(line[7:] for line in lines[start:end])])


def test_an_include_file_tells_the_signals_of_its_strategy() -> None:
    names = ("fade", "follow", "day")
    texts = [emit_signals(PARSED[name]) for name in names]
    experts = [own_expert(t, class_name(PARSED[n])) for t, n in zip(texts, names, strict=True)]
    both = own_expert(texts[0] + "\n" + texts[1], class_name(PARSED["follow"]))
    library = build([*experts, both, *(usage(text) for text in texts)])
    for number, name in enumerate(names):
        found = replay(library, number, MARKET)
        times = [int(line.text.split()[1]) for line in found.journal if "long" in line.text]
        decisions = Evaluator(MARKET).decisions(PARSED[name])
        assert times == MARKET.bars.time[decisions.long_entry].tolist()
        assert found.leaked_handles == 0
        assert len(times) > 20
    together = replay(library, len(names), MARKET)
    assert together.journal[0].text == replay(library, 1, MARKET).journal[0].text
    for number in range(len(names) + 1, 2 * len(names) + 1):
        shown = [line.text for line in replay(library, number, MARKET).journal]
        assert any(text.startswith("enter now") for text in shown)


def test_parameters_are_members_with_setters() -> None:
    text = emit_signals(PARSED["follow"], EmitFacts(), "my.mqh")
    assert "void SetN(const int value)" in text
    assert '#include "my.mqh"' in text
    assert "\ninput " not in text
    wrong = "ExtSignals.SetN(0);\n   return(ExtSignals.Init()"
    source = own_expert(text, "CFollow").replace("return(ExtSignals.Init()", wrong)
    found = replay(build([source]), 0, MARKET)
    assert found.init_code != 0
    assert any("CFollow: n: allowed is from 1" in line.text for line in found.journal)
