"""MetaTrader's .set files as tables that write back to the same bytes.

Any .set is read: UTF-16 with a byte order mark, UTF-8, or one byte a character; the rows of
MetaTrader 5 (`Name=value||start||step||stop||Y`), plain ones, MetaTrader 4's (`Name,F=1`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from codegen.mql5.changes import BESIDE_STRATEGY, Change, with_ea_values
from codegen.mql5.facts import EmitFacts
from codegen.mql5.inputs import MAGIC, EaInput, ea_inputs
from codegen.plan import build_plan
from dsl.errors import DataError, ParamOutOfRange, UnknownName, did_you_mean
from dsl.looks import color_of_number
from dsl.params import ParamValue
from dsl.strategy import Strategy

# Byte order mark and encoding, the longest mark first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SEPARATOR = "||"
_FLAGS = {"Y": True, "N": False}
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SetRow:
    """One line of a .set file; comments and empty lines have no name.

    text, end: The line as it is written, and what ends it. key: What MetaTrader 4 says of an input:
    F, 1, 2, 3 (optimise, start, step, stop). start, step, stop: "" where the line has none.
    """

    text: str
    end: str
    name: str = ""
    key: str = ""
    value: str = ""
    start: str = ""
    step: str = ""
    stop: str = ""
    optimised: bool = False


@dataclass(frozen=True, slots=True)
class SetTable:
    """A .set file: its rows, and how its text became bytes."""

    rows: tuple[SetRow, ...]
    encoding: str
    mark: bytes = b""

    @property
    def values(self) -> dict[str, str]:
        """Return the value of each input, as text."""
        return {row.name: row.value for row in self.rows if row.name and not row.key}

    def to_bytes(self) -> bytes:
        """Return the file, byte for byte as it was read."""
        text = "".join(row.text + row.end for row in self.rows)
        return self.mark + text.encode(self.encoding)


def parse_set(content: bytes, path: str = "") -> SetTable:
    """Return the table of a .set file.

    Raises:
        DataError: The bytes are no text, or a line is no row.
    """
    path = path or ".set"
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", "utf-8"))
    body = content.removeprefix(mark)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as problem:
        if mark:
            raise DataError(f"{path}: byte {problem.start} is no {encoding} text") from None
        encoding = "latin-1"  # any byte is a character, and becomes the same byte again
        text = body.decode(encoding)
    if "\0" in text:
        raise DataError(f"{path}: holds zero bytes", hint="UTF-16 begins with a byte order mark")
    found = _LINE.findall(text)
    lines = [(line, end) for line, end in found if line or end]
    rows = tuple(_row(line, end, f"{path}:{n}") for n, (line, end) in enumerate(lines, 1))
    return SetTable(rows, encoding, mark)


def _row(line: str, end: str, place: str) -> SetRow:
    if not line.strip() or line.lstrip().startswith(";"):
        return SetRow(line, end)
    head, equals, rest = line.partition("=")
    name, _, key = head.strip().partition(",")
    if not equals or not name:
        raise DataError(f"{place}: '{line.strip()}' is no row", hint="rows are Name=value")
    fields = rest.split(_SEPARATOR)
    if len(fields) == 5 and fields[4].strip() in _FLAGS:
        flag = _FLAGS[fields[4].strip()]
        value, start, step, stop = fields[:4]
        return SetRow(line, end, name, key, value, start, step, stop, flag)
    return SetRow(line, end, name, key, rest)


@dataclass(frozen=True, slots=True)
class AppliedSet:
    """A strategy with the values of a .set, and what of the file belongs to no strategy.

    beside: Inputs of the EA alone whose values are not the usual ones, and its magic number: the
    usual one follows from the strategy, and so from the other values.
    """

    strategy: Strategy
    beside: Mapping[str, ParamValue]


def apply_set(strategy: Strategy, table: SetTable, path: str = "") -> AppliedSet:
    """Return the strategy with the values that a .set gives to the inputs of its EA.

    Raises:
        UnknownName: The EA has no such input.
        ParamOutOfRange: A value is none of the input's type.
        CodegenError: The strategy cannot have that value.
    """
    path = path or ".set"
    plan = build_plan(strategy)
    inputs = {entry.name: entry for entry in ea_inputs(plan, strategy.expert.type, EmitFacts())}
    beside: dict[str, ParamValue] = {}
    changes: list[Change] = []
    for number, row in enumerate(table.rows, 1):
        if not row.name:
            continue
        place = f"{path}:{number}"
        if row.name not in inputs:
            hint = did_you_mean(row.name, inputs) or f"its inputs are {', '.join(inputs)}"
            raise UnknownName(f"{place}: the EA has no input '{row.name}'", hint=hint)
        if row.key:
            continue
        entry = inputs[row.name]
        value = _value(entry, row.value, place)
        if value == entry.value and row.name != MAGIC:
            continue
        if row.name in BESIDE_STRATEGY:
            beside[row.name] = value
        else:
            changes.append(Change(entry, value, place))
    return AppliedSet(with_ea_values(strategy, changes), beside)


def _value(entry: EaInput, text: str, place: str) -> ParamValue:
    shown = text.strip()
    try:
        match entry.type:
            case "string":
                return text
            case "bool" if shown.lower() in {"true", "false", "0", "1"}:
                return int(shown.lower() in {"true", "1"})
            case "color" if _WHOLE.fullmatch(shown):
                return color_of_number(int(shown))
            case "int" | "long" if _WHOLE.fullmatch(shown):
                return int(shown)
            case "double" if _NUMBER.fullmatch(shown):
                return float(shown.replace(",", "."))
            case _:
                raise ParamOutOfRange(f"no {entry.type}")
    except ParamOutOfRange:
        raise ParamOutOfRange(
            f"{place}: {entry.name}={shown} cannot be read", hint=f"a plain {entry.type} is wanted"
        ) from None
