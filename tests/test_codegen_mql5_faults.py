"""What the Expert Advisor does when things go wrong, executed on the host.

Where the host has no such trouble of its own (missing facts of a symbol, a history that shrinks),
one condition of the emitted text is replaced before it is compiled.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Answer, Script
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from dsl.text.lower import parse
from genfx.bars.sources import load_bars

FACTS = EmitFacts(magic=77)
STRATEGIES = {
    "reverses": """strategy "Reverses" {
        enter long when close crosses above sma(close, 20)
        enter short when close crosses below sma(close, 20)
        stop loss 3 * atr(14)
        reverse
        size 0.1 lots
    }""",
    "exits": """strategy "Exits" {
        enter long when rising(close, 2)
        exit long when falling(close, 2)
        size 0.1 lots
    }""",
    "trails": """strategy "Trails" {
        enter long when rising(close, 3)
        stop loss 2 * atr(14)
        trailing stop atr(14)
        size 0.1 lots
    }""",
    "slow": """strategy "Slow" {
        enter long when rising(close, 2) and sma(close, 150) > 0.5
        exit long when close < sma(close, 100)
        trailing stop 2 * atr(14)
        session 06:00 to 20:00 close
        size 0.1 lots
    }""",
    "locks": """strategy "Locks" {
        enter long when rising(close, 2)
        stop loss 2 * atr(14)
        break even at 0.5 * atr(14) lock 0.1 * atr(14)
        exit after 9 bars
        size 0.1 lots
    }""",
    "guarded": """strategy "Guarded" {
        enter long when rising(close, 2)
        exit after 3 bars
        stop loss 3 * atr(14)
        daily loss 0.2%
        drawdown stop 50%
        max trades per day 2
        size 0.5 lots
    }""",
}
SOURCES = {name: emit_mql5(parse(text), FACTS) for name, text in STRATEGIES.items()}
LATE = "2017.01.20 12:00"  # when what was missing is there, or what was there is missing


def edited(name: str, *edits: tuple[str, str]) -> str:
    """Return the text of an expert with conditions replaced, each of them found once."""
    text = SOURCES[name]
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


MISSING = "SymbolInfoDouble(_Symbol, SYMBOL_TRADE_TICK_SIZE) > 0.0)"
EDITED = {
    "facts_late": edited("exits", (f"!({MISSING}", f"TimeCurrent() < D'{LATE}' || !({MISSING}")),
    "handles_late": edited(
        "trails",
        ("   if(!CreateHandles())", f"   if(TimeCurrent() < D'{LATE}' || !CreateHandles())"),
    ),
    "history_gone": edited(
        "slow",
        (
            "   if(bars <= WarmupBars())",
            f"   if(TimeCurrent() > D'{LATE}' || bars <= WarmupBars())",
        ),
    ),
    "open_missed": edited(
        "exits",
        ("ExtFirstTick - bar_time <= ENTRY_SECONDS", f"bar_time < D'{LATE}'"),
        ("> OPENING_TICKS", "> 0"),
    ),
    "opened_within_bar": edited("exits", ("ExtFirstTick - bar_time <= ENTRY_SECONDS", "false")),
    "indicators_slow": edited(
        "trails", ("BarsCalculated(ExtAtr1) <", "BarsCalculated(ExtAtr1) - 1 <")
    ),
    "marks_told": edited(
        "locks",
        (
            'PrintFormat("stopped',
            'PrintFormat("marks %d", GlobalVariablesTotal());\n   PrintFormat("stopped',
        ),
    ),
    "filled_in_parts": edited("guarded", ("DEAL_POSITION_ID", "DEAL_ENTRY")),
    "with_credit": edited(
        "guarded",
        ("AccountInfoDouble(ACCOUNT_EQUITY)", "(AccountInfoDouble(ACCOUNT_EQUITY) + 5000.0)"),
        ("AccountInfoDouble(ACCOUNT_CREDIT)", "(AccountInfoDouble(ACCOUNT_CREDIT) + 5000.0)"),
    ),
}
NUMBERS = {name: number for number, name in enumerate((*SOURCES, *EDITED))}
AGAIN = {
    "requote": 10004,
    "price_changed": 10020,
    "price_off": 10021,
    "too_many": 10024,
    "locked": 10028,
    "connection": 10031,
}
GIVEN_UP = {
    "reject": 10006,
    "invalid": 10013,
    "invalid_volume": 10014,
    "invalid_stops": 10016,
    "trade_disabled": 10017,
    "market_closed": 10018,
    "no_money": 10019,
    "client_disables": 10027,
    "invalid_fill": 10030,
    "limit_volume": 10034,
    "long_only": 10042,
}
TIMEOUT, PLACED, PARTIAL, STOPS = 10012, 10008, 10010, 10016


def make_market() -> Market:
    bars = load_bars("sample").between(0, 700)
    return Market(bars, Symbol("EURUSD", bars.digits), Account(deposit=10_000.0))


MARKET = make_market()


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    return build([*SOURCES.values(), *EDITED.values()])


def run(library: Path, name: str, script: Script = SMOOTH) -> HostResult:
    found = replay(library, NUMBERS[name], MARKET, script=script)
    assert found.fault is None
    assert found.leaked_handles == 0
    return found


def same(one: HostResult, other: HostResult) -> bool:
    fields = ("time", "entry", "side", "lots", "price", "profit")
    return len(one.deals) == len(other.deals) and all(
        np.array_equal(getattr(one.deals, f), getattr(other.deals, f)) for f in fields
    )


def said(found: HostResult, text: str) -> list[int]:
    """Return the bars in whose lines of the journal a text stands."""
    return [line.bar for line in found.journal if text in line.text]


def one_position_at_a_time(found: HostResult) -> bool:
    entries = found.deals.entry.tolist()
    return all(a != b for a, b in pairwise(entries))


# Answers of the trade server


@pytest.mark.parametrize("code", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_a_passing_refusal_is_tried_again_at_once(
    library: Path, code: int, request_number: int
) -> None:
    found = run(library, "reverses", Script(answers=(Answer(request_number, code, count=2),)))
    assert same(found, run(library, "reverses"))
    assert len(said(found, f": {code} ")) == 2


def test_attempts_in_a_row_are_bounded_and_go_on_with_the_next_tick(library: Path) -> None:
    answers = (Answer(1, AGAIN["requote"], count=7),)
    late = run(library, "reverses", Script(answers=answers, ticks=4))
    assert same(late, run(library, "reverses"))
    alone = run(library, "reverses", Script(answers=answers))
    assert len(alone.deals) < len(late.deals)
    assert set(np.unique(said(alone, ": 10004 "), return_counts=True)[1].tolist()) <= {1, 3}


@pytest.mark.parametrize("code", GIVEN_UP.values(), ids=GIVEN_UP)
def test_an_entry_that_was_refused_is_not_repeated_in_its_bar(library: Path, code: int) -> None:
    smooth = run(library, "reverses")
    found = run(library, "reverses", Script(answers=(Answer(1, code),), ticks=5))
    assert len(said(found, f": {code} ")) == 1
    assert found.deals.time[0] > smooth.deals.time[0]
    assert len(found.deals) == len(smooth.deals) - 2


@pytest.mark.parametrize("code", [TIMEOUT, PLACED])
@pytest.mark.parametrize("executed", ["yes", "later", "no"])
@pytest.mark.parametrize("request_number", [1, 2, 3, 4])
def test_a_request_of_unknown_fate_never_doubles_a_position(
    library: Path, code: int, executed: str, request_number: int
) -> None:
    answer = Answer(request_number, code, executed)  # type: ignore[arg-type]
    for name in ("reverses", "exits"):
        found = run(library, name, Script(answers=(answer,), ticks=20))
        assert one_position_at_a_time(found)
        assert set(found.deals.lots.tolist()) == {0.1}
        if executed == "yes" and code == PLACED:
            assert same(found, run(library, name))


@pytest.mark.parametrize("code", [TIMEOUT, PLACED])
def test_an_entry_of_unknown_fate_is_over_for_its_bar(library: Path, code: int) -> None:
    smooth = run(library, "reverses")
    found = run(library, "reverses", Script(answers=(Answer(1, code),), ticks=5))
    assert len(found.deals) == len(smooth.deals) - 2
    assert found.deals.time[0] > smooth.deals.time[0]


@pytest.mark.parametrize("code", [*GIVEN_UP.values(), TIMEOUT])
def test_a_close_that_was_refused_is_tried_again_later_in_the_bar(library: Path, code: int) -> None:
    found = run(library, "exits", Script(answers=(Answer(2, code),), ticks=20))
    smooth = run(library, "exits")
    assert found.deals.time[:2].tolist() == smooth.deals.time[:2].tolist()
    assert len(said(found, f": {code} ")) == 1


def test_a_closed_market_delays_a_close_and_forgets_an_entry(library: Path) -> None:
    smooth = run(library, "exits")
    left = int(np.searchsorted(MARKET.bars.time, smooth.deals.time[1]))
    found = run(library, "exits", Script(closed=(left, left + 1), ticks=2))
    assert found.deals.time[1] >= MARKET.bars.time[left + 2]
    assert one_position_at_a_time(found)


def test_what_a_partly_filled_close_left_is_closed_too(library: Path) -> None:
    found = run(library, "exits", Script(answers=(Answer(2, PARTIAL, "partly"),), ticks=3))
    smooth = run(library, "exits")
    entered, *left = found.deals.lots[:3].tolist()
    assert sum(left) == pytest.approx(entered)
    assert set(found.deals.time[1:3].tolist()) == {int(smooth.deals.time[1])}


def test_a_refused_move_of_the_stop_is_tried_again_within_its_bar(library: Path) -> None:
    smooth = run(library, "trails")
    moves = Script(answers=(Answer(2, STOPS, count=1),), ticks=20)
    found = run(library, "trails", moves)
    assert same(found, smooth)
    (bar,) = said(found, "failed to move the stop loss")
    assert MARKET.bars.time[bar] > smooth.deals.time[0]
    for_ever = run(library, "trails", Script(answers=(Answer(2, STOPS, count=10_000),), ticks=3300))
    bars, counts = np.unique(said(for_ever, "failed to move"), return_counts=True)
    assert len(bars) > 0
    assert counts.max() == 20
    assert len(said(for_ever, "nothing more is tried in this bar")) == (counts == 20).sum()


# The start and the restart


@pytest.mark.parametrize(
    ("name", "what"), [("facts_late", "point and tick size"), ("handles_late", "indicators")]
)
def test_what_is_missing_at_the_start_is_waited_for(library: Path, name: str, what: str) -> None:
    found = run(library, name, Script(live=True, ticks=2))
    assert found.init_code == 0
    assert len(said(found, f"waiting for {what}")) == 1
    late = np.datetime64(LATE.replace(".", "-").replace(" ", "T")).astype("datetime64[s]")
    assert len(found.deals) > 0
    assert found.deals.time.min() >= late.astype(int)


def test_a_bar_that_is_well_under_way_opens_nothing_but_may_close(library: Path) -> None:
    live = run(library, "exits", Script(live=True))
    found = run(library, "open_missed", Script(live=True))
    late = np.datetime64(LATE.replace(".", "-").replace(" ", "T")).astype("datetime64[s]")
    entries = found.deals.time[found.deals.entry == 1]
    assert len(entries) > 0
    assert entries.max() < late.astype(int) < live.deals.time.max()
    assert same_start(found, live, len(found.deals))
    assert len(said(found, "first ticks of the bar were missed")) > 0
    assert same(run(library, "open_missed"), run(library, "exits"))


def test_a_market_that_opens_within_the_bar_is_entered(library: Path) -> None:
    live = run(library, "exits", Script(live=True))
    assert same(run(library, "opened_within_bar", Script(live=True)), live)


def test_indicators_that_lag_behind_are_waited_for_a_few_seconds(library: Path) -> None:
    live = run(library, "trails", Script(live=True))
    assert len(live.deals) > 0
    assert same(run(library, "indicators_slow", Script(live=True, ticks=10)), live)
    assert len(run(library, "indicators_slow", Script(live=True, ticks=5)).deals) == 0
    assert same(run(library, "indicators_slow"), run(library, "trails"))


def test_the_tester_does_not_wait(library: Path) -> None:
    found = run(library, "facts_late")
    assert found.init_code != 0
    assert len(said(found, "missing")) == 1


def test_an_open_position_is_served_before_the_longest_warm_up(library: Path) -> None:
    smooth, found = run(library, "slow"), run(library, "history_gone")
    time = found.deals.time
    gone = (
        np.datetime64(LATE.replace(".", "-").replace(" ", "T")).astype("datetime64[s]").astype(int)
    )
    entries = time[found.deals.entry == 1]
    assert (entries <= gone).all()
    assert len(entries) > 0
    before = int((smooth.deals.time <= gone).sum())
    assert same_start(found, smooth, before)
    # the position that is open when history shrinks leaves as it would have left
    assert time[-1] == smooth.deals.time[len(time) - 1]
    assert found.deals.reason[-1] == smooth.deals.reason[len(time) - 1]


def same_start(one: HostResult, other: HostResult, count: int) -> bool:
    return bool(np.array_equal(one.deals.time[:count], other.deals.time[:count]))


@pytest.mark.parametrize("name", list(SOURCES))
@pytest.mark.parametrize("every", [3, 10])
def test_a_restart_changes_nothing(library: Path, name: str, every: int) -> None:
    restarts = tuple(range(every, len(MARKET.bars), every))
    assert same(run(library, name, Script(restarts=restarts)), run(library, name))


# Account rules


def test_marks_of_closed_positions_are_deleted(library: Path) -> None:
    found = run(library, "marks_told", Script(restarts=tuple(range(50, 700, 50))))
    counts = [int(line.text.split()[1]) for line in found.journal if line.text.startswith("marks")]
    assert len(counts) > 10
    assert max(counts) == 1


def test_parts_of_one_order_are_one_trade_of_the_day(library: Path) -> None:
    days = run(library, "guarded").deals
    entries = days.time[days.entry == 1] // 86_400
    assert np.unique(entries, return_counts=True)[1].max() == 2
    # where all entries have the same number they count as one: the number is what counts
    found = run(library, "filled_in_parts").deals
    more = found.time[found.entry == 1] // 86_400
    assert np.unique(more, return_counts=True)[1].max() > 2


def test_a_credit_changes_no_limit(library: Path) -> None:
    assert same(run(library, "with_credit"), run(library, "guarded"))
    assert len(said(run(library, "guarded"), "daily loss")) > 0


def test_inputs_are_refused_by_name(library: Path) -> None:
    for inputs, name in (
        ({"Lots": 0.0}, "Lots"),
        ({"MagicNumber": 0}, "MagicNumber"),
        ({"TradeComment": "x" * 32}, "TradeComment"),
        ({"MaxSlippage": -1}, "MaxSlippage"),
    ):
        found = replay(library, NUMBERS["exits"], MARKET, inputs=inputs)
        assert found.init_code != 0
        assert any(line.text.startswith(f"input {name}: ") for line in found.journal)
