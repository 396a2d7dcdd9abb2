"""Columns of a file into checked bars: units, empty bars, clock, then every check there is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backtest.bars import Bars
from backtest.history.checks import (
    OFF_GRID,
    Rows,
    check_not_empty,
    check_prices,
    check_times,
    price_digits,
    to_points,
)
from backtest.history.clock import likely_clocks, week_edges
from backtest.history.content import unpacked
from backtest.history.doubts import check_clock, check_first_bars_of_days
from backtest.history.hst import is_hst, read_hst
from backtest.history.options import Imported, ImportOptions
from backtest.history.symbols import CURRENCIES, check_symbol, is_pair
from backtest.history.text import Table, read_table
from backtest.history.zones import SERVER, clock_name, clock_options, from_utc, to_utc
from dsl.errors import DataError
from dsl.jit import F64, I64

HIGHEST_RATE = 1000  # of a currency pair whose price has its usual digits
DOUBTFUL = 10_000  # whole prices above may be points
# Its files of summer months that were seen end at 17:00 of New York: the clock is not certain.
HISTDATA = (
    "minutes without header and volume are HistData's form, whose clock is EST without daylight "
    "saving: --timezone EST; weeks that end on Friday at 17:00 in summer too follow "
    "America/New_York instead"
)
SURE_POINTS = 50_000, 300_000  # whole prices of a symbol unknown that must be points


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the file and the user say together. digits -1: seen from the prices."""

    symbol: str
    timeframe: int
    digits: int
    clock: str


def imported(content: bytes, place: str, options: ImportOptions) -> Imported:
    """Return the bars of a file and what was noticed on the way.

    Args:
        content: The file as it is on disk: text or .hst, plain, gzip or zip.
        place: Its name, for messages.
        options: What the user states; it wins over what is seen.
    Raises:
        DataError: With line, what was found and what is allowed.
    """
    body = unpacked(content, place)
    notes: list[str] = []
    if is_hst(body):
        file = read_hst(body, place)
        table, stated = file.table, options.digits if options.digits >= 0 else file.digits
        symbol = options.stated_symbol or file.symbol or options.symbol
        facts = _Facts(symbol, file.timeframe, stated, "")
    else:
        table = read_table(body, place, options.date_order)
        facts = _Facts(options.symbol, 0, options.digits, "")
    check_symbol(facts.symbol, place)
    check_not_empty(table.rows)
    facts = replace(facts, clock=_clock(table, options))
    if options.points is not False:
        table, facts = _from_points(table, facts, options, notes)
    bars = _checked(_on_server_clock(table, facts, options), table, facts, options, notes)
    return Imported(bars, tuple(notes))


def bars_of_rows(table: Table, timeframe: int, options: ImportOptions) -> Imported:
    """Return the bars of rows that come from no file, checked like those that do.

    Args:
        table: Prices in quote currency, times of the clock that the options state.
        timeframe: Bar period in seconds.
        options: With symbol and digits.
    Raises:
        DataError: With the number of the bar, what was found and what is allowed.
    """
    check_not_empty(table.rows)
    facts = _Facts(options.symbol, timeframe, options.digits, _clock(table, options))
    notes: list[str] = []
    bars = _checked(_on_server_clock(table, facts, options), table, facts, options, notes)
    return Imported(bars, tuple(notes))


def _clock(table: Table, options: ImportOptions) -> str:
    if options.server_dst and not options.to_server and options.timezone == SERVER:
        raise DataError(
            f"daylight saving '{options.server_dst}' of a clock that is not stated",
            hint="state it too, such as --timezone UTC+2",
        )
    stated = clock_name(options.timezone, "" if options.to_server else options.server_dst)
    if stated == SERVER:
        return table.zone or SERVER
    if table.offsets and stated != "UTC":
        raise DataError(
            f"{table.rows.place}: its times carry their own offset from UTC",
            hint="leave out --timezone; they are read as UTC",
        )
    return stated


def _on_server_clock(table: Table, facts: _Facts, options: ImportOptions) -> tuple[I64, str]:
    """Return times and clock, moved to the broker's clock if that was asked for."""
    if not options.to_server:
        return table.rows.time, facts.clock
    target = clock_name(options.to_server, options.server_dst)
    if SERVER in (facts.clock, target):
        raise DataError(
            f"{table.rows.place}: bars are moved from one known clock to another",
            hint="state that of the file, --timezone UTC, and the server's, --to-server UTC+2",
        )
    return from_utc(to_utc(table.rows.time, facts.clock), target), target


