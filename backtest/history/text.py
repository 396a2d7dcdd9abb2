"""Text of bars into columns of numbers, whatever its layout; every complaint names the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.history.checks import Rows
from backtest.history.content import text_bytes
from backtest.history.layout import ALLOWED, PRICES, Layout, find_layout
from backtest.history.scan import (
    BLANK,
    DAY_FIRST,
    DONE,
    MONTH_FIRST,
    NO_ZONE,
    READ_ALL,
    U8,
    count_lines,
    read_decimals,
    read_times,
    scan_rows,
)
from dsl.errors import DataError
from dsl.jit import F64

CHUNK = 65_536  # rows at a time
DATE_ORDERS = {"dmy": DAY_FIRST, "mdy": MONTH_FIRST}


@dataclass(frozen=True, slots=True)
class Table:
    """What a file of bars says. volume and spread: float64[n], None where it has no such column.

    zone: "UTC" where the file says so, else "". offsets: All times carried an offset from UTC that
    was not 0, and are UTC now. header: The first line named the columns.
    """

    rows: Rows
    volume: F64 | None
    spread: F64 | None
    zone: str = ""
    offsets: bool = False
    header: bool = True


def read_table(content: bytes, place: str, date_order: str = "") -> Table:
    """Return the columns of a text, or raise DataError with the line and the reason.

    Args:
        content: The file, unpacked.
        place: Its name, for messages.
        date_order: "dmy" or "mdy" of dates that do not begin with the year; "": seen from them.
    """
    text = text_bytes(content, place)
    layout = find_layout(text, place)
    reader = _Reader(np.frombuffer(text, np.uint8), layout, place)
    order, guessed = DATE_ORDERS.get(date_order, DAY_FIRST), not date_order
    try:
        reader.read(order)
        other = None
    except _NoTime as failed:
        if not guessed:
            raise failed.error from None
        order, other = MONTH_FIRST, failed
    if other is not None:
        try:
            reader.read(order)
        except _NoTime as failed:
            raise (other if other.row >= failed.row else failed).error from None
    elif guessed and reader.order_matters():
        reader.settle_order()
    return reader.table()


class _NoTime(Exception):
    """The first row whose time cannot be read, and the error it makes."""

    def __init__(self, row: int, error: DataError) -> None:
        super().__init__(str(error))
        self.row = row
        self.error = error


class _Reader:
    """Reads the rows of one text, chunk by chunk; holds the columns while they fill."""

    def __init__(self, data: U8, layout: Layout, place: str) -> None:
        self.data, self.layout, self.place = data, layout, place
        self.names = tuple(n for n in (*PRICES, "volume", "spread") if n in layout.columns)
        wanted = ("time", "last_time", *self.names)
        # Two names may mean one field (a date and time in one column): it is found once.
        fields = sorted({layout.columns[name] for name in wanted})
        self.slots = np.full(layout.fields, -1, np.int64)
        self.slots[fields] = np.arange(len(fields))
        self.slot = {name: int(self.slots[layout.columns[name]]) for name in wanted}
        self.starts = np.zeros((CHUNK, len(fields)), np.int64)
        self.ends = np.zeros((CHUNK, len(fields)), np.int64)
        most = count_lines(data)
        self.time, self.zones = np.zeros(most, np.int64), np.zeros(most, np.int64)
        self.columns = {name: np.zeros(most, np.float64) for name in self.names}
        self.count = 0

    def read(self, order: int) -> None:
        """Fill the columns, or raise the error of the first row that cannot be read."""
        self.count, at = 0, self._first_byte()
        while at < self.data.size:
            rows, at, code, saw = scan_rows(
                self.data,
                at,
                ord(self.layout.separator),
                self.layout.fields,
                self.slots,
                self.starts,
                self.ends,
            )
            self._times(rows, order)
            for name in self.names:
                self._numbers(rows, name)
            self.count += rows
            if code != DONE:
                raise self._wrong_width(code, saw, at)
        if self.count == 0:
            raise DataError(f"{self.place}: holds a header and no bars", hint=ALLOWED)

    def order_matters(self) -> bool:
        """Tell whether the dates read could also be read the other way round."""
        first = self.data[self._first_byte() :][:5].tobytes()
        return not first.strip()[:4].isdigit()

    def settle_order(self) -> None:
        """Read dates month first where that makes the bars lie closer together.

        Only dates up to the 12th of a month leave a choice.

        Raises:
            DataError: Both readings are as good.
        """
        day_first, span = self.time[: self.count].copy(), int(np.ptp(self.time[: self.count]))
        try:
            self.read(MONTH_FIRST)
        except _NoTime:
            self.time[: self.count] = 0
            self.read(DAY_FIRST)
            return
        other = int(np.ptp(self.time[: self.count]))
        if span == other and not np.array_equal(day_first, self.time[: self.count]):
            raise DataError(
                f"{self.place}: its dates may be day first or month first",
                hint="say which: --date-order dmy, or mdy",
            )
        if span < other:
            self.read(DAY_FIRST)

    def table(self) -> Table:
        """Return what was read."""
        time, zones = self.time[: self.count], self.zones[: self.count]
        line = self.layout.first_line
        odd = (zones == NO_ZONE) != (zones[0] == NO_ZONE)
        if odd.any():
            row = int(np.argmax(odd))
            raise DataError(
                f"{self.place}:{line + row}: the other times state an offset from UTC, or this one"
            )
        stated = zones[0] != NO_ZONE
        columns = {name: column[: self.count] for name, column in self.columns.items()}
        prices = {name: columns[name] for name in PRICES}
        return Table(
            Rows(self.place, line, time, prices),
            columns.get("volume"),
            columns.get("spread"),
            "UTC" if stated or self.layout.names_utc else "",
            bool(stated and (zones != 0).any()),
            self.layout.header,
        )

    def _first_byte(self) -> int:
        if not self.layout.header:
            return 0
        newline = np.flatnonzero(self.data[: 2**20] == ord("\n"))
        return int(newline[0]) + 1 if newline.size else self.data.size

    def _times(self, rows: int, order: int) -> None:
        starts = self.starts[:rows, self.slot["time"]]
        ends = self.ends[:rows, self.slot["last_time"]]
        out = slice(self.count, self.count + rows)
        failed = read_times(self.data, starts, ends, order, self.time[out], self.zones[out])
        if failed == READ_ALL:
            return
        shown = self._text(starts[failed], ends[failed]).replace(self.layout.separator, " ")
        what = f"time '{shown}'" if shown else "the time is missing"
        error = self._fail(failed, rows, f"{what}; wanted like 2017-01-31 22:00")
        raise _NoTime(self.count + failed, error)

    def _numbers(self, rows: int, name: str) -> None:
        starts, ends = (part[:rows, self.slot[name]] for part in (self.starts, self.ends))
        out = self.columns[name][self.count : self.count + rows]
        mark = ord("," if self.layout.comma_decimals else ".")
        first = 0
        while first < rows:
            failed = read_decimals(self.data, starts[first:], ends[first:], mark, out[first:])
            if failed == READ_ALL:
                return
            row = first + failed
            shown = self._text(starts[row], ends[row])
            if shown or name != "spread":
                missing = not shown or shown.lower() in {"nan", "null", "na"}
                what = f"{name} is missing" if missing else f"{name} is '{shown}'"
                raise self._fail(row, rows, f"{what}; a number is wanted")
            out[row], first = 0.0, row + 1  # an empty spread is an unknown one

    def _text(self, start: int, end: int) -> str:
        return self.data[start:end][:60].tobytes().decode(errors="replace").strip()

    def _fail(self, row: int, rows: int, message: str) -> DataError:
        at_end = row == rows - 1 and self.ends[row].max() >= self.data.size - 2
        line = self.layout.first_line + self.count + row
        hint = "the file may be cut short here" if at_end else ""
        return DataError(f"{self.place}:{line}: {message}", hint=hint)

    def _wrong_width(self, code: int, saw: int, at: int) -> DataError:
        line = self.layout.first_line + self.count
        if code == BLANK:
            return DataError(f"{self.place}:{line}: the time is missing; the line is empty")
        rest = self.data[at : at + 4096].tobytes().rstrip()
        last = at + 4096 >= self.data.size and b"\n" not in rest
        source = "the header names" if self.layout.header else "the first row has"
        return DataError(
            f"{self.place}:{line}: {saw} values, {source} {self.layout.fields}",
            hint="the file may be cut short here" if last else "",
        )
