"""The tables of an HTML page as rows of cells, each with line and column; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from mt5.text import plain

_LARGEST_SPAN = 1000  # columns; no report has so many


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and the column where it begins, counted with the spans before it."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `line` is where it begins in the file."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the texts of its cells, those without text left out."""
        return tuple(cell.text for cell in self.cells if cell.text)


def rows(page: str) -> tuple[Row, ...]:
    """Return all rows of all tables of a page, in order."""
    reader = _Tables()
    reader.feed(page)
    reader.close()
    reader.end_row()
    return tuple(reader.rows)


class _Tables(HTMLParser):
    """Collects rows; a new row or cell ends the one before, closed or not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self._line = 0
        self._cells: list[Cell] | None = None
        self._text: list[str] | None = None
        self._column = 0
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        if tag == "tr":
            self.end_row()
            self._line, self._cells, self._column = self.getpos()[0], [], 0
        elif tag in {"td", "th"} and self._cells is not None:
            self._end_cell()
            self._text, self._span = [], _span(dict(attrs).get("colspan"))
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a row or a cell."""
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self.end_row()

    def handle_data(self, data: str) -> None:
        """Add text to the cell it stands in."""
        if self._text is not None:
            self._text.append(data)

    def end_row(self) -> None:
        """Keep the row that is open."""
        self._end_cell()
        if self._cells is not None:
            self.rows.append(Row(self._line, tuple(self._cells)))
            self._cells = None

    def _end_cell(self) -> None:
        if self._text is not None and self._cells is not None:
            self._cells.append(Cell(plain("".join(self._text)), self._column))
            self._column += self._span
        self._text = None


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return min(int(digits), _LARGEST_SPAN) if digits.isascii() and digits.isdigit() else 1
