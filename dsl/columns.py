"""Columns: what a node's kernel gives for whole arrays, with warm-up and shift applied once, here.

A kernel never sees a warm-up cell: it gets its inputs from row `start` on, the longest warm-up
among them, and its result is put back behind as many empty cells. Empty is NaN, False in a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dsl.jit import F64, Bool1D
from dsl.params import ParamValue
from dsl.registry import NodeType

Column = F64 | Bool1D


def compute(
    node_type: NodeType,
    inputs: Sequence[Any],
    params: Sequence[ParamValue],
    tolerance: Sequence[float] = (),
    *,
    start: int = 0,
) -> tuple[Column, ...]:
    """Return every output of a node as a fresh column of as many rows as its inputs.

    Args:
        node_type: A declaration with a kernel.
        inputs: Columns of the ports; for a leaf the fields of the bars that it names.
        params: Values of all parameters, a leaf's shift included.
        tolerance: e_abs and e_rel where the type takes them.
        start: Rows before the first usable one of all inputs: their longest warm-up.
    """
    assert node_type.kernel is not None
    rows = len(inputs[0])
    shift = shift_of(node_type, params)
    own = params[:-1] if is_shifted(node_type) else params
    usable = [column[start:] if start else column for column in inputs[: len(node_type.inputs)]]
    fields = inputs[len(node_type.inputs) :]
    result = node_type.kernel(*usable, *fields, *own, *tolerance)
    outputs = result if isinstance(result, tuple) else (result,)
    first = min(start + shift + node_type.warmup(*params), rows)
    return tuple(_placed(values, start + shift, first, rows) for values in outputs)


def is_shifted(node_type: NodeType) -> bool:
    """Return whether the caller delays the result: a leaf, whose last parameter is its shift."""
    return (
        bool(node_type.fields) and bool(node_type.params) and node_type.params[-1].name == "shift"
    )


def shift_of(node_type: NodeType, params: Sequence[ParamValue]) -> int:
    """Return how many bars before the decision bar a leaf is read, 0 for what is no leaf."""
    return int(params[-1]) if is_shifted(node_type) else 0


def _placed(values: Column, behind: int, first: int, rows: int) -> Column:
    """Return `values` moved back by `behind` rows, empty before row `first`."""
    column = np.empty_like(values, shape=rows)
    column[:first] = False if values.dtype == np.bool_ else np.nan
    column[first:] = values[first - behind : rows - behind]
    return column
