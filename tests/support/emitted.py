"""Emitted Expert Advisors on the host: what compiles, what they decide, what they trade."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from backtest.market import Market
from backtest.result import Deals
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.parser import parse_mql5
from codegen.host.replay import replay
from codegen.host.script import SMOOTH, Script
from codegen.mql5.emit import emit_mql5
from codegen.plan import FRIDAY_PORT, build_plan
from dsl.errors import CodegenError
from dsl.jit import F64
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.strategy import Strategy

FIELDS = (*SIGNAL_PORTS, FRIDAY_PORT)
_DECISION = "decision."


def compiler_found() -> bool:
    """Tell whether there is a C++ compiler."""
    try:
        find_compiler()
    except CompilerMissing:
        return False
    return True


def compile_errors(sources: Mapping[str, str]) -> str:
    """Return what the host and the C++ compiler say about these texts, "" if nothing."""
    try:
        build([parse_mql5(text, name) for name, text in sources.items()])
    except CodegenError as error:
        return str(error)
    return ""


def build_experts(strategies: Mapping[str, Strategy]) -> Path:
    """Compile the EAs of all strategies into one library that tells what they decide."""
    texts = [parse_mql5(emit_mql5(s), f"{name}.mq5") for name, s in strategies.items()]
    return build(texts, trace=["ReadDecision"])


def decided(
    library: Path, number: int, strategy: Strategy, market: Market, script: Script = SMOOTH
) -> dict[str, F64]:
    """Return what an EA decided at every bar: `ready`, and all fields of its Decision.

    A bar at which it decided nothing holds NaN; fields that it did not set are 0.
    """
    rows = len(market.bars)
    result = replay(library, number, market, script=script, trace_bars=range(rows))
    assert result.fault is None, result.fault
    ports = [name for name, _ in build_plan(strategy).ports]
    names = ("ready", *FIELDS, *(name for name in DISTANCE_PORTS if name in ports))
    columns = {name: np.full(rows, np.nan) for name in names}
    for bar, name, value in result.trace:
        field = name.removeprefix(_DECISION)
        if field != name and field in columns:
            columns[field][bar] = value
    came = np.array(sorted({row.bar for row in result.trace}), dtype=np.int64)
    for column in columns.values():
        column[came] = np.nan_to_num(column[came], nan=0.0)
    return columns


def traded(library: Path, number: int, market: Market, script: Script = SMOOTH) -> Deals:
    """Return the deals of an EA."""
    result = replay(library, number, market, script=script)
    assert result.fault is None, result.fault
    return result.deals
