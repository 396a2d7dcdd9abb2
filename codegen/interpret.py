"""The interpreter: what a strategy means, bar by bar, from the slow plain-Python `meaning`s alone.

No kernel is ever called here; every other back end must agree with this one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.program import Decisions
from codegen.calls import Params, call_params, call_tolerance
from codegen.fields import bar_field
from codegen.plan import Place, below, computation, expert_ports, union, warmup_rows
from codegen.rules import account_rules, assemble, position_size
from dsl.columns import shift_of
from dsl.errors import CodegenError
from dsl.kinds import SIGNAL
from dsl.node import Node, Value
from dsl.nodes.timeframe import ALIGN, on_chart
from dsl.params import ParamValue
from dsl.strategy import Strategy
from dsl.timeframes import CHART, DAY

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
    warmups = warmup_rows(order, strategy.value, market.bars.timeframe)
    signals, distances = {}, {}
    for name, child in ports.items():
        cells = columns[Place(child, CHART)]
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
        warmup=max((n for place, n in warmups.items() if place.timeframe == CHART), default=0),
        bars=len(market.bars),
    )


def interpret_node(node: Node, market: Market) -> list[Cell]:
    """Return the value of a node without InputRefs at every bar, None during its warm-up.

    A node of a higher timeframe is brought to the chart.
    """
    node = on_chart(node)

    def literal(value: Value) -> ParamValue:
        assert isinstance(value, int | float | str)
        return value

    return _columns(union([node]), market, literal)[Place(node, CHART)]


def _columns(
    order: tuple[Place, ...], market: Market, value: Callable[[Value], ParamValue]
) -> dict[Place, list[Cell]]:
    warmups = warmup_rows(order, value, market.bars.timeframe)
    timeframes = {place.timeframe for place in order}
    markets = {CHART: market} | {tf: larger_market(market, tf) for tf in timeframes - {CHART}}
    calls: dict[tuple[object, ...], list[Row]] = {}
    columns: dict[Place, list[Cell]] = {}
    for place in order:
        current, inputs = place.node, [columns[child] for child in below(place)]
        if current.type is ALIGN:
            larger = markets[below(place)[0].timeframe]
            columns[place] = _aligned(inputs[0], warmups[place], market, larger)
            continue
        params = tuple(value(param) for param in current.params)
        key = (*computation(place), params)
        if key not in calls:
            calls[key] = _rows(current, params, inputs, warmups[place], markets[place.timeframe])
        columns[place] = [None if row is None else row[current.output] for row in calls[key]]
    return columns


def larger_market(market: Market, seconds: int) -> Market:
    """Return the market with its bars joined to larger ones, one after the other."""
    joined: dict[int, list[int]] = {}
    for row, time in enumerate(market.bars.time.tolist()):
        joined.setdefault(bucket_start(time, seconds), []).append(row)
    bars, rows = market.bars, list(joined.values())
    columns = {
        "open": [bars.open[within[0]] for within in rows],
        "high": [max(bars.high[within]) for within in rows],
        "low": [min(bars.low[within]) for within in rows],
        "close": [bars.close[within[-1]] for within in rows],
        "tick_volume": [sum(bars.tick_volume[within]) for within in rows],
        "spread": [0 for _ in rows],  # nothing reads it
        "time": list(joined),
    }
    arrays: dict[str, Any] = {n: np.array(cells, np.int64) for n, cells in columns.items()}
    return replace(market, bars=replace(bars, timeframe=seconds, **arrays))


def bucket_start(time: int, seconds: int) -> int:
    """Return when the larger bar that holds a time begins, counted from midnight or Sunday."""
    moment = datetime.fromtimestamp(time, UTC)
    start = moment.replace(hour=0, minute=0, second=0)
    if seconds > DAY:
        start -= timedelta(days=start.isoweekday() % 7)
    else:
        start += (moment - start) // timedelta(seconds=seconds) * timedelta(seconds=seconds)
    return int(start.timestamp())


def _aligned(cells: list[Cell], warmup: int, market: Market, larger: Market) -> list[Cell]:
    """Return at each bar the value at the row of the larger bar that it lies in."""
    seconds = larger.bars.timeframe
    value_at = dict(zip(larger.bars.time.tolist(), cells, strict=True))
    rows: list[Cell] = [value_at[bucket_start(t, seconds)] for t in market.bars.time.tolist()]
    assert None not in rows[warmup:]
    return [None] * min(warmup, len(rows)) + rows[warmup:]


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
