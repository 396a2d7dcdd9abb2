"""Orders and deals of a report: a row of titles, then rows whose cells stand below them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd

from dsl.errors import did_you_mean
from mt5.markup import Cell, Row
from mt5.text import Place, moment, number, whole

Kind = Literal["time", "whole", "number", "text", "volumes"]
Value = datetime | int | float | str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title in the report, its name in the frame, what it holds."""

    title: str
    name: str
    kind: Kind
    needed: bool = False  # no cell of it may be empty


ORDERS = (
    Column("Open Time", "open_time", "time", needed=True),
    Column("Order", "order", "whole", needed=True),
    Column("Symbol", "symbol", "text"),
    Column("Type", "type", "text", needed=True),
    Column("Volume", "volume", "volumes"),
    Column("Price", "price", "number"),
    Column("S / L", "stop_loss", "number"),
    Column("T / P", "take_profit", "number"),
    Column("Time", "time", "time"),
    Column("State", "state", "text"),
    Column("Comment", "comment", "text"),
)
DEALS = (
    Column("Time", "time", "time", needed=True),
    Column("Deal", "deal", "whole", needed=True),
    Column("Symbol", "symbol", "text"),
    Column("Type", "type", "text", needed=True),
    Column("Direction", "direction", "text"),
    Column("Volume", "volume", "number"),
    Column("Price", "price", "number"),
    Column("Order", "order", "whole"),
    Column("Commission", "commission", "number"),
    Column("Fee", "fee", "number"),
    Column("Swap", "swap", "number"),
    Column("Profit", "profit", "number"),
    Column("Balance", "balance", "number", needed=True),
    Column("Comment", "comment", "text"),
)
_OPTIONAL = {"Fee"}  # newer builds write it
_AT_MARKET = "market"  # in place of an order's price
_FILLED = "filled"  # the second of two volumes


@dataclass(frozen=True, slots=True)
class Table:
    """A frame, the line of each of its rows, and rows of the section that begin with nothing."""

    frame: pd.DataFrame
    lines: tuple[int, ...]
    others: tuple[Row, ...]


def read_table(found: list[Row], columns: tuple[Column, ...], path: str, what: str) -> Table:
    """Return the rows of a section as a frame.

    Raises:
        DataError: A column is missing or unknown, a cell does not hold what its column does.
    """
    if not found:
        raise Place(path, 1).error(f"the titles of the {what} are missing", hint="the file is cut")
    titles = _titles(found[0], columns, path, what)
    wanted = [column for column in columns if column in titles.values()]
    values: dict[str, list[Value]] = {name: [] for name, _ in _typed(wanted)}
    lines, others = [], []
    for row in found[1:]:
        if not row.cells[0].text:
            others.append(row)
            continue
        if others:
            raise Place(path, row.line).error(f"one more row of {what} below their sums")
        lines.append(row.line)
        for name, value in _row_values(row, titles, Place(path, row.line)):
            values[name].append(value)
    frame = pd.DataFrame({name: _array(values[name], kind) for name, kind in _typed(wanted)})
    return Table(frame, tuple(lines), tuple(others))


def _titles(head: Row, columns: tuple[Column, ...], path: str, what: str) -> dict[int, Column]:
    """Return the columns by the place of their titles."""
    known = {column.title: column for column in columns}
    place = Place(path, head.line)
    titles: dict[int, Column] = {}
    for cell in head.cells:
        if cell.text not in known:
            hint = did_you_mean(cell.text, known) or "MetaTrader in English is wanted"
            raise place.error(f"{what} have an unknown column {cell.text!r}", hint=hint)
        if known[cell.text] in titles.values():
            raise place.error(f"{what} have the column {cell.text!r} twice")
        titles[cell.column] = known[cell.text]
    for column in columns:
        if column not in titles.values() and column.title not in _OPTIONAL:
            raise place.error(f"{what} lack the column {column.title!r}")
    return titles


def _typed(columns: list[Column]) -> list[tuple[str, Kind]]:
    """Return name and kind of each column of the frame."""
    typed: list[tuple[str, Kind]] = []
    for column in columns:
        if column.kind == "volumes":
            typed += [(column.name, "number"), (_FILLED, "number")]
        else:
            typed.append((column.name, column.kind))
    return typed


def _row_values(row: Row, titles: dict[int, Column], place: Place) -> list[tuple[str, Value]]:
    if [cell.column for cell in row.cells] != list(titles):
        raise place.error(f"{len(row.cells)} cells do not stand below {len(titles)} titles")
    made: list[tuple[str, Value]] = []
    for cell, column in zip(row.cells, titles.values(), strict=True):
        if column.needed and not cell.text:
            raise place.error(f"{column.title} is empty")
        made += _cell_values(cell, column, place)
    return made


def _cell_values(cell: Cell, column: Column, place: Place) -> list[tuple[str, Value]]:
    title = column.title
    text = "" if cell.text == _AT_MARKET and column.kind == "number" else cell.text
    match column.kind:
        case "text":
            return [(column.name, text)]
        case "time":
            return [(column.name, moment(text, place, title) if text else math.nan)]
        case "whole":
            return [(column.name, whole(text, place, title) if text else -1)]
        case "number":
            return [(column.name, number(text, place, title) if text else math.nan)]
        case "volumes":
            asked, _, filled = text.partition(" / ")
            parts = ((column.name, asked), (_FILLED, filled))
            return [
                (name, number(part, place, title) if part else math.nan) for name, part in parts
            ]


def _array(values: list[Value], kind: Kind) -> pd.Series:
    match kind:
        case "time":
            naive = [v.replace(tzinfo=None) if isinstance(v, datetime) else pd.NaT for v in values]
            return pd.Series(pd.to_datetime(pd.Series(naive, dtype="object")).astype("M8[s]"))
        case "whole":
            return pd.Series(values, dtype=np.int64)
        case "text":
            return pd.Series(values, dtype="str")
        case _:
            return pd.Series(values, dtype=np.float64)
