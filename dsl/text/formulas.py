"""Formula signals: `EMA_OPEN_{Fast}(0)/EMA_OPEN_{Slow}(0) > 1 + Threshold` becomes nodes.

The second grammar (formula.lark) with its syntax tree, and the meaning of its words. Kinds are
inferred: price over price is a number, and where kinds do not go together all becomes numbers.
Index 0, and `Bar`, is the bar that has just opened: only its open is known.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

import lark
from lark import Token
from lark.visitors import Transformer_NonRecursive

from dsl.errors import (
    DslError,
    KindMismatch,
    ParamOutOfRange,
    Span,
    SyntaxProblem,
    UnknownName,
    did_you_mean,
)
from dsl.kinds import NUMBER, SIGNAL, Kind
from dsl.node import Node, node
from dsl.nodes.constants import CONSTANT
from dsl.params import IntParam
from dsl.registry import NodeType, lookup
from dsl.text import syntax as sx
from dsl.text.expressions import constant
from dsl.text.inference import Literal, infer, operators
from dsl.text.parser import MAX_DEPTH
from dsl.text.scope import Operand, Scope, param_value

METHODS = ("SMA", "EMA", "SMMA", "LWMA")
PRICES = ("OPEN", "HIGH", "LOW", "CLOSE", "MEDIAN", "TYPICAL", "WEIGHTED")
FUNCTIONS = {
    **{name.upper(): name for name in ("abs", "min", "max", "sqrt", "log", "exp")},
    **{name.upper(): name for name in ("floor", "ceil", "round")},
    "POW": "power",
}
BAR = "Bar"  # the index of the bar that has just opened
_SYMBOLS = {"&&": "and", "||": "or", "^": "power", "**": "power"}
_AVERAGE = re.compile(r"([A-Za-z]+)_([A-Za-z]+)_(\d+|\{\w+\})")
_FAN = re.compile(r"M_([A-Za-z]+)_([A-Za-z]+)_(\d+)_(\d+)_(\d+)")


def parse_formula(text: str) -> sx.Expr:
    """Return the syntax tree of a formula; blanks around it keep its place in a longer text.

    Raises:
        SyntaxProblem: The text is no formula.
    """
    try:
        found: sx.Expr = _ToSyntax().transform(_grammar().parse(text))
    except lark.UnexpectedInput as problem:
        raise _syntax_problem(problem, text) from None
    if sx.depth(found) > MAX_DEPTH:
        raise SyntaxProblem(f"a formula is nested deeper than {MAX_DEPTH} levels")
    return found


def formula_operand(expr: sx.Expr, scope: Scope) -> Operand | None:
    """Return what a formula stands for, None where something is wrong; errors go to the scope."""
    try:
        return _operand(expr, scope)
    except DslError as error:
        scope.report(error, expr.place)
        return None


@functools.cache
def _grammar() -> lark.Lark:
    source = resources.files("dsl.text").joinpath("formula.lark").read_text(encoding="utf-8")
    return lark.Lark(
        source, parser="lalr", strict=True, keep_all_tokens=True, maybe_placeholders=False
    )


def _syntax_problem(problem: lark.UnexpectedInput, text: str) -> SyntaxProblem:
    token = getattr(problem, "token", None)
    if token is None:
        found = text[problem.pos_in_stream or 0]
        span = Span(problem.line, problem.column)
    elif token.type == "$END":
        body = text.rstrip()
        line = body.count("\n") + 1
        span = Span(line, max(1, len(body) - body.rfind("\n") - 1))
        return SyntaxProblem("the formula ends too early", span=span)
    else:
        found, span = str(token), Span(token.line, token.column, len(token))
    hints = {
        "=": "'==' compares",
        "&": "write '&&'",
        "|": "write '||'",
        "[": "an index stands in ( )",
        "{": "an input stands in braces where the period is: EMA_OPEN_{Fast}(0)",
    }
    if found in {">", ">=", "<", "<=", "==", "!="}:
        hints[found] = "compare two values at a time and join the comparisons with '&&'"
    return SyntaxProblem(f"unexpected '{found}'", hint=hints.get(found, ""), span=span)


class _ToSyntax(Transformer_NonRecursive[Any, Any]):
    """Makes syntax nodes of lark's tree, the same as those of the strategy language."""

    def number(self, items: list[Any]) -> sx.Number:
        return sx.Number(str(items[0]), _place(items[0]))

    def name(self, items: list[Any]) -> sx.Name:
        return sx.Name(str(items[0]), _place(items[0]))

    def paren(self, items: list[Any]) -> sx.Paren:
        return sx.Paren(items[1], _whole(items))

    def unary(self, items: list[Any]) -> sx.Unary:
        return sx.Unary(str(items[0]), items[1], _whole(items))

    def binary(self, items: list[Any]) -> sx.Binary:
        return sx.Binary(str(items[1]), items[0], items[2], _whole(items))

    def choice(self, items: list[Any]) -> sx.Call:
        place = _whole(items)
        return sx.Call("?", tuple(_argument(item) for item in items[::2]), place, place)

    def call(self, items: list[Any]) -> sx.Call:
        arguments = tuple(_argument(item) for item in items[1:] if not isinstance(item, Token))
        return sx.Call(str(items[0]), arguments, _whole(items), _place(items[0]))


