"""Higher timeframes in the evaluator, the interpreter and emitted Python: one meaning, causal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtest.bars import Bars
from backtest.market import Account, Market, Symbol
from backtest.program import Decisions
from codegen.bind import Binder
from codegen.evaluate import Evaluator
from codegen.interpret import interpret, interpret_node
from codegen.plan import build_plan
from codegen.python import PythonFacts, emit_python, python_decisions
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.jit import F64
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.strategy import Strategy, with_values
from dsl.text.lower import parse, parse_expression
from dsl.timeframes import TIMEFRAMES
from genfx.bars.sources import SAMPLE, load_bars
from tests.support.columns import random_fields
from tests.support.higher_timeframes import strategies
from tests.support.promotion import promoted

H1, H4, D1, W1 = (TIMEFRAMES[name] for name in ("H1", "H4", "D1", "W1"))
PRICES = ("open", "high", "low", "close")
EXPRESSIONS = (
    "h4(close)",
    "h4(close[3] - open)",
    "d1(open[0])",
    "d1(sma(open[0], 3))",
    "h4(ema(close, 3))",
    "w1(high - low)",
    "h2(atr(3))",
    "h4(tick_volume)",
    "sma(h4(rsi(close, 3)), 2)",
    "h4(close) crosses above d1(close)",
    "d1(close > open)",
    "close - h4(highest(high, 2))",
)


def market(seed: int, rows: int = 1500, timeframe: int = H1) -> Market:
    """Return random bars with holes, weekends that are empty but for Sunday's last hours."""
    fields = random_fields(np.random.default_rng(seed), 2 * rows)
    time = fields["time"][0] + (fields["time"] - fields["time"][0]) // H1 * timeframe
    day = (time // 86_400 + 4) % 7
    there = ((day > 0) & (day < 6)) | ((day == 0) & (time % 86_400 >= 22 * 3600))
    kept = np.flatnonzero(there)[:rows]
    columns: dict[str, Any] = {n: np.rint(fields[n] * 1e5).astype(np.int64)[kept] for n in PRICES}
    columns |= {n: fields[n].astype(np.int64)[kept] for n in ("tick_volume", "spread")}
    bars = Bars("TEST", timeframe, 5, time[kept], **columns)
    return Market(bars, Symbol("TEST", 5), Account(stop_out=0))


MARKET = market(1)


def agree(one: Decisions, other: Decisions) -> None:
    assert one.warmup == other.warmup
    rows = slice(one.warmup, None)
    for name in (*SIGNAL_PORTS, "friday_exit"):
        np.testing.assert_array_equal(getattr(one, name)[rows], getattr(other, name)[rows], name)
    for name in DISTANCE_PORTS:
        want, have = getattr(one, name), getattr(other, name)
        assert (want is None) == (have is None)
        if want is not None:
            np.testing.assert_allclose(have[rows], want[rows], rtol=1e-9, atol=1e-12)


def stand_alone(strategy: Strategy, tested: Market) -> dict[str, Any]:
    facts = PythonFacts(tested.bars.point, tested.bars.timeframe, tested.costs.spread)
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(emit_python(strategy, facts), "<emitted>", "exec"), module)
    bars = {name: tested.bars.price(name) for name in PRICES} | {
        name: getattr(tested.bars, name) for name in ("time", "tick_volume", "spread")
    }
    found: dict[str, Any] = module["signals"](bars)
    return found


