"""Python from a Plan: one template, two forms.

In process, `decide` is a plain function over the compiled kernels, made once per structure: the
engine "python". Stand-alone, the same function stands in a file that needs numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2

from backtest.market import Market
from backtest.program import Decisions
from codegen.calls import call_params, call_tolerance
from codegen.embed import embedded, plain
from codegen.fields import Field, bar_field
from codegen.plan import Plan, Step, build_plan
from codegen.rules import account_rules, assemble, position_size
from codegen.runtime import aligned, delayed, larger_bars, leaf, level, series
from dsl.columns import shift_of
from dsl.errors import CodegenError
from dsl.kinds import SIGNAL
from dsl.node import InputRef, Value
from dsl.nodes.timeframe import ALIGN
from dsl.params import ParamValue
from dsl.registry import HIGHER_FIELDS
from dsl.strategy import Strategy
from dsl.timeframes import shown

Decide = Callable[[Mapping[str, Field], int, Mapping[str, Any]], dict[str, Any]]
Number = float | tuple[tuple[ParamValue, ...], int, int]

_RUNTIME: dict[str, Callable[..., Any]] = {
    "level": level,
    "leaf": leaf,
    "series": series,
    "delayed": delayed,
}
# Only where larger bars are read.
_LARGER: dict[str, Callable[..., Any]] = {"aligned": aligned, "larger_bars": larger_bars}
_RESERVED = (
    *_RUNTIME,
    *_LARGER,
    *("decide", "signals", "known_spread", "read_bars", "seconds", "main", "bars", "rows"),
    *("numbers", "np", "csv", "math", "sys", "argparse", "datetime", "F64", "I64", "Bool1D"),
    *("TITLE", "STRATEGY_ID", "POINT", "TIMEFRAME", "SPREAD", "WARMUP", "SIZE", "RULES"),
    *("NUMBERS", "FIELDS", "LARGER"),
)


@dataclass(frozen=True, slots=True)
class PythonFacts:
    """What stand-alone code knows of the market: point, timeframe (seconds), usual spread."""

    point: float
    timeframe: int
    spread: int = 10


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of the decide function."""

    name: str
    value: str


def emit_python(strategy: Strategy, facts: PythonFacts) -> str:
    """Return stand-alone Python source whose `signals(bars)` gives what the strategy wants.

    The values of the input table are written into the file. The same strategy and facts give the
    same bytes.
    """
    plan = build_plan(strategy)
    kernels = _kernel_names(plan)
    functions = {name: step_kernel for step_kernel, name in kernels.items()}
    if plan.timeframes:
        functions |= _LARGER
    table = {spec.name: spec.value for spec in plan.inputs}
    size = position_size(plan.size.type, _values(plan.size.params, table), facts.point)
    numbers = plan_numbers(plan, table, facts.point, facts.timeframe)
    return (
        _environment()
        .get_template("stand_alone.py.j2")
        .render(
            header=_header(plan),
            title=plan.title,
            strategy_id=plan.strategy_id,
            point=facts.point,
            timeframe=facts.timeframe,
            spread=facts.spread,
            warmup=plan.warmup_on(facts.timeframe),
            larger=_larger_fields(plan),
            size=(size.mode, size.value),
            rules=[(name, value) for (name, _), value in _rule_pairs(plan, table)],
            numbers=numbers.items(),
            sources=embedded(_RUNTIME | functions, _RESERVED),
            assignments=_assignments(plan, kernels),
            ports=_port_names(plan),
        )
    )


def compile_plan(plan: Plan) -> Decide:
    """Return the Plan as a function of (fields of the bars, number of bars, numbers).

    Plans of one structure share one function; `plan_numbers` gives what makes them differ.
    """
    kernels = _kernel_names(plan)
    source = (
        _environment()
        .get_template("decide.py.j2")
        .render(assignments=_assignments(plan, kernels), ports=_port_names(plan))
    )
    return _compiled(source, tuple((name, kernel) for kernel, name in kernels.items()))


def python_decisions(strategy: Strategy, market: Market) -> Decisions:
    """Return what the strategy wants at every bar, from its in-process Python form.

    Raises:
        CodegenError: The warm-up is longer than the data.
    """
    plan, rows, timeframe = build_plan(strategy), len(market.bars), market.bars.timeframe
    warmup = plan.warmup_on(timeframe)
    if warmup >= rows:
        raise CodegenError(f"the warm-up takes {warmup} bars, there are {rows}")
    table = {spec.name: spec.value for spec in plan.inputs}
    numbers = plan_numbers(plan, table, market.bars.point, timeframe)
    fields = _fields(plan, market)
    wanted = compile_plan(plan)(fields, rows, numbers)
    signals = {name for name, step in plan.ports if plan.steps[step].kind == SIGNAL}
    return assemble(
        {name: column for name, column in wanted.items() if name in signals},
        {name: column for name, column in wanted.items() if name not in signals},
        position_size(plan.size.type, _values(plan.size.params, table), market.bars.point),
        account_rules({name: value for (name, _), value in _rule_pairs(plan, table)}),
        warmup=warmup,
        bars=rows,
    )


def _fields(plan: Plan, market: Market) -> dict[str, Field]:
    """Return what the steps read, by the names that `decide` uses."""
    names = {name for step in plan.steps for name in step.type.fields}
    chart = {name: bar_field(market, name) for name in sorted(names)}
    if plan.timeframes:
        names = {"time", *HIGHER_FIELDS}
        chart |= {name: bar_field(market, name) for name in sorted(names - chart.keys())}
    fields = dict(chart)
    for prefix, seconds in _larger_fields(plan):
        fields |= {prefix + name: v for name, v in larger_bars(chart, seconds).items()}
    return fields


