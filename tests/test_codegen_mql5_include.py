"""What an include file does on a chart: when it decides, what it waits for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Script
from codegen.mql5.signals import emit_signals
from dsl.text.lower import parse
from genfx.bars.sources import load_bars

LATE = "2017.01.10"
STRATEGY = """strategy "Signals" {
    enter long when close > sma(close, 20) and atr(14) > 0.0001
    size 0.1 lots
}"""


def own_expert(source: str) -> str:
    """Return an EA of someone's own that prints the bars at which an include file decided."""
    return f"""{source}
CSignals ExtSignals;
int OnInit(void)
  {{
   return(ExtSignals.Init() ? INIT_SUCCEEDED : INIT_FAILED);
  }}
void OnDeinit(const int reason)
  {{
   ExtSignals.Deinit();
  }}
void OnTick(void)
  {{
   if(ExtSignals.Update())
      PrintFormat("decided %d", (int)(TimeCurrent() - iTime(_Symbol, _Period, 0)));
  }}
"""


INCLUDED = own_expert(emit_signals(parse(STRATEGY)))
LAGS, CREATES = "BarsCalculated(m_atr1) <", "= CreateHandles();"
assert INCLUDED.count(LAGS) == INCLUDED.count(CREATES) == 1
TEXTS = {
    "included": INCLUDED,
    "included_late": INCLUDED.replace(CREATES, f"= TimeCurrent() >= D'{LATE}' && CreateHandles();"),
    "included_lagging": INCLUDED.replace(LAGS, "BarsCalculated(m_atr1) - 1 <"),
}


def make_market() -> Market:
    bars = load_bars("sample").between(0, 500)
    return Market(bars, Symbol("EURUSD", bars.digits), Account(deposit=10_000.0))


MARKET = make_market()


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    return build(list(TEXTS.values()))


def run(library: Path, name: str, script: Script = SMOOTH) -> HostResult:
    found = replay(library, list(TEXTS).index(name), MARKET, script=script)
    assert found.fault is None
    assert found.leaked_handles == 0
    return found


def said(found: HostResult, text: str) -> list[int]:
    """Return the bars in whose lines of the journal a text stands."""
    return [line.bar for line in found.journal if text in line.text]


def test_an_include_file_waits_for_indicators_that_lag_behind(library: Path) -> None:
    def seconds(found: HostResult) -> set[str]:
        return {line.text for line in found.journal}

    script = Script(live=True, ticks=10)
    assert seconds(run(library, "included", script)) == {"decided 0"}
    assert seconds(run(library, "included_lagging", script)) == {"decided 6"}
    assert seconds(run(library, "included_lagging")) == {"decided 0"}


def test_an_include_file_waits_for_an_indicator_that_cannot_be_created_yet(library: Path) -> None:
    found = run(library, "included_late", Script(live=True, ticks=2))
    assert found.init_code == 0
    late = np.datetime64(LATE.replace(".", "-")).astype("datetime64[s]").astype(int)
    assert MARKET.bars.time[min(said(found, "decided"))] >= late
    assert run(library, "included_late").init_code != 0


def test_an_include_file_leaves_the_bar_of_its_start_alone_on_a_chart(library: Path) -> None:
    live = [line.bar for line in run(library, "included", Script(live=True, ticks=3)).journal]
    tested = [line.bar for line in run(library, "included", Script(ticks=3)).journal]
    assert tested == list(range(len(MARKET.bars)))
    assert live == tested[1:]
