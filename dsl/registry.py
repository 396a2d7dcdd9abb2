"""The registry: every node type, declared once, and the typed table that the search draws from.

A declaration holds all that any back end, the grammar, the docs and the tests need of a node type.
This module knows nothing of nodes in a graph, of text, or of templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from dsl.errors import DeclarationError, UnknownName, did_you_mean
from dsl.kinds import BOUNDED, Kind, KindVar
from dsl.params import Param

KindRule = Kind | KindVar
# What bars of a higher timeframe have: the clock and the spread are those of the chart's bar.
HIGHER_FIELDS = frozenset({"open", "high", "low", "close", "tick_volume"})


@dataclass(frozen=True, slots=True)
class Input:
    """A port that takes a value.

    `leaf` names the price leaf a fixed port always reads: `atr(14)` reads high, low and close,
    nobody writes them and the search never rewires them. `optional` ports may stay empty (the
    expert's).
    """

    name: str
    kind: KindRule
    leaf: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A value a node gives; `levels` is the range from which a constant beside it is drawn."""

    name: str
    kind: KindRule
    levels: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Overload:
    """A line of a signature that no kind variable can express: price - price is a distance."""

    inputs: tuple[KindRule, ...]
    output: KindRule


Parity = Literal["follow", "even", "odd"]


@dataclass(frozen=True, slots=True)
class Mirror:
    """What the node becomes when prices are reflected (the long side turned into the short side).

    Parity of the value: `odd` changes its sign (a price, a bounded oscillator about its middle),
    `even` keeps its value (ATR, volume, hour), `follow` has the parity of its inputs. `type` and
    `outputs` name the counterpart where it is another node type (highest/lowest) or output
    (upper/lower).
    """

    parity: Parity = "follow"
    type: str = ""
    outputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mql5:
    """How MQL5 computes the node.

    Either `expression` (pointwise: `{a} - {b}`; ports by name, `{x_prev}` one bar older,
    `{x_array}` with `{shift}` for more, parameters by name, `{e_abs}` and `{e_rel}` the tolerance),
    or `library`: the class in templates/mql5/lib/<node type>.mqh.j2 that computes it from all
    history, and beside it, where the formula is exactly MetaTrader's, `handle`: the call that
    creates the built-in's handle, with its `buffers`, one an output. In a handle `{x}` is the
    applied price constant of the price leaf on that port.

    method: Of a moving average, its ENUM_MA_METHOD. around: The port of an average that the
    built-in makes itself: there `{ma_period}`, `{ma_method}` and `{x}` are those of the average on
    it, any other port must stand on what it averages, and parameters that the handle does not name
    must equal its period.
    """

    expression: str = ""
    library: str = ""
    handle: str = ""
    buffers: tuple[int, ...] = (0,)
    method: str = ""
    around: str = ""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How the text form looks when it is not `name(inputs, params)`.

    `infix`/`prefix` use `symbol` with a `precedence` (higher binds tighter); `leaf` is a bare name
    with an optional `[shift]`; `statement` is not written inside expressions; `timeframe` is called
    by the names of timeframes.
    """

    form: Literal["call", "infix", "prefix", "leaf", "constant", "statement", "timeframe"] = "call"
    symbol: str = ""
    precedence: int = 0


CALL = Syntax()


@dataclass(frozen=True, slots=True, eq=False)
class NodeType:
    """The whole declaration of a node type; see CONTRIBUTING for how to add one.

    kernel: a module-level njit function `(inputs..., params...[, e_abs, e_rel])` of float64[n]
        (bool[n] for signals) without NaN, returning a fresh array of the same length, or a tuple of
        them, one an output. The first `warmup` cells may hold anything: callers set them to NaN (to
        False for signals).
    meaning: slow plain Python `(i, inputs..., params...[, e_abs, e_rel])` for the value (tuple of
        values) at row i, with inputs as sequences indexed like the kernel's; shares no code with
        the kernel.
    warmup: rows after the inputs' own warm-up whose value is not to be used, from the parameter
        values.
    fields: what a leaf reads of the bars instead of inputs, in kernel order: open, high, low, close
        (float, quote currency), tick_volume, spread (points, resolved), time (server seconds),
        timeframe (seconds, a scalar). A leaf's row is the bar's own; its parameter `shift` says how
        many bars before the decision bar it is read.
    tolerance: the port (or "output") whose kind sets the tolerance that kernel and meaning get as
        their last two arguments; "" when they take none.
    reach: how many rows before the current one the node reads of its inputs (0: pointwise); None:
        all.
    scalar: instead of kernel and meaning, for leaves with the same value at every bar: `(point,
        params...)`.
    logic, compare: how the evaluator lowers the node without calling its kernel.
    size_mode: for types of kind SIZE: what the parameter means.
    valid: refuses combinations of parameters (fast below slow); the search redraws them.
    weight: how often the search draws the type, relative to 1; 0: never.
    note: what the user of an emitted EA must know of it; the EA's header says so.
    """

    name: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    kernel: Callable[..., Any] | None
    meaning: Callable[..., Any] | None
    summary: str
    mql5: Mql5 = Mql5()
    params: tuple[Param, ...] = ()
    overloads: tuple[Overload, ...] = ()
    warmup: Callable[..., int] = field(default=lambda *_: 0)
    fields: tuple[str, ...] = ()
    tolerance: str = ""
    reach: Callable[..., int] | None = field(default=lambda *_: 0)
    logic: Literal["", "and", "or", "not"] = ""
    compare: Literal["", "gt", "ge", "lt", "le", "eq", "crosses_above", "crosses_below"] = ""
    scalar: Callable[..., float] | None = None
    size_mode: Literal["", "lots", "risk"] = ""
    mirror: Mirror = Mirror()
    syntax: Syntax = CALL
    valid: Callable[..., bool] = field(default=lambda *_: True)
    weight: float = 1.0
    note: str = ""
    example: str = ""
    source: str = ""

    def output_index(self, name: str) -> int:
        """Return the number of the output called `name`, or raise UnknownName."""
        names = [output.name for output in self.outputs]
        if name not in names:
            raise UnknownName(
                f"{self.name} has no output '{name}'",
                hint=did_you_mean(name, names) or f"it has {', '.join(names)}",
            )
        return names.index(name)

    def param_index(self, name: str) -> int:
        """Return the number of the parameter called `name`, or raise UnknownName."""
        names = [param.name for param in self.params]
        if name not in names:
            raise UnknownName(
                f"{self.name} has no parameter '{name}'", hint=did_you_mean(name, names)
            )
        return names.index(name)

    def rules(self, output: int) -> tuple[Overload, ...]:
        """Return the signature lines of one output, with kind variables."""
        if self.overloads:
            return self.overloads
        return (Overload(tuple(port.kind for port in self.inputs), self.outputs[output].kind),)

    def __repr__(self) -> str:
        return f"<node type {self.name}>"


_TYPES: dict[str, NodeType] = {}


def declare(node_type: NodeType) -> NodeType:
    """Enter a node type into the registry and return it; refuse an incomplete or repeated one."""
    problem = _problem(node_type)
    if problem:
        raise DeclarationError(f"node type {node_type.name!r}: {problem}")
    _TYPES[node_type.name] = node_type
    return node_type


def _problem(t: NodeType) -> str:
    names = [port.name for port in t.inputs] + [param.name for param in t.params]
    own = t.syntax.form in {"statement", "timeframe"}  # back ends know these two by name
    special = own or t.scalar is not None
    checks = (
        (t.name in _TYPES, "is declared twice"),
        (not t.name.isidentifier(), "the name is no identifier"),
        (len(set(names)) != len(names), "a port or parameter name repeats"),
        (not t.summary, "has no summary"),
        (not t.outputs, "has no output"),
        (not special and t.kernel is None, "has no kernel"),
        (not special and t.meaning is None, "has no meaning"),
        (not own and not (t.mql5.expression or t.mql5.library), "has no MQL5 form"),
        (
            bool(t.mql5.handle) and len(t.mql5.buffers) != len(t.outputs),
            "wants one buffer an output",
        ),
        (any(len(o.inputs) != len(t.inputs) for o in t.overloads), "an overload misses a port"),
    )
    return next((text for wrong, text in checks if wrong), "")


def lookup(name: str) -> NodeType:
    """Return the node type of that name, or raise UnknownName with the nearest one."""
    found = _TYPES.get(name)
    if found is None:
        raise UnknownName(f"unknown node '{name}'", hint=did_you_mean(name, _TYPES))
    return found


def node_types() -> tuple[NodeType, ...]:
    """Return all node types, sorted by name."""
    return tuple(_TYPES[name] for name in sorted(_TYPES))


def unify(rule: KindRule, kind: Kind, bound: dict[str, Kind]) -> bool:
    """Match a kind with a rule; `bound` holds the variables met so far and is extended."""
    if isinstance(rule, Kind):
        return rule == kind
    if rule.name in bound:
        return bound[rule.name] == kind
    if kind.name not in rule.allowed:
        return False
    bound[rule.name] = kind
    return True


@cache
def resolve(node_type: NodeType, output: int, kinds: tuple[Kind | None, ...]) -> Kind | None:
    """Return the kind of an output for inputs of these kinds, or None if they do not fit.

    A kind of None stands for an empty port.
    """
    for rule in node_type.rules(output):
        bound: dict[str, Kind] = {}
        fits = all(
            port.optional if kind is None else unify(want, kind, bound)
            for port, want, kind in zip(node_type.inputs, rule.inputs, kinds, strict=True)
        )
        if fits and (isinstance(rule.output, Kind) or rule.output.name in bound):
            return rule.output if isinstance(rule.output, Kind) else bound[rule.output.name]
    return None


@dataclass(frozen=True, slots=True)
class Signature:
    """One concrete line of the typed table: this output of this type, for inputs of these kinds."""

    type: NodeType
    output: int
    inputs: tuple[Kind, ...]
    kind: Kind


@cache
def signatures() -> tuple[Signature, ...]:
    """Return the typed table: every node type for every assignment of kinds, variables replaced.

    Computed once, when all node types are declared (import dsl.nodes first).
    """
    oscillators = {
        output.kind
        for node_type in _TYPES.values()
        for output in node_type.outputs
        if isinstance(output.kind, Kind) and output.kind.name == "oscillator"
    }
    found: list[Signature] = []
    for node_type in node_types():
        if node_type.syntax.form in {"constant", "statement", "timeframe"}:
            continue
        for output in range(len(node_type.outputs)):
            for rule in node_type.rules(output):
                found.extend(
                    Signature(node_type, output, kinds, kind)
                    for kinds, kind in _instances(rule, sorted(oscillators, key=str))
                )
    return tuple(dict.fromkeys(found))


def _instances(rule: Overload, oscillators: list[Kind]) -> Iterator[tuple[tuple[Kind, ...], Kind]]:
    variable = next((k for k in (*rule.inputs, rule.output) if isinstance(k, KindVar)), None)
    choices: list[Kind | None] = [None]
    if variable is not None:
        bounds = {"oscillator", *(kind.name for kind in BOUNDED)}
        plain = [Kind(n) for n in variable.allowed if n not in bounds]
        bounded = [k for k in BOUNDED if k.name in variable.allowed]
        choices = [*plain, *bounded, *(oscillators if "oscillator" in variable.allowed else [])]
    for choice in choices:
        kinds = tuple(k if isinstance(k, Kind) else choice for k in rule.inputs)
        output = rule.output if isinstance(rule.output, Kind) else choice
        if output is not None and all(k is not None for k in kinds):
            yield tuple(k for k in kinds if k is not None), output


@cache
def producers(kind: Kind) -> tuple[Signature, ...]:
    """Return the lines of the typed table that give a value of this kind."""
    return tuple(s for s in signatures() if s.kind == kind)
