"""What the Expert Advisor does and says on a chart that nobody watches, executed on the host."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from backtest.result import CloseReason
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Answer, LateStart, OtherChart, Outage, Script
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from dsl.text.lower import parse
from genfx.bars.sources import load_bars

MAGIC = 77
LATE = 150  # bar
CLOSED, REQUOTE, PLACED = 10018, 10004, 10008
STRATEGIES = {
    "exits": """strategy "Exits" {
        enter long when rising(close, 2)
        exit long when close < close[2]
        size 0.1 lots
    }""",
    "reverses": """strategy "Reverses" {
        enter long when close crosses above sma(close, 20)
        enter short when close crosses below sma(close, 20)
        reverse
        size 0.1 lots
    }""",
    "limited": """strategy "Limited" {
        enter long when rising(close, 2)
        exit after 3 bars
        stop loss 3 * atr(14)
        daily loss 0.2%
        drawdown stop 1%
        size 0.5 lots
    }""",
    "waits": """strategy "Waits" {
        enter long when close > sma(close, 200)
        exit after 5 bars
        size 0.1 lots
    }""",
    "spread": """strategy "Spread" {
        enter long when rising(close, 2)
        max spread 9 points
        size 0.1 lots
    }""",
}
SOURCES = {
    name: emit_mql5(parse(text), EmitFacts(magic=MAGIC)) for name, text in STRATEGIES.items()
}


def edited(text: str, old: str, new: str) -> str:
    """Return a text with one place replaced, found once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


EDITED = {
    "two_positions": edited(SOURCES["exits"], "OwnPositions() > 1", "OwnPositions() > 0"),
    "switched_off": edited(
        SOURCES["exits"], "AccountInfoInteger(ACCOUNT_TRADE_EXPERT) == 0", "true"
    ),
    "beside_another": edited(
        SOURCES["exits"],
        "if(PositionGetInteger(POSITION_MAGIC) != MagicNumber)",
        "if(PositionGetInteger(POSITION_MAGIC) == MagicNumber)",
    ),
    **{
        f"quote_{points}_off": edited(
            SOURCES["exits"],
            "PositionOpen(_Symbol, type, volume, quote,",
            f"PositionOpen(_Symbol, type, volume, quote - {points}.0 * _Point,",
        )
        for points in (4, 6)
    },
}
NUMBERS = {name: number for number, name in enumerate((*SOURCES, *EDITED))}


def make_market() -> Market:
    bars = load_bars("sample").between(0, 500)
    return Market(bars, Symbol("EURUSD", bars.digits), Account(deposit=10_000.0))


MARKET = make_market()


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    return build([*SOURCES.values(), *EDITED.values()])


def run(library: Path, name: str, script: Script = SMOOTH, **inputs: float) -> HostResult:
    found = replay(library, NUMBERS[name], MARKET, script=script, inputs=inputs)
    assert found.fault is None
    assert found.leaked_handles == 0
    return found


def said(found: HostResult, text: str) -> list[int]:
    """Return the bars in whose lines of the journal a text stands."""
    return [line.bar for line in found.journal if text in line.text]


def bar_of(found: HostResult, deal: int) -> int:
    return int(np.searchsorted(MARKET.bars.time, found.deals.time[deal]))


# A close that has to be


def test_a_close_is_tried_as_long_as_its_bar_lasts(library: Path) -> None:
    left = bar_of(run(library, "exits"), 1)
    found = run(library, "exits", Script(answers=(Answer(2, CLOSED, count=25),), ticks=3600))
    assert bar_of(found, 1) > left
    tries = [line.time for line in found.journal if line.bar == left and ": 10018 " in line.text]
    pauses = np.diff(tries)
    assert len(tries) > 20
    assert pauses.min() >= 15
    assert pauses[-1] >= 300
    assert tries[-1] - MARKET.bars.time[left] > 3000
    assert said(found, "nothing more is tried") == []


def test_a_storm_of_requotes_slows_a_close_down_and_does_not_end_it(library: Path) -> None:
    smooth = run(library, "exits")
    storm = Script(answers=(Answer(2, REQUOTE, count=23),), ticks=3000)
    found = run(library, "exits", storm)
    assert found.deals.time[1] == smooth.deals.time[1]
    assert found.deals.reason[1] == CloseReason.EXIT_SIGNAL
    tries = [line.time for line in found.journal if ": 10004 " in line.text]
    assert len(tries) == 23
    assert np.diff(tries)[-3:].min() >= 300


