"""Calls of built-in indicators for tests: those that node types make, and the rest by hand."""

from __future__ import annotations

from typing import Any

from codegen.mql5.forms import applied
from codegen.mql5.text import mql5_literal
from dsl.params import ChoiceParam
from dsl.registry import NodeType, node_types

CHART = "_Symbol, _Period"
PRICES = ("close", "open", "high", "low", "median", "typical", "weighted")
METHODS = ("MODE_SMA", "MODE_EMA", "MODE_SMMA", "MODE_LWMA")
HANDLES = [t for t in node_types() if t.mql5.handle and not t.mql5.around]
AROUND = [
    t for t in node_types() if t.mql5.around
]  # with an average that the built-in makes itself
AVERAGES = [t for t in node_types() if t.mql5.method]


def handle_call(node_type: NodeType, params: tuple[Any, ...], price: str = "close") -> str:
    """Return what an emitted Expert Advisor calls for a node type over a price."""
    ports = {port.name: applied(port.leaf or price) for port in node_type.inputs if fits(port.leaf)}
    texts = {
        param.name: mql5_literal(value)
        for param, value in zip(node_type.params, params, strict=True)
    }
    return node_type.mql5.handle.format(**ports, **texts)


def around_call(node_type: NodeType, average: NodeType, period: int) -> tuple[str, tuple[Any, ...]]:
    """Return the call for a node type around an average of closes, and the node's parameters."""
    handle = node_type.mql5.handle
    named = {p.name: p.default for p in node_type.params if f"{{{p.name}}}" in handle}
    params = tuple(named.get(p.name, period) for p in node_type.params)
    texts = {name: mql5_literal(value) for name, value in named.items()}
    average_texts = {"ma_period": str(period), "ma_method": average.mql5.method, "x": "PRICE_CLOSE"}
    return handle.format(**average_texts, **texts), params


def fits(leaf: str) -> bool:
    """Return whether a call can name what a port reads."""
    return leaf in {"", *PRICES, "tick_volume"}


def param_sets(node_type: NodeType) -> list[tuple[Any, ...]]:
    """Return the defaults, the smallest values searched, and some between, as far as valid."""
    numbers = [param for param in node_type.params if not isinstance(param, ChoiceParam)]
    assert len(numbers) == len(node_type.params)
    larger = [min(param.high, param.default + 3) for param in numbers]
    found = ([p.default for p in numbers], [p.low for p in numbers], larger)
    return [tuple(p) for p in dict.fromkeys(map(tuple, found)) if node_type.valid(*p)]


BY_HAND = [
    *(f"iMA({CHART}, 7, 3, {method}, PRICE_OPEN)" for method in METHODS),
    *(f"iStdDev({CHART}, 9, 0, {method}, PRICE_CLOSE)" for method in METHODS),
    *(f"iEnvelopes({CHART}, 14, 2, {method}, PRICE_CLOSE, 0.1)" for method in METHODS),
    *(f"iStochastic({CHART}, 5, 3, 3, {method}, STO_LOWHIGH)" for method in METHODS),
    *(f"iStochastic({CHART}, 8, 4, 1, {method}, STO_CLOSECLOSE)" for method in METHODS),
    *(f"iForce({CHART}, 13, {method}, VOLUME_REAL)" for method in METHODS),
    *(f"iChaikin({CHART}, 5, 20, {method}, VOLUME_TICK)" for method in METHODS),
    f"iGator({CHART}, 13, 8, 8, 5, 5, 3, MODE_SMMA, PRICE_MEDIAN)",
    f"iGator({CHART}, 10, 8, 6, 5, 4, 3, MODE_SMA, PRICE_MEDIAN)",
    f"iFractals({CHART})",
    f"iVolumes({CHART}, VOLUME_TICK)",
    f"iVolumes({CHART}, VOLUME_REAL)",
    f"iBWMFI({CHART}, VOLUME_TICK)",
    f"iOBV({CHART}, VOLUME_REAL)",
    f"iAD({CHART}, VOLUME_REAL)",
    f"iMFI({CHART}, 14, VOLUME_REAL)",
]
