"""Formula files: a pair of buy and sell formulas with variables and inputs becomes a strategy.

Each entry begins at the start of a line, `Buy = ...`, and goes on where lines are indented. Buy and
sell are formulas (see formulas), stops and targets are expressions of the strategy language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from dsl.errors import (
    DslError,
    DslErrors,
    KindMismatch,
    Span,
    SyntaxProblem,
    UnknownName,
    did_you_mean,
)
from dsl.kinds import DISTANCE, SIGNAL
from dsl.node import Node, Value, node
from dsl.nodes.expert import EXPERT
from dsl.nodes.sizing import LOTS, RISK
from dsl.strategy import InputSpec, Strategy, check_texts, resolved
from dsl.text import syntax as sx
from dsl.text.expressions import operand
from dsl.text.formulas import formula_operand, parse_formula
from dsl.text.mismatch import kind_word, place_mismatch
from dsl.text.parser import parse_expression_syntax
from dsl.text.scope import Scope, param_value
from dsl.text.table import finished, name_problem

SUFFIX = ".formula"
_FORMULAS = {
    "Buy": "long_entry",
    "Sell": "short_entry",
    "CloseBuy": "long_exit",
    "CloseSell": "short_exit",
}
_DISTANCES = {
    "StopLoss": "stop_loss",
    "TakeProfit": "take_profit",
    "TrailingStop": "trailing_stop",
}
_SIZES = {"Lots": LOTS, "Risk": RISK}
KEYS = ("Title", "Variables", "Inputs", *_FORMULAS, *_DISTANCES, *_SIZES, "Reverse")
_ENTRY = re.compile(r"([A-Za-z]\w*)[ \t]*(?:=(?!=)|(?=\"))")
_COMMENT = re.compile(r"(?:#|//)[^\n]*")
_SETTING = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>[-+]?[\d.][\d.eE+-]*?)"
    r"(?:\s+in\s+(?P<low>[-+]?[\d.]+?)\s*\.\.\s*(?P<high>[-+]?[\d.]+)"
    r"(?:\s+step\s+(?P<step>[\d.]+))?)?\s*\Z"
)
_YES_NO = {"yes": 1, "true": 1, "no": 0, "false": 0}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A value of the file: the whole text with all else blanked, so that places stay right."""

    key: str
    text: str
    span: Span

    @property
    def value(self) -> str:
        return self.text.strip()


def parse_formulas(text: str, path: str = "") -> Strategy:
    """Return the strategy that a formula file describes, or raise DslErrors with all errors.

    The opposite signal closes a position and opens the other one, unless `Reverse = no`.

    >>> parse_formulas("Buy = OPEN(0) > CLOSE(1)").rule("reverse")
    1
    """
    scope = Scope()
    entries = _entries(text, scope)
    for key in ("Variables", "Inputs"):
        if key in entries:
            _settings(entries[key], scope)
    strategy = _strategy(entries, scope, path)
    if scope.errors or strategy is None:
        raise DslErrors(scope.errors, text=text, path=path or "formula")
    return strategy


def _entries(text: str, scope: Scope) -> dict[str, _Entry]:
    plain = _COMMENT.sub(lambda found: " " * len(found.group()), text)
    starts: list[tuple[str, int, int, Span]] = []
    position = 0
    for number, line in enumerate(plain.splitlines(keepends=True), 1):
        found = _ENTRY.match(line)
        if found:
            span = Span(number, 1, len(found[1]))
            starts.append((found[1], position, position + found.end(), span))
        elif line.strip() and not (starts and line[0] in " \t"):
            problem = SyntaxProblem("this line is no entry", hint=f"one of {', '.join(KEYS)} = ...")
            problem.span = Span(number, 1, len(line.strip()))
            scope.errors.append(problem)
            plain = plain[:position] + _blank(line) + plain[position + len(line) :]
        position += len(line)
    entries: dict[str, _Entry] = {}
    ends = [start for _, start, _, _ in starts[1:]] + [len(plain)]
    for (word, _, start, span), end in zip(starts, ends, strict=False):
        key = {name.lower(): name for name in KEYS}.get(word.lower())
        if key is None or key in entries:
            scope.errors.append(_unknown_key(word, span, twice=key is not None))
            continue
        body = plain[start:end]
        if re.fullmatch(r'\s*"[^"]*"\s*', body):
            body = body.replace('"', " ")
        entries[key] = _Entry(key, _blank(plain[:start]) + body, span)
    return entries


def _unknown_key(word: str, span: Span, *, twice: bool) -> DslError:
    if twice:
        return SyntaxProblem(f"'{word}' stands here again", hint="keep one of them", span=span)
    hint = did_you_mean(word, KEYS) or f"known are {', '.join(KEYS)}"
    return UnknownName(f"unknown entry '{word}'", hint=hint, span=span)


def _blank(text: str) -> str:
    return "".join(c if c in "\r\n" else " " for c in text)