def _argument(expr: sx.Expr) -> sx.Argument:
    return sx.Argument("", expr, expr.place)


def _place(item: Any) -> sx.Place:
    if not isinstance(item, Token):
        place: sx.Place = item.place
        return place
    start, end, line = item.start_pos or 0, item.end_pos or 0, item.line or 1
    return sx.Place(start, end, line, item.column or 1, item.end_line or line)


def _whole(items: Sequence[Any]) -> sx.Place:
    first, last = _place(items[0]), _place(items[-1])
    return sx.Place(first.start, last.end, first.line, first.column, last.end_line)


def _operand(expr: sx.Expr, scope: Scope) -> Operand | None:
    match expr:
        case sx.Number():
            return Literal(expr.value)
        case sx.Name():
            return _name(expr, scope)
        case sx.Paren():
            return formula_operand(expr.inner, scope)
        case sx.Unary():
            types = operators("-", "prefix") if expr.symbol == "-" else (lookup("not"),)
            return _applied(expr.symbol, types, (expr.operand,), scope)
        case sx.Binary():
            return _binary(expr, scope)
        case sx.Call() if expr.name == "?":
            return _choice(expr, scope)
        case sx.Call():
            return _call(expr, scope)
    raise AssertionError(f"{expr} is no part of a formula")


def _name(expr: sx.Name, scope: Scope) -> Operand | None:
    name = expr.text
    if scope.broken(name):
        return None
    if name in scope.names:
        return scope.names[name]
    if name in scope.inputs:
        return Literal(scope.use(name, CONSTANT.params[0]))
    if name.upper() in PRICES or _AVERAGE.fullmatch(name):
        raise KindMismatch(f"{name} wants an index", hint=f"write {name}(1), the last closed bar")
    if name == BAR:
        raise KindMismatch(f"{BAR} is an index", hint=f"write CLOSE({BAR}+1)")
    known = [*scope.names, *scope.inputs]
    hint = did_you_mean(name, known) or "declare it in Variables or Inputs"
    raise UnknownName(f"unknown name '{name}'", hint=hint)


def _binary(expr: sx.Binary, scope: Scope) -> Operand | None:
    symbol = _SYMBOLS.get(expr.symbol, expr.symbol)
    sides = (expr.left, expr.right)
    if symbol == "!=":
        equal = _applied(expr.symbol, operators("==", "infix"), sides, scope)
        return None if not isinstance(equal, Node) else node(lookup("not"), (equal,))
    types = (lookup("power"),) if symbol == "power" else operators(symbol, "infix")
    return _applied(expr.symbol, types, sides, scope)