def check_all(strategy: Strategy, tested: Market) -> None:
    want = interpret(strategy, tested)
    agree(want, Evaluator(tested).decisions(strategy))
    agree(want, python_decisions(strategy, tested))
    for name, column in stand_alone(strategy, tested).items():
        expected = getattr(want, name)[want.warmup :]
        np.testing.assert_allclose(column[want.warmup :], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", strategies())
def test_all_forms_of_a_strategy_agree(name: str) -> None:
    check_all(strategies()[name], MARKET)


@pytest.mark.parametrize("seed", range(10))
def test_all_forms_of_random_strategies_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chart, higher = ((H1, (H4, D1)), (H4, (D1,)), (D1, (W1,)))[seed % 3]
    drawn = random_strategy(rng, longest=5, higher=higher, chart=chart)
    check_all(promoted(drawn) if seed % 2 else drawn, market(seed, 500, chart))


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_value_depends_on_nothing_of_its_own_bar_or_later(text: str) -> None:
    root = parse_expression(text)
    before = Evaluator(MARKET).column(root)
    rng = np.random.default_rng(len(text))
    moved = 0
    for t in rng.integers(300, len(MARKET.bars), 12).tolist():
        bars = MARKET.bars
        later = np.arange(len(bars)) >= t
        # The bar that is being opened has its open already.
        shifted = {n: getattr(bars, n) + 777 * later for n in ("high", "low", "close")}
        opened = bars.open + 555 * (np.arange(len(bars)) > t)
        more = bars.tick_volume + 9 * later
        changed = replace(bars, open=opened, tick_volume=more, **shifted)
        after = Evaluator(replace(MARKET, bars=changed)).column(root)
        np.testing.assert_array_equal(after[: t + 1], before[: t + 1])
        moved += not np.array_equal(after, before, equal_nan=True)
    assert moved > 0


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_history_cut_off_at_its_start_changes_nothing_after_the_warm_up(text: str) -> None:
    root = parse_expression(text)
    whole = Evaluator(MARKET).column(root)
    for cut in (1, 2, 5, 30, 77):
        bars = MARKET.bars.between(cut, len(MARKET.bars))
        found = Evaluator(replace(MARKET, bars=bars)).column(root)
        first = int(np.isnan(found).sum())
        assert not np.isnan(found[first:]).any()
        np.testing.assert_allclose(found[first:], whole[cut + first :], rtol=2e-8, atol=1e-10)


def test_the_interpreter_says_what_a_day_is() -> None:
    values = interpret_node(parse_expression("d1(close)"), MARKET)
    day = MARKET.bars.time // D1
    for t in range(100, 300):
        earlier = np.flatnonzero(day[: t + 1] < day[t])
        assert values[t] == MARKET.bars.price("close")[earlier[-1]]


def sample() -> Market:
    bars = load_bars(SAMPLE)
    return Market(bars, Symbol("EURUSD", bars.digits))


@pytest.mark.parametrize(("word", "rule"), [("h4", "4h"), ("d1", "1D"), ("w1", "W-SAT")])
def test_on_real_bars_values_are_those_of_pandas(word: str, rule: str) -> None:
    tested = sample()
    bars = tested.bars
    index = pd.to_datetime(bars.time, unit="s")
    frame = pd.DataFrame({n: bars.price(n) for n in PRICES}, index=index)
    # Weeks end with Saturday, so that their bar bears the Saturday before as its time.
    larger = frame.resample(rule, label="left").agg(
        {"open": "first", "high": "max", "low": "min", "close": "last"}
    )
    larger = larger.dropna()
    if word == "w1":
        larger.index = larger.index + pd.Timedelta(days=1)
    highest = larger["high"].rolling(2).max().shift(1)
    want = highest.reindex(index, method="ffill").to_numpy()
    found = Evaluator(tested).column(parse_expression(f"{word}(highest(high, 2))"))
    rows = ~np.isnan(found)
    assert rows.sum() > 5000
    np.testing.assert_allclose(found[rows], want[rows], rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "timeframe"), [("h4(close)", H4), ("h4(close)", D1), ("h3(close)", 2 * H1)]
)
def test_bars_that_do_not_make_whole_larger_ones_are_refused(text: str, timeframe: int) -> None:
    tested = market(3, 200, timeframe)
    root = parse_expression(text)
    for compute in (Evaluator(tested).column, lambda node: interpret_node(node, tested)):
        with pytest.raises(CodegenError, match="needs bars that make whole bars of H"):
            compute(root)


def test_a_warm_up_counts_bars_of_the_chart() -> None:
    plan = build_plan(parse('strategy "x" { enter long when d1(close > sma(close, 5)) }'))
    # Six days and one that may be cut off, each of 24 hours at most.
    assert (plan.warmup_on(H1), plan.warmup_on(H4)) == (6 * 24, 6 * 6)
    assert plan.timeframes == (D1,)
    with pytest.raises(CodegenError, match="depends on the period"):
        assert plan.warmup


def test_a_warm_up_longer_than_the_data_says_of_which_bars() -> None:
    with pytest.raises(CodegenError, match=r"takes \d+ bars of D1 or more, there are"):
        Evaluator(MARKET).column(parse_expression("d1(ema(close, 200))"))


SWARM = parse("""strategy "x" {
    input n = 5 in 3..9
    input back = 2 in 1..4
    enter long when h4(ema(close, n) > sma(close[back], 3)) and close > h4(close[back])
    stop loss 2 * h4(atr(n))
}""")


def test_a_swarm_moves_numbers_inside_a_higher_timeframe() -> None:
    vectors = [{"n": n, "back": back} for n in (3, 4, 9) for back in (1, 4)]
    plan, evaluator = build_plan(SWARM), Evaluator(MARKET)
    found = evaluator.evaluate_values(plan, vectors)
    moved = [with_values(SWARM, dict(vector)) for vector in vectors]
    assert found == evaluator.evaluate(moved) == Evaluator(MARKET).evaluate(moved)
    assert len({entry.criteria for entry in found}) > 3
    long_entry = Binder(plan).bind(vectors[1], MARKET.bars.point).signals[0]
    assert long_entry is not None
    expert = moved[1].expert
    assert long_entry.digest != expert.digest


def test_a_full_cache_and_a_shared_one_change_nothing() -> None:
    every = [*strategies().values(), SWARM]
    want = Evaluator(MARKET).evaluate(every)
    tight = Evaluator(MARKET, cache_bytes=1, threads=2)
    assert tight.evaluate(every * 3) == want * 3
    window = replace(MARKET, first=500, last=1200)
    shared = Evaluator(window, cache=tight.cache)
    assert shared.evaluate(every) == Evaluator(window).evaluate(every)


def test_several_threads_fill_larger_bars_first() -> None:
    rng = np.random.default_rng(5)
    drawn = [random_strategy(rng, longest=4, higher=(H4, 2 * H1)) for _ in range(12)]
    assert Evaluator(MARKET, threads=2).evaluate(drawn) == Evaluator(MARKET).evaluate(drawn)


def test_a_value_of_a_higher_timeframe_is_shown_on_the_chart() -> None:
    inner = parse_expression("h4(ema(close, 3))").inputs[0]
    assert inner is not None
    column: F64 = Evaluator(MARKET).column(inner)
    np.testing.assert_array_equal(
        column, Evaluator(MARKET).column(parse_expression("h4(ema(close, 3))"))
    )
