"""Reductions of the grammar -> nodes of the syntax tree, while the text is parsed."""

# ruff: noqa: D102 - the grammar says what a rule is

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from lark import Token, Transformer

from codegen.host import syntax as s

# What lark hands over: tokens and what other reductions gave; the grammar says which.
Children: TypeAlias = list[Any]

_PRECEDENCE = {
    operator: level
    for level, operators in enumerate(
        ["||", "&&", "|", "^", "&", "== !=", "< <= > >=", "<< >>", "+ -", "* / %"]
    )
    for operator in operators.split()
}


def _place(token: Token) -> tuple[int, int]:
    return token.line or 1, token.column or 1


class TreeBuilder(Transformer[Token, Any]):
    """One method a rule of mql5.lark."""

    def program(self, c: Children) -> tuple[s.Item, ...]:
        several = (item if isinstance(item, tuple) else (item,) for item in c)
        return tuple(item for items in several for item in items if item is not None)

    def macro(self, c: Children) -> s.Expression:
        value: s.Expression = c[0]
        return value

    def nothing(self, c: Children) -> None:
        return None

    def no_body(self, c: Children) -> None:
        return None

    def group(self, c: Children) -> s.Group:
        return s.Group(c[2][1:-1])

    def input(self, c: Children) -> tuple[s.Input, ...]:
        return tuple(
            s.Input(
                str(c[0]),
                s.Variable(name, c[1], (), value, None, False, False, *_place(name)),
                "",
            )
            for name, value in zip(c[2::2], c[3::2], strict=True)
        )

    def enum(self, c: Children) -> s.Enum:
        return s.Enum(str(c[1]), tuple(c[2:]), *_place(c[1]))

    def enumerator(self, c: Children) -> s.Enumerator:
        return s.Enumerator(str(c[0]), c[1] if len(c) > 1 else None, *_place(c[0]))

    # --- classes

    def record(self, c: Children) -> s.Record:
        rest = c[2:]
        base = ""
        while rest and isinstance(rest[0], Token):
            base = str(rest[0])
            rest = rest[1:]
        return s.Record(str(c[0]), str(c[1]), base, tuple(rest), *_place(c[1]))

    def access(self, c: Children) -> s.Access:
        return s.Access(str(c[0]))

    def start(self, c: Children) -> s.Start:
        return s.Start(str(c[0]), c[1] or (), *_place(c[0]))

    def starts(self, c: Children) -> tuple[s.Start, ...]:
        return tuple(c)

    def constructor(self, c: Children) -> s.Function:
        starts = c[2] if len(c) > 3 else ()
        return _function(c[0], "", c[1], c[-1], starts=starts)

    def destructor(self, c: Children) -> s.Function:
        return _function(c[1], "", c[2], c[3], name=f"~{c[1]}")

    # --- functions

    def template(self, c: Children) -> tuple[str, ...]:
        return tuple(str(t) for t in c if t.type == "TYPE")

    def function(self, c: Children) -> s.Function:
        if len(c) == 1:
            whole: s.Function = c[0]
            return whole
        generic: tuple[str, ...] = ()
        if isinstance(c[0], tuple):
            generic, c = c[0], c[1:]
        plain = _function(c[1], c[0], c[2], c[-1])
        return replace(plain, const=len(c) > 4, generic=generic)

    def outer_method(self, c: Children) -> s.Function:
        plain = _function(c[2], c[0], c[3], c[-1], owner=str(c[1]))
        return replace(plain, const=len(c) > 5)

    def outer_constructor(self, c: Children) -> s.Function:
        starts = c[3] if len(c) > 4 else ()
        return _function(c[1], "", c[2], c[-1], owner=str(c[0]), starts=starts)

    def outer_destructor(self, c: Children) -> s.Function:
        return _function(c[2], "", c[3], c[-1], owner=str(c[0]), name=f"~{c[2]}")

    def parameters(self, c: Children) -> tuple[s.Parameter, ...]:
        if len(c) == 1 and c[0].type == "void" and not c[0].name:
            return ()
        return tuple(c)

    def parameter(self, c: Children) -> s.Parameter:
        words = {t.type: t for t in c if isinstance(t, Token)}
        type_ = words["TYPE"]
        dimensions = tuple(d[0] for d in c if isinstance(d, tuple))
        default = c[-1] if not isinstance(c[-1], Token | tuple) else None
        return s.Parameter(
            str(words.get("NAME", "")),
            str(type_),
            "CONST" in words,
            "AMPERSAND" in words,
            dimensions,
            default,
            *_place(words.get("NAME", type_)),
        )

    def ellipsis(self, c: Children) -> s.Parameter:
        return s.Parameter("...", "", False, False, (), None, *_place(c[0]))

    def dimension(self, c: Children) -> tuple[s.Expression | None]:
        return (c[0],)

    # --- variables

    def variables(self, c: Children) -> s.Declared:
        words = {str(t) for t in c if isinstance(t, Token) and t.type != "TYPE"}
        type_ = next(str(t) for t in c if isinstance(t, Token) and t.type == "TYPE")
        const, static = "const" in words, "static" in words
        return s.Declared(
            tuple(
                s.Variable(str(name), type_, dims, value, args, const, static, *_place(name))
                for name, dims, value, args in (v for v in c if not isinstance(v, Token))
            )
        )

    def declarator(self, c: Children) -> Children:
        dimensions = tuple(d[0] for d in c if isinstance(d, tuple))
        value = c[-1] if not isinstance(c[-1], Token | tuple) else None
        return [c[0], dimensions, value, None]

    def constructed(self, c: Children) -> Children:
        return [c[0], (), None, c[1]]

    def listed(self, c: Children) -> s.Listed:
        return s.Listed(tuple(c))

    # --- statements

    def block(self, c: Children) -> s.Block:
        return s.Block(tuple(c))

    def declared(self, c: Children) -> s.Declared:
        whole: s.Declared = c[0]
        return whole

    def evaluated(self, c: Children) -> s.Evaluated:
        return s.Evaluated(c[0])

    def returned(self, c: Children) -> s.Return:
        return s.Return(c[1], *_place(c[0]))

    def jump(self, c: Children) -> s.Jump:
        return s.Jump(str(c[0]), *_place(c[0]))

    def empty(self, c: Children) -> s.Empty:
        return s.Empty(*_place(c[0]))

    def if_else(self, c: Children) -> s.If:
        return s.If(c[1], c[2], c[3] if len(c) > 3 else None, *_place(c[0]))

    def while_do(self, c: Children) -> s.While:
        return s.While(c[1], c[2], False, *_place(c[0]))

    def do_while(self, c: Children) -> s.While:
        return s.While(c[2], c[1], True, *_place(c[0]))

    def expressions(self, c: Children) -> tuple[s.Expression, ...]:
        return tuple(c)

    def for_head(self, c: Children) -> Children:
        return [c[0], c[1] or (), c[2], c[3] or ()]

    def for_do(self, c: Children) -> s.For:
        word, start, condition, step = c[0]
        return s.For(start, condition, step, c[1], *_place(word))

    def case(self, c: Children) -> s.Case:
        return s.Case(c[1] if len(c) > 1 else None, *_place(c[0]))

    def switch(self, c: Children) -> s.Switch:
        return s.Switch(c[1], tuple(c[2:]), *_place(c[0]))

    # --- expressions

    def assignment(self, c: Children) -> s.Assignment:
        return s.Assignment(str(c[1]), c[0], c[2], *_place(c[1]))

    def choice(self, c: Children) -> s.Choice:
        return s.Choice(c[0], c[2], c[3], *_place(c[1]))

    def chain(self, c: Children) -> s.Expression:
        if len(c) == 3:
            return s.Binary(str(c[1]), c[0], c[2], *_place(c[1]))
        return _climb(c)

    def prefix(self, c: Children) -> s.Unary:
        return s.Unary(str(c[0]), c[1], False, *_place(c[0]))

    def postfix_step(self, c: Children) -> s.Unary:
        return s.Unary(str(c[1]), c[0], True, *_place(c[1]))

    def cast(self, c: Children) -> s.Cast:
        return s.Cast(str(c[0]), c[1], *_place(c[0]))

    def function_cast(self, c: Children) -> s.Cast:
        return s.Cast(str(c[0]), c[1], *_place(c[0]))

    def index(self, c: Children) -> s.Index:
        return s.Index(c[0], c[2], *_place(c[1]))

    def field(self, c: Children) -> s.Field:
        return s.Field(c[0], str(c[1]), *_place(c[1]))

    def call(self, c: Children) -> s.Call:
        at = (c[0].line, c[0].column) if isinstance(c[0], s.Name | s.Field) else _place(c[1])
        return s.Call(c[0], c[2] or (), *at)

    def arguments(self, c: Children) -> tuple[s.Expression, ...]:
        return tuple(c)

    def parenthesised(self, c: Children) -> s.Parenthesised:
        return s.Parenthesised(c[0])

    def name(self, c: Children) -> s.Name:
        return s.Name(str(c[0]), *_place(c[0]))

    def literal(self, c: Children) -> s.Literal:
        return s.Literal(c[0].type, str(c[0]), *_place(c[0]))


def _function(
    place: Token,
    type_: str,
    parameters: tuple[s.Parameter, ...],
    body: s.Block | None,
    *,
    name: str = "",
    owner: str = "",
    starts: tuple[s.Start, ...] = (),
) -> s.Function:
    line, column = _place(place)
    called = name or str(place)
    return s.Function(called, str(type_), parameters, body, False, owner, starts, (), line, column)


def _climb(chain: Children) -> s.Expression:
    """Give a run `a + b * c < d` its tree, by precedence, from the left."""
    operands: list[s.Expression] = [chain[0]]
    waiting: list[Token] = []

    def reduce() -> None:
        right = operands.pop()
        operator = waiting.pop()
        left = operands.pop()
        operands.append(s.Binary(str(operator), left, right, *_place(operator)))

    for operator, operand in zip(chain[1::2], chain[2::2], strict=True):
        while waiting and _PRECEDENCE[waiting[-1]] >= _PRECEDENCE[operator]:
            reduce()
        waiting.append(operator)
        operands.append(operand)
    while waiting:
        reduce()
    return operands[0]
