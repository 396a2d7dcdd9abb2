"""Emitted text, compiled and run on bars: it decides as the evaluator, and trades as the reference.

The host compiles it, computes MetaTrader's indicators and plays the broker.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.market import Account, Market, Symbol
from backtest.reference import simulate
from codegen.evaluate import Evaluator
from codegen.host.script import Answer, Outage, Script
from codegen.mql5 import forms as mql5_forms
from codegen.mql5.emit import emit_mql5
from codegen.plan import build_plan
from codegen.verify.compare import first_difference
from codegen.verify.strategies import random_strategy
from dsl.jit import Bool1D
from dsl.nodes.expert import DISTANCE_PORTS
from dsl.parametrize import parametrize
from dsl.strategy import Strategy
from dsl.text.lower import parse
from tests.support.columns import random_fields
from tests.support.ea_examples import examples
from tests.support.emitted import FIELDS, build_experts, compiler_found, decided, traded

pytestmark = pytest.mark.skipif(not compiler_found(), reason="no C++ compiler")

ROWS = 1000
PRICES = ("open", "high", "low", "close")
RANDOM = 6
CLOSES = ("forced_exit", "friday_exit")
SCRIPTS = {
    "plain": Script(),
    "bars_without_ticks": Script(silent=tuple(range(0, ROWS, 7))),
    "data_late": Script(outages=tuple(Outage(row, 2) for row in range(0, ROWS, 5)), ticks=3),
    "history_loaded_later": Script(late_until=ROWS // 2, late_rows=ROWS // 4),
}


def random_market() -> Market:
    fields = random_fields(np.random.default_rng(1), ROWS)
    prices = {name: np.rint(fields[name] * 1e5).astype(np.int64) for name in PRICES}
    bars = Bars(
        symbol="TEST",
        timeframe=3600,
        digits=5,
        time=fields["time"],
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        close=prices["close"],
        tick_volume=fields["tick_volume"].astype(np.int64),
        spread=fields["spread"].astype(np.int64),
    )
    return Market(bars, Symbol("TEST", 5), Account(stop_out=0))


def coarse(market: Market, tick: int, stops_level: int) -> Market:
    """Return the market on a netting account, with prices that are multiples of a larger tick."""
    snapped = {p: (getattr(market.bars, p) + tick // 2) // tick * tick for p in PRICES}
    symbol = replace(market.symbol, tick_points=tick, stops_level=stops_level)
    account = replace(market.account, mode="netting")
    return replace(market, bars=replace(market.bars, **snapped), symbol=symbol, account=account)


FORMULAS = """
Inputs = Fast=5, Slow=9
Buy = EMA_OPEN_{Fast}(0)/SMMA_OPEN_{Slow}(0) > 1 + 0.0001
   && (HIGH(1) > HIGH(2) ? SQRT(CLOSE(1)/OPEN(1)) : EXP(LOG(CLOSE(1)/OPEN(2)))) > 0.999
Sell = POW(100 * (CLOSE(1)/SMA_CLOSE_9(1) - 1), 3) < ROUND(CLOSE(1)/OPEN(1)) - 1
   || FLOOR(1000 * CLOSE(1)/OPEN(1)) > 1001 || CEIL(1000 * CLOSE(1)/LOW(3)) < 1001
