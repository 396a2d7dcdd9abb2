"""What a node type gives on the last bars of the bundled sample: the values its page draws."""

from __future__ import annotations

from functools import cache

from backtest.market import Market
from backtest.timeframes import shown_time
from dsl.kinds import SIZE
from dsl.registry import NodeType
from dsl.text.lower import parse_expression
from genfx.config.file import Config
from genfx.markets import market
from genfx.series import values_beside_bars

BARS = 144  # six days of hourly bars: two dots wide each


def example_values(node_type: NodeType) -> tuple[list[str], list[float]] | None:
    """Return times and values of a type's example, None where it has no value at each bar.

    A position size is no series, and the expert is the strategy itself.
    """
    if not node_type.example:
        return None
    root = parse_expression(node_type.example)
    if root.kind == SIZE:
        return None
    times, values = values_beside_bars(root, _sample())
    return [shown_time(time) for time in times[-BARS:]], values[-BARS:]


@cache
def _sample() -> Market:
    return market(Config())
