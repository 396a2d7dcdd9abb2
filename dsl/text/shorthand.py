"""Find the statements that conditions on entries and forced exits were written as.

The inverse of what lowering does with a shorthand: conditions are matched with the same templates,
so what is printed is read back as the same graph. What no shorthand fits gets the general form.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import combinations

from dsl.node import InputRef, Node, Value, node, topological
from dsl.params import Param
from dsl.registry import lookup
from dsl.strategy import InputSpec
from dsl.text import syntax as sx
from dsl.text.expressions import operand
from dsl.text.lower import parse_expression
from dsl.text.parser import parse_expression_syntax
from dsl.text.scope import Scope
from dsl.text.statements import DAYS, OPERANDS, SHORTHANDS, Shorthand, weekdays_expression
from dsl.text.unparse import NOWHERE, Naming, expression, spine, value_syntax

Line = tuple[str, list[sx.Expr]]
Binding = dict[str, tuple[Value, Param]]
_GENERAL = {"trade_when", "close_when"}


def shortened(filters: Node | None, exits: Node | None, naming: Naming) -> Iterator[Line]:
    """Yield form and operands of the statements that together give these two conditions."""
    entry_terms = list(spine(filters, "and")) if filters is not None else []
    exit_terms = list(spine(exits, "or")) if exits is not None else []
    lines = list(_lines(entry_terms, exit_terms, naming))
    for form, whole in (("trade_when", filters), ("close_when", exits)):
        plain = all(line[0] == form or not _adds(line[0], form) for line in lines)
        if whole is not None and plain:  # no shorthand had a part in it: one condition, one line
            lines = [line for line in lines if line[0] != form]
            lines.append((form, [expression(whole, naming)]))
    yield from lines


def _adds(form: str, general: str) -> bool:
    if form == "weekdays":
        return general == "trade_when"
    shorthand = SHORTHANDS[form]
    return bool(shorthand.filters if general == "trade_when" else shorthand.exits)


def _lines(filters: Sequence[Node], exits: Sequence[Node], naming: Naming) -> Iterator[Line]:
    position = 0
    while position < len(filters):
        found = _matched(filters[position:], exits)
        if found is None:
            days, count = _weekdays(filters[position:], first=position == 0)
            if days:
                yield "weekdays", [sx.Name(day, NOWHERE) for day in days]
            else:
                yield "trade_when", [expression(filters[position], naming)]
            position += count
            continue
        form, operands, skipped = found
        for term in exits[:skipped]:
            yield "close_when", [expression(term, naming)]
        exits = exits[skipped + len(SHORTHANDS[form].exits) :]
        position += len(SHORTHANDS[form].filters)
        yield form, operands
    for term in exits:
        yield "close_when", [expression(term, naming)]


def _matched(
    filters: Sequence[Node], exits: Sequence[Node]
) -> tuple[str, list[sx.Expr], int] | None:
    """Return the shorthand that the next terms fit, its operands, how many exits stand before."""
    for form, shorthand in SHORTHANDS.items():
        if form in _GENERAL:
            continue
        for skipped in range(len(exits) + 1 if shorthand.exits else 1):
            terms = [*filters[: len(shorthand.filters)]]
            terms += exits[skipped : skipped + len(shorthand.exits)]
            bound = _bound(form, shorthand, terms)
            if bound is not None:
                return form, bound, skipped
    return None


def _bound(form: str, shorthand: Shorthand, terms: Sequence[Node]) -> list[sx.Expr] | None:
    templates = (*shorthand.filters, *shorthand.exits)
    if len(terms) < len(templates):
        return None
    binding: Binding = {}
    for template, term in zip(templates, terms, strict=True):
        if not _fits(_pattern(template), term, binding):
            return None
    operands = [value_syntax(*binding[name]) for name in OPERANDS if name in binding]
    signed = any(isinstance(o, sx.Number) and o.text.startswith("-") for o in operands)
    return None if signed else operands


def _fits(pattern: Node, term: Node, binding: Binding) -> bool:
    """Match a term with a pattern; operands met are bound, and must be the same everywhere."""
    stack = [(pattern, term)]
    while stack:
        want, have = stack.pop()
        if want.type is not have.type or want.output != have.output or want.kind != have.kind:
            return False
        for param, expected, value in zip(want.type.params, want.params, have.params, strict=True):
            if isinstance(expected, InputRef) and expected.name in OPERANDS:
                if binding.setdefault(expected.name, (value, param))[0] != value:
                    return False
            elif expected != value:
                return False
        for a, b in zip(want.inputs, have.inputs, strict=True):
            if a is None or b is None:
                return False
            stack.append((a, b))
    return True


@functools.cache
def _pattern(template: str) -> Node:
    """Return the graph of a template, with inputs where the operands go."""
    expr = parse_expression_syntax(template)
    for clocks in (set(OPERANDS), set[str]()):
        scope = Scope(inputs={name: InputSpec(name, 0) for name in OPERANDS}, clocks=clocks)
        found = operand(expr, scope)
        if isinstance(found, Node) and not scope.errors:
            return found
    raise AssertionError(f"template {template!r} has no meaning")


def _weekdays(terms: Sequence[Node], *, first: bool) -> tuple[tuple[str, ...], int]:
    """Return the days of a condition on nothing but the weekday, and how many terms it takes.

    A run of days is an `and` itself: at the beginning of the chain it came apart into two terms.
    """
    leaf = _pattern("weekday").type
    if not any(current.type is leaf for current in topological(terms[0])):
        return (), 1
    if first and len(terms) > 1:
        both = _day_sets().get(node(lookup("and"), terms[:2]), ())
        if both:
            return both, 2
    return _day_sets().get(terms[0], ()), 1


@functools.cache
def _day_sets() -> dict[Node, tuple[str, ...]]:
    return {
        parse_expression(weekdays_expression(days)): days
        for count in range(1, len(DAYS) + 1)
        for days in combinations(DAYS, count)
    }
