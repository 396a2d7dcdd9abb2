"""The rows of history as lines of MQL5: what library classes are fed with, bar by bar."""

from __future__ import annotations

from codegen.mql5.forms import NONE, ONE, step_reach
from codegen.mql5.steps import StepWriter, newest_line, rows_name, shift_lines, type_name
from codegen.mql5.symbolic import Amount, amount_text, largest, plus
from codegen.mql5.text import local, suffix
from codegen.plan import Step


class HistoryWriter:
    """Writes what a row of history computes, over the bars of one timeframe."""

    def __init__(self, writer: StepWriter, timeframe: int) -> None:
        self.writer, self.plan, self.forms = writer, writer.plan, writer.forms
        self.rows = f"ExtRows{suffix(timeframe)}"  # the variable that counts them
        self.steps = [
            (number, step)
            for number, step in enumerate(self.plan.steps)
            if self.forms.history[number] and step.timeframe == timeframe
        ]

    def bars(self) -> Amount:
        """Return how many bars the leaves of a row of history read, the row's own included."""
        return largest(
            ONE,
            *(
                plus(plus(ONE, self.forms.shifts[number]), step_reach(step, self.writer.names))
                for number, step in self.steps
                if step.type.fields
            ),
        )

    def reads(self) -> tuple[str, ...]:
        """Return the lines that read all new values of indicators, and where larger bars lie."""
        lines: list[str] = []
        for timeframe in self.larger():
            lines += shift_lines(timeframe, "missing")
        for number, step in self.steps:
            if self.forms.forms[number] != "handle":
                continue
            shift = amount_text(self.forms.shifts[number])
            count = "missing" if shift == "0" else f"MathMin(missing, bars - {shift})"
            buffer = step.type.mql5.buffers[step.output]
            handle = self.writer.handles[number].name
            target = f"{step.name}_rows"
            lines += [
                f"double {target}[];",
                f"if(!ReadHistoryBuffer({handle}, {buffer}, {shift}, {count}, {target}))",
                "   return(false);",
            ]
        return tuple(lines)

    def lines(self) -> tuple[str, ...]:
        """Return the lines that compute one row of history, oldest row first."""
        lines: list[str] = []
        for number, step in self.steps:
            start = amount_text(self.forms.warmups[number])
            kind = type_name(step)
            match self.forms.forms[number]:
                case "handle":
                    value = f"{self.rows} >= {start} ? {step.name}_rows[i] : 0.0"
                    lines.append(f"const double {step.name} = {value};")
                case "object":
                    lines += self._added_lines(number, step)
                case "window":
                    lines += self._window_lines(step)
                case "align":
                    lines.append(self._aligned_line(step))
                case "expression":
                    value = self._history_expression(step)
                    if step.type.fields:
                        empty = "false" if kind == "bool" else "0.0"
                        value = f"{self.rows} >= {start} ? {value} : {empty}"
                    lines.append(f"const {kind} {step.name} = {value};")
            if number in self.forms.kept:
                kept = self._history_operand(number)
                kept = f"{kept} ? 1.0 : 0.0" if kind == "bool" else kept
                lines.append(f"{rows_name(step)}.Add({kept});")
        return tuple(lines)

    def kept(self) -> tuple[str, ...]:
        """Return the series that hold all rows of those steps whose older rows history reads."""
        return tuple(rows_name(step) for number, step in self.steps if number in self.forms.kept)

    def larger(self) -> tuple[int, ...]:
        """Return the higher timeframes whose values a row of history reads."""
        aligned = [step for number, step in self.steps if self.forms.forms[number] == "align"]
        return tuple(sorted({self.plan.steps[step.inputs[0]].timeframe for step in aligned}))

    def _aligned_line(self, step: Step) -> str:
        below = self.plan.steps[step.inputs[0]]
        back = f"{local('shifts', below.timeframe)}[i]"
        return newest_line(step, rows_name(below), back)

    def _window_lines(self, step: Step) -> list[str]:
        """Return the lines that ask a function about the newest rows of a series."""
        rows = rows_name(self.plan.steps[step.inputs[0]])
        count = amount_text(plus(step_reach(step, self.writer.names), ONE))
        rest = [*self.writer.params(step).values(), *self.writer.tolerances(step).values()]
        call = f"{step.type.mql5.library}({', '.join([f'{step.name}_window', '0', *rest])})"
        return [
            f"double {step.name}_window[];",
            f"{rows}.Copy({count}, {step.name}_window);",
            f"const {type_name(step)} {step.name} = {call};",
        ]

    def _added_lines(self, number: int, step: Step) -> list[str]:
        name = self.writer.objects[step.call].name
        output = step.type.outputs[step.output].name
        lines = []
        if step.call == number:
            start = largest(NONE, *(self.forms.warmups[n] for n in step.inputs))
            values = ", ".join(self._history_operand(n) for n in step.inputs)
            added = f"{name}.Add({values});"
            lines = (
                [added]
                if start == NONE
                else [f"if({self.rows} >= {amount_text(start)})", f"   {added}"]
            )
        if self._read_in_history(number):
            lines.append(newest_line(step, f"{name}.{output}"))
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
        return self.writer.scalar(step) if self.forms.forms[number] == "scalar" else step.name

    def _history_expression(self, step: Step) -> str:
        w = self.writer
        values = {**w.params(step), **w.tolerances(step), **w.fields(step, "i")}
        for port, number in zip(step.type.inputs, step.inputs, strict=True):
            values[port.name] = self._history_operand(number)
            values[f"{port.name}_prev"] = (
                f"{rows_name(self.plan.steps[number])}.Value(1)"
                if number in self.forms.kept
                else values[port.name]  # the same at every bar
            )
        return step.type.mql5.expression.format(**values)