def _from_points(
    table: Table, facts: _Facts, options: ImportOptions, notes: list[str]
) -> tuple[Table, _Facts]:
    """Return prices in quote currency where the file has them in points."""
    prices = table.rows.prices
    digits = facts.digits
    if not options.points:
        if facts.timeframe or not all(_whole(column) for column in prices.values()):
            return table, facts
        price = float(np.median(prices["close"]))
        usual = _points_digits(facts, options, price)
        if usual < 0 or digits not in (-1, usual):
            if price >= DOUBTFUL and options.points is None and digits < 0:
                notes.append("all prices are whole; if they are points: --points --digits N")
            return table, facts
        digits = usual
    if digits < 0:
        raise DataError(
            f"{table.rows.place}: how many points make 1 is not known",
            hint="state the decimals of a price, such as --digits 5",
        )
    scaled = {name: column / 10.0**digits for name, column in prices.items()}
    before, after = prices["open"][0], scaled["open"][0]
    notes.append(
        f"prices are in points: {before:.0f} is read as {after:.{digits}f} (else: --no-points)"
    )
    rows = replace(table.rows, prices=scaled)
    return replace(table, rows=rows), replace(facts, digits=digits)


def _whole(column: F64) -> bool:
    return bool((np.abs(column - np.rint(column)) <= OFF_GRID).all())


def _points_digits(facts: _Facts, options: ImportOptions, price: float) -> int:
    """Return the decimals of a symbol whose prices are whole numbers in points; -1: they are not.

    A currency pair is known by its name. Another name that the user stated is believed to have
    whole prices; a file whose name says nothing is taken for a pair if the price is a pair's.
    """
    name = facts.symbol.upper()
    if is_pair(name):
        usual = 3 if name[3:6] in {"JPY", "HUF"} else 5
        return usual if 0.01 < price / 10**usual < HIGHEST_RATE and price > HIGHEST_RATE else -1
    unknown = not options.stated_symbol and name[3:6] not in CURRENCIES
    return 5 if unknown and SURE_POINTS[0] <= price <= SURE_POINTS[1] else -1


def _checked(
    moved: tuple[I64, str], table: Table, facts: _Facts, options: ImportOptions, notes: list[str]
) -> Bars:
    time, clock = moved
    rows = replace(table.rows, time=time)
    timeframe = check_times(rows, facts.timeframe)
    check_prices(rows)
    volume, spread = _volume(table, notes), _spread(table)
    check_first_bars_of_days(rows, timeframe, table.volume)
    if table.zone and options.timezone == SERVER:
        check_clock(table.rows, timeframe, facts.clock)
    digits = price_digits(rows.prices) if facts.digits < 0 else facts.digits
    columns = to_points(rows, digits)
    columns |= {"time": time, "tick_volume": volume, "spread": spread}
    kept = _with_ticks(rows, volume, notes)
    for name, column in columns.items():
        columns[name] = column if kept is None else column[kept]
        columns[name].setflags(write=False)
    if clock == SERVER and options.detect:
        clock = _seen_clock(columns["time"], timeframe, notes)
        if clock == SERVER and _looks_like_histdata(table, timeframe):
            notes.append(HISTDATA)
    return Bars(facts.symbol, timeframe, digits, **columns, timezone=clock)


def _seen_clock(time: I64, timeframe: int, notes: list[str]) -> str:
    likely = likely_clocks(week_edges(time, timeframe))
    if len(likely) == 1:
        notes.append(f"the trading week shows the clock: {likely[0]} (else: --timezone)")
        return likely[0]
    if likely:
        options = " or ".join(clock_options(clock) for clock in likely)
        notes.append(f"the clock may be {', '.join(likely)}: state it with {options}")
    return SERVER


def _looks_like_histdata(table: Table, timeframe: int) -> bool:
    """Tell whether a file has HistData's form: minutes, no header, a volume that is always 0."""
    return (
        timeframe == 60 and not table.header and table.volume is not None and not table.volume.any()
    )


def _volume(table: Table, notes: list[str]) -> I64:
    if table.volume is None:
        notes.append("the file has no volume; it is 0 in every bar")
        return np.zeros(len(table.rows.time), np.int64)
    table.rows.refuse(table.volume < 0, "volume is below 0")
    table.rows.refuse(table.volume > 2.0**60, "volume is above 2**60")
    # A fraction of a unit is still a trade.
    whole = np.where((table.volume > 0) & (table.volume < 1), 1.0, np.rint(table.volume))
    return whole.astype(np.int64)


def _spread(table: Table) -> I64:
    spread: F64 | None = table.spread
    if spread is None:
        return np.zeros(len(table.rows.time), np.int64)
    table.rows.refuse(spread < 0, "spread is below 0")
    table.rows.refuse(
        spread != np.rint(spread), "spread is no whole number", "a spread is in points, such as 10"
    )
    table.rows.refuse(spread > 2.0**60, "spread is above 2**60")
    return spread.astype(np.int64)


def _with_ticks(rows: Rows, volume: I64, notes: list[str]) -> I64 | None:
    """Return the rows that had ticks, None for all; exports fill closed hours with flat bars.

    MetaTrader has no bar without a tick, and a strategy must not trade in one.
    """
    flat = rows.prices["high"] == rows.prices["low"]
    silent = flat & (volume == 0)
    count = int(silent.sum())
    if count == 0 or not volume.any() or count == len(volume):
        return None
    first = int(np.argmax(silent))
    notes.append(
        f"{count} bars without a tick are left out, the first in line {rows.first_line + first}: "
        "they fill hours when nothing was traded"
    )
    return np.flatnonzero(~silent)
