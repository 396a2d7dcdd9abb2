"""One strategy in every form it can leave genfx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from backtest.bars import Bars
from backtest.criteria import CRITERIA
from backtest.market import Account, Market
from backtest.objective import parse_objective
from backtest.timeframes import timeframe_name
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts, FitnessTerm, SpanFigures
from codegen.mql5.inifile import unattended_run
from codegen.mql5.inputs import MAGIC
from codegen.mql5.setfile import emit_set
from codegen.mql5.signals import emit_signals
from codegen.mql5.tester_ini import emit_ini
from codegen.python import PythonFacts, emit_python
from dsl.errors import ConfigError, ParamOutOfRange
from dsl.layout import Drawing, to_dot
from dsl.parametrize import parametrize
from dsl.params import ParamValue
from dsl.strategy import Strategy
from dsl.text.printer import format_strategy
from genfx import __version__
from genfx.diagram.layouts import boxes_file
from genfx.markets import span_label, span_text
from genfx.report.figures import figure_rows
from genfx.runs.finalists import Finalist
from gp.settings import FitnessSettings

TARGETS = ("mql5", "python", "set", "strat", "json", "dot")
SUFFIXES = {
    "mql5": ".mq5",
    "python": ".py",
    "set": ".set",
    "ini": ".ini",
    "include": ".mqh",
    "strat": ".strat",
    "json": ".json",
    "dot": ".dot",
}
MAIN_TARGETS = ("strat", "mql5", "set", "python")  # what a run folder holds of each strategy


def with_inputs(strategy: Strategy) -> Strategy:
    """Return the strategy with all its numbers as inputs, unless its author has chosen some."""
    return strategy if strategy.numbers else parametrize(strategy)


def titled(strategy: Strategy, bars: Bars) -> Strategy:
    """Return a strategy that has a title: where it has none, such as "EURUSD H1 1a2b3c4d"."""
    if strategy.title:
        return strategy
    where = f"{bars.symbol} {timeframe_name(bars.timeframe)}"
    return replace(strategy, title=f"{where} {strategy.strategy_id[:8]}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What emitted programs state of the market."""

    mql5: EmitFacts
    python: PythonFacts


ANY_MARKET = Facts(EmitFacts(), PythonFacts(point=1e-5, timeframe=3600))


def export_bytes(strategy: Strategy, target: str, facts: Facts = ANY_MARKET) -> bytes:
    """Return a strategy in the form of one of TARGETS."""
    emit: dict[str, Callable[[], str]] = {
        "mql5": lambda: emit_mql5(strategy, facts.mql5),
        "python": lambda: emit_python(strategy, facts.python),
        "strat": lambda: format_strategy(strategy),
        "json": lambda: boxes_file(Drawing(strategy)).decode(),
        "dot": lambda: to_dot(strategy),
    }
    return emit_set(strategy, facts.mql5) if target == "set" else emit[target]().encode()


def include_bytes(strategy: Strategy, facts: Facts, file: str) -> bytes:
    """Return the include file of a strategy's signals; its example names the file."""
    return emit_signals(strategy, facts.mql5, file).encode()


def ini_bytes(strategy: Strategy, facts: Facts, market: Market | None, expert: str) -> bytes:
    """Return the .ini that tests the strategy's Expert Advisor, which has the same file name.

    Raises:
        ConfigError: No config says what it is tested on.
    """
    if market is None:
        raise ConfigError(
            "an .ini names symbol, dates and deposit", hint="--config FILE.toml tells them"
        )
    return emit_ini(unattended_run(strategy, market, expert, facts.mql5))


def deposit_text(account: Account) -> str:
    """Return deposit and leverage as headers of Expert Advisors state them."""
    return f"{account.deposit:.2f} {account.currency}, leverage 1:{account.leverage:g}"


def market_facts(whole: Market, fitness: FitnessSettings, magic: int) -> Facts:
    """Return what emitted programs state of the data, account and fitness behind them."""
    bars, account = whole.bars, whole.account
    terms = zip(CRITERIA, fitness.weights, fitness.bounds, strict=True)
    stated = EmitFacts(
        symbol=bars.symbol,
        timeframe=bars.timeframe,
        timezone=bars.timezone,
        first=int(bars.time[0]),
        last=int(bars.time[-1]),
        data_hash=bars.data_hash,
        magic=magic,
        deposit=deposit_text(account),
        version=__version__,
        fitness=tuple(
            FitnessTerm(name, weight, worst, best) for name, weight, (worst, best) in terms
        ),
        objective=fitness.objective,
    )
    return Facts(stated, PythonFacts(bars.point, bars.timeframe, whole.costs.spread))


def with_objective(facts: Facts, objective: str) -> Facts:
    """Return the facts of Expert Advisors that return an objective's value to the tester.

    Raises:
        ConfigError: The text is no objective.
    """
    parse_objective(objective)
    return replace(facts, mql5=replace(facts.mql5, objective=objective))


def with_ea_values(facts: Facts, values: Mapping[str, ParamValue]) -> Facts:
    """Return the facts of Expert Advisors with other values of the inputs that no strategy holds.

    Raises:
        ParamOutOfRange: No Expert Advisor starts with that magic number.
    """
    magic = values.get(MAGIC, facts.mql5.magic)
    if MAGIC in values and int(magic) <= 0:
        raise ParamOutOfRange(f"{MAGIC} = {magic}: wants a number above 0")
    rest = {name: value for name, value in values.items() if name != MAGIC}
    return replace(facts, mql5=replace(facts.mql5, magic=int(magic), values=tuple(rest.items())))


def finalist_facts(facts: Facts, finalist: Finalist, verified: str = "") -> Facts:
    """Return the facts with the figures of one finalist, its own magic number, its replay."""
    spans = []
    for found in finalist.spans:
        first, last = span_text(found.market).split(" .. ")
        spans.append(SpanFigures(span_label(found.span), first, last, figure_rows(found)))
    magic = facts.mql5.magic and facts.mql5.magic + finalist.rank - 1
    changed = replace(facts.mql5, spans=tuple(spans), magic=magic)
    return replace(facts, mql5=replace(changed, verified=verified or changed.verified))
