"""Columns of nodes on small generated bars, by kernels or by meanings, without any back end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dsl.columns import compute, is_shifted, shift_of
from dsl.kinds import Tolerance, tolerance
from dsl.node import InputRef, Node, topological
from dsl.registry import NodeType

Fields = Mapping[str, Any]
HOUR = 3600
MONDAY = 1_483_315_200  # 2017-01-02 00:00


def random_fields(rng: np.random.Generator, rows: int, *, point: float = 1e-5) -> dict[str, Any]:
    """Return what leaves read of random hourly bars: whole points, some flat, gaps in time."""
    steps = rng.integers(-60, 61, rows) * (rng.random(rows) < 0.9)
    close = 130_000 + np.cumsum(steps)
    opened = np.concatenate([[130_000], close[:-1]]) + rng.integers(-3, 4, rows)
    flat = rng.random(rows) < 0.1
    opened[flat] = close[flat]
    high = np.maximum(opened, close) + np.where(flat, 0, rng.integers(0, 40, rows))
    low = np.minimum(opened, close) - np.where(flat, 0, rng.integers(0, 40, rows))
    prices = {"open": opened, "high": high, "low": low, "close": close}
    fields: dict[str, Any] = {name: values * point for name, values in prices.items()}
    fields["tick_volume"] = (rng.integers(0, 900, rows) * (rng.random(rows) < 0.9)).astype(float)
    fields["spread"] = rng.integers(1, 30, rows).astype(float)
    hours = np.where(rng.random(rows) < 0.95, 1, rng.integers(2, 60, rows))
    fields["time"] = MONDAY + HOUR * np.cumsum(hours)
    fields["timeframe"] = HOUR
    return fields


def flat_fields(rows: int) -> dict[str, Any]:
    """Return bars of a market that stands still after a jump, with no volume."""
    close = np.full(rows, 1.25)
    close[: rows // 3] = 1.5
    fields: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close"), close)
    still = {"tick_volume": np.zeros(rows), "spread": np.zeros(rows)}
    return {**fields, **still, "time": MONDAY + HOUR * np.arange(rows), "timeframe": HOUR}


def tolerance_of(current: Node, point: float) -> Tolerance | tuple[()]:
    """Return e_abs and e_rel if the node's type takes them."""
    where = current.type.tolerance
    if not where:
        return ()
    names = [port.name for port in current.type.inputs]
    port = current if where == "output" else current.inputs[names.index(where)]
    assert port is not None
    return tolerance(port.kind, point)


def column(root: Node, fields: Fields, *, point: float = 1e-5) -> np.ndarray[Any, Any]:
    """Return the column of a node, by kernels."""
    done: dict[Node, tuple[np.ndarray[Any, Any], int]] = {}
    for current in topological(root):
        done[current] = _column(current, [done[c] for c in current.inputs if c], fields, point)
    return done[root][0]


def _column(
    current: Node, below: Sequence[tuple[Any, int]], fields: Fields, point: float
) -> tuple[Any, int]:
    node_type = current.type
    params = [value for value in current.params if not isinstance(value, InputRef)]
    assert len(params) == len(current.params)
    if node_type.scalar is not None:
        return np.full(len(fields["time"]), node_type.scalar(point, *params)), 0
    start = max((rows for _, rows in below), default=0)
    inputs = [values for values, _ in below] + [fields[name] for name in node_type.fields]
    outputs = compute(node_type, inputs, params, tolerance_of(current, point), start=start)
    warmup = start + shift_of(node_type, params) + node_type.warmup(*params)
    return outputs[current.output], warmup


def meanings(
    node_type: NodeType, inputs: Sequence[Any], params: Sequence[Any], e: Sequence[float]
) -> list[tuple[Any, ...]]:
    """Return all outputs row by row, by the declaration's meaning; nan before its first row."""
    own = params[:-1] if is_shifted(node_type) else params
    shift = shift_of(node_type, params)
    first = shift + node_type.warmup(*params)
    series = [values.tolist() if isinstance(values, np.ndarray) else values for values in inputs]
    rows: list[tuple[Any, ...]] = []
    assert node_type.meaning is not None
    for row in range(len(series[0])):
        if row < first:
            rows.append((math.nan,) * len(node_type.outputs))
            continue
        value = node_type.meaning(row - shift, *series, *own, *e)
        rows.append(value if isinstance(value, tuple) else (value,))
    return rows
