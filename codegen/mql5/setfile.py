"""MetaTrader's .set files: the inputs of an emitted EA with the ranges its optimiser may search."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from decimal import Decimal

from codegen.mql5.facts import EmitFacts
from codegen.mql5.inputs import EaInput, ea_inputs
from codegen.mql5.text import comment_line
from codegen.plan import build_plan
from dsl.looks import color_number
from dsl.params import FloatParam, IntParam, ParamValue
from dsl.strategy import Strategy

_STEPS = 20  # steps through a range that names none


def emit_set(strategy: Strategy, facts: EmitFacts | None = None) -> bytes:
    """Return the .set file of the strategy's EA: UTF-16LE with BOM, CRLF.

    Inputs with a range are marked for optimisation; the others are written with their value only
    as start, so that the optimiser leaves them alone. Names and values equal the EA's inputs.

    Raises:
        UnsupportedNode: An input that no EA can have.
    """
    plan = build_plan(strategy)
    inputs = ea_inputs(plan, strategy.expert.type, facts or EmitFacts())
    title = comment_line(strategy.title) or "untitled"
    return set_bytes((title, f"genfx strategy {strategy.strategy_id}"), inputs)


def set_bytes(remarks: Iterable[str], inputs: Iterable[EaInput]) -> bytes:
    """Return a .set file: remarks first, then the inputs under the names of their groups."""
    lines = [f"; {remark}" for remark in remarks]
    group = ""
    for entry in inputs:
        if entry.group != group:
            group = entry.group
            lines.append(f"; === {group} ===")
        lines.append(f"{entry.name}={_value(entry)}")
    return codecs.BOM_UTF16_LE + ("\r\n".join(lines) + "\r\n").encode("utf-16-le")


def set_rows(strategy: Strategy, facts: EmitFacts | None = None) -> tuple[tuple[str, str], ...]:
    """Return (name, what stands behind it) of every input of the strategy's EA.

    Raises:
        UnsupportedNode: An input that no EA can have.
    """
    return input_rows(ea_inputs(build_plan(strategy), strategy.expert.type, facts or EmitFacts()))


def input_rows(inputs: Iterable[EaInput]) -> tuple[tuple[str, str], ...]:
    """Return (name, what stands behind it) of inputs."""
    return tuple((entry.name, _value(entry)) for entry in inputs)


def _value(entry: EaInput) -> str:
    if entry.type == "string":
        return str(entry.value)
    if entry.type == "bool":
        return f"{entry.literal}||false||0||true||N"
    if entry.type == "color":
        return str(color_number(str(entry.value)))
    assert not isinstance(entry.value, str)
    shown = _number(entry.value)
    spec = entry.spec
    if spec is None or spec.low is None or spec.high is None:
        return f"{shown}||{shown}||{_number(_step(entry, 0.0, 0.0))}||{shown}||N"
    low, high = _typed(entry, spec.low), _typed(entry, spec.high)
    step = _typed(entry, spec.step or _step(entry, spec.low, spec.high))
    return f"{shown}||{_number(low)}||{_number(step)}||{_number(high)}||Y"


def _step(entry: EaInput, low: float, high: float) -> float:
    if isinstance(entry.param, IntParam):
        return entry.param.step
    if isinstance(entry.param, FloatParam) and entry.param.step > 0:
        return entry.param.step
    if entry.type != "double":
        return 1
    return float(f"{(high - low) / _STEPS:.2g}") or 0.1


def _typed(entry: EaInput, value: float) -> ParamValue:
    return int(value) if entry.type in {"int", "long"} else float(value)


def _number(value: ParamValue) -> str:
    """Return a number without an exponent, as MetaTrader writes it."""
    text = format(Decimal(repr(value)), "f")
    return text[:-2] if text.endswith(".0") and isinstance(value, float) else text
