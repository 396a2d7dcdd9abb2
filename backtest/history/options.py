"""What a user states about a file of bars, and what comes of reading it."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.bars import Bars


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a file does not say. symbol "": from the file's name; digits -1: from the prices.

    timezone: The clock of its times; "server": as the file says, if it does. server_dst: none, us
    or eu, daylight saving of the server's clock (that of to_server if given, else of timezone).
    to_server: The clock to move the bars to; "": none. points: Prices are whole points; None: seen
    from them. date_order: dmy or mdy; "": seen from the dates. detect: Name the clock that the
    weekends show if nothing else says it. stated_symbol: The symbol if a user gave it.
    """

    symbol: str = ""
    digits: int = -1
    timezone: str = "server"
    server_dst: str = ""
    to_server: str = ""
    points: bool | None = None
    date_order: str = ""
    detect: bool = False
    stated_symbol: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """Bars read from a file, and what the user should know of how they were read."""

    bars: Bars
    notes: tuple[str, ...] = ()
