"""MetaTrader's figures of its built-in indicators, by call and buffer: `data/reference_*.csv`."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import numpy as np

import dsl.nodes  # noqa: F401  fills the registry
from dsl.jit import F64
from dsl.registry import lookup
from tests.support.indicators.calls import handle_call

DATA = Path(__file__).resolve().parents[2] / "data"
EMPTY_VALUE = 1.7976931348623157e308
EXPRESSION = re.compile(
    r"(?P<name>\w+)\((?:(?P<price>[a-z]+), )?(?P<params>[\d., ]*)\)\.?(?P<output>\w*)"
)

Figures = dict[int, float]


@cache
def reference_bars() -> dict[str, F64]:
    """Return 440 hourly EURUSD bars: open, high, low, close, tick_volume."""
    with (DATA / "reference_bars.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@cache
def figures() -> dict[tuple[str, int], Figures]:
    """Return MetaTrader's figures by call and buffer, of node types with a handle and by hand."""
    found: dict[tuple[str, int], Figures] = {}
    with (DATA / "reference_values.csv").open(encoding="utf-8") as file:
        head, *lines = csv.reader(file, delimiter=";")
    for expression, *cells in lines:
        parts = EXPRESSION.fullmatch(expression)
        assert parts is not None
        node_type = lookup(parts["name"])
        if node_type.mql5.handle:
            texts = [float(text) for text in parts["params"].split(", ") if text]
            pairs = zip(node_type.params, texts, strict=True)
            params = tuple(param.coerce(number) for param, number in pairs)
            output = node_type.output_index(parts["output"]) if parts["output"] else 0
            call = handle_call(node_type, params, parts["price"] or "close")
            found[call, node_type.mql5.buffers[output]] = numbered(head[1:], cells, None)
    with (DATA / "reference_calls.csv").open(encoding="utf-8") as file:
        head, *lines = csv.reader(file, delimiter=";")
    for call, buffer, *cells in lines:
        empty = EMPTY_VALUE if call.startswith("iFractals") else None
        found[call, int(buffer)] = numbered(head[2:], cells, empty)
    return found


def numbered(rows: list[str], cells: list[str], empty: float | None) -> Figures:
    pairs = zip(map(int, rows), cells, strict=True)
    values = {row: float(cell) if cell else empty for row, cell in pairs}
    return {row: value for row, value in values.items() if value is not None}
