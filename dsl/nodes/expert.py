"""The expert: the root of every strategy. Its ports take signals, distances and a size; rules that
need the account are its parameters. What each does at which moment stands in the trading contract
(docs).
"""

from __future__ import annotations

from dsl.kinds import DISTANCE, SIGNAL, SIZE
from dsl.kinds import EXPERT as EXPERT_KIND
from dsl.params import FloatParam, IntParam
from dsl.registry import Input, Mql5, NodeType, Output, Syntax, declare

SIGNAL_PORTS = (
    "long_entry",
    "short_entry",
    "long_exit",
    "short_exit",
    "entry_filter",
    "forced_exit",
)
DISTANCE_PORTS = ("stop_loss", "take_profit", "trailing_stop", "break_even", "break_even_offset")
OFF = 0  # a rule that is switched off
NO_CLOCK = -1  # a clock time that is switched off

EXPERT = declare(
    NodeType(
        name="expert",
        inputs=(
            *(Input(name, SIGNAL, optional=True) for name in SIGNAL_PORTS),
            *(Input(name, DISTANCE, optional=True) for name in DISTANCE_PORTS),
            Input("size", SIZE),
        ),
        outputs=(Output("expert", EXPERT_KIND),),
        params=(
            IntParam("reverse", low=0, high=1, default=0, minimum=0, maximum=1),
            IntParam("max_bars", low=0, high=500, default=0, minimum=0),
            IntParam(
                "friday_close", low=-1, high=1439, default=-1, minimum=-1, maximum=1439, clock=True
            ),
            IntParam("trades_per_day", low=0, high=10, default=0, minimum=0),
            FloatParam("daily_loss", low=0, high=10, default=0, minimum=0, maximum=100),
            FloatParam("drawdown_stop", low=0, high=50, default=0, minimum=0, maximum=100),
            IntParam("max_slippage", low=0, high=100, default=0, minimum=0),
        ),
        kernel=None,
        meaning=None,
        mql5=Mql5(),
        syntax=Syntax("statement"),
        weight=0.0,
        summary="The root: entries, exits, protection, size and account rules.",
    )
)
