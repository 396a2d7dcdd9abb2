"""The stochastic with other averages than the simple one, and of any series instead of the bars.

MetaTrader's published source has the simple average over highs and lows alone (`stochastic`). The
others follow the same rule: numerator and denominator are smoothed apart, then divided, and %D
averages the quotient by the same method. Whether the terminal does that too is not known, so an
Expert Advisor computes them itself and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dsl.jit import F64, njit
from dsl.kinds import AVERAGED, PRICE
from dsl.nodes.averages import ema, ema_fade, lwma, sma, smma, smma_fade
from dsl.nodes.channels import highest, lowest
from dsl.nodes.oscillators import PERCENT, stochastic, stochastic_at
from dsl.nodes.tolerance import exceeds, is_more
from dsl.params import IntParam
from dsl.registry import Input, Mirror, Mql5, NodeType, Output, declare

Series = Sequence[float]


@njit
def averaged_by(method: int, x: F64, period: int) -> F64:
    """Return an average: 1 exponential, 2 smoothed, 3 linearly weighted, else simple."""
    if method == 1:
        return ema(x, period)
    if method == 2:
        return smma(x, period)
    if method == 3:
        return lwma(x, period)
    return sma(x, period)


@njit
def weighted_rows(x: F64, period: int) -> F64:
    """Return the linearly weighted mean of each row's window, summed afresh: no noise is left."""
    out = np.zeros(len(x))
    for i in range(period - 1, len(x)):
        total = 0.0
        for j in range(period):
            total += (j + 1) * x[i - period + 1 + j]
        out[i] = total / (period * (period + 1) / 2.0)
    return out


@njit
def stochastic_by(
    method: int,
    high: F64,
    low: F64,
    close: F64,
    periods: tuple[int, int, int],
    e: tuple[float, float],
) -> tuple[F64, F64]:
    """Return %K, a ratio of two averages, and %D, its average; periods: of %K, %D, slowing."""
    n = len(close)
    main = np.zeros(n)
    mean = np.zeros(n)
    k, d, slowing = periods
    if n < k + slowing:
        return main, mean
    bottom = lowest(low, k)
    above = (close - bottom)[k - 1 :]
    span = (highest(high, k) - bottom)[k - 1 :]
    if method == 3:
        above, span = weighted_rows(above, slowing), weighted_rows(span, slowing)
    else:
        above, span = averaged_by(method, above, slowing), averaged_by(method, span, slowing)
    first = k - 1 if method == 1 else k + slowing - 2
    for i in range(first, n):
        j = i - k + 1
        main[i] = 100.0 * above[j] / span[j] if exceeds(span[j], 0.0, e[0], e[1]) else 100.0
    mean[first:] = averaged_by(method, main[first:], d)
    return main, mean


