"""How each step of a Plan is computed in an EA, and how many bars each needs and is read for.

Forms: `scalar` (the same at every bar, written where it is used), `expression` (pointwise),
`window` (a library function over the rows it reaches), `handle` (a built-in indicator of
MetaTrader on a price series), `object` (a library class fed from all history), `align` (a value of
a higher timeframe, read for bars of the chart).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from codegen.larger import FIRST_BUCKET
from codegen.mql5.builtins import average_or_self, makes_itself
from codegen.mql5.inputs import symbolic_params
from codegen.mql5.symbolic import Amount, amount_of, amount_text, largest, plus, rule_amount, times
from codegen.mql5.text import bars_in, local
from codegen.plan import Plan, Step
from dsl.nodes.timeframe import ALIGN

Form = Literal["scalar", "expression", "window", "handle", "object", "align"]

# The applied price that MetaTrader calls by the name of our price leaves.
APPLIED = {
    name: f"PRICE_{name.upper()}"
    for name in ("open", "high", "low", "close", "median", "typical", "weighted")
}
_VOLUME = {"tick_volume": "VOLUME_TICK"}
_CLOSING_PORTS = {"forced_exit", "friday_exit"}
ONE: Amount = ((1, ()),)
NONE: Amount = ((0, ()),)


@dataclass(frozen=True, slots=True)
class Forms:
    """All that is known of the steps before text is made; tuples hold one entry a step.

    Rows, shifts and warm-ups of a step count bars of its own timeframe.
    shifts: Bars before the decision bar that a leaf, or all leaves under a handle, are read.
    warmups: Rows before the first usable one. rows: Rows that the decision reads, None for steps it
    does not need. reads: The same of a leaf's bars. history: Whether a row of history needs it.
    windows: Steps of which the decision wants an array. kept: Steps whose older rows a row of
    history reads.
    """

    forms: tuple[Form, ...]
    shifts: tuple[Amount, ...]
    warmups: tuple[Amount, ...]
    rows: tuple[Amount | None, ...]
    history: tuple[bool, ...]
    windows: frozenset[int]
    kept: frozenset[int]


def applied(leaf: str) -> str:
    """Return MetaTrader's word for what a leaf reads, in the call that makes a handle."""
    return (APPLIED | _VOLUME)[leaf]


def step_forms(plan: Plan, names: dict[str, str]) -> Forms:
    """Return how each step of the plan is computed.

    Args:
        plan: The strategy.
        names: EA input of each entry of the input table.
    """
    shifts = tuple(_shift(step, names) for step in plan.steps)
    forms = tuple(_form(plan, step, shifts) for step in plan.steps)
    joint: list[Amount] = []
    for step, form, shift in zip(plan.steps, forms, shifts, strict=True):
        joint.append(joint[average_or_self(plan, step).inputs[0]] if form == "handle" else shift)
    windows = frozenset(
        below
        for step, form in zip(plan.steps, forms, strict=True)
        if form == "window"
        for below in step.inputs
    )
    history = _history(plan, forms)
    return Forms(
        forms=forms,
        shifts=tuple(joint),
        warmups=_warmups(plan, names, shifts),
        rows=_rows(plan, names, forms),
        history=history,
        windows=windows,
        kept=_kept(plan, forms, history),
    )


def closing_steps(plan: Plan) -> frozenset[int]:
    """Return the steps that only say when a position must be closed by the clock."""
    readers: dict[int, set[bool]] = {}
    for name, number in plan.ports:
        readers.setdefault(number, set()).add(name in _CLOSING_PORTS)
    for number in range(len(plan.steps) - 1, -1, -1):
        for child in plan.steps[number].inputs:
            readers.setdefault(child, set()).update(readers.get(number, set()))
    return frozenset(number for number, found in readers.items() if found == {True})


def _form(plan: Plan, step: Step, shifts: tuple[Amount, ...]) -> Form:
    mql5 = step.type.mql5
    if step.type is ALIGN:
        return "align"
    if step.type.scalar is not None:
        return "scalar"
    if mql5.handle and _on_one_price_series(plan, step, shifts):
        return "handle"
    if mql5.library:
        return "object" if step.type.reach is None else "window"
    return "expression"


