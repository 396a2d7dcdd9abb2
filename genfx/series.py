"""Values of an expression, each beside the bar that produced it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from codegen.evaluate import Evaluator
from dsl.node import Node, topological


def values_beside_bars(root: Node, market: Market) -> tuple[list[int], list[float]]:
    """Return open times and values, one a bar; NaN while warming up, 1 and 0 for signals.

    An expression of closed bars has its value at the open of the next bar; it is moved back to the
    bar that closed. One that reads the bar being opened (open[0], hour) stays with that bar.
    """
    moved = 0 if _reads_opening_bar(root) else 1
    bars = _with_next_open(market.bars) if moved else market.bars
    column = Evaluator(replace(market, bars=bars, first=0, last=-1)).column(root)
    values = np.asarray(column[moved:], dtype=np.float64)
    return market.bars.time.tolist(), values.tolist()


def _reads_opening_bar(root: Node) -> bool:
    for node in topological(root):
        names = [param.name for param in node.type.params]
        if node.type.fields and "shift" in names and node.params[names.index("shift")] == 0:
            return True
    return False


def _with_next_open(bars: Bars) -> Bars:
    """Return the bars with one more, at whose open the last one is read; its prices go unused."""
    close = bars.close[-1:]
    return replace(
        bars,
        time=np.append(bars.time, bars.time[-1:] + bars.timeframe),
        open=np.append(bars.open, close),
        high=np.append(bars.high, close),
        low=np.append(bars.low, close),
        close=np.append(bars.close, close),
        tick_volume=np.append(bars.tick_volume, bars.tick_volume[-1:]),
        spread=np.append(bars.spread, bars.spread[-1:]),
    )
