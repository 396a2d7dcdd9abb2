"""Which overload a call means, and its arguments as the parameters want them."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.host import unsupported
from codegen.host.scope import Refused, World
from codegen.host.types import Formal, Signature, cpp_type, is_number
from codegen.host.values import Place, Value, constant_fits, convert

_DYNAMIC = frozenset({"ArrayFree", "ArrayResize", "ArraySetAsSeries"})  # refuse arrays with a size
_EXACT, _CONSTANT, _WIDER, _NARROWER = 0, 1, 2, 40


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument with its place in the text."""

    value: Value
    at: Place


def choose(
    world: World, name: str, found: list[Signature], arguments: list[Argument], at: Place
) -> Signature:
    """Return the overload that takes the arguments with the fewest conversions."""
    counted = [s for s in found if _takes(s, len(arguments))]
    if not counted:
        wanted = " or ".join(sorted({_count(s) for s in found}))
        shown = "\n          ".join(str(s) for s in found)
        raise Refused(at, f"{name} takes {wanted}, found {len(arguments)}", shown)
    if len(counted) == 1:
        return counted[0]
    for signature in counted:
        _check_enums(world, signature, arguments)
    costs = [(sum(_cost(world, s, a) for s, a in _pairs(c, arguments)), c) for c in counted]
    best = min(cost for cost, _ in costs)
    chosen = [signature for cost, signature in costs if cost == best]
    if len(chosen) > 1:
        shown = ", ".join(str(a.value) for a in arguments)
        hint = "\n          ".join(str(s) for s in chosen)
        raise Refused(at, f"call of {name}({shown}) is ambiguous or fits no overload", hint)
    return chosen[0]


def _check_enums(world: World, signature: Signature, arguments: list[Argument]) -> None:
    """Refuse an enumeration where an overload wants another: as int it would pass unseen."""
    for formal, argument in _pairs(signature, arguments):
        found = argument.value.type
        if formal.type in world.enums and found in world.enums and formal.type != found:
            message = f"a value of {formal.type} is wanted, found {found}"
            raise Refused(argument.at, message, f"write ({formal.type}) before it")


def _takes(signature: Signature, count: int) -> bool:
    return signature.required <= count and (
        signature.variadic or count <= len(signature.parameters)
    )


def _count(signature: Signature) -> str:
    least, most = signature.required, len(signature.parameters)
    if signature.variadic:
        return f"at least {least} argument{'s' if least != 1 else ''}"
    if least != most:
        return f"{least} to {most} arguments"
    return f"{most} argument{'s' if most != 1 else ''}"


def _pairs(signature: Signature, arguments: list[Argument]) -> list[tuple[Formal, Argument]]:
    formals = list(signature.parameters)
    if signature.variadic:
        formals = formals[:-1] + [formals[-1]] * (len(arguments) - len(formals) + 1)
    return list(zip(formals, arguments, strict=False))


def _cost(world: World, formal: Formal, argument: Argument) -> int:
    value = argument.value
    if not _same_rank(formal, value, generic=not world.is_type(formal.type)):
        return 1000
    if formal.type == value.type or formal.name == "..." or not world.is_type(formal.type):
        return _EXACT
    if formal.reference and not formal.const:
        return 1000
    if value.type == "NULL" and formal.type == "string":
        return _CONSTANT
    if formal.type in world.enums and constant_fits(value, "int"):
        return 900
    numbers = is_number(formal.type) and (is_number(value.type) or value.type in world.enums)
    if not numbers:
        return 1000
    if constant_fits(value, formal.type):
        return _CONSTANT
    try:
        convert(world, value, formal.type, argument.at)
    except Refused:
        return _NARROWER
    return _WIDER


def _same_rank(formal: Formal, value: Value, *, generic: bool) -> bool:
    """Functions for any array also take one of two dimensions: it lies flat in memory."""
    if generic and formal.rank == 1 and len(value.dimensions) == 2 and value.row is None:
        return True
    return formal.rank == len(value.dimensions)


def prepared(
    world: World, signature: Signature, arguments: list[Argument]
) -> tuple[list[str], dict[str, str]]:
    """Return the C++ of all arguments, defaults filled in, and what generic types stand for."""
    bound: dict[str, str] = {}
    codes = [
        _prepared(world, signature, formal, argument, bound)
        for formal, argument in _pairs(signature, arguments)
    ]
    missing = signature.parameters[len(arguments) :]
    codes += [formal.default for formal in missing if formal.default is not None]
    return codes, bound


def _prepared(
    world: World, signature: Signature, formal: Formal, argument: Argument, bound: dict[str, str]
) -> str:
    value, at = argument.value, argument.at
    if formal.name == "...":
        return _any(world, value, at)
    wanted = bound.get(formal.type, formal.type)
    role = f"for parameter '{formal.name}' of {signature.name} a value"
    if not _same_rank(formal, value, generic=formal.type in signature.generic):
        shown = f"{wanted}{'[]' * formal.rank}"
        raise Refused(at, f"{role} of type {shown} is wanted, found {value}")
    if signature.name in _DYNAMIC and value.dimensions and value.dimensions[0] is not None:
        raise Refused(at, f"{signature.name} cannot be used for an array with a size of its own")
    if signature.name == "ZeroMemory":
        _check_zeroed(world, value, at)
    if formal.name == "symbol" and signature.code.startswith("::"):
        unsupported.check_symbol(value.text, at)
    if wanted in signature.generic:
        bound[wanted] = value.type
        wanted = value.type
    if formal.reference and not formal.const:
        return _referenced(world, value, wanted, at, role)
    if formal.rank:
        if value.type != wanted:
            raise Refused(at, f"{role} of type {wanted}[] is wanted, found {value}")
        return value.code
    return convert(world, value, wanted, at, role)


def _check_zeroed(world: World, value: Value, at: Place) -> None:
    """Objects whose members are not all public cannot be filled with zeros; texts become NULL."""
    record = world.records.get(value.type)
    if record is None:
        return
    closed = record.builtin and record.keyword == "class"
    if closed or not all(field.public for field in record.fields.values()):
        raise Refused(at, f"ZeroMemory cannot fill {value.type}: not all its members are public")


def _referenced(world: World, value: Value, wanted: str, at: Place, role: str) -> str:
    bases = world.records[value.type].bases if value.type in world.records else ()
    if value.type != wanted and wanted not in bases:
        raise Refused(at, f"{role} of exactly type {wanted} is wanted, found {value}")
    if not value.lvalue or value.row is not None:
        raise Refused(at, f"{role} that can be changed is wanted, found an expression")
    if value.const:
        raise Refused(at, f"{role} that can be changed is wanted, found a constant or an input")
    return value.code


def _any(world: World, value: Value, at: Place) -> str:
    if value.type in world.enums:
        return f"static_cast<int>({value.code})"
    if value.dimensions or not (is_number(value.type) or value.type == "string"):
        raise Refused(at, f"a number or text is wanted, found {value}")
    if value.type in ("short", "ushort", "char", "uchar"):
        return f"static_cast<{cpp_type('int')}>({value.code})"
    return value.code
