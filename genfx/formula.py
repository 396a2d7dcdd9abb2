"""Objectives as text: arithmetic over the criteria, such as "net_profit / max_drawdown"."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import partial

from backtest.criteria import CRITERIA
from dsl.errors import ConfigError, did_you_mean

Names = Mapping[str, float]
Formula = Callable[[Names], float]
NAMES = (*CRITERIA, "trades", "score")
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
WORST = -math.inf  # of a formula that has no value, such as a division by zero


def formula(text: str) -> Formula:
    """Return a function of the named figures; larger is better.

    Raises:
        ConfigError: Not arithmetic over known names.

    >>> formula("net_profit / max(max_drawdown, 1)")({"net_profit": 10.0, "max_drawdown": 4.0})
    2.5
    """
    try:
        body = ast.parse(text, mode="eval").body
    except SyntaxError as problem:
        raise ConfigError(f"'{text}' is no formula: {problem.msg}", hint=_allowed()) from None
    _check(body, text)
    return partial(_valued, body)


def _valued(body: ast.expr, names: Names) -> float:
    try:
        found = _value(body, names)
    except (ZeroDivisionError, OverflowError):
        return WORST
    return found if isinstance(found, int | float) and math.isfinite(found) else WORST


def _check(node: ast.expr, text: str) -> None:
    match node:
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name):
            if name not in NAMES:
                hint = did_you_mean(name, NAMES) or _allowed()
                raise ConfigError(f"'{name}' in '{text}' is no figure", hint=hint)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _check(left, text)
            _check(right, text)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, text)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as given, keywords=[]) if (
            name in FUNCTIONS
        ):
            for argument in given:
                _check(argument, text)
        case _:
            raise ConfigError(f"'{ast.unparse(node)}' is not allowed in a formula", hint=_allowed())


def _value(node: ast.expr, names: Names) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(operand=operand):
            return -_value(operand, names)
        case ast.Call(func=ast.Name(id=name), args=given):
            return FUNCTIONS[name](*(_value(argument, names) for argument in given))
        case _:
            raise AssertionError(f"{ast.dump(node)} passed the check")


def _allowed() -> str:
    return f"allowed are numbers, + - * / ** ( ), min, max, abs and {', '.join(NAMES)}"
