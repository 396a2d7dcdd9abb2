"""SpreadsheetML, as MetaTrader's optimiser writes it: the first worksheet as rows of cells.

Document type declarations, and with them entities, are refused before anything is expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from dsl.errors import DataError
from mt5.text import Place, plain

_SHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_MOST_COLUMNS = 16_384  # of a worksheet


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a worksheet: its line in the file, texts and types ("Number") of its cells."""

    line: int
    texts: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A workbook's properties (Title, Server, Deposit) and the rows of its first worksheet."""

    properties: dict[str, str]
    rows: tuple[SheetRow, ...]


def read_sheet(content: bytes, path: str) -> Sheet:
    """Return what a SpreadsheetML file holds.

    Raises:
        DataError: It is no XML, no workbook, or declares a document type.
    """
    reader = _Reader(path)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise Place(path, problem.lineno).error(
            f"is no XML: {expat.ErrorString(problem.code)}, column {problem.offset + 1}",
            hint="the file is cut or damaged; save the results again",
        ) from None
    except (LookupError, ValueError) as problem:
        raise DataError(f"{path}: is no XML that can be read: {problem}") from None
    if reader.root != f"{_SHEET} Workbook":
        raise DataError(
            f"{path}: is no workbook of MetaTrader's optimiser",
            hint="in the tester: Optimization, right click, Export to XML",
        )
    return Sheet(reader.properties, tuple(reader.rows))


class _Reader:
    """Follows the elements of a workbook; `_path` are those that are open."""

    def __init__(self, path: str) -> None:
        self.root = ""
        self.properties: dict[str, str] = {}
        self.rows: list[SheetRow] = []
        self._file = path
        self._open: list[str] = []
        self._sheets = 0
        self._line = 0
        self._cells: list[tuple[str, str]] = []
        self._type = ""
        self._text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text_found

    def _refuse_document_type(self, *_: object) -> None:
        problem = "declares a document type, which MetaTrader never does"
        raise self._place().error(problem, hint="save the results again from the tester")

    def _place(self) -> Place:
        return Place(self._file, self.parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._open.append(name)
        self._text = []
        if name == f"{_SHEET} Worksheet":
            self._sheets += 1
        elif name == f"{_SHEET} Row":
            self._line, self._cells = self.parser.CurrentLineNumber, []
        elif name == f"{_SHEET} Cell":
            self._skip_to(attributes.get(f"{_SHEET} Index"))
            self._cells.append(("", ""))
        elif name == f"{_SHEET} Data":
            self._type = attributes.get(f"{_SHEET} Type", "String")

    def _skip_to(self, index: str | None) -> None:
        """Fill the cells that a sheet leaves out before one with a stated column."""
        if index is None:
            return
        column = int(index) if index.isascii() and index.isdigit() else 0
        if not len(self._cells) < column <= _MOST_COLUMNS:
            raise self._place().error(f"a cell with the column {index!r}")
        self._cells += [("", "")] * (column - 1 - len(self._cells))

    def _end(self, name: str) -> None:
        self._open.pop()
        text = plain("".join(self._text))
        if name == f"{_SHEET} Data" and self._cells:
            self._cells[-1] = (text, self._type)
        elif name == f"{_SHEET} Row" and self._sheets == 1:
            texts, types = zip(*self._cells, strict=True) if self._cells else ((), ())
            self.rows.append(SheetRow(self._line, tuple(texts), tuple(types)))
        elif self._open and self._open[-1] == f"{_OFFICE} DocumentProperties":
            self.properties[name.partition(" ")[2]] = text
        self._text = []

    def _text_found(self, text: str) -> None:
        self._text.append(text)
