"""What is known while a text is given its meaning: inputs, names, labels, and the errors so far."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dsl.errors import DslError, ParamOutOfRange, UnknownName, did_you_mean
from dsl.node import InputRef, Node, Value
from dsl.params import ChoiceParam, IntParam, Param
from dsl.registry import node_types
from dsl.strategy import InputSpec
from dsl.text import syntax as sx
from dsl.text.inference import Literal

Operand = Node | Literal


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the text: `expand` gives what a call in a scope stands for, None if broken."""

    name: str
    expand: Callable[[sx.Call, Scope], Operand | None]


@dataclass(slots=True)
class Files:
    """The text that is read, the texts that include it (outermost first), libraries read so far."""

    path: str = ""
    around: tuple[Path, ...] = ()
    libraries: dict[Path, Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """State of one lowering.

    names: Named expressions met so far; None for one that is broken. later: Lines of the names that
    the text defines anywhere. uses: Which parameters an input stands for. clocks: Inputs written as
    times of day. lost: Names whose definition could not even be read. functions: Those met so far.
    calls: Names of the functions that are being expanded, outermost first. incomplete: A library
    could not be included, so that nobody knows which names there are.
    """

    inputs: dict[str, InputSpec] = field(default_factory=dict)
    names: dict[str, Operand | None] = field(default_factory=dict)
    labels: dict[str, Node] = field(default_factory=dict)
    later: dict[str, int] = field(default_factory=dict)
    uses: dict[str, list[Param]] = field(default_factory=dict)
    clocks: set[str] = field(default_factory=set)
    lost: frozenset[str] = frozenset()
    errors: list[DslError] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    files: Files = field(default_factory=Files)
    incomplete: bool = False

    def report(self, error: DslError, place: sx.Place) -> None:
        """Keep an error; it stands at `place` if it does not know better."""
        placed = copy.copy(error)
        placed.span = error.span or place.span
        self.errors.append(placed)

    def broken(self, name: str) -> bool:
        """Return whether the name's own definition is wrong, so that its uses are not to blame."""
        if self.incomplete and not any(
            name in known for known in (self.names, self.inputs, self.functions, self.later)
        ):
            return all(t.name != name for t in node_types())
        return name in self.lost or (name in self.names and self.names[name] is None)

    def use(self, name: str, param: Param) -> InputRef:
        """Note that an input stands for a parameter, and return the reference."""
        self.uses.setdefault(name, []).append(param)
        return InputRef(name)

    def unknown(self, name: str) -> UnknownName:
        """Return the error for a name that nothing defines, with the nearest known one."""
        if name in self.functions:
            return UnknownName(f"{name} is a function", hint=f"write {name}(...)")
        if name in self.later:
            line = self.later[name]
            return UnknownName(
                f"'{name}' is not known yet", hint=f"it is defined on line {line}: move that up"
            )
        types = [t.name for t in node_types() if t.syntax.form in {"leaf", "call"}]
        known = [*self.inputs, *self.names, *self.functions, *types]
        return UnknownName(f"unknown name '{name}'", hint=did_you_mean(name.lower(), known))


def param_value(param: Param, expr: sx.Expr, scope: Scope, owner: str) -> Value | None:
    """Return the literal or input that an expression gives to a parameter; None if it is broken.

    Raises:
        ParamOutOfRange: Outside the limits, or not a number of the parameter's type.
        UnknownName: A name that is no input.
    """
    while isinstance(expr, sx.Paren):
        expr = expr.inner
    clock = isinstance(param, IntParam) and param.clock
    match expr:
        case sx.Number():
            if clock:
                raise _wants(param, owner, expr.text, "a time such as 08:30")
            return _coerced(param, expr.value, owner)
        case sx.Clock():
            if not clock:
                raise _wants(param, owner, expr.text, "a number")
            return _clock_value(param, expr, owner)
        case sx.Name():
            return _named_value(param, expr, scope, owner, clock=clock)
    raise _wants(param, owner, "an expression", "a number or an input")


def _named_value(
    param: Param, expr: sx.Name, scope: Scope, owner: str, *, clock: bool
) -> Value | None:
    name = expr.text
    if isinstance(param, ChoiceParam):
        return _coerced(param, name, owner)
    if scope.broken(name):
        return None
    named = scope.names.get(name)
    if isinstance(named, Literal) and named.clock == clock:
        value = named.value
        if isinstance(value, InputRef):
            return scope.use(value.name, param)
        return _coerced(param, value, owner)
    if named is not None or name not in scope.inputs:
        if named is not None:
            raise _wants(param, owner, f"the expression '{name}'", "a number or an input")
        raise scope.unknown(name)
    if scope.inputs[name].kind:
        raise _wants(param, owner, f"the {scope.inputs[name].kind} input '{name}'", "a number")
    if (name in scope.clocks) != clock:
        wanted = "a time such as 08:30" if clock else "a number"
        raise _wants(param, owner, f"the input '{name}'", wanted)
    _coerced(param, scope.inputs[name].value, owner)
    return scope.use(name, param)


def _coerced(param: Param, value: object, owner: str) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        place = f"{owner}: {param.name}" if owner else param.name
        raise ParamOutOfRange(f"{place} is too large a number")
    try:
        return param.coerce(value)
    except ParamOutOfRange as error:
        message = f"{owner}: {error.message}" if owner else error.message
        raise ParamOutOfRange(message, hint=error.hint) from error


def _clock_value(param: Param, expr: sx.Clock, owner: str) -> Value:
    minutes = expr.minutes
    if minutes >= 24 * 60:
        raise ParamOutOfRange(f"{expr.text} is no time of day; allowed is 00:00..23:59")
    return _coerced(param, minutes, owner)


def _wants(param: Param, owner: str, found: str, wanted: str) -> ParamOutOfRange:
    place = f"{owner}: {param.name}" if owner else param.name
    return ParamOutOfRange(f"{place} wants {wanted}, found {found}")
