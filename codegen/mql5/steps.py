"""The steps of a Plan as lines of MQL5: what the EA computes at a decision and for history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen.mql5.forms import NONE, ONE, Forms, applied, closing_steps, step_reach
from codegen.mql5.inputs import EaInput
from codegen.mql5.symbolic import (
    Amount,
    amount_text,
    is_constant,
    largest,
    plus,
)
from codegen.mql5.text import bar_field, bar_index, comment_line, mql5_literal, pascal_case
from codegen.plan import Plan, Step
from dsl.kinds import tolerance
from dsl.node import InputRef, Value
from dsl.params import FloatParam, Param
from dsl.text.printer import format_expression

PERIOD_SECONDS = "PeriodSeconds(_Period)"


@dataclass(frozen=True, slots=True)
class Handle:
    """A built-in indicator: variable, the call that creates it, what it is."""

    name: str
    call: str
    comment: str


@dataclass(frozen=True, slots=True)
class HistoryObject:
    """An instance of a library class: its type, variable, arguments of Start, what it is."""

    type: str
    name: str
    arguments: str
    comment: str


class StepWriter:
    """Writes the steps of one plan; names, forms, handles and objects are settled first."""

    def __init__(self, plan: Plan, forms: Forms, inputs: tuple[EaInput, ...]) -> None:
        self.plan, self.forms = plan, forms
        table = {entry.spec.name: entry for entry in inputs if entry.spec is not None}
        self.inputs = table
        self.names = {name: entry.name for name, entry in table.items()}
        self.handles = self._handles()
        self.objects = self._objects()
        self.closing = closing_steps(plan)

    # Names and literals

    def param(self, param: Param, value: Value) -> str:
        """Return a parameter as MQL5 text of the type that its declaration has."""
        if not isinstance(value, InputRef):
            text = mql5_literal(value)
            return f"({text})" if text.startswith("-") else text
        entry = self.inputs[value.name]
        if isinstance(param, FloatParam) and entry.type == "int":
            return f"(double){entry.name}"
        return entry.name

    def params(self, step: Step) -> dict[str, str]:
        """Return the parameters of a step by name."""
        pairs = zip(step.type.params, step.params, strict=True)
        return {param.name: self.param(param, value) for param, value in pairs}

    def tolerances(self, step: Step) -> dict[str, str]:
        """Return the tolerance of a step as the fields e_abs and e_rel."""
        where = step.type.tolerance
        if not where:
            return {}
        ports = [port.name for port in step.type.inputs]
        kind = (
            step.kind
            if where == "output"
            else self.plan.steps[step.inputs[ports.index(where)]].kind
        )
        found = tolerance(kind, 1.0)
        return {
            "e_abs": "PRICE_TOLERANCE" if found.absolute > 0 else "0.0",
            "e_rel": "NUMBER_TOLERANCE" if found.relative > 0 else "0.0",
        }

    def stem(self, number: int) -> str:
        """Return the name of the computation that a step belongs to, without its output."""
        step = self.plan.steps[self.plan.steps[number].call]
        output = step.type.outputs[step.output].name
        several = len(step.type.outputs) > 1
        return step.name.removesuffix(f"_{output}") if several else step.name

    def comment(self, step: Step) -> str:
        """Return a step in the strategy language, without its output."""
        text = format_expression(step.node)
        output = step.type.outputs[step.output].name
        return comment_line(text.removesuffix(f".{output}"))

    # Handles and objects

    def _handles(self) -> dict[int, Handle]:
        found: dict[int, Handle] = {}
        by_call: dict[str, Handle] = {}
        for number, step in enumerate(self.plan.steps):
            needed = self.forms.rows[number] is not None or self.forms.history[number]
            if self.forms.forms[number] != "handle" or not needed:
                continue
            ports = zip(step.type.inputs, step.inputs, strict=True)
            prices = {port.name: applied(self.plan.steps[n].type.name) for port, n in ports}
            call = step.type.mql5.handle.format(**prices, **self.params(step))
            fresh = Handle(f"Ext{pascal_case(self.stem(number))}", call, self.comment(step))
            found[number] = by_call.setdefault(call, fresh)
        return found

    def _objects(self) -> dict[int, HistoryObject]:
        found: dict[int, HistoryObject] = {}
        for number, step in enumerate(self.plan.steps):
            if self.forms.forms[number] != "object":
                continue
            arguments = [*self.params(step).values(), *self.tolerances(step).values()]
            name = f"Ext{pascal_case(self.stem(number))}"
            found[number] = HistoryObject(
                step.type.mql5.library, name, ", ".join(arguments), self.comment(step)
            )
        return found

    # Operands

    def operand(self, number: int, row: str) -> str:
        """Return how the decision reads a step at a row: "0" is the current one, "i" a loop's."""
        step, rows = self.plan.steps[number], self.forms.rows[number]
        if self.forms.forms[number] == "scalar" and number not in self.forms.windows:
            return self.scalar(step)
        assert rows is not None
        return f"{step.name}[{row}]" if self.is_array(number) else step.name

    def scalar(self, step: Step) -> str:
        """Return a value that is the same at every bar."""
        text = step.type.mql5.expression.format(**self.params(step))
        return f"({text})" if " " in text and not text.startswith("(") else text

    def is_array(self, number: int) -> bool:
        """Return whether the decision reads more than one row of a step."""
        if number in self.forms.windows:
            return True
        return self.forms.forms[number] != "scalar" and self.forms.rows[number] != ONE

    def fields(self, step: Step, row: str) -> dict[str, str]:
        """Return what a leaf's expression may name: fields of bars, by row and one bar before."""
        number = self.plan.steps.index(step)
        shift = amount_text(self.forms.shifts[number])
        found = {"timeframe": PERIOD_SECONDS, "shift": shift}
        for name in step.type.fields:
            if name != "timeframe":
                found[name] = bar_field(name, bar_index(row, shift, 0))
                found[f"{name}_prev"] = bar_field(name, bar_index(row, shift, 1))
        if "time_prev" in found and row == shift == "0" and number in self.closing:
            found["time_prev"] = f"ClosingSince({found['time_prev']})"
        return found

    def bars_read(self, wanted: Amount | None, step: Step, shift: Amount) -> Amount:
        """Return how many bars must be copied so that a leaf can be read for so many rows."""
        if not step.type.fields or wanted is None:
            return NONE
        return plus(plus(wanted, step_reach(step, self.names)), shift)

    # The decision

    def step_lines(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return the lines that compute these steps for the decision."""
        lines: list[str] = []
        labels = {number: name for name, number in self.plan.labels}
        for number in numbers:
            if self.forms.rows[number] is None:
                continue
            fresh = self._step_lines(number, self.plan.steps[number])
            if fresh and number in labels:
                lines.append(f"//--- {comment_line(labels[number])}")
            lines += fresh
        return tuple(lines)

    def assignments(self, ports: Iterable[str]) -> tuple[str, ...]:
        """Return the lines that set these fields of the decision."""
        numbers = dict(self.plan.ports)
        return tuple(f"decision.{name} = {self.operand(numbers[name], '0')};" for name in ports)

    def leaf_bars(self, number: int) -> Amount:
        """Return how many bars the decision reads for a step itself, the current one included."""
        step = self.plan.steps[number]
        return self.bars_read(self.forms.rows[number], step, self.forms.shifts[number])

    def rates_lines(self) -> tuple[str, ...]:
        """Return the lines that read the bars of a decision; with less history, as many as are."""
        bars = largest(NONE, *(self.leaf_bars(number) for number in range(len(self.plan.steps))))
        if bars == NONE:
            return ()
        return (
            "MqlRates rates[];",
            f"if(!ReadRates(MathMin(bars, {amount_text(bars)}), rates))",
            "   return(false);",
        )

    def _step_lines(self, number: int, step: Step) -> list[str]:
        rows = self.forms.rows[number]
        assert rows is not None
        match self.forms.forms[number]:
            case "handle":
                return self._read_lines(number, step, rows)
            case "object":
                return self._copied_lines(number, step, rows)
            case "scalar" if number not in self.forms.windows:
                return []
            case _:
                return self._assigned_lines(number, step, rows)

    def _read_lines(self, number: int, step: Step, rows: Amount) -> list[str]:
        handle = self.handles[number]
        buffer = step.type.mql5.buffers[step.output]
        shift = amount_text(self.forms.shifts[number])
        target = step.name if self.is_array(number) else f"{step.name}_buffer"
        read = f"ReadBuffer({handle.name}, {buffer}, {shift}, {amount_text(rows)}, {target})"
        lines = [f"double {target}[];", f"if(!{read})", "   return(false);"]
        if not self.is_array(number):
            lines.append(f"const double {step.name} = {target}[0];")
        return lines

    def _copied_lines(self, number: int, step: Step, rows: Amount) -> list[str]:
        output = step.type.outputs[step.output].name
        series = f"{self.objects[step.call].name}.{output}"
        if not self.is_array(number):
            return [_newest(step, series)]
        return [
            f"double {step.name}[];",
            f"if(!{series}.Copy({amount_text(rows)}, {step.name}))",
            "   return(false);",
        ]

    def _assigned_lines(self, number: int, step: Step, rows: Amount) -> list[str]:
        kind = _type(step)
        if not self.is_array(number):
            return [f"const {kind} {step.name} = {self.expression(step, '0')};"]
        count = amount_text(rows)
        if is_constant(rows):
            lines = [f"{kind} {step.name}[{count}];"]
        else:
            lines = [f"{kind} {step.name}[];", f"ArrayResize({step.name}, {count});"]
        return [
            *lines,
            f"for(int i = 0; i < {count}; i++)",
            f"   {step.name}[i] = {self.expression(step, 'i')};",
        ]

    def expression(self, step: Step, row: str) -> str:
        """Return the value of a pointwise or window step at a row of the decision."""
        values = {**self.params(step), **self.tolerances(step), **self.fields(step, row)}
        if step.type.mql5.library:
            x = self.plan.steps[step.inputs[0]].name
            rest = [*self.params(step).values(), *self.tolerances(step).values()]
            return f"{step.type.mql5.library}({', '.join([x, row, *rest])})"
        before = bar_index(row, "0", 1)
        for port, number in zip(step.type.inputs, step.inputs, strict=True):
            values[port.name] = self.operand(number, row)
            if f"{{{port.name}_prev}}" in step.type.mql5.expression:
                values[f"{port.name}_prev"] = self.operand(number, before)
        return step.type.mql5.expression.format(**values)

    # Rows of history

    def history_bars(self) -> Amount:
        """Return how many bars the leaves of a row of history read, the row's own included."""
        return largest(
            ONE,
            *(
                plus(plus(ONE, self.forms.shifts[number]), step_reach(step, self.names))
                for number, step in enumerate(self.plan.steps)
                if self.forms.history[number] and step.type.fields
            ),
        )

    def history_reads(self) -> tuple[str, ...]:
        """Return the lines that read all new values of indicators."""
        lines: list[str] = []
        for number, step in enumerate(self.plan.steps):
            if not self.forms.history[number] or self.forms.forms[number] != "handle":
                continue
            shift = amount_text(self.forms.shifts[number])
            count = "missing" if shift == "0" else f"MathMin(missing, bars - {shift})"
            buffer = step.type.mql5.buffers[step.output]
            handle = self.handles[number].name
            target = f"{step.name}_rows"
            lines += [
                f"double {target}[];",
                f"if(!ReadHistoryBuffer({handle}, {buffer}, {shift}, {count}, {target}))",
                "   return(false);",
            ]
        return tuple(lines)

    def history_lines(self) -> tuple[str, ...]:
        """Return the lines that compute one row of history, oldest row first."""
        lines: list[str] = []
        for number, step in enumerate(self.plan.steps):
            if not self.forms.history[number]:
                continue
            start = amount_text(self.forms.warmups[number])
            kind = _type(step)
            match self.forms.forms[number]:
                case "handle":
                    value = f"ExtRows >= {start} ? {step.name}_rows[i] : 0.0"
                    lines.append(f"const double {step.name} = {value};")
                case "object":
                    lines += self._added_lines(number, step)
                case "window":
                    lines += self._window_lines(step)
                case "expression":
                    value = self._history_expression(step)
                    if step.type.fields:
                        empty = "false" if kind == "bool" else "0.0"
                        value = f"ExtRows >= {start} ? {value} : {empty}"
                    lines.append(f"const {kind} {step.name} = {value};")
            if number in self.forms.kept:
                lines.append(f"{_rows_name(step)}.Add({self._history_operand(number)});")
        return tuple(lines)

    def history_kept(self) -> tuple[str, ...]:
        """Return the series that hold all rows of those steps whose older rows history reads."""
        return tuple(_rows_name(self.plan.steps[number]) for number in sorted(self.forms.kept))

    def _window_lines(self, step: Step) -> list[str]:
        """Return the lines that ask a function about the newest rows of a series."""
        rows = _rows_name(self.plan.steps[step.inputs[0]])
        count = amount_text(plus(step_reach(step, self.names), ONE))
        rest = [*self.params(step).values(), *self.tolerances(step).values()]
        call = f"{step.type.mql5.library}({', '.join([f'{step.name}_window', '0', *rest])})"
        return [
            f"double {step.name}_window[];",
            f"{rows}.Copy({count}, {step.name}_window);",
            f"const {_type(step)} {step.name} = {call};",
        ]

    def _added_lines(self, number: int, step: Step) -> list[str]:
        name = self.objects[step.call].name
        output = step.type.outputs[step.output].name
        lines = []
        if step.call == number:
            start = largest(NONE, *(self.forms.warmups[n] for n in step.inputs))
            values = ", ".join(self._history_operand(n) for n in step.inputs)
            added = f"{name}.Add({values});"
            lines = (
                [added]
                if start == NONE
                else [f"if(ExtRows >= {amount_text(start)})", f"   {added}"]
            )
        if self._read_in_history(number):
            lines.append(_newest(step, f"{name}.{output}"))
        return lines

    def _read_in_history(self, number: int) -> bool:
        return any(
            number in step.inputs
            and self.forms.history[consumer]
            and self.forms.forms[consumer] != "handle"
            for consumer, step in enumerate(self.plan.steps)
        )

    def _history_operand(self, number: int) -> str:
        step = self.plan.steps[number]
        return self.scalar(step) if self.forms.forms[number] == "scalar" else step.name

    def _history_expression(self, step: Step) -> str:
        values = {**self.params(step), **self.tolerances(step), **self.fields(step, "i")}
        for port, number in zip(step.type.inputs, step.inputs, strict=True):
            values[port.name] = self._history_operand(number)
            values[f"{port.name}_prev"] = (
                f"{_rows_name(self.plan.steps[number])}.Value(1)"
                if number in self.forms.kept
                else values[port.name]  # the same at every bar
            )
        return step.type.mql5.expression.format(**values)


def _type(step: Step) -> str:
    return "bool" if step.kind.name == "signal" else "double"


def _newest(step: Step, series: str) -> str:
    """Return the line that takes the newest value of a series; signals are kept as 1 and 0."""
    is_true = " > 0.5" if _type(step) == "bool" else ""
    return f"const {_type(step)} {step.name} = {series}.Value(0){is_true};"


def _rows_name(step: Step) -> str:
    """Return the name of the series that holds all rows of a step."""
    return f"Ext{pascal_case(step.name)}Rows"
