"""Indicators give the figures of MetaTrader's own example indicators.

`data/reference_bars.csv` holds 440 hourly EURUSD bars, `data/reference_values.csv` what the stock
MQL5 sources compute from them at some rows (nothing: before the first real value there).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.jit import F64
from dsl.registry import NodeType, lookup, node_types

DATA = Path(__file__).resolve().parent / "data"
PRECISION = 1e-9
E = (1e-9, 0.0)  # the tolerance of prices with five digits
CALL = re.compile(
    r"(?P<name>\w+)\((?:(?P<price>[a-z]+), )?(?P<params>[\d., ]*)\)\.?(?P<output>\w*)"
)


@cache
def bars() -> dict[str, F64]:
    with (DATA / "reference_bars.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@cache
def figures() -> dict[str, dict[int, float]]:
    with (DATA / "reference_values.csv").open(encoding="utf-8") as file:
        head, *lines = csv.reader(file, delimiter=";")
    return {
        line[0]: {
            int(row): float(cell) for row, cell in zip(head[1:], line[1:], strict=True) if cell
        }
        for line in lines
    }


def read(expression: str) -> tuple[NodeType, list[F64], list[Any], int]:
    """Return type, inputs, parameters with tolerance, and output number of a simple call."""
    found = CALL.fullmatch(expression)
    assert found is not None
    node_type = lookup(found["name"])
    numbers = [float(text) for text in found["params"].split(", ") if text]
    params = [param.coerce(n) for param, n in zip(node_type.params, numbers, strict=True)]
    inputs = [price(port.leaf or found["price"]) for port in node_type.inputs]
    output = node_type.output_index(found["output"]) if found["output"] else 0
    return node_type, inputs, [*params, *(E if node_type.tolerance else ())], output


def price(name: str) -> F64:
    leaf = lookup(name)
    assert leaf.kernel is not None
    values: F64 = leaf.kernel(*(bars()[field] for field in leaf.fields))
    return values


def several(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("expression", figures())
def test_kernel_gives_metatraders_figures(expression: str) -> None:
    node_type, inputs, params, output = read(expression)
    assert node_type.kernel is not None
    values = several(node_type.kernel(*inputs, *params))[output]
    for row, expected in figures()[expression].items():
        assert values[row] == pytest.approx(expected, rel=PRECISION, abs=0), row


@pytest.mark.parametrize("expression", figures())
def test_meaning_gives_metatraders_figures(expression: str) -> None:
    node_type, inputs, params, output = read(expression)
    assert node_type.meaning is not None
    series = [values.tolist() for values in inputs]
    for row, expected in figures()[expression].items():
        value = several(node_type.meaning(row, *series, *params))[output]
        assert value == pytest.approx(expected, rel=PRECISION, abs=0), row


def test_every_built_in_of_metatrader_is_compared() -> None:
    outputs = {
        (node_type.name, output.name)
        for node_type in node_types()
        if node_type.mql5.handle and not node_type.mql5.around  # those: test_dsl_nodes_trend
        for output in node_type.outputs
    }
    compared = {(t.name, t.outputs[output].name) for t, _, _, output in map(read, figures())}
    assert outputs - compared == set()
    assert all(len(values) >= 8 for values in figures().values())
