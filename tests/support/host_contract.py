"""C++ that compiles only where the host's runtime gives what builtins/*.mqh declares."""

from __future__ import annotations

from codegen.host.library import library
from codegen.host.types import Formal, Signature, cpp_type


def contract() -> str:
    """Return assertions about every constant, structure, function and method."""
    world = library()
    lines = ['#include "mql5.h"', '#include "ctrade.h"', "#include <utility>"]
    for symbol in world.symbols.values():
        if symbol.kind == "constant":  # some are macros of C
            lines.append(f"static_assert({symbol.name} == {symbol.code});")
    for record in world.records.values():
        for field in record.fields.values():
            lines.append(_same(f"decltype({record.name}::{field.name})", cpp_type(field.type)))
        for methods in record.methods.values():
            owner = f"{_value(record.name, '&')}."
            lines += [_call(method, owner + method.name) for method in methods]
    for functions in world.functions.values():
        lines += [_call(function, function.code) for function in functions]
    return "\n".join([*lines, ""])


def _call(signature: Signature, code: str) -> str:
    given = [_argument(formal, signature) for formal in signature.parameters]
    result = "double" if signature.type in signature.generic else cpp_type(signature.type)
    return _same(f"decltype({code}({', '.join(given)}))", result)


def _argument(formal: Formal, signature: Signature) -> str:
    if formal.name == "...":
        return f"{_value('double')}, {_value('string')}, {_value('datetime')}"
    kind = "double" if formal.type in signature.generic else cpp_type(formal.type)
    kind = f"Array<{kind}>" if formal.rank else kind
    return _value(kind, "&" if formal.reference else "")


def _value(kind: str, mark: str = "") -> str:
    return f"std::declval<{kind}{mark}>()"


def _same(found: str, wanted: str) -> str:
    shown = found.replace('"', "'")
    return f'static_assert(std::is_same<{found}, {wanted}>::value, "{shown}");'
