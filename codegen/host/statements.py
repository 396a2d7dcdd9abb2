"""Statements: control flow in C++, and what MQL5's compiler warns of in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from codegen.host import syntax
from codegen.host.expressions import Expressions, place_of
from codegen.host.function import FunctionState
from codegen.host.locals import LocalWriter
from codegen.host.scope import Refused, Symbol
from codegen.host.types import is_integer, is_number
from codegen.host.values import Place, Unset
from codegen.host.writer import Writer


@dataclass(slots=True)
class _Jumps:
    """What `break` leaves: the states at each of them."""

    loop: bool
    breaks: list[Unset] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What a function's body needs of its program.

    report: Takes a finding. static: Takes a static local and the C++ that sets it up.
    """

    report: Callable[[Refused], None]
    static: Callable[[Symbol, str, str], str]


class Statements:
    """Translates the body of one function."""

    def __init__(
        self, state: FunctionState, out: Writer, context: Context, result: str, *, traced: bool
    ) -> None:
        self.state = state
        self.expressions = Expressions(state)
        self.out = out
        self.context = context
        self.result = result
        self.traced = traced
        self.jumps: list[_Jumps] = []
        self.locals = LocalWriter(self.expressions, out, context.static, traced=traced)

    def body(self, block: syntax.Block) -> None:
        """Translate the block of a function whose parameters are declared already."""
        for statement in block.statements:
            self.statement(statement)

    def statement(self, node: syntax.Statement) -> None:
        """Translate a statement; a finding in it is reported and the next one goes on."""
        try:
            if not self.state.alive and not isinstance(node, syntax.Empty):
                self.state.alive = True
                raise Refused(_place(node), "this statement cannot be reached")
            self._dispatch(node)
        except Refused as refused:
            self.context.report(refused)

    def _dispatch(self, node: syntax.Statement) -> None:
        match node:
            case syntax.Evaluated():
                self._evaluated(node)
            case syntax.Declared():
                for variable in node.variables:
                    self.locals.declare(variable)
            case syntax.If():
                self._if(node)
            case syntax.Return():
                self._return(node)
            case syntax.Block():
                self._block(node)
            case syntax.For():
                self._for(node)
            case syntax.While():
                self._while(node)
            case syntax.Switch():
                self._switch(node)
            case syntax.Jump():
                self._jump(node)
            case syntax.Empty():
                self.out.emit(node.line, ";")

    # --- scopes

    def _open(self) -> None:
        self.state.scopes.append({})
        self.out.emit(0, "{")

    def close_scope(self) -> None:
        """Leave a scope; locals that nothing used are reported."""
        for symbol in self.state.scopes.pop().values():
            if symbol.kind == "local" and not symbol.used:
                message = f"variable '{symbol.name}' is not used"
                self.context.report(Refused(self.locals.places[symbol], message))

    def _block(self, node: syntax.Block) -> None:
        self._open()
        self.body(node)
        self.close_scope()
        self.out.emit(0, "}")

    def _controlled(self, node: syntax.Statement, at: Place) -> None:
        if isinstance(node, syntax.Empty):
            raise Refused(at, "empty controlled statement", "write a block in braces")
        if isinstance(node, syntax.Block):
            self._block(node)
            return
        self._open()
        self.statement(node)
        self.close_scope()
        self.out.emit(0, "}")

    # --- simple statements

    def _evaluated(self, node: syntax.Evaluated) -> None:
        value = node.value
        while isinstance(value, syntax.Parenthesised):
            value = value.value
        steps = isinstance(value, syntax.Unary) and value.operator in ("++", "--")
        if not steps and not isinstance(value, syntax.Call | syntax.Assignment):
            raise Refused(place_of(value), "this expression has no effect")
        code = self.expressions.read(value).code
        self.out.emit(place_of(value)[0], f"{code};")
        if self.traced and isinstance(value, syntax.Assignment):
            self._trace_assignment(value.target)

    def _trace_assignment(self, target: syntax.Expression) -> None:
        name = _dotted(target)
        if name:
            value = self.expressions.place(target)
            if is_number(value.type):
                self.locals.trace(name, value)

    def _return(self, node: syntax.Return) -> None:
        self.state.alive = False
        if self.traced:
            self.locals.trace_arrays()
        if node.value is None:
            if self.result not in ("", "void"):
                raise Refused(_place(node), f"a value of type {self.result} is to be returned")
            self.out.emit(node.line, "return;")
        elif self.result in ("", "void"):
            raise Refused(_place(node), "this function returns no value")
        else:
            code = self.expressions.wanted(node.value, self.result, "to return a value")
            self.out.emit(node.line, f"return {code};")

    def _jump(self, node: syntax.Jump) -> None:
        able = [j for j in self.jumps if j.loop or node.word == "break"]
        if not able:
            raise Refused(_place(node), f"{node.word} outside of a loop")
        if node.word == "break":
            able[-1].breaks.append(self.state.unset)
        self.out.emit(node.line, f"{node.word};")
        self.state.alive = False

    # --- branches

    def _if(self, node: syntax.If) -> None:
        state = self.state
        at = _place(node)
        code = self.expressions.truth(node.condition)
        true, false = state.split
        self.out.emit(node.line, f"if ({code})")
        state.unset = true
        self._controlled(node.yes, at)
        after_yes, alive_yes = state.unset, state.alive
        state.unset, state.alive = false, True
        if node.no is not None:
            self.out.emit(0, "else")
            self._controlled(node.no, at)
        if alive_yes:
            state.unset = state.unset | after_yes if state.alive else after_yes
        state.alive = state.alive or alive_yes

    def _loop(self, body: syntax.Statement, at: Place) -> _Jumps:
        self.jumps.append(_Jumps(loop=True))
        self.out.emit(0, f"{{ host::turn({self.state.where(at[0])});")
        self._controlled(body, at)
        self.out.emit(0, "}")
        return self.jumps.pop()

    def _after(self, jumps: _Jumps, false: Unset, *, endless: bool) -> None:
        state = self.state
        state.alive = bool(jumps.breaks) or not endless
        state.unset = frozenset() if endless else false
        for left in jumps.breaks:
            state.unset |= left

    def _while(self, node: syntax.While) -> None:
        if node.body_first:
            self.out.emit(node.line, "do")
            jumps = self._loop(node.body, _place(node))
            self.state.alive = True
            code = self.expressions.truth(node.condition)
            self.out.emit(0, f"while ({code});")
            self._after(jumps, self.state.split[1], endless=code == "true")
            return
        code = self.expressions.truth(node.condition)
        self.out.emit(node.line, f"while ({code})")
        self.state.unset, false = self.state.split
        jumps = self._loop(node.body, _place(node))
        self._after(jumps, false, endless=code == "true")

    def _for(self, node: syntax.For) -> None:
        self.out.emit(node.line, "")
        self._open()
        if isinstance(node.start, syntax.Declared):
            for variable in node.start.variables:
                self.locals.declare(variable)
        else:
            for value in node.start:
                self.out.emit(0, f"{self.expressions.read(value).code};")
        code = ""
        self.state.split = (self.state.unset, self.state.unset)
        if node.condition is not None:
            code = self.expressions.truth(node.condition)
        true, false = self.state.split
        self.state.unset = true
        steps = ", ".join(self.expressions.read(value).code for value in node.step)
        self.out.emit(node.line, f"for (; {code}; {steps})")
        jumps = self._loop(node.body, _place(node))
        self._after(jumps, false, endless=code in ("", "true"))
        self.close_scope()
        self.out.emit(0, "}")

    def _switch(self, node: syntax.Switch) -> None:
        value = self.expressions.read(node.value)
        integer = is_integer(value.type) or value.type in self.state.world.enums
        if value.dimensions or not integer:
            raise Refused(place_of(node.value), f"switch wants a whole number, found {value}")
        self.out.emit(node.line, f"switch ({value.code}) {{")
        before = self.state.unset
        jumps = _Jumps(loop=False)
        self.jumps.append(jumps)
        self.state.alive = False
        seen: set[int | float | None] = set()
        for part in node.body:
            if isinstance(part, syntax.Case):
                self._case(part, value.type, seen)
                self.state.unset = before | self.state.unset if self.state.alive else before
                self.state.alive = True
                continue
            if isinstance(part, syntax.Declared):
                hint = "put the statements of this case into braces"
                self.context.report(Refused(_place(part), "a variable among cases", hint))
            self.statement(part)
        self.jumps.pop()
        self.out.emit(0, "}")
        complete = None in seen
        self._leave_switch(jumps, before, complete=complete)

    def _leave_switch(self, jumps: _Jumps, before: Unset, *, complete: bool) -> None:
        state = self.state
        ways = [*jumps.breaks, *([state.unset] if state.alive else [])]
        if not complete:
            ways.append(before)
        state.alive = bool(ways)
        state.unset = frozenset().union(*ways)

    def _case(self, part: syntax.Case, type_: str, seen: set[int | float | None]) -> None:
        if part.value is None:
            self.out.emit(part.line, "default:")
            number = None
        else:
            value = self.expressions.read(part.value)
            number = value.number
            if number is None:
                raise Refused(_place(part), "a case wants a constant")
            code = self.expressions.wanted(part.value, type_, "for this case a value")
            self.out.emit(part.line, f"case {code}:")
        if number in seen:
            raise Refused(_place(part), "this case is there twice")
        seen.add(number)


def _place(node: syntax.Statement | syntax.Case) -> Place:
    match node:
        case syntax.Evaluated():
            return place_of(node.value)
        case syntax.Declared():
            return node.variables[0].line, node.variables[0].column
        case syntax.Block():
            return _place(node.statements[0]) if node.statements else (1, 1)
        case _:
            return node.line, node.column


def _dotted(node: syntax.Expression) -> str:
    """Return `name` or `name.field`, "" for other places."""
    match node:
        case syntax.Name(name=name):
            return name
        case syntax.Field(owner=syntax.Name(name=name), name=field_name):
            return f"{name}.{field_name}"
        case _:
            return ""
