"""The steps of a Plan as lines of MQL5: what the EA computes at a decision and for history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen.mql5.builtins import average_or_self
from codegen.mql5.forms import NONE, ONE, Forms, applied, closing_steps, step_reach
from codegen.mql5.inputs import EaInput
from codegen.mql5.symbolic import (
    Amount,
    amount_text,
    is_constant,
    largest,
    plus,
)
from codegen.mql5.text import (
    bar_field,
    bar_index,
    comment_line,
    local,
    mql5_literal,
    pascal_case,
    period,
)
from codegen.plan import Plan, Step
from dsl.kinds import tolerance
from dsl.node import InputRef, Value
from dsl.nodes.timeframe import ALIGN
from dsl.params import FloatParam, Param
from dsl.text.printer import format_expression
from dsl.timeframes import CHART, shown

PERIOD_SECONDS = "PeriodSeconds(_Period)"


@dataclass(frozen=True, slots=True)
class Handle:
    """A built-in indicator: variable, the call that creates it, what it is, timeframe."""

    name: str
    call: str
    comment: str
    period: str


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
        of = f" of {shown(step.timeframe)}" if step.timeframe else ""
        return comment_line(text.removesuffix(f".{output}")) + of

    # Handles and objects

    def _handles(self) -> dict[int, Handle]:
        found: dict[int, Handle] = {}
        by_call: dict[str, Handle] = {}
        for number, step in enumerate(self.plan.steps):
            needed = self.forms.rows[number] is not None or self.forms.history[number]
            if self.forms.forms[number] != "handle" or not needed:
                continue
            average = average_or_self(self.plan, step)
            ports = zip(average.type.inputs, average.inputs, strict=True)
            prices = {port.name: applied(self.plan.steps[n].type.name) for port, n in ports}
            prices |= {"ma_method": average.type.mql5.method}
            prices |= {f"ma_{name}": text for name, text in self.params(average).items()}
            timeframe = period(step.timeframe)
            pattern = step.type.mql5.handle.replace("_Period", timeframe)
            call = pattern.format(**prices, **self.params(step))
            name = f"Ext{pascal_case(self.stem(number))}"
            fresh = Handle(name, call, self.comment(step), timeframe)
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
                before = bar_index(row, shift, 1)
                found[name] = bar_field(name, bar_index(row, shift, 0), step.timeframe)
                found[f"{name}_prev"] = bar_field(name, before, step.timeframe)
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
        step, rows = self.plan.steps[number], self.forms.rows[number]
        if self.forms.forms[number] == "align" and self.is_array(number):
            return rows or NONE
        return self.bars_read(rows, step, self.forms.shifts[number])

    def rates_lines(self) -> tuple[str, ...]:
        """Return the lines that read the bars of a decision; with less history, as many as are."""
        lines: list[str] = []
        for timeframe in self.plan.timeframes:
            rows = largest(NONE, *(self.leaf_bars(n) for n in self._aligned(timeframe)))
            if rows != NONE:
                lines += shift_lines(timeframe, amount_text(rows))
        for timeframe in (*self.plan.timeframes, CHART):
            steps = list(enumerate(self.plan.steps))
            own = [n for n, s in steps if s.timeframe == timeframe and s.type.fields]
            bars = largest(NONE, *(self.leaf_bars(number) for number in own))
            if bars != NONE:
                there = f"Bars(_Symbol, {period(timeframe)})" if timeframe else "bars"
                rates = local("rates", timeframe)
                read = f"ReadLargerRates({period(timeframe)}, " if timeframe else "ReadRates("
                call = f"{read}MathMin({there}, {amount_text(bars)}), {rates})"
                lines += [f"MqlRates {rates}[];", *_or_leave(call)]
        return tuple(lines)

    def _aligned(self, timeframe: int) -> list[int]:
        """Return the steps that bring a value of a higher timeframe to several bars."""
        return [
            number
            for number, step in enumerate(self.plan.steps)
            if self.forms.forms[number] == "align"
            and self.plan.steps[step.inputs[0]].timeframe == timeframe
        ]

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
        lines = [f"double {target}[];", *_or_leave(read)]
        if not self.is_array(number):
            lines.append(f"const double {step.name} = {target}[0];")
        return lines

    def _copied_lines(self, number: int, step: Step, rows: Amount) -> list[str]:
        output = step.type.outputs[step.output].name
        series = f"{self.objects[step.call].name}.{output}"
        if not self.is_array(number):
            return [newest_line(step, series)]
        read = f"{series}.Copy({amount_text(rows)}, {step.name})"
        return [f"double {step.name}[];", *_or_leave(read)]

    def _assigned_lines(self, number: int, step: Step, rows: Amount) -> list[str]:
        kind = type_name(step)
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
        """Return the value of a pointwise, window or aligned step at a row of the decision."""
        if step.type is ALIGN:
            below = step.inputs[0]
            larger = local("shifts", self.plan.steps[below].timeframe)
            own = self.is_array(self.plan.steps.index(step))
            return self.operand(below, f"{larger}[{row}]" if own else "0")
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


def type_name(step: Step) -> str:
    """Return the MQL5 type of a step's value."""
    return "bool" if step.kind.name == "signal" else "double"


def newest_line(step: Step, series: str, back: str = "0") -> str:
    """Return the line that takes the newest value of a series, or one so many rows back.

    Signals are kept as 1 and 0.
    """
    is_true = " > 0.5" if type_name(step) == "bool" else ""
    return f"const {type_name(step)} {step.name} = {series}.Value({back}){is_true};"


def rows_name(step: Step) -> str:
    """Return the name of the series that holds all rows of a step."""
    return f"Ext{pascal_case(step.name)}Rows"


def shift_lines(timeframe: int, count: str) -> list[str]:
    """Return the lines that find the larger bar of each of the newest bars of the chart."""
    shifts = local("shifts", timeframe)
    return [f"int {shifts}[];", *_or_leave(f"ReadShifts({period(timeframe)}, {count}, {shifts})")]


def _or_leave(call: str) -> list[str]:
    return [f"if(!{call})", "   return(false);"]
