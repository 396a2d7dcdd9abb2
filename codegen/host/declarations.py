"""Declarations outside of functions: what a program, or the built-in library, adds to the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from codegen.host import syntax, unsupported
from codegen.host.expressions import Expressions, place_of
from codegen.host.function import FunctionState, check_name
from codegen.host.locals import check_type, dimensions
from codegen.host.scope import RecordType, Refused, Symbol, World, cpp_name
from codegen.host.types import Formal, Signature, cpp_type, is_number
from codegen.host.values import Place

_BEHIND = {
    "_Symbol": "host::chart_symbol",
    "_LastError": "::GetLastError",
    "_StopFlag": "::IsStopped",
    "_UninitReason": "::UninitializeReason",
}


class Declarations:
    """Adds the items of sources to a world; findings are reported and the rest goes on."""

    def __init__(
        self, world: World, report: Callable[[Refused], None], *, builtin: bool = False
    ) -> None:
        self.world = world
        self._report = report
        self._builtin = builtin
        self._expressions = Expressions(FunctionState(world))
        self._unfinished: set[str] = set()
        self.globals: list[tuple[Symbol, syntax.Variable]] = []

    def add(self, source: syntax.Source) -> None:
        """Add enumerations, classes, functions and variables of one file, in this order."""
        for macro in source.macros:
            self._guard(lambda m=macro: self._macro(m))  # type: ignore[misc]
        steps: tuple[tuple[type, Callable[..., None]], ...] = (
            (syntax.Enum, self._enum),
            (syntax.Record, self._record_name),
            (syntax.Input, self._input),
            (syntax.Declared, self._variables),
            (syntax.Record, self._record),
            (syntax.Function, self._function),
        )
        for kind, step in steps:
            for item in source.items:
                if isinstance(item, kind):
                    self._guard(lambda i=item, s=step: s(i))  # type: ignore[misc]

    def _guard(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Refused as refused:
            self._report(refused)

    def _new(self, name: str, at: Place) -> None:
        check_name(name, at)
        world = self.world
        if name in world.symbols or name in world.macros or world.is_type(name):
            raise Refused(at, f"'{name}' is declared already")

    def _macro(self, macro: syntax.Macro) -> None:
        self._new(macro.name, (macro.line, 1))
        self.world.macros[macro.name] = macro

    def _enum(self, node: syntax.Enum) -> None:
        self._new(node.name, (node.line, node.column))
        values: dict[str, int] = {}
        self.world.enums[node.name] = values
        following = 0
        for each in node.enumerators:
            at = (each.line, each.column)
            self._new(each.name, at)
            if each.value is not None:
                number = self._expressions.read(each.value).number
                if not isinstance(number, int):
                    at = place_of(each.value)
                    raise Refused(at, f"the value of '{each.name}' is not a constant")
                following = number
            values[each.name] = following
            self.world.symbols[each.name] = Symbol(
                each.name, node.name, cpp_name(each.name), "constant", const=True, number=following
            )
            following += 1

    # --- variables

    def _input(self, node: syntax.Input) -> None:
        variable = node.variable
        at = (variable.line, variable.column)
        self._new(variable.name, at)
        check_type(self.world, variable.type, at)
        if variable.type in self.world.records:
            raise Refused(at, f"an input cannot be of type {variable.type}")
        symbol = Symbol(variable.name, variable.type, cpp_name(variable.name), "input", const=True)
        self.world.symbols[variable.name] = symbol
        self.globals.append((symbol, variable))

    def _variables(self, node: syntax.Declared) -> None:
        for variable in node.variables:
            self._guard(lambda v=variable: self._variable(v))  # type: ignore[misc]

    def _variable(self, node: syntax.Variable) -> None:
        at = (node.line, node.column)
        self._new(node.name, at)
        check_type(self.world, node.type, at)
        symbol = Symbol(node.name, node.type, cpp_name(node.name), "global", node.const)
        symbol.dimensions = dimensions(self._expressions, node)
        if self._builtin and node.value is None:
            symbol.code = f"{_BEHIND.get(node.name, '::' + node.name[1:])}()"
        self.world.symbols[node.name] = symbol
        if node.const and not symbol.rank and isinstance(node.value, syntax.Expression):
            self._constant(symbol, node.value)
        elif node.const and node.value is None and not self._builtin:
            raise Refused(at, f"constant '{node.name}' has no value")
        self.globals.append((symbol, node))

    def _constant(self, symbol: Symbol, value: syntax.Expression) -> None:
        found = self._expressions.read(value)
        self._expressions.wanted(value, symbol.type)
        if found.number is None or not is_number(symbol.type):
            return
        real = symbol.type in ("double", "float")
        symbol.number = float(found.number) if real else found.number
        if self._builtin:
            symbol.kind = "constant"
            symbol.code = constant_code(symbol.type, symbol.number)

    # --- classes

    def _record_name(self, node: syntax.Record) -> None:
        at = (node.line, node.column)
        self._new(node.name, at)
        record = RecordType(node.name, node.keyword, builtin=self._builtin)
        if node.base:
            base = self.world.records.get(node.base)
            if base is None or base.builtin:
                raise Refused(at, f"'{node.base}' is not a class that can be derived from")
            record.bases = (base.name, *base.bases)
        self.world.records[node.name] = record
        self._unfinished.add(node.name)

    def _record(self, node: syntax.Record) -> None:
        record = self.world.records.get(node.name)
        if record is None:
            return
        for base in record.bases[:1]:
            inherited = self.world.records[base]
            record.fields.update(inherited.fields)
            for name, found in inherited.methods.items():
                record.methods[name] = list(found)
        word = "public" if node.keyword == "struct" else "private"
        own: set[str] = set()
        for member in node.members:
            if isinstance(member, syntax.Access):
                word = member.word
            elif isinstance(member, syntax.Declared):
                for variable in member.variables:
                    self._field(record, variable, word)
            else:
                self._method(record, member, own, word)
        self._unfinished.discard(node.name)

    def _field(self, record: RecordType, node: syntax.Variable, word: str) -> None:
        at = (node.line, node.column)
        check_name(node.name, at)
        check_type(self.world, node.type, at)
        if node.type in self._unfinished:
            message = f"'{node.name}' holds a {node.type} before that is declared, or itself"
            raise Refused(at, message)
        if node.name in record.fields:
            raise Refused(at, f"member '{node.name}' is declared already")
        if node.value is not None or node.arguments is not None or node.static or node.const:
            raise Refused(at, "a member has a type, a name and sizes only")
        symbol = Symbol(node.name, node.type, cpp_name(node.name), "field", public=word == "public")
        symbol.private_to = record.name if word == "private" else ""
        symbol.dimensions = dimensions(self._expressions, node)
        record.fields[node.name] = symbol

    def _method(self, record: RecordType, node: syntax.Function, own: set[str], word: str) -> None:
        at = (node.line, node.column)
        check_name(node.name, at)
        private_to = record.name if word == "private" else ""
        signature = replace(self.signature(node), public=word == "public", private_to=private_to)
        if not node.type:
            if node.name.lstrip("~") != record.name:
                raise Refused(at, f"a constructor is named as its class, {record.name}")
            if not node.name.startswith("~"):
                record.constructors.append(signature)
            return
        if node.name in record.fields:
            raise Refused(at, f"'{node.name}' is a member already")
        if node.name not in own:
            own.add(node.name)
            record.methods[node.name] = []
        self._overload(record.methods[node.name], signature, node)

    # --- functions

    def _function(self, node: syntax.Function) -> None:
        if node.owner:
            return
        at = (node.line, node.column)
        check_name(node.name, at)
        unsupported.check_handler(node.name, at)
        if node.generic and not self._builtin:
            raise Refused(at, "templates are not known to the host")
        built_in = self.world.functions.get(node.name, [])
        if built_in and all(s.code.startswith("::") for s in built_in) and not self._builtin:
            raise Refused(at, f"'{node.name}' is a function of MQL5")
        if node.name in self.world.symbols or node.name in self.world.macros:
            raise Refused(at, f"'{node.name}' is declared already")
        found = self.world.functions.setdefault(node.name, [])
        self._overload(found, self.signature(node), node)

    def _overload(
        self, found: list[Signature], signature: Signature, node: syntax.Function
    ) -> None:
        types = [(p.type, p.rank) for p in signature.parameters]
        for other in found:
            if [(p.type, p.rank) for p in other.parameters] == types:
                if other.type != signature.type:
                    at = (node.line, node.column)
                    raise Refused(at, f"'{node.name}' is declared with another type before")
                return
        found.append(signature)

    def signature(self, node: syntax.Function) -> Signature:
        """Return what callers need to know of a function."""
        at = (node.line, node.column)
        if node.type and node.type not in node.generic and not self.world.is_type(node.type):
            raise Refused(at, f"type '{node.type}' is not known")
        formals = tuple(self._formal(p, node.generic) for p in node.parameters)
        for before, each, formal in zip(formals, node.parameters[1:], formals[1:], strict=False):
            if before.default is not None and formal.default is None:
                at = (each.line, each.column)
                raise Refused(at, f"'{each.name}' wants a default value as well")
        code = f"::{node.name}" if self._builtin else cpp_name(node.name)
        return Signature(node.name, node.type, formals, node.const, node.generic, code)

    def _formal(self, node: syntax.Parameter, generic: tuple[str, ...]) -> Formal:
        at = (node.line, node.column)
        if node.name == "...":
            if not self._builtin:
                raise Refused(at, "functions take a fixed number of parameters")
            return Formal("...", "", 0, const=True, reference=False)
        known = node.type in generic
        if not known:
            check_type(self.world, node.type, at)
        if len(node.dimensions) > 1 or any(d is not None for d in node.dimensions):
            raise Refused(at, "a parameter can be an array of one dimension, written []")
        if node.dimensions and not node.reference:
            raise Refused(at, "arrays are passed by reference only", "write & before the name")
        if node.type in self.world.records and not node.reference:
            raise Refused(at, "objects are passed by reference only", "write & before the name")
        default = None
        if node.default is not None:
            if node.dimensions or (node.reference and not node.const):
                raise Refused(at, f"'{node.name}' is changed: it cannot have a default value")
            default = self._expressions.wanted(node.default, node.type)
        return Formal(
            node.name, node.type, len(node.dimensions), node.const, node.reference, default
        )


def constant_code(type_: str, number: int | float) -> str:
    """Return the C++ of a constant number."""
    if type_ in ("double", "float"):
        return repr(float(number))
    if type_ in ("datetime", "color"):
        return f"{type_}({number & 0xFFFFFFFF if isinstance(number, int) else number})"
    if number == -(2**63):
        return "INT64_MIN"
    if number == -(2**31) and type_ == "int":
        return "INT_MIN"
    suffix = {"uint": "u", "ulong": "ULL", "long": "LL"}.get(type_, "")
    shown = f"{number}{suffix}" if number >= 0 else f"({number}{suffix})"
    return shown if type_ == "int" else f"{cpp_type(type_)}({shown})"
