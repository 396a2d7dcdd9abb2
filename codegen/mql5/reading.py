"""Emitted EAs back into strategies: the header's text, with the values that the inputs have now.

Only what genfx wrote is read: the strategy stands in the header, and a checksum tells whether the
code below still is what belongs to it. What changed code does is not found out here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from codegen.mql5.changes import BESIDE_STRATEGY, Change, with_ea_values
from codegen.mql5.checksum import checksum, input_line, stated
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import STRATEGY_FOLLOWS, EmitFacts
from codegen.mql5.inputs import (
    MAGIC,
    SHIFT,
    EaInput,
    ea_inputs,
    look_names,
)
from codegen.plan import build_plan
from dsl.errors import CodegenError, GenfxError, did_you_mean
from dsl.looks import color_of_number, color_text
from dsl.params import ParamValue
from dsl.strategy import Strategy
from dsl.text.lower import parse
from dsl.timeframes import TIMEFRAMES

_PREFIX = "//|"
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{4}|.)")
_COLOR = re.compile(r"C'(\d{1,3}),(\d{1,3}),(\d{1,3})'")
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Edit:
    """An input whose value is no longer the one that was emitted; both as text."""

    name: str
    line: int
    emitted: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadExpert:
    """What the source of an emitted EA says.

    strategy: The header's, with the values that the inputs have now. emitted: As it was written.
    edits: Inputs with other values. changed: What else is not as genfx wrote it, "" if nothing.
    magic, server_shift, comment: The inputs that belong to no strategy.
    """

    strategy: Strategy
    emitted: Strategy
    edits: tuple[Edit, ...]
    changed: str
    magic: int
    server_shift: int
    comment: str


@dataclass(frozen=True, slots=True)
class Declared:
    """An input as the text of an EA declares it."""

    line: int
    type: str
    text: str


def decoded_source(content: bytes, path: str) -> str:
    """Return the text of a source file: UTF-8, or UTF-16 as MetaEditor may save it.

    Raises:
        CodegenError: It is neither.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise CodegenError(
            f"{path}: is no {problem.encoding} text, byte {problem.start}",
            hint="save it in MetaEditor as UTF-8",
        ) from None
    return text.replace("\r\n", "\n")


def read_expert(source: str, path: str = "") -> ReadExpert:
    """Return what the source of an EA that genfx emitted says.

    Raises:
        CodegenError: It is not genfx's, an input is missing, unknown or has no usable value.
        DslErrors: The strategy in its header is no strategy.
    """
    path = path or "expert"
    emitted = parse(_strategy_text(source, path), path)
    plan = build_plan(emitted)
    wanted = ea_inputs(plan, emitted.expert.type, EmitFacts())
    declared = declared_inputs(source, path)
    same_names(wanted, declared, path)
    values = {entry.name: read_value(entry, declared[entry.name], path) for entry in wanted}
    changes, edits = [], []
    for entry in wanted:
        place, value = declared[entry.name], values[entry.name]
        if entry.name not in BESIDE_STRATEGY and value != entry.value:
            changes.append(Change(entry, value, f"{path}:{place.line}"))
            edits.append(Edit(entry.name, place.line, entry.literal, place.text))
    return ReadExpert(
        strategy=with_ea_values(emitted, changes),
        emitted=emitted,
        edits=tuple(edits),
        changed=changed_text(source, lambda facts: emit_mql5(emitted, facts)),
        magic=int(values[MAGIC]),
        server_shift=int(values[SHIFT]),
        comment=str(values[look_names(plan)["trade_comment"]]),
    )


def _strategy_text(source: str, path: str) -> str:
    """Return the strategy of the header, on the lines where it stands."""
    texts = header_texts(source, lambda line: line == STRATEGY_FOLLOWS)
    if len(texts) != 1:
        found = "several strategies" if texts else "no strategy of genfx"
        raise CodegenError(
            f"{path}: holds {found} in its header",
            hint="a strategy can be read from an Expert Advisor that genfx emitted for it",
        )
    return texts[0]


