"""The syntax tree: a strategy text as frozen values with places and comments, before any meaning.

A statement keeps its words and expressions in order, so that it can be printed without knowing what
it means. This module knows no node types.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsl.errors import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: offsets [start, end) in the text, 1-based lines and first column."""

    start: int
    end: int
    line: int
    column: int
    end_line: int

    @property
    def span(self) -> Span:
        """Return the place as errors want it."""
        return Span(self.line, self.column, max(1, self.end - self.start))


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, with its sign if that stood in front of it."""

    text: str
    place: Place

    @property
    def value(self) -> int | float:
        """Return a whole number written without a point as int, anything else as float."""
        return int(self.text) if self.text.lstrip("-").isdigit() else float(self.text)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day such as 08:30."""

    text: str
    place: Place

    @property
    def minutes(self) -> int:
        """Return the minutes since midnight; 24:30 and 12:75 come out above what a day has."""
        hours, minutes = self.text.split(":")
        return int(hours) * 60 + int(minutes) if int(minutes) < 60 else 24 * 60 + int(minutes)


@dataclass(frozen=True, slots=True)
class Text:
    """A value in quotes; `text` keeps them."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Color:
    """A colour: a word, which may be the name of an input too, or rgb(r, g, b)."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Name:
    """A bare word: an input, a named expression, a price, or a choice of a parameter."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call; `name` is empty for a positional one."""

    name: str
    value: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`."""

    name: str
    arguments: tuple[Argument, ...]
    place: Place
    name_place: Place


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x` or `-x`."""

    symbol: str
    operand: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class Binary:
    """`left symbol right`; the symbol may be two words (`crosses above`)."""

    symbol: str
    left: Expr
    right: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class Paren:
    """`(inner)`; kept, so that formatting leaves a reader's parentheses alone."""

    inner: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class Shifted:
    """`operand[bars]`."""

    operand: Expr
    bars: Number | Name
    place: Place


@dataclass(frozen=True, slots=True)
class Selected:
    """`operand.output`."""

    operand: Expr
    output: str
    place: Place
    output_place: Place


@dataclass(frozen=True, slots=True)
class Typed:
    """`value as kind` or `value as kind(low, high)`: a number whose kind is written."""

    value: Number | Name
    kind: str
    bounds: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Unit:
    """`value points` or `value %`: a distance in points, or as a share of the price."""

    value: Number | Name
    unit: str
    place: Place


Expr = (
    Number | Clock | Text | Color | Name
    | Call | Unary | Binary | Paren | Shifted | Selected | Typed | Unit
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign of a statement outside expressions; strings keep their quotes."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function, and what it is when a call leaves it out."""

    name: str
    default: Expr | None
    place: Place


@dataclass(frozen=True, slots=True)
class Signature:
    """`name(parameters)`, the head of a function."""

    name: str
    parameters: tuple[Parameter, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: which form it has, its parts in order, and the comments that belong to it."""

    form: str
    parts: tuple[Word | Signature | Expr, ...]
    place: Place
    above: tuple[str, ...] = ()
    beside: str = ""
    gap: bool = False  # an empty line stands above it

    @property
    def operands(self) -> tuple[Expr, ...]:
        """Return the expressions and values among the parts."""
        return tuple(part for part in self.parts if not isinstance(part, Word | Signature))

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words among the parts."""
        return tuple(part.text for part in self.parts if isinstance(part, Word))

    @property
    def name(self) -> str:
        """Return the name that the statement defines, "" if it defines none."""
        heads = [part.name for part in self.parts if isinstance(part, Signature)]
        if self.form in {"named", "input"}:
            heads = [self.words[self.form == "input"]]
        return heads[0] if heads else ""


@dataclass(frozen=True, slots=True)
class File:
    """A whole text: one strategy, or a library of definitions (`word` says which), and the comments
    around it; a comment "" is an empty line.
    """

    title: str
    statements: tuple[Statement, ...]
    place: Place
    text: str
    path: str = ""
    above: tuple[str, ...] = ()
    beside: str = ""
    below: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    word: str = "strategy"


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the expressions directly inside an expression."""
    match expr:
        case Call():
            return tuple(argument.value for argument in expr.arguments)
        case Unary() | Selected():
            return (expr.operand,)
        case Shifted():
            return (expr.operand, expr.bars)
        case Binary():
            return (expr.left, expr.right)
        case Paren():
            return (expr.inner,)
        case Typed() | Unit():
            return (expr.value,)
    return ()


def depth(expr: Expr) -> int:
    """Return how many levels an expression has."""
    deepest, stack = 0, [(expr, 1)]
    while stack:
        current, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(current))
    return deepest
