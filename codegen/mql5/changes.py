"""Other values of the inputs of an EA, as changes of the strategy behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codegen.mql5.inputs import ARROWS, FIXED_LOOKS, MAGIC, PANEL, SHIFT, SIZES, SLIPPAGE, EaInput
from dsl.errors import CodegenError, GenfxError
from dsl.looks import LOOKS, checked_look
from dsl.node import with_inputs, with_params
from dsl.params import ParamValue
from dsl.strategy import InputSpec, Strategy, resolved

BESIDE_STRATEGY = frozenset({MAGIC, SHIFT, PANEL, ARROWS})  # inputs of an EA that none holds


@dataclass(frozen=True, slots=True)
class Change:
    """An input of an EA that a strategy holds, its new value, and where it stands, for messages."""

    entry: EaInput
    value: ParamValue
    place: str


def with_ea_values(strategy: Strategy, changes: Sequence[Change]) -> Strategy:
    """Return the strategy with other values of inputs of its EA, all of them at once.

    Raises:
        CodegenError: The strategy cannot have them; named is the place of the one without which it
            can have the others, or of the first.
    """
    try:
        return _with_all(strategy, changes)
    except GenfxError as problem:
        error = problem
    wrong = next(
        (c for c in changes if _possible(strategy, [d for d in changes if d is not c])), changes[0]
    )
    message = f"{wrong.place}: {wrong.entry.name} = {wrong.value}: {error.message}"
    raise CodegenError(message, hint=error.hint) from None


def _possible(strategy: Strategy, changes: Sequence[Change]) -> bool:
    try:
        _with_all(strategy, changes)
    except GenfxError:
        return False
    return True


def _with_all(strategy: Strategy, changes: Sequence[Change]) -> Strategy:
    for entry, value in ((change.entry, change.value) for change in changes):
        if entry.spec is not None:
            strategy = _with_input(strategy, entry.spec.name, value)
        elif entry.name in SIZES.values():
            strategy = _with_size(strategy, value)
        elif entry.name in FIXED_LOOKS:
            strategy = _with_look(strategy, FIXED_LOOKS[entry.name], str(value))
        elif entry.name == SLIPPAGE:
            strategy = _with_slippage(strategy, value)
        else:
            raise CodegenError(f"no strategy holds the input {entry.name}")
    resolved(strategy)
    return strategy


def _with_input(strategy: Strategy, name: str, value: ParamValue) -> Strategy:
    table = tuple(_widened(spec, value) if spec.name == name else spec for spec in strategy.inputs)
    return replace(strategy, inputs=table)


def _widened(spec: InputSpec, value: ParamValue) -> InputSpec:
    """Return an input with a value; its range reaches so far at least."""
    if isinstance(value, str) or spec.low is None or spec.high is None:
        return replace(spec, value=value)
    return replace(spec, value=value, low=min(spec.low, value), high=max(spec.high, value))


def _with_size(strategy: Strategy, value: ParamValue) -> Strategy:
    size = strategy.port("size")
    assert size is not None
    ports = [
        with_params(child, [value]) if child is size else child for child in strategy.expert.inputs
    ]
    return replace(strategy, expert=with_inputs(strategy.expert, ports))


def _with_slippage(strategy: Strategy, value: ParamValue) -> Strategy:
    index = strategy.expert.type.param_index("max_slippage")
    params = [value if i == index else old for i, old in enumerate(strategy.expert.params)]
    return replace(strategy, expert=with_params(strategy.expert, params))


def _with_look(strategy: Strategy, look: str, value: str) -> Strategy:
    found = dict(strategy.looks) | {look: checked_look(LOOKS[look].name, value, comment=True)}
    looks = tuple((name, found[name]) for name in LOOKS if name in found)
    return replace(strategy, looks=looks)
