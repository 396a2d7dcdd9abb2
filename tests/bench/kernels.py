"""Indicator kernels beside TA-Lib's, where both compute the same formula on these bars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backtest.bars import Bars
from dsl.jit import F64
from dsl.nodes import averages, channels, oscillators
from tests.bench.cases import Case
from tests.bench.timing import best_of

PERIOD = 20
Pair = tuple[str, Callable[[], F64], Callable[[], F64]]


def lines(case: Case) -> list[str]:
    """Return the table, or how to get TA-Lib."""
    try:
        import talib
    except ImportError:
        return ["skipped: TA-Lib: pip install 'genfx[bench]'"]
    table = [f"{'kernel':<12}{'us':>8}{'TA-Lib us':>12}{'ratio':>8}  last half of the values"]
    for name, ours, theirs in _pairs(talib, case.market.bars):
        a, b = best_of(ours, 30), best_of(theirs, 30)
        table.append(
            f"{name:<12}{a * 1e6:>8.1f}{b * 1e6:>12.1f}{a / b:>8.2f}  {_same(ours, theirs)}"
        )
    return table


def _pairs(talib: object, bars: Bars) -> list[Pair]:
    high, low, close = (bars.price(name) for name in ("high", "low", "close"))
    typical = (high + low + close) / 3.0

    def theirs(function: str, *given: F64, period: int = PERIOD) -> Callable[[], F64]:
        return lambda: getattr(talib, function)(*given, timeperiod=period)

    return [
        ("sma", lambda: averages.sma(close, PERIOD), theirs("SMA", close)),
        ("ema", lambda: averages.ema(close, PERIOD), theirs("EMA", close)),
        ("lwma", lambda: averages.lwma(close, PERIOD), theirs("WMA", close)),
        ("highest", lambda: channels.highest(high, PERIOD), theirs("MAX", high)),
        ("lowest", lambda: channels.lowest(low, PERIOD), theirs("MIN", low)),
        ("stddev", lambda: channels.stddev(close, PERIOD), theirs("STDDEV", close)),
        ("rsi", lambda: oscillators.rsi(close, PERIOD, 1e-9, 0.0), theirs("RSI", close)),
        (
            "cci",
            lambda: oscillators.cci(typical, PERIOD, 1e-9, 0.0),
            theirs("CCI", high, low, close),
        ),
        ("momentum", lambda: oscillators.momentum(close, PERIOD), theirs("ROCR100", close)),
    ]


def _same(ours: Callable[[], F64], theirs: Callable[[], F64]) -> str:
    a, b = ours(), theirs()
    half = len(a) // 2  # by then no seed counts
    error = np.max(np.abs(a[half:] - b[half:]) / np.maximum(1.0, np.abs(b[half:])))
    return f"differ by {error:.0e} at most"
