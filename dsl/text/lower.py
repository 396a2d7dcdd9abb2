"""From syntax tree to strategy: inputs, names, statements; all errors of a text in one go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dsl.boxes import SUFFIX as BOXES
from dsl.boxes import parse_boxes
from dsl.errors import DslError, DslErrors, KindMismatch, SyntaxProblem
from dsl.kinds import NUMBER, Kind
from dsl.looks import LOOKS, checked_look
from dsl.mirror import symmetric
from dsl.node import InputRef, Node, Value, node
from dsl.nodes.expert import EXPERT
from dsl.nodes.sizing import LOTS
from dsl.registry import NodeType, lookup, node_types
from dsl.strategy import Strategy, check_texts, resolved
from dsl.text import syntax as sx
from dsl.text.definitions import DEFINITIONS, define, in_files, later
from dsl.text.expressions import constant, operand
from dsl.text.formula_file import SUFFIX, parse_formulas
from dsl.text.inference import Literal
from dsl.text.mismatch import place_mismatch
from dsl.text.parser import parse_expression_syntax, read
from dsl.text.scope import Scope, param_value
from dsl.text.statements import (
    DAYS,
    EXIT_PORT,
    FILTER_PORT,
    OPERANDS,
    SHORTHANDS,
    Shorthand,
    weekdays_expression,
)
from dsl.text.table import finished_inputs, input_spec, look_literal

PORTS = {port.name: port for port in EXPERT.inputs}
RULES = {param.name: param for param in EXPERT.params}


def parse(text: str, path: str = "") -> Strategy:
    """Return the strategy that a text describes, or raise DslErrors with all that is wrong in it.

    A path that ends in .formula says that the text is a pair of formulas (see formula_file), one
    that ends in .json that it holds boxes and links (see dsl.boxes).

    >>> parse('strategy "x" { enter long when rsi(close, 14) < 30 }').title
    'x'
    """
    if path.lower().endswith(SUFFIX):
        return parse_formulas(text, path)
    if path.lower().endswith(BOXES):
        return parse_boxes(text, path).strategy
    reading = read(text, path)
    leaves = {t.name for t in node_types() if t.syntax.form == "leaf"}
    scope = Scope(lost=reading.lost - leaves, errors=list(reading.errors), files=in_files(path))
    strategy = lower(reading.file, scope) if reading.file is not None else None
    if strategy is None or scope.errors:
        raise DslErrors(scope.errors, text=text, path=path)
    return strategy


def parse_expression(text: str) -> Node:
    """Return the node of a lone expression such as `ema(close, 12)`, or raise DslErrors."""
    scope = Scope()
    expr = parse_expression_syntax(text)
    value = operand(expr, scope)
    if isinstance(value, Literal):
        value = constant(value, NUMBER, scope)
    if value is None:
        raise DslErrors(scope.errors, text=text, path="expression")
    return value


def lower(file: sx.File, scope: Scope) -> Strategy | None:
    """Return the strategy of a syntax tree, or None when an error went to the scope."""
    if file.word != "strategy":
        error = SyntaxProblem("this is a library, not a strategy", hint="a strategy includes it")
        scope.report(error, replace(file.place, end=file.place.start + len(file.word)))
        return None
    for statement in file.statements:
        if statement.form == "input":
            _report(scope, statement, input_spec)
    scope.later = later(file)
    parts = _Parts()
    for statement in file.statements:
        if statement.form != "input":
            _report(scope, statement, lambda s, sc: _statement(s, sc, parts))
    specs = finished_inputs(file, scope)
    if not scope.errors:
        _check(file, scope, parts)
    if scope.errors:
        return None
    labels = tuple((n, scope.labels[n]) for n in scope.names if n in scope.labels)
    looks = tuple((name, parts.looks[name]) for name in LOOKS if name in parts.looks)
    strategy = Strategy(_expert(parts), specs, labels, file.title, looks)
    try:
        strategy = symmetric(strategy) if "symmetric" in parts.seen else strategy
        check_texts(strategy)
        resolved(strategy)
    except DslError as error:
        scope.report(error, file.place)
        return None
    used = set(strategy.order)
    return replace(strategy, labels=tuple((n, x) for n, x in labels if x in used))


@dataclass(slots=True)
class _Parts:
    """What the statements have filled so far; `seen` says where, for those allowed once."""

    ports: dict[str, Node] = field(default_factory=dict)
    rules: dict[str, Value] = field(default_factory=dict)
    looks: dict[str, Value] = field(default_factory=dict)
    filters: list[Node] = field(default_factory=list)
    exits: list[Node] = field(default_factory=list)
    seen: dict[str, sx.Statement] = field(default_factory=dict)


def _report(scope: Scope, statement: sx.Statement, work: object) -> None:
    assert callable(work)
    try:
        work(statement, scope)
    except DslError as error:
        scope.report(error, statement.place)


def _statement(statement: sx.Statement, scope: Scope, parts: _Parts) -> None:
    form = statement.form
    if form in DEFINITIONS:
        define(statement, scope)
    elif form == "weekdays":
        words = [word for word in statement.words if word in DAYS]
        _shorthand(statement, Shorthand((weekdays_expression(words),)), scope, parts)
    elif form in SHORTHANDS:
        _shorthand(statement, SHORTHANDS[form], scope, parts)
    else:
        _once(statement, parts)
        if form == "symmetric":
            _alone(parts)
        elif form in RULES:
            _rule(statement, scope, parts)
        elif form in LOOKS:
            parts.looks[form] = _look(statement, scope)
        elif form.startswith("size_"):
            _size(statement, scope, parts)
        else:
            _port(statement, scope, parts)


def _once(statement: sx.Statement, parts: _Parts) -> None:
    key = "size" if statement.form.startswith("size_") else statement.form
    if key in parts.seen:
        words = _words(statement)
        raise SyntaxProblem(
            f"'{words}' stands here again; it is on line {parts.seen[key].place.line} already",
            hint="join conditions with 'or'" if words.endswith("when") else "keep one of them",
        )
    parts.seen[key] = statement


def _alone(parts: _Parts) -> None:
    """Refuse `symmetric` beside a short side of its own."""
    for form in ("short_entry", "short_exit"):
        if form in parts.seen:
            raise SyntaxProblem(
                f"'symmetric' makes the short side; so does line {parts.seen[form].place.line}",
                hint="keep one of them",
            )


def _words(statement: sx.Statement) -> str:
    """Return the words of a statement before its first operand."""
    words = []
    for part in statement.parts:
        if not isinstance(part, sx.Word):
            break
        words.append(part.text)
    return " ".join(words)


def _port(statement: sx.Statement, scope: Scope, parts: _Parts) -> None:
    names = ("break_even", "break_even_offset") if statement.form == "break_even" else ()
    for name, expr in zip(names or (statement.form,), statement.operands, strict=False):
        kind = PORTS[name].kind
        assert isinstance(kind, Kind)
        value = _of_kind(expr, kind, _words(statement), scope)
        if value is not None:
            parts.ports[name] = value


def _of_kind(expr: sx.Expr, kind: Kind, place: str, scope: Scope) -> Node | None:
    value = operand(expr, scope)
    if value is None:
        return None
    if isinstance(value, Literal) or value.kind != kind:
        scope.report(place_mismatch(expr, value, kind, place), expr.place)
        return None
    return value


def _rule(statement: sx.Statement, scope: Scope, parts: _Parts) -> None:
    operands = statement.operands
    if not operands:
        parts.rules[statement.form] = 1
        return
    param = RULES[statement.form]
    try:
        value = param_value(param, operands[0], scope, _words(statement))
    except DslError as error:
        scope.report(error, operands[0].place)
        return
    if value is not None:
        parts.rules[statement.form] = value


def _look(statement: sx.Statement, scope: Scope) -> Value:
    """Return the text or colour of a statement, or the input that stands in its place."""
    form, setting = statement.form, statement.operands[0]
    kind = LOOKS[form]
    try:
        if isinstance(setting, sx.Text):
            return look_literal(setting, comment=True)
        assert isinstance(setting, sx.Color | sx.Name)
        spec = scope.inputs.get(setting.text)
        if spec is None and isinstance(setting, sx.Color):
            return look_literal(setting)
        if spec is None:
            raise scope.unknown(setting.text)
        if spec.kind != kind.name:
            found = f"a {spec.kind}" if spec.kind else "a number"
            words = _words(statement)
            raise KindMismatch(f"{words} wants a {kind}; the input '{spec.name}' is {found}")
        checked_look(spec.kind, spec.value, comment=True)
    except DslError as error:
        scope.report(error, setting.place)
        return ""
    return InputRef(spec.name)


def _size(statement: sx.Statement, scope: Scope, parts: _Parts) -> None:
    size_type = _size_type(statement.form.removeprefix("size_"))
    try:
        value = param_value(size_type.params[0], statement.operands[0], scope, _words(statement))
    except DslError as error:
        scope.report(error, statement.operands[0].place)
        return
    if value is not None:
        parts.ports["size"] = node(size_type, (), (value,))


def _size_type(mode: str) -> NodeType:
    return next(t for t in node_types() if t.size_mode == mode)


def _shorthand(statement: sx.Statement, shorthand: Shorthand, scope: Scope, parts: _Parts) -> None:
    errors = len(scope.errors)
    for templates, terms in ((shorthand.filters, parts.filters), (shorthand.exits, parts.exits)):
        for template in templates:
            expr = _filled(parse_expression_syntax(template), statement.operands)
            kind = PORTS[FILTER_PORT].kind
            assert isinstance(kind, Kind)
            value = _of_kind(expr, kind, _words(statement), scope)
            if len(scope.errors) > errors:  # the other terms would only repeat it
                del scope.errors[errors + 1 :]
                return
            if value is not None:
                terms.append(value)


def _filled(expr: sx.Expr, operands: tuple[sx.Expr, ...]) -> sx.Expr:
    """Return a template with the statement's operands in it."""
    if isinstance(expr, sx.Name) and expr.text in OPERANDS:
        return operands[OPERANDS.index(expr.text)]
    match expr:
        case sx.Call():
            arguments = tuple(replace(a, value=_filled(a.value, operands)) for a in expr.arguments)
            return replace(expr, arguments=arguments)
        case sx.Unary():
            return replace(expr, operand=_filled(expr.operand, operands))
        case sx.Binary():
            left, right = _filled(expr.left, operands), _filled(expr.right, operands)
            return replace(expr, left=left, right=right)
        case sx.Paren():
            return replace(expr, inner=_filled(expr.inner, operands))
    return expr


