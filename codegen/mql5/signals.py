"""A strategy as an MQL5 include file: one class that tells signals and distances, and trades not.

The class is the deciding part of the strategy's EA, with its inputs as members. Every name at file
level begins with the class's, so that several such files go into one program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codegen.mql5.emit import emitted
from codegen.mql5.facts import EmitFacts, signals_header
from codegen.mql5.inputs import SHIFT, EaInput, ea_inputs, input_checks
from codegen.mql5.layout import tidy
from codegen.mql5.pieces import (
    Piece,
    Pieces,
    as_member,
    box,
    constructor,
    declarations,
    identifiers,
    member_names,
    reached,
    renamed,
    taken_apart,
)
from codegen.mql5.text import comment_line, environment, mql5_string, pascal_case
from codegen.plan import Plan, build_plan
from dsl.strategy import Strategy

_LONGEST_CLASS = 32
_ROOTS = ("ReadDecision", "CreateHandles", "ReleaseHandles", "ClearHistory", "IndicatorsCurrent")
_GETTERS = {
    "ready": "Ready",
    "long_entry": "LongEntry",
    "short_entry": "ShortEntry",
    "long_exit": "LongExit",
    "short_exit": "ShortExit",
    "entry_filter": "EntryAllowed",
    "forced_exit": "SessionExit",
    "friday_exit": "FridayExit",
    "stop_loss": "StopLoss",
    "take_profit": "TakeProfit",
    "trailing_stop": "TrailingStop",
    "break_even": "BreakEven",
    "break_even_offset": "BreakEvenLock",
}
_DEFINE = re.compile(r"#define (\w+)\s+(.*)")


@dataclass(frozen=True, slots=True)
class SignalsSheet:
    """Everything the template of an include file prints."""

    header: tuple[str, ...]
    usage: tuple[str, ...]
    defines: tuple[str, ...]
    blocks: tuple[str, ...]


def class_name(strategy: Strategy) -> str:
    """Return the name of a strategy's class, from its title."""
    plain = pascal_case(strategy.title)[:_LONGEST_CLASS] or f"Strategy{strategy.strategy_id[:8]}"
    return f"C{plain}"


def emit_signals(strategy: Strategy, facts: EmitFacts | None = None, file: str = "") -> str:
    """Return the strategy as an include file.

    Args:
        strategy: What it tells of.
        facts: What the header states.
        file: The name under which an EA includes it, for the example in the header.

    Raises:
        UnsupportedNode: A node type that MQL5 cannot express where it stands.
    """
    facts = facts or EmitFacts()
    plan, name = build_plan(strategy), class_name(strategy)
    pieces = taken_apart(emitted(strategy, facts, signals=True))
    inputs = [
        entry
        for entry in ea_inputs(plan, strategy.expert.type, facts)
        if entry.name == SHIFT or (entry.spec is not None and not entry.spec.kind)
    ]
    wanted = [pieces.functions[n] for n in reached(pieces.functions, _ROOTS)]
    kept = [*wanted, *_variables(pieces, wanted)]
    types = _types(pieces, kept)
    common = set(reached(pieces.functions, _words(types)))
    names = {
        **member_names(pieces),
        **{entry.name: _member(entry) for entry in inputs},
        **{n: f"{name[1:]}{n}" for n in (*(piece.name for piece in types), *common)},
    }
    defines = _defines(pieces, [*kept, *types], name)
    names |= defines.names
    members = [piece for piece in wanted if piece.name not in common]
    blocks = [
        *(_text(piece, names) for piece in types),
        *(_text(pieces.functions[n], names) for n in pieces.functions if n in common),
        "\n".join(_class(_Parts(name, strategy, plan, pieces, inputs, members), names)),
    ]
    sheet = SignalsSheet(
        header=signals_header(strategy, facts),
        usage=_usage(name, file or f"{name[1:]}.mqh", plan, inputs),
        defines=defines.lines,
        blocks=tuple(blocks),
    )
    return tidy(environment().get_template("signals_class.mqh.j2").render(sheet=sheet))


@dataclass(frozen=True, slots=True)
class _Defines:
    names: Mapping[str, str]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    name: str
    strategy: Strategy
    plan: Plan
    pieces: Pieces
    inputs: list[EaInput]
    members: list[Piece]


def _stem(entry: EaInput) -> str:
    """Return what a parameter is called: as in the strategy."""
    return entry.spec.name if entry.spec is not None else "server_shift"


