"""From nodes back to the syntax tree: parentheses, kinds, shifts where parsing needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from dsl.kinds import SIGNAL, Kind
from dsl.node import InputRef, Node, Value, node, topological
from dsl.params import IntParam, Param
from dsl.registry import NodeType, lookup
from dsl.strategy import InputSpec
from dsl.text import syntax as sx
from dsl.text.inference import infer, operators, shift_index, within
from dsl.text.statements import UNITS
from dsl.timeframes import shown

NOWHERE = sx.Place(0, 0, 0, 0, 0)
_ATOM = 1_000_000  # binds tighter than every operator


@dataclass(frozen=True, slots=True)
class Naming:
    """What may be written by name: labelled expressions, and the inputs with their values."""

    labels: Mapping[Node, str] = field(default_factory=dict)
    inputs: Mapping[str, InputSpec] = field(default_factory=dict)


def expression(root: Node, naming: Naming, *, whole: bool = False) -> sx.Expr:
    """Return the syntax of a node.

    Args:
        root: Node to be written; a constant is written with its kind.
        naming: Names that stand for expressions within it.
        whole: Write out the root itself even if it has a name (for the line that defines the name).
    """
    done: dict[Node, sx.Expr] = {}
    for current in topological(root):
        named = not (whole and current is root) and not current.timeframe
        name = naming.labels.get(current) if named else None
        done[current] = sx.Name(name, NOWHERE) if name else _written(current, done, naming)
    return done[root]


def value_syntax(value: Value, param: Param | None = None) -> sx.Expr:
    """Return a parameter's value as text has it: shortest digits, a clock time, an input's name."""
    if isinstance(value, InputRef):
        return sx.Name(value.name, NOWHERE)
    if isinstance(value, str):
        return sx.Name(value, NOWHERE)
    if isinstance(param, IntParam) and param.clock:
        return clock_syntax(value)
    return number_syntax(value)


def number_syntax(value: float) -> sx.Number:
    """Return the shortest text that reads back as the same number."""
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return sx.Number(str(int(value)) if whole else repr(float(value)), NOWHERE)


def clock_syntax(minutes: float) -> sx.Clock:
    """Return minutes since midnight as 08:30."""
    hours, rest = divmod(int(minutes), 60)
    return sx.Clock(f"{hours:02d}:{rest:02d}", NOWHERE)


def _written(current: Node, done: Mapping[Node, sx.Expr], naming: Naming) -> sx.Expr:
    form = current.type.syntax.form
    if form == "constant":
        return _typed(current)
    if form == "timeframe":
        return _timeframed(current, done)
    sides = _sides(current, done, naming)
    if form in {"infix", "prefix"} and not current.type.params and sides:
        return _operator(current, sides, naming)
    return _selected(current, _call(current, done, sides))


def _timeframed(current: Node, done: Mapping[Node, sx.Expr]) -> sx.Expr:
    """Return `h4(x)`; what stands inside is written as on the chart."""
    (inner,) = current.inputs
    assert inner is not None
    argument = sx.Argument("", done[inner], NOWHERE)
    return sx.Call(shown(inner.timeframe).lower(), (argument,), NOWHERE, NOWHERE)


def _typed(constant: Node) -> sx.Expr:
    kind = constant.kind
    value = value_syntax(constant.params[0])
    assert isinstance(value, sx.Number | sx.Name)
    bounds = (_bound(kind.low), _bound(kind.high)) if kind.name == "oscillator" else ()
    return sx.Typed(value, kind.name, bounds, NOWHERE)


def _bound(value: float) -> str:
    return str(value) if value in {float("inf"), float("-inf")} else number_syntax(value).text


def _sides(current: Node, done: Mapping[Node, sx.Expr], naming: Naming) -> list[sx.Expr]:
    """Return the inputs' syntax, constants bare where parsing gives them their kind back."""
    children = [child for child in current.inputs if child is not None]
    if len(children) < len(current.inputs):
        return []
    sides = [done[child] for child in children]
    for number in _bare(current.type, children, naming):
        sides[number] = value_syntax(children[number].params[0])
    return sides


def _bare(node_type: NodeType, children: Sequence[Node], naming: Naming) -> tuple[int, ...]:
    """Return the largest set of constants among the inputs whose kind need not be written."""
    kinds = tuple(child.kind for child in children)
    free = [n for n, child in enumerate(children) if _may_be_bare(child, naming)]
    for size in range(len(free), 0, -1):
        for chosen in combinations(free, size):
            given = [None if n in chosen else kind for n, kind in enumerate(kinds)]
            if infer(node_type, 0, given) == kinds:
                return chosen
    return ()


def _may_be_bare(child: Node, naming: Naming) -> bool:
    if child.type.syntax.form != "constant" or child in naming.labels:
        return False
    value = child.params[0]
    if isinstance(value, InputRef):
        if value.name not in naming.inputs:
            return True
        value = naming.inputs[value.name].value
    return within(child.kind, float(value))