def _check(file: sx.File, scope: Scope, parts: _Parts) -> None:
    title = replace(file.place, end=file.place.start + len("strategy"))
    if not {"long_entry", "short_entry"} & parts.ports.keys():
        error = KindMismatch(
            "the strategy never enters",
            hint="write 'enter long when ...' or 'enter short when ...'",
        )
        scope.report(error, title)
    size = parts.ports.get("size")
    if size is not None and size.type.size_mode == "risk" and "stop_loss" not in parts.ports:
        error = KindMismatch(
            "the size is a share of the balance at risk, but there is no stop loss",
            hint="write 'stop loss 2 * atr(14)', or a fixed size such as 'size 0.1 lots'",
        )
        scope.report(error, parts.seen["size"].place)


def _expert(parts: _Parts) -> Node:
    ports: dict[str, Node] = {"size": node(LOTS), **parts.ports}
    for name, terms, joiner in (
        (FILTER_PORT, parts.filters, "and"),
        (EXIT_PORT, parts.exits, "or"),
    ):
        joined = joined_terms(terms, joiner)
        if joined is not None:
            ports[name] = joined
    inputs = [ports.get(port.name) for port in EXPERT.inputs]
    params = [parts.rules.get(param.name, param.default) for param in EXPERT.params]
    return node(EXPERT, inputs, params)


def joined_terms(terms: list[Node], joiner: str) -> Node | None:
    """Return the terms joined from left to right, None if there are none."""
    joined: Node | None = None
    for term in terms:
        joined = term if joined is None else node(lookup(joiner), (joined, term))
    return joined
