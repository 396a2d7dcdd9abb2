"""What is known at a point inside a function: names, and which locals have no value yet."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.host.scope import Refused, Symbol, World
from codegen.host.types import Signature
from codegen.host.values import Place, Unset, Value

PLACES = 1_000_000
LONGEST_NAME = 63


class FunctionState:
    """The state of the translation of one function, or of the declarations outside of all.

    Attributes:
        owner: Class of a method, "" for a function.
        name: Of the function.
        unset: Locals, and fields of local structs, that may have no value yet.
        alive: The statement to come can be reached.
        split: `unset` where the last condition is true, and where it is false.
        expanding: Macros that are being read.
    """

    def __init__(
        self,
        world: World,
        file: int = 0,
        owner: str = "",
        *,
        const: bool = False,
        name: str = "",
    ) -> None:
        self.world = world
        self.file = file
        self.owner = owner
        self.const_method = const
        self.name = name
        self.scopes: list[dict[str, Symbol]] = []
        self.unset: Unset = frozenset()
        self.alive = True
        self.split: tuple[Unset, Unset] = (frozenset(), frozenset())
        self.expanding: list[str] = []

    def where(self, line: int) -> int:
        """Return the number of a place for the runtime's messages."""
        return self.file * PLACES + line

    def find(self, name: str) -> Symbol | None:
        """Return the variable or constant of a name."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        record = self.world.records.get(self.owner)
        if record is not None and name in record.fields:
            return record.fields[name]
        return self.world.symbols.get(name)

    def is_field(self, name: str) -> bool:
        """Tell whether a name means a member of the class that is being defined."""
        found = self.find(name)
        return found is not None and found.kind == "field"

    def own_methods(self) -> dict[str, list[Signature]]:
        """Return the methods of the class that is being defined."""
        record = self.world.records.get(self.owner)
        return record.methods if record is not None else {}

    def inside(self, record: str) -> bool:
        """Tell whether private members of a class may be used here."""
        own = self.world.records.get(self.owner)
        return self.owner == record or (own is not None and record in own.bases)

    def local_names(self) -> Iterable[str]:
        """Return the names of all locals in force."""
        return [name for scope in self.scopes for name in scope]

    def check_type(self, name: str, at: Place) -> None:
        """Refuse a type that nothing declares."""
        if not self.world.is_type(name):
            raise Refused(at, f"type '{name}' is not known")

    def declare(self, symbol: Symbol, at: Place) -> None:
        """Add a local, refused where it hides another name."""
        check_name(symbol.name, at)
        for scope in self.scopes:
            if symbol.name in scope:
                raise Refused(at, f"declaration of '{symbol.name}' hides a local variable")
        record = self.world.records.get(self.owner)
        if record is not None and symbol.name in record.fields:
            raise Refused(at, f"declaration of '{symbol.name}' hides a member of {self.owner}")
        if symbol.name in self.world.symbols or symbol.name in self.world.macros:
            raise Refused(at, f"declaration of '{symbol.name}' hides a global name")
        self.scopes[-1][symbol.name] = symbol

    def has_no_value(self, symbol: Symbol) -> None:
        """Note that a local was declared without a value."""
        record = self.world.records.get(symbol.type)
        if record is None:
            self.unset |= {(symbol, "")}
        elif record.plain:
            self.unset |= {(symbol, name) for name, f in record.fields.items() if not f.rank}

    def check_read(self, value: Value, at: Place) -> None:
        """Refuse to read a local that may have no value yet."""
        if value.key is None or not self.unset:
            return
        symbol, name = value.key
        missing = [part for owner, part in self.unset if owner is symbol]
        record = self.world.records.get(symbol.type)
        whole = record is not None and len(missing) == len(record.fields)
        if (name in missing) or (not name and whole):
            shown = f"{symbol.name}.{name}" if name else symbol.name
            raise Refused(at, f"'{shown}' may be read before it has a value")

    def mark_set(self, value: Value) -> None:
        """Note that a local, or a field of one, has a value."""
        if value.key is None or not self.unset:
            return
        symbol, name = value.key
        self.unset = frozenset(
            (owner, part)
            for owner, part in self.unset
            if owner is not symbol or (name and part != name)
        )


def check_name(name: str, at: Place) -> None:
    """Refuse a name that MQL5 finds too long."""
    if len(name) > LONGEST_NAME:
        message = f"name of {len(name)} characters, MQL5 allows {LONGEST_NAME}"
        raise Refused(at, message)
