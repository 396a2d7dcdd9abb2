"""Runs the part of emitted EAs that reads bars and decides; tables of built-in indicators are ours.

A real test of the text: expressions, shifts, depths, tolerances, library classes, history, warm-up.
Orders are not simulated here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backtest.market import Market
from backtest.resample import resampled
from codegen.evaluate import Evaluator
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.mql5.forms import step_forms
from codegen.mql5.inputs import ea_inputs, input_names
from codegen.mql5.steps import StepWriter
from codegen.plan import Plan, build_plan
from dsl.jit import F64
from dsl.node import Node, node, rewrite, with_output, with_params
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.strategy import Strategy
from tests.support.mql5_compiler import COMPILER, FOLDER, as_cpp

FIELDS = (*SIGNAL_PORTS, "friday_exit")


@dataclass(frozen=True, slots=True)
class Script:
    """What happens while the EA runs.

    skip: Every so manieth bar has no tick, 0 for none. refuse: Before every so manieth bar
    CopyBuffer fails twice. late: Until this bar, the first `missing` bars of history are not there.
    """

    skip: int = 0
    refuse: int = 0
    late: int = 0
    missing: int = 0


PLAIN = Script()


def build(strategies: Mapping[str, Strategy], folder: Path) -> Path:
    """Compile the EAs of all strategies into one program and return its path."""
    assert COMPILER is not None
    parts = ['#include "broker.h"']
    cases = []
    for number, strategy in enumerate(strategies.values()):
        source = emit_mql5(strategy)
        body = [line for line in as_cpp(source, run=True).splitlines() if "#include" not in line]
        undefined = [f"#undef {d}" for d in re.findall(r"^#define (\w+)", source, re.MULTILINE)]
        parts += [
            f"namespace ea_{number} {{",
            *body,
            _run_function(source, strategy),
            "}",
            *undefined,
        ]
        cases.append(f"case {number}: ea_{number}::run(trades, script); break;")
    parts += [
        "int main(void) {",
        "const int number = (int)read_count();",
        "const bool trades = read_count() != 0;",
        "const std::vector<double> script = read_numbers(7);",
        "read_bars(); read_buffers();",
        "switch(number) {",
        *cases,
        "} }",
    ]
    program = folder / "experts"
    flags = ["-std=c++17", "-O0", "-w", "-x", "c++", "-", f"-I{FOLDER}", "-o", str(program)]
    subprocess.run(
        [COMPILER, *flags],
        input="\n".join(parts),
        text=True,
        check=True,
    )
    return program


def _run_function(source: str, strategy: Strategy) -> str:
    start = " ".join(f"{name}();" for name in re.findall(r"void (ClearHistory\w*)\(", source))
    writes = " ".join(f"write_number(d.{name});" for name in _outputs(strategy))
    return f"""
void run(bool trades, const std::vector<double> &script) {{
  if(trades)
    return replay(script, OnInit, OnDeinit, OnTick);
  ExtTester = true;
  if(!InputsValid() || !CreateHandles() || rt.handles != (int)rt.buffers.size()) abort();
  {start}
  const int total = (int)rt.bars.size();
  const int skip = (int)script[0], refuse = (int)script[1];
  for(int t = 0; t < total; t++) {{
    rt.now = t;
    rt.oldest = t < (int)script[2] ? (int)script[3] : 0;
    Decision d;
    bool done = false;
    if(t >= rt.oldest && (skip == 0 || t % skip != 0)) {{
      if(refuse > 0 && t % refuse == 0) rt.refusals = 2;
      for(int tick = 0; tick < 5 && !done; tick++)
        done = ReadDecision(iTime(_Symbol, _Period, 0), d);
      rt.refusals = 0;
    }}
    if(!done) ZeroMemory(d);
    write_number(done); write_number(d.ready); {writes}
  }}
}}"""


def _outputs(strategy: Strategy) -> tuple[str, ...]:
    ports = [name for name, _ in build_plan(strategy).ports]
    return (*FIELDS, *(name for name in DISTANCE_PORTS if name in ports))


def run(
    program: Path, number: int, strategy: Strategy, market: Market, script: Script = PLAIN
) -> dict[str, F64]:
    """Return what an EA decided at every bar: `done`, `ready`, and all fields of its Decision."""
    numbers = (script.skip, script.refuse, script.late, script.missing, 0, 0, 0)
    names = ("done", "ready", *_outputs(strategy))
    rows = _answer(program, (number, 0, *numbers), strategy, market).reshape(-1, len(names))
    assert len(rows) == len(market.bars)
    return {name: rows[:, i] for i, name in enumerate(names)}


def trade(
    program: Path,
    number: int,
    strategy: Strategy,
    market: Market,
    *,
    requote: int = 0,
    restart: int = 0,
    live: bool = False,
) -> F64:
    """Return the deals of an EA, float64[deals, 9]: see `replay` in broker.h."""
    symbol, account = market.symbol, market.account
    settings = (symbol.tick_points, symbol.stops_level, account.mode == "hedging")
    head = (number, 1, *settings, account.deposit, requote, restart, live)
    return _answer(program, head, strategy, market).reshape(-1, 9)


def _answer(program: Path, head: tuple[float, ...], strategy: Strategy, market: Market) -> F64:
    bars = market.bars
    columns = [bars.time.astype(float), *(bars.price(p) for p in ("open", "high", "low", "close"))]
    columns += [bars.tick_volume.astype(float), bars.spread.astype(float)]
    numbers = [
        np.array([*head, len(bars)]),
        np.column_stack(columns).ravel(),
        *_tables(strategy, market),
    ]
    fed = np.concatenate(numbers).astype(np.float64).tobytes()
    ran = subprocess.run([str(program)], input=fed, capture_output=True, check=True)
    return np.frombuffer(ran.stdout)


def _tables(strategy: Strategy, market: Market) -> list[F64]:
    """Return the values of all handles by MetaTrader's buffer number, each beside its own bar."""
    plan = build_plan(strategy)
    inputs = ea_inputs(plan, strategy.expert.type, EmitFacts())
    names = input_names(plan.inputs)
    writer = StepWriter(plan, step_forms(plan, names), inputs)
    first = {handle.name: number for number, handle in reversed(writer.handles.items())}
    tables = [np.array([float(len(first))])]
    evaluator = Evaluator(market)
    for number in sorted(first.values()):
        step = plan.steps[number]
        buffers = step.type.mql5.buffers
        tables.append(np.array([float(len(buffers))]))
        shift = _shift(plan, number)
        own = evaluator if not step.timeframe else Evaluator(_larger(market, step.timeframe))
        for buffer in range(len(buffers)):
            meant = _literal(strategy, with_output(step.node, buffers.index(buffer)))
            column = np.nan_to_num(own.column(on_the_chart(meant)), nan=0.0)
            rest = np.zeros(len(market.bars) - len(column) + shift)
            tables.append(np.concatenate([column[shift:], rest]))
    return tables


def _larger(market: Market, timeframe: int) -> Market:
    return replace(market, bars=resampled(market.bars, timeframe))


def on_the_chart(root: Node) -> Node:
    """Return a graph of larger bars as one of the bars it is evaluated on."""
    return rewrite(root, lambda n: node(n.type, (), n.params) if n.type.fields else n)


def _shift(plan: Plan, number: int) -> int:
    leaf = plan.steps[plan.steps[number].inputs[0]]
    shift = leaf.params[-1]
    assert isinstance(shift, int)
    return shift


def _literal(strategy: Strategy, node: Node) -> Node:
    return rewrite(
        node, lambda n: with_params(n, [strategy.value(v) for v in n.params]) if n.params else n
    )
