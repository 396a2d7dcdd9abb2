"""Built-in indicators that make a moving average themselves, such as iEnvelopes around one."""

from __future__ import annotations

from codegen.plan import Plan, Step


def average_or_self(plan: Plan, step: Step) -> Step:
    """Return the average that the step's built-in makes itself, else the step."""
    if not step.type.mql5.around:
        return step
    ports = [port.name for port in step.type.inputs]
    return plan.steps[step.inputs[ports.index(step.type.mql5.around)]]


def makes_itself(plan: Plan, step: Step) -> bool:
    """Return whether the built-in's own average is the one below the step.

    Any other port must stand on what it averages, and parameters that the handle does not name must
    be its period.
    """
    average, handle = average_or_self(plan, step), step.type.mql5.handle
    if not average.type.mql5.method:
        return False
    others = (n for n in step.inputs if plan.steps[n] is not average)
    unnamed = (
        value
        for param, value in zip(step.type.params, step.params, strict=True)
        if f"{{{param.name}}}" not in handle
    )
    return all(n == average.inputs[0] for n in others) and all(
        value == average.params[0] for value in unnamed
    )
