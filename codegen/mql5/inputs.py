"""The inputs of an emitted EA: names, MQL5 types, groups, limits; EA and .set both come from here.

Every entry of the strategy's input table becomes an input `Inp...`; the fixed inputs (magic number,
clock shift, comment, and size and slippage where the table does not hold them) have plain names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from codegen.mql5.facts import EmitFacts
from codegen.mql5.symbolic import refusals, symbol
from codegen.mql5.text import (
    LONGEST_NAME,
    comment_line,
    mql5_double,
    mql5_literal,
    pascal_case,
)
from codegen.plan import Plan, Step
from dsl.errors import CodegenError, UnsupportedNode
from dsl.looks import LONGEST_COMMENT, color_parts, shortened_comment
from dsl.node import InputRef, Value
from dsl.params import FloatParam, IntParam, Param, ParamValue
from dsl.registry import NodeType
from dsl.strategy import InputSpec

MAGIC, SHIFT, COMMENT, SLIPPAGE = "MagicNumber", "ServerShift", "TradeComment", "MaxSlippage"
PANEL, ARROWS, WEIGHT = "ShowPanel", "ShowArrows", "Weight"
COLORS = ("LongColor", "ShortColor", "ExitColor")
LOOK_TEXTS = {
    "trade_comment": "Comment of the trades",
    "arrow_long": "Colour of arrows of long entries",
    "arrow_short": "Colour of arrows of short entries",
    "arrow_exit": "Colour of arrows of exits",
}
SIZES = {"lots": "Lots", "risk": "RiskPercent"}
_LONGEST_SHIFT = 23  # hours
_COLORS = {
    "arrow_long": (COLORS[0], "dodgerblue"),
    "arrow_short": (COLORS[1], "orangered"),
    "arrow_exit": (COLORS[2], "gray"),
}


@dataclass(frozen=True, slots=True)
class EaInput:
    """One input: `spec` for those of the strategy's table, None for fixed ones.

    param: The declaration with the tightest use of it, for its step and limits.
    """

    name: str
    type: str
    value: ParamValue
    comment: str
    group: str
    param: Param | None = None
    spec: InputSpec | None = None

    @property
    def literal(self) -> str:
        """Return the default as MQL5 text."""
        if self.type == "color":
            return "C'{},{},{}'".format(*color_parts(str(self.value)))
        if self.type == "bool":
            return "true" if self.value else "false"
        return mql5_literal(float(self.value) if self.type == "double" else self.value)


@dataclass(frozen=True, slots=True)
class Check:
    """A test of OnInit: the condition that refuses, the input it names, what is allowed."""

    refused: str
    name: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Use:
    """A place where an input of the table stands: a parameter of a node type."""

    type: NodeType
    param: Param


def ea_inputs(
    plan: Plan, expert: NodeType, facts: EmitFacts, *, part: bool = False
) -> tuple[EaInput, ...]:
    """Return all inputs in the order of the EA: the strategy's, size, trading, chart.

    Args:
        plan, expert: The strategy.
        facts: What the EA states.
        part: The strategy is one of several in an EA.

    Raises:
        UnsupportedNode: An input stands for a word, which no EA input can replace.
    """
    names = input_names((*plan.inputs, *plan.texts))
    uses = input_uses(plan, expert)
    table = tuple(
        _table_input(spec, names[spec.name], uses.get(spec.name, ())) for spec in plan.inputs
    )
    looks = tuple(_look_input(plan, spec, names[spec.name]) for spec in plan.texts)
    given = dict(facts.values)
    fixed = (*_trading(plan, facts), *looks, *_chart(plan))
    changed = (replace(e, value=given[e.name]) if e.name in given else e for e in fixed)
    if not part:
        return (*table, *_money(plan), *changed)
    weight = EaInput(WEIGHT, "double", 1.0, "Share of the capital that this part trades", "Money")
    return (*table, weight, *_money(plan), *changed)


def input_names(table: tuple[InputSpec, ...]) -> dict[str, str]:
    """Return the EA's name of each input of the table: unique, at most 63 characters."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for spec in table:
        stem = f"Inp{pascal_case(spec.name)}"[: LONGEST_NAME - 4]
        name, number = stem, 2
        while name.lower() in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.lower())
        names[spec.name] = name
    return names


