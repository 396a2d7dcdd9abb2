"""What translated MQL5 computes, and how it ends where MetaTrader terminates a program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from backtest.market import Market
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.parser import parse_mql5
from codegen.host.replay import HostResult, replay
from codegen.host.script import Script
from tests.support.bars import EURUSD, hand_bars

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

LANGUAGE = Path(__file__).parent / "support" / "host" / "language.mq5"
MARKET = Market(hand_bars([(100_000, 100_050, 99_950, 100_020)] * 4), EURUSD)
SHOWN = """\
inputs 14 text 2 197121 2024.01.02 03:04 1
overload 6 6 15
one two|two|other|macro
enum 10, macro 6, table 6 6
zero 0 0
sum 3.5
square 4 9 1
integers -3 -1 3 -2
precedence 14 11
loops 25
series 0.5 20.5
ab12 1 65
60 2024.01.02 03:05
"""
TICK = """\
class Counter { public: int count; void Clear(void) { count = 0; } };
void OnTick(void)
  {
   int zero = 0;
   double values[3];
   values[zero] = 0.0;
   {LINE}
  }
"""
LINE = TICK[: TICK.index("{LINE}")].count("\n") + 1
FATAL = {
    "Print(5 / zero);": "zero divide",
    "while(zero == 0) values[0] += 1.0;": "an endless loop",
    "for(int i = 0; i < 10; i--) { if(i > 0) break; zero += i; i++; }": "an endless loop",
    "Print(5 % zero);": "zero divide",
    "Print(5.0 / zero);": "zero divide",
    "zero /= zero;": "zero divide",
    "values[zero + 3] = 1.0;": "array out of range",
    "values[zero - 1] = 1.0;": "array out of range",
    "int t[2][2]; t[zero][zero + 2] = 1;": "array out of range",
    "Print(values[zero + 1]);": "a value that was never set is read",
    "values[zero + 1] += 1.0;": "a value that was never set is read",
    "int n[]; ArrayResize(n, 2); n[0]++;": "a value that was never set is read",
    "MqlRates r[]; ArrayResize(r, 1); Print(r[0].close);": "a value that was never set is read",
    'string s = "x"; while(zero == 0) s += s;': "a text of more than 64 MiB",
    "Counter c; zero += c.count;": "a value that was never set is read",
}
TRACED = """\
struct Decision { bool ready; double stop; };
bool ReadDecision(Decision &decision)
  {
   double ema_1[2];
   for(int i = 0; i < 2; i++)
      ema_1[i] = i + 0.5;
   const bool gt_1 = ema_1[1] > ema_1[0];
   decision.ready = gt_1;
   decision.stop = 2.5;
   return(true);
  }
void OnTick(void)
  {
   Decision decision;
   ReadDecision(decision);
  }
"""


@cache
def library() -> Path:
    texts = [parse_mql5(LANGUAGE.read_text(encoding="utf-8"), str(LANGUAGE))]
    texts += [parse_mql5(TICK.replace("{LINE}", line), "fatal.mq5") for line in FATAL]
    return build([*texts, parse_mql5(TRACED)], trace=["ReadDecision"])


def lines(result: HostResult) -> list[str]:
    return [line.text for line in result.journal]


def test_the_language_means_what_it_means_in_metatrader() -> None:
    result = replay(library(), 0, MARKET)
    assert result.fault is None
    shown = [line for line in lines(result) if not line.startswith("static")]
    assert shown == SHOWN.splitlines()


def test_a_restart_gives_every_variable_its_first_value_back() -> None:
    result = replay(library(), 0, MARKET, script=Script(restarts=(2,)))
    statics = [line for line in lines(result) if line.startswith("static")]
    assert len(statics) == 2
    assert statics[0] == statics[1]


def test_inputs_can_be_set_and_the_rest_keeps_its_value() -> None:
    result = replay(library(), 0, MARKET, inputs={"Period1": 21, "Text": "new", "Paint": 1})
    assert lines(result)[0] == "inputs 21 new 1 197121 2024.01.02 03:04 1"


@pytest.mark.parametrize("line", FATAL)
def test_a_critical_error_ends_the_program_and_names_its_line(line: str) -> None:
    result = replay(library(), 1 + list(FATAL).index(line), MARKET)
    assert result.fault is not None
    assert FATAL[line] in result.fault
    inside = "of more than" in FATAL[line]
    assert result.fault.endswith("the function of line 2" if inside else f"line {LINE}")


def test_a_traced_function_reports_locals_fields_and_arrays() -> None:
    result = replay(library(), 1 + len(FATAL), MARKET, trace_bars=[1])
    found = {(row.bar, row.name): row.value for row in result.trace}
    assert found[1, "gt_1"] == 1.0
    assert found[1, "decision.ready"] == 1.0
    assert found[1, "decision.stop"] == 2.5
    assert found[1, "ema_1[0]"] == 0.5
    assert found[1, "ema_1[1]"] == 1.5
    assert {row.bar for row in result.trace} == {1}


def test_functions_that_call_each_other_without_end_end_the_program() -> None:
    text = "int F(const int a)\n  {\n   return(a > 0 ? F(a - 1) : G(a));\n  }\n"
    text += "int G(const int a)\n  {\n   return(F(a + 5));\n  }\n"
    text += "void OnTick(void)\n  {\n   Print(F(3));\n  }\n"
    assert "stack overflow in line" in str(replay(build([text]), 0, MARKET).fault)
