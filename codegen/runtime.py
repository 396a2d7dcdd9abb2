"""What the emitted decide function calls beside kernels; stand-alone files hold this source too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


def level(value: float, bars: int) -> Any:
    """Return a column with the same value at every bar."""
    return np.full(bars, value)


def leaf(
    kernel: Callable[..., Any], fields: Sequence[Any], arguments: tuple[Any, ...], *rows: int
) -> Any:
    """Return the columns of a leaf; rows: its shift, its warm-up, the number of bars."""
    return delayed(kernel(*fields, *arguments), *rows)


def series(
    kernel: Callable[..., Any], inputs: Sequence[Any], arguments: tuple[Any, ...], *rows: int
) -> Any:
    """Return the columns of a node; rows: the inputs' warm-up, its own end, the number of bars."""
    return delayed(kernel(*[column[rows[0] :] for column in inputs], *arguments), *rows)


def aligned(values: Any, buckets: Any, warmup: int) -> Any:
    """Return a column of a higher timeframe at the bars of the chart.

    Args:
        values: A cell a larger bar (bucket).
        buckets: For each bar of the chart, the number of the bucket it lies in.
        warmup: Bars of the chart before the first usable one.
    """
    column = values[buckets]
    column[:warmup] = False if column.dtype == np.bool_ else np.nan
    return column


def larger_bars(bars: Mapping[str, Any], seconds: int) -> dict[str, Any]:
    """Return the fields of larger bars (buckets), their number `rows`, and `buckets`.

    Args:
        bars: Fields of the chart's bars; time is server time.
        seconds: The larger period; buckets begin at midnight, of weeks on Sunday.
    """
    shift = 4 * 86400 if seconds > 86400 else 0  # the week of 1970-01-01 began four days before
    begins = (bars["time"] + shift) // seconds
    is_first = np.append(True, begins[1:] != begins[:-1])
    first = np.flatnonzero(is_first)
    return {
        "open": bars["open"][first],
        "high": np.maximum.reduceat(bars["high"], first),
        "low": np.minimum.reduceat(bars["low"], first),
        "close": bars["close"][np.append(first[1:], len(begins)) - 1],
        "tick_volume": np.add.reduceat(bars["tick_volume"], first),
        "rows": len(first),
        "buckets": np.cumsum(is_first) - 1,
    }


def delayed(found: Any, skipped: int, warmup: int, bars: int) -> Any:
    """Return arrays whose row t holds found[t - skipped], NaN or False before row `warmup`."""
    if isinstance(found, tuple):
        return tuple(delayed(output, skipped, warmup, bars) for output in found)
    column = np.full(bars, False if found.dtype == np.bool_ else np.nan)
    column[warmup:] = found[warmup - skipped : bars - skipped]
    return column