def header_texts(source: str, announces: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the texts of the header that follow such lines, each on the lines where it stands."""
    inside = [line.rstrip().removeprefix(_PREFIX) for line in _header_lines(source)]
    starts = [row for row, line in enumerate(inside, 1) if announces(line.strip())]
    ends = [*(start - 1 for start in starts[1:]), len(inside)]
    return tuple(
        "\n" * start + "\n".join(inside[start:end])
        for start, end in zip(starts, ends, strict=False)
    )


def _header_lines(source: str) -> list[str]:
    """Return the lines of the comment that begins the file, its last line left out."""
    lines = source.split("\n")
    end = next((i for i, line in enumerate(lines) if i and not line.startswith(_PREFIX)), 0)
    return lines[:end]


def declared_inputs(source: str, path: str) -> dict[str, Declared]:
    """Return the inputs that the text of an EA declares, by name."""
    found: dict[str, Declared] = {}
    for number, line in enumerate(source.split("\n"), 1):
        match = input_line(line)
        if match is None:
            continue
        if match["name"] in found:
            raise CodegenError(f"{path}:{number}: the input {match['name']} is declared twice")
        found[match["name"]] = Declared(number, match["type"], match["value"].strip())
    return found


def same_names(wanted: Sequence[EaInput], found: Mapping[str, Declared], path: str) -> None:
    """Refuse a text that lacks inputs or has others."""
    names = [entry.name for entry in wanted]
    for name in names:
        if name not in found:
            hint = did_you_mean(name, found.keys() - set(names))
            raise CodegenError(f"{path}: the input {name} of its strategy is missing", hint=hint)
    for name, place in found.items():
        if name not in names:
            raise CodegenError(
                f"{path}:{place.line}: the input {name} is none of its strategy",
                hint=did_you_mean(name, names),
            )


def read_value(entry: EaInput, found: Declared, path: str) -> ParamValue:
    """Return the value that an input has in the text, in the type that it must have."""
    place = f"{path}:{found.line}: {entry.name}"
    if found.type != entry.type:
        raise CodegenError(f"{place} is {found.type}; its strategy wants {entry.type}")
    try:
        match entry.type:
            case "string":
                return _unquoted(found.text)
            case "color":
                return _color(found.text)
            case "bool" if found.text in {"true", "false"}:
                return int(found.text == "true")
            case "double" if _NUMBER.fullmatch(found.text):
                return float(found.text)
            case _ if _WHOLE.fullmatch(found.text):
                return int(found.text)
            case _:
                raise ValueError(found.text)
    except ValueError:
        raise CodegenError(
            f"{place} = {found.text} cannot be read", hint=f"a plain {entry.type} is wanted"
        ) from None


def _unquoted(text: str) -> str:
    if len(text) < 2 or not text.startswith('"'):
        raise ValueError(text)
    plain = _ESCAPE.sub(_character, text[1:-1])
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _color(text: str) -> str:
    """Return a colour that is written as C'r,g,b' or as a number."""
    parts = _COLOR.fullmatch(text)
    try:
        if parts is None:
            return color_of_number(int(text, 0))
        return color_text(*(int(part) for part in parts.groups()))
    except GenfxError as error:
        raise ValueError(error.message) from None


def _character(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _PLAIN.get(code, code)


def changed_text(source: str, emission: Callable[[EmitFacts], str]) -> str:
    """Return what of an EA is not as genfx wrote it, "" if all is.

    Args:
        source: The text.
        emission: Emits the EA anew; used to find the line.
    """
    found = stated(source)
    if found == checksum(source):
        return ""
    where = _first_difference(source, emission)
    return f"{where or 'the text'} is not as genfx wrote it" + ("" if found else "; no checksum")


def _first_difference(source: str, emission: Callable[[EmitFacts], str]) -> str:
    """Return the first line of the code that differs from an emission now, "" where none does.

    The header and OnTester say more than the strategy does and are left out.
    """
    facts = EmitFacts(timeframe=TIMEFRAMES.get(_stated_timeframe(source), 0))
    ours, theirs = (_code_lines(text) for text in (emission(facts), source))
    for (_, wanted), (number, line) in zip(ours, theirs, strict=False):
        if wanted != line:
            return f"line {number}: {line or '(empty)'!r}, where {wanted!r} is expected,"
    return ""


def _stated_timeframe(source: str) -> str:
    found = re.search(r"^//\| Timeframe +(\w+)", source, re.MULTILINE)
    return found[1] if found else ""


def _code_lines(text: str) -> list[tuple[int, str]]:
    """Return number and text of the lines that the strategy alone decides."""
    rows = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1)]
    own = [
        (number, line)
        for number, line in rows
        if line and not line.startswith(("//", "#property")) and input_line(line) is None
    ]
    end = next((i for i, (_, line) in enumerate(own) if "OnTester(" in line), len(own))
    return own[:end]
