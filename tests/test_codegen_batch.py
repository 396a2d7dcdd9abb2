"""Lowering: batch evaluator, Python and interpreter agree on random strategies; what is shared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backtest.market import Costs, Market, Symbol
from backtest.program import AND, NOT, Decisions, Distance
from codegen.batch import Lowering
from codegen.cache import ColumnCache, PoolFullError, RowPool
from codegen.evaluate import Evaluator
from codegen.fill import CallJob, CompareJob, Job
from codegen.interpret import interpret, interpret_node
from codegen.python import python_decisions
from codegen.verify.markets import nasty_bars
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.jit import F64, Bool1D
from dsl.kinds import COUNT, DISTANCE, NUMBER, PRICE, SIGNAL, oscillator
from dsl.node import Node, node
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.registry import Input, Mql5, NodeType, Output, lookup
from dsl.strategy import Strategy
from tests.support.building import CLOSE, atr, call, constant, expert
from tests.support.promotion import promoted

BARS = 420


def nasty(seed: int, bars: int = BARS) -> Market:
    rng = np.random.default_rng(seed)
    return Market(nasty_bars(rng, bars), Symbol("TEST", 5), costs=Costs(spread=7))


def drawn(seed: int, count: int) -> list[Strategy]:
    rng = np.random.default_rng(seed)
    return [random_strategy(rng, longest=8) for _ in range(count)]


def assert_same(want: Decisions, got: Decisions) -> None:
    rows = slice(want.warmup, None)
    assert (got.warmup, got.size, got.rules) == (want.warmup, want.size, want.rules)
    for name in (*SIGNAL_PORTS, "friday_exit"):
        assert (getattr(want, name)[rows] == getattr(got, name)[rows]).all(), name
    for name in DISTANCE_PORTS:
        a, b = getattr(want, name), getattr(got, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert np.isfinite(b[rows]).all(), name
            # A difference of two running sums keeps their last bits.
            np.testing.assert_allclose(b[rows], a[rows], rtol=1e-9, atol=1e-13)


def queued(strategies: Sequence[Strategy]) -> tuple[Lowering, list[Job]]:
    lowering = Lowering(ColumnCache(nasty(1)))
    for strategy in strategies:
        lowering.expert(strategy.expert)
    return lowering, [job for wave in lowering.waves for job in wave]


def kernels(jobs: Sequence[Job]) -> list[str]:
    return sorted(job.type.name for job in jobs if isinstance(job, CallJob))


@pytest.mark.parametrize("seed", range(4))
def test_batch_and_in_process_python_equal_the_interpreter(seed: int) -> None:
    market = nasty(seed)
    evaluator = Evaluator(market)
    for strategy in drawn(100 + seed, 12):
        want = interpret(strategy, market)
        assert want.warmup < BARS
        assert_same(want, evaluator.decisions(strategy))
        assert_same(want, evaluator.decisions(promoted(strategy)))
        assert_same(want, python_decisions(strategy, market))


def test_outputs_of_one_computation_are_one_call() -> None:
    params = (5, 9, 4)
    line = call("macd", CLOSE, params=params, output="line")
    signal = call("macd", CLOSE, params=params, output="signal")
    first = expert({"long_entry": call("gt", line, signal)})
    second = expert({"long_entry": call("crosses_below", signal, line)})
    _, jobs = queued([first, second])
    assert kernels(jobs) == ["close", "macd"]
    assert len(jobs) == 4  # and two comparisons


def test_strategies_share_what_they_have_in_common() -> None:
    slow = call("ema", CLOSE, params=(9,))
    rises = call("rising", slow, params=(2,))
    first = expert({"long_entry": rises, "stop_loss": atr(5)})
    second = expert({"short_entry": call("not", rises), "take_profit": atr(5)})
    lowering, jobs = queued([first])
    before = len(jobs)
    program = lowering.expert(second.expert)
    assert sum(map(len, lowering.waves)) == before
    assert program.short_entry[1:] == (NOT,)


def test_levels_and_factors_are_scalars_not_columns() -> None:
    rsi = call("rsi", CLOSE, params=(7,))
    level = constant(30.0, oscillator(0, 100))
    strategy = expert(
        {
            "long_entry": call("crosses_above", rsi, level),
            "short_entry": call("gt", level, rsi),
            "stop_loss": call("mul", constant(2.5, NUMBER), atr(5)),
            "take_profit": call("mul", atr(5), constant(4.0, NUMBER)),
            "trailing_stop": node(lookup("points"), (), (200,)),
            "break_even": constant(0.0015, DISTANCE),
        }
    )
    lowering, jobs = queued([strategy])
    program = lowering.expert(strategy.expert)
    assert kernels(jobs) == ["atr", "close", "high", "low", "rsi"]
    assert sum(isinstance(job, CompareJob) for job in jobs) == 2
    assert program.stop_loss is not None
    assert program.stop_loss == Distance(2.5, program.stop_loss.column)
    assert program.take_profit == Distance(4.0, program.stop_loss.column)
    assert program.trailing_stop == Distance(pytest.approx(0.002))  # type: ignore[arg-type]
    assert program.break_even == Distance(0.0015)


def test_logic_becomes_code_over_atoms() -> None:
    above = call("gt", CLOSE, call("open"))
    rises = call("rising", CLOSE, params=(2,))
    both = call("and", above, call("not", rises))
    lowering, jobs = queued([expert({"long_entry": both, "long_exit": above})])
    program = lowering.expert(expert({"long_entry": both, "long_exit": above}).expert)
    (atom,) = program.long_exit
    assert program.long_entry[0] == atom
    assert program.long_entry[2:] == (NOT, AND)
    assert len(jobs) == 4


@pytest.mark.parametrize("name", ["gt", "ge", "lt", "le", "eq", "crosses_above", "crosses_below"])
def test_a_level_may_stand_on_either_side(name: str) -> None:
    market = nasty(4)
    prices = market.bars.price("close")
    for level in (float(np.sort(prices)[BARS // 2]), float(prices[200])):
        beside = constant(level, PRICE)
        left, right = call(name, beside, CLOSE), call(name, CLOSE, beside)
        strategy = expert({"long_entry": left, "short_entry": right})
        want = interpret(strategy, market)
        assert want.long_entry.any()
        assert_same(want, Evaluator(market).decisions(strategy))


def test_rows_in_use_are_never_evicted_and_the_oldest_go_first() -> None:
    pool = RowPool(4, 1, np.float64)
    rows = [pool.allocate(bytes([k]), 0, now=k, pinned=0) for k in range(4)]
    assert pool.allocate(b"new", 0, now=4, pinned=2) == rows[0]
    assert pool.allocate(b"newer", 0, now=4, pinned=2) == rows[1]
    with pytest.raises(PoolFullError):
        pool.allocate(b"newest", 0, now=4, pinned=2)
    pool.grow()
    assert pool.allocate(b"newest", 0, now=4, pinned=2) == 4
    assert pool.row_of.keys() == {bytes([2]), bytes([3]), b"new", b"newer", b"newest"}


def test_a_comparison_of_two_constants_is_a_signal_like_any_other() -> None:
    a, b = (node(lookup("points"), (), (count,)) for count in (200, 300))
    market = nasty(1)
    strategy = expert({"long_entry": call("lt", a, b), "short_entry": call("gt", a, b)})
    assert_same(interpret(strategy, market), Evaluator(market).decisions(strategy))


def bars_since(signal: Bool1D) -> F64:
    """Return the bars since the signal was last true, 0 before it first was."""
    out = np.zeros(len(signal))
    for i in range(1, len(signal)):
        out[i] = 0.0 if signal[i] or not signal[: i + 1].any() else out[i - 1] + 1.0
    return out


def bars_since_at(i: int, signal: Sequence[bool]) -> float:
    """Return the bars since the signal was last true, 0 before it first was."""
    return next((float(age) for age in range(i + 1) if signal[i - age]), 0.0)


def test_a_signal_read_by_a_series_node_becomes_a_column() -> None:
    counter = NodeType(
        name="bars_since",
        inputs=(Input("signal", SIGNAL),),
        outputs=(Output("bars", COUNT),),
        kernel=bars_since,
        meaning=bars_since_at,
        summary="Bars since a signal.",
        mql5=Mql5(library="BarsSince"),
        reach=None,
    )
    market = nasty(2)
    rises = call("rising", call("sma", CLOSE, params=(3,)), params=(2,))
    signal = call("and", call("not", rises), call("crosses_above", CLOSE, call("open")))
    since = node(counter, (signal,))
    column = Evaluator(market).column(since)
    want = interpret_node(since, market)
    assert np.isnan(column).tolist() == [cell is None for cell in want]
    assert column[~np.isnan(column)].tolist() == [cell for cell in want if cell is not None]


def test_a_warm_up_longer_than_the_data_is_refused() -> None:
    lowering = Lowering(ColumnCache(nasty(1, 50)))
    slow = call("sma", CLOSE, params=(50,))
    with pytest.raises(CodegenError, match="warm-up takes 50 bars or more, there are 50"):
        lowering.column(slow)
    assert lowering.cache.columns.row_of.keys() == {CLOSE.digest}


def test_risk_without_a_stop_loss_is_refused() -> None:
    size = node(lookup("risk"), (), (1.0,))
    strategy = expert({"long_entry": call("gt", CLOSE, call("open")), "size": size})
    with pytest.raises(CodegenError, match="risk needs a stop loss"):
        queued([strategy])


def test_an_unresolved_input_is_refused() -> None:
    with pytest.raises(CodegenError, match="refers to an input"):
        queued([promoted(expert({"long_entry": call("rising", CLOSE, params=(2,))}))])


def test_series_and_signals_are_shown_with_nan_in_their_warm_up() -> None:
    market = nasty(3)
    evaluator = Evaluator(market)
    nodes: list[Node] = [call("sma", CLOSE, params=(4,)), call("rising", CLOSE, params=(2,))]
    for shown in [*nodes, constant(5.0, PRICE)]:
        want = [np.nan if cell is None else float(cell) for cell in interpret_node(shown, market)]
        np.testing.assert_allclose(evaluator.column(shown), want, rtol=1e-9)
