"""Random cases: every node type comes by turns, parameters and troubles come from all they know."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from backtest.checks import check_market
from backtest.result import Deals
from codegen.host.script import SMOOTH
from codegen.plan import build_plan
from codegen.verify.cases import PLAIN, Case, draw_case
from codegen.verify.coverage import NODE, counted, features, never_met
from codegen.verify.engine import Engine
from codegen.verify.faults import all_script_words, random_script, script_words
from codegen.verify.markets import nasty_market
from codegen.verify.variety import Room, turn_types, with_statements, with_turn
from dsl.nodes.timeframe import ALIGN
from dsl.params import FloatParam, IntParam
from dsl.registry import node_types
from dsl.strategy import Strategy
from dsl.text.lower import parse
from genfx.bars.sources import load_bars

PLAINLY = parse('strategy "Plain" { enter long when close > open\n size 0.1 lots }')
ROOM = Room(warmup=250, chart=3600, higher=(14_400, 86_400))


def turned(number: int, seed: int = 0, room: Room = ROOM) -> Strategy:
    return with_turn(np.random.default_rng((seed, number)), PLAINLY, number, room)


def test_only_what_nobody_can_compare_has_no_turn() -> None:
    left_out = {node_type.name for node_type in node_types()} - {t.name for t in turn_types()}
    assert left_out == {"align", "constant", "expert", "lots", "open_time", "risk"}


def test_each_node_type_has_its_turn_and_fits() -> None:
    larger = 0
    for number, node_type in enumerate(turn_types()):
        strategy = turned(number)
        assert node_type in {current.type for current in strategy.order}
        assert build_plan(strategy).warmup_on(ROOM.chart) <= ROOM.warmup, node_type
        larger += ALIGN in {current.type for current in strategy.order}
    assert larger > 5


@pytest.mark.parametrize("name", ["sma", "bands", "session", "value_when", "keltner"])
def test_parameters_come_from_the_whole_range_and_its_ends(name: str) -> None:
    number = [node_type.name for node_type in turn_types()].index(name)
    found: dict[str, list[float]] = {}
    wide = Room(warmup=2_000, chart=3600)
    for seed in range(120):
        for current in turned(number, seed, wide).order:
            if current.type.name == name:
                for param, value in zip(current.type.params, current.params, strict=True):
                    assert isinstance(value, int | float)
                    found.setdefault(param.name, []).append(value)
    for param in turn_types()[number].params:
        if isinstance(param, IntParam | FloatParam) and param.name != "shift":
            assert min(found[param.name]) == param.low
            assert max(found[param.name]) == param.high


def test_statements_add_to_what_there_is() -> None:
    seen = set()
    for seed in range(60):
        changed = with_statements(np.random.default_rng(seed), PLAINLY)
        seen |= {current.type.name for current in changed.order}
    assert {"session", "closing", "session_end", "day_closing", "day_end", "spread"} <= seen
    assert {"weekday", "and", "not"} <= seen


def test_troubles_are_of_all_kinds_and_half_of_the_cases_have_none() -> None:
    market = nasty_market(np.random.default_rng(1), 400)
    check_market(market)
    scripts = [random_script(np.random.default_rng(seed), market, 390, 80) for seed in range(200)]
    assert {word for script in scripts for word in script_words(script)} == set(all_script_words())
    assert 80 < sum(script == SMOOTH for script in scripts) < 150


def test_answers_are_planned_for_requests_that_come_and_not_for_more_in_a_row_than_are_asked() -> (
    None
):
    market = nasty_market(np.random.default_rng(1), 400)
    phases = set()
    for seed in range(100):
        script = random_script(np.random.default_rng(seed), market, 0, 11)
        numbers = [answer.request for answer in script.answers]
        assert set(numbers) <= set(range(1, 12))
        assert all(later - earlier >= 4 for earlier, later in pairwise(numbers))
        unsure = {answer.code for answer in script.answers} & {10008, 10012}
        assert script.ticks > 15 or not unsure  # seconds until it looks again
        phases |= {number % 4 for number in numbers}
        assert not random_script(np.random.default_rng(seed), market, 0, 0).answers
    assert phases == {0, 1, 2, 3}


def test_what_no_case_holds_is_named() -> None:
    market = nasty_market(np.random.default_rng(2), 50)
    case = Case(0, PLAINLY, market, SMOOTH, PLAIN, meant=False)
    counts = counted([features(case, Deals.of(()), SMOOTH)])
    assert counts[NODE]["close"] == 1
    assert counts["rule"]["long entry"] == 1
    assert counts["rule"]["size lots"] == 1
    never = never_met(counts)
    assert {"node type sma", "closed by stop loss", "rule trailing stop"} <= set(never)
    assert "node type close" not in never


@pytest.mark.slow
def test_a_few_hundred_cases_hold_everything_that_is_known() -> None:
    sample = (load_bars("sample"),)
    cases = [draw_case(number, 4, sample) for number in range(2 * len(turn_types()))]
    evaluated = [(case, Engine(case.strategy, case.market).fast_result()) for case in cases]
    counts = counted(features(case, result.deals, case.script) for case, result in evaluated)
    assert never_met(counts) == []
    assert {"hedging", "netting"} <= set(counts["account"])
    assert {"m1-ohlc", PLAIN} <= set(counts["mode"])
    assert {"pessimistic", "optimistic", "path", "finer", "gap order"} <= set(counts["fills"])
    assert {"swap points", "swap currency", "stops level", "commission"} <= set(counts["costs"])
    assert {"margin forex", "margin cfd", "margin futures"} <= set(counts["symbol"])
    assert {"converted, direct", "converted, inverse"} <= set(counts["symbol"])
    assert {"H1", "H4", "D1", "real", "nasty"} <= set(counts["bars"])
    assert sum(case.meant for case in cases) > len(cases) // 20
    assert sum(len(result.deals) > 0 for _, result in evaluated) > 0.9 * len(cases)