def _larger_fields(plan: Plan) -> list[tuple[str, int]]:
    """Return the names' prefix and the seconds of each higher timeframe."""
    return [(f"{shown(seconds)} ", seconds) for seconds in plan.timeframes]


def plan_numbers(
    plan: Plan, table: Mapping[str, ParamValue], point: float, timeframe: int
) -> dict[str, Number]:
    """Return the numbers of each call: a level's value, (arguments, skipped, warm-up), or the
    warm-up alone of what is brought to the chart.

    Args:
        plan: Its steps.
        table: Values of its inputs.
        point: The symbol's point, quote currency.
        timeframe: Period of the bars, seconds.
    """
    numbers: dict[str, Number] = {}
    warmups = plan.warmups(timeframe)
    for number, step in enumerate(plan.steps):
        params = _values(step.params, table)
        below = max((warmups[i] for i in step.inputs), default=0)
        if step.call != number:
            continue
        if step.type is ALIGN:
            numbers[step.name] = warmups[number]
            continue
        if step.type.scalar is not None:
            numbers[step.name] = step.type.scalar(point, *params)
            continue
        kinds = [plan.steps[i].kind for i in step.inputs]
        tolerance = call_tolerance(step.type, kinds, step.kind, point)
        arguments = (*call_params(step.type, params), *tolerance)
        skipped = below + shift_of(step.type, params)
        numbers[_call_name(step)] = (arguments, skipped, warmups[number])
    return numbers


def _assignments(plan: Plan, kernels: Mapping[Callable[..., Any], str]) -> list[Assignment]:
    lines: list[Assignment] = []
    for number, step in enumerate(plan.steps):
        call = _call_name(plan.steps[step.call])
        if step.call == number:
            lines.append(Assignment(call, _call(plan, step, kernels)))
        if len(step.type.outputs) > 1:
            lines.append(Assignment(step.name, f"{call}[{step.output}]"))
        elif step.call != number:
            lines.append(Assignment(step.name, call))
    return lines


def _call(plan: Plan, step: Step, kernels: Mapping[Callable[..., Any], str]) -> str:
    name = _call_name(step)
    larger = f"{shown(step.timeframe)} " if step.timeframe else ""
    rows = f'bars["{larger}rows"]' if larger else "rows"
    if step.type.scalar is not None:
        return f'level(numbers["{name}"], {rows})'
    inputs = [plan.steps[i].name for i in step.inputs]
    if step.type is ALIGN:
        within = f"{shown(plan.steps[step.inputs[0]].timeframe)} buckets"
        return f'aligned({inputs[0]}, bars["{within}"], numbers["{name}"])'
    assert step.type.kernel is not None
    kernel = kernels[step.type.kernel]
    if step.type.fields:
        reads = [f'bars["{larger}{field}"]' for field in step.type.fields]
        return f'leaf({kernel}, [{", ".join(reads)}], *numbers["{name}"], {rows})'
    return f'series({kernel}, [{", ".join(inputs)}], *numbers["{name}"], {rows})'


def _call_name(step: Step) -> str:
    """Return the name of the computation, without the output that the step means."""
    outputs = step.type.outputs
    return step.name.removesuffix(f"_{outputs[step.output].name}") if outputs[1:] else step.name


def _port_names(plan: Plan) -> list[tuple[str, str]]:
    return [(port, plan.steps[number].name) for port, number in plan.ports]


def _kernel_names(plan: Plan) -> dict[Callable[..., Any], str]:
    """Return a name for each kernel: the function's own, numbered where two have the same."""
    names: dict[Callable[..., Any], str] = {}
    taken = {*_RESERVED, *(step.name for step in plan.steps)}
    for step in plan.steps:
        kernel = step.type.kernel
        if kernel is None or kernel in names:
            continue
        own = plain(kernel).__name__
        number = next(k for k in range(1, 1000) if _numbered(own, k) not in taken)
        names[kernel] = _numbered(own, number)
        taken.add(names[kernel])
    return names


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_kernel_{number}"


def _rule_pairs(
    plan: Plan, table: Mapping[str, ParamValue]
) -> list[tuple[tuple[str, Value], ParamValue]]:
    values = _values(tuple(value for _, value in plan.rules), table)
    return list(zip(plan.rules, values, strict=True))


def _values(params: tuple[Value, ...], table: Mapping[str, ParamValue]) -> tuple[ParamValue, ...]:
    return tuple(table[p.name] if isinstance(p, InputRef) else p for p in params)


def _header(plan: Plan) -> str:
    title = plan.title or "A strategy"
    inputs = "".join(f"\n    {spec.name} = {spec.value}" for spec in plan.inputs)
    stated = f"\n\nInputs:{inputs}" if inputs else ""
    return f"{title}: its signals.\n\nStrategy {plan.strategy_id}; needs numpy only.{stated}\n"


@lru_cache(maxsize=256)
def _compiled(source: str, kernels: tuple[tuple[str, Callable[..., Any]], ...]) -> Decide:
    namespace: dict[str, Any] = {**_RUNTIME, **_LARGER, **dict(kernels)}
    exec(compile(source, "<decide>", "exec"), namespace)
    decide: Decide = namespace["decide"]
    return decide


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("templates", "python"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["literal"] = repr
    environment.filters["docstring"] = _docstring
    return environment


def _docstring(text: str) -> str:
    """Return the text as a literal in triple quotes that it cannot end."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{escaped}"""'
