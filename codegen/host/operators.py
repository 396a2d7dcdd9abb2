"""Operators of MQL5 between typed values."""

from __future__ import annotations

import operator as arithmetic
from collections.abc import Callable

from codegen.host import syntax
from codegen.host.scope import Refused, World
from codegen.host.types import common, cpp_type, fits, integer_bounds, is_integer, is_number
from codegen.host.values import Place, Value, condition, constant_fits, convert

_COMPARE = ("==", "!=", "<", ">", "<=", ">=")
_BITS = ("&", "|", "^", "<<", ">>")
_FOLDED: dict[str, Callable[[int, int], int]] = {
    "+": arithmetic.add,
    "-": arithmetic.sub,
    "*": arithmetic.mul,
    "|": arithmetic.or_,
    "&": arithmetic.and_,
    "^": arithmetic.xor,
    ">>": arithmetic.rshift,
    "/": lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1),
    "%": lambda a, b: abs(a) % abs(b) * (1 if a >= 0 else -1),
}


_ORDER = ("<", ">", "<=", ">=")


def check_precedence(node: syntax.Binary) -> None:
    """Refuse operators whose order is hardly the one that was meant."""
    at = (node.line, node.column)
    inner = [n.operator for n in (node.left, node.right) if isinstance(n, syntax.Binary)]
    if node.operator in ("&", "|", "^") and any(word in _COMPARE for word in inner):
        hint = "== and its like come before & | ^: write parentheses"
        raise Refused(at, "check operator precedence for possible error", hint)
    if node.operator in _ORDER and any(word in _ORDER for word in inner):
        raise Refused(at, "a comparison is compared", "join two comparisons with &&")


def _number_type(world: World, value: Value, at: Place, word: str) -> str:
    if value.type in world.enums and not value.dimensions:
        return "int"
    if value.dimensions or not is_number(value.type):
        raise Refused(at, f"operator {word} cannot take {value}")
    return value.type


def _together(world: World, left: Value, right: Value, at: Place, word: str) -> str:
    """Return the type in which two operands are computed."""
    a, b = (_number_type(world, v, at, word) for v in (left, right))
    if constant_fits(right, a) and is_integer(b) and is_integer(a):
        return common(a, a)
    if constant_fits(left, b) and is_integer(a) and is_integer(b):
        return common(b, b)
    found = common(a, b)
    if not found:
        hint = f"write ({a}) or ({b}) before one of them"
        raise Refused(at, f"sign mismatch: {a} {word} {b}", hint)
    return found


def binary(world: World, node: syntax.Binary, left: Value, right: Value, where: int) -> Value:
    """Return an operation on two values."""
    at = (node.line, node.column)
    word = node.operator
    if "string" in (left.type, right.type):
        return _text(world, word, left, right, at)
    if word in _COMPARE and left.type == right.type and left.type in (*world.enums, "bool"):
        return Value("bool", f"({left.code} {word} {right.code})")
    if word in _COMPARE and left.type in world.enums and right.type in world.enums:
        raise Refused(at, f"{left.type} is compared with {right.type}", "cast one of them")
    computed = _together(world, left, right, at, word)
    if word in (*_BITS, "%") and not is_integer(computed):
        raise Refused(at, f"operator {word} wants whole numbers, found {left} and {right}")
    a = convert(world, left, computed, at, f"left of {word} a value")
    b = convert(world, right, computed, at, f"right of {word} a value")
    if computed == "datetime":
        a, b = (f"static_cast<mql_long>({c})" for c in (a, b))
    if word in _COMPARE:
        _check_constant_outcome(word, left, right, at)
        return Value("bool", f"({a} {word} {b})")
    return _computed(node, computed, (a, b), (left, right), where)


def _check_constant_outcome(word: str, left: Value, right: Value, at: Place) -> None:
    """Refuse to compare a whole number with a constant that it is always above or below."""
    if isinstance(left.number, int) and right.number is None:
        left, right, word = right, left, word.translate(str.maketrans("<>", "><"))
    bounds = integer_bounds(left.type)
    if left.number is not None or not isinstance(right.number, int) or bounds is None:
        return
    low, high = bounds
    if right.number < low or (right.number == low and word in ("<", ">=")):
        outcome = word in (">", ">=", "!=")
    elif right.number > high or (right.number == high and word in (">", "<=")):
        outcome = word in ("<", "<=", "!=")
    else:
        return
    hint = f"{left.type} holds {low} to {high}"
    raise Refused(at, f"this is always {'true' if outcome else 'false'}", hint)


