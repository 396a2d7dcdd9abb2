"""The results of an optimisation (XML, as MetaTrader 5 exports them), as a pandas frame."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsl.errors import DataError
from mt5.sheet import Sheet, SheetRow, read_sheet
from mt5.text import Place, number

WHOLE = {"Pass": "pass", "Trades": "trades"}
FIGURES = {
    "Result": "result",
    "Forward Result": "forward_result",
    "Back Result": "back_result",
    "Profit": "profit",
    "Expected Payoff": "expected_payoff",
    "Profit Factor": "profit_factor",
    "Recovery Factor": "recovery_factor",
    "Sharpe Ratio": "sharpe_ratio",
    "Custom": "custom",
    "Equity DD %": "equity_drawdown_percent",
}
_TITLE = re.compile(r"(.+) (\S+),(\w+) ([\d.]+)-([\d.]+)")
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OptimizerReport:
    """The passes of an optimisation.

    settings: name, value; Expert, Symbol, Period, From and To where the title states them.
    passes: a row each, in the file's order: pass and trades int64, figures float64 (NaN: none),
    then one column per input by its own name (int64, float64, bool or str).
    inputs: Their names; one that a figure has too stands there as "input_" and its name.
    """

    path: str
    settings: pd.DataFrame
    passes: pd.DataFrame
    inputs: tuple[str, ...]


def parse_optimizer(content: bytes, path: str) -> OptimizerReport:
    """Return the results in the bytes of a file.

    Raises:
        DataError: It is no export of the optimiser, cut, or damaged; the message names the line.
    """
    sheet = read_sheet(content, path)
    if not sheet.rows:
        raise DataError(f"{path}: holds no row of results", hint="the file is cut")
    titles = _titles(sheet.rows[0], path)
    _check_rows(sheet.rows, len(titles), path)
    columns: dict[str, pd.Series] = {}
    inputs: list[str] = []
    for index, title in enumerate(titles):
        cells = [(row.texts[index], Place(path, row.line)) for row in sheet.rows[1:]]
        if title in WHOLE or title in FIGURES:
            columns[(WHOLE | FIGURES)[title]] = _figures(title, cells)
        else:
            name = _free_name(title)
            inputs.append(name)
            columns[name] = _input_values([text for text, _ in cells])
    return OptimizerReport(path, _settings(sheet), pd.DataFrame(columns), tuple(inputs))


def _titles(head: SheetRow, path: str) -> tuple[str, ...]:
    place = Place(path, head.line)
    if "Pass" not in head.texts or "Profit" not in head.texts:
        raise place.error(
            f"the titles are {', '.join(head.texts[:5])}, not those of an optimisation",
            hint="Pass, Result, Profit are wanted; set MetaTrader to English",
        )
    for index, title in enumerate(head.texts):
        if not title or title in head.texts[:index]:
            raise place.error(
                f"column {index + 1} has {'no title' if not title else 'a title twice'}"
            )
    return head.texts


def _check_rows(rows: Sequence[SheetRow], width: int, path: str) -> None:
    for row in rows[1:]:
        if len(row.texts) != width:
            problem = f"{len(row.texts)} cells below {width} titles"
            raise Place(path, row.line).error(problem)


def _figures(title: str, cells: list[tuple[str, Place]]) -> pd.Series:
    if title in FIGURES:  # a ratio without a denominator is an empty text
        ratios = [number(text, place, title) if text else math.nan for text, place in cells]
        return pd.Series(ratios, dtype=np.float64)
    values = [number(text, place, title) for text, place in cells]
    for value, (text, place) in zip(values, cells, strict=True):
        if value != int(value):
            raise place.error(f"{title} is {text!r}, not a whole number")
    return pd.Series(values, dtype=np.float64).astype(np.int64)


def _free_name(title: str) -> str:
    taken = {*WHOLE.values(), *FIGURES.values()}
    return f"input_{title}" if title in taken else title


def _input_values(texts: list[str]) -> pd.Series:
    """Return the values of an input in the narrowest type that holds all of them."""
    if texts and all(text in {"true", "false"} for text in texts):
        return pd.Series([text == "true" for text in texts], dtype=bool)
    if texts and all(_WHOLE.fullmatch(text) for text in texts):
        return pd.Series([int(text) for text in texts], dtype=np.int64)
    try:
        place = Place("", 0)
        return pd.Series([number(text, place, "") for text in texts], dtype=np.float64)
    except DataError:
        return pd.Series(texts, dtype="str")


def _settings(sheet: Sheet) -> pd.DataFrame:
    found = dict(sheet.properties)
    if title := _TITLE.fullmatch(found.get("Title", "")):
        names = ("Expert", "Symbol", "Period", "From", "To")
        found |= dict(zip(names, title.groups(), strict=True))
    return pd.DataFrame(list(found.items()), columns=["name", "value"], dtype="str")
