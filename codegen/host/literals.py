"""Literals of MQL5 as typed C++."""

from __future__ import annotations

import calendar
import math
import re
import struct
import time
from collections.abc import Callable

from codegen.host import syntax
from codegen.host.scope import Refused
from codegen.host.types import fits
from codegen.host.values import Value

_DATE_FORMS = ("%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y.%m.%d %H")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "\\": 92, "'": 39, '"': 34}
_KNOWN_ESCAPE = re.compile(r'\\([ntr\\"\']|x[0-9A-Fa-f]{1,4})')


def literal(node: syntax.Literal) -> Value:
    """Translate a literal; refused where MQL5 has another meaning for it than it seems."""
    return _READERS[node.kind](node)


def _integer(node: syntax.Literal) -> Value:
    text = node.text
    if len(text) > 1 and text[0] == "0" and text[1] not in "xX":
        hint = "MQL5 has no octal numbers; leave the zero out"
        raise Refused((node.line, node.column), f"number {text} begins with 0", hint)
    number = int(text, 0)
    if fits(number, "int"):
        return Value("int", str(number), number=number)
    if fits(number, "long"):
        return Value("long", f"mql_long({number}LL)", number=number)
    if fits(number, "ulong"):
        return Value("ulong", f"ulong({number}ULL)", number=number)
    raise Refused((node.line, node.column), f"number {text} does not fit into 64 bits")


def _real(node: syntax.Literal) -> Value:
    text = node.text.rstrip("fF")
    kind = "double" if text == node.text else "float"
    number = float(text)
    if math.isinf(number) or (kind == "float" and _overflows_float(number)):
        raise Refused((node.line, node.column), f"number {node.text} does not fit into a {kind}")
    return Value(kind, node.text, number=number)


def _overflows_float(number: float) -> bool:
    try:
        struct.pack("<f", number)
    except OverflowError:
        return True
    return False


def _date(node: syntax.Literal) -> Value:
    inner = node.text[2:-1].strip()
    for form in _DATE_FORMS:
        try:
            seconds = calendar.timegm(time.strptime(inner, form))
        except ValueError:
            continue
        return Value("datetime", f"datetime({seconds}LL)", number=seconds)
    hint = "the form is D'2024.12.31 23:59:59', seconds and hours may be left out"
    raise Refused((node.line, node.column), f"{node.text} is not a date", hint)


def _color(node: syntax.Literal) -> Value:
    parts = [part.strip() for part in node.text[2:-1].split(",")]
    try:
        red, green, blue = (int(part, 0) for part in parts)
    except ValueError:
        red = -1
        green = blue = 0
    if not all(0 <= part <= 255 for part in (red, green, blue)):
        hint = "the form is C'255,128,0': red, green, blue"
        raise Refused((node.line, node.column), f"{node.text} is not a colour", hint)
    number = red | green << 8 | blue << 16
    return Value("color", f"color({number})", number=number)


def _char(node: syntax.Literal) -> Value:
    inner = node.text[1:-1]
    if inner[0] != "\\":
        code = ord(inner)
    elif inner[1] in "xX":
        code = int(inner[2:], 16)
    elif inner[1:] in _ESCAPES:
        code = _ESCAPES[inner[1:]]
    else:
        raise Refused((node.line, node.column), f"{node.text} is not a known character")
    return Value("ushort", f"ushort({code})", number=code)


def _string(node: syntax.Literal) -> Value:
    inner = node.text[1:-1]
    rest = _KNOWN_ESCAPE.sub("", inner)
    if "\\" in rest:
        hint = r"known are \n \t \r \\ \" \' and \x with hexadecimal digits"
        raise Refused((node.line, node.column), "unknown escape sequence in the text", hint)
    split = re.sub(r"(\\x[0-9A-Fa-f]{1,4})", r'\1""', inner)
    return Value("string", f'string("{split}")', text=inner)


_READERS: dict[str, Callable[[syntax.Literal], Value]] = {
    "INTEGER": _integer,
    "REAL": _real,
    "DATE": _date,
    "COLOR": _color,
    "CHAR": _char,
    "STRING": _string,
    "TRUE": lambda node: Value("bool", "true"),
    "FALSE": lambda node: Value("bool", "false"),
    "NULL": lambda node: Value("NULL", "NULL"),
}
