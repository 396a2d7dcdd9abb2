"""Syntax tree of MQL5: what the text says, with places, before any name is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from codegen.host.expression_nodes import (
    Assignment as Assignment,
)
from codegen.host.expression_nodes import (
    Binary as Binary,
)
from codegen.host.expression_nodes import (
    Call as Call,
)
from codegen.host.expression_nodes import (
    Cast as Cast,
)
from codegen.host.expression_nodes import (
    Choice as Choice,
)
from codegen.host.expression_nodes import (
    Expression as Expression,
)
from codegen.host.expression_nodes import (
    Field as Field,
)
from codegen.host.expression_nodes import (
    Index as Index,
)
from codegen.host.expression_nodes import (
    Literal as Literal,
)
from codegen.host.expression_nodes import (
    Name as Name,
)
from codegen.host.expression_nodes import (
    Parenthesised as Parenthesised,
)
from codegen.host.expression_nodes import (
    Unary as Unary,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """{a, b} as the initial value of an array."""

    values: tuple[Expression | Listed, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One declared variable; `arguments` are those of a constructor, None without."""

    name: str
    type: str
    dimensions: tuple[Expression | None, ...]
    value: Expression | Listed | None
    arguments: tuple[Expression, ...] | None
    const: bool
    static: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Declared:
    """Variables of one declaration, inside a function or outside."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """{ ... }; `end` is the line of the closing brace where it is known."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An expression as a statement."""

    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """if(condition) yes else no."""

    condition: Expression
    yes: Statement
    no: Statement | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class While:
    """while(condition) body, or do body while(condition) where the body comes first."""

    condition: Expression
    body: Statement
    body_first: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class For:
    """for(start; condition; step) body."""

    start: Declared | tuple[Expression, ...]
    condition: Expression | None
    step: tuple[Expression, ...]
    body: Statement
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Case:
    """A label of a switch; None is `default`."""

    value: Expression | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Switch:
    """switch(value) with labels among the statements."""

    value: Expression
    body: tuple[Case | Statement, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Return:
    """return, with a value or without."""

    value: Expression | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Jump:
    """word: break or continue."""

    word: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Empty:
    """A lone semicolon."""

    line: int
    column: int


Statement: TypeAlias = (
    Block | Declared | Evaluated | If | While | For | Switch | Return | Jump | Empty
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; one named "..." stands for any number of scalars."""

    name: str
    type: str
    const: bool
    reference: bool
    dimensions: tuple[Expression | None, ...]
    default: Expression | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Start:
    """A member and its arguments in the list before a constructor's body."""

    name: str
    arguments: tuple[Expression, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; without body it is a prototype.

    Constructors and destructors have type "" and the names C and ~C. `owner` is the class of a
    method that is defined outside of it. `generic`: names of types of a template.
    """

    name: str
    type: str
    parameters: tuple[Parameter, ...]
    body: Block | None
    const: bool
    owner: str
    starts: tuple[Start, ...]
    generic: tuple[str, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Enumerator:
    """One constant of an enumeration."""

    name: str
    value: Expression | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Enum:
    """enum name { ... }."""

    name: str
    enumerators: tuple[Enumerator, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Access:
    """public:, protected: or private: among the members of a class."""

    word: str


@dataclass(frozen=True, slots=True)
class Record:
    """keyword: struct or class."""

    keyword: str
    name: str
    base: str
    members: tuple[Access | Declared | Function, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Group:
    """input group "title"."""

    title: str


@dataclass(frozen=True, slots=True)
class Input:
    """An input; word: input or sinput. `comment` is what follows `//` on its line."""

    word: str
    variable: Variable
    comment: str


Item: TypeAlias = Group | Input | Enum | Record | Declared | Function


@dataclass(frozen=True, slots=True)
class Property:
    """#property name value, the value without quotes."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Macro:
    """#define name value, the value a literal, a name or an expression in parentheses."""

    name: str
    value: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """#include; `library` in angle brackets."""

    name: str
    library: bool
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a program."""

    path: str
    text: str
    properties: tuple[Property, ...]
    includes: tuple[Include, ...]
    macros: tuple[Macro, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A whole program: the .mq5 itself last, before it the files that it includes, in order."""

    sources: tuple[Source, ...]

    @property
    def main(self) -> Source:
        """Return the .mq5 itself."""
        return self.sources[-1]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Return all inputs in the order of the text."""
        return tuple(i for s in self.sources for i in s.items if isinstance(i, Input))
