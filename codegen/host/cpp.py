"""Syntax tree of an Expert Advisor -> C++ in a namespace of its own, against runtime/expert.h."""

from __future__ import annotations

from codegen.host import syntax
from codegen.host.calls import Argument, choose, prepared
from codegen.host.declarations import Declarations
from codegen.host.errors import Mql5Error, Problem, problem_at
from codegen.host.expressions import Expressions, place_of
from codegen.host.function import FunctionState
from codegen.host.library import library
from codegen.host.locals import initial, storage
from codegen.host.scope import RecordType, Refused, Symbol, World, cpp_name
from codegen.host.statements import Context, Statements
from codegen.host.types import Signature, cpp_type
from codegen.host.values import convert
from codegen.host.writer import Writer

_HANDLERS = {
    "OnInit": (("int", "void"), ()),
    "OnDeinit": (("void",), ("int",)),
    "OnTick": (("void",), ()),
    "OnTester": (("double",), ()),
    "OnTrade": (("void",), ()),
}
_INPUT_CODES = {
    "double": "d",
    "float": "f",
    "int": "i",
    "uint": "u",
    "long": "l",
    "ulong": "L",
    "bool": "b",
    "string": "s",
    "color": "c",
    "datetime": "t",
    "short": "h",
    "ushort": "H",
    "char": "k",
    "uchar": "K",
}


def translate(unit: syntax.Unit, number: int = 0, trace: tuple[str, ...] = ()) -> str:
    """Return an Expert Advisor as C++.

    Args:
        unit: The program.
        number: Its number in the program.
        trace: Functions whose local numbers and assigned fields are reported while it runs.

    Raises:
        Mql5Error: What MQL5's compiler refuses or warns of, or the host does not know; all of it.
    """
    return _Program(unit, number, trace).text()