StopLoss = 1%
"""


def strategies() -> dict[str, Strategy]:
    found = {**examples(), "formulas": parse(FORMULAS, "t.formula")}
    for seed in range(RANDOM):
        drawn = random_strategy(np.random.default_rng(seed), longest=20)
        found[f"random_{seed}"] = parametrize(drawn) if seed % 2 else drawn
    return found


STRATEGIES = strategies()
MARKET = random_market()
MARKETS = {"fine": MARKET, "coarse": coarse(MARKET, tick=5, stops_level=30)}


@pytest.fixture(scope="module")
def program() -> Path:
    return build_experts(STRATEGIES)


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(MARKET)


def compared(warmup: int, script: Script) -> Bool1D:
    """Return the rows that must agree: warmed up, with a tick, all of history there."""
    rows = np.arange(ROWS)
    chosen: Bool1D = rows >= max(warmup, script.late_until)
    return chosen & ~np.isin(rows, script.silent)


def check_decisions(
    program: Path, number: int, strategy: Strategy, evaluator: Evaluator, script: Script
) -> None:
    """Compare all fields at all rows that must agree."""
    wanted, warmup = evaluator.decisions(strategy), build_plan(strategy).warmup
    found = decided(program, number, strategy, MARKET, script)
    rows = compared(warmup, script)
    assert (found["ready"][rows] == 1).all()
    if not script.late_until:
        assert not np.nan_to_num(found["ready"][:warmup]).any()
    for field in FIELDS:
        said, want = found[field][rows] > 0, getattr(wanted, field)[rows]
        if script.silent and field in CLOSES:
            said = said & want  # a close that was missed is made up for later
        np.testing.assert_array_equal(said, want, field)
    for field in DISTANCE_PORTS:
        if field in found:
            np.testing.assert_allclose(found[field][rows], getattr(wanted, field)[rows], 1e-9)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_text_decides_as_the_evaluator(
    name: str, script: Script, program: Path, evaluator: Evaluator
) -> None:
    number = list(STRATEGIES).index(name)
    check_decisions(program, number, STRATEGIES[name], evaluator, script)


OWN = ("rsi_filter", "macd_signal", "bands", "stochastic", "nested")
AVERAGES = """strategy "All averages" {
    enter long when smma(close, 10) > lwma(close, 20) and sma(open[0], 5) > ema(low[3], 8)
    enter short when momentum(weighted, 9) < 100 or cci(median, 14) > 100
    stop loss stddev(close, 20) + atr(14)
    size 0.1 lots
}"""


VOLUMES = """strategy "Ranges and volumes" {
    enter long when wpr(14) > -50 and demarker(14) > 0.5 or rvi(10).line > rvi(10).signal
    enter short when mfi(14) < 50 and chaikin(3, 10) < 0 and ultimate(7, 14, 28) < 50
    exit long when obv() < sma(obv(), 20) or force(13) < 0 and force_ema(8) < 0
    exit short when ad() crosses above ema(ad(), 10) or roc(close, 12) > 0.1
    stop loss abs(osma(close, 12, 26, 9)) + max(bulls_power(13), bears_power(13))
    take profit abs(change(close, 10))
    size 0.1 lots
}"""
EVENTS = """strategy "Signals read by series" {
    trend = ema(close, 8) crosses above sma(close, 13)
    enter long when bars_since(trend, 40) == 3 or count_true(rising(close, 2), 9) > 4
    enter short when latch(rsi(close, 9) > 60, falling(close, 2) and hour > 4, 30)
    exit long when of_three(trend, close > open, highest_bar(high, 20) == 0, 2)
    exit short when of_four(trend, close < open, lowest_bar(low, 9) > 4, hour > 12, 3)
    trade when not within(close, value_when(trend, low, 2, 60), 0.2 * atr(14))
    stop loss abs(value_when(rising(ema(close, 5), 2), close - open, 1, 50)) + 20 points
    size 0.1 lots
}"""
CANDLES = """strategy "Candles, days and sessions" {
    enter long when inside_bar() or bullish_engulfing() or bullish_pin(60) and minute < 30
    enter short when outside_bar() or bearish_engulfing() or bearish_pin(60) and monthday > 9
    exit long when close > yesterday().high or close < today().open or doji(12)
    exit short when close < pivots().s1 or close > session_range(22:00, 06:00).high
    trade when last_week().close < this_week().high and count_true(inside_bar(), 20) < 6
    stop loss body + bar_range + upper_shadow + lower_shadow + abs(gap)
    take profit abs(pivots().r3 - pivots().s3) + today().high - this_week().low
    size 0.1 lots
}"""
TREND = """strategy "trend" {
    enter long when dema(close, 7) > tema(open, 7) and trix(close, 7) > trix(close[2], 7)
        or ama(close, 5, 2, 20) > frama(close, 6) and vidya(close, 5, 6) > close
    enter short when adx(7).plus > adx(7).minus and adx(7).adx > adx_wilder(7).adx
        or adx_wilder(7).plus < adx_wilder(7).minus and sar(0.02, 0.2) > close
    exit long when keltner(close, 9, 7, 0.7).upper < close or price_channel(9).middle[2] < close
        or envelopes(sma(close, 9), 0.05).lower > close
    exit short when ichimoku(5, 12, 30).tenkan > ichimoku(5, 12, 30).senkou_a
        and ichimoku(5, 12, 30).kijun > ichimoku(5, 12, 30).senkou_b
        or deviation(close, ema(close, 9), 9) > stddev(close, 12)
    size 0.1 lots
}"""
WILLIAMS = """strategy "williams" {
    enter long when alligator(median, 9, 6, 3).lips > alligator(median, 9, 6, 3).jaws
        and gator(median, 9, 6, 3).upper + gator(median, 9, 6, 3).lower > 0
    enter short when ao() < ao()[2] and ac() < 0
    exit long when fractals().up - close > close - fractals().down or bw_mfi > bw_mfi[2]
    exit short when heiken_ashi().last > heiken_ashi().first
        or heiken_ashi().top - high > low - heiken_ashi().bottom
    size 0.1 lots
}"""
ADDED = {
    "trend": TREND,
    "williams": WILLIAMS,
    "averages": AVERAGES,
    "volumes": VOLUMES,
    "events": EVENTS,
    "candles": CANDLES,
}


def test_library_classes_compute_what_the_kernels_compute(
    evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without MetaTrader's indicators everything comes from the text itself."""
    monkeypatch.setattr(mql5_forms, "_on_one_price_series", lambda *_: False)
    own = {name: STRATEGIES[name] for name in OWN} | {k: parse(text) for k, text in ADDED.items()}
    program = build_experts(own)
    for number, strategy in enumerate(own.values()):
        assert "INVALID_HANDLE;" not in emit_mql5(strategy)
        check_decisions(program, number, strategy, evaluator, SCRIPTS["plain"])