def test_an_entry_is_given_up_after_twenty_failures(library: Path) -> None:
    storm = Script(answers=(Answer(1, REQUOTE, count=10_000),), ticks=50)
    found = run(library, "exits", storm)
    bars, counts = np.unique(said(found, ": 10004 "), return_counts=True)
    assert counts.max() == 20
    assert said(found, "nothing more is tried in this bar") == bars.tolist()


def test_a_close_that_a_closed_market_refused_is_due_in_the_next_bar(library: Path) -> None:
    smooth = run(library, "exits")
    deal = over_by_the_next_bar(smooth)
    left = bar_of(smooth, deal)
    found = run(library, "exits", Script(closed=(left,)))
    # the exit signal is over by then, the decision is not
    assert bar_of(found, deal) == left + 1
    assert found.deals.reason[deal] == CloseReason.EXIT_SIGNAL
    assert said(found, "closing position")[deal // 2 : deal // 2 + 2] == [left, left + 1]


def test_a_close_that_was_refused_is_due_after_a_restart(library: Path) -> None:
    smooth = run(library, "exits")
    deal = over_by_the_next_bar(smooth)
    left = bar_of(smooth, deal)
    found = run(library, "exits", Script(closed=(left,), restarts=(left + 1,)))
    assert bar_of(found, deal) == left + 1
    assert said(found, ": refused_before") == [left + 1]
    alone = run(library, "exits", Script(restarts=(left + 1,)))
    assert said(alone, ": refused_before") == []


def over_by_the_next_bar(found: HostResult) -> int:
    """Return a closing deal whose exit signal is no longer true at the next bar."""
    bars = {bar_of(found, deal): deal for deal in range(1, len(found.deals), 2)}
    close = MARKET.bars.close
    return next(d for b, d in bars.items() if b + 1 not in bars and close[b] >= close[b - 2])


def test_a_close_under_way_is_told_once(library: Path) -> None:
    answer = Answer(2, PLACED, "later")
    found = run(library, "exits", Script(answers=(answer,), ticks=60))
    assert found.deals.reason[1] == CloseReason.EXIT_SIGNAL
    told = said(found, "closing position")
    assert len(told) == len(set(told))


def test_a_reversal_of_a_bar_whose_open_was_missed_ends_flat(library: Path) -> None:
    smooth = run(library, "reverses", Script(live=True))
    starts = tuple(LateStart(bar, 600, 51) for bar in range(LATE, len(MARKET.bars)))
    found = run(library, "reverses", Script(live=True, late_starts=starts))
    assert found.deals.entry[-1] == 0
    assert found.deals.reason[-1] == CloseReason.REVERSE
    last = int(found.deals.bar[-1])
    assert last >= LATE
    assert last == smooth.deals.bar[len(found.deals) - 1]
    assert last in said(found, "no entry: first ticks of the bar were missed")


# What the journal is told


def test_missing_history_is_told_when_it_begins_and_when_it_ends(library: Path) -> None:
    found = run(library, "waits", Script(live=True))
    (begins,) = said(found, "waiting for 201 bars of history")
    (ends,) = said(found, "201 bars of history no longer missing")
    assert begins == -1
    assert ends == 200
    first = bar_of(found, 0)
    assert first >= ends


def test_missing_data_is_told_once_it_lasts(library: Path) -> None:
    short = run(library, "waits", Script(outages=(Outage(250, 4),), ticks=20))
    assert said(short, "waiting for prices") == []
    found = run(library, "waits", Script(outages=(Outage(250, 12),), ticks=20))
    assert said(found, "waiting for prices and values of indicators") == [250]
    assert said(found, "prices and values of indicators no longer missing") == [250]


def test_limits_are_told_once(library: Path) -> None:
    found = run(library, "limited")
    days = [MARKET.bars.time[bar] // 86_400 for bar in said(found, "no entries today")]
    assert len(days) > 1
    assert len(days) == len(set(days))
    stops = said(found, "below the highest balance")
    assert len(stops) >= 1
    assert all(b - a > 1 for a, b in pairwise(stops))


def test_why_a_signal_was_left_out_is_told_on_a_chart_when_the_reason_changes(
    library: Path,
) -> None:
    found = run(library, "spread", Script(live=True))
    lines = [line.text for line in found.journal if line.text.startswith("no entry")]
    assert len(found.deals) == 0
    assert lines == ["no entry: a filter; the spread is 10 points"]
    assert said(run(library, "spread"), "no entry") == []


def test_lots_that_the_symbol_does_not_allow_are_told(library: Path) -> None:
    assert said(run(library, "exits"), "lots") == []
    below = run(library, "exits", Lots=0.005)
    assert said(below, "0.005 lots are below the smallest volume, 0.01: there will be no") == [-1]
    assert len(below.deals) == 0
    between = run(library, "exits", Lots=0.017)
    assert said(between, "0.017 lots are traded as 0.01") == [-1]
    assert set(between.deals.lots.tolist()) == {0.01}


def test_trading_that_is_switched_off_is_told_on_a_chart(library: Path) -> None:
    assert said(run(library, "switched_off", Script(live=True)), "the broker forbids") == [-1]
    assert said(run(library, "switched_off"), "the broker forbids") == []
    assert said(run(library, "exits", Script(live=True)), "no order will be executed") == []


def test_a_second_position_of_the_same_magic_is_told(library: Path) -> None:
    entered = bar_of(run(library, "exits"), 0)
    script = Script(restarts=(entered + 1,))
    found = run(library, "two_positions", script)
    assert said(found, "1 positions have magic 77, only the newest is managed") == [entered]
    assert said(run(library, "exits", script), "only the newest") == []


# Symbols, accounts, requests


def test_a_symbol_with_a_suffix_trades_as_one_without(library: Path) -> None:
    other = replace(MARKET, symbol=replace(MARKET.symbol, name="EURUSD.raw_x"))
    found = replay(library, NUMBERS["limited"], other)
    assert found.problem == ""
    assert np.array_equal(found.deals.profit, run(library, "limited").deals.profit)


def test_a_netting_account_with_the_position_of_another_is_refused_a_hedging_one_not(
    library: Path,
) -> None:
    entered = bar_of(run(library, "exits"), 0)
    script = Script(restarts=(entered + 1,))
    netting = replace(MARKET, account=replace(MARKET.account, mode="netting"))
    found = replay(library, NUMBERS["beside_another"], netting, script=script)
    assert found.init_code != 0
    assert said(found, "a netting account holds only one") == [entered]
    assert said(run(library, "beside_another", script), "netting") == []


def test_a_quote_farther_off_than_the_slippage_allowed_is_no_entry(library: Path) -> None:
    smooth = run(library, "exits")
    assert len(run(library, "quote_4_off", MaxSlippage=5).deals) == len(smooth.deals)
    assert len(run(library, "quote_6_off").deals) == len(smooth.deals)
    refused = run(library, "quote_6_off", MaxSlippage=5)
    assert len(refused.deals) == 0
    assert len(said(refused, ": 10004 ")) > 0


# Two charts


def mark(chart: int, magic: int = MAGIC) -> str:
    return f"genfx chart {chart} {magic}"


@pytest.mark.parametrize(
    ("other", "variable", "refused"),
    [
        (OtherChart(5, "EURUSD", "Exits"), (mark(5), 0.0), True),
        (OtherChart(5, "GBPUSD", "Exits"), (mark(5), 0.0), False),
        (OtherChart(5, "EURUSD", "Exits"), (mark(5, 78), 0.0), False),
        (OtherChart(5, "EURUSD", "Exits"), (mark(6), 0.0), False),
        (OtherChart(5, "EURUSD", ""), (mark(5), 0.0), False),
        (OtherChart(5, "EURUSD", "Exits"), (mark(5), 1e18), False),
    ],
    ids=["same", "other_symbol", "other_magic", "other_chart", "left_behind", "started_later"],
)
def test_a_second_chart_with_the_same_magic_is_refused(
    library: Path, other: OtherChart, variable: tuple[str, float], refused: bool
) -> None:
    charts = (OtherChart(9, "EURUSD"), other)
    found = run(library, "exits", Script(live=True, charts=charts, variables=(variable,)))
    assert (found.init_code != 0) == refused
    told = [line.text for line in found.journal if "on another chart has magic" in line.text]
    assert told == (
        ["Exits on another chart has magic 77 already, give this one another"] if refused else []
    )


def test_a_chart_that_the_expert_has_left_is_free_again(library: Path) -> None:
    restarts = tuple(range(20, 200, 20))
    found = run(library, "exits", Script(live=True, restarts=restarts))
    assert found.init_code == 0
    assert len(said(found, "stopped")) == len(restarts) + 1
