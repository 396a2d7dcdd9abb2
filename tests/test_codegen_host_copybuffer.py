"""What an Expert Advisor reads of built-in indicators, bar by bar, by handles and CopyBuffer."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.bars import Bars
from backtest.market import Market
from codegen.host.compiler import build
from codegen.host.replay import replay
from tests.support.bars import EURUSD, HOUR, MONDAY, hand_bars
from tests.support.indicators.calls import CHART
from tests.support.indicators.figures import figures, reference_bars
from tests.support.indicators.library import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")

Key = tuple[str, int]  # call, buffer


def reader(keys: list[Key], delays: list[int]) -> str:
    """Return an Expert Advisor that prints each buffer at each tick, `delay` bars late."""
    count = len(keys)
    lines = [f"int handles[{count}];", "int OnInit()", "  {"]
    lines += [f"   handles[{i}] = {call};" for i, (call, _) in enumerate(keys)]
    lines += ["   return(INIT_SUCCEEDED);", "  }", "void OnDeinit(const int reason)", "  {"]
    lines += [f"   for(int i = 0; i < {count}; i++)", "      IndicatorRelease(handles[i]);", "  }"]
    lines += ["void Read(const int column, const int buffer, const int shift)", "  {"]
    lines += [
        "   double values[];",
        "   if(CopyBuffer(handles[column], buffer, shift, 1, values) == 1)",
    ]
    lines += [
        '      PrintFormat("%d %d %.17g", column, Bars(_Symbol, _Period) - 1 - shift, values[0]);'
    ]
    lines += ["  }", "void OnTick()", "  {"]
    pairs = zip(keys, delays, strict=True)
    lines += [f"   Read({i}, {buffer}, {delay});" for i, ((_, buffer), delay) in enumerate(pairs)]
    return "\n".join([*lines, "  }", ""])


def read_by_expert(bars: Bars, keys: list[Key], delays: list[int]) -> dict[Key, dict[int, float]]:
    """Return by row what an Expert Advisor reads."""
    result = replay(build([reader(keys, delays)]), 0, Market(bars, EURUSD))
    assert not result.problem
    found: dict[Key, dict[int, float]] = {key: {} for key in keys}
    for line in result.journal:
        column, row, value = line.text.split()
        found[keys[int(column)]][int(row)] = float(value)
    return found


def bars_of_reference() -> Bars:
    columns = reference_bars()
    points = [np.round(columns[name] * 1e5) for name in ("open", "high", "low", "close")]
    o, h, low, c = (column.astype(np.int64) for column in points)
    time = np.arange(len(o)) * HOUR + MONDAY
    ticks = columns["tick_volume"].astype(np.int64)
    return Bars("TEST", HOUR, 5, time, o, h, low, c, ticks, np.full(len(o), 10))


def test_an_expert_reads_metatraders_figures() -> None:
    keys = list(figures())
    delays = [3 if call.startswith("iFractals") else 1 for call, _ in keys]  # two bars confirm one
    found = read_by_expert(bars_of_reference(), keys, delays)
    for key in keys:
        rows = [row for row in figures()[key] if row in found[key]]
        assert len(rows) >= 8, key
        for row in rows:
            assert found[key][row] == pytest.approx(figures()[key][row], rel=1e-9, abs=0), (
                key,
                row,
            )


def test_cci_near_its_mean_does_not_depend_on_how_long_the_history_is() -> None:
    # MetaTrader's source sums each period anew; a running mean is off in the ninth digit here.
    offsets = [113, 68, 146, 100, 127, 162, 136, 38, 90, 93, 81, 42, 25, 94, 94]
    closes = [106_000 + i * 7919 % 997 for i in range(900)] + [108_500 + o for o in offsets]
    keys = [(f"iCCI({CHART}, 14, PRICE_CLOSE)", 0)]
    found = read_by_expert(hand_bars([(close,) * 4 for close in closes]), keys, [1])
    assert found[keys[0]][913] == pytest.approx(0.15117157966344502, rel=1e-12)


def test_a_few_values_agree_with_arithmetic_by_hand() -> None:
    # closes 1.00000 .. 1.00090 in steps of 10 points, ranges of 40 points
    rows = [
        (100_000 + 10 * i, 100_020 + 10 * i, 99_980 + 10 * i, 100_000 + 10 * i) for i in range(10)
    ]
    expected = {
        (f"iMA({CHART}, 4, 0, MODE_SMA, PRICE_CLOSE)", 0): 1.00065,  # (50 + 60 + 70 + 80) / 4
        (f"iMA({CHART}, 3, 0, MODE_LWMA, PRICE_CLOSE)", 0): 1.0 + (60 + 140 + 240) / 6 * 1e-5,
        (f"iATR({CHART}, 3)", 0): 0.00040,
        (f"iRSI({CHART}, 3, PRICE_CLOSE)", 0): 100.0,
        (f"iMomentum({CHART}, 5, PRICE_CLOSE)", 0): 100 * 1.0008 / 1.0003,
        (f"iBands({CHART}, 3, 0, 2.0, PRICE_CLOSE)", 1): 1.0007 + 2 * (200 / 3) ** 0.5 * 1e-5,
        (f"iCCI({CHART}, 3, PRICE_CLOSE)", 0): 10 / (0.015 * 20 / 3),
        (f"iWPR({CHART}, 3)", 0): -100 * 20 / 60,
        (f"iStochastic({CHART}, 3, 2, 2, MODE_SMA, STO_LOWHIGH)", 0): 100 * 80 / 120,
        (f"iDeMarker({CHART}, 3)", 0): 1.0,
        (f"iADX({CHART}, 1)", 1): 100 * 10 / 40,
    }
    found = read_by_expert(hand_bars(rows), list(expected), [1] * len(expected))
    for key, value in expected.items():
        assert found[key][8] == pytest.approx(value, rel=1e-9), key