def _operator(current: Node, sides: list[sx.Expr], naming: Naming) -> sx.Expr:
    syntax = current.type.syntax
    given: list[Kind | None] = [
        None if isinstance(side, sx.Number) or _bare_input(child, side, naming) else child.kind
        for child, side in zip(current.inputs, sides, strict=True)
        if child is not None
    ]
    types = operators(syntax.symbol, syntax.form)
    first = next((t for t in types if infer(t, 0, given) is not None), None)
    if first is not current.type:
        return _plain_call(current.type, sides, ())
    wanted = [syntax.precedence] * len(sides)
    if syntax.form == "infix":
        alone = current.kind == SIGNAL and not current.type.logic  # a > b > c means nothing
        wanted = [syntax.precedence + alone, syntax.precedence + 1]
    shown = [
        sx.Paren(side, NOWHERE) if _precedence(side, child) < least else side
        for side, child, least in zip(sides, current.inputs, wanted, strict=True)
    ]
    if syntax.form == "infix":
        return sx.Binary(syntax.symbol, shown[0], shown[1], NOWHERE)
    if isinstance(sides[0], sx.Number | sx.Typed):  # a sign would become part of the number
        shown = [sx.Paren(sides[0], NOWHERE)]
    return sx.Unary(syntax.symbol, shown[0], NOWHERE)


def _bare_input(child: Node, side: sx.Expr, naming: Naming) -> bool:
    constant = child.type.syntax.form == "constant"
    return constant and isinstance(side, sx.Name) and child not in naming.labels


def _precedence(side: sx.Expr, child: Node | None) -> int:
    if child is None or not isinstance(side, sx.Binary | sx.Unary):
        return _ATOM
    return child.type.syntax.precedence


def _plain_call(
    node_type: NodeType, sides: Sequence[sx.Expr], params: Sequence[sx.Expr]
) -> sx.Call:
    arguments = tuple(sx.Argument("", value, NOWHERE) for value in (*sides, *params))
    return sx.Call(node_type.name, arguments, NOWHERE, NOWHERE)


def _call(current: Node, done: Mapping[Node, sx.Expr], sides: list[sx.Expr]) -> sx.Expr:
    node_type = current.type
    shift = shift_index(node_type)
    params = [
        value_syntax(value, param)
        for number, (value, param) in enumerate(zip(current.params, node_type.params, strict=True))
        if number != shift
    ]
    if shift is not None:
        leaf: sx.Expr = sx.Name(node_type.name, NOWHERE)
        if node_type.syntax.form != "leaf":
            leaf = _plain_call(node_type, (), params)
        return _shifted(leaf, current.params[shift], node_type.params[shift].default)
    fixed = _fixed_shift(current)
    unit = next((u for u, name in UNITS.items() if name == node_type.name), None)
    if unit is not None and fixed is not None and not _signed(params[0]):
        assert isinstance(params[0], sx.Number | sx.Name)
        return _shifted(sx.Unit(params[0], unit, NOWHERE), fixed, 1)
    free = [side for side, port in zip(sides, node_type.inputs, strict=True) if not port.leaf]
    if fixed is None or (free and fixed != 1):
        return _plain_call(node_type, sides, params)
    return _shifted(_plain_call(node_type, free, params), fixed, 1)


def _signed(expr: sx.Expr) -> bool:
    return isinstance(expr, sx.Number) and expr.text.startswith("-")


def _fixed_shift(current: Node) -> Value | None:
    """Return the shift that all unwritten ports share, None when they must be written.

    1 too where each reads its own default: the day of a bar is known when it opens.
    """
    shifts: set[Value] = set()
    usual = True
    for child, port in zip(current.inputs, current.type.inputs, strict=True):
        if port.leaf:
            leaf = lookup(port.leaf)
            index = shift_index(leaf)
            if child is None or index is None or child.type is not leaf:
                return None
            params = [*node(leaf).params[:index], child.params[index]]
            if child is not node(leaf, (), params, timeframe=child.timeframe):
                return None
            shifts.add(child.params[index])
            usual = usual and child is node(leaf, timeframe=child.timeframe)
    if usual:
        return 1
    return shifts.pop() if len(shifts) == 1 else None


def _shifted(inner: sx.Expr, shift: Value, default: object) -> sx.Expr:
    if shift == default:
        return inner
    bars = value_syntax(shift)
    assert isinstance(bars, sx.Number | sx.Name)
    return sx.Shifted(inner, bars, NOWHERE)


def _selected(current: Node, written: sx.Expr) -> sx.Expr:
    if current.output == 0:
        return written
    output = current.type.outputs[current.output].name
    return sx.Selected(written, output, NOWHERE, NOWHERE)


def spine(root: Node, logic: str) -> Iterator[Node]:
    """Yield the terms of a chain of `and`s or `or`s that was joined from left to right."""
    tail: list[Node] = []
    while root.type.logic == logic:
        left, right = root.inputs
        assert left is not None
        assert right is not None
        tail.append(right)
        root = left
    yield root
    yield from reversed(tail)