def _choice(expr: sx.Call, scope: Scope) -> Operand | None:
    """Return `condition ? a : b`: of numbers a number, of signals a signal."""
    sides = tuple(argument.value for argument in expr.arguments)
    condition, a, b = (formula_operand(side, scope) for side in sides)
    if condition is None or a is None or b is None:
        return None
    if all(isinstance(value, Node) and value.kind == SIGNAL for value in (condition, a, b)):
        assert isinstance(condition, Node)
        otherwise = node(lookup("not"), (condition,))
        first, second = (
            node(lookup("and"), (test, value))
            for test, value in ((condition, a), (otherwise, b))
            if isinstance(value, Node)
        )
        return node(lookup("or"), (first, second))
    return _combined("? :", (lookup("choose"),), (condition, a, b), scope)


def _applied(
    symbol: str, types: Sequence[NodeType], sides: Sequence[sx.Expr], scope: Scope
) -> Operand | None:
    found = [formula_operand(side, scope) for side in sides]
    operands = [value for value in found if value is not None]
    return None if len(operands) < len(found) else _combined(symbol, types, operands, scope)


def _combined(
    symbol: str, types: Sequence[NodeType], operands: Sequence[Operand], scope: Scope
) -> Node:
    """Return the first of the types that takes the operands, made numbers if they must be."""
    if all(isinstance(value, Literal) for value in operands):
        operands = [_number(value, scope) for value in operands]
    for exact in (True, False):
        values = [v if exact else _number(v, scope) for v in operands]
        for node_type in types:
            kinds = infer(node_type, 0, [_kind(value) for value in values])
            if kinds is not None:
                ports = [_port(v, k, scope) for v, k in zip(values, kinds, strict=True)]
                return node(node_type, ports)
    shown = " and ".join("number" if isinstance(v, Literal) else str(v.kind) for v in operands)
    signal = any(isinstance(value, Node) and value.kind == SIGNAL for value in operands)
    hint = "a condition as a number is written (condition ? 1 : 0)" if signal else ""
    if types[0].logic:
        hint = "conditions are comparisons: compare with something"
    raise KindMismatch(f"'{symbol}' does not take {shown}", hint=hint)


def _kind(value: Operand) -> Kind | None:
    return value.kind if isinstance(value, Node) else None


def _port(value: Operand, kind: Kind | None, scope: Scope) -> Node:
    if isinstance(value, Node):
        return value
    assert kind is not None
    return constant(value, kind, scope, written=True)


def _number(value: Operand, scope: Scope) -> Node:
    """Return a value as a number: divided by one of its own kind; signals stay what they are."""
    if isinstance(value, Literal):
        return constant(value, NUMBER, scope)
    if value.kind in (NUMBER, SIGNAL):
        return value
    return node(lookup("div"), (value, node(CONSTANT, (), (1.0,), kind=value.kind)))


def _call(expr: sx.Call, scope: Scope) -> Operand | None:
    fan, average = _FAN.fullmatch(expr.name), _AVERAGE.fullmatch(expr.name)
    if fan is not None:
        return _fan(expr, fan, scope)
    if average is not None:
        return _average(expr, average, scope)
    name = expr.name.upper()
    if name in PRICES:
        return _leaf(name, _only(expr, "an index"), expr)
    name = name.removeprefix("MATH")
    if name not in FUNCTIONS:
        hint = did_you_mean(name, (*FUNCTIONS, *PRICES)) or (
            "series are written METHOD_PRICE_period(index), such as EMA_OPEN_{Fast}(0); "
            f"functions are {', '.join(sorted(FUNCTIONS))}"
        )
        raise UnknownName(f"unknown name '{expr.name}'", hint=hint, span=expr.name_place.span)
    node_type = lookup(FUNCTIONS[name])
    if len(expr.arguments) != len(node_type.inputs):
        wanted = len(node_type.inputs)
        raise KindMismatch(f"{expr.name} takes {wanted} values, not {len(expr.arguments)}")
    return _applied(expr.name, (node_type,), [a.value for a in expr.arguments], scope)


def _only(expr: sx.Call, what: str) -> sx.Expr:
    if len(expr.arguments) != 1:
        raise KindMismatch(f"{expr.name} takes {what}: 1 is the last closed bar")
    return expr.arguments[0].value


