"""How any back end calls a node's kernel or meaning: parameters, shift of a leaf, tolerance."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.larger import FIRST_BUCKET
from dsl.columns import is_shifted, shift_of
from dsl.kinds import Kind, tolerance
from dsl.params import ParamValue
from dsl.registry import NodeType
from dsl.timeframes import CHART

Params = tuple[ParamValue, ...]


def own_warmup(node_type: NodeType, params: Params, timeframe: int | None = CHART) -> int:
    """Return the rows that a node adds to its inputs' warm-up, a leaf's shift included."""
    if node_type.scalar is not None:
        return 0
    first = FIRST_BUCKET if timeframe and node_type.fields else 0
    return int(node_type.warmup(*params)) + shift_of(node_type, params) + first


def call_params(node_type: NodeType, params: Params) -> Params:
    """Return the parameters that kernel and meaning take."""
    return params[:-1] if is_shifted(node_type) else params


def call_tolerance(
    node_type: NodeType, inputs: Sequence[Kind], output: Kind, point: float
) -> tuple[float, ...]:
    """Return the last arguments of kernel and meaning: (absolute, relative), or none at all.

    Args:
        node_type: The declaration; its `tolerance` names the port whose kind decides.
        inputs: Kinds on the ports.
        output: The node's own kind.
        point: The symbol's point, quote currency.
    """
    where = node_type.tolerance
    if not where:
        return ()
    if where == "output":
        return tuple(tolerance(output, point))
    return tuple(tolerance(inputs[[port.name for port in node_type.inputs].index(where)], point))
