"""Typed C++ expressions and the conversions between them that MQL5 makes without a warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from codegen.host.scope import Refused, Symbol, World
from codegen.host.types import cpp_type, fits, is_integer, is_number, loss

Unset: TypeAlias = frozenset[tuple[Symbol, str]]
Place: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Value:
    """An expression: its type, its C++, and what is known of it.

    Attributes:
        dimensions: Of an array; () for a scalar.
        lvalue: It can be assigned to, unless `const`.
        number: Its value where it is a constant number.
        when: Which locals have no value yet where it is true, and where it is false.
        key: The local variable, or field of one, whose value this is.
        row: Code of the array and of the first index, of a row of a two-dimensional array.
        text: What stands between the quotes of a constant text.
    """

    type: str
    code: str
    dimensions: tuple[int | None, ...] = ()
    lvalue: bool = False
    const: bool = False
    number: int | float | None = None
    when: tuple[Unset, Unset] | None = None
    key: tuple[Symbol, str] | None = None
    row: tuple[str, str] | None = None
    text: str | None = None

    def __str__(self) -> str:
        return f"{self.type}{'[]' * len(self.dimensions)}"


def convert(world: World, value: Value, target: str, at: Place, role: str = "a value") -> str:
    """Return the C++ of a value as another type, refused where MQL5 warns or fails."""
    if value.dimensions:
        raise Refused(at, f"{role} of type {target} is wanted, found an array of {value.type}")
    if value.type == target:
        return value.code
    if value.type == "NULL" and target == "string":
        return "string()"
    if value.type in world.records or target in world.records:
        if target in world.records and target in _bases(world, value.type):
            return value.code
        raise Refused(at, f"{role} of type {target} is wanted, found {value.type}")
    if "void" in (value.type, target):
        raise Refused(at, f"{role} of type {target} is wanted, found {value.type}")
    if "string" in (value.type, target) or "NULL" in (value.type, target):
        hint = "IntegerToString, DoubleToString, StringToDouble and their like convert"
        message = f"{role} of type {target} is wanted, found {value.type}"
        raise Refused(at, f"implicit conversion: {message}", hint)
    _check_numbers(world, value, target, at, role)
    return f"static_cast<{cpp_type(target)}>({value.code})"


def _bases(world: World, name: str) -> tuple[str, ...]:
    return world.records[name].bases if name in world.records else ()


def _check_numbers(world: World, value: Value, target: str, at: Place, role: str) -> None:
    if target in world.enums:
        if target == "ENUM_TIMEFRAMES" and value.type == "int" and value.number == 0:
            return  # PERIOD_CURRENT, as MetaQuotes' own sources write it
        found = value.type if value.type in world.enums else f"{value.type}, not an enumeration"
        raise Refused(
            at, f"{role} of {target} is wanted, found {found}", f"write ({target}) before it"
        )
    source = "int" if value.type in world.enums else value.type
    if constant_fits(value, target):
        return
    problem = loss(source, target)
    if problem:
        raise Refused(
            at,
            f"{problem}: {role} of type {target} is wanted, found {value.type}",
            f"write ({target}) before it where that is meant",
        )


def constant_fits(value: Value, target: str) -> bool:
    """Tell whether a constant number is held by a type without a change."""
    if isinstance(value.number, int) and not isinstance(value.number, bool):
        if is_integer(target):
            return fits(value.number, target)
        if target == "bool":
            return value.number in (0, 1)
        return target in ("float", "double") and int(float(value.number)) == value.number
    return isinstance(value.number, float) and target == "float"


def condition(world: World, value: Value, at: Place) -> str:
    """Return the C++ of a value as a truth value."""
    if value.type == "bool" and not value.dimensions:
        return value.code
    if not value.dimensions and (is_integer(value.type) or value.type in world.enums):
        return f"({value.code} != 0)"
    raise Refused(at, f"a condition is wanted, found {value}", "compare it with something")


def cast(world: World, value: Value, target: str, at: Place) -> Value:
    """Return an explicit cast."""
    number_like = is_number(value.type) or value.type in world.enums
    if value.type == target and not value.dimensions:
        return Value(target, value.code, number=value.number)
    if not value.dimensions and "string" in (value.type, target):
        return _cast_text(value, target, at, number_like=number_like)
    if value.dimensions or not number_like or not (is_number(target) or target in world.enums):
        raise Refused(at, f"{value} cannot be cast to {target}")
    if target == "bool":
        return Value(target, f"({value.code} != 0)")
    if value.type in ("double", "float") and target not in ("double", "float"):
        inner = "int" if target in world.enums else target
        code = f"host::truncated<{cpp_type(inner)}>({value.code})"
        return Value(target, code if inner == target else f"static_cast<{target}>({code})")
    number = value.number
    if number is not None and is_integer(target):
        number = int(number) if fits(int(number), target) else None
    elif number is not None:
        number = float(number) if target in ("double", "float") else None
    return Value(target, f"static_cast<{cpp_type(target)}>({value.code})", number=number)


def _cast_text(value: Value, target: str, at: Place, *, number_like: bool) -> Value:
    """Return a number as text, or the number that a text begins with."""
    if target == "string" and number_like:
        small = not is_number(value.type) or value.type in ("char", "uchar", "short", "ushort")
        code = f"static_cast<int>({value.code})" if small else value.code
        return Value(target, f"host::text_of({code})")
    if target == "datetime":
        return Value(target, f"::StringToTime({value.code})")
    if target in ("double", "float"):
        return Value(target, f"static_cast<{target}>(::StringToDouble({value.code}))")
    if value.type == "string" and is_integer(target) and target != "color":
        code = f"static_cast<{cpp_type(target)}>(::StringToInteger({value.code}))"
        return Value(target, code)
    raise Refused(at, f"{value} cannot be cast to {target}")
