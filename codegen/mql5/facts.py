"""What an emitted EA states beside the strategy: where it was evaluated, and with which figures."""

from __future__ import annotations

import importlib.metadata
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from codegen.mql5.text import comment_line
from dsl.node import topological
from dsl.params import ParamValue
from dsl.strategy import Strategy
from dsl.text.printer import format_strategy

_TIMEFRAMES = {60: "M1", 300: "M5", 900: "M15", 1800: "M30", 3600: "H1", 14400: "H4", 86400: "D1"}
HEADER_WIDTH = 12
_NOTE_WIDTH = 94  # columns of a line of prose
STRATEGY_FOLLOWS = "The strategy in the language of genfx:"
_FITNESS = "the fitness, 0..100: weighted mean of criteria between two bounds,"
_SHARPE = "(sharpe is MetaTrader's, over trades; genfx takes it over bars)"
_FIGURES_NOTE = (
    "These figures were computed by genfx on historical bars, under its trading contract. Those in",
    "sample were optimised, the gate span was selected on; only the holdout span was not seen",
    "before. A strategy found among many looks better on its data than it is.",
)
_NOTE = (
    "Past performance does not guarantee future results. Test on a demo account before you trade",
    "real money.",
)


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """Figures of one span, as (label, text) rows; every span shows the same labels."""

    name: str
    first: str
    last: str
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FitnessTerm:
    """One criterion of the fitness: mapped from `worst`..`best` to 0..100, then weighted."""

    criterion: str
    weight: float
    worst: float
    best: float


DEFAULT_FITNESS = (
    FitnessTerm("net_profit", 1.0, 0.0, 10_000.0),
    FitnessTerm("profit_factor", 1.0, 1.0, 3.0),
    FitnessTerm("max_drawdown", 1.0, 50.0, 0.0),
    FitnessTerm("stability", 1.0, 0.0, 1.0),
    FitnessTerm("sharpe", 1.0, 0.0, 3.0),
)


@dataclass(frozen=True, slots=True)
class EmitFacts:
    """What the header and the fixed inputs of an EA say; empty texts are left out.

    timeframe: Bar period in seconds, 0 when the EA may run on any. first, last: Unix seconds of the
    first and last bar of the data, on its own clock. spans: In-sample, gate, holdout, in this
    order.
    max_drawdown in `fitness` is in percent, best below worst. objective: A formula that OnTester
    returns instead of the fitness (see backtest.objective). values: Of inputs that belong to no
    strategy, such as the clock's shift, where they are not the usual ones.
    """

    symbol: str = ""
    timeframe: int = 0
    timezone: str = ""
    first: int = 0
    last: int = 0
    data_hash: str = ""
    spans: tuple[SpanFigures, ...] = ()
    magic: int = 0
    deposit: str = ""
    verified: str = "not verified"
    version: str = ""
    copyright: str = "Emitted by genfx"
    ea_version: str = "1.00"
    fitness: tuple[FitnessTerm, ...] = DEFAULT_FITNESS
    objective: str = ""
    values: tuple[tuple[str, ParamValue], ...] = ()


def genfx_version() -> str:
    """Return the version of the installed genfx."""
    try:
        return importlib.metadata.version("genfx")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def timeframe_name(seconds: int) -> str:
    """Return MetaTrader's name of a bar period: H1 for 3600."""
    return _TIMEFRAMES.get(seconds, f"{seconds} s")


def header_lines(strategy: Strategy, facts: EmitFacts) -> tuple[str, ...]:
    """Return the lines of the header comment."""
    named = [("Strategy", strategy.title or "untitled"), ("Hash", strategy.strategy_id)]
    lines = [
        *_rows(named, facts),
        "",
        *_figures_table(facts.spans),
        *_NOTE,
        *_notes(strategy),
        "",
        STRATEGY_FOLLOWS,
    ]
    lines += [f"   {line}" for line in format_strategy(strategy).splitlines()]
    return tuple(line.rstrip() for line in lines)


