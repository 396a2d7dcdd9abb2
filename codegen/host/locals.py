"""Declarations of variables: types, array sizes and initial values, in C++."""

from __future__ import annotations

from collections.abc import Callable

from codegen.host import syntax
from codegen.host.calls import Argument, choose, prepared
from codegen.host.expressions import Expressions, place_of
from codegen.host.scope import RecordType, Refused, Symbol, World, cpp_name
from codegen.host.types import cpp_type, is_integer, is_number
from codegen.host.values import Place, Value
from codegen.host.writer import Writer


def storage(symbol: Symbol) -> str:
    """Return the C++ type of a variable."""
    plain = cpp_type(symbol.type)
    return f"Array<{plain}>" if symbol.rank else plain


def cells(symbol: Symbol) -> int | None:
    """Return how many elements a static array has in all, None for a dynamic one."""
    total = 1
    for size in symbol.dimensions:
        if size is None:
            return None
        total *= size
    return total


def dimensions(expressions: Expressions, node: syntax.Variable) -> tuple[int | None, ...]:
    """Return the sizes of an array; a list of values gives the size that is left out."""
    at = (node.line, node.column)
    sizes: list[int | None] = []
    for size in node.dimensions:
        if size is None:
            sizes.append(None)
            continue
        number = expressions.read(size).number
        if not isinstance(number, int) or number < 1:
            raise Refused(place_of(size), "the size of an array is a constant from 1")
        sizes.append(number)
    if len(sizes) > 2 or None in sizes[1:]:
        raise Refused(at, "arrays of one dimension, or of two with constant sizes, are known")
    if sizes == [None] and isinstance(node.value, syntax.Listed):
        return (len(node.value.values),)
    if len(sizes) == 2 and sizes[0] is None:
        raise Refused(at, "the first size of an array of two dimensions is missing")
    return tuple(sizes)


def initial(expressions: Expressions, node: syntax.Variable, symbol: Symbol) -> str | None:
    """Return constructor arguments of a variable in C++, None where it starts without a value."""
    at = (node.line, node.column)
    world = expressions.world
    if symbol.rank:
        return _array(expressions, node, symbol)
    if symbol.type in world.records:
        return _record(expressions, node, symbol)
    if node.arguments is not None:
        raise Refused(at, f"{symbol.type} has no constructor")
    if isinstance(node.value, syntax.Listed):
        raise Refused(at, f"a list of values for one {symbol.type}")
    if node.value is None:
        return None
    return expressions.wanted(node.value, symbol.type)


def _array(expressions: Expressions, node: syntax.Variable, symbol: Symbol) -> str:
    total = cells(symbol)
    at = (node.line, node.column)
    if node.value is None:
        return "" if total is None else str(total)
    if total is None or not isinstance(node.value, syntax.Listed):
        raise Refused(at, "an array gets its values from a list in braces")
    codes = _flat(expressions, node.value, symbol, at)
    if len(codes) > total:
        raise Refused(at, f"{len(codes)} values for an array of {total}")
    plain = cpp_type(symbol.type)
    return f"{total}, std::initializer_list<{plain}>{{{', '.join(codes)}}}"


def _flat(expressions: Expressions, listed: syntax.Listed, symbol: Symbol, at: Place) -> list[str]:
    """Return the values of a list; the rows of an array of two dimensions are filled with zeros."""
    codes: list[str] = []
    for value in listed.values:
        if not isinstance(value, syntax.Listed):
            codes.append(expressions.wanted(value, symbol.type))
            continue
        columns = symbol.dimensions[-1] or 0
        if symbol.rank != 2 or any(isinstance(v, syntax.Listed) for v in value.values):
            raise Refused(at, "lists in a list are the rows of an array of two dimensions")
        row = _flat(expressions, value, symbol, at)
        if len(row) > columns:
            raise Refused(at, f"{len(row)} values for a row of {columns}")
        codes += [*row, *[f"{cpp_type(symbol.type)}()"] * (columns - len(row))]
    return codes


def _record(expressions: Expressions, node: syntax.Variable, symbol: Symbol) -> str | None:
    world = expressions.world
    record = world.records[symbol.type]
    at = (node.line, node.column)
    if isinstance(node.value, syntax.Listed):
        zero = all(isinstance(v, syntax.Literal) and v.text == "0" for v in node.value.values)
        if record.plain and zero and len(node.value.values) < 2:
            return f"host::zeroed<{symbol.type}>()"
        return _members(expressions, record, node.value, at)
    if node.value is not None:
        return expressions.wanted(node.value, symbol.type)
    given = [Argument(expressions.read(a), place_of(a)) for a in node.arguments or ()]
    if record.constructors:
        chosen = choose(world, symbol.type, record.constructors, given, at)
        return ", ".join(prepared(world, chosen, given)[0])
    if given:
        raise Refused(at, f"{symbol.type} has no constructor with parameters")
    return None