def _on_one_price_series(plan: Plan, step: Step, shifts: tuple[Amount, ...]) -> bool:
    """Return whether a built-in would read just what stands on the ports."""
    average = average_or_self(plan, step)
    if average is not step:
        return makes_itself(plan, step) and _on_one_price_series(plan, average, shifts)
    below = zip(step.type.inputs, (plan.steps[number].type for number in step.inputs), strict=True)
    prices = all(
        leaf.name == port.leaf if port.leaf else leaf.name in APPLIED for port, leaf in below
    )
    return prices and len({shifts[number] for number in step.inputs}) == 1


def _shift(step: Step, names: dict[str, str]) -> Amount:
    params = step.type.params
    if not step.type.fields or not params or params[-1].name != "shift":
        return NONE
    return amount_of(symbolic_params(step.params, names)[-1])


def _warmups(plan: Plan, names: dict[str, str], shifts: tuple[Amount, ...]) -> tuple[Amount, ...]:
    found: list[Amount] = []
    for step, shift in zip(plan.steps, shifts, strict=True):
        below = largest(NONE, *(found[number] for number in step.inputs))
        if step.type.scalar is not None:
            found.append(NONE)
            continue
        if step.type is ALIGN:
            larger = plan.steps[step.inputs[0]].timeframe
            found.append(times(below, bars_in(larger)))
            continue
        if step.timeframe and step.type.fields:
            below = plus(below, ((FIRST_BUCKET, ()),))
        own = rule_amount(step.type.warmup, symbolic_params(step.params, names))
        found.append(plus(plus(below, own), shift))
    return tuple(found)


def step_reach(step: Step, names: dict[str, str]) -> Amount:
    """Return how many rows before the current one a step reads (a leaf: of its bars)."""
    if step.type.reach is None:
        return NONE
    return rule_amount(step.type.reach, symbolic_params(step.params, names))


def _rows(plan: Plan, names: dict[str, str], forms: tuple[Form, ...]) -> tuple[Amount | None, ...]:
    rows: list[Amount | None] = [None] * len(plan.steps)
    for _, number in plan.ports:
        rows[number] = ONE
    for number in range(len(plan.steps) - 1, -1, -1):
        step, wanted = plan.steps[number], rows[number]
        if wanted is None or not _reads_inputs(forms[number]):
            continue
        below = plus(wanted, step_reach(step, names))
        if forms[number] == "align" and wanted != ONE:
            below = _larger_rows(plan.steps[step.inputs[0]].timeframe, wanted)
        for child in step.inputs:
            before = rows[child]
            rows[child] = below if before is None else largest(before, below)
    return tuple(rows)


def _larger_rows(timeframe: int, wanted: Amount) -> Amount:
    """Return how many larger bars so many of the newest bars of the chart lie in."""
    oldest = amount_text(plus(wanted, ((-1, ()),)))
    return ((1, (f"{local('shifts', timeframe)}[{oldest}]",)),)


def _history(plan: Plan, forms: tuple[Form, ...]) -> tuple[bool, ...]:
    wanted = [form == "object" for form in forms]
    for number in range(len(plan.steps) - 1, -1, -1):
        form, step = forms[number], plan.steps[number]
        if not wanted[number] or form == "handle":
            continue
        for child in step.inputs:
            wanted[child] = True
    return tuple(wanted)


def _kept(plan: Plan, forms: tuple[Form, ...], history: tuple[bool, ...]) -> frozenset[int]:
    """Return the steps whose older rows a crossing, a direction or the chart reads in history."""
    found: set[int] = set()
    for step, form, wanted in zip(plan.steps, forms, history, strict=True):
        if wanted and form == "window":
            found.update(step.inputs)
        if wanted and form == "expression" and "_prev}" in step.type.mql5.expression:
            found.update(n for n in step.inputs if forms[n] != "scalar")
        if wanted and form == "align":
            found.update(step.inputs)
    return frozenset(found)


def _reads_inputs(form: Form) -> bool:
    match form:
        case "expression" | "window" | "align":
            return True
        case "scalar" | "handle" | "object":
            return False
        case _:
            assert_never(form)
