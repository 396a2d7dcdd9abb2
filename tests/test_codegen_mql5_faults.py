"""What the Expert Advisor does when things go wrong, executed on the host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.resample import resampled
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Answer, History, LateStart, Script
from genfx.bars.sources import load_bars
from tests.support.troubles import (
    MARKET,
    NUMBERS,
    SOURCES,
    one_position_at_a_time,
    run,
    said,
    same,
)

LATE = 320  # the bar from which what was missing is there, or what was there is missing
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
TIMEOUT, PLACED, PARTIAL, STOPS, DONE = 10012, 10008, 10010, 10016, 10009


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    return build(list(SOURCES.values()))


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


@pytest.mark.parametrize("name", ["reverses", "exits", "trails", "locks"])
@pytest.mark.parametrize("code", [TIMEOUT, PLACED])
def test_what_was_executed_at_once_is_seen_whatever_the_answer_says(
    library: Path, name: str, code: int
) -> None:
    script = Script(answers=(Answer(1, code, "yes", count=10_000),))
    assert same(run(library, name, script), run(library, name))


def test_a_stop_that_was_moved_at_once_is_not_moved_again_within_its_bar(library: Path) -> None:
    hours = load_bars("sample").between(0, 2000)
    larger = replace(MARKET, bars=resampled(hours, 4 * 3600), finer=hours)
    found = [
        replay(library, NUMBERS["trails"], larger, script=script, mode="m1-ohlc")
        for script in (SMOOTH, Script(answers=(Answer(1, PLACED, "yes", count=10_000),)))
    ]
    assert len(found[0].deals) > 50
    assert same(*found)


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
    ("name", "missing", "what"),
    [
        ("exits", Script(live=True, ticks=2, facts_from=LATE), "point and tick size"),
        ("trails", Script(live=True, ticks=2, handles_from=LATE), "indicators"),
    ],
)
def test_what_is_missing_at_the_start_is_waited_for(
    library: Path, name: str, missing: Script, what: str
) -> None:
    found = run(library, name, missing)
    assert found.init_code == 0
    assert len(said(found, f"waiting for {what}")) == 1
    assert found.deals.bar[0] >= LATE
    assert found.deals.bar[0] < LATE + 20


def late_starts(seconds: int, ticks: int, first: int = 0) -> tuple[LateStart, ...]:
    return tuple(LateStart(bar, seconds, ticks) for bar in range(first, len(MARKET.bars)))


def test_a_bar_that_is_well_under_way_opens_nothing_but_may_close(library: Path) -> None:
    live = run(library, "exits", Script(live=True))
    missed = late_starts(600, 51, first=LATE)
    found = run(library, "exits", Script(live=True, late_starts=missed))
    entries = found.deals.bar[found.deals.entry == 1]
    assert len(entries) > 0
    assert entries.max() < LATE < live.deals.bar.max()
    assert same_start(found, live, len(found.deals))
    assert len(said(found, "first ticks of the bar were missed")) > 0
    assert same(run(library, "exits", Script(late_starts=missed)), run(library, "exits"))


@pytest.mark.parametrize(("seconds", "ticks"), [(600, 50), (60, 51)], ids=["few ticks", "soon"])
def test_a_market_that_opens_within_the_bar_is_entered(
    library: Path, seconds: int, ticks: int
) -> None:
    live = run(library, "exits", Script(live=True))
    late = Script(live=True, late_starts=late_starts(seconds, ticks))
    assert same(run(library, "exits", late), live)


def test_indicators_that_lag_behind_are_waited_for_a_few_seconds(library: Path) -> None:
    live = run(library, "trails", Script(live=True))
    assert len(live.deals) > 0
    for lag_s, ticks in ((3, 4), (100, 7)):
        slow = Script(live=True, ticks=ticks, lag_s=lag_s)
        assert same(run(library, "trails", slow), live)
        earlier = run(library, "trails", replace(slow, ticks=ticks - 1))
        assert len(earlier.deals) == 0
    assert same(run(library, "trails", Script(lag_s=100)), run(library, "trails"))


def test_the_tester_does_not_wait(library: Path) -> None:
    found = run(library, "exits", Script(facts_from=LATE))
    assert found.init_code != 0
    assert len(said(found, "missing")) == 1


def test_an_open_position_is_served_before_the_longest_warm_up(library: Path) -> None:
    smooth = run(library, "slow")
    held = [(int(a), int(b)) for a, b in smooth.deals.bar.reshape(-1, 2) if b - a > 4 and a > 300]
    for entered, left in held[:3]:
        found = run(library, "slow", Script(histories=(History(entered + 2, 120),)))
        before = int((smooth.deals.bar < entered + 2).sum())
        assert same_start(found, smooth, before + 1)
        assert found.deals.reason[before] == smooth.deals.reason[before]
        bars = found.deals.bar[found.deals.entry == 1]
        assert not ((bars > left) & (bars < entered + 30)).any()  # the warm-up begins anew
        assert len(bars) > before // 2 + 1


def same_start(one: HostResult, other: HostResult, count: int) -> bool:
    return bool(np.array_equal(one.deals.time[:count], other.deals.time[:count]))


@pytest.mark.parametrize("name", list(SOURCES))
@pytest.mark.parametrize("every", [3, 10])
def test_a_restart_changes_nothing(library: Path, name: str, every: int) -> None:
    restarts = tuple(range(every, len(MARKET.bars), every))
    found = run(library, name, Script(restarts=restarts))
    assert len(said(found, "stopped")) == len(restarts) + 1
    assert same(found, run(library, name))
