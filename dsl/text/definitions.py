"""Definitions: named expressions, functions, and libraries of both that a text includes.

A function is no node: each call is replaced by its body, with the arguments in place of the
parameters. What a function or a library says is checked where it stands, before anyone calls it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsl.errors import (
    DslError,
    DslErrors,
    KindMismatch,
    SyntaxProblem,
    UnknownName,
    did_you_mean,
)
from dsl.node import Node
from dsl.params import ChoiceParam
from dsl.registry import node_types
from dsl.text import syntax as sx
from dsl.text.expressions import operand, unknown_call
from dsl.text.formatter import format_expr
from dsl.text.inference import Literal
from dsl.text.parser import read, unquoted
from dsl.text.scope import Files, Function, Operand, Scope
from dsl.text.table import declare_name, name_problem
from dsl.timeframes import WORDS

DEFINITIONS = ("named", "define", "include")
MAX_CALLS = 40  # functions within functions
MAX_EXPANSIONS = 2000  # of one function; far above what a strategy needs


def in_files(path: str) -> Files:
    """Return what is known of files when the text at `path` ("" if it is no file) is read."""
    return Files(path, (_real(Path(path)),) if path else ())


def later(file: sx.File) -> dict[str, int]:
    """Return the lines on which the names of a text are defined."""
    statements = [s for s in reversed(file.statements) if s.form in DEFINITIONS and s.name]
    return {s.name: s.place.line for s in statements}


def define(statement: sx.Statement, scope: Scope) -> None:
    """Enter what a statement of one of DEFINITIONS defines into the scope."""
    if statement.form == "named":
        _named(statement, scope)
    elif statement.form == "define":
        _function(statement, scope)
    else:
        _include(statement, scope)


def _named(statement: sx.Statement, scope: Scope) -> None:
    name = statement.name
    declare_name(name, statement.parts[0].place, scope)
    value = operand(statement.operands[0], scope)
    if isinstance(value, Literal) and not value.label:
        value = replace(value, label=name)
    scope.names[name] = value
    if isinstance(value, Node):
        scope.labels[name] = value


@dataclass(slots=True)
class _Definition:
    """A function as it was written, with what was known there, and the calls expanded so far."""

    signature: sx.Signature
    body: sx.Expr
    scope: Scope
    done: dict[tuple[object, ...], Operand] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.signature.name

    def place(self, error: DslError) -> str:
        """Return where in the definition an error is."""
        span = error.span or self.body.place.span
        path = self.scope.files.path
        return f"{path}:{span.line}:{span.column}" if path else f"line {span.line}"


def _function(statement: sx.Statement, scope: Scope) -> None:
    signature = next(part for part in statement.parts if isinstance(part, sx.Signature))
    errors = len(scope.errors)
    declare_name(signature.name, signature.place, scope)
    taken = signature.name in WORDS or any(t.name == signature.name for t in node_types())
    if len(scope.errors) == errors and taken:
        message = f"'{signature.name}' is a node type already"
        scope.report(SyntaxProblem(message, hint="choose another name"), signature.place)
    _check_parameters(signature, scope)
    body = statement.operands[0]
    for part in _parts(body):
        problem = _problem(part, signature, scope)
        if problem is not None:
            scope.report(problem, part.place)
    if len(scope.errors) > errors:
        scope.names.setdefault(signature.name, None)
        return
    known = replace(scope, names=dict(scope.names), functions=dict(scope.functions))
    definition = _Definition(signature, body, known)
    scope.functions[signature.name] = Function(
        signature.name, lambda expr, caller: _expanded(definition, expr, caller)
    )


def _check_parameters(signature: sx.Signature, scope: Scope) -> None:
    seen: set[str] = set()
    for parameter in signature.parameters:
        problem = name_problem(parameter.name, word_allowed=False)
        if parameter.name in seen:
            problem = f"{signature.name} has two parameters '{parameter.name}'"
        if problem:
            scope.report(SyntaxProblem(problem, hint="choose another name"), parameter.place)
        seen.add(parameter.name)


def _parts(expr: sx.Expr) -> Iterator[sx.Expr]:
    stack = [expr]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(sx.children(current)))


def _problem(part: sx.Expr, signature: sx.Signature, scope: Scope) -> DslError | None:
    """Return why a name or call in the body of a function can mean nothing, whoever calls it."""
    if isinstance(part, sx.Call):
        if part.name == signature.name:
            return SyntaxProblem(
                f"{part.name} calls itself",
                hint="a function is replaced by its body, so it cannot",
                span=part.name_place.span,
            )
        calls = {t.name for t in node_types()} | set(WORDS)
        if part.name in calls or part.name in scope.functions or scope.broken(part.name):
            return None
        return unknown_call(part, scope)
    if isinstance(part, sx.Name) and not _known(part.text, signature, scope):
        return scope.unknown(part.text)
    return None


def _known(name: str, signature: sx.Signature, scope: Scope) -> bool:
    types = node_types()
    choices = {c for t in types for p in t.params if isinstance(p, ChoiceParam) for c in p.choices}
    return (
        any(parameter.name == name for parameter in signature.parameters)
        or name in scope.names
        or name in scope.inputs
        or scope.broken(name)
        or name in choices
        or any(t.name == name for t in types if t.syntax.form in {"leaf", "call"})
    )


def _expanded(definition: _Definition, expr: sx.Call, caller: Scope) -> Operand | None:
    """Return what a call stands for; errors point to the call and name the definition's place."""
    names = _arguments(definition, expr, caller)
    if names is None:
        return None
    key = tuple((type(v.value), v) if isinstance(v, Literal) else v for v in names.values())
    if key not in definition.done:
        if len(caller.calls) >= MAX_CALLS or len(definition.done) >= MAX_EXPANSIONS:
            raise SyntaxProblem(f"{definition.name} is expanded too often or too deep")
        inner = replace(
            caller,
            names={**definition.scope.names, **names},
            functions=definition.scope.functions,
            errors=[],
            later={},
            calls=(*caller.calls, definition.name),
        )
        found = operand(definition.body, inner)
        if inner.errors:
            _report(definition, expr, inner.errors[0], caller)
        if found is None or inner.errors:
            return None
        definition.done[key] = found
    return definition.done[key]


