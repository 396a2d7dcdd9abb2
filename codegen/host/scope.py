"""Names in force while an Expert Advisor is translated: variables, constants, types, functions."""

from __future__ import annotations

from dataclasses import dataclass, field

from codegen.host import syntax
from codegen.host.types import BASIC, Signature

_RESERVED = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor catch char16_t char32_t char8_t class
    co_await co_return co_yield compl concept consteval constexpr constinit const_cast decltype
    delete dynamic_cast explicit export extern friend goto inline mutable namespace new noexcept
    not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
    requires signed sizeof static_assert static_cast struct template this thread_local throw try
    typedef typeid typename union unsigned using virtual volatile wchar_t xor xor_eq
    host std main assert errno stdin stdout stderr EOF INFINITY NAN linux unix
    expert inputs files reset on_init
    I complex ulong uint ushort uchar mql_long datetime color Array string
    """.split()  # noqa: SIM905 - a list of words
)


def cpp_name(name: str) -> str:
    """Return a name as the generated C++ spells it: its own words and macros are kept apart."""
    return f"{name}_" if name in _RESERVED or name.startswith("__") else name


class Refused(Exception):
    """A finding in the expression or statement that is being translated."""

    def __init__(self, at: tuple[int, int], message: str, hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.hint = hint


@dataclass(slots=True, eq=False)
class Symbol:
    """A variable or constant. `dimensions` are those of a static array, None marks a dynamic one.

    kind: local, parameter, global, input, field or constant. private_to: The class whose methods
    alone may use a member, "" for others than private ones.
    """

    name: str
    type: str
    code: str
    kind: str
    const: bool = False
    dimensions: tuple[int | None, ...] = ()
    number: int | float | None = None
    used: bool = False
    public: bool = True
    private_to: str = ""

    @property
    def rank(self) -> int:
        """Return the number of dimensions, 0 for a scalar."""
        return len(self.dimensions)


@dataclass(slots=True)
class RecordType:
    """A struct or class: its members, those of its base included."""

    name: str
    keyword: str
    fields: dict[str, Symbol] = field(default_factory=dict)
    methods: dict[str, list[Signature]] = field(default_factory=dict)
    constructors: list[Signature] = field(default_factory=list)
    bases: tuple[str, ...] = ()
    builtin: bool = False

    @property
    def plain(self) -> bool:
        """Tell whether it only holds data: its fields are watched for reads before a write."""
        return not self.constructors and not self.methods and not self.bases


@dataclass(slots=True)
class World:
    """Everything outside of functions."""

    enums: dict[str, dict[str, int]] = field(default_factory=dict)
    records: dict[str, RecordType] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    functions: dict[str, list[Signature]] = field(default_factory=dict)
    macros: dict[str, syntax.Macro] = field(default_factory=dict)

    def copy(self) -> World:
        """Return one to which a program can add its own names."""
        functions = {name: list(found) for name, found in self.functions.items()}
        return World(
            dict(self.enums), dict(self.records), dict(self.symbols), functions, dict(self.macros)
        )

    def is_type(self, name: str) -> bool:
        """Tell whether a type of this name is known."""
        return name in BASIC or name in self.enums or name in self.records

    def names(self) -> list[str]:
        """Return all names of variables, constants and functions, for suggestions."""
        return [*self.symbols, *self.functions, *self.macros]
