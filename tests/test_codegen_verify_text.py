"""Emitted text, compiled and replayed: equal as it is; edits of it are found and classed."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from backtest.market import Account, Costs, Market, Symbol
from codegen.host import replay
from codegen.host.script import Filling, Script
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.verify.cause import Cause
from codegen.verify.experts import CompiledExpert, compile_experts, compiler_problem
from codegen.verify.markets import nasty_bars
from codegen.verify.selftest import run_cases
from codegen.verify.verify import Verification, verify
from dsl.text.lower import parse
from tests.support.crash import CRASH

pytestmark = pytest.mark.skipif(bool(compiler_problem()), reason="no C++ compiler")

STRATEGY = parse("""strategy "To be edited" {
    enter long when ema(close, 8) > sma(close[2], 13) and hour >= 8
    enter short when rsi(close, 9) < 45 and hour > 12
    exit long when ema(close, 8) < low[2]
    exit short when rsi(close, 9) > 60
    stop loss 2 * atr(14)
    take profit 3 * atr(14)
    trailing stop 2 * atr(14)
    size risk 1%
}""")
SYMBOL = Symbol("EURUSD", 5, tick_points=5)
MARKET = Market(
    replace(nasty_bars(np.random.default_rng(1), 600, tick=5), symbol="EURUSD"),
    SYMBOL,
    Account(leverage=500),
    Costs(spread=12),
)
TEXT = emit_mql5(STRATEGY, EmitFacts())
ATR = (Cause.INDICATOR, "atr_1, ")
EDITS: dict[str, tuple[str, str, Cause, str]] = {
    "period off by one": ("iATR(_Symbol, _Period, 14)", "iATR(_Symbol, _Period, 15)", *ATR),
    "another price": ("9, PRICE_CLOSE", "9, PRICE_OPEN", Cause.INDICATOR, "rsi_1, "),
    "another shift": ("ExtSma1, 0, 2, 1", "ExtSma1, 0, 1, 1", Cause.INDICATOR, "sma_1, "),
    "another bar": ("rates[2].low", "rates[1].low", Cause.INDICATOR, "low_1, "),
    "another factor": ("3.0 * atr_1", "3.1 * atr_1", Cause.INDICATOR, "mul_2, "),
    "above for at least": (
        "Greater(hour_1, 12.0, 0.0, 0.0)",
        "!Greater(12.0, hour_1, 0.0, 0.0)",
        Cause.SIGNAL,
        "gt_2, ",
    ),
    "a missing exit": (
        "long_exit = lt_2;",
        "long_exit = lt_2 && false;",
        Cause.SIGNAL,
        "long exit: ",
    ),
    "entries mixed up": (
        'forbidden == "" && decision.long_entry;',
        'forbidden == "" && decision.short_entry;',
        Cause.SIGNAL,
        "entry ",
    ),
    "a longer warm-up": ("MathMax(bars, 176)", "MathMax(bars, 190)", Cause.WARM_UP, "not ready"),
    "a shorter warm-up": ("MathMax(bars, 176)", "MathMax(bars, 100)", Cause.WARM_UP, "is ready"),
    "a stop rounded up": (
        "FloorTicks(tick.ask - decision.stop_loss)",
        "CeilTicks(tick.ask - decision.stop_loss)",
        Cause.PRICE,
        "stop: ",
    ),
    "a stop on the other side": (
        "LevelBelow(FloorTicks(tick.ask - decision.stop_loss), tick.bid)",
        "LevelAbove(FloorTicks(tick.ask + decision.stop_loss), tick.bid)",
        Cause.PRICE,
        "entry long",
    ),
    "volume rounded, not floored": (
        "MathFloor(volume / step + SLACK)",
        "MathRound(volume / step)",
        Cause.LOTS,
        "lots: ",
    ),
    "half of the risk": ("/ 100.0 / loss_per_lot", "/ 200.0 / loss_per_lot", Cause.LOTS, "lots: "),
}


@pytest.fixture(scope="module")
def experts() -> dict[str, CompiledExpert]:
    """Return all texts from one library, the unedited one by the name ""."""
    texts = {"": TEXT}
    for name, (before, after, _, _) in EDITS.items():
        assert TEXT.count(before) >= 1, name
        texts[name] = TEXT.replace(before, after, 1)
    return dict(zip(texts, compile_experts(list(texts.values()), traced=True), strict=True))


def test_the_text_trades_what_the_engines_trade(experts: dict[str, CompiledExpert]) -> None:
    found = verify(STRATEGY, MARKET, experts[""])
    assert found.holds, found.divergence
    assert len(found.expected.deals) > 50
    assert found.replayed.equity == pytest.approx(found.expected.equity, abs=0.01)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_and_classed(name: str, experts: dict[str, CompiledExpert]) -> None:
    found: Verification = verify(STRATEGY, MARKET, experts[name])
    assert found.divergence is not None
    _, _, cause, text = EDITS[name]
    assert found.divergence.verdict.cause is cause, found.divergence.verdict
    assert text in found.divergence.verdict.text


def at_each_tick(declared: str, done: str) -> str:
    head = "void OnTick(void)\n  {\n"
    assert TEXT.count(head) == 1
    return TEXT.replace(head, f"{declared}\n{head}   {done}\n")


def test_a_crash_is_told_and_the_others_of_a_batch_are_verified() -> None:
    crashing = at_each_tick(CRASH, "Print(Deeper(1900));")
    first, second = compile_experts([crashing, TEXT])
    found = verify(STRATEGY, MARKET, first)
    assert found.divergence is not None
    assert "it ended its process: " in found.divergence.verdict.text
    assert verify(STRATEGY, MARKET, second).holds


def test_an_expert_that_takes_too_long_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = "for(int i = 0; i < 90000000; i++) turns = turns + i % 2;"
    endless = at_each_tick("int turns = 0;", loop)
    (expert,) = compile_experts([endless])
    monkeypatch.setattr(replay, "_limit_s", lambda _: 0.3)
    began = time.monotonic()
    found = verify(STRATEGY, MARKET, expert)
    assert found.divergence is not None
    assert "it did not end within 0.3 seconds" in found.divergence.verdict.text
    assert time.monotonic() - began < 5


def test_a_division_by_a_written_zero_compiles_and_gives_zero() -> None:
    text = """strategy "Nothing" {
        enter long when (close - open) / 0 < 0.5 and hour == 8
        exit after 3 bars
        size 0.1 lots
    }"""
    strategy = parse(text)
    (expert,) = compile_experts([emit_mql5(strategy, EmitFacts())])
    found = verify(strategy, MARKET, expert)
    assert found.holds
    assert len(found.expected.deals) > 0


def test_a_strategy_without_warm_up_trades_from_the_oldest_bar_on() -> None:
    text = """strategy "At once" {
        enter long when hour >= 0
        exit after 3 bars
        friday close 20:45
        size 0.1 lots
    }"""
    strategy = parse(text)
    (expert,) = compile_experts([emit_mql5(strategy, EmitFacts())])
    whole = replace(MARKET, first=0)
    found = verify(strategy, whole, expert)
    assert found.holds, found.divergence
    assert found.expected.deals.bar[0] == 0


def test_random_cases_are_equal() -> None:
    wrong = [outcome for outcome in run_cases(range(16), seed=7) if outcome.problem]
    assert wrong == []


@pytest.mark.slow
def test_many_random_cases_are_equal() -> None:
    for first in range(0, 500, 25):
        found = run_cases(range(first, first + 25), seed=8)
        assert [outcome for outcome in found if outcome.problem] == []


@pytest.mark.parametrize("filling", ["fok", "ioc", "return"])
def test_orders_are_of_a_filling_that_the_symbol_takes(filling: Filling) -> None:
    (expert,) = compile_experts([TEXT])
    script = Script(filling=filling)
    found = verify(STRATEGY, MARKET, expert.played(script, "open-prices"))
    assert found.holds
    assert found.replayed.met == script
