"""How much to trade: fixed lots, or a share of the balance at risk between entry and stop loss."""

from __future__ import annotations

from dsl.kinds import SIZE
from dsl.params import FloatParam
from dsl.registry import Mirror, Mql5, NodeType, Output, declare

LOTS = declare(
    NodeType(
        name="lots",
        inputs=(),
        outputs=(Output("size", SIZE),),
        params=(
            FloatParam(
                "lots", low=0.01, high=1.0, default=0.1, step=0.01, minimum=1e-8, maximum=1e6
            ),
        ),
        kernel=None,
        meaning=None,
        scalar=lambda _point, lots: float(lots),
        size_mode="lots",
        mql5=Mql5(expression="{lots}"),
        mirror=Mirror("even"),
        weight=0.0,
        summary="The same volume in every trade.",
        example="lots(0.1)",
    )
)

RISK = declare(
    NodeType(
        name="risk",
        inputs=(),
        outputs=(Output("size", SIZE),),
        params=(
            FloatParam(
                "percent", low=0.25, high=3.0, default=1.0, step=0.25, minimum=0.001, maximum=100.0
            ),
        ),
        kernel=None,
        meaning=None,
        scalar=lambda _point, percent: float(percent),
        size_mode="risk",
        mql5=Mql5(expression="{percent}"),
        mirror=Mirror("even"),
        weight=0.0,
        summary="The volume that loses this percentage of the balance when the stop loss is hit.",
        example="risk(1)",
    )
)
