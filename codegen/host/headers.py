"""The C++ header of MQL5's enumerations, colors and constants, written from builtins/*.mqh.

They are declared there alone: what an Expert Advisor is checked against is what the runtime
counts with.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from codegen.host.library import library
from codegen.host.types import cpp_type

NAME = "declared.h"
_HEAD = """\
// Enumerations, colors and constants of MQL5: written from builtins/*.mqh, not to be edited.
#pragma once
#include "types.h"
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
"""


@cache
def declared() -> str:
    """Return the header.

    Enumerations are of type int, so that a cast number outside them stays what it is and can be
    refused. Names that C has as macros of its own are left to it.
    """
    world = library()
    lines = [_HEAD]
    for enum, values in world.enums.items():
        lines.append(f"enum {enum} : int {{")
        lines += [f"    {name} = {value}," for name, value in values.items()]
        lines.append("};")
    return "\n".join([*lines, *_constants(), ""])


def _constants() -> Iterator[str]:
    world = library()
    for symbol in world.symbols.values():
        if symbol.kind == "constant" and symbol.type not in world.enums:
            yield f"#ifndef {symbol.name}"
            yield f"constexpr {cpp_type(symbol.type)} {symbol.name} = {symbol.code};"
            yield "#endif"
