"""Parameters of node types: their type, the range the search draws from, and the hard limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsl.errors import DeclarationError, ParamOutOfRange

ParamValue = int | float | str


@dataclass(frozen=True, slots=True)
class IntParam:
    """A whole number: `low..high` is searched, `minimum..maximum` is accepted from a user."""

    name: str
    low: int
    high: int
    default: int
    step: int = 1
    log: bool = False
    minimum: int = 1
    maximum: int = 100_000
    clock: bool = False  # minutes since midnight, written 08:30

    def __post_init__(self) -> None:
        _check_ranges(self)

    def coerce(self, value: object) -> int:
        """Return the value as a whole number within the hard limits, or raise ParamOutOfRange."""
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ParamOutOfRange(f"{self.name} = {value!r} is not a whole number")
        return int(_within(self, value))


@dataclass(frozen=True, slots=True)
class FloatParam:
    """A real number: `low..high` is searched, `minimum..maximum` is accepted from a user."""

    name: str
    low: float
    high: float
    default: float
    step: float = 0.0  # 0: continuous
    log: bool = False
    minimum: float = -math.inf
    maximum: float = math.inf

    def __post_init__(self) -> None:
        _check_ranges(self)
        # 0 == 0.0, but they print differently, and digests are taken from what is printed
        object.__setattr__(self, "default", float(self.default))

    def coerce(self, value: object) -> float:
        """Return the value as a finite float within the hard limits, or raise ParamOutOfRange."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise ParamOutOfRange(f"{self.name} = {value!r} is not a number")
        return float(_within(self, value)) + 0.0  # -0.0 becomes 0.0


@dataclass(frozen=True, slots=True)
class ChoiceParam:
    """One of a few words."""

    name: str
    choices: tuple[str, ...]
    default: str

    def __post_init__(self) -> None:
        if self.default not in self.choices:
            raise DeclarationError(f"parameter {self.name}: default {self.default!r} is no choice")

    def coerce(self, value: object) -> str:
        """Return the value if it is one of the choices, or raise ParamOutOfRange."""
        if value not in self.choices:
            raise ParamOutOfRange(f"{self.name} = {value!r} is none of {', '.join(self.choices)}")
        return str(value)


Param = IntParam | FloatParam | ChoiceParam


def _check_ranges(param: IntParam | FloatParam) -> None:
    if not param.minimum <= param.low <= param.default <= param.high <= param.maximum:
        raise DeclarationError(
            f"parameter {param.name}: wants minimum <= low <= default <= high <= maximum, "
            f"has {param.minimum}, {param.low}, {param.default}, {param.high}, {param.maximum}"
        )


def _within(param: IntParam | FloatParam, value: int | float) -> int | float:
    if not param.minimum <= value <= param.maximum:
        raise ParamOutOfRange(
            f"{param.name} = {value:g} is outside {param.minimum:g}..{param.maximum:g}"
        )
    return value
