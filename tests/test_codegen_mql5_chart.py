"""The panel and the arrows that an emitted Expert Advisor draws, executed on the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtest.market import Market, Symbol
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import SMOOTH, Script
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from dsl.text.lower import parse
from genfx.bars.sources import load_bars

TEXT = """strategy "Guarded" {
    enter long when rising(close, 2)
    exit after 3 bars
    stop loss 3 * atr(14)
    daily loss 0.2%
    drawdown stop 50%
    max trades per day 2
    size 0.5 lots
}"""
# The last thing it does is to tell what it has drawn.
TELLS = """     {
      for(int i = 0; i < 7; i++)
         Print(ObjectGetString(0, ObjectPrefix() + "line " + IntegerToString(i), OBJPROP_TEXT));
      PrintFormat("objects %d", ObjectsDeleteAll(0, ObjectPrefix()));
     }"""
BARS = load_bars("sample").between(0, 700)
MARKET = Market(BARS, Symbol("EURUSD", BARS.digits))


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        find_compiler()
    except CompilerMissing:
        pytest.skip("no C++ compiler")
    source = emit_mql5(parse(TEXT), EmitFacts(magic=77))
    deletes = "      ObjectsDeleteAll(0, ObjectPrefix());"
    assert source.count(deletes) == 1
    return build([source.replace(deletes, TELLS)])


def panel(library: Path, script: Script, **inputs: bool) -> tuple[int, list[str], HostResult]:
    """Return how many objects stood in the chart at the end, and the lines of the panel."""
    found = replay(library, 0, MARKET, inputs=inputs, script=script)
    assert found.fault is None
    texts = [line.text for line in found.journal]
    at = next(i for i, text in enumerate(texts) if text.startswith("objects "))
    return int(texts[at].split()[1]), texts[at - 7 : at], found


def test_the_panel_says_what_the_expert_knows(library: Path) -> None:
    count, lines, found = panel(library, Script(live=True, ticks=2), ShowPanel=True)
    assert count > 7  # arrows, too
    assert lines[0] == "Guarded, magic 77"
    assert lines[1] in {"long", "flat"}
    assert lines[2] == "no position" or "lots at" in lines[2]
    assert lines[3].startswith("today ")
    assert lines[6] == "limits: 2 entries a day, daily loss 0.2%, drawdown 50%"
    assert max(map(len, lines)) <= 63
    assert lines[4].removeprefix("last entry left out: ") in {"trades per day", "daily loss"}
    assert lines[5].startswith("next decision: 2017.")
    assert found.objects_left == ()


def test_arrows_mark_every_deal_of_the_expert(library: Path) -> None:
    count, lines, found = panel(library, Script(live=True, ticks=2))
    assert lines == [""] * 7
    recent = found.deals.time >= found.deals.time[-1] - 20 * 86_400
    assert recent.sum() <= count <= len(found.deals)


@pytest.mark.parametrize(
    ("script", "inputs"),
    [(SMOOTH, {"ShowPanel": True}), (Script(live=True), {"ShowArrows": False})],
)
def test_nothing_is_drawn_in_the_tester_or_on_demand(
    library: Path, script: Script, inputs: dict[str, bool]
) -> None:
    found = replay(library, 0, MARKET, inputs=inputs, script=script)
    drawn = [line.text for line in found.journal if line.text.startswith("objects")]
    assert drawn == ([] if script is SMOOTH else ["objects 0"])