class _Program:
    """One translation: the pieces of the C++ in the order in which they are found."""

    def __init__(self, unit: syntax.Unit, number: int, trace: tuple[str, ...]) -> None:
        self.unit = unit
        self.number = number
        self.trace = trace
        self.world: World = library().copy()
        self.problems: list[Problem] = []
        self.files = (unit.main, *unit.sources[:-1])
        self.source = unit.main
        self.declarations = Declarations(self.world, self._report)
        self.types: list[str] = []
        self.statics: list[tuple[Symbol, str, str]] = []
        self.variables: list[str] = []
        self.resets: list[str] = []
        self.prototypes: list[str] = []
        self.bodies: list[str] = []
        self.defined: set[tuple[str, str]] = set()

    def _report(self, refused: Refused) -> None:
        line, column = refused.at
        source = self.source
        self.problems.append(
            problem_at(source.text, source.path, line, column, refused.message, hint=refused.hint)
        )

    def text(self) -> str:
        """Return the whole C++."""
        for source in self.unit.sources:
            self.source = source
            self.declarations.add(source)
            self._types(source)
        for source in self.unit.sources:
            self.source = source
            self._inputs_and_globals(source)
            self._functions(source)
        for source in self.unit.sources if not self.problems else ():
            self.source = source
            self._check_bodies(source)
        self.source = self.unit.main
        self._check_handlers()
        if self.problems:
            raise Mql5Error(self.problems)
        statics = [f"{kind} {symbol.code};" for symbol, kind, _ in self.statics]
        resets = [*self.resets, *(_renewed(s.code, start) for s, _, start in self.statics)]
        reset = "\n".join(["void reset(void) {", "host::zeroing = true;", *resets])
        parts = [
            f"namespace ea_{self.number} {{",
            *self.types,
            *self.variables,
            *statics,
            *self.prototypes,
            *self.bodies,
            '\n#line 1 "generated"',
            f"{reset}\nhost::zeroing = false;\n}}",
            self._entry(),
            "}",
        ]
        return "\n".join(parts) + "\n"

    # --- types

    def _types(self, source: syntax.Source) -> None:
        for item in source.items:
            if isinstance(item, syntax.Enum) and item.name in self.world.enums:
                values = self.world.enums[item.name].items()
                listed = ", ".join(f"{cpp_name(name)} = {value}" for name, value in values)
                self.types.append(f"enum {item.name} : int {{ {listed} }};")
            elif isinstance(item, syntax.Record) and item.name in self.world.records:
                self.types.append(self._record(item, self.world.records[item.name]))

    def _record(self, node: syntax.Record, record: RecordType) -> str:
        base = f" : public {record.bases[0]}" if record.bases else ""
        parts = [f"class {node.name}{base} {{ public:"]
        for member in node.members:
            if isinstance(member, syntax.Declared):
                parts += [
                    _member(record.fields[v.name])
                    for v in member.variables
                    if v.name in record.fields
                ]
            elif isinstance(member, syntax.Function):
                parts.append(f"{_head(member, member.name)};")
        return "\n".join([*parts, "};"])

    # --- variables

    def _inputs_and_globals(self, source: syntax.Source) -> None:
        state = FunctionState(self.world, self.files.index(source))
        expressions = Expressions(state)
        mine = {v for i in source.items for v in _variables_of(i)}
        for symbol, node in self.declarations.globals:
            if node not in mine:
                continue
            try:
                start = initial(expressions, node, symbol)
            except Refused as refused:
                self._report(refused)
                continue
            self._variable(symbol, start)

    def _variable(self, symbol: Symbol, start: str | None) -> None:
        kind = storage(symbol)
        if symbol.kind == "input":
            value = f" = {start}" if start is not None else f" = {kind}()"
            self.variables.append(f"{kind} {symbol.code}{value};")
        elif symbol.number is not None:
            self.variables.append(f"const {kind} {symbol.code} = {start};")
        else:
            self.variables.append(f"{kind} {symbol.code};")
            self.resets.append(_renewed(symbol.code, start or ""))

    def static(self, symbol: Symbol, kind: str, start: str) -> str:
        """Take a static local; it lives beside the globals, so that a restart resets it."""
        name = f"static_{len(self.statics)}_{symbol.name}"
        self.statics.append((Symbol(symbol.name, symbol.type, name, "global"), kind, start))
        return name

    # --- functions

    def _functions(self, source: syntax.Source) -> None:
        out = Writer(source.path or "expert.mq5")
        for item in source.items:
            if isinstance(item, syntax.Function):
                self._function(item, item.owner, out)
            elif isinstance(item, syntax.Record):
                for member in item.members:
                    if isinstance(member, syntax.Function) and member.body is not None:
                        self._function(member, item.name, out)
        self.bodies.append(out.text())

    def _function(self, node: syntax.Function, owner: str, out: Writer) -> None:
        at = (node.line, node.column)
        try:
            signature = self.declarations.signature(node)
            self._check_known(node, owner, signature)
        except Refused as refused:
            self._report(refused)
            return
        if node.body is None:
            return
        name = f"{owner}::{cpp_name(node.name)}" if owner else cpp_name(node.name)
        if not owner:
            self.prototypes.append(f"{_head(node, name)};")
        file = self.files.index(self.source)
        state = FunctionState(self.world, file, owner, const=node.const, name=node.name)
        traced = node.name in self.trace
        context = Context(self._report, self.static)
        statements = Statements(state, out, context, node.type, traced=traced)
        state.scopes.append({})
        try:
            for parameter in node.parameters:
                state.declare(_parameter(parameter), (parameter.line, parameter.column))
            starts = self._starts(node, owner, statements.expressions)
            out.emit(node.line, f"{_head(node, name)}{starts} {{")
            out.emit(0, f"const host::Frame frame__({state.where(node.line)});")
        except Refused as refused:
            self._report(refused)
        state.scopes.append({})
        statements.body(node.body)
        if state.alive and node.type not in ("", "void"):
            self._report(Refused(at, f"not all paths of '{node.name}' return a value"))
        statements.close_scope()
        out.emit(0, "}")

    def _check_bodies(self, source: syntax.Source) -> None:
        """Report what is declared and has no body anywhere."""
        for item in source.items:
            members = item.members if isinstance(item, syntax.Record) else (item,)
            owner = item.name if isinstance(item, syntax.Record) else ""
            for each in members:
                if not isinstance(each, syntax.Function) or each.owner:
                    continue
                types = [f"{p.type}{'[]' * len(p.dimensions)}" for p in each.parameters]
                if (f"{owner}::{each.name}", ", ".join(types)) not in self.defined:
                    at = (each.line, each.column)
                    self._report(Refused(at, f"function '{each.name}' has no body"))

    def _check_known(self, node: syntax.Function, owner: str, signature: Signature) -> None:
        at = (node.line, node.column)
        shown = ", ".join(f"{p.type}{'[]' * p.rank}" for p in signature.parameters)
        if node.body is not None:
            key = (f"{owner}::{node.name}", shown)
            if key in self.defined:
                raise Refused(at, f"function '{node.name}' has a body already")
            self.defined.add(key)
        record = self.world.records.get(owner)
        if owner and record is None:
            raise Refused(at, f"class '{owner}' is not known")
        if record is None or node.name.startswith("~"):
            return
        found = record.constructors if not node.type else record.methods.get(node.name, [])
        if not any(_same(signature, other) for other in found):
            raise Refused(at, f"{owner} does not declare {signature}")

    def _starts(self, node: syntax.Function, owner: str, expressions: Expressions) -> str:
        if not node.starts:
            return ""
        record = self.world.records[owner]
        codes = [self._start(start, record, expressions) for start in node.starts]
        return f" : {', '.join(codes)}"

    def _start(self, start: syntax.Start, record: RecordType, expressions: Expressions) -> str:
        at = (start.line, start.column)
        if start.name in record.bases[:1]:
            given = [Argument(expressions.read(a), place_of(a)) for a in start.arguments]
            found = self.world.records[start.name].constructors
            chosen = choose(self.world, start.name, found, given, at)
            return f"{start.name}({', '.join(prepared(self.world, chosen, given)[0])})"
        symbol = record.fields.get(start.name)
        if symbol is None or len(start.arguments) != 1 or symbol.rank:
            raise Refused(at, f"'{start.name}' cannot be set here")
        value = expressions.read(start.arguments[0])
        code = convert(self.world, value, symbol.type, place_of(start.arguments[0]))
        return f"{symbol.code}({code})"

    # --- entry

    def _check_handlers(self) -> None:
        for name, (types, parameters) in _HANDLERS.items():
            for signature in self.world.functions.get(name, []):
                given = tuple(p.type for p in signature.parameters)
                if signature.type not in types or given != parameters:
                    node = self._node(name)
                    shown = f"{types[0]} {name}({', '.join(parameters) or 'void'})"
                    self._report(Refused((node.line, node.column), f"{name} must be {shown}"))
        if "OnTick" not in self.world.functions:
            self._report(Refused((1, 1), "an Expert Advisor has a function OnTick"))

    def _node(self, name: str) -> syntax.Function:
        return next(
            item
            for source in self.unit.sources
            for item in source.items
            if isinstance(item, syntax.Function) and item.name == name
        )

    def _entry(self) -> str:
        functions = self.world.functions
        void = bool(functions.get("OnInit")) and functions["OnInit"][0].type == "void"
        init = "OnInit(); return 0;" if void else "return OnInit();"
        body = init if "OnInit" in functions else "return 0;"
        pointers = [
            name if name in functions else "nullptr"
            for name in ("OnDeinit", "OnTick", "OnTester", "OnTrade")
        ]
        inputs = [
            f"{{\"{symbol.name}\", '{_INPUT_CODES.get(symbol.type, 'e')}', &{symbol.code}}}"
            for symbol, _ in self.declarations.globals
            if symbol.kind == "input"
        ]
        files = ", ".join(_quoted(f.path or "expert.mq5") for f in self.files)
        return "\n".join(
            [
                f"int on_init(void) {{ {body} }}",
                f"const HostInput inputs[] = {{{', '.join([*inputs, '{nullptr, 0, nullptr}'])}}};",
                f"const char *const files[] = {{{files}}};",
                f"extern const HostExpert expert = {{on_init, {', '.join(pointers)}, reset, "
                f"{len(inputs)}, inputs, {len(self.files)}, files}};",
            ]
        )