def _report(definition: _Definition, expr: sx.Call, error: DslError, caller: Scope) -> None:
    hint = f"in '{definition.name}' at {definition.place(error)}"
    shown = type(error)(
        f"{format_expr(expr)}: {error.message}",
        hint=f"{hint}; {error.hint}" if error.hint else hint,
    )
    caller.report(shown, expr.place)


def _arguments(definition: _Definition, expr: sx.Call, caller: Scope) -> dict[str, Operand] | None:
    """Return the value of each parameter, None if one of them is broken."""
    parameters = definition.signature.parameters
    given = _bound(parameters, expr, definition)
    names: dict[str, Operand] = {}
    for parameter in parameters:
        if parameter.name in given:
            value = operand(given[parameter.name], caller)
        elif parameter.default is not None:
            value = operand(parameter.default, replace(definition.scope, errors=caller.errors))
        else:
            raise KindMismatch(
                f"{definition.name} misses '{parameter.name}'",
                hint=f"it is {_shown(definition)}, {definition.place(KindMismatch(''))}",
            )
        if value is not None:
            names[parameter.name] = value
    return names if len(names) == len(parameters) else None


def _bound(
    parameters: Sequence[sx.Parameter], expr: sx.Call, definition: _Definition
) -> dict[str, sx.Expr]:
    names = [parameter.name for parameter in parameters]
    positional = [a for a in expr.arguments if not a.name]
    hint = f"it is {_shown(definition)}, {definition.place(KindMismatch(''))}"
    if len(positional) > len(names):
        many = "argument" if len(names) == 1 else "arguments"
        message = f"{definition.name} takes {len(names)} {many}, not {len(positional)}"
        raise KindMismatch(message, hint=hint)
    given = {name: argument.value for name, argument in zip(names, positional, strict=False)}
    for argument in expr.arguments:
        if argument.name and argument.name not in names:
            message = f"{definition.name} has no parameter '{argument.name}'"
            close = did_you_mean(argument.name, names)
            raise UnknownName(message, hint=close or hint, span=argument.place.span)
        if argument.name in given:
            raise KindMismatch(f"{definition.name} gets '{argument.name}' twice", hint=hint)
        if argument.name:
            given[argument.name] = argument.value
    return given


