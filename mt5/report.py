"""The report of a single test (HTML, as MetaTrader 5 in English saves it), as pandas frames.

The page is two tables: settings and results as labelled cells, then orders and deals. What the
reader does not know by name it keeps; what cannot be right is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from dsl.errors import DataError
from mt5.files import read_file
from mt5.markup import Row, rows
from mt5.tables import DEALS, ORDERS, Table, read_table
from mt5.text import Place, decoded, figure, moment, number

TITLE = "Strategy Tester Report"
_SECTIONS = ("Settings", "Results", "Orders", "Deals")
_LONG_NAMES = {"Daily": "D1", "Weekly": "W1", "Monthly": "MN1"}
_PERIOD = re.compile(r"(\w+) \(([\d.]+) ?- ?([\d.]+)\)")
_SUMMED = ("commission", "swap", "profit")
_NO_TRADES = ("balance", "credit")
_CENT = 0.005 + 1e-6
_DRIFT = 0.03  # a balance and its three parts are rounded each


@dataclass(frozen=True, slots=True)
class Mt5Report:
    """A single test of MetaTrader's strategy tester.

    settings: name, value, line. inputs: group, name, value. results: name, text, value, percent,
    second (see mt5.text.Figure). orders, deals: one row each, times of the server's clock (naive),
    NaN where a cell is empty. server: Name and build of the trade server.
    """

    path: str
    server: str
    settings: pd.DataFrame
    inputs: pd.DataFrame
    results: pd.DataFrame
    orders: pd.DataFrame
    deals: pd.DataFrame

    def setting(self, name: str) -> str:
        """Return a setting by its label, such as "Symbol"."""
        found = self.settings.loc[self.settings["name"] == name, "value"]
        if found.empty:
            raise DataError(f"{self.path}: the setting {name!r} is missing")
        return str(found.iloc[0])

    def result(self, name: str) -> float:
        """Return the number of a result by its label, such as "Total Net Profit"."""
        found = self.results.loc[self.results["name"] == name, "value"]
        if found.empty:
            raise DataError(f"{self.path}: the result {name!r} is missing")
        return float(found.iloc[0])

    @property
    def timeframe(self) -> str:
        """Return the bar period, such as H1."""
        return self._period()[0]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return first and last day of the test, on the server's clock."""
        _, first, last = self._period()
        place = Place(self.path, self._line("Period"))
        return moment(first, place, "Period"), moment(last, place, "Period")

    @property
    def deposit(self) -> float:
        """Return the money at the start."""
        place = Place(self.path, self._line("Initial Deposit"))
        return number(self.setting("Initial Deposit"), place, "Initial Deposit")

    @property
    def leverage(self) -> float:
        """Return n of 1:n."""
        place = Place(self.path, self._line("Leverage"))
        return number(self.setting("Leverage").removeprefix("1:"), place, "Leverage")

    def _period(self) -> tuple[str, str, str]:
        found = _PERIOD.fullmatch(self.setting("Period"))
        if found is None:
            place = Place(self.path, self._line("Period"))
            raise place.error(f"the period is {self.setting('Period')!r}")
        return _LONG_NAMES.get(found[1], found[1]), found[2], found[3]

    def _line(self, name: str) -> int:
        self.setting(name)
        return int(self.settings.loc[self.settings["name"] == name, "line"].iloc[0])


def read_report(path: Path) -> Mt5Report:
    """Return the report in a file.

    Raises:
        DataError: It is no report of the tester, is in another language, cut, or contradicts
            itself; the message names file and line.
    """
    return parse_report(decoded(read_file(path), str(path)), str(path))


def parse_report(page: str, path: str) -> Mt5Report:
    """Return the report on a page; see `read_report`."""
    found = [row for row in rows(page) if row.texts]
    head, sections = _sections(found, path)
    settings, inputs = _settings(sections["Settings"], path)
    report = Mt5Report(
        path=path,
        server=head,
        settings=settings,
        inputs=inputs,
        results=_results(sections["Results"], path),
        orders=_orders(sections["Orders"], path),
        deals=_deals(sections["Deals"], path),
    )
    for label in ("Expert", "Symbol", "Period", "Currency", "Initial Deposit", "Leverage"):
        report.setting(label)
    _ = report.span, report.deposit, report.leverage
    return report


