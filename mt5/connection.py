"""A running MetaTrader 5 terminal, through the official package `MetaTrader5` (Windows only).

The package is imported when it is used and not before. Its functions return None or False where
they fail and tell the reason in last_error(); here that becomes a message.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dsl.errors import DataError

PACKAGE = "MetaTrader5"
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
_HINTS = {
    -2: "the terminal does not know such a symbol or span; see Tools, Options, Charts, Max bars",
    -4: "the broker has no history there",
    -5: "install the newest terminal and the newest package: pip install -U MetaTrader5",
    -6: "log in to the account in the terminal",
    -8: "allow algorithmic trading for Python in the terminal's options",
    -10003: "start the terminal once by hand, or name it with --terminal",
    -10004: "start the terminal once by hand, or name it with --terminal",
    -10005: "the terminal did not answer in time; try again when it has started",
}


class Api(Protocol):
    """What is used of the package; the names, arguments and results are its own."""

    def initialize(self, path: str = ..., *, timeout: int = ...) -> bool:
        """Connect to a terminal."""

    def shutdown(self) -> None:
        """Disconnect."""

    def last_error(self) -> tuple[int, str]:
        """Return code and text of the last call's error."""

    def account_info(self) -> Any:
        """Return the account's facts, None when it failed."""

    def symbol_info(self, symbol: str, /) -> Any:
        """Return the symbol's facts, None when there is none."""

    def symbol_info_tick(self, symbol: str, /) -> Any:
        """Return the last tick, None when there is none."""

    def symbol_select(self, symbol: str, enable: bool, /) -> bool:
        """Put a symbol into Market Watch."""

    def copy_rates_range(
        self, symbol: str, timeframe: int, date_from: int, date_to: int, /
    ) -> npt.NDArray[np.void] | None:
        """Return the bars that open in a span of server time, None when it failed."""


def load_api() -> Api:
    """Return the package.

    Raises:
        DataError: It is not installed, or there is none for this system.
    """
    try:
        module: Api = importlib.import_module(PACKAGE)
    except ImportError as problem:
        windows = sys.platform == "win32"
        hint = (
            "install it: pip install MetaTrader5"
            if windows
            else "it exists for Windows only; here: in MetaTrader choose View, Symbols, Bars, "
            "Export Bars, and read the file with `genfx data import`"
        )
        raise DataError(f"the package {PACKAGE} cannot be used: {problem}", hint=hint) from None
    return module


@contextmanager
def connected(api: Api, terminal: Path | None = None) -> Iterator[Api]:
    """Connect to the terminal for as long as the block runs.

    Raises:
        DataError: The terminal cannot be reached.
    """
    done = api.initialize(str(terminal)) if terminal else api.initialize()
    if not done:
        raise failure(api, "MetaTrader 5 cannot be reached")
    try:
        yield api
    finally:
        api.shutdown()


def failure(api: Api, what: str) -> DataError:
    """Return the error of a call that failed, with the package's own reason."""
    code, text = api.last_error()
    return DataError(f"{what}: {text} ({code})", hint=_HINTS.get(code, ""))