def _settings(entry: _Entry, scope: Scope) -> None:
    """Enter `name = value` or `name = value in low..high step s`, apart by commas or semicolons."""
    position = 0
    for piece in re.split(r"([,;])", entry.text):
        start, position = position, position + len(piece)
        if not piece.strip() or piece in ",;":
            continue
        offset = start + len(piece) - len(piece.lstrip())
        span = _span(entry.text, offset, len(piece.strip()))
        try:
            spec = _spec(piece.strip())
            problem = name_problem(spec.name, word_allowed=True)
            if spec.name in scope.inputs:
                problem = f"the name '{spec.name}' is taken already"
            if problem:
                raise SyntaxProblem(problem, hint="choose another name")
            scope.inputs[spec.name] = spec
        except DslError as error:
            error.span = span
            scope.errors.append(error)


def _spec(text: str) -> InputSpec:
    found = _SETTING.match(text)
    try:
        if found is None:
            raise ValueError(text)
        value, low, high, step = (
            None if found[key] is None else _number(found[key])
            for key in ("value", "low", "high", "step")
        )
    except ValueError:
        hint = "write Fast=10, or with its range Fast=10 in 5..60 step 5"
        raise SyntaxProblem(f"'{text}' is no setting", hint=hint) from None
    assert found is not None
    assert value is not None
    return InputSpec(found["name"], value, low, high, step)


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _span(text: str, offset: int, length: int) -> Span:
    line = text.count("\n", 0, offset) + 1
    return Span(line, offset - text.rfind("\n", 0, offset), length)


def _strategy(entries: dict[str, _Entry], scope: Scope, path: str) -> Strategy | None:
    ports: dict[str, Node] = {"size": node(LOTS)}
    filled = {**_FORMULAS, **_DISTANCES, **dict.fromkeys(_SIZES, "size")}
    for entry in [entries[key] for key in filled if key in entries]:
        try:
            found = _port(entry, scope)
        except DslErrors as found_errors:
            scope.errors.extend(found_errors.errors)
        except DslError as error:
            error.span = error.span or entry.span
            scope.errors.append(error)
        else:
            if found is not None:
                ports[filled[entry.key]] = found
    if not {"Buy", "Sell"} & entries.keys():
        scope.errors.append(KindMismatch("there is neither a Buy nor a Sell formula"))
    rules: dict[str, Value] = {"reverse": _reverse(entries.get("Reverse"), scope)}
    specs = _finished(scope)
    if scope.errors:
        return None
    params = [rules.get(param.name, param.default) for param in EXPERT.params]
    expert = node(EXPERT, [ports.get(port.name) for port in EXPERT.inputs], params)
    title = entries["Title"].value if "Title" in entries else Path(path).stem
    strategy = Strategy(expert, specs, (), title)
    try:
        check_texts(strategy)
        resolved(strategy)
    except DslError as error:
        scope.errors.append(error)
        return None
    return strategy


def _port(entry: _Entry, scope: Scope) -> Node | None:
    """Return what an entry puts on a port of the expert, None where something is wrong."""
    expr = _parsed(entry)
    try:
        if entry.key in _FORMULAS:
            return _condition(entry, expr, scope)
        return (
            _distance(entry, expr, scope) if entry.key in _DISTANCES else _size(entry, expr, scope)
        )
    except DslError as error:
        scope.report(error, expr.place)
        return None


def _parsed(entry: _Entry) -> sx.Expr:
    if entry.key in _FORMULAS:
        return parse_formula(entry.text)
    text = entry.text.replace("%", " ") if entry.key in _SIZES else entry.text
    return parse_expression_syntax(text)


def _condition(entry: _Entry, expr: sx.Expr, scope: Scope) -> Node | None:
    found = formula_operand(expr, scope)
    if found is not None and (not isinstance(found, Node) or found.kind != SIGNAL):
        raise KindMismatch(
            f"{entry.key} is a {kind_word(found)}, not a condition",
            hint="compare it with something: ... > 0",
        )
    return found if isinstance(found, Node) else None


def _distance(entry: _Entry, expr: sx.Expr, scope: Scope) -> Node | None:
    found = operand(expr, scope)
    if found is not None and (not isinstance(found, Node) or found.kind != DISTANCE):
        raise place_mismatch(expr, found, DISTANCE, entry.key)
    return found if isinstance(found, Node) else None


def _size(entry: _Entry, expr: sx.Expr, scope: Scope) -> Node | None:
    node_type = _SIZES[entry.key]
    value = param_value(node_type.params[0], expr, scope, entry.key)
    return None if value is None else node(node_type, (), (value,))


def _reverse(entry: _Entry | None, scope: Scope) -> int:
    if entry is None:
        return 1
    if entry.value.lower() not in _YES_NO:
        scope.errors.append(SyntaxProblem("Reverse is yes or no", span=entry.span))
    return _YES_NO.get(entry.value.lower(), 1)


def _finished(scope: Scope) -> tuple[InputSpec, ...]:
    """Return the inputs, every value of the type that its use wants, ranges checked."""
    specs = []
    for spec in scope.inputs.values():
        try:
            specs.append(finished(spec, scope))
        except DslError as error:
            scope.errors.append(error)
    return tuple(specs)