def input_uses(plan: Plan, expert: NodeType) -> dict[str, tuple[Use, ...]]:
    """Return where each input of the table stands: steps, size, the expert's rules."""
    found: dict[str, list[Use]] = {}
    places = [(step.type, step.params) for step in (*plan.steps, plan.size)]
    places.append((expert, tuple(value for _, value in plan.rules)))
    for node_type, values in places:
        for param, value in zip(node_type.params, values, strict=True):
            if isinstance(value, InputRef):
                found.setdefault(value.name, []).append(Use(node_type, param))
    return {name: tuple(uses) for name, uses in found.items()}


def _table_input(spec: InputSpec, name: str, uses: tuple[Use, ...]) -> EaInput:
    params = [use.param for use in uses]
    if isinstance(spec.value, str) or any(not isinstance(p, IntParam | FloatParam) for p in params):
        raise UnsupportedNode(
            f"input {spec.name} stands for a word, which cannot be an input of an EA",
            hint="write the word itself in its place",
        )
    whole = [p for p in params if isinstance(p, IntParam)]
    is_int = bool(whole) or (not params and isinstance(spec.value, int))
    value: ParamValue = int(spec.value) if is_int else float(spec.value)
    comment = comment_line(spec.comment)
    comment = f"{comment}{_unit(uses)}" if comment else _described(spec, uses)
    first = whole[0] if whole else (params[0] if params else None)
    return EaInput(name, "int" if is_int else "double", value, comment, "Strategy", first, spec)


def _described(spec: InputSpec, uses: tuple[Use, ...]) -> str:
    places = list(dict.fromkeys(f"{use.type.name}: {use.param.name}" for use in uses))
    shown = ", ".join(places[:3]).replace("_", " ") or "not used"
    return f"{spec.name} ({shown}{_unit(uses)})"


def _unit(uses: tuple[Use, ...]) -> str:
    """Return what an input counts, where its number does not tell."""
    clock = any(isinstance(use.param, IntParam) and use.param.clock for use in uses)
    return ", minutes since midnight" if clock else ""


def _look_input(plan: Plan, spec: InputSpec, name: str) -> EaInput:
    """Return the input of a text or a colour."""
    used = [LOOK_TEXTS[look] for look, value in plan.looks if value == InputRef(spec.name)]
    comment = comment_line(spec.comment) or ", ".join(used) or f"{spec.name} (not used)"
    return EaInput(name, spec.kind, spec.value, comment, "Chart", spec=spec)


def _chart(plan: Plan) -> tuple[EaInput, ...]:
    """Return the inputs of what the chart shows, without those for which the table has one."""
    given = dict(plan.looks)
    rows = [
        EaInput(PANEL, "bool", 0, "Panel with the state of the EA in the chart", "Chart"),
        EaInput(ARROWS, "bool", 1, "Arrows at entries and exits in the chart", "Chart"),
    ]
    for look, (name, value) in _COLORS.items():
        found = given.get(look, value)
        if not isinstance(found, InputRef):
            rows.append(EaInput(name, "color", found, LOOK_TEXTS[look], "Chart"))
    return tuple(rows)


FIXED_LOOKS = {COMMENT: "trade_comment", **{name: look for look, (name, _) in _COLORS.items()}}


def look_names(plan: Plan) -> dict[str, str]:
    """Return the EA's input of each look: the comment of trades, the colours of arrows."""
    names = input_names((*plan.inputs, *plan.texts))
    fixed = {look: name for name, look in FIXED_LOOKS.items()}
    given = {look: names[v.name] for look, v in plan.looks if isinstance(v, InputRef)}
    return fixed | given


def _money(plan: Plan) -> tuple[EaInput, ...]:
    value = plan.size.params[0]
    if isinstance(value, InputRef):
        return ()
    mode = plan.size.type.size_mode
    comment = "Percent of the balance at risk" if mode == "risk" else "Volume of a trade, lots"
    param = plan.size.type.params[0]
    return (EaInput(SIZES[mode], "double", float(value), comment, "Money", param),)


def _trading(plan: Plan, facts: EmitFacts) -> tuple[EaInput, ...]:
    slippage = dict(plan.rules)["max_slippage"]
    usual = comment_line(plan.title) or f"genfx {plan.strategy_id[:8]}"
    comment = dict(plan.looks).get("trade_comment", shortened_comment(usual))
    rows = [
        EaInput(MAGIC, "long", magic_number(plan, facts), "Marks the trades of this EA", "Trading"),
        EaInput(
            SHIFT, "int", 0, "Hours to add to server time to get the clock of the data", "Trading"
        ),
    ]
    if not isinstance(comment, InputRef):
        rows.append(EaInput(COMMENT, "string", comment, LOOK_TEXTS["trade_comment"], "Trading"))
    if not isinstance(slippage, InputRef):
        text = "Largest slippage of an entry, points (0: any)"
        rows.append(EaInput(SLIPPAGE, "int", slippage, text, "Trading"))
    return tuple(rows)


