"""Expressions of the syntax tree become nodes; every kind and name error is kept with its place.

Which node types exist, what they take and how operators are spelled comes from the registry alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dsl.errors import DslError, KindMismatch, ParamOutOfRange, UnknownName, did_you_mean
from dsl.kinds import (
    BOUNDED,
    COUNT,
    DISTANCE,
    FORCE,
    NUMBER,
    POINTS,
    PRICE,
    VOLUME,
    Kind,
    oscillator,
)
from dsl.node import InputRef, Node, Value, node, rewrite, with_output
from dsl.nodes.constants import CONSTANT
from dsl.nodes.timeframe import on_timeframe
from dsl.registry import NodeType, lookup, node_types
from dsl.text import syntax as sx
from dsl.text.delays import bars_back, delayed
from dsl.text.inference import Literal, infer, operators, shift_index, within
from dsl.text.mismatch import call_mismatch, operator_mismatch
from dsl.text.scope import Operand, Scope, param_value
from dsl.text.statements import NEGATED, UNITS
from dsl.timeframes import WORDS

_PERIOD = re.compile(r"(?:[mhdw]|mn)\d+")  # of bars, whether or not there are such

KINDS = {k.name: k for k in (PRICE, DISTANCE, NUMBER, VOLUME, COUNT, POINTS, FORCE, *BOUNDED)}


def operand(expr: sx.Expr, scope: Scope) -> Operand | None:
    """Return the node of an expression, a bare number as it is, None where something is wrong.

    Errors go to the scope.
    """
    try:
        return _operand(expr, scope)
    except DslError as error:
        scope.report(error, expr.place)
        return None


def _operand(expr: sx.Expr, scope: Scope) -> Operand | None:
    match expr:
        case sx.Number():
            return Literal(expr.value)
        case sx.Clock():
            return Literal(expr.minutes, clock=True)
        case sx.Name():
            return _name(expr, scope)
        case sx.Paren():
            return operand(expr.inner, scope)
        case sx.Typed():
            return _typed(expr, scope)
        case sx.Unit():
            return _measured(expr, scope)
        case sx.Unary() | sx.Binary():
            return _operator(expr, scope)
        case sx.Shifted():
            return _shifted(expr, scope)
        case sx.Selected():
            return _selected(expr, scope)
        case sx.Text() | sx.Color():
            raise KindMismatch(f"{expr.text} is no part of an expression")
    return _call(expr, scope)


def _measured(expr: sx.Unit, scope: Scope) -> Node | None:
    node_type = lookup(UNITS[expr.unit])
    value = param_value(node_type.params[0], expr.value, scope, node_type.name)
    ports = [node(lookup(port.leaf)) for port in node_type.inputs]
    return None if value is None else node(node_type, ports, (value,))


def constant(literal: Literal, kind: Kind, scope: Scope, *, written: bool = False) -> Node:
    """Return the constant of this kind; levels out of bounds need their kind written."""
    value = literal.value
    if literal.clock:
        raise KindMismatch("a time of day belongs into session(08:00, 20:00) and the like")
    number = scope.inputs[value.name].value if isinstance(value, InputRef) else value
    if not written and not within(kind, float(number)):
        raise ParamOutOfRange(
            f"{number:g} is outside the {kind.name}'s {kind.low:g}..{kind.high:g}"
        )
    if isinstance(value, InputRef):
        scope.use(value.name, CONSTANT.params[0])
    made = node(CONSTANT, (), (value,), kind=kind)
    if literal.label:
        scope.labels.setdefault(literal.label, made)
    return made


def _name(expr: sx.Name, scope: Scope) -> Operand | None:
    name = expr.text
    if scope.broken(name):
        return None
    if name in scope.names:
        return scope.names[name]
    if name in scope.inputs:
        if scope.inputs[name].kind:
            raise KindMismatch(
                f"'{name}' is a {scope.inputs[name].kind} input, it has no place in an expression",
                hint="'trade comment' takes a text, 'arrow long' a colour",
            )
        return Literal(InputRef(name), clock=name in scope.clocks)
    try:
        found = lookup(name)
    except UnknownName:
        raise scope.unknown(name) from None
    if found.syntax.form == "leaf":
        return node(found)
    if found.syntax.form != "call":
        raise scope.unknown(name)
    raise KindMismatch(f"{name} wants arguments", hint=f"write {found.example or name + '(...)'}")


def _typed(expr: sx.Typed, scope: Scope) -> Node | None:
    kind = _kind(expr)
    value = param_value(CONSTANT.params[0], expr.value, scope, "")
    if value is None or isinstance(value, str):
        return None
    return constant(Literal(value), kind, scope, written=True)


def _kind(expr: sx.Typed) -> Kind:
    if expr.kind == "oscillator":
        if len(expr.bounds) != 2:
            raise KindMismatch("an oscillator has bounds", hint="write 30 as oscillator(0, 100)")
        return oscillator(float(expr.bounds[0]), float(expr.bounds[1]))
    if expr.kind not in KINDS:
        known = [*KINDS, "oscillator"]
        hint = did_you_mean(expr.kind, known) or f"kinds of numbers are {', '.join(known)}"
        raise UnknownName(f"unknown kind '{expr.kind}'", hint=hint)
    return KINDS[expr.kind]


def _operator(expr: sx.Unary | sx.Binary, scope: Scope) -> Node | None:
    if expr.symbol in NEGATED:
        positive = replace(expr, symbol=NEGATED[expr.symbol])
        return _operator(sx.Unary("not", positive, expr.place), scope)
    binary = isinstance(expr, sx.Binary)
    sides = (expr.left, expr.right) if isinstance(expr, sx.Binary) else (expr.operand,)
    operands = [operand(side, scope) for side in sides]
    sound = [o for o in operands if o is not None]
    if len(sound) < len(operands):
        return None
    types = operators(expr.symbol, "infix" if binary else "prefix")
    for node_type in types:
        if infer(node_type, 0, _kinds(sound)) is not None:
            ports = _ports(node_type, sound, sides, scope)
            return None if ports is None else node(node_type, ports)
    raise operator_mismatch(expr, types, sound)


def _kinds(operands: Sequence[Operand]) -> list[Kind | None]:
    return [o.kind if isinstance(o, Node) else None for o in operands]


def _ports(
    node_type: NodeType, operands: Sequence[Operand], sides: Sequence[sx.Expr], scope: Scope
) -> list[Node] | None:
    """Return one node a port, bare numbers turned into constants of the kind inferred."""
    kinds = infer(node_type, 0, _kinds(operands))
    assert kinds is not None
    ports: list[Node] = []
    for value, kind, side in zip(operands, kinds, sides, strict=True):
        if isinstance(value, Node):
            ports.append(value)
            continue
        assert kind is not None
        try:
            ports.append(constant(value, kind, scope))
        except DslError as error:
            scope.report(error, side.place)
    return ports if len(ports) == len(operands) else None


def unknown_call(expr: sx.Call, scope: Scope) -> UnknownName:
    """Return the error for a call of what is neither a node type nor a function."""
    error = UnknownName(f"unknown node '{expr.name}'")
    if expr.name in scope.later:
        error = scope.unknown(expr.name)
    else:
        calls = [*scope.functions, *(t.name for t in node_types() if t.syntax.form == "call")]
        known = f"larger bars are {' '.join(WORDS)}"
        name = expr.name.lower()
        period = name not in WORDS and _PERIOD.fullmatch(name)
        error.hint = known if period else did_you_mean(name, [*calls, *WORDS])
    error.span = expr.name_place.span
    return error


def _timeframed(expr: sx.Call, scope: Scope) -> Node | None:
    """Return `h4(x)`: everything in the parentheses on bars of H4, brought to the chart."""
    if len(expr.arguments) != 1 or expr.arguments[0].name:
        raise KindMismatch(
            f"{expr.name}(...) takes one value", hint=f"write {expr.name}(ema(close, 20))"
        )
    inner = operand(expr.arguments[0].value, scope)
    if isinstance(inner, Literal):
        raise KindMismatch(f"a number is the same on every timeframe, without {expr.name}( )")
    return None if inner is None else on_timeframe(inner, WORDS[expr.name])


def _call(expr: sx.Call, scope: Scope) -> Operand | None:
    if expr.name in WORDS:
        return _timeframed(expr, scope)
    if expr.name in scope.functions:
        return scope.functions[expr.name].expand(expr, scope)
    if scope.broken(expr.name):
        return None
    try:
        node_type = lookup(expr.name)
        if node_type.syntax.form in {"constant", "statement", "timeframe"}:
            raise UnknownName(f"unknown node '{expr.name}'")
    except UnknownName:
        raise unknown_call(expr, scope) from None
    ports, params = _bound(expr, node_type)
    operands = [_port_operand(node_type, number, ports, scope) for number in range(len(ports))]
    values = _param_values(node_type, params, scope)
    sound = [o for o in operands if o is not None]
    if len(sound) < len(operands) or values is None:
        return None
    if infer(node_type, 0, _kinds(sound)) is None:
        raise call_mismatch(expr, node_type, [o for o, e in zip(sound, ports, strict=True) if e])
    sides = [port if port is not None else expr for port in ports]
    nodes = _ports(node_type, sound, sides, scope)
    return None if nodes is None else node(node_type, nodes, values)


def _port_operand(
    node_type: NodeType, number: int, ports: Sequence[sx.Expr | None], scope: Scope
) -> Operand | None:
    written = ports[number]
    return (
        node(lookup(node_type.inputs[number].leaf)) if written is None else operand(written, scope)
    )


def _param_values(
    node_type: NodeType, params: Sequence[sx.Expr | None], scope: Scope
) -> list[Value] | None:
    values: list[Value] = []
    for param, written in zip(node_type.params, params, strict=True):
        try:
            value: Value | None = param.default
            if written is not None:
                value = param_value(param, written, scope, node_type.name)
        except DslError as error:
            assert written is not None
            scope.report(error, written.place)
            continue
        if value is not None:
            values.append(value)
    return values if len(values) == len(params) else None


def _bound(expr: sx.Call, node_type: NodeType) -> tuple[list[sx.Expr | None], list[sx.Expr | None]]:
    """Return the arguments by port and by parameter; None where nothing is written.

    Ports that always read one price are not written; only if all arguments are written at once,
    they are among them.
    """
    shift = shift_index(node_type)
    port_names = [port.name for port in node_type.inputs]
    param_names = [p.name for number, p in enumerate(node_type.params) if number != shift]
    free = [port.name for port in node_type.inputs if not port.leaf]
    positional = [argument for argument in expr.arguments if not argument.name]
    complete = len(positional) == len(port_names) + len(param_names)
    order = [("port", n) for n in (port_names if complete else free)]
    order += [("param", n) for n in param_names]
    given: dict[tuple[str, str], sx.Expr] = {}
    if len(positional) > len(order):
        many = "argument" if len(order) == 1 else "arguments"
        what = f"takes {len(order)} {many}, not {len(positional)}"
        raise _arguments_error(node_type, expr, what)
    for slot, argument in zip(order, positional, strict=False):
        given[slot] = argument.value
    for argument in expr.arguments:
        if argument.name:
            slot = _slot(node_type, argument, port_names, param_names)
            if slot in given:
                raise _arguments_error(node_type, expr, f"gets '{argument.name}' twice")
            given[slot] = argument.value
    missing = [name for name in free if ("port", name) not in given]
    if missing:
        raise _arguments_error(node_type, expr, f"misses '{missing[0]}'")
    ports = [given.get(("port", name)) for name in port_names]
    return ports, [given.get(("param", p.name)) for p in node_type.params]


def _slot(
    node_type: NodeType, argument: sx.Argument, ports: Sequence[str], params: Sequence[str]
) -> tuple[str, str]:
    # A port and a parameter never share a name within a type.
    if argument.name in ports:
        return "port", argument.name
    if argument.name in params:
        return "param", argument.name
    known = [*ports, *params]
    raise UnknownName(
        f"{node_type.name} has no argument '{argument.name}'",
        hint=did_you_mean(argument.name, known) or f"it has {', '.join(known)}",
        span=argument.place.span,
    )


def _arguments_error(node_type: NodeType, expr: sx.Call, what: str) -> DslError:
    example = f"write {node_type.example}" if node_type.example else ""
    return KindMismatch(f"{node_type.name} {what}", hint=example, span=expr.place.span)


def _selected(expr: sx.Selected, scope: Scope) -> Node | None:
    inner = operand(expr.operand, scope)
    if inner is None:
        return None
    if isinstance(inner, Literal):
        raise KindMismatch("a number has no outputs")
    try:
        return with_output(inner, inner.type.output_index(expr.output))
    except UnknownName as error:
        error.span = expr.output_place.span
        raise


def _shifted(expr: sx.Shifted, scope: Scope) -> Node | None:
    inner = operand(expr.operand, scope)
    if inner is None:
        return None
    if isinstance(inner, Literal):
        raise KindMismatch("a number is the same at every bar; [ ] needs a price or an expression")
    bars = bars_back(expr.bars, scope)
    if bars is None:
        return None
    # Directly behind a leaf the number is its shift; on anything else it delays all leaves.
    direct = shift_index(inner.type) is not None and (
        (isinstance(expr.operand, sx.Call) and expr.operand.name not in scope.functions)
        or (isinstance(expr.operand, sx.Name) and expr.operand.text not in scope.names)
    )
    return rewrite(inner, lambda n: delayed(n, bars, scope, absolute=direct))
