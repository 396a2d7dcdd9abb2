"""What the emitted decide function calls beside kernels; stand-alone files hold this source too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def delayed(found: Any, skipped: int, warmup: int, bars: int) -> Any:
    """Return arrays whose row t holds found[t - skipped], NaN or False before row `warmup`."""
    if isinstance(found, tuple):
        return tuple(delayed(output, skipped, warmup, bars) for output in found)
    column = np.full(bars, False if found.dtype == np.bool_ else np.nan)
    column[warmup:] = found[warmup - skipped : bars - skipped]
    return column
