"""Bars out of a running terminal: copied in pieces, each until it stays the same, then checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backtest.history.build import bars_of_rows
from backtest.history.checks import Rows
from backtest.history.options import Imported, ImportOptions
from backtest.history.text import Table
from backtest.timeframes import timeframe_seconds
from dsl.errors import DataError
from mt5.connection import RATES, Api, failure

PIECE_BARS = 100_000  # a call: far below what a terminal refuses
ATTEMPTS = 20  # of a piece: the terminal first sends what it has, and fetches the rest meanwhile
PAUSE_S = 0.5
_NOT_FOUND = -4
_PASSING = {1, -1, -10001, -10002, -10005}  # success without bars, and what a busy terminal answers
_BY_LAST_PRICE = 1  # SYMBOL_CHART_MODE_LAST
Rates = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bars to copy: from `first` on, before `last`, seconds of the server's clock."""

    symbol: str
    timeframe: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """Return what messages call them."""
        return f"{self.symbol} {self.timeframe.upper()}"


def mt5_timeframe(name: str) -> int:
    """Return the package's number of a bar period: minutes, hours with 0x4000, weeks with 0x8000.

    >>> mt5_timeframe("H4")
    16388
    """
    minutes = timeframe_seconds(name) // 60
    if minutes < 60:
        return minutes
    return minutes // 60 | 0x4000 if minutes <= 24 * 60 else minutes // (7 * 24 * 60) | 0x8000


def copied_bars(
    api: Api, wanted: Wanted, options: ImportOptions, pause: Callable[[float], None]
) -> Imported:
    """Return closed bars of the terminal, checked, on the server's clock.

    Args:
        api: A connected terminal.
        wanted: Which bars.
        options: The clock, as for a file; symbol and digits come from the terminal.
        pause: Waits so many seconds.
    Raises:
        DataError: There is no such symbol, it is charted by last prices, a call fails, there are
            no bars, or bars contradict each other.
    """
    info = symbol_facts(api, wanted.symbol)
    if info.chart_mode == _BY_LAST_PRICE:
        raise DataError(
            f"{wanted.symbol}: its bars are made of last prices",
            hint="genfx trades on bid bars only (docs/contract.md, rule 1)",
        )
    rates = _closed(_copied(api, wanted, pause), api, wanted)
    prices = {name: rates[name].astype(np.float64) for name in ("open", "high", "low", "close")}
    rows = Rows(f"{wanted.name} of the terminal", 1, rates["time"].astype(np.int64), prices, "bar")
    volume, spread = (rates[name].astype(np.float64) for name in ("tick_volume", "spread"))
    known = ImportOptions(
        symbol=wanted.symbol,
        digits=info.digits,
        timezone=options.timezone,
        server_dst=options.server_dst,
        detect=options.detect,
        points=False,
    )
    table = Table(rows, volume, spread)
    return bars_of_rows(table, timeframe_seconds(wanted.timeframe), known)


def symbol_facts(api: Api, symbol: str) -> Any:
    """Return what the terminal knows of a symbol, shown in Market Watch from then on."""
    info = api.symbol_info(symbol)
    if info is None:
        raise failure(api, f"{symbol}: the terminal knows no such symbol")
    if not info.visible and not api.symbol_select(symbol, True):
        raise failure(api, f"{symbol}: cannot be shown in Market Watch")
    return info


def _copied(api: Api, wanted: Wanted, pause: Callable[[float], None]) -> Rates:
    step = PIECE_BARS * timeframe_seconds(wanted.timeframe)
    edges = range(wanted.first, wanted.last, step)
    pieces = [
        _piece(api, wanted, (start, min(start + step, wanted.last) - 1), pause) for start in edges
    ]
    rates = np.concatenate(pieces) if pieces else np.empty(0, RATES)
    if len(rates) == 0:
        raise DataError(
            f"{wanted.name}: the terminal has no bars there",
            hint="scroll its chart back to load history, or choose later dates",
        )
    return rates


def _piece(
    api: Api, wanted: Wanted, span: tuple[int, int], pause: Callable[[float], None]
) -> Rates:
    """Return the bars of a span once two answers in a row agree."""
    number = mt5_timeframe(wanted.timeframe)
    before: Rates | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE_S)
        rates = api.copy_rates_range(wanted.symbol, number, *span)
        if rates is None and api.last_error()[0] == _NOT_FOUND:
            rates = np.empty(0, RATES)
        if rates is not None:
            _check_fields(rates, wanted)
            if before is not None and len(rates) == len(before):
                return rates
        elif api.last_error()[0] not in _PASSING:
            break
        before = rates
    if before is None:
        raise failure(api, f"{wanted.name}: bars cannot be copied")
    raise DataError(
        f"{wanted.name}: the terminal is still loading history",
        hint="wait until its chart is complete, then try again",
    )


def _check_fields(rates: Rates, wanted: Wanted) -> None:
    missing = [name for name in RATES.names or () if name not in (rates.dtype.names or ())]
    if missing:
        raise DataError(
            f"{wanted.name}: the package gives bars without {', '.join(missing)}",
            hint="pip install -U MetaTrader5",
        )


def _closed(rates: Rates, api: Api, wanted: Wanted) -> Rates:
    """Return the bars without the one that may still be forming."""
    tick = api.symbol_info_tick(wanted.symbol)
    if tick is None:
        return rates[:-1]
    ends = rates["time"].astype(np.int64) + timeframe_seconds(wanted.timeframe)
    closed = rates[ends <= int(tick.time)]
    if len(closed) == 0:
        raise DataError(f"{wanted.name}: no bar there is closed yet")
    return closed
