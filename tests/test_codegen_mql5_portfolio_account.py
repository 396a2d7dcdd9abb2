"""What the parts of a portfolio EA share, on the host: margin, capital that moves, the panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from backtest.result import CloseReason
from backtest.shared import margin_may_bind, part_market
from codegen.evaluate import Evaluator
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import Deposit, Script
from codegen.mql5.portfolio import Part, emit_portfolio, portfolio_parts
from dsl.text.lower import parse
from genfx.bars.sources import load_bars
from genfx.portfolio.replays import PortfolioReplay, portfolio_replays
from genfx.portfolio.spans import portfolio_spans

TWO_LOTS = parse(
    'strategy "Long" { enter long when rising(close, 2) exit after 300 bars size 2 lots }'
)
ONE_LOT = parse(
    'strategy "Falls" { enter long when falling(close, 4) exit after 20 bars size 1 lots }'
)
RISK = parse(
    """strategy "Risk" {
        enter long when falling(close, 2) enter short when rising(close, 2)
        exit after 7 bars stop loss 2 * atr(14) size risk 1% daily loss 2% drawdown stop 90%
    }"""
)
BARS = load_bars("sample").between(0, 1200)
SHORT = portfolio_parts([TWO_LOTS, ONE_LOT], (0.65, 0.35), magic=11)
SIZED = portfolio_parts([RISK, ONE_LOT], (0.4, 0.6), magic=21)
TELLS = """     {
      for(int i = 0; i < 4; i++)
        {
         const string name = PanelPrefix() + "line " + IntegerToString(i);
         Print("panel " + ObjectGetString(0, name, OBJPROP_TEXT));
        }
      PrintFormat("objects %d", ObjectsDeleteAll(0, PanelPrefix()));
     }"""


@pytest.fixture(scope="module", autouse=True)
def _compiler() -> None:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")


@pytest.fixture(scope="module")
def sized() -> Path:
    deletes = "      ObjectsDeleteAll(0, PanelPrefix());"
    source = emit_portfolio(SIZED)
    assert source.count(deletes) == 1
    return build([source.replace(deletes, TELLS)])


def market(deposit: float, stop_out: float = 0.0) -> Market:
    account = Account(deposit=deposit, leverage=100, stop_out=stop_out)
    return Market(BARS, Symbol("EURUSD", BARS.digits), account)


def replayed(parts: tuple[Part, ...], on: Market) -> PortfolioReplay:
    (found,) = portfolio_replays(emit_portfolio(parts), parts, [("all bars", on)])
    assert found.difference == ""
    assert found.equity[0] == pytest.approx(found.equity[1], abs=0.01)
    return found


# Margin


def test_a_share_without_margin_enters_nothing_though_the_account_has_it() -> None:
    parts = portfolio_parts([TWO_LOTS, RISK], (0.01, 0.99), magic=11)
    plenty = market(100_000.0)
    one, other = replayed(parts, plenty).parts
    assert len(one.expected) == 0
    assert len(other.expected) > 20
    (span,) = portfolio_spans(parts, [("all", plenty)])
    assert any("Part 1, Long: Entries were left out" in text for text in span.remarks)


@pytest.mark.parametrize(
    ("stop_out", "entries", "stopped"), [(0.0, 24, 0), (50.0, 1, 1)], ids=["none", "half"]
)
def test_an_account_short_of_margin_refuses_and_closes_as_the_engine_says(
    stop_out: float, entries: int, stopped: int
) -> None:
    short = market(3_600.0, stop_out)
    alone = [
        Evaluator(part_market(short, 3_600.0 * part.weight)).result(part.strategy) for part in SHORT
    ]
    assert alone[1].trades == 25
    assert margin_may_bind(short, alone)
    found = replayed(SHORT, short)
    assert int(found.parts[1].expected.entry.sum()) == entries
    reasons = np.concatenate([one.expected.reason for one in found.parts])
    assert int((reasons == CloseReason.STOP_OUT).sum()) == stopped


def test_an_account_with_margin_to_spare_needs_no_second_simulation() -> None:
    plenty = market(100_000.0, 50.0)
    alone = [Evaluator(part_market(plenty, 50_000.0)).result(p.strategy) for p in SHORT]
    assert not margin_may_bind(plenty, alone)


# Capital


def test_a_share_of_half_a_cent_is_rounded_alike() -> None:
    parts = portfolio_parts([RISK, RISK], (0.5, 0.25), magic=31)
    for deposit in (10_000.05, 2_000.02):
        found = replayed(parts, market(deposit))
        assert found.deals > 100


def risked(found: HostResult) -> list[float]:
    """Return the lots of the entries of the part that sizes by risk, in the order of time."""
    entries = (found.magic == SIZED[0].magic) & (found.deals.entry > 0)
    return [float(lots) for lots in found.deals.lots[entries]]


def test_capital_that_arrives_after_the_start_is_traded_from_then_on(sized: Path) -> None:
    late = replay(sized, 0, market(0.0), script=Script(deposits=(Deposit(300, 20_000.0),)))
    assert late.fault is None
    assert late.deals.bar.min() >= 300
    begun = Market(BARS, Symbol("EURUSD", BARS.digits), market(20_000.0).account, first=300)
    same = replay(sized, 0, begun)
    assert late.deals.price.tolist() == same.deals.price.tolist()
    assert late.deals.lots.tolist() == same.deals.lots.tolist()
    said = [line.text for line in late.journal if "waiting for capital" in line.text]
    assert len(said) == 1


def test_deposits_and_withdrawals_change_the_sizes_at_once(sized: Path) -> None:
    paid = (Deposit(400, 20_000.0), Deposit(800, -30_000.0))
    steady = replay(sized, 0, market(20_000.0))
    moved = replay(sized, 0, market(20_000.0), script=Script(deposits=paid))
    again = replay(sized, 0, market(20_000.0), script=Script(deposits=paid, restarts=(500, 900)))
    assert risked(moved) == risked(again)
    entries = (moved.magic == SIZED[0].magic) & (moved.deals.entry > 0)
    bars = moved.deals.bar[entries]
    share = np.array(risked(moved)) / np.array(risked(steady))
    assert share[bars < 400].tolist() == [1.0] * int((bars < 400).sum())
    assert share[(bars >= 400) & (bars < 800)] == pytest.approx(2.0, abs=0.25)
    assert share[bars >= 800] == pytest.approx(0.5, abs=0.3)


def test_a_withdrawal_is_no_loss_of_a_part(sized: Path) -> None:
    paid = replay(sized, 0, market(40_000.0), script=Script(deposits=(Deposit(600, -35_000.0),)))
    reasons = paid.deals.reason[paid.deals.bar == 600]
    assert int((reasons == CloseReason.DRAWDOWN_STOP).sum()) == 0
    assert len(paid.deals.bar[paid.deals.bar > 600]) > 20


def test_profits_paid_out_beyond_the_deposit_leave_a_part_what_it_earned() -> None:
    rises = 'strategy "Rises" { enter long when rising(close, 2) exit after 9 bars size 0.1 lots }'
    parts = portfolio_parts([parse(rises), ONE_LOT], (0.5, 0.5), magic=41)
    paid_out = Script(deposits=(Deposit(560, -20_050.0),))
    found = replay(build([emit_portfolio(parts)]), 0, market(20_000.0), script=paid_out)
    earns = (found.magic == 41) & (found.deals.entry > 0) & (found.deals.bar > 560)
    assert found.deals.balance[found.deals.bar <= 560][-1] > 20_050.0
    assert int(earns.sum()) > 0
    assert not [line.text for line in found.journal if "waiting for capital" in line.text]


def test_a_stated_capital_stays_whatever_is_paid_in(sized: Path) -> None:
    fixed = {"StartCapital": 20_000.0}
    script = Script(deposits=(Deposit(400, 50_000.0),))
    steady = replay(sized, 0, market(20_000.0))
    assert risked(replay(sized, 0, market(20_000.0), inputs=fixed, script=script)) == risked(steady)


# The panel


def panel(library: Path, script: Script, *, shown: bool) -> list[str]:
    found = replay(library, 0, market(20_000.0), inputs={"ShowPanel": shown}, script=script)
    assert found.fault is None
    assert found.objects_left == ()
    return [t.text.removeprefix("panel ") for t in found.journal if t.text.startswith("panel ")]


def test_the_panel_has_a_line_for_each_part(sized: Path) -> None:
    whole, one, other, beyond = panel(sized, Script(live=True, ticks=2), shown=True)
    assert whole.startswith("Portfolio of 2 strategies, capital 20000.00, equity ")
    assert one.startswith("1 Risk: ")
    assert other.startswith("2 Falls: ")
    for text in (one, other):
        assert any(f": {word}" in text for word in ("long", "short", "flat"))
        assert ", result " in text
    assert max(map(len, (whole, one, other))) <= 63
    assert beyond == ""


def test_no_panel_is_drawn_in_the_tester_or_unasked(sized: Path) -> None:
    assert panel(sized, Script(), shown=True) == []
    assert panel(sized, Script(live=True), shown=False) == [""] * 4


def test_messages_name_the_part(sized: Path) -> None:
    found = replay(sized, 0, market(20_000.0))
    closing = [line.text for line in found.journal if "closing position" in line.text]
    assert {text.split(":")[0] for text in closing} == {"part 1", "part 2"}