def _sections(found: list[Row], path: str) -> tuple[str, dict[str, list[Row]]]:
    """Return the server's name and the rows of each section, without its title."""
    titles = [row.texts[0] for row in found if len(row.texts) == 1]
    if TITLE not in titles:
        shown = f"; its first words are {titles[0][:60]!r}" if titles else ""
        raise DataError(
            f"{path}: is no report of MetaTrader 5's strategy tester{shown}",
            hint="in the tester: Backtest, right click, Report, HTML, with MetaTrader in English",
        )
    head: list[Row] = []
    sections: dict[str, list[Row]] = {}
    current = head
    for row in found:
        if len(row.texts) == 1 and row.texts[0] in _SECTIONS and len(row.cells) == 1:
            if row.texts[0] in sections:
                raise Place(path, row.line).error(f"a second section {row.texts[0]!r}")
            current = sections.setdefault(row.texts[0], [])
        else:
            current.append(row)
    missing = [name for name in _SECTIONS if name not in sections]
    if missing:
        raise DataError(
            f"{path}: the section {missing[0]!r} is missing",
            hint="the file is cut, or MetaTrader was not in English when it was saved",
        )
    names = [row.texts[0] for row in head if row.texts != (TITLE,)]
    return (names[0] if names else ""), sections


def _settings(found: list[Row], path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    settings: list[tuple[str, str, int]] = []
    inputs: list[tuple[str, str, str]] = []
    label, group = "", ""
    for row in found:
        label = _label(row.cells[0].text) or label
        values = [cell.text for cell in row.cells[1:] if cell.text]
        if not label or len(values) > 1:
            raise Place(path, row.line).error(f"{row.texts} is no setting")
        value = values[0] if values else ""
        if label != "Inputs":
            settings.append((label, value, row.line))
        elif (pair := re.fullmatch(r"(\w+)=(.*)", value)) is not None:
            inputs.append((group, pair[1], pair[2]))
        else:
            group = value.strip("= ")
    return (
        pd.DataFrame(settings, columns=["name", "value", "line"]),
        pd.DataFrame(inputs, columns=["group", "name", "value"], dtype="str"),
    )


def _label(text: str) -> str:
    return text.removesuffix(":") if text.endswith(":") else ""


def _results(found: list[Row], path: str) -> pd.DataFrame:
    made: list[tuple[str, str, float, float, float]] = []
    for name, text in _labelled(found, path):
        parts = figure(text)
        made.append((name, text, parts.value, parts.percent, parts.second))
    return pd.DataFrame(made, columns=["name", "text", "value", "percent", "second"])


def _labelled(found: list[Row], path: str) -> Iterator[tuple[str, str]]:
    """Yield labels with what stands beside them; a row holds up to three such pairs."""
    for row in found:
        label = ""
        for cell in row.cells:
            if cell.text.endswith(":") and not label:
                label = _label(cell.text)
            elif label:
                yield label, cell.text
                label = ""
            elif cell.text:
                raise Place(path, row.line).error(f"{cell.text!r} stands beside no label")
        if label:
            raise Place(path, row.line).error(f"{label!r} has no value")


def _orders(found: list[Row], path: str) -> pd.DataFrame:
    return read_table(found, ORDERS, path, "orders").frame


def _deals(found: list[Row], path: str) -> pd.DataFrame:
    """Return the deals; the row below them, their sums, must be there and fit."""
    table = read_table(found, DEALS, path, "deals")
    last = Place(path, found[-1].line if found else 1)
    if len(table.others) != 1:
        problem = f"{len(table.others)} rows of sums below the deals, not one"
        raise last.error(problem, hint="the file is cut; save the report again")
    _check_sums(table, path)
    return table.frame


def _check_sums(table: Table, path: str) -> None:
    """Check that the deals add up: each balance to the next, all to the sums below them."""
    frame, place = table.frame, Place(path, table.others[0].line)
    stated = table.others[0].texts
    if len(stated) != len(_SUMMED) + 1 or frame.empty:
        raise place.error(f"{stated} are not the sums of the deals")
    money = frame[[name for name in (*_SUMMED, "fee") if name in frame]].fillna(0.0)
    off = (frame["balance"].diff() - money.sum(axis=1)).abs().fillna(0.0)
    if (off > _DRIFT).any():
        row = int(off.argmax())
        raise Place(path, table.lines[row]).error(
            f"the balance {frame['balance'].iloc[row]:.2f} does not follow from the deal before it"
        )
    traded = money[~frame["type"].isin(_NO_TRADES)].sum()
    wanted = [*(float(traded[name]) for name in _SUMMED), float(frame["balance"].iloc[-1])]
    for name, text, value in zip((*_SUMMED, "balance"), stated, wanted, strict=True):
        if abs(number(text, place, name) - value) > _CENT:
            raise place.error(f"the {name} of the deals is {value:.2f}, their sum says {text}")
