"""Expert Advisors to which things happen while they run, and how their replays are compared."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from backtest.market import Account, Market, Symbol
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Script
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
NUMBERS = {name: number for number, name in enumerate(SOURCES)}


def make_market() -> Market:
    bars = load_bars("sample").between(0, 700)
    return Market(bars, Symbol("EURUSD", bars.digits), Account(deposit=10_000.0))


MARKET = make_market()


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