def _member(entry: EaInput) -> str:
    return f"m_input_{_stem(entry)}"


def _setter(entry: EaInput) -> str:
    """Return the name of the function that sets a parameter, unique as the EA's input is."""
    return f"Set{entry.name.removeprefix('Inp')}"


def _words(pieces: Iterable[Piece]) -> set[str]:
    return {word for piece in pieces for word in piece.words}


def _variables(pieces: Pieces, functions: Iterable[Piece]) -> list[Piece]:
    words = _words(functions)
    return [piece for name, piece in pieces.variables.items() if name in words]


def _types(pieces: Pieces, kept: Iterable[Piece]) -> list[Piece]:
    """Return the types that functions and variables use, and those that these use."""
    found: set[str] = set()
    waiting = _words(kept)
    while waiting:
        fresh = waiting & pieces.types.keys() - found
        found |= fresh
        waiting = _words(pieces.types[name] for name in fresh)
    return [piece for name, piece in pieces.types.items() if name in found]


def _defines(pieces: Pieces, kept: Iterable[Piece], name: str) -> _Defines:
    """Return the constants in use, with names that begin with the class's."""
    rows = {m[1]: m[2] for line in pieces.defines if (m := _DEFINE.match(line))}
    words = _words(kept)
    prefix = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name[1:]).upper()
    names = {word: f"{prefix}_{word}" for word in rows if word in words}
    lines = tuple(f"#define {names[word]} {renamed(rows[word], names)}" for word in names)
    return _Defines(names, lines)


def _text(piece: Piece, names: Mapping[str, str]) -> str:
    return renamed(piece.text, names)


def _class(parts: _Parts, names: Mapping[str, str]) -> list[str]:
    title = comment_line(parts.strategy.title) or "untitled"
    variables = _variables(parts.pieces, parts.members)
    decision = names["Decision"]
    lines = [
        *box([f"Signals of {title}"[:64]]),
        f"class {parts.name}",
        "  {",
        "private:",
        *(f"   {entry.type:<8} {_member(entry)}; // {entry.comment}" for entry in parts.inputs),
        f"   {decision} m_decision;",
        "   datetime m_decided; // bar of the decision",
        "   datetime m_seen;    // bar whose first tick was seen",
        "   bool m_created;     // all indicators are there",
        *declarations(variables, names),
    ]
    for piece in parts.members:
        lines += [renamed(line, names) for line in as_member(piece)]
    lines += [*_valid(parts, names), *_created(parts, names), "public:"]
    first = [f"{_member(entry)} = {entry.literal};" for entry in parts.inputs]
    more = (
        *first,
        "m_decided = 0;",
        "m_seen = 0;",
        "m_created = false;",
        "ZeroMemory(m_decision);",
    )
    lines += constructor(parts.name, variables, names, more)
    lines += [*_life(parts, names), *_setters(parts), *_getters(parts.plan), "  };"]
    return lines


def _valid(parts: _Parts, names: Mapping[str, str]) -> list[str]:
    lines = ["//--- Check every parameter", "bool Valid(void)", "  {"]
    known = {entry.name: entry for entry in parts.inputs}
    expert = parts.strategy.expert.type
    every = ea_inputs(parts.plan, expert, EmitFacts())
    others = {entry.name for entry in every} - known.keys()
    for check in input_checks(parts.plan, expert, every):
        if identifiers(check.refused) & others:
            continue
        shown = ", ".join(_stem(known[one]) for one in check.name.split(", "))
        message = mql5_string(f"{parts.name}: {shown}: {check.allowed}")
        lines += [f"   if({renamed(check.refused, names)})", "     {", f"      Print({message});"]
        lines += ["      return(false);", "     }"]
    return _inside([*lines, "   return(true);", "  }"])


def _created(parts: _Parts, names: Mapping[str, str]) -> list[str]:
    """Return the function that tells whether all indicators are there, and creates them."""
    waits = any(piece.name == "HandleMissing" for piece in parts.members)
    return _inside(
        [
            "//--- Create the indicators where they are missing",
            "bool Created(void)",
            "  {",
            "   if(m_created)",
            "      return(true);",
            "   m_created = CreateHandles();",
            "   if(!m_created)",
            "      ReleaseHandles();",
            *([f'   {names["ExtWaitingFor"]} = m_created ? "" : "indicators";'] if waits else []),
            "   return(m_created);",
            "  }",
        ]
    )


