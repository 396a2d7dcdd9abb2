"""Bulls and bears: how far the extremes of a bar lie off an exponential average of closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dsl.jit import F64, njit
from dsl.kinds import DISTANCE, PRICE
from dsl.nodes.averages import ema, ema_at, ema_fade
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]


@njit
def bears_power(high: F64, low: F64, close: F64, period: int) -> F64:
    """Return the low less the exponential average of closes."""
    return low - ema(close, period)


def bears_power_at(i: int, high: Series, low: Series, close: Series, period: int) -> float:
    """Return the low less the exponential average of closes."""
    return low[i] - ema_at(i, close, period)


@njit
def bulls_power(high: F64, low: F64, close: F64, period: int) -> F64:
    """Return the high less the exponential average of closes."""
    return high - ema(close, period)


def bulls_power_at(i: int, high: Series, low: Series, close: Series, period: int) -> float:
    """Return the high less the exponential average of closes."""
    return high[i] - ema_at(i, close, period)


def _power(
    side: str,
    extreme: str,
    counterpart: str,
    kernel: Callable[..., F64],
    meaning: Callable[..., float],
) -> NodeType:
    return declare(
        NodeType(
            name=f"{side}_power",
            inputs=tuple(Input(name, PRICE, leaf=name) for name in ("high", "low", "close")),
            outputs=(Output("power", DISTANCE, levels=(0, 0)),),
            params=(IntParam("period", low=2, high=100, default=13, log=True),),
            warmup=ema_fade,
            kernel=kernel,
            meaning=meaning,
            reach=None,
            mql5=Mql5(
                library=f"{side.capitalize()}Power",
                handle=f"i{side.capitalize()}Power(_Symbol, _Period, {{period}})",
            ),
            mirror=Mirror("odd", type=f"{counterpart}_power"),
            weight=0.3,
            summary=f"The {extreme} of a bar less the exponential average of closes.",
            example=f"{side}_power(13)",
            source=f"MetaTrader 5 i{side.capitalize()}Power; Elder 1993",
        )
    )


BEARS_POWER = _power("bears", "low", "bulls", bears_power, bears_power_at)
BULLS_POWER = _power("bulls", "high", "bears", bulls_power, bulls_power_at)
