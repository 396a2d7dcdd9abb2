"""Expressions: names looked up, types checked as MQL5's compiler does, C++ written."""

from __future__ import annotations

from dataclasses import replace

from codegen.host import calls, operators, syntax, unsupported
from codegen.host.calls import Argument
from codegen.host.formats import check_format
from codegen.host.function import FunctionState
from codegen.host.literals import literal
from codegen.host.scope import Refused, cpp_name
from codegen.host.types import Signature, is_integer, is_number
from codegen.host.values import Place, Value, cast, condition, convert
from dsl.errors import did_you_mean


def place_of(node: syntax.Expression) -> Place:
    """Return line and column of an expression."""
    while isinstance(node, syntax.Parenthesised):
        node = node.value
    return node.line, node.column


class Expressions:
    """Translates the expressions of one function; the state knows which locals have a value."""

    def __init__(self, state: FunctionState) -> None:
        self.state = state
        self.world = state.world

    def read(self, node: syntax.Expression) -> Value:
        """Translate an expression for its value."""
        match node:
            case syntax.Name() | syntax.Field() | syntax.Index():
                value = self.place(node)
                if value.row is not None:
                    raise Refused(place_of(node), "a second index is missing")
                self.state.check_read(value, place_of(node))
                return self._known(node, value)
            case syntax.Literal():
                return literal(node)
            case syntax.Parenthesised():
                return self.read(node.value)
            case syntax.Call():
                return self._call(node)
            case syntax.Binary():
                return self._binary(node)
            case syntax.Unary():
                return self._unary(node)
            case syntax.Cast():
                self.state.check_type(node.type, place_of(node))
                return cast(self.world, self.read(node.value), node.type, place_of(node))
            case syntax.Choice():
                return self._choice(node)
            case syntax.Assignment():
                return self.assign(node)

    def _known(self, node: syntax.Expression, value: Value) -> Value:
        """Let the program stop where it reads an element or a member that was never set."""
        own_field = isinstance(node, syntax.Name) and self.state.is_field(node.name)
        watched = own_field or isinstance(node, syntax.Index | syntax.Field)
        scalar = is_number(value.type) or value.type in self.world.enums
        if not watched or value.dimensions or not scalar or value.type == "bool":
            return value
        where = self.state.where(place_of(node)[0])
        return replace(value, code=f"host::known({value.code}, {where})")

    def place(self, node: syntax.Expression) -> Value:
        """Translate what can be assigned to, without looking whether it has a value yet."""
        match node:
            case syntax.Name():
                return self._name(node)
            case syntax.Field():
                return self._field(node)
            case syntax.Index():
                return self._index(node)
            case syntax.Parenthesised():
                return self.place(node.value)
            case _:
                return self.read(node)

    def truth(self, node: syntax.Expression) -> str:
        """Translate a condition; `state.split` then tells what holds where it is true or false."""
        if isinstance(node, syntax.Assignment):
            raise Refused(place_of(node), "an assignment as a condition", "== compares")
        value = self.read(node)
        self.state.split = value.when or (self.state.unset, self.state.unset)
        return condition(self.world, value, place_of(node))

    def wanted(self, node: syntax.Expression, type_: str, role: str = "a value") -> str:
        """Translate an expression and convert it to a type."""
        return convert(self.world, self.read(node), type_, place_of(node), role)

    # --- names

    def _name(self, node: syntax.Name) -> Value:
        macro = self.world.macros.get(node.name)
        if macro is not None:
            return self._macro(node, macro)
        symbol = self.state.find(node.name)
        if symbol is None and node.name == "__FUNCTION__" and self.state.name:
            owner = f"{self.state.owner}::" if self.state.owner else ""
            return literal(syntax.Literal("STRING", f'"{owner}{self.state.name}"', *place_of(node)))
        if symbol is None and node.name == "__LINE__":
            return literal(syntax.Literal("INTEGER", str(node.line), *place_of(node)))
        if symbol is None:
            raise self._unknown(node)
        symbol.used = True
        self._check_private(node.name, symbol.private_to, place_of(node))
        unsupported.check_constant(symbol.name, place_of(node))
        return Value(
            symbol.type,
            symbol.code,
            symbol.dimensions,
            lvalue=symbol.kind != "constant",
            const=symbol.const or (symbol.kind == "field" and self.state.const_method),
            number=symbol.number if symbol.const else None,
            key=(symbol, "") if symbol.kind == "local" else None,
        )

    def _macro(self, node: syntax.Name, macro: syntax.Macro) -> Value:
        if node.name in self.state.expanding:
            raise Refused(place_of(node), f"macro {node.name} uses itself")
        self.state.expanding.append(node.name)
        try:
            value = self.read(macro.value)
        except Refused as refused:
            raise Refused(place_of(node), f"in macro {node.name}: {refused.message}") from refused
        finally:
            self.state.expanding.pop()
        return Value(value.type, value.code, number=value.number, text=value.text)

    def _unknown(self, node: syntax.Name) -> Refused:
        if node.name in self.world.functions or node.name in self.state.own_methods():
            return Refused(place_of(node), f"function {node.name} is not called", "add ()")
        known = [*self.state.local_names(), *self.world.names()]
        return Refused(
            place_of(node), f"'{node.name}' is not declared", did_you_mean(node.name, known)
        )

    def _field(self, node: syntax.Field) -> Value:
        owner = self.place(node.owner)
        record = self.world.records.get(owner.type)
        if record is None or owner.dimensions:
            raise Refused(place_of(node), f"{owner} has no members")
        symbol = record.fields.get(node.name)
        if symbol is None:
            hint = did_you_mean(node.name, [*record.fields, *record.methods])
            raise Refused(place_of(node), f"{owner.type} has no member '{node.name}'", hint)
        if not symbol.public and not self.state.inside(owner.type):
            raise Refused(place_of(node), f"member '{node.name}' of {owner.type} is not public")
        self._check_private(node.name, symbol.private_to, place_of(node))
        key = owner.key
        if key is not None:
            key = (key[0], key[1] or node.name)
        else:
            self.state.check_read(owner, place_of(node))
        return Value(
            symbol.type,
            f"{owner.code}.{symbol.code}",
            symbol.dimensions,
            lvalue=owner.lvalue,
            const=owner.const or symbol.const,
            key=key,
        )

    def _index(self, node: syntax.Index) -> Value:
        array = self.place(node.array)
        at = place_of(node)
        if not array.dimensions:
            raise Refused(at, f"{array} is not an array")
        index = self.read(node.index)
        if index.dimensions or not (is_integer(index.type) or index.type in self.world.enums):
            raise Refused(place_of(node.index), f"an index is a whole number, found {index}")
        where = self.state.where(node.line)
        limit = array.dimensions[len(array.dimensions) // 3] if array.row else array.dimensions[0]
        if isinstance(index.number, int) and limit is not None and not 0 <= index.number < limit:
            raise Refused(at, f"array out of range: {index.number}, allowed are 0 to {limit - 1}")
        if len(array.dimensions) == 2:
            row = (array.code, index.code)
            return Value(array.type, "", (array.dimensions[0], array.dimensions[1], None), row=row)
        code = index.code
        name = array.code
        if array.row is not None:
            name = array.row[0]
            rows, columns = array.dimensions[:2]
            code = f"host::cell({array.row[1]}, {rows}, {code}, {columns}, {where})"
        return Value(array.type, f"{name}.at({code}, {where})", lvalue=True, const=array.const)

    # --- calls

    def _call(self, node: syntax.Call) -> Value:
        if isinstance(node.function, syntax.Name) and node.function.name == "EnumToString":
            return self._enum_name(node)
        found, code, owner = self._called(node)
        arguments = [Argument(self.place(a), place_of(a)) for a in node.arguments]
        name = found[0].name
        chosen = calls.choose(self.world, name, found, arguments, place_of(node))
        if owner is not None and owner.const and not chosen.const:
            raise Refused(place_of(node), f"{name} is not const, its object is")
        self._flow(chosen, arguments)
        arguments = self._watched(chosen, node.arguments, arguments)
        check_format(self.world, name, arguments, place_of(node))
        codes, bound = calls.prepared(self.world, chosen, arguments)
        result = bound.get(chosen.type, chosen.type)
        called = code or chosen.code
        ordered = [each for each in node.arguments if not isinstance(each, syntax.Literal)]
        if len(ordered) > 1 and any(map(self._changing, ordered)):
            # C++ may take the arguments in any order, MQL5 takes them from the left
            first = " ".join(f"auto &&given{i} = {each};" for i, each in enumerate(codes))
            given = ", ".join(f"given{i}" for i in range(len(codes)))
            return Value(result, f"[&] {{ {first} return {called}({given}); }}()")
        return Value(result, f"{called}({', '.join(codes)})")

    def _changing(self, node: syntax.Expression) -> bool:
        """Tell whether an expression may change what others read."""
        match node:
            case syntax.Assignment() | syntax.Unary(operator="++" | "--"):
                return True
            case syntax.Call(function=syntax.Name(name=name), arguments=given):
                found = self.world.functions.get(name, [])
                pure = all(s.code.startswith("::") and not s.changing for s in found)
                return not pure or any(map(self._changing, given))
            case syntax.Call(function=syntax.Field(owner=syntax.Name(name=name))):
                return True
            case syntax.Binary(left=a, right=b) | syntax.Index(array=a, index=b):
                return self._changing(a) or self._changing(b)
            case syntax.Choice(condition=a, yes=b, no=c):
                return any(map(self._changing, (a, b, c)))
            case syntax.Parenthesised(value=a) | syntax.Cast(value=a) | syntax.Unary(operand=a):
                return self._changing(a)
            case _:
                return False

    def _watched(
        self,
        chosen: Signature,
        nodes: tuple[syntax.Expression, ...],
        arguments: list[Argument],
    ) -> list[Argument]:
        """Return the arguments with those watched that the function reads."""
        formals = [*chosen.parameters, *chosen.parameters[-1:] * len(nodes)]
        return [
            each if formal.reference else replace(each, value=self._known(node, each.value))
            for node, each, formal in zip(nodes, arguments, formals, strict=False)
        ]

    def _enum_name(self, node: syntax.Call) -> Value:
        if len(node.arguments) != 1:
            message = f"EnumToString takes 1 argument, found {len(node.arguments)}"
            raise Refused(place_of(node), message)
        value = self.read(node.arguments[0])
        values = self.world.enums.get(value.type)
        if values is None or value.dimensions:
            message = f"a value of an enumeration is wanted, found {value}"
            raise Refused(place_of(node.arguments[0]), message, "write the enumeration before it")
        table = ", ".join(f'{{{number}, "{name}"}}' for name, number in values.items())
        code = f'host::enum_name("{value.type}", {value.code}, {{{table}}})'
        return Value("string", code)

    def _called(self, node: syntax.Call) -> tuple[list[Signature], str, Value | None]:
        function = node.function
        if isinstance(function, syntax.Field):
            return self._method(function)
        if not isinstance(function, syntax.Name):
            raise Refused(place_of(node), "only functions and methods can be called")
        own = self.state.own_methods().get(function.name)
        if own is not None:
            self._check_private(function.name, own[0].private_to, place_of(function))
            owner = Value(self.state.owner, "", const=self.state.const_method)
            return own, cpp_name(function.name), owner
        found = self.world.functions.get(function.name)
        if found is None:
            unsupported.check_function(function.name, place_of(function))
            hint = did_you_mean(function.name, self.world.functions)
            raise Refused(place_of(function), f"function '{function.name}' is not known", hint)
        return found, "", None

    def _method(self, node: syntax.Field) -> tuple[list[Signature], str, Value]:
        owner = self.place(node.owner)
        self.state.check_read(owner, place_of(node))
        record = self.world.records.get(owner.type)
        if record is None or owner.dimensions:
            raise Refused(place_of(node), f"{owner} has no methods")
        found = record.methods.get(node.name)
        if found is None:
            unsupported.check_method(record.name, node.name, place_of(node))
            hint = did_you_mean(node.name, record.methods)
            raise Refused(place_of(node), f"{owner.type} has no method '{node.name}'", hint)
        if not self.state.inside(owner.type) and not any(s.public for s in found):
            raise Refused(place_of(node), f"method '{node.name}' of {owner.type} is not public")
        self._check_private(node.name, found[0].private_to, place_of(node))
        return found, f"{owner.code}.{cpp_name(node.name)}", owner

    def _check_private(self, name: str, owner: str, at: Place) -> None:
        """Refuse a private member outside of the class that declares it."""
        if owner not in ("", self.state.owner):
            raise Refused(at, f"'{name}' is private to {owner}", "protected members are inherited")

    def _flow(self, chosen: Signature, arguments: list[Argument]) -> None:
        """Values that are read must be there; what is passed by reference has one afterwards."""
        formals = list(chosen.parameters)
        for number, argument in enumerate(arguments):
            formal = formals[min(number, len(formals) - 1)]
            if not (formal.reference and not formal.const):
                self.state.check_read(argument.value, argument.at)
        for formal, argument in zip(formals, arguments, strict=False):
            if formal.reference and not formal.const:
                self.state.mark_set(argument.value)

    # --- operators

    def assign(self, node: syntax.Assignment) -> Value:
        """Translate an assignment, simple or compound."""
        right = None if node.operator == "=" else self.read(node.target)
        given = self.read(node.value)
        target = self.place(node.target)
        self._changeable(target, place_of(node))
        if target.dimensions:
            raise Refused(place_of(node), "arrays are copied with ArrayCopy, not with =")
        where = self.state.where(node.line)
        if right is None:
            value = convert(self.world, given, target.type, place_of(node.value), "a value")
            code = f"{target.code} = {value}"
        else:
            if not target.dimensions:
                target = replace(target, code=right.code)
            code = operators.compound(self.world, node, target, given, where)
        self.state.mark_set(target)
        return Value(target.type, f"({code})")

    def _changeable(self, target: Value, at: Place) -> None:
        if not target.lvalue or target.row is not None:
            raise Refused(at, "the left side cannot be assigned to")
        if target.const:
            raise Refused(at, "a constant or an input cannot be changed")

    def _unary(self, node: syntax.Unary) -> Value:
        if node.operator in ("++", "--"):
            value = self.read(node.operand)
            self._changeable(value, place_of(node))
            return operators.step(node, value)
        return operators.unary(self.world, node, self.read(node.operand))

    def _binary(self, node: syntax.Binary) -> Value:
        if node.operator in ("&&", "||"):
            return self._logical(node)
        operators.check_precedence(node)
        left, right = self.read(node.left), self.read(node.right)
        return operators.binary(self.world, node, left, right, self.state.where(node.line))

    def _logical(self, node: syntax.Binary) -> Value:
        for part in (node.left, node.right):
            mixed = isinstance(part, syntax.Binary) and part.operator in ("&&", "||")
            if mixed and isinstance(part, syntax.Binary) and part.operator != node.operator:
                raise Refused(
                    place_of(node),
                    "&& and || are mixed without parentheses",
                    "MQL5 warns: check operator precedence for possible error",
                )
        left = self.truth(node.left)
        true, false = self.state.split
        self.state.unset = true if node.operator == "&&" else false
        right = self.truth(node.right)
        true_right, false_right = self.state.split
        if node.operator == "&&":
            when = (true_right, false | false_right)
        else:
            when = (true | true_right, false_right)
        self.state.unset = when[0] | when[1]
        return Value("bool", f"({left} {node.operator} {right})", when=when)

    def _choice(self, node: syntax.Choice) -> Value:
        condition_ = self.truth(node.condition)
        true, false = self.state.split
        self.state.unset = true
        yes = self.read(node.yes)
        after = self.state.unset
        self.state.unset = false
        no = self.read(node.no)
        self.state.unset |= after
        return operators.choice(self.world, node, condition_, yes, no)
