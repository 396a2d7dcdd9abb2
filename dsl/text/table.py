"""The table of inputs while a text is given its meaning: names, values, ranges, uses."""

from __future__ import annotations

import re
from dataclasses import replace

from dsl.errors import DslError, ParamOutOfRange, SyntaxProblem
from dsl.kinds import COLOR, STRING
from dsl.looks import checked_look
from dsl.params import FloatParam, IntParam
from dsl.registry import node_types
from dsl.strategy import InputSpec
from dsl.text import syntax as sx
from dsl.text.parser import unquoted, words
from dsl.text.scope import Scope

MAX_NAME = 63  # MQL5 identifiers
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR_WORDS = frozenset({"and", "or", "not", "crosses", "as"})


def declare_name(name: str, place: sx.Place, scope: Scope, *, word_allowed: bool = False) -> None:
    """Check that a new name is free; report an error to the scope if it is not."""
    problem = name_problem(name, word_allowed=word_allowed)
    if name in scope.names or name in scope.inputs or name in scope.functions:
        scope.report(SyntaxProblem(f"the name '{name}' is taken already"), place)
    elif problem:
        scope.report(SyntaxProblem(problem, hint="choose another name"), place)


def name_problem(name: str, *, word_allowed: bool) -> str:
    """Return why an expression or (`word_allowed`) an input cannot have this name, "" if it can."""
    if not _NAME.fullmatch(name):
        return f"'{name}' is no name: letters, digits and _ make one"
    if any(t.name == name and t.syntax.form == "leaf" for t in node_types()):
        return f"'{name}' is a price or clock word"
    if name in (OPERATOR_WORDS if word_allowed else words()):
        return f"'{name}' is a word of the language"
    return f"a name has at most {MAX_NAME} characters" if len(name) > MAX_NAME else ""


def input_spec(statement: sx.Statement, scope: Scope) -> None:
    """Enter the input that a statement declares into the scope."""
    name = statement.words[1]
    declare_name(name, statement.parts[1].place, scope, word_allowed=True)
    last = statement.words[-1]
    comment = unquoted(last) if last.startswith('"') else ""
    settings = statement.operands
    if isinstance(settings[0], sx.Text | sx.Color):
        kind = STRING.name if isinstance(settings[0], sx.Text) else COLOR.name
        value = look_literal(settings[0])
        scope.inputs.setdefault(name, InputSpec(name, value, comment=comment, kind=kind))
        return
    clocks = [isinstance(setting, sx.Clock) for setting in settings]
    if any(clocks) and not all(clocks):
        error = SyntaxProblem("a time of day and a number do not go together in one input")
        scope.report(error, statement.place)
    numbers = [_number(setting, scope) for setting in settings]
    low, high, step = (*numbers[1:], None, None, None)[:3]
    scope.inputs.setdefault(name, InputSpec(name, numbers[0], low, high, step, comment))
    if clocks[0]:
        scope.clocks.add(name)


def look_literal(setting: sx.Expr, *, comment: bool = False) -> str:
    """Return the text or the colour that is written; raise ParamOutOfRange if it is none."""
    if isinstance(setting, sx.Text):
        return checked_look(STRING.name, unquoted(setting.text), comment=comment)
    assert isinstance(setting, sx.Color)
    return checked_look(COLOR.name, setting.text)


def _number(setting: sx.Expr, scope: Scope) -> int | float:
    if isinstance(setting, sx.Clock):
        if setting.minutes >= 24 * 60:
            message = f"{setting.text} is no time of day; allowed is 00:00..23:59"
            scope.report(ParamOutOfRange(message), setting.place)
        return setting.minutes
    assert isinstance(setting, sx.Number)
    return setting.value


def finished_inputs(file: sx.File, scope: Scope) -> tuple[InputSpec, ...]:
    """Return the table, every value of the type that its use wants, ranges checked."""
    places = {s.words[1]: s for s in file.statements if s.form == "input"}
    done = []
    for spec in scope.inputs.values():
        statement = places[spec.name]
        try:
            done.append(finished(spec, scope))
        except DslError as error:
            scope.report(error, statement.place)
    return tuple(done)


def finished(spec: InputSpec, scope: Scope) -> InputSpec:
    """Return an input with a value of the type that its uses want; raise if its range is wrong."""
    if spec.kind:
        return spec
    value = spec.value
    uses = scope.uses.get(spec.name, [])
    if any(isinstance(param, IntParam) for param in uses):
        value = int(value)
    elif uses:
        value = float(value)
    if spec.low is None or spec.high is None:
        return replace(spec, value=value)
    if spec.low > spec.high:
        raise ParamOutOfRange(f"{spec.name}: the range {spec.low:g}..{spec.high:g} is upside down")
    if not spec.low <= float(value) <= spec.high:
        raise ParamOutOfRange(
            f"{spec.name} = {value:g} is outside its own range {spec.low:g}..{spec.high:g}"
        )
    if spec.step is not None and not spec.step > 0:
        raise ParamOutOfRange(f"{spec.name}: a step is above 0, not {spec.step:g}")
    for param in uses:
        if isinstance(param, IntParam | FloatParam):
            _check_bounds(spec, param)
    return replace(spec, value=value)


def _check_bounds(spec: InputSpec, param: IntParam | FloatParam) -> None:
    for bound in (spec.low, spec.high):
        if bound is not None and not param.minimum <= bound <= param.maximum:
            raise ParamOutOfRange(
                f"{spec.name} may become {bound:g}, but {param.name} allows "
                f"{param.minimum:g}..{param.maximum:g}"
            )