def magic_number(plan: Plan, facts: EmitFacts) -> int:
    """Return the magic number: the one given, else one that follows from the strategy."""
    return facts.magic or 100_000 + int(plan.strategy_id[:8], 16) % 900_000_000


def input_checks(plan: Plan, expert: NodeType, inputs: tuple[EaInput, ...]) -> tuple[Check, ...]:
    """Return what OnInit refuses: values outside hard limits, combinations that make no sense."""
    uses = input_uses(plan, expert)
    checks: list[Check] = []
    for entry in inputs:
        params = [use.param for use in uses.get(entry.spec.name, ())] if entry.spec else []
        if entry.param is not None and not params:
            params = [entry.param]
        checks += _limits(entry, params)
    checks.append(Check(f"{MAGIC} <= 0", MAGIC, "wants a number above 0"))
    low, high = -_LONGEST_SHIFT, _LONGEST_SHIFT
    hours = f"{SHIFT} < {low} || {SHIFT} > {high}"
    checks.append(Check(hours, SHIFT, f"allowed are {low} to {high} hours"))
    if any(entry.name == WEIGHT for entry in inputs):
        test = f"!MathIsValidNumber({WEIGHT}) || {WEIGHT} <= 0.0 || {WEIGHT} > 1.0"
        checks.append(Check(test, WEIGHT, "allowed is a number above 0, at most 1"))
    if any(entry.name == SLIPPAGE for entry in inputs):
        checks.append(Check(f"{SLIPPAGE} < 0", SLIPPAGE, "wants 0 or more points"))
    checks += _look_checks(plan)
    names = input_names(plan.inputs)
    steps = [step for number, step in enumerate(plan.steps) if step.call == number]
    return (*checks, *(check for step in steps for check in _combination(step, names)))


def _look_checks(plan: Plan) -> list[Check]:
    name = look_names(plan)["trade_comment"]
    long = f"StringLen({name}) > {LONGEST_COMMENT}"
    return [Check(long, name, f"allowed are at most {LONGEST_COMMENT} characters")]


def _limits(entry: EaInput, params: list[Param]) -> list[Check]:
    numbers = [p for p in params if isinstance(p, IntParam | FloatParam)]
    low = max((p.minimum for p in numbers), default=-math.inf)
    high = min((p.maximum for p in numbers), default=math.inf)
    name, tests, allowed = entry.name, [], []
    if entry.type == "double":
        tests.append(f"!MathIsValidNumber({name})")
        allowed.append("a number")
    if math.isfinite(low):
        tests.append(f"{name} < {_number(entry, low)}")
        allowed.append(f"from {low:g}")
    if math.isfinite(high):
        tests.append(f"{name} > {_number(entry, high)}")
        allowed.append(f"to {high:g}")
    if not tests:
        return []
    return [Check(" || ".join(tests), name, f"allowed is {' '.join(allowed)}")]


def _number(entry: EaInput, value: float) -> str:
    return str(int(value)) if entry.type == "int" else mql5_double(value)


def _combination(step: Step, names: dict[str, str]) -> list[Check]:
    refs = [value.name for value in step.params if isinstance(value, InputRef)]
    if not refs:
        return []
    refused = refusals(step.type.valid, symbolic_params(step.params, names))
    if not refused:
        return []
    shown = ", ".join(dict.fromkeys(names[ref] for ref in refs))
    return [Check(refused, shown, f"{step.type.name} does not allow these values together")]


def symbolic_params(params: tuple[Value, ...], names: dict[str, str]) -> tuple[object, ...]:
    """Return parameters with a symbol in the place of each that is an EA input."""
    return tuple(symbol(names[p.name]) if isinstance(p, InputRef) else p for p in params)


def require_size(plan: Plan) -> None:
    """Refuse a size that the EA could not compute.

    Raises:
        CodegenError: The size is a risk and there is no stop loss.
    """
    has_stop = any(name == "stop_loss" for name, _ in plan.ports)
    if plan.size.type.size_mode == "risk" and not has_stop:
        raise CodegenError(
            "size risk: there is no stop loss to measure the risk by",
            hint="add a stop loss, or trade fixed lots",
        )
