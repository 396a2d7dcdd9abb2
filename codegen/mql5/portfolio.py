"""Portfolio EAs: several strategies in one file, each a class with its magic, weight and inputs.

Every part is the text of its own EA, taken apart: functions and variables that hold its state
become members of its class, the others stand once for all. So a part trades as its EA does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backtest.market import Market
from codegen.mql5.checksum import stamped
from codegen.mql5.emit import emitted, input_groups
from codegen.mql5.facts import EmitFacts, genfx_version, portfolio_header
from codegen.mql5.inifile import run_on
from codegen.mql5.inputs import (
    ARROWS,
    PANEL,
    SHIFT,
    WEIGHT,
    EaInput,
    ea_inputs,
    magic_number,
)
from codegen.mql5.layout import tidy
from codegen.mql5.pieces import (
    Piece,
    Pieces,
    as_member,
    box,
    constructor,
    declarations,
    free_of,
    member_names,
    reached,
    renamed,
    taken_apart,
)
from codegen.mql5.setfile import input_rows, set_bytes
from codegen.mql5.sheet import Group
from codegen.mql5.tester_ini import emit_ini
from codegen.mql5.text import comment_line, environment
from codegen.plan import build_plan
from dsl.errors import CodegenError
from dsl.strategy import Strategy

CAPITAL = "StartCapital"
_SHARED = (SHIFT, PANEL, ARROWS)  # one input for all parts
_HANDLERS = {"OnInit": "Init", "OnDeinit": "Deinit", "OnTick": "Tick"}
_PUBLIC = {*_HANDLERS, "ReadResults", "PanelRow"}
_REFUSED = re.compile(r'(?<=Refuse\(")[^"]*')
_PRINTED = re.compile(r'(?<=\bPrint\(")|(?<=\bPrintFormat\(")')
_ROW_TITLE = 20  # characters of a part's title in the panel


@dataclass(frozen=True, slots=True)
class Part:
    """A strategy of a portfolio: its share of the capital, and what marks its trades."""

    strategy: Strategy
    weight: float
    magic: int


@dataclass(frozen=True, slots=True)
class PortfolioSheet:
    """Everything the template of a portfolio prints."""

    header: tuple[str, ...]
    title: str
    origin: str
    groups: tuple[Group, ...]
    defines: tuple[str, ...]
    types: tuple[str, ...]
    functions: tuple[str, ...]
    parts: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[str, ...]
    tester: tuple[str, ...]


def portfolio_parts(
    strategies: Sequence[Strategy],
    weights: Sequence[float] = (),
    magic: int = 0,
    magics: Sequence[int] = (),
) -> tuple[Part, ...]:
    """Return strategies as the parts of a portfolio, each with a magic number of its own.

    Args:
        strategies: Two or more.
        weights: Shares of the capital, together at most 1; none: equal ones.
        magic: Of the first part, the others count on from it; 0: those of their own EAs.
        magics: Of each part, where they are chosen.

    Raises:
        CodegenError: Too few strategies, weights or magic numbers that are none.
    """
    count = len(strategies)
    if count < 2:
        raise CodegenError("a portfolio has two or more strategies", hint="name them all")
    shares = tuple(weights) or (1.0 / count,) * count
    if len(shares) != count:
        raise CodegenError(f"{len(shares)} weights for {count} strategies")
    if not all(0 < share <= 1 for share in shares) or sum(shares) > 1 + 1e-9:
        shown = ", ".join(f"{share:g}" for share in shares)
        raise CodegenError(f"weights {shown}: each is above 0, together they are at most 1")
    numbers = tuple(magics) or _magics(strategies, magic)
    if len(numbers) != count or len(set(numbers)) != count or not all(map(_is_magic, numbers)):
        shown = ", ".join(map(str, numbers))
        wanted = f"{count} different ones are wanted, from 1 to 2^63 - 1"
        raise CodegenError(f"magic numbers {shown}: {wanted}")
    return tuple(map(Part, strategies, shares, numbers))


def _is_magic(number: int) -> bool:
    return 0 < number < 2**63


def _magics(strategies: Sequence[Strategy], magic: int) -> tuple[int, ...]:
    found: list[int] = []
    for number, strategy in enumerate(strategies):
        own = magic + number if magic else magic_number(build_plan(strategy), EmitFacts())
        while own in found:
            own += 1
        found.append(own)
    return tuple(found)


def emit_portfolio(
    parts: Sequence[Part], facts: EmitFacts | None = None, capital: float = 0.0
) -> str:
    """Return the source of one Expert Advisor that trades all parts on one symbol.

    Args:
        parts: See portfolio_parts.
        facts: What it states.
        capital: Default of the input of that name; 0: all deposits of the account.

    Raises:
        UnsupportedNode: A node type that MQL5 cannot express where it stands.
        CodegenError: A part's size is a risk and there is no stop loss.
    """
    facts = facts or EmitFacts()
    texts = [taken_apart(emitted(p.strategy, _own_facts(facts, p), part=True)) for p in parts]
    inputs = portfolio_inputs(parts, facts, capital)
    own = [{entry.name.partition("_")[2]: entry.name for entry in rows} for rows in inputs[1:]]
    common = _common_functions(texts, own)
    tester = reached(texts[0].functions, ["OnTester"])
    names = tuple(f"Part{number}" for number in range(1, len(parts) + 1))
    sheet = PortfolioSheet(
        header=portfolio_header([(p.strategy, p.magic, p.weight) for p in parts], facts),
        title=f"Portfolio of {len(parts)} strategies",
        origin=f"genfx {facts.version or genfx_version()}",
        groups=input_groups(tuple(entry for rows in inputs for entry in rows)),
        defines=tuple(dict.fromkeys(line for text in texts for line in text.defines)),
        types=_types(texts),
        functions=tuple(f.text for n, f in common.items() if n not in tester),
        parts=tuple(
            _class(name, part, text, common, named)
            for name, part, text, named in zip(names, parts, texts, own, strict=True)
        ),
        names=names,
        rows=tuple(f"{n} {_title(p)[:_ROW_TITLE]}: " for n, p in enumerate(parts, 1)),
        tester=(*_globals(texts[0]), *(texts[0].functions[name].text for name in tester)),
    )
    template = environment().get_template("portfolio/expert.mq5.j2")
    return stamped(tidy(template.render(sheet=sheet, facts=facts)))


def portfolio_set(
    parts: Sequence[Part], facts: EmitFacts | None = None, capital: float = 0.0
) -> bytes:
    """Return the .set file of a portfolio EA."""
    rows = portfolio_inputs(parts, facts or EmitFacts(), capital)
    remarks = [f"Portfolio of {len(parts)} strategies"]
    remarks += [f"genfx strategy {part.strategy.strategy_id}" for part in parts]
    return set_bytes(remarks, (entry for one in rows for entry in one))


def portfolio_ini(
    parts: Sequence[Part],
    market: Market,
    expert: str,
    facts: EmitFacts | None = None,
    capital: float = 0.0,
) -> bytes:
    """Return the .ini of an unattended run of a portfolio EA in MetaTrader's tester.

    Args:
        market: Symbol, tested window, account.
        expert: Path of the EA below MQL5\\Experts, without .ex5.

    Raises:
        ConfigError: The leverage is no whole number, which MetaTrader's is.
    """
    rows = portfolio_inputs(parts, facts or EmitFacts(), capital)
    inputs = input_rows(entry for one in rows for entry in one)
    return emit_ini(run_on(market, expert, inputs))


def _title(part: Part) -> str:
    return comment_line(part.strategy.title) or "untitled"


def _own_facts(facts: EmitFacts, part: Part) -> EmitFacts:
    return replace(facts, magic=part.magic)


def portfolio_inputs(
    parts: Sequence[Part], facts: EmitFacts, capital: float
) -> tuple[tuple[EaInput, ...], ...]:
    """Return the inputs of all, then those of each part."""
    found = []
    shared: dict[str, EaInput] = {}
    for number, part in enumerate(parts, 1):
        plan = build_plan(part.strategy)
        rows = ea_inputs(plan, part.strategy.expert.type, _own_facts(facts, part), part=True)
        title = f"{number}: {_title(part)}"
        shared |= {entry.name: entry for entry in rows if entry.name in _SHARED}
        found.append(
            tuple(
                replace(
                    entry,
                    name=f"P{number}_{entry.name}",
                    group=f"{title}, {entry.group.lower()}",
                    value=part.weight if entry.name == WEIGHT else entry.value,
                )
                for entry in rows
                if entry.name not in _SHARED
            )
        )
    comment = "Capital that the parts share (0: the balance, without what they earned)"
    first = EaInput(CAPITAL, "double", capital, comment, "Portfolio")
    rest = (replace(entry, group="Portfolio") for entry in shared.values())
    return ((first, *rest), *found)


def _common_functions(
    texts: Sequence[Pieces], own: Sequence[Mapping[str, str]]
) -> dict[str, Piece]:
    """Return the functions that stand once: the same in all parts, without any state of a part."""
    found: dict[str, Piece] = {}
    different: set[str] = set()
    for text in texts:
        for name, piece in text.functions.items():
            if found.setdefault(name, piece) != piece:
                different.add(name)
    state = {name for text in texts for name in _state(text)}
    state |= {name for named in own for name in named} | different | {*_PUBLIC, CAPITAL}
    state.add("PortfolioCapital")
    free = free_of(found, found.keys() - different - _PUBLIC, state)
    return {name: piece for name, piece in found.items() if name in free}


def _class(
    name: str, part: Part, text: Pieces, common: Mapping[str, Piece], inputs: Mapping[str, str]
) -> str:
    """Return a part as a class."""
    state = {name: member for name, member in member_names(text).items() if name in _state(text)}
    names = {**state, **inputs, **_HANDLERS}
    said = name.replace("Part", "part ")
    lines = box([f"{said.capitalize()}: {_title(part)}"[:64]])
    lines += [f"class {name}", "  {", "private:"]
    variables = [text.variables[v] for v in state]
    lines += declarations(variables, names)
    members = [f for n, f in text.functions.items() if n not in common and n != "OnTester"]
    tester = set(reached(text.functions, ["OnTester"]))
    for public in (False, True):
        if public:
            lines.append("public:")
            lines += constructor(name, variables, names)
        for piece in members:
            if (piece.name in _PUBLIC) == public and piece.name not in tester:
                lines += [_line(line, names, said) for line in as_member(piece)]
    return "\n".join([*lines, "  };"])


def _line(line: str, names: Mapping[str, str], said: str) -> str:
    """Return a line with other names; messages name the part, and inputs as the user sees them."""
    shown = _REFUSED.sub(lambda text: renamed(text[0], names), line)
    return renamed(_PRINTED.sub(f"{said}: ", shown), names)


def _types(texts: Sequence[Pieces]) -> tuple[str, ...]:
    """Return the types once, Decision with the fields of all parts."""
    found: dict[str, Piece] = {}
    for text in texts:
        for name, piece in text.types.items():
            known = found.setdefault(name, piece)
            if name == "Decision":
                lines = dict.fromkeys((*known.lines[:-1], *piece.lines[:-1]))
                found[name] = replace(known, lines=(*lines, "  };"))
    return tuple(piece.text for piece in found.values())


def _state(text: Pieces) -> frozenset[str]:
    """Return the variables that belong to a part: all but those of OnTester alone."""
    return frozenset(text.variables) - frozenset(_of_tester(text))


def _of_tester(text: Pieces) -> dict[str, Piece]:
    tester = set(reached(text.functions, ["OnTester"]))
    words = {w for name in tester for w in text.functions[name].words}
    others = {w for n, piece in text.functions.items() if n not in tester for w in piece.words}
    return {name: p for name, p in text.variables.items() if name in words - others}


def _globals(text: Pieces) -> tuple[str, ...]:
    return tuple(piece.lines[0] for piece in _of_tester(text).values())
