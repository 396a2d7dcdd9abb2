"""The file that the dump script writes in MetaTrader: bars, values of indicators beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtest.bars import Bars
from backtest.history.build import bars_of_rows
from backtest.history.checks import Rows
from backtest.history.options import ImportOptions
from backtest.history.text import Table
from codegen.mql5.dump import DUMP_MARK
from dsl.errors import DataError
from dsl.jit import F64
from mt5.files import read_file
from mt5.text import Place, decoded, number, whole

_BARS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
_END = "end"


@dataclass(frozen=True, slots=True, eq=False)
class Dump:
    """Bars as the terminal had them, and values of expressions.

    columns: By expression, float64[n], NaN where MetaTrader has no value; row i belongs to bar i,
    as on a chart.
    """

    bars: Bars
    columns: dict[str, F64]


def read_dump(path: Path) -> Dump:
    """Return what a dump file holds.

    Raises:
        DataError: It is none, is cut, or a cell is no number; the message names the line.
    """
    return parse_dump(decoded(read_file(path), str(path)), str(path))


def parse_dump(text: str, path: str) -> Dump:
    """Return what the text of a dump file says; see `read_dump`."""
    lines = text.splitlines()
    symbol, period, digits = _facts(lines, path)
    titles = lines[1].split(";") if len(lines) > 1 else []
    if tuple(titles[: len(_BARS)]) != _BARS or len(set(titles)) != len(titles):
        raise Place(path, 2).error("the titles are not those of a dump")
    body = _body(lines, path)
    table = [_cells(line, len(titles), Place(path, row)) for row, line in enumerate(body, 3)]
    values = np.array(table, dtype=np.float64).reshape(len(body), len(titles))
    time, prices = values[:, 0].astype(np.int64), values[:, 1:5]
    rows = Rows(path, 3, time, dict(zip(_BARS[1:5], prices.T.copy(), strict=True)))
    options = ImportOptions(symbol=symbol, digits=digits, points=False)
    bars = bars_of_rows(Table(rows, values[:, 5], values[:, 6]), period, options).bars
    if len(bars) != len(body):
        raise DataError(f"{path}: holds {len(body) - len(bars)} bars without a tick")
    columns = {title: values[:, i].copy() for i, title in enumerate(titles) if i >= len(_BARS)}
    return Dump(bars, columns)


def _facts(lines: list[str], path: str) -> tuple[str, int, int]:
    head = lines[0].split(";") if lines else []
    if len(head) != 4 or head[0] != DUMP_MARK:
        raise DataError(
            f"{path}: is no dump of genfx's script",
            hint="run it on a chart (`genfx mt5 dump-script`); the file lies in MQL5/Files",
        )
    place = Place(path, 1)
    return head[1], whole(head[2], place, "the bar period"), whole(head[3], place, "digits")


def _body(lines: list[str], path: str) -> list[str]:
    """Return the lines of bars; the last line of the file must state how many there are."""
    body = lines[2:-1]
    if lines[-1] != f"{_END};{len(body)}":
        raise Place(path, len(lines)).error(
            f"{lines[-1][:40]!r} is not the end of {len(body)} bars",
            hint="the file is cut, or the script was stopped: run it again",
        )
    return body


def _cells(line: str, width: int, place: Place) -> list[float]:
    cells = line.split(";")
    if len(cells) != width:
        raise place.error(f"{len(cells)} cells below {width} titles")
    must = len(_BARS)
    return [
        number(cell, place, f"cell {i + 1}") if cell or i < must else np.nan
        for i, cell in enumerate(cells)
    ]