@njit
def stochastic_ema(
    high: F64, low: F64, close: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return %K and %D by exponential averages."""
    return stochastic_by(1, high, low, close, (k, d, slowing), (e_abs, e_rel))


@njit
def stochastic_smma(
    high: F64, low: F64, close: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return %K and %D by smoothed averages."""
    return stochastic_by(2, high, low, close, (k, d, slowing), (e_abs, e_rel))


@njit
def stochastic_lwma(
    high: F64, low: F64, close: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return %K and %D by linearly weighted averages."""
    return stochastic_by(3, high, low, close, (k, d, slowing), (e_abs, e_rel))


@njit
def stochastic_of(
    x: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return where a series stands in its own range, and the simple mean of that."""
    return stochastic(x, x, x, k, d, slowing, e_abs, e_rel)


@njit
def stochastic_of_ema(
    x: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return where a series stands in its own range, by exponential averages."""
    return stochastic_by(1, x, x, x, (k, d, slowing), (e_abs, e_rel))


@njit
def stochastic_of_smma(
    x: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return where a series stands in its own range, by smoothed averages."""
    return stochastic_by(2, x, x, x, (k, d, slowing), (e_abs, e_rel))


@njit
def stochastic_of_lwma(
    x: F64, k: int, d: int, slowing: int, e_abs: float, e_rel: float
) -> tuple[F64, F64]:
    """Return where a series stands in its own range, by linearly weighted averages."""
    return stochastic_by(3, x, x, x, (k, d, slowing), (e_abs, e_rel))


def _quotient(pair: tuple[float, float], e: Sequence[float]) -> float:
    above, span = pair
    return above / span * 100.0 if is_more(span, 0.0, *e) else 100.0


def _parts(j: int, bars: Sequence[Series], k: int) -> tuple[float, float]:
    """Return how far the close lies above the lowest low, and how far the highest high does."""
    high, low, close = bars
    bottom = min(low[j - k + 1 : j + 1])
    return close[j] - bottom, max(high[j - k + 1 : j + 1]) - bottom


def _recursive_at(
    i: int, bars: Sequence[Series], periods: Sequence[int], shares: Sequence[float], e: Any
) -> tuple[float, float]:
    """Return %K and %D of averages that move a share of the way to each new value."""
    k, d, slowing = periods
    begin = max(k - 1, i - round(45 / shares[0]) - round(45 / shares[1]) - slowing - d)
    above, span = _parts(begin, bars, k)
    mean = _quotient((above, span), e)
    for j in range(begin + 1, i + 1):
        new = _parts(j, bars, k)
        above += shares[0] * (new[0] - above)
        span += shares[0] * (new[1] - span)
        mean += shares[1] * (_quotient((above, span), e) - mean)
    return _quotient((above, span), e), mean


def stochastic_ema_at(
    i: int, high: Series, low: Series, close: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return %K and %D of this row by exponential averages."""
    shares = (2.0 / (slowing + 1), 2.0 / (d + 1))
    return _recursive_at(i, (high, low, close), (k, d, slowing), shares, e)


def stochastic_smma_at(
    i: int, high: Series, low: Series, close: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return %K and %D of this row by smoothed averages."""
    return _recursive_at(i, (high, low, close), (k, d, slowing), (1.0 / slowing, 1.0 / d), e)


def stochastic_lwma_at(
    i: int, high: Series, low: Series, close: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return %K and %D of this row by linearly weighted averages."""
    mains = []
    for row in range(i, i - d, -1):
        parts = [_parts(row - back, (high, low, close), k) for back in range(slowing)]
        weights = range(slowing, 0, -1)
        above = sum(w * part[0] for w, part in zip(weights, parts, strict=True)) / sum(weights)
        span = sum(w * part[1] for w, part in zip(weights, parts, strict=True)) / sum(weights)
        mains.append(_quotient((above, span), e))
    weighted = sum((d - back) * main for back, main in enumerate(mains))
    return mains[0], weighted / sum(range(1, d + 1))


def stochastic_of_at(
    i: int, x: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return where the series stands in its own range now, and the mean over `d` rows."""
    return stochastic_at(i, x, x, x, k, d, slowing, *e)


def stochastic_of_ema_at(
    i: int, x: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return where the series stands in its own range now, by exponential averages."""
    return stochastic_ema_at(i, x, x, x, k, d, slowing, *e)


def stochastic_of_smma_at(
    i: int, x: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return where the series stands in its own range now, by smoothed averages."""
    return stochastic_smma_at(i, x, x, x, k, d, slowing, *e)


def stochastic_of_lwma_at(
    i: int, x: Series, k: int, d: int, slowing: int, *e: float
) -> tuple[float, float]:
    """Return where the series stands in its own range now, by linearly weighted averages."""
    return stochastic_lwma_at(i, x, x, x, k, d, slowing, *e)


_SIMPLE, _EXPONENTIAL, _SMOOTHED, _WEIGHTED = "SMA", "EMA", "SMMA", "LWMA"
_WORDS = {
    _SIMPLE: "simple",
    _EXPONENTIAL: "exponential",
    _SMOOTHED: "smoothed",
    _WEIGHTED: "linearly weighted",
}
_WARMUPS: dict[str, Callable[[int, int, int], int]] = {
    _SIMPLE: lambda k, d, slowing: k - 1 + slowing - 1 + d - 1,
    _EXPONENTIAL: lambda k, d, slowing: k - 1 + ema_fade(slowing) + ema_fade(d),
    _SMOOTHED: lambda k, d, slowing: (
        k - 1 + slowing - 1 + smma_fade(slowing) + d - 1 + smma_fade(d)
    ),
    _WEIGHTED: lambda k, d, slowing: k - 1 + slowing - 1 + d - 1,
}
_BARS = tuple(Input(name, PRICE, leaf=name) for name in ("high", "low", "close"))


def _declared(method: str, of: str, kernel: Callable[..., Any], meaning: Callable[..., Any]) -> Any:
    suffix = "" if method == _SIMPLE else f"_{method.lower()}"
    name = f"stochastic{of}{suffix}"
    field = "STO_CLOSECLOSE" if of else "STO_LOWHIGH"
    what = "a series stands in its own range" if of else "the close stands in the bars' range"
    levels = (10, 90)
    return declare(
        NodeType(
            name=name,
            inputs=(Input("x", AVERAGED),) if of else _BARS,
            outputs=(Output("k", PERCENT, levels), Output("d", PERCENT, levels)),
            params=(
                IntParam("k_period", low=3, high=50, default=5, log=True),
                IntParam("d_period", low=1, high=20, default=3, log=True),
                IntParam("slowing", low=1, high=10, default=3),
            ),
            warmup=_WARMUPS[method],
            kernel=kernel,
            meaning=meaning,
            reach=None,
            tolerance="x" if of else "close",
            mql5=Mql5(library="".join(part.capitalize() for part in name.split("_"))),
            mirror=Mirror("odd"),
            weight=0.15,
            note=(
                f"{name}: computed here; MetaQuotes publishes no formula of iStochastic with "
                f"MODE_{method}, {field}."
            ),
            summary=f"Where {what}, 0..100, by {_WORDS[method]} averages, and its average.",
            example=f"{name}({'close, ' if of else ''}5, 3, 3).d",
            source=f"MetaTrader 5 iStochastic, MODE_{method}, {field}, as far as it is known",
        )
    )


_declared(_EXPONENTIAL, "", stochastic_ema, stochastic_ema_at)
_declared(_SMOOTHED, "", stochastic_smma, stochastic_smma_at)
_declared(_WEIGHTED, "", stochastic_lwma, stochastic_lwma_at)
_declared(_SIMPLE, "_of", stochastic_of, stochastic_of_at)
_declared(_EXPONENTIAL, "_of", stochastic_of_ema, stochastic_of_ema_at)
_declared(_SMOOTHED, "_of", stochastic_of_smma, stochastic_of_smma_at)
_declared(_WEIGHTED, "_of", stochastic_of_lwma, stochastic_of_lwma_at)
