"""Syntax tree of MQL5 expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """kind: INTEGER, REAL, DATE, COLOR, CHAR, STRING, TRUE, FALSE, NULL; text as written."""

    kind: str
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, constant or function."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Unary:
    """operator: + - ! ~ ++ --, before the operand, or ++ -- after it."""

    operator: str
    operand: Expression
    after: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; the place is that of the operator."""

    operator: str
    left: Expression
    right: Expression
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Choice:
    """condition ? yes : no."""

    condition: Expression
    yes: Expression
    no: Expression
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """operator: = or += and its like."""

    operator: str
    target: Expression
    value: Expression
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Cast:
    """(type)value or type(value)."""

    type: str
    value: Expression
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Index:
    """array[index]."""

    array: Expression
    index: Expression
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Field:
    """owner.name."""

    owner: Expression
    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """function(arguments); the function is a Name or a Field."""

    function: Expression
    arguments: tuple[Expression, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Parenthesised:
    """(value)."""

    value: Expression


Expression: TypeAlias = (
    Literal
    | Name
    | Unary
    | Binary
    | Choice
    | Assignment
    | Cast
    | Index
    | Field
    | Call
    | Parenthesised
)