def test_the_examples_have_signals_to_compare(evaluator: Evaluator) -> None:
    for strategy in examples().values():
        assert evaluator.decisions(strategy).long_entry.any(), strategy.title


REQUOTES = tuple(Answer(request, 10004) for request in range(3, 3 * ROWS, 3))
ROUGH = Script(answers=REQUOTES, restarts=tuple(range(49, ROWS, 50)))


@pytest.mark.parametrize("place", MARKETS)
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_text_trades_as_the_reference(name: str, place: str, program: Path) -> None:
    strategy, market = STRATEGIES[name], MARKETS[place]
    wanted = simulate(market, Evaluator(market).decisions(strategy)).deals
    number = list(STRATEGIES).index(name)
    # On the coarse market every third request is requoted, and the terminal restarts now and then.
    found = traded(program, number, market, ROUGH if place == "coarse" else Script())
    assert len(wanted.time) > 0 or name.startswith("random")
    assert first_difference(wanted, found) is None


def test_a_restart_between_two_bars_changes_no_trade(program: Path) -> None:
    number = list(STRATEGIES).index("cross")
    tested = traded(program, number, MARKET)
    script = Script(restarts=tuple(range(9, ROWS, 10)), live=True)
    assert len(tested.time) > 10
    assert first_difference(tested, traded(program, number, MARKET, script)) is None


def test_a_close_at_the_sessions_end_that_was_missed_is_made_up_for(program: Path) -> None:
    number = list(STRATEGIES).index("session")
    # Every third bar has no tick, and so none that opens at 20:00.
    missed = MARKET.bars.time[np.arange(2, ROWS, 3)]
    assert (missed % 86_400 == 20 * 3600).sum() > 5
    script = Script(silent=tuple(range(2, ROWS, 3)), live=True)
    deals = traded(program, number, MARKET, script).time
    seen = np.setdiff1d(MARKET.bars.time, missed)
    for entered, left in zip(deals[::2], deals[1::2], strict=True):
        held = seen[(seen > entered) & (seen < left)]
        assert (held < entered // 86_400 * 86_400 + 20 * 3600).all()
    assert (deals[1::2] % 86_400 == 21 * 3600).any()
