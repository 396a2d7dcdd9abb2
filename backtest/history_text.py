"""Text of bars into checked bars: MetaTrader 5 exports (tabs) and plain CSV (commas)."""

from __future__ import annotations

import gzip
import io
import re
import zlib

import numpy as np
import pandas as pd

from backtest.bars import Bars
from backtest.history_checks import (
    PRICES,
    Rows,
    check_prices,
    check_times,
    price_digits,
    to_points,
)
from dsl.errors import DataError
from dsl.jit import F64, I64

PLAIN = "time,open,high,low,close,volume[,spread]"
METATRADER = "<DATE> <TIME> <OPEN> <HIGH> <LOW> <CLOSE> <TICKVOL> <VOL> <SPREAD>, tab separated"
ALLOWED = f"allowed are {PLAIN}, or MetaTrader 5's {METATRADER}"
FIRST_LINE = 2  # line of the first row, after the header

_NAMES = {"tickvol": "volume", "tick_volume": "volume", "vol": "", "real_volume": ""}
_REQUIRED = ("open", "high", "low", "close", "volume")
_TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y-%m-%d",
    "%Y.%m.%d",
)


def parse_bars(content: bytes, place: str, symbol: str, digits: int, timezone: str) -> Bars:
    """Return the bars of a text file, or raise DataError with the line and the reason.

    Args:
        content: The file, gzipped or not.
        place: Its name, for messages.
        symbol, timezone: Facts the file does not hold.
        digits: Decimals of a price; -1: seen from the prices.
    """
    text = _text(content, place)
    table = _table(text, place)
    time = _times(table, place)
    numbers = {name: _numbers(table, name, place) for name in _REQUIRED}
    rows = Rows(place, FIRST_LINE, time, {name: numbers[name] for name in PRICES})
    timeframe = check_times(rows)
    check_prices(rows)
    rows.refuse(numbers["volume"] < 0, "volume is below 0")
    known = price_digits(rows.prices) if digits < 0 else digits
    columns = to_points(rows, known) | {
        "time": time,
        "tick_volume": np.rint(numbers["volume"]).astype(np.int64),
        "spread": _spread(table, rows, place),
    }
    for column in columns.values():
        column.setflags(write=False)
    return Bars(symbol=symbol, timeframe=timeframe, digits=known, timezone=timezone, **columns)


def _text(content: bytes, place: str) -> str:
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as problem:
            raise DataError(
                f"{place}: the gzip file is damaged or cut short: {problem}"
            ) from problem
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise DataError(f"{place}:{line}: is no text", hint=ALLOWED) from problem
    if not text.strip():
        raise DataError(f"{place}: the file is empty", hint=ALLOWED)
    return text


def _table(text: str, place: str) -> pd.DataFrame:
    header = text[: text.find("\n")] if "\n" in text else text
    names, separator = _header(header.strip("\r"), place)
    _refuse_cut_row(text, names, separator, place)
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=0,
            names=names,
            index_col=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    except pd.errors.ParserError as problem:
        raise _wrong_width(str(problem), place) from problem
    table = _without_blank_end(table)
    if table.empty:
        raise DataError(f"{place}: holds a header and no bars", hint=ALLOWED)
    return table


def _header(line: str, place: str) -> tuple[list[str], str]:
    separator = "\t" if "\t" in line else ","
    if separator == "," and line.count(",") < len(PRICES):
        found = next((mark for mark in ";|" if line.count(mark) >= len(PRICES)), "")
        what = (
            f"columns are separated by '{found}'" if found else f"the first line is {line[:60]!r}"
        )
        raise DataError(f"{place}:1: {what}; commas or tabs are wanted", hint=ALLOWED)
    names = [part.strip().strip('"<>').lower() for part in line.split(separator)]
    names = [_NAMES.get(name, name) or f"-{name}" for name in names]
    if names[0] not in {"time", "date"}:
        raise DataError(
            f"{place}:1: the first column is '{names[0]}', not time; a header line is wanted",
            hint=ALLOWED,
        )
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise DataError(f"{place}:1: no column {', '.join(missing)}", hint=ALLOWED)
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise DataError(f"{place}:1: column {repeated[0]} stands twice", hint=ALLOWED)
    return names, separator


def _refuse_cut_row(text: str, names: list[str], separator: str, place: str) -> None:
    """Refuse a last row with too few values: pandas would read what is missing as unknown."""
    rows = text.rstrip("\r\n\t ").count("\n")
    last = text.rstrip("\r\n").rsplit("\n", 1)[-1]
    saw = last.count(separator) + 1
    if rows and last.strip() and saw < len(names):
        raise DataError(
            f"{place}:{rows + 1}: {saw} values, the header names {len(names)}",
            hint="the file may be cut short here",
        )


def _wrong_width(problem: str, place: str) -> DataError:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", problem)
    if not found:
        return DataError(f"{place}: cannot be read as a table: {problem}", hint=ALLOWED)
    wanted, line, saw = found.groups()
    return DataError(f"{place}:{line}: {saw} values, the header names {wanted}", hint=ALLOWED)


def _without_blank_end(table: pd.DataFrame) -> pd.DataFrame:
    blank = table.isna().all(axis=1).to_numpy()
    end = len(table)
    while end and blank[end - 1]:
        end -= 1
    return table.iloc[:end]


def _times(table: pd.DataFrame, place: str) -> I64:
    column = table["time"] if "date" not in table else table["date"]
    if pd.api.types.is_integer_dtype(column):
        return column.to_numpy(np.int64)
    words = column.astype("string").fillna("")
    if "date" in table and "time" in table:
        words = words + " " + table["time"].astype("string").fillna("")
    words = words.str.strip()
    form = next((f for f in _TIME_FORMATS if _fits(words.iloc[0], f)), _TIME_FORMATS[0])
    times = pd.to_datetime(words, format=form, errors="coerce")
    bad = times.isna().to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        shown = words.iloc[row]
        what = f"time '{shown}'" if shown else "the time is missing"
        raise DataError(
            f"{place}:{FIRST_LINE + row}: {what}; wanted like 2017-01-31 22:00 or 2017.01.31 22:00",
            hint="the file may be cut short here" if row == len(bad) - 1 else "",
        )
    return times.to_numpy().astype("datetime64[s]").astype(np.int64)


def _fits(word: str, form: str) -> bool:
    return not pd.isna(pd.to_datetime(word, format=form, errors="coerce"))


def _numbers(table: pd.DataFrame, name: str, place: str) -> F64:
    column = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64)
    bad = ~np.isfinite(column)
    if bad.any():
        row = int(np.argmax(bad))
        found = table[name].iloc[row]
        what = f"{name} is missing" if pd.isna(found) else f"{name} is '{found}'"
        raise DataError(
            f"{place}:{FIRST_LINE + row}: {what}; a number is wanted",
            hint="the file may be cut short here" if row == len(bad) - 1 else "",
        )
    return column


def _spread(table: pd.DataFrame, rows: Rows, place: str) -> I64:
    if "spread" not in table or table["spread"].isna().all():
        return np.zeros(len(table), np.int64)
    spread = _numbers(table.assign(spread=table["spread"].fillna(0)), "spread", place)
    rows.refuse(spread < 0, "spread is below 0")
    rows.refuse(
        spread != np.rint(spread), "spread is no whole number", "a spread is in points, such as 10"
    )
    return spread.astype(np.int64)
