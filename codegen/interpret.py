"""The interpreter: what a strategy means, bar by bar, from the slow plain-Python `meaning`s alone.

No kernel is ever called here; every other back end must agree with this one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.program import Decisions
from codegen.calls import Params, call_params, call_tolerance
from codegen.fields import bar_field
from codegen.plan import expert_ports, union, warmup_rows
from codegen.rules import account_rules, assemble, position_size
from dsl.columns import shift_of
from dsl.errors import CodegenError
from dsl.kinds import SIGNAL
from dsl.node import Node, Value, topological
from dsl.params import ParamValue
from dsl.strategy import Strategy

Cell = float | bool | None  # None: still warming up
Row = tuple[Any, ...] | None  # one value an output


def interpret(strategy: Strategy, market: Market) -> Decisions:
    """Return what the strategy wants at the open of every bar of the market.

    Raises:
        CodegenError: A node is not finite after its warm-up.
    """
    ports = dict(expert_ports(strategy))
    order = union(ports.values())
    columns = _columns(order, market, strategy.value)
    warmups = warmup_rows(order, strategy.value)
    signals, distances = {}, {}
    for name, child in ports.items():
        cells = columns[child]
        if child.kind == SIGNAL:
            signals[name] = np.array([cell is True for cell in cells], dtype=np.bool_)
        else:
            distances[name] = np.array([math.nan if cell is None else cell for cell in cells])
    expert, size = strategy.expert, strategy.port("size")
    assert size is not None
    return assemble(
        signals,
        distances,
        position_size(size.type, tuple(map(strategy.value, size.params)), market.bars.point),
        account_rules({param.name: strategy.rule(param.name) for param in expert.type.params}),
        warmup=max(warmups.values(), default=0),
        bars=len(market.bars),
    )


def interpret_node(node: Node, market: Market) -> list[Cell]:
    """Return the value of a node without InputRefs at every bar, None during its warm-up."""

    def literal(value: Value) -> ParamValue:
        assert isinstance(value, int | float | str)
        return value

    return _columns(topological(node), market, literal)[node]


def _columns(
    order: Iterable[Node], market: Market, value: Callable[[Value], ParamValue]
) -> dict[Node, list[Cell]]:
    order = tuple(order)
    warmups = warmup_rows(order, value)
    calls: dict[tuple[object, ...], list[Row]] = {}
    columns: dict[Node, list[Cell]] = {}
    for current in order:
        params = tuple(value(param) for param in current.params)
        key = (current.type, current.inputs, params)
        if key not in calls:
            inputs = [columns[child] for child in current.inputs if child is not None]
            calls[key] = _rows(current, params, inputs, warmups[current], market)
        columns[current] = [None if row is None else row[current.output] for row in calls[key]]
    return columns


def _rows(
    current: Node, params: Params, inputs: list[list[Cell]], warmup: int, market: Market
) -> list[Row]:
    """Return the outputs at each bar; `meaning` counts rows from its inputs' first usable one."""
    node_type, bars = current.type, len(market.bars)
    if node_type.scalar is not None:
        return [(node_type.scalar(market.bars.point, *params),)] * bars
    meaning = node_type.meaning
    assert meaning is not None
    skipped = max((cells.count(None) for cells in inputs), default=shift_of(node_type, params))
    kinds = [child.kind for child in current.inputs if child is not None]
    arguments = (
        *(cells[skipped:] for cells in inputs),
        *(_field(market, name) for name in node_type.fields),
        *call_params(node_type, params),
        *call_tolerance(node_type, kinds, current.kind, market.bars.point),
    )
    rows: list[Row] = [None] * min(warmup, bars)
    for row in range(warmup, bars):
        found = meaning(row - skipped, *arguments)
        values = found if len(node_type.outputs) > 1 else (found,)
        if not all(math.isfinite(value) for value in values):
            raise CodegenError(f"{node_type.name} gives {found} at bar {row}, after its warm-up")
        rows.append(values)
    return rows


def _field(market: Market, name: str) -> Sequence[float] | int:
    found = bar_field(market, name)
    if isinstance(found, int):
        return found
    values: list[float] = found.tolist()
    return values