def _average(expr: sx.Call, match: re.Match[str], scope: Scope) -> Node | None:
    method, price, period = match.groups()
    node_type = _method(method, expr)
    leaf = _leaf(_priced(price, expr), _only(expr, "an index"), expr)
    if period.startswith("{"):
        written: sx.Expr = sx.Name(period[1:-1], expr.name_place)
    else:
        written = sx.Number(period, expr.name_place)
    value = param_value(node_type.params[0], written, scope, expr.name)
    return None if value is None else node(node_type, (leaf,), (value,))


def _fan(expr: sx.Call, match: re.Match[str], scope: Scope) -> Node | None:
    """Return an average of a fan: its name holds the range of the input that is its period."""
    method, price = match.group(1), match.group(2)
    low, step, high = (int(part) for part in match.groups()[2:])
    node_type = _method(method, expr)
    if len(expr.arguments) != 2:
        raise KindMismatch(f"{expr.name} takes a period and an index: {expr.name}(Fast, Bar)")
    period, index = (argument.value for argument in expr.arguments)
    leaf = _leaf(_priced(price, expr), index, expr)
    if low > high or step < 1:
        raise ParamOutOfRange(f"{low}_{step}_{high}: lowest period, step, highest period")
    if isinstance(period, sx.Name) and period.text in scope.inputs:
        spec = scope.inputs[period.text]
        stated = (spec.low, spec.high, spec.step)
        if stated not in ((None, None, None), (low, high, step)):
            raise ParamOutOfRange(f"{period.text} has another range already, not {low}..{high}")
        scope.inputs[period.text] = replace(spec, low=low, high=high, step=step)
    elif isinstance(period, sx.Number) and not low <= period.value <= high:
        raise ParamOutOfRange(f"{period.text} is outside the fan's {low}..{high}")
    value = param_value(node_type.params[0], period, scope, expr.name)
    return None if value is None else node(node_type, (leaf,), (value,))


def _method(name: str, expr: sx.Call) -> NodeType:
    if name.upper() not in METHODS:
        raise _unknown("method", name, METHODS, expr)
    found = lookup(name.lower())
    assert isinstance(found.params[0], IntParam)
    return found


def _priced(name: str, expr: sx.Call) -> str:
    if name.upper() not in PRICES:
        raise _unknown("price", name, PRICES, expr)
    return name.upper()


def _unknown(what: str, name: str, known: Sequence[str], expr: sx.Call) -> UnknownName:
    hint = did_you_mean(name.upper(), known) or f"it is one of {', '.join(known)}"
    return UnknownName(f"unknown {what} '{name}' in {expr.name}", hint=hint)


def _leaf(price: str, index: sx.Expr, expr: sx.Call) -> Node:
    """Return a price so many bars back; 0 is the bar that has just opened."""
    bars = _index(index)
    if bars is None:
        hint = f"write 0, 1, {BAR} or {BAR}+1"
        raise ParamOutOfRange("an index is a whole number of bars back", hint=hint)
    if bars < 0:
        raise ParamOutOfRange(f"{expr.name}({bars}) lies in the future")
    if bars == 0 and price != "OPEN":
        raise ParamOutOfRange(
            f"{expr.name} is not known at index 0: of the bar that has just opened there is only "
            f"its open, its {price.lower()} comes when it closes",
            hint="index 1 is the last closed bar; with OPEN, index 0 is allowed",
        )
    return node(lookup(price.lower()), (), (bars,))


def _index(expr: sx.Expr) -> int | None:
    match expr:
        case sx.Paren():
            return _index(expr.inner)
        case sx.Number() if isinstance(expr.value, int):
            return expr.value
        case sx.Name() if expr.text.lower() == BAR.lower():
            return 0
        case sx.Unary() if expr.symbol == "-":
            inner = _index(expr.operand)
            return None if inner is None else -inner
        case sx.Binary() if expr.symbol in {"+", "-"}:
            left, right = _index(expr.left), _index(expr.right)
            if left is None or right is None:
                return None
            return left + right if expr.symbol == "+" else left - right
    return None
