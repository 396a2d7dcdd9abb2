"""Shifts: how many bars before the decision bar a price is read, written in brackets behind it."""

from __future__ import annotations

from dsl.errors import KindMismatch, ParamOutOfRange
from dsl.node import InputRef, Node, Value, with_params
from dsl.text import syntax as sx
from dsl.text.inference import Literal, shift_index
from dsl.text.scope import Scope
from dsl.timeframes import shown


def bars_back(expr: sx.Number | sx.Name, scope: Scope) -> int | InputRef | None:
    """Return what stands in the brackets of `close[2]`, None where it is broken."""
    if isinstance(expr, sx.Number):
        if not isinstance(expr.value, int):
            raise ParamOutOfRange(f"[{expr.text}]: bars back are a whole number")
        return expr.value
    if scope.broken(expr.text):
        return None
    named = scope.names.get(expr.text)
    if isinstance(named, Literal) and not named.clock and isinstance(named.value, int | InputRef):
        return named.value
    spec = scope.inputs.get(expr.text)
    if named is not None or spec is None or spec.kind or expr.text in scope.clocks:
        raise ParamOutOfRange(f"[{expr.text}]: bars back are a whole number or an input")
    return InputRef(expr.text)


def delayed(leaf: Node, bars: int | InputRef, scope: Scope, *, absolute: bool) -> Node:
    """Return a leaf so many bars further back, or (`absolute`) that many back in all."""
    index = shift_index(leaf.type)
    if index is None:
        return leaf
    if leaf.timeframe:
        word = shown(leaf.timeframe).lower()
        raise KindMismatch(
            f"[ ] behind {word}(...) could mean bars of the chart or of {shown(leaf.timeframe)}",
            hint=f"write it inside: {word}(close[2]) is the {shown(leaf.timeframe)} bar before",
        )
    param = leaf.type.params[index]
    shift = leaf.params[index]
    new: Value
    if absolute or bars == 1:
        new = bars if absolute else shift
    elif isinstance(bars, InputRef) and shift == 1:
        new = bars
    elif isinstance(bars, InputRef) or not isinstance(shift, int):
        raise ParamOutOfRange("an input can only delay what is not delayed otherwise")
    else:
        new = shift + bars - 1
    if isinstance(new, InputRef):
        if isinstance(bars, InputRef):
            param.coerce(scope.inputs[bars.name].value)
            scope.use(bars.name, param)
    elif isinstance(new, int) and new < getattr(param, "minimum", 0):
        raise _not_known(leaf, new)
    return with_params(leaf, [*leaf.params[:index], new])


def _not_known(leaf: Node, shift: int) -> ParamOutOfRange:
    name = leaf.type.name
    if shift < 0:
        return ParamOutOfRange(f"{name}[{shift}] lies in the future")
    return ParamOutOfRange(
        f"{name}[{shift}] is not known when the strategy decides: at a bar's first tick there is "
        "only its open, its time and the spread",
        hint=f"{name}[1], or plain {name}, is the last closed bar",
    )
