"""Printers: `format_text` lays out a text, `format_strategy` prints any strategy canonically.

What `format_strategy` prints reads back as the same strategy, names, ranges and comments included,
and is laid out already as `format_text` would.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from dsl.kinds import STRING
from dsl.looks import LOOKS, color_parts
from dsl.node import InputRef, Node, Value
from dsl.nodes.expert import EXPERT
from dsl.params import IntParam
from dsl.strategy import InputSpec, Strategy
from dsl.text import syntax as sx
from dsl.text.formatter import format_expr, format_file
from dsl.text.parser import parse_syntax, quoted
from dsl.text.shorthand import shortened
from dsl.text.statements import (
    BREAK_EVEN_LOCK,
    EXIT_PORT,
    FILTER_PORT,
    PLAIN_REVERSE,
    WORDS,
)
from dsl.text.unparse import (
    NOWHERE,
    Naming,
    clock_syntax,
    expression,
    number_syntax,
    value_syntax,
)


def format_text(text: str, path: str = "") -> str:
    """Return a strategy text in the one layout; comments, names, order and meaning are kept.

    Raises:
        DslErrors: The text does not follow the grammar.
    """
    return format_file(parse_syntax(text, path))


def format_strategy(strategy: Strategy) -> str:
    """Return the canonical text of a strategy, which parses to an equal one."""
    clocks = _clock_inputs(strategy)
    inputs = {spec.name: spec for spec in strategy.inputs}
    present = set(strategy.order)
    names: dict[Node, str] = {}
    definitions: list[sx.Statement] = []
    for name, node in strategy.labels:
        if node in present and not node.timeframe:
            written = expression(node, Naming(names, inputs), whole=node not in names)
            definitions.append(_statement("named", [_word(name), _word("="), written]))
            names.setdefault(node, name)
    blocks = (
        [_input(spec, clock=spec.name in clocks) for spec in strategy.inputs],
        definitions,
        list(_rules(strategy, Naming(names, inputs))),
        [_filled(name, [_look(name, value, inputs)]) for name, value in strategy.looks],
    )
    statements: list[sx.Statement] = []
    for block in blocks:
        if block:
            statements.extend([replace(block[0], gap=True), *block[1:]])
    return format_file(sx.File(strategy.title, tuple(statements), NOWHERE, ""))


def format_expression(node: Node) -> str:
    """Return the text of a node, which `parse_expression` reads back as the same node."""
    return format_expr(expression(node, Naming()))


def _clock_inputs(strategy: Strategy) -> set[str]:
    """Return the inputs that stand for a time of day somewhere."""
    return {
        value.name
        for node in strategy.order
        for param, value in zip(node.type.params, node.params, strict=True)
        if isinstance(value, InputRef) and isinstance(param, IntParam) and param.clock
    }


def _word(text: str) -> sx.Word:
    return sx.Word(text, NOWHERE)


def _statement(form: str, parts: Iterable[sx.Word | sx.Expr]) -> sx.Statement:
    return sx.Statement(form, tuple(parts), NOWHERE)


def _filled(form: str, operands: Iterable[sx.Expr], words: str = "") -> sx.Statement:
    """Return the statement of a form with its operands in place."""
    rest = iter(operands)
    pattern = (words or WORDS[form]).split()
    return _statement(form, [next(rest) if word == "$" else _word(word) for word in pattern])


def _input(spec: InputSpec, *, clock: bool) -> sx.Statement:
    def shown(value: float) -> sx.Expr:
        return clock_syntax(value) if clock else number_syntax(value)

    value = spec.value
    if isinstance(value, str):
        return _look_input(spec, value)
    # The type of the value is kept: 2.0 is an input of MQL5's type double.
    own = shown(value) if clock or isinstance(value, int) else sx.Number(repr(value), NOWHERE)
    parts: list[sx.Word | sx.Expr] = [_word("input"), _word(spec.name), _word("="), own]
    if spec.low is not None and spec.high is not None:
        parts += [_word("in"), shown(spec.low), _word(".."), shown(spec.high)]
        if spec.step is not None:
            parts += [_word("step"), shown(spec.step)]
    if spec.comment:
        parts.append(_word(quoted(spec.comment)))
    return _statement("input", parts)


def _look_input(spec: InputSpec, value: str) -> sx.Statement:
    written = _look_literal(spec.kind, value, ())
    parts: list[sx.Word | sx.Expr] = [_word("input"), _word(spec.name), _word("="), written]
    return _statement("input", [*parts, *([_word(quoted(spec.comment))] if spec.comment else [])])


def _look(name: str, value: Value, inputs: Mapping[str, InputSpec]) -> sx.Expr:
    """Return the syntax of a text or a colour, or of the input that stands for it."""
    if isinstance(value, InputRef):
        return sx.Name(value.name, NOWHERE)
    return _look_literal(LOOKS[name].name, str(value), inputs)


def _look_literal(kind: str, value: str, taken: Container[str]) -> sx.Expr:
    if kind == STRING.name:
        return sx.Text(quoted(value), NOWHERE)
    # an input may be called like a colour
    shown = "rgb({}, {}, {})".format(*color_parts(value)) if value in taken else value
    return sx.Color(shown, NOWHERE)


def _rules(strategy: Strategy, naming: Naming) -> Iterable[sx.Statement]:
    """Yield the statements of the expert: signals, distances, size, conditions, account rules."""
    ports = {
        port.name: node
        for port, node in zip(EXPERT.inputs, strategy.expert.inputs, strict=True)
        if node is not None
    }
    trigger, lock = ports.get("break_even"), ports.get("break_even_offset")
    for name, node in ports.items():
        if name == "break_even" and trigger is not None and lock is not None:
            both = [expression(trigger, naming), expression(lock, naming)]
            yield _filled(name, both, BREAK_EVEN_LOCK)
        elif name == "break_even_offset" and trigger is not None:
            continue
        elif name == "size":
            yield _filled(f"size_{node.type.size_mode}", [value_syntax(node.params[0])])
        elif name not in {FILTER_PORT, EXIT_PORT}:
            yield _filled(name, [expression(node, naming)])
    for form, operands in shortened(ports.get(FILTER_PORT), ports.get(EXIT_PORT), naming):
        if form == "weekdays":
            yield _statement(form, [_word("weekdays"), *operands])
        else:
            yield _filled(form, operands)
    yield from _account(strategy.expert.params)


def _account(values: Iterable[Value]) -> Iterable[sx.Statement]:
    for param, value in zip(EXPERT.params, values, strict=True):
        if value == param.default:
            continue
        if param.name == "reverse" and not isinstance(value, InputRef):
            yield _filled(param.name, [], PLAIN_REVERSE)
        else:
            yield _filled(param.name, [value_syntax(value, param)])
