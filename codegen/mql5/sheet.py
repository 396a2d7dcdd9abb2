"""The sheet: all that the templates of an EA print, decided before and frozen."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.mql5.inputs import Check, EaInput
from codegen.mql5.phases import Phase
from codegen.mql5.steps import Handle, HistoryObject


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that stand together in MetaTrader's dialog."""

    title: str
    rows: tuple[EaInput, ...]


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The bar period the chart must have."""

    seconds: int
    allowed: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A condition that closes the position, or forbids an entry, and the reason it gives."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that the panel shows: when, "" for always; the format of its text, its number."""

    condition: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class SizeText:
    """How much to trade: lots or risk, and the value's text."""

    mode: str
    value: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A term of the fitness as MQL5 text."""

    weight: str
    value: str
    worst: str
    best: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """What OnTester returns: terms, the sum of their weights, fragments that they call; or the
    value of an objective.
    """

    terms: tuple[Criterion, ...]
    weight: str
    fragments: tuple[str, ...]
    objective: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Series computed from all history: objects and their classes, what a new row reads and adds.

    suffix: Of all names of a timeframe, "" for the chart's. period: Its constant. rates: Its bars.
    larger: Suffix and constant of the higher timeframes that the rows read. kept: Series that hold
    all rows of a step. bars: How many bars the missing rows read, as text.
    """

    suffix: str
    period: str
    rates: str
    larger: tuple[tuple[str, str], ...]
    objects: tuple[HistoryObject, ...]
    kept: tuple[str, ...]
    reads: tuple[str, ...]
    lines: tuple[str, ...]
    bars: str


@dataclass(frozen=True, slots=True)
class LargerBars:
    """A higher timeframe: its name and its constant."""

    name: str
    period: str


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The profit that break-even locks in, as text; `marked` where it can change.

    What is sent once must then be remembered in the terminal: the level alone does not tell.
    """

    offset: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the templates print, in order.

    looks: The EA's input of each look, see dsl.looks. part: It is one of several strategies in an
    EA, with a balance of its own.
    """

    part: bool
    filters_spread: bool

    looks: dict[str, str]
    header: tuple[str, ...]
    title: str
    origin: str
    groups: tuple[Group, ...]
    checks: tuple[Check, ...]
    timeframe: Timeframe | None
    handles: tuple[Handle, ...]
    warmups: tuple[str, ...]
    rates: tuple[str, ...]
    phases: tuple[Phase, ...]
    reads_buffers: bool
    histories: tuple[History, ...]
    classes: tuple[str, ...]
    larger: tuple[LargerBars, ...]
    distances: tuple[str, ...]
    sets_levels: bool
    moves_stop: bool
    break_even: BreakEven
    size: SizeText
    exits: tuple[Exit, ...]
    entry_limits: tuple[Exit, ...]
    limits: tuple[Limit, ...]
    rule_parts: tuple[str, ...]
    functions: tuple[str, ...]
    fitness: Fitness

    @property
    def marks(self) -> tuple[str, ...]:
        """Begins of the names of terminal's variables that the EA keeps about its positions."""
        there = {"CLOSE_PREFIX": bool(self.exits), "MARK_PREFIX": self.break_even.marked}
        return tuple(name for name, wanted in there.items() if wanted)
