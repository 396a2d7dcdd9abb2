"""Formats of PrintFormat and StringFormat that are known when the program is translated."""

from __future__ import annotations

import re

from codegen.host.calls import Argument
from codegen.host.scope import Refused, World
from codegen.host.types import REALS, is_integer
from codegen.host.values import Place, Value

FORMATTING = frozenset({"PrintFormat", "StringFormat"})
_DIRECTIVE = re.compile(r"%(?P<flags>[-+ #0-9.]*)(?P<size>I64|ll|l|h)?(?P<letter>.)?", re.DOTALL)
_WIDE = frozenset({"long", "ulong", "datetime"})


def check_format(world: World, name: str, arguments: list[Argument], at: Place) -> None:
    """Refuse a constant format whose directives do not take the values that follow it."""
    if name not in FORMATTING or not arguments or arguments[0].value.text is None:
        return
    found = _DIRECTIVE.finditer(arguments[0].value.text)
    directives = [m for m in found if m[0] != "%%"]
    for directive in directives:
        if directive["letter"] is None:
            raise Refused(at, f"format of {name} ends in the middle of a directive")
        if directive["letter"] not in "diuxXofFeEgGaAsc":
            raise Refused(at, f"directive {directive[0]} of {name} is unknown")
    values = arguments[1:]
    if len(directives) != len(values):
        count = f"{len(directives)} value{'s are' if len(directives) != 1 else ' is'} wanted"
        raise Refused(at, f"by the format of {name} {count}, found {len(values)}")
    for directive, argument in zip(directives, values, strict=True):
        problem = _problem(world, directive, argument.value)
        if problem:
            raise Refused(argument.at, f"for {directive[0]} {problem}, found {argument.value}")


def _problem(world: World, directive: re.Match[str], value: Value) -> str:
    letter, size = directive["letter"], directive["size"]
    if letter == "s":
        return "" if value.type == "string" else "a string is wanted"
    if letter in "fFeEgGaA":
        return "" if value.type in REALS else "a double is wanted"
    if not (is_integer(value.type) or value.type == "bool" or value.type in world.enums):
        return "a whole number is wanted"
    if value.type in _WIDE and letter != "c" and size not in ("I64", "ll"):
        return f"a 64-bit value needs %I64{letter}"
    return ""
