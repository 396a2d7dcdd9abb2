"""The expert's account rules, size and decisions as the engines want them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backtest.program import Decisions, Rules, Size
from dsl.errors import CodegenError
from dsl.jit import F64, Bool1D
from dsl.params import ParamValue
from dsl.registry import NodeType


def account_rules(values: Mapping[str, ParamValue]) -> Rules:
    """Return the rules of an expert, given all its parameters by name."""
    return Rules(
        reverse=bool(values["reverse"]),
        max_bars=int(values["max_bars"]),
        trades_per_day=int(values["trades_per_day"]),
        daily_loss=float(values["daily_loss"]),
        drawdown_stop=float(values["drawdown_stop"]),
        max_slippage=int(values["max_slippage"]),
    )


def position_size(node_type: NodeType, params: tuple[ParamValue, ...], point: float) -> Size:
    """Return what a node on the expert's size port means."""
    if node_type.scalar is None or not node_type.size_mode:
        raise CodegenError(f"{node_type.name} is no size", hint="use lots(0.1) or risk(1)")
    return Size(node_type.size_mode, node_type.scalar(point, *params))


def assemble(
    signals: Mapping[str, Bool1D],
    distances: Mapping[str, F64],
    size: Size,
    rules: Rules,
    *,
    warmup: int,
    bars: int,
) -> Decisions:
    """Return Decisions from what stands on the ports in use; absent ones never signal.

    Args:
        signals: bool[bars] by port name; an absent `entry_filter` is always true.
        distances: float64[bars] by port name, quote currency.
        size, rules: Of the expert.
        warmup: Rows before the first possible entry.
        bars: Length of every array.
    """
    never = np.zeros(bars, dtype=np.bool_)
    return Decisions(
        long_entry=signals.get("long_entry", never),
        short_entry=signals.get("short_entry", never),
        long_exit=signals.get("long_exit", never),
        short_exit=signals.get("short_exit", never),
        entry_filter=signals.get("entry_filter", ~never),
        forced_exit=signals.get("forced_exit", never),
        friday_exit=signals.get("friday_exit", never),
        stop_loss=distances.get("stop_loss"),
        take_profit=distances.get("take_profit"),
        trailing_stop=distances.get("trailing_stop"),
        break_even=distances.get("break_even"),
        break_even_offset=distances.get("break_even_offset"),
        size=size,
        rules=rules,
        warmup=warmup,
    )
