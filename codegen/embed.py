"""Kernels as plain Python source: their own text without the decorator, and all that they call."""

from __future__ import annotations

import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from dsl.errors import CodegenError

_MODULES = frozenset({"numpy", "math"})  # imported by the template as np and math


def embedded(functions: Mapping[str, Callable[..., Any]], reserved: Iterable[str]) -> list[str]:
    """Return the constants and functions that these functions need, and themselves, as source.

    Args:
        functions: By the name each shall have.
        reserved: Names that helpers must not take.
    Raises:
        CodegenError: A function uses something that has no source form.
    """
    names = {plain(function): name for name, function in functions.items()}
    taken = {*names.values(), *reserved}
    constants: dict[str, str] = {}
    sources: dict[FunctionType, str] = {}
    waiting = list(reversed(names))
    while waiting:
        function = waiting.pop()
        if function in sources:
            continue
        renamed = {function.__name__: names[function]}
        for used in _globals_used(function):
            value = function.__globals__[used]
            if isinstance(value, ModuleType) and value.__name__ in _MODULES:
                continue
            if callable(value):
                helper = plain(value)
                if helper not in names:
                    names[helper] = _free(helper.__name__, taken)
                waiting.append(helper)
                renamed[used] = names[helper]
            elif isinstance(value, bool | int | float | str | tuple):
                same = constants.get(used) == f"{used} = {value!r}"
                renamed[used] = used if same else _free(used, taken)
                constants[renamed[used]] = f"{renamed[used]} = {value!r}"
            else:
                raise CodegenError(f"kernel {function.__name__} uses {used}, which has no source")
        sources[function] = _renamed(_undecorated(function), renamed)
    head = ["\n".join(constants.values())] if constants else []
    return head + list(sources.values())


def plain(function: Callable[..., Any]) -> FunctionType:
    """Return the Python function of a kernel."""
    found = getattr(function, "py_func", function)
    if not isinstance(found, FunctionType):
        raise CodegenError(f"{function!r} has no source")
    return found


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def _globals_used(function: FunctionType) -> list[str]:
    """Return the names of its module that a function uses, in order of first use."""
    names: dict[str, None] = {}
    codes: list[CodeType] = [function.__code__]
    while codes:
        code = codes.pop()
        names.update(dict.fromkeys(code.co_names))
        codes.extend(c for c in code.co_consts if isinstance(c, CodeType))
    return [name for name in names if name in function.__globals__]


def _undecorated(function: FunctionType) -> str:
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[first:]).rstrip()


def _renamed(source: str, names: Mapping[str, str]) -> str:
    """Return the source with these names changed; attributes of the same name stay."""
    changes = {old: new for old, new in names.items() if old != new}
    if not changes:
        return source
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for before, token in reversed(list(zip([None, *tokens], tokens, strict=False))):
        is_attribute = before is not None and before.string == "."
        if token.type == tokenize.NAME and token.string in changes and not is_attribute:
            row, start = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:start] + changes[token.string] + line[token.end[1] :]
    return "".join(lines)
