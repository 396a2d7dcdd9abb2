"""Values for a Plan: what stands on the expert's ports for one particle, without making nodes.

Steps that no input reaches keep their node; the others become Bound values with the digest that the
node would have, so they share cache rows with strategies of the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backtest.program import Rules, Size
from codegen.computed import Bound, Computed
from codegen.plan import FRIDAY_PORT, Plan, Step
from codegen.rules import account_rules, position_size
from dsl.errors import ParamOutOfRange, UnknownName, did_you_mean
from dsl.node import InputRef, Value, content_digest
from dsl.nodes.expert import DISTANCE_PORTS, EXPERT, NO_CLOCK, SIGNAL_PORTS
from dsl.params import Param, ParamValue

_Key = tuple[tuple[Computed, ...], tuple[ParamValue, ...]]
_MOST_KNOWN = 2_000  # values of one step


@dataclass(frozen=True, slots=True)
class BoundPorts:
    """Ports in the order of SIGNAL_PORTS and Friday's exit, and of DISTANCE_PORTS."""

    signals: tuple[Computed | None, ...]
    distances: tuple[Computed | None, ...]
    size: Size
    rules: Rules


class Binder:
    """Binds one Plan to many vectors of values."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._defaults = {spec.name: spec.value for spec in plan.inputs}
        self._moving = _moving(plan)
        self._known: list[dict[_Key, Bound]] = [{} for _ in plan.steps]

    def bind(self, values: Mapping[str, ParamValue], point: float) -> BoundPorts:
        """Return the ports for these values; inputs that are not named keep their table value.

        Raises:
            UnknownName: A value for an input that the Plan does not have.
            ParamOutOfRange: A value that its parameter refuses, or refuses together with others.
        """
        for name in values:
            if name not in self._defaults:
                raise UnknownName(f"no input '{name}'", hint=did_you_mean(name, self._defaults))
        table = {**self._defaults, **values}
        computed: list[Computed] = []
        for number, step in enumerate(self.plan.steps):
            moving = self._moving[number]
            computed.append(self._bound(number, computed, table) if moving else step.node)
        ports = {name: computed[number] for name, number in self.plan.ports}
        size = self.plan.size
        return BoundPorts(
            signals=tuple(ports.get(name) for name in (*SIGNAL_PORTS, FRIDAY_PORT)),
            distances=tuple(ports.get(name) for name in DISTANCE_PORTS),
            size=position_size(size.type, _params(size, table), point),
            rules=self._rules(table),
        )

    def _bound(
        self, number: int, computed: list[Computed], table: Mapping[str, ParamValue]
    ) -> Bound:
        """Return the step with these values: the object of an earlier particle where they agree."""
        step, known = self.plan.steps[number], self._known[number]
        inputs = tuple(computed[i] for i in step.inputs)
        values = tuple(table[p.name] if isinstance(p, InputRef) else p for p in step.params)
        found = known.get((inputs, values))
        if found is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = known[inputs, values] = _made(step, inputs, _params(step, table))
        return found

    def _rules(self, table: Mapping[str, ParamValue]) -> Rules:
        rules: dict[str, ParamValue] = {}
        for param, (name, value) in zip(EXPERT.params, self.plan.rules, strict=True):
            rules[name] = _value(param, value, table)
        is_on = any(name == FRIDAY_PORT for name, _ in self.plan.ports)
        if is_on != (rules["friday_close"] != NO_CLOCK):
            raise ParamOutOfRange("an input cannot switch friday_close on or off")
        return account_rules(rules)


def _moving(plan: Plan) -> list[bool]:
    moving: list[bool] = []
    for step in plan.steps:
        own = any(isinstance(value, InputRef) for value in step.params)
        moving.append(own or any(moving[number] for number in step.inputs))
    return moving


def _made(step: Step, inputs: tuple[Computed, ...], params: tuple[ParamValue, ...]) -> Bound:
    below = [child.digest for child in inputs]
    timeframe = step.node.timeframe
    digest = content_digest(
        step.type, below, params, output=step.output, kind=step.kind, timeframe=timeframe
    )
    return Bound(step.type, inputs, params, step.output, step.kind, digest, timeframe)


def _params(step: Step, table: Mapping[str, ParamValue]) -> tuple[ParamValue, ...]:
    declared = step.type.params
    params = tuple(_value(p, v, table) for p, v in zip(declared, step.params, strict=True))
    if not step.type.valid(*params):
        shown = ", ".join(f"{p.name} = {v}" for p, v in zip(declared, params, strict=True))
        raise ParamOutOfRange(f"{step.type.name} does not allow {shown} together")
    return params


def _value(param: Param, value: Value, table: Mapping[str, ParamValue]) -> ParamValue:
    return param.coerce(table[value.name]) if isinstance(value, InputRef) else value