def _shown(definition: _Definition) -> str:
    return f"{definition.name}({', '.join(p.name for p in definition.signature.parameters)})"


def check_library(text: str, path: str = "") -> tuple[str, ...] | None:
    """Return what a library text defines, None if the text is no library.

    Raises:
        DslErrors: The library is wrong.
    """
    reading = read(text, path)
    if reading.file is None or reading.file.word != "library":
        return None
    scope = Scope(lost=reading.lost, errors=list(reading.errors), files=in_files(path))
    _lower(reading.file, scope)
    if scope.errors:
        raise DslErrors(scope.errors, text=text, path=path)
    return (*scope.names, *scope.functions)


def _include(statement: sx.Statement, scope: Scope) -> None:
    name = unquoted(statement.words[-1])
    if not name.isprintable():
        raise SyntaxProblem(f"{name!a} is no name of a file")
    path = Path(scope.files.path).parent / name
    try:
        found = _library(name, path, scope)
    except SyntaxProblem:
        scope.incomplete = True
        raise
    for key, value in found.names.items():
        if key in scope.names and scope.names[key] is value:
            continue  # two libraries include the same one
        declare_name(key, statement.place, scope)
        scope.names[key] = value
    for key, function in found.functions.items():
        if scope.functions.get(key) is not function:
            declare_name(key, statement.place, scope)
            scope.functions[key] = function
    scope.labels.update(found.labels)


def _library(name: str, path: Path, scope: Scope) -> Scope:
    """Return what a library defines, read once however often it is included."""
    key = _real(path)
    if key in scope.files.around:
        ring = [*scope.files.around[scope.files.around.index(key) :], key]
        shown = " -> ".join(part.name for part in ring)
        raise SyntaxProblem(f'"{name}" includes itself: {shown}')
    if key not in scope.files.libraries:
        scope.files.libraries[key] = _read(name, path, scope.files)
    return scope.files.libraries[key]


def _real(path: Path) -> Path:
    """Return where a path leads; of a link to itself, the link."""
    return Path(os.path.realpath(path))


def _read(name: str, path: Path, files: Files) -> Scope:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        beside = os.listdir(path.parent) if path.parent.is_dir() else []
        hint = did_you_mean(path.name, sorted(beside)) or f"it is looked for at {path}"
        raise SyntaxProblem(f'"{name}" cannot be read: {reason}', hint=hint) from None
    reading = read(text, str(path))
    inside = Files(str(path), (*files.around, _real(path)), files.libraries)
    scope = Scope(lost=reading.lost, errors=list(reading.errors), files=inside)
    if reading.file is not None:
        _lower(reading.file, scope)
    if scope.errors:
        raise SyntaxProblem(
            f'"{name}" has errors:\n{DslErrors(scope.errors, text=text, path=str(path))}'
        )
    return scope


def _lower(file: sx.File, scope: Scope) -> None:
    if file.word != "library":
        error = SyntaxProblem("this is a strategy", hint='a library begins with library "..." {')
        scope.report(error, replace(file.place, end=file.place.start + len(file.word)))
        return
    scope.later = later(file)
    for statement in file.statements:
        try:
            if statement.form not in DEFINITIONS:
                raise SyntaxProblem("a library holds only def, include and named expressions")
            define(statement, scope)
        except DslError as error:
            scope.report(error, statement.place)
