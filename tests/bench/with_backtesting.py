"""backtesting.py: the same signals through its bar loop, for the first few strategies only."""

from __future__ import annotations

import time
import warnings
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd

from dsl.jit import F64, Bool1D
from tests.bench.cases import LOTS, SPREAD, Case
from tests.bench.timing import Measured, NotInstalledError
from tests.bench.with_vectorbt import inputs_of

MOST = 5  # strategies; each takes part of a second
COLUMNS = ("Open", "High", "Low", "Close")


def measure(case: Case) -> list[Measured]:
    """Return the time of its own report, which includes the criteria but for the stability."""
    try:
        import backtesting
    except ImportError:
        raise NotInstalledError("backtesting.py: pip install 'genfx[bench]'") from None
    bars = case.market.bars
    prices = {name: bars.price(name.lower()) for name in COLUMNS}
    frame = pd.DataFrame(prices, index=pd.to_datetime(bars.time, unit="s"))
    spread = SPREAD * bars.point / float(bars.price("close").mean())
    rows, seconds = [], 0.0
    for long, short, stop, target in list(zip(*inputs_of(case), strict=True))[:MOST]:
        levels = stop * prices["Open"], target * prices["Open"]
        strategy = _strategy(backtesting.Strategy, long, short, levels)
        with warnings.catch_warnings(), redirect_stderr(StringIO()):  # its progress bar
            warnings.simplefilter("ignore")
            begin = time.thread_time()
            test = backtesting.Backtest(
                frame, strategy, cash=10_000, margin=0.01, spread=spread, finalize_trades=True
            )
            stats = test.run()
            seconds += time.thread_time() - begin
        rows.append(_figures(stats))
    return [Measured("backtesting.py", seconds / len(rows), np.array(rows))]


def _strategy(base: Any, long: Bool1D, short: Bool1D, levels: tuple[F64, F64]) -> Any:
    """Return its strategy class; it orders at a close what genfx orders at the next open."""

    class Signals(base):  # type: ignore[misc]
        def init(self) -> None:
            self.wanted = np.append(long.astype(int) - short, 0)
            self.levels = [np.append(level, np.nan) for level in levels]

        def next(self) -> None:
            t = len(self.data)
            side = self.wanted[t]
            if side == 0 or self.position:
                return
            price = self.data.Close[-1]
            stop, target = (level[t] for level in self.levels)
            order = self.buy if side > 0 else self.sell
            order(size=int(LOTS * 100_000), sl=price - side * stop, tp=price + side * target)

    return Signals


def _figures(stats: Any) -> list[float]:
    return [
        stats["Equity Final [$]"] - 10_000,
        stats["Profit Factor"],
        -stats["Max. Drawdown [%]"],
        np.nan,
        stats["Sharpe Ratio"],
        stats["# Trades"],
    ]