def _life(parts: _Parts, names: Mapping[str, str]) -> list[str]:
    """Return the functions that the including program calls."""
    members = {piece.name for piece in parts.members}
    return _inside(
        [
            "//--- Create the indicators; false: a parameter is wrong, in the tester also an",
            "//--- indicator; on a chart that is tried again with later ticks",
            "bool Init(void)",
            "  {",
            "   m_tester = (bool)MQLInfoInteger(MQL_TESTER);",
            "   //--- the bar that it starts in is left alone, but not in the tester",
            "   m_seen = m_tester ? (datetime)0 : iTime(_Symbol, _Period, 0);",
            "   m_decided = m_seen;",
            "   ZeroMemory(m_decision);",
            "   m_created = false;",
            "   if(!Valid())",
            "      return(false);",
            *(["   ClearHistory();"] if "ClearHistory" in members else []),
            "   return(Created() || !m_tester);",
            "  }",
            "//--- Release the indicators",
            "void Deinit(void)",
            "  {",
            "   ReleaseHandles();",
            "  }",
            *_update(names, waits="IndicatorsCurrent" in members),
        ]
    )


def _update(names: Mapping[str, str], *, waits: bool) -> list[str]:
    """Return the function that decides; `waits`: for indicators that lag behind."""
    current = "!IndicatorsCurrent() || " if waits else ""
    return [
        "//--- Decide; true once a bar, at the first tick for which data is ready",
        "bool Update(void)",
        "  {",
        "   const datetime bar_time = iTime(_Symbol, _Period, 0);",
        "   if(bar_time == 0 || bar_time == m_decided)",
        "      return(false);",
        "   if(bar_time != m_seen)",
        "     {",
        "      if(m_seen == 0 && !m_tester)",
        "         m_decided = bar_time;",
        "      m_seen = bar_time;",
        *([f"      {names['ExtFirstTick']} = TimeCurrent();"] if waits else []),
        "     }",
        f"   {names['Decision']} fresh;",
        f"   if(bar_time == m_decided || !Created() || {current}!ReadDecision(bar_time, fresh))",
        "      return(false);",
        "   m_decision = fresh;",
        "   m_decided = bar_time;",
        "   return(true);",
        "  }",
    ]


def _setters(parts: _Parts) -> list[str]:
    lines = ["//--- Parameters; they count from the next Init on"]
    for entry in parts.inputs:
        lines += [f"void {_setter(entry)}(const {entry.type} value)", "  {"]
        lines += [f"   {_member(entry)} = value;", "  }"]
    return _inside(lines)


def _getters(plan: Plan) -> list[str]:
    lines = ["//--- The decision; distances in price units, 0 means none"]
    for field, getter in _fields(plan).items():
        kind = "bool" if field in _signal_fields() else "double"
        lines += [f"{kind} {getter}(void) const", "  {", f"   return(m_decision.{field});", "  }"]
    return _inside(lines)


def _fields(plan: Plan) -> dict[str, str]:
    used = {"ready", *(name for name, _ in plan.ports)}
    return {field: getter for field, getter in _GETTERS.items() if field in used}


def _signal_fields() -> tuple[str, ...]:
    return tuple(_GETTERS)[: tuple(_GETTERS).index("stop_loss")]


def _inside(lines: Iterable[str]) -> list[str]:
    return [f"   {line}" for line in lines]


def _usage(name: str, file: str, plan: Plan, inputs: list[EaInput]) -> tuple[str, ...]:
    entry = inputs[0]
    used = _fields(plan)
    signal = used.get("long_entry") or used["short_entry"]
    allowed = " && signals.EntryAllowed()" if "entry_filter" in used else ""
    stop = "; the stop loss is signals.StopLoss() away" if "stop_loss" in used else ""
    return (
        "",
        "How to use it in an Expert Advisor of your own:",
        f'   #include "{file}"',
        f"   {name} signals;",
        "",
        "   int OnInit(void)",
        "     {",
        f"      signals.{_setter(entry)}({entry.literal});",
        "      return(signals.Init() ? INIT_SUCCEEDED : INIT_FAILED);",
        "     }",
        "   void OnDeinit(const int reason)",
        "     {",
        "      signals.Deinit();",
        "     }",
        "   void OnTick(void)",
        "     {",
        "      if(!signals.Update())  // true once a bar",
        "         return;",
        f"      if(signals.{signal}(){allowed})",
        f'         Print("enter now{stop}");',
        "     }",
    )
