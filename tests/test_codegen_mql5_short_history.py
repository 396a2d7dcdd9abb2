"""What an Expert Advisor does about a position older than the history that its terminal has."""

from __future__ import annotations

import pytest

from backtest.market import Market
from backtest.result import CloseReason
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Script
from codegen.mql5.emit import emit_mql5
from dsl.text.lower import parse
from tests.support.bars import EURUSD, hand_bars

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

RISING = [(100_000 + 5 * i, 100_010 + 5 * i, 99_990 + 5 * i, 100_004 + 5 * i) for i in range(60)]
FALLING = (100_000, 100_010, 99_990, 99_996)
HOLDS = """strategy "Holds" {
    enter long when rising(close, 2)
    exit after 9 bars
    size 0.1 lots
}"""
SESSION = """strategy "Session" {
    enter long when rising(close, 2)
    session 06:00 to 20:00 close
    size 0.1 lots
}"""


def run(text: str, script: Script = SMOOTH) -> HostResult:
    bars = hand_bars([FALLING] * 4 + RISING)
    found = replay(build([emit_mql5(parse(text))]), 0, Market(bars, EURUSD), script=script)
    assert found.problem == ""
    return found


def first_trade(found: HostResult) -> tuple[int, int, int]:
    deals = found.deals
    return int(deals.bar[0]), int(deals.bar[1]), int(deals.reason[1])


def test_exit_after_bars_counts_at_least_the_bars_that_are_there() -> None:
    entered, closed, reason = first_trade(run(HOLDS))
    assert (closed - entered, reason) == (9, CloseReason.MAX_BARS)
    # restarted three bars later, with history from two bars after the entry on
    script = Script(restarts=(entered + 3,), late_until=64, late_rows=entered + 2)
    entered_too, late, reason = first_trade(run(HOLDS, script))
    assert entered_too == entered
    assert (late - entered, reason) == (10, CloseReason.MAX_BARS)


def test_a_close_that_was_missed_is_made_up_for_though_history_begins_after_the_entry() -> None:
    entered, closed, reason = first_trade(run(SESSION))
    assert reason == CloseReason.SESSION
    script = Script(
        silent=(closed, closed + 1),
        restarts=(closed + 2,),
        late_until=64,
        late_rows=closed - 1,
    )
    entered_too, late, reason = first_trade(run(SESSION, script))
    assert entered_too == entered
    assert (late - closed, reason) == (2, CloseReason.SESSION)