def _members(expressions: Expressions, record: RecordType, listed: syntax.Listed, at: Place) -> str:
    """Return a structure from the values of its members in order, the rest zero."""
    fields = list(record.fields.values())
    simple = all(not f.rank and f.type != "string" for f in fields)
    if not record.plain or not simple or len(listed.values) > len(fields):
        message = f"{len(listed.values)} values for {record.name}"
        raise Refused(at, message, "a list is for structures of numbers, with a value for each")
    codes = [f"{cpp_type(f.type)}()" for f in fields]
    for number, (field, value) in enumerate(zip(fields, listed.values, strict=False)):
        if isinstance(value, syntax.Listed):
            raise Refused(at, f"a list for member '{field.name}'")
        codes[number] = expressions.wanted(value, field.type)
    return f"{record.name}{{{', '.join(codes)}}}"


class LocalWriter:
    """Writes the variables of one function and, where wanted, calls that report their values."""

    def __init__(
        self,
        expressions: Expressions,
        out: Writer,
        static: Callable[[Symbol, str, str], str],
        *,
        traced: bool,
    ) -> None:
        self._expressions = expressions
        self._out = out
        self._static = static
        self._traced = traced
        self.places: dict[Symbol, Place] = {}

    def declare(self, node: syntax.Variable) -> None:
        """Translate one declared local."""
        state = self._expressions.state
        at = (node.line, node.column)
        check_type(state.world, node.type, at)
        const = node.const
        symbol = Symbol(node.name, node.type, cpp_name(node.name), "local", const)
        if node.static:
            self._check_static(node)
        self.places[symbol] = at
        try:
            symbol.dimensions = dimensions(self._expressions, node)
            start = initial(self._expressions, node, symbol)
            if const and not symbol.rank and is_integer(node.type):
                symbol.number = self._constant(node.value)
        finally:
            state.declare(symbol, at)
        if const and node.value is None and not node.arguments:
            raise Refused(at, f"constant '{node.name}' has no value")
        if node.static:
            symbol.code = self._static(symbol, storage(symbol), start or "")
            return
        self._write(node, symbol, start)

    def _constant(self, node: syntax.Expression | syntax.Listed | None) -> int | float | None:
        """Return the number of a constant: it may be the size of an array."""
        if not isinstance(node, syntax.Expression) or self._varying(node) is not None:
            return None
        return self._expressions.read(node).number

    def _check_static(self, node: syntax.Variable) -> None:
        given = node.value.values if isinstance(node.value, syntax.Listed) else (node.value,)
        for value in given:
            varying = self._varying(value) if isinstance(value, syntax.Expression) else None
            if varying is not None:
                raise Refused(place_of(varying), "a static variable starts with a constant")

    def _varying(self, node: syntax.Expression) -> syntax.Expression | None:
        """Return the part of an expression that is no constant, None where all of it is."""
        match node:
            case syntax.Literal():
                return None
            case syntax.Parenthesised(value=inner) | syntax.Cast(value=inner):
                return self._varying(inner)
            case syntax.Unary(operator=word, operand=inner) if word not in ("++", "--"):
                return self._varying(inner)
            case syntax.Binary(left=left, right=right):
                return self._varying(left) or self._varying(right)
            case syntax.Choice(condition=condition, yes=yes, no=no):
                return self._varying(condition) or self._varying(yes) or self._varying(no)
            case syntax.Name(name=name):
                world = self._expressions.world
                if name in world.macros:
                    return None if self._varying(world.macros[name].value) is None else node
                found = self._expressions.state.find(name)
                if found is None:
                    return node
                found.used = True
                constant = found.kind == "input" or (found.const and found.number is not None)
                return None if constant else node
            case _:
                return node

    def _write(self, node: syntax.Variable, symbol: Symbol, start: str | None) -> None:
        state = self._expressions.state
        kind = storage(symbol)
        if start is None:
            state.has_no_value(symbol)
            own = symbol.type in state.world.records
            start = (
                ""
                if own and not state.world.records[symbol.type].builtin
                else (f"host::unset<{kind}>()")
            )
        word = "const " if symbol.const else ""
        if not start:
            self._out.emit(node.line, f"{word}{kind} {symbol.code};")
        elif symbol.rank or node.arguments:
            self._out.emit(node.line, f"{word}{kind} {symbol.code}({start});")
        else:
            self._out.emit(node.line, f"{word}{kind} {symbol.code} = {start};")
        if self._traced and node.value is not None and not symbol.rank:
            self.trace(symbol.name, Value(symbol.type, symbol.code))

    def trace(self, name: str, value: Value) -> None:
        """Write a call that reports a number."""
        if is_number(value.type) or value.type in self._expressions.world.enums:
            self._out.emit(0, f'host::trace("{name}", static_cast<double>({value.code}));')

    def trace_arrays(self) -> None:
        """Write calls that report the arrays of numbers that are in force."""
        for scope in self._expressions.state.scopes:
            for symbol in scope.values():
                if symbol.kind == "local" and symbol.rank and symbol.type in ("double", "int"):
                    self._out.emit(0, f'host::trace_array("{symbol.name}", {symbol.code});')


def check_type(world: World, name: str, at: Place) -> None:
    """Refuse a type of variables that nothing declares."""
    if name == "void" or not world.is_type(name):
        raise Refused(at, f"type '{name}' is not known for a variable")
