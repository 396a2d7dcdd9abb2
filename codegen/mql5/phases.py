"""The decision in phases: what an open position needs is read as soon as its own values are there.

Entries wait for the longest warm-up of all. A position may be older than the terminal's history,
after a restart with few bars: its exits and its stop loss wait for their own warm-up only.
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.mql5.forms import NONE, Forms
from codegen.mql5.steps import StepWriter
from codegen.mql5.symbolic import Amount, amount_text, largest, plus, times
from codegen.mql5.text import bars_in
from codegen.plan import FRIDAY_PORT, Plan
from dsl.timeframes import MINUTE

_EXITS = ("long_exit", "short_exit", "forced_exit", FRIDAY_PORT)
_GROUPS = (*((name,) for name in _EXITS), ("trailing_stop",), ("break_even", "break_even_offset"))


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the decision.

    missing: History of no more bars than this is too short for it, as MQL5 text; "" in the last
    phase, which waits for the longest warm-up. lines: What it computes. assignments: What of the
    decision it sets.
    """

    missing: str
    lines: tuple[str, ...]
    assignments: tuple[str, ...]


def decision_phases(plan: Plan, forms: Forms, writer: StepWriter) -> tuple[Phase, ...]:
    """Return the phases of a decision; the last one computes all that is not computed before."""
    done: set[int] = set()
    phases: list[Phase] = []
    missing: Amount = NONE
    ports = dict(plan.ports)
    early = _early_groups(plan)
    for rows in sorted(early):
        numbers = _needed(plan, [ports[name] for name in early[rows]])
        missing = largest(missing, *(_missing(forms, writer, number) for number in numbers))
        phases.append(
            Phase(
                amount_text(missing),
                writer.step_lines(sorted(numbers - done)),
                writer.assignments(early[rows]),
            )
        )
        done |= numbers
    rest = [number for number in range(len(plan.steps)) if number not in done]
    set_before = {name for names in early.values() for name in names}
    late = [name for name, _ in plan.ports if name not in set_before]
    phases.append(Phase("", writer.step_lines(rest), writer.assignments(late)))
    return tuple(phases)


def _early_groups(plan: Plan) -> dict[int, list[str]]:
    """Return the ports that an open position needs before the longest warm-up, by theirs."""
    ports = dict(plan.ports)
    warmups, longest = plan.warmups(MINUTE), plan.warmup_on(MINUTE)  # it fits with all timeframes
    found: dict[int, list[str]] = {}
    for group in _GROUPS:
        used = [name for name in group if name in ports]
        rows = max((warmups[ports[name]] for name in used), default=longest)
        if rows < longest:
            found.setdefault(rows, []).extend(used)
    return found


def _needed(plan: Plan, roots: list[int]) -> set[int]:
    """Return the steps below some steps, themselves included."""
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += plan.steps[number].inputs
    return found


def _missing(forms: Forms, writer: StepWriter, number: int) -> Amount:
    """Return the largest number of bars of the chart still too few for a step of the decision."""
    if forms.rows[number] is None:
        return NONE
    timeframe = writer.plan.steps[number].timeframe
    if timeframe:
        return times(forms.warmups[number], bars_in(timeframe))
    read = writer.leaf_bars(number)
    before = NONE if read == NONE else plus(read, ((-1, ()),))
    return largest(forms.warmups[number], before)