def signals_header(strategy: Strategy, facts: EmitFacts) -> tuple[str, ...]:
    """Return the lines of the header comment of an include file."""
    named = [("Signals", strategy.title or "untitled"), ("Hash", strategy.strategy_id)]
    lines = [*_rows(named, facts, tester=False), "", *_NOTE, *_notes(strategy)]
    lines += ["", "The strategy as text:"]
    lines += [f"   {line}" for line in format_strategy(strategy).splitlines()]
    return tuple(line.rstrip() for line in lines)


def portfolio_header(
    parts: Sequence[tuple[Strategy, int, float]], facts: EmitFacts
) -> tuple[str, ...]:
    """Return the lines of the header comment of several strategies with magic and weight."""
    lines = _rows([("Portfolio", f"{len(parts)} strategies")], facts)
    lines += ["", *_figures_table(facts.spans), *_NOTE]
    notes = {note: None for strategy, _, _ in parts for note in _notes(strategy)}
    lines += [*notes, "", "part  magic number  weight  hash, title"]
    for number, (strategy, magic, weight) in enumerate(parts, 1):
        title = comment_line(strategy.title) or "untitled"
        lines.append(f"{number:>4}  {magic:>12}  {weight:>6.4g}  {strategy.strategy_id} {title}")
    for number, (strategy, _, _) in enumerate(parts, 1):
        lines += ["", f"Part {number} in the language of genfx:"]
        lines += [f"   {line}" for line in format_strategy(strategy).splitlines()]
    return tuple(line.rstrip() for line in lines)


def _rows(named: Sequence[tuple[str, str]], facts: EmitFacts, *, tester: bool = True) -> list[str]:
    """Return what all headers state: origin, data, account, what OnTester returns."""
    rows = [
        *named,
        ("genfx", facts.version or genfx_version()),
        ("Symbol", facts.symbol),
        ("Timeframe", timeframe_name(facts.timeframe) if facts.timeframe else ""),
        ("Data clock", facts.timezone),
        ("Data", _data_span(facts)),
        ("Data hash", facts.data_hash),
        ("Deposit", facts.deposit),
        ("Replay", facts.verified if tester else ""),
        ("OnTester", (facts.objective or _FITNESS) if tester else ""),
    ]
    lines = [f"{label:<{HEADER_WIDTH}}{comment_line(text)}" for label, text in rows if text]
    if tester and "sharpe" in facts.objective.lower():
        lines.append(f"{'':<{HEADER_WIDTH}}{_SHARPE}")
    if tester and not facts.objective:
        lines += [f"{'':<{HEADER_WIDTH}}{line}" for line in _fitness_lines(facts)]
    return lines


def _notes(strategy: Strategy) -> list[str]:
    """Return what the declarations of the strategy's node types want its user to know."""
    notes = {current.type.note for current in topological(strategy.expert)} - {""}
    lines = (textwrap.wrap(comment_line(note), _NOTE_WIDTH) for note in sorted(notes))
    return [line for wrapped in lines for line in wrapped]


def _data_span(facts: EmitFacts) -> str:
    if not facts.last:
        return ""
    return f"{_moment(facts.first)} .. {_moment(facts.last)}"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _fitness_lines(facts: EmitFacts) -> list[str]:
    lines = [
        f"{term.criterion} from {term.worst:g} to {term.best:g}, weight {term.weight:g}"
        for term in facts.fitness
        if term.weight
    ]
    if any(term.criterion == "sharpe" and term.weight for term in facts.fitness):
        lines.append(_SHARPE)
    return lines


def _figures_table(spans: tuple[SpanFigures, ...]) -> list[str]:
    if not spans:
        return []
    labels = list(dict.fromkeys(label for span in spans for label, _ in span.figures))
    columns = [["", "from", "to", *labels]]
    for span in spans:
        found = dict(span.figures)
        texts = [span.name, span.first, span.last, *(found.get(label, "-") for label in labels)]
        columns.append(texts)
    widths = [max(len(text) for text in column) + 2 for column in columns]
    rows = zip(*columns, strict=True)
    return [
        *(
            row[0].ljust(widths[0])
            + "".join(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
            for row in rows
        ),
        "",
        *_FIGURES_NOTE,
    ]