def _renewed(code: str, start: str) -> str:
    return f"host::renew({code}{', ' if start else ''}{start});"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "/").replace('"', "'") + '"'


def _variables_of(item: syntax.Item) -> tuple[syntax.Variable, ...]:
    if isinstance(item, syntax.Input):
        return (item.variable,)
    return item.variables if isinstance(item, syntax.Declared) else ()


def _same(a: Signature, b: Signature) -> bool:
    shown = [[(p.type, p.rank, p.const, p.reference) for p in s.parameters] for s in (a, b)]
    return shown[0] == shown[1] and a.type == b.type and a.const == b.const


def _member(symbol: Symbol) -> str:
    kind = storage(symbol)
    total = 1
    for size in symbol.dimensions:
        total *= size or 0
    if symbol.rank:
        start = f" = {kind}({total})" if total else ""
        return f"{kind} {symbol.code}{start};"
    plain = symbol.type in ("string",)
    return f"{kind} {symbol.code}{'' if plain else f' = host::unset<{kind}>()'};"


def _parameter(node: syntax.Parameter) -> Symbol:
    rank: tuple[int | None, ...] = tuple(None for _ in node.dimensions)
    name = node.name or "unnamed"
    return Symbol(name, node.type, cpp_name(name), "parameter", node.const, rank)


def _head(node: syntax.Function, name: str) -> str:
    shown = ", ".join(_formal(p) for p in node.parameters)
    kind = f"{cpp_type(node.type)} " if node.type else ""
    return f"{kind}{name}({shown}){' const' if node.const else ''}"


def _formal(node: syntax.Parameter) -> str:
    plain = cpp_type(node.type)
    kind = f"Array<{plain}>" if node.dimensions else plain
    mark = "&" if node.reference else ""
    return (
        f"{'const ' if node.const else ''}{kind} {mark}{cpp_name(node.name) if node.name else ''}"
    )
