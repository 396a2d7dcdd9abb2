"""What a replay shows of MetaTrader: visible bars, answers of the server, faults, journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtest.market import Account, Costs, Market
from backtest.resample import resampled
from backtest.timeframes import timeframe_seconds
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, input_types, replay
from codegen.host.script import Answer, Outage, Script
from codegen.verify.markets import nasty_bars
from dsl.errors import ConfigError, DataError
from tests.support.bars import EURUSD, HOUR, MONDAY, hand_bars

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
SOURCES = Path(__file__).parent / "support" / "host"
PROGRAMS = ("series", "request", "faulty", "words", "history")
STILL = (100_000, 100_050, 99_950, 100_020)
MARKET = Market(hand_bars([STILL] * 6, start=MONDAY - 2 * HOUR), EURUSD, first=1)
DONE, TIMEOUT, PLACED, PARTIAL, REQUOTE = 10009, 10012, 10008, 10010, 10004


@cache
def library() -> Path:
    return build([(SOURCES / f"{name}.mq5").read_text(encoding="utf-8") for name in PROGRAMS])


def run(name: str, market: Market = MARKET, **options: Any) -> HostResult:
    inputs = {key: options.pop(key) for key in list(options) if key[0].isupper()}
    return replay(library(), PROGRAMS.index(name), market, inputs=inputs, **options)


def lines(result: HostResult, bar: int | None = None) -> list[str]:
    return [line.text for line in result.journal if bar is None or line.bar == bar]


# --- what a program sees


def test_of_the_forming_bar_only_its_open_is_seen_at_the_first_tick() -> None:
    chart, day, week, *_ = lines(run("series"), 3)
    assert chart == "3600 4 2024.01.01 01:00 100000 100000 100000 100000 1"
    assert day == "86400 2 2024.01.01 00:00 100000 100050 99950 100000 101"
    assert week == "604800 1 2023.12.31 00:00 100000 100050 99950 100000 301"


def test_closed_bars_of_larger_timeframes_are_those_of_the_resampler() -> None:
    bars = nasty_bars(np.random.default_rng(11), 400)
    result = run("series", Market(bars, replace(EURUSD, digits=bars.digits)))
    for name in ("D1", "W1"):
        seconds = timeframe_seconds(name)
        larger = resampled(bars, seconds)
        columns = (getattr(larger, column).tolist() for column in COLUMNS)
        closed = [
            f"closed {seconds} " + " ".join(map(str, row)) for row in zip(*columns, strict=True)
        ]
        for line in result.journal:
            if line.text.startswith(f"closed {seconds} ") and line.time >= int(larger.time[1]):
                row = int(np.searchsorted(larger.time, line.time, side="right")) - 2
                assert line.text == closed[row]


def test_shifts_find_the_bar_of_a_time_and_smaller_timeframes_are_not_there() -> None:
    *_, shifts, below = lines(run("series"), 4)
    assert shifts == "shifts 0 1 -1 -1"
    assert below == "below -1"


def test_history_that_arrives_late_is_not_there_before() -> None:
    result = run("series", script=Script(late_until=3, late_rows=1))
    bars = [int(lines(result, bar)[0].split()[1]) for bar in (1, 2, 3)]
    assert bars == [1, 2, 4]


def test_a_bar_grows_with_the_ticks_of_finer_bars() -> None:
    rows = [(100_000, 100_010, 99_990, 100_005), (100_005, 100_050, 99_950, 100_020)] * 6
    finer = hand_bars(rows, start=MONDAY - 2 * HOUR, timeframe=HOUR // 2)
    result = run("series", replace(MARKET, finer=finer), mode="m1-ohlc")
    seen = [line.split()[4:] for line in lines(result, 2) if line.startswith("3600")]
    assert seen[0] == ["100000", "100000", "100000", "100000", "1"]
    assert seen[3] == ["100000", "100010", "99990", "100005", "4"]
    assert seen[-1] == ["100000", "100050", "99950", "100020", "8"]


def test_text_is_written_as_metatrader_writes_it() -> None:
    written = lines(run("words", Word="żółw", Tint=0x0000FF))
    assert written == [
        "   42|42   |003.1|0.000123|5000000000|7|żółw|%",
        "pi 3.25 true 1970.01.02 00:00:00 7",
        "1.01 7",
        "żółw-3 6 4",
        "2024.02.29 12:34 2024.02.29 12:34:56",
        "2024 2 29 12 4 59",
        "255,0,0",
    ]


# --- what the server answers


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, DONE),
        ({"Volume": 0.005}, 10014),
        ({"Volume": 0.015}, 10014),
        ({"Volume": 200.0}, 10014),
        ({"Volume": 99.0}, 10019),
        ({"Stop": -5}, 10016),
        ({"Target": -5}, 10016),
        ({"Stop": 14}, 10016),
        ({"Stop": 15, "Target": 15}, DONE),
        ({"Off": 11}, REQUOTE),
        ({"Filling": 2}, 10030),
        ({"Position": 999}, 10036),
    ],
)
def test_a_request_is_checked_as_a_server_checks_it(inputs: dict[str, Any], code: int) -> None:
    market = replace(MARKET, symbol=replace(EURUSD, stops_level=15))
    for side in (0, 1):
        result = run("request", market, Type=side, **inputs)
        assert lines(result, 1)[0].split()[:2] == [str(code), str(int(code == DONE))]
        assert len(result.deals) == 2 * (code == DONE)


@pytest.mark.parametrize(
    ("modes", "wanted"), [("any", {0, 1}), ("fok", {0}), ("ioc", {1}), ("return", {2})]
)
def test_an_order_is_filled_as_its_symbol_fills(modes: Any, wanted: set[int]) -> None:
    for filling in range(4):
        found = run("request", script=Script(filling=modes), Filling=filling)
        code = DONE if filling in wanted else 10030
        assert lines(found, 1)[0].split()[0] == str(code)


def test_another_symbol_ends_the_program_and_names_the_one_there_is() -> None:
    fault = run("request", Ticker="GBPUSD").fault
    assert fault is not None
    assert 'symbol "GBPUSD": the host replays one symbol only, EURUSD in the function' in fault


def test_levels_stand_on_ticks() -> None:
    symbol = replace(EURUSD, tick_points=5)
    assert lines(run("request", replace(MARKET, symbol=symbol), Stop=52), 1)[0] == "10016 0 0"
    assert lines(run("request", replace(MARKET, symbol=symbol), Stop=55), 1)[0] == "10009 1 0.1"


def test_a_move_to_where_the_stop_stands_changes_nothing() -> None:
    assert lines(run("request", Stop=100, Modify=0), 2)[0] == "10025 0 0"
    moved = run("request", Stop=100, Modify=80)
    assert lines(moved, 2)[0] == "10009 1 0"
    assert moved.deals.stop.tolist() == [99_900, 99_920]


def test_a_request_more_than_the_deviation_from_the_fill_is_requoted() -> None:
    market = replace(MARKET, costs=Costs(slippage=4))
    assert lines(run("request", market, Deviation=3), 1)[0].startswith("10004")
    assert run("request", market, Deviation=4).deals.price[0] == 100_014


def test_a_closed_market_refuses_everything() -> None:
    result = run("request", script=Script(closed=(1,)), OpenBars=2)
    assert lines(result, 1)[0].startswith("10018")
    assert result.deals.bar[0] == 2


@pytest.mark.parametrize(
    ("executed", "code", "first", "bar", "lots"),
    [
        ("no", TIMEOUT, "0 positions, 0 orders", None, 0.0),
        ("yes", TIMEOUT, "1 positions, 0 orders", 1, 0.1),
        ("later", PLACED, "0 positions, 1 orders", 2, 0.1),
        ("partly", PARTIAL, "1 positions, 0 orders", 1, 0.05),
    ],
)
def test_a_scripted_answer_hides_what_the_server_does(
    executed: Any, code: int, first: str, bar: int | None, lots: float
) -> None:
    result = run("request", script=Script(answers=(Answer(1, code, executed),)))
    assert lines(result, 1)[0].split()[0] == str(code)
    assert lines(result, 1)[1] == first
    entries = [(deal.bar, deal.lots) for deal in result.deals if deal.entry]
    assert entries == ([] if bar is None else [(bar, lots)])


def test_answers_count_requests() -> None:
    script = Script(answers=(Answer(2, REQUOTE, count=2),))
    sent = run("request", script=script, OpenBars=5, Volume=0.1)
    assert [lines(sent, bar)[0].split()[0] for bar in range(1, 6)] == [
        *("10009", "10004", "10004", "10009", "10009")
    ]


def test_hedging_adds_positions_and_netting_adds_to_one() -> None:
    hedging = run("request", OpenBars=2)
    assert lines(hedging, 5)[-1] == "2 positions, 0 orders"
    assert hedging.deals.entry.tolist() == [1, 1, 0, 0]
    netting = replace(MARKET, account=Account(mode="netting"))
    added = run("request", netting, OpenBars=2)
    assert lines(added, 5)[-1] == "1 positions, 0 orders"
    assert added.deals.entry.tolist() == [1, 1, 0]
    assert added.deals.lots.tolist() == [0.1, 0.1, 0.2]


@pytest.mark.parametrize(("volume", "left"), [(0.04, [0.1, 0.04, 0.06]), (0.1, [0.1, 0.1])])
def test_a_position_is_closed_in_parts_or_whole(volume: float, left: list[float]) -> None:
    closed = run("request", CloseBar=2, CloseVolume=volume)
    assert closed.deals.lots.tolist() == pytest.approx(left)
    assert closed.deals.reason[1] == 9  # the reason that the journal names


def test_netting_turns_a_position_with_a_larger_opposite_deal() -> None:
    netting = replace(MARKET, account=Account(mode="netting"))
    turned = run("request", netting, CloseBar=2, CloseVolume=0.3)
    assert turned.deals.side.tolist() == [1, 1, -1, -1]
    assert turned.deals.lots.tolist() == pytest.approx([0.1, 0.1, 0.2, 0.2])


# --- faults, restarts, what is left behind


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (1, "expert.mq5: array out of range in line 27"),
        (2, "expert.mq5: zero divide in line 29"),
        (3, "expert.mq5: an endless loop in the function of line 23"),
        (
            4,
            'expert.mq5: format "%d": a whole number is wanted where another value is given'
            " in the function of line 23",
        ),
    ],
)
def test_a_critical_error_ends_the_program_with_its_line(way: int, fault: str) -> None:
    result = run("faulty", Way=way)
    assert result.fault == fault
    assert run("faulty").fault is None  # nothing of it is left in the library


def test_an_expert_that_refuses_to_start_sees_no_tick() -> None:
    result = run("faulty", Way=5)
    assert result.init_code == 1
    assert result.problem == "OnInit returned 1"
    assert lines(result) == ["deinit 8"]


def test_what_is_not_released_is_counted() -> None:
    clean, dirty = run("faulty"), run("faulty", Way=6)
    assert (clean.leaked_handles, clean.objects_left) == (0, ())
    assert (dirty.leaked_handles, dirty.objects_left) == (1, ("panel",))
    assert clean.comment == "ticks 5"
    assert clean.problem == ""
    assert dirty.problem == "OnDeinit left 1 indicator handles unreleased"


def test_a_restart_begins_with_fresh_variables() -> None:
    result = run("faulty", script=Script(restarts=(3,)))
    texts = lines(result)
    assert texts[2] == "deinit 9"
    assert [text.split(",")[0] for text in texts if text.startswith("tick")] == [
        *("tick 1", "tick 2", "tick 1", "tick 2", "tick 3")
    ]


def test_a_silent_bar_has_no_tick_and_an_outage_fails_calls() -> None:
    script = Script(silent=(2,), outages=(Outage(4, 1),))
    result = run("faulty", script=script)
    assert lines(result, 2) == []
    assert lines(result, 4) == ["tick 3, -1 copied, 5 bars"]
    assert lines(result, 5)[0] == "tick 4, 2 copied, 6 bars"


def test_what_of_a_script_came_about_is_told() -> None:
    planned = Script(
        answers=(Answer(1, REQUOTE), Answer(90, REQUOTE)),
        outages=(Outage(4, 1), Outage(1, 0)),
        restarts=(3, 900),
        filling="fok",
    )
    asked, asking = run("request", script=planned), run("faulty", script=planned)
    assert asked.requests == 2  # one after the restart
    assert asked.met == Script(answers=planned.answers[:1], restarts=(3,), filling="fok")
    assert asking.met == Script(outages=planned.outages[:1], restarts=(3,))
    late = run("faulty", script=Script(late_until=3, late_rows=1)).met
    assert (late.late_until, late.late_rows) == (3, 1)
    from_the_start = replace(MARKET, first=0)
    assert run("faulty", from_the_start, script=Script(late_until=3, late_rows=1)).met == Script()


def test_traced_functions_report_their_values_at_the_bars_asked_for() -> None:
    source = (SOURCES / "request.mq5").read_text(encoding="utf-8")
    traced = replay(build([source], trace=("OnTick",)), 0, MARKET, trace_bars=(2, 4))
    found = {(row.bar, row.name): row.value for row in traced.trace}
    assert {bar for bar, _ in found} == {2, 4}
    assert found[2, "bid"] == pytest.approx(1.0)
    assert found[2, "ask"] == pytest.approx(1.0001)


def test_inputs_are_set_for_one_replay_and_checked_before() -> None:
    assert input_types(library(), 3) == {"Word": "s", "Tint": "c"}
    assert lines(run("words", Word="b"))[3].startswith("b-3")
    assert lines(run("words"))[3].startswith("a-3")
    with pytest.raises(ConfigError, match="no input 'Wrod'"):
        run("words", Wrod="b")
    with pytest.raises(ConfigError, match="takes a string"):
        run("words", Word=1)
    with pytest.raises(ConfigError, match="whole number"):
        run("faulty", Way=1.5)


def test_a_selection_of_history_holds_the_deals_and_orders_of_its_span() -> None:
    # deals: the deposit, 0 in, 1 out, 0 in; orders: buy 0, sell 1, sell 1
    market = Market(hand_bars([STILL] * 6), EURUSD)
    assert lines(run("history", market)) == [
        "all: deals 0 0 1 0, orders 0 1 1",
        "between: deals 1 0, orders 1 1",
        "before the last: deals 1, orders 1",
        "nothing: deals, orders",
        "first position: deals 0 1, orders 0 1",
        "no position: deals, orders",
    ]


def test_ticks_of_finer_bars_need_finer_bars() -> None:
    with pytest.raises(DataError, match="no finer bars"):
        run("series", mode="m1-ohlc")


def test_replays_in_threads_do_not_disturb_each_other() -> None:
    alone = [run(name) for name in PROGRAMS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, PROGRAMS * 8))
    for number, result in enumerate(together):
        assert result.journal == alone[number % len(PROGRAMS)].journal
        np.testing.assert_array_equal(result.equity, alone[number % len(PROGRAMS)].equity)
