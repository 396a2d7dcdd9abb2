"""Kind errors in a trader's words: what was compared or combined, and what would go together."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.errors import KindMismatch
from dsl.kinds import DISTANCE, PRICE, SIGNAL, Kind
from dsl.node import Node
from dsl.registry import KindRule, NodeType
from dsl.text import syntax as sx
from dsl.text.formatter import format_expr
from dsl.text.inference import Literal

Operand = Node | Literal


def kind_word(operand: Operand) -> str:
    """Return what an operand is, for a message."""
    return "number" if isinstance(operand, Literal) else str(operand.kind)


def operator_mismatch(
    expr: sx.Binary | sx.Unary, types: Sequence[NodeType], operands: Sequence[Operand]
) -> KindMismatch:
    """Return the error for an operator whose operands do not go together."""
    sides = (expr.left, expr.right) if isinstance(expr, sx.Binary) else (expr.operand,)
    shown = format_expr(expr)
    words = [kind_word(operand) for operand in operands]
    if types[0].compare and len(operands) == 2:
        short = [word.split()[0] for word in words]
        pair = words if short[0] == short[1] else short
        message = f"{shown} compares {pair[0]} with {pair[1]}"
        return KindMismatch(message, hint=_compare_hint(sides, operands))
    message = f"{shown}: '{expr.symbol}' does not take {' and '.join(words)}"
    if types[0].logic:
        side = next((s for s, o in zip(sides, operands, strict=True) if not _signal(o)), sides[0])
        return KindMismatch(message, hint=f"make {format_expr(side)} a condition: compare it")
    return KindMismatch(message, hint=_wanted(types[0], f" {expr.symbol} "))


def call_mismatch(
    expr: sx.Call, node_type: NodeType, operands: Sequence[Operand | None]
) -> KindMismatch:
    """Return the error for a function that does not take what it was given."""
    given = [operand for operand in operands if operand is not None]
    shown = ", ".join(kind_word(operand) for operand in given)
    missing = any(isinstance(operand, Literal) for operand in given)
    port = node_type.inputs[0].name if node_type.inputs else ""
    if missing and all(isinstance(operand, Literal) for operand in given):
        message = f"{format_expr(expr)}: '{port}' is a series of values, not a number"
        return KindMismatch(message, hint=f"write {node_type.example or node_type.name}")
    message = f"{format_expr(expr)}: {node_type.name} does not take {shown}"
    return KindMismatch(message, hint=_wanted(node_type, ", "))


def place_mismatch(expr: sx.Expr, operand: Operand, wanted: Kind, place: str) -> KindMismatch:
    """Return the error for a value of the wrong kind behind the words of a statement."""
    shown = format_expr(expr)
    article = "an" if kind_word(operand)[0] in "aeiou" else "a"
    message = f"'{place}' wants a {wanted}; {shown} is {article} {kind_word(operand)}"
    if wanted == SIGNAL:
        hint = f"compare it with something: {shown} > ..."
    elif isinstance(operand, Literal):
        hint = f"say which unit: {shown} points, 1% of the price, or a multiple of atr(14)"
    elif operand.kind == PRICE:
        hint = "a distance is a difference of two prices, or a multiple of atr(14)"
    else:
        hint = "a distance is 200 points, 1%, a multiple of atr(14), or a difference of prices"
    return KindMismatch(message, hint=hint)


def _signal(operand: Operand) -> bool:
    return isinstance(operand, Node) and operand.kind == SIGNAL


def _compare_hint(sides: Sequence[sx.Expr], operands: Sequence[Operand]) -> str:
    for side, operand in zip(sides, operands, strict=True):
        if isinstance(operand, Node) and operand.kind.name == "oscillator":
            name = side.name.upper() if isinstance(side, sx.Call) else format_expr(side)
            low, high = operand.kind.low, operand.kind.high
            level = f"a level {low:g}..{high:g}" if abs(low) < 1e9 > abs(high) else "a level"
            return f"compare {name} with {level}, or scale one side"
    kinds = {operand.kind for operand in operands if isinstance(operand, Node)}
    if SIGNAL in kinds:
        return "a signal is true or false already: join signals with 'and', 'or', 'not'"
    if kinds == {PRICE, DISTANCE}:
        return "a distance is a difference of prices: compare close - open, or add it to a price"
    return "both sides must be of one kind"


def _wanted(node_type: NodeType, separator: str) -> str:
    def shown(rule: KindRule) -> str:
        return str(rule) if isinstance(rule, Kind) else "|".join(rule.allowed)

    lines = [separator.join(shown(rule) for rule in line.inputs) for line in node_type.rules(0)]
    return f"it takes {'; '.join(dict.fromkeys(lines))}"
