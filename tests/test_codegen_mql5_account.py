"""Rules of the account and acts by hand: what the Expert Advisor keeps, executed on the host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import replay
from codegen.host.script import Answer, Deposit, Hand, Script
from tests.support.troubles import MARKET, NUMBERS, SOURCES, one_position_at_a_time, run, said, same

LATE = 320  # the bar from which what was missing is there, or what was there is missing
DONE = 10009
TRADE_DISABLED = 10017


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    return build(list(SOURCES.values()))


def test_marks_of_closed_positions_are_deleted(library: Path) -> None:
    marks = []
    for end in range(100, 700, 60):
        window = replace(MARKET, last=end)
        found = replay(library, NUMBERS["locks"], window, script=Script(restarts=(end - 2,)))
        assert found.fault is None
        marks.append(len(found.globals_left))
    assert set(marks) == {0, 1}


def test_a_close_that_was_refused_is_forgotten_when_the_stop_closed_the_position(
    library: Path,
) -> None:
    refused = Answer(2, TRADE_DISABLED, count=10_000)
    found = run(library, "guarded", Script(answers=(refused,)))
    assert len(found.deals) == 2
    assert len(said(found, "failed to close")) > 1
    assert found.globals_left == ()


def test_closes_that_another_account_was_refused_close_nothing(library: Path) -> None:
    others = tuple((f"genfx close 7 {position}", 1.0) for position in range(200))
    found = run(library, "exits", Script(variables=others))
    assert same(found, run(library, "exits"))


def test_orders_that_are_filled_in_parts_are_one_trade_of_the_day(library: Path) -> None:
    smooth = run(library, "guarded")
    found = run(library, "guarded", Script(answers=(Answer(1, DONE, "parts", count=10_000),)))
    entries = smooth.deals.bar[smooth.deals.entry == 1]
    assert found.deals.bar[found.deals.entry == 1].tolist() == np.repeat(entries, 2).tolist()
    days = smooth.deals.time[smooth.deals.entry == 1] // 86_400
    assert np.unique(days, return_counts=True)[1].max() == 2
    assert found.deals.lots.sum() == pytest.approx(smooth.deals.lots.sum())
    assert found.deals.profit.sum() == pytest.approx(smooth.deals.profit.sum(), abs=0.5)


def test_a_credit_changes_no_limit(library: Path) -> None:
    assert same(run(library, "guarded", Script(credit=5_000.0)), run(library, "guarded"))
    assert len(said(run(library, "guarded"), "daily loss")) > 0


def test_a_withdrawal_is_no_loss_and_a_deposit_no_gain(library: Path) -> None:
    smooth = run(library, "guarded")
    entered = next(int(d.bar) for d in smooth.deals if d.entry and d.bar >= LATE)
    poorer = run(library, "guarded", Script(deposits=(Deposit(entered, -6_000.0),)))
    assert any(d.entry and d.bar == entered for d in poorer.deals)
    assert poorer.statistics["PROFIT"] == pytest.approx(poorer.deals.profit.sum(), abs=0.01)
    lost = said(smooth, "daily loss")[0]
    richer = run(library, "guarded", Script(deposits=(Deposit(lost, 100.0),)))
    assert lost in said(richer, "daily loss")


# By hand


def test_a_position_that_was_closed_by_hand_is_over(library: Path) -> None:
    smooth = run(library, "guarded")
    entered, left = smooth.deals.bar[:2].tolist()
    assert left - entered > 1
    found = run(library, "guarded", Script(hands=(Hand(entered + 1, "close"),)))
    assert found.deals.bar[:2].tolist() == [entered, entered + 1]
    assert found.magic[:2].tolist() == [77, 0]
    assert one_position_at_a_time(found)
    assert len(said(found, "failed")) == 0


def test_half_of_a_position_is_left_as_the_whole_would_be(library: Path) -> None:
    smooth = run(library, "exits")
    entered, left = next((a, b) for a, b in smooth.deals.bar.reshape(-1, 2).tolist() if b > a + 1)
    found = run(library, "exits", Script(hands=(Hand(entered + 1, "halve"),)))
    chosen = found.deals.bar >= entered
    assert found.deals.bar[chosen][:3].tolist() == [entered, entered + 1, left]
    assert found.deals.lots[chosen][:3].tolist() == [0.1, 0.05, 0.05]


def test_a_stop_that_was_moved_by_hand_is_trailed_from_there(library: Path) -> None:
    smooth = run(library, "trails")
    entered, left = smooth.deals.bar[:2].tolist()
    for stop in (0, 5, 5_000):
        hands = (Hand(entered + 1, "levels", stop=stop),)
        found = run(library, "trails", Script(hands=hands))
        assert found.deals.bar[0] == entered
        assert (found.deals.bar[1] < left) == (stop == 5)
        assert one_position_at_a_time(found)
        assert len(said(found, "failed")) == 0


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
