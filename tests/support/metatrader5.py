"""A stand-in of the package `MetaTrader5` 5.0: names, constants, dtypes and error returns are its
own, recorded from the package; history, symbol and account are invented.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

RATES = np.dtype(
    [
        ("time", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("tick_volume", "<u8"),
        ("spread", "<i4"),
        ("real_volume", "<u8"),
    ]
)
TIMEFRAMES = {1: 60, 5: 300, 15: 900, 16385: 3600, 16388: 14_400, 16408: 86_400, 32769: 604_800}
OK = (1, "Success")
INVALID = (-2, "Terminal: Invalid params")
NOT_FOUND = (-4, "Terminal: Not found")
NO_CONNECTION = (-10003, "IPC initialize failed, MetaTrader 5 x64 not found")
TIMEOUT = (-10005, "IPC timeout")
SYMBOL = {
    "name": "EURUSD",
    "visible": False,
    "chart_mode": 0,
    "digits": 5,
    "spread": 7,
    "trade_calc_mode": 0,
    "trade_stops_level": 3,
    "swap_mode": 1,
    "swap_rollover3days": 3,
    "point": 1e-05,
    "trade_tick_size": 1e-05,
    "trade_contract_size": 100_000.0,
    "volume_min": 0.01,
    "volume_max": 500.0,
    "volume_step": 0.01,
    "swap_long": -6.2,
    "swap_short": 1.4,
    "margin_initial": 0.0,
    "currency_base": "EUR",
    "currency_profit": "USD",
    "currency_margin": "EUR",
}
ACCOUNT = {
    "currency": "USD",
    "leverage": 500,
    "margin_so_mode": 0,
    "margin_so_so": 20.0,
    "margin_mode": 2,
    "balance": 10_000.0,
}


def history(first: int, count: int, step: int = 3600) -> npt.NDArray[np.void]:
    """Return bars of a wandering price: five days a week, from Monday 00:00 to Friday 24:00."""
    rates = np.zeros(count, RATES)
    time = first + step * np.arange(count * 2)
    rates["time"] = time[(time // 86_400 + 4) % 7 % 6 > 0][:count]
    wave = 1.1 + 0.01 * np.sin(np.arange(count) / 20)
    rates["open"] = np.round(wave, 5)
    rates["close"] = np.round(wave + 0.0003, 5)
    rates["high"] = np.round(wave + 0.0005, 5)
    rates["low"] = np.round(wave - 0.0002, 5)
    rates["tick_volume"], rates["spread"] = 100, 6
    return rates


@dataclass
class MetaTrader5:
    """The module; `loading` answers of a span come with that many bars too few, then all."""

    rates: npt.NDArray[np.void]
    symbol: dict[str, Any] = field(default_factory=lambda: dict(SYMBOL))
    account: dict[str, Any] = field(default_factory=lambda: dict(ACCOUNT))
    installed: bool = True
    now: int = 0  # of the last tick; 0: the end of the last bar
    loading: int = 0
    refusal: tuple[int, str] | None = None  # of every copy
    paths: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    error: tuple[int, str] = OK
    connected: bool = False

    def initialize(self, path: str = "", *, timeout: int = 60_000) -> bool:
        self.paths.append(path)
        self.connected, self.error = self.installed, OK if self.installed else NO_CONNECTION
        return self.installed

    def shutdown(self) -> None:
        self.connected = False
        self.calls["shutdown"] += 1

    def last_error(self) -> tuple[int, str]:
        return self.error

    def symbol_info(self, symbol: str, /) -> SimpleNamespace | None:
        assert self.connected
        self.error = OK if symbol == self.symbol["name"] else NOT_FOUND
        return SimpleNamespace(**self.symbol) if self.error is OK else None

    def symbol_select(self, symbol: str, enable: bool, /) -> bool:
        self.symbol["visible"] = enable
        return bool(symbol == self.symbol["name"])

    def account_info(self) -> SimpleNamespace | None:
        self.error = OK if self.account else TIMEOUT
        return SimpleNamespace(**self.account) if self.account else None

    def symbol_info_tick(self, symbol: str, /) -> SimpleNamespace | None:
        return SimpleNamespace(time=self.now or int(self.rates["time"][-1]) + 3600, bid=1.1)

    def copy_rates_range(
        self, symbol: str, timeframe: int, date_from: int, date_to: int, /
    ) -> npt.NDArray[np.void] | None:
        assert self.connected
        assert self.symbol["visible"]
        self.calls["copy"] += 1
        if self.refusal or timeframe not in TIMEFRAMES or date_from > date_to:
            self.error = self.refusal or INVALID
            return None
        inside = (self.rates["time"] >= date_from) & (self.rates["time"] <= date_to)
        if not inside.any():
            self.error = NOT_FOUND
            return None
        self.error = OK
        found = self.rates[inside]
        self.loading -= 1
        return found[max(0, self.loading + 1) :]
