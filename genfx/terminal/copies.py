"""What commands take from a running MetaTrader 5 terminal, by moments as users state them."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backtest.history.options import Imported, ImportOptions
from backtest.history.reading import STORED_SUFFIX
from dsl.errors import ConfigError
from mt5.connection import connected, failure, load_api
from mt5.facts import Facts, facts
from mt5.history import Wanted, copied_bars, symbol_facts

_YEARS = 10  # of bars, where no first day is stated
_DAY = 86_400
_NO_NAME = r'[\\/:*?"<>|\s]+'  # what no file may have in its name


@dataclass(frozen=True, slots=True)
class Copied:
    """Bars of a terminal, and its facts of symbol and account."""

    imported: Imported
    facts: Facts


def copied(
    series: tuple[str, str],
    span: tuple[datetime | None, datetime | None],
    options: ImportOptions,
    terminal: Path | None,
    file_name: str,
) -> Copied:
    """Return bars and facts of a symbol.

    Args:
        series: Symbol and timeframe.
        span: First moment, and the first one no longer wanted; None: ten years, up to now.
        options: The clock of the server.
        terminal: Its program, where several are installed.
        file_name: The file that the config shall name.
    Raises:
        GenfxError: There is no package, no terminal, no such symbol, or no bars.
    """
    symbol, timeframe = series
    last = _seconds(span[1]) if span[1] else int(time.time()) + _DAY  # any server's clock
    first = _seconds(span[0]) if span[0] else last - _YEARS * 365 * _DAY
    if not first < last:
        raise ConfigError(f"--to {span[1]:%Y-%m-%d} does not come after --from")
    with connected(load_api(), terminal) as api:
        wanted = Wanted(symbol, timeframe, first, last)
        imported = copied_bars(api, wanted, options, time.sleep)
        account = api.account_info()
        if account is None:
            raise failure(api, "the terminal knows no account")
        return Copied(imported, facts(symbol_facts(api, symbol), account, file_name))


def bars_name(symbol: str, timeframe: str) -> str:
    """Return the name of a file of bars, whatever a broker calls the symbol.

    >>> bars_name("US30/cash", "h1")
    'US30_cash_H1.npz'
    """
    return f"{re.sub(_NO_NAME, '_', symbol)}_{timeframe.upper()}{STORED_SUFFIX}"


def path_from(config: Path | None, bars: Path) -> str:
    """Return how a config names a file of bars: relative to its own folder, if that can be."""
    if config is None:
        return bars.name
    try:
        return Path(os.path.relpath(bars.resolve(), config.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        return bars.resolve().as_posix()


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