def _computed(
    node: syntax.Binary,
    computed: str,
    codes: tuple[str, str],
    values: tuple[Value, Value],
    where: int,
) -> Value:
    a, b = codes
    word = node.operator
    number = None
    left, right = (v.number for v in values)
    if word in ("<<", ">>") and isinstance(right, int):
        _check_shift(computed, right, (node.line, node.column))
    if word in ("/", "%") and right == 0:
        raise Refused((node.line, node.column), "division by zero")
    if word == "<<" and isinstance(left, int) and isinstance(right, int):
        number = left << right if fits(left << right, computed) else None
    elif isinstance(left, int) and isinstance(right, int) and word in _FOLDED:
        number = _FOLDED[word](left, right)
        if is_integer(computed) and not fits(number, computed):
            hint = "write (long) or (double) before one of the numbers"
            raise Refused((node.line, node.column), f"overflow: {number} is no {computed}", hint)
        number = number if is_integer(computed) else None
    inner = "long" if computed == "datetime" else computed
    if word in ("/", "%") and not right:
        called = "quotient" if word == "/" else "remainder"
        code = f"host::{called}<{cpp_type(inner)}>({a}, {b}, {where})"
    else:
        code = f"({a} {word} {b})"
    if computed == "datetime":
        both = all(v.type == "datetime" for v in values)
        return Value("long", code) if both else Value("datetime", f"datetime({code})")
    return Value(computed, code, number=number)


def _check_shift(computed: str, count: int, at: Place) -> None:
    bits = 64 if computed in ("long", "ulong", "datetime") else 32
    if not 0 <= count < bits:
        raise Refused(at, f"a shift by {count}, {computed} has {bits} bits")


def _text(world: World, word: str, left: Value, right: Value, at: Place) -> Value:
    a = convert(world, left, "string", at, f"left of {word} a value")
    b = convert(world, right, "string", at, f"right of {word} a value")
    if word == "+":
        known = left.text is not None and right.text is not None
        text = f"{left.text}{right.text}" if known else None
        return Value("string", f"({a} + {b})", text=text)
    if word in _COMPARE:
        return Value("bool", f"({a} {word} {b})")
    raise Refused(at, f"operator {word} cannot take string")


def compound(world: World, node: syntax.Assignment, target: Value, given: Value, where: int) -> str:
    """Return `target += given` and its like; the result must fit into the target."""
    word = node.operator[:-1]
    at = (node.line, node.column)
    if target.type == "string" and word == "+":
        return f"{target.code} += {convert(world, given, 'string', at)}"
    as_binary = syntax.Binary(word, node.target, node.value, node.line, node.column)
    plain = Value(target.type, target.code)
    result = binary(world, as_binary, plain, given, where)
    convert(world, Value(result.type, ""), target.type, at, f"for {node.operator} a value")
    operand = convert(world, given, _operand(target, given), at)
    name = cpp_type(target.type)
    if word in ("/", "%") and not given.number:
        called = "divide" if word == "/" else "reduce"
        return f"host::{called}<{name}>({target.code}, {operand}, {where})"
    return f"{target.code} {node.operator} {operand}"


def _operand(target: Value, given: Value) -> str:
    if target.type == "datetime":
        return "long"
    return target.type if is_number(target.type) and given.type != "datetime" else given.type


def step(node: syntax.Unary, value: Value) -> Value:
    """Return ++ or --."""
    if value.dimensions or not is_number(value.type) or value.type in ("bool", "color"):
        raise Refused((node.line, node.column), f"operator {node.operator} cannot take {value}")
    code = f"{value.code}{node.operator}" if node.after else f"{node.operator}{value.code}"
    return Value(value.type, f"({code})")


def unary(world: World, node: syntax.Unary, value: Value) -> Value:
    """Return + - ! or ~ of a value."""
    at = (node.line, node.column)
    if node.operator == "!":
        when = (value.when[1], value.when[0]) if value.when else None
        return Value("bool", f"(!{condition(world, value, at)})", when=when)
    type_ = _number_type(world, value, at, node.operator)
    if type_ == "bool" or (node.operator == "-" and type_ in ("uint", "ulong", "color")):
        raise Refused(at, f"operator {node.operator} cannot take {value}")
    if node.operator == "~" and not is_integer(type_):
        raise Refused(at, f"operator ~ wants a whole number, found {value}")
    computed = common(type_, type_)
    number = None
    if node.operator == "-" and value.number is not None:
        number = -value.number
        if computed == "long" and isinstance(number, int) and fits(number, "int"):
            return Value("int", f"({number})" if number > -(2**31) else "INT_MIN", number=number)
    code = f"({node.operator}{convert(world, value, computed, at)})"
    return Value(computed, code, number=number)


def choice(world: World, node: syntax.Choice, condition_: str, yes: Value, no: Value) -> Value:
    """Return condition ? yes : no with both sides of one type."""
    at = (node.line, node.column)
    if yes.dimensions or no.dimensions:
        raise Refused(at, "the sides of ? : cannot be arrays")
    if yes.type == no.type:
        return Value(yes.type, f"({condition_} ? {yes.code} : {no.code})")
    if "string" in (yes.type, no.type):
        type_ = "string"
    elif yes.type in world.enums and no.type in world.enums:
        raise Refused(at, f"the sides of ? : are {yes.type} and {no.type}", "cast one of them")
    else:
        type_ = _together(world, yes, no, at, "? :")
    a = convert(world, yes, type_, at, "in ? : a value")
    b = convert(world, no, type_, at, "in ? : a value")
    return Value(type_, f"({condition_} ? {a} : {b})")
