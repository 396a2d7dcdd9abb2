"""Expert Advisors: a strategy as MQL5 source that trades by the trading contract.

All decisions are taken here and handed to the templates as one flat frozen sheet; the templates
only lay them out. The same strategy and facts give the same bytes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from backtest.criteria import CRITERIA
from backtest.objective import parse_objective
from codegen.mql5.checksum import stamped
from codegen.mql5.facts import EmitFacts, FitnessTerm, genfx_version, header_lines, timeframe_name
from codegen.mql5.forms import NONE, Forms, step_forms
from codegen.mql5.history_rows import HistoryWriter
from codegen.mql5.inputs import (
    SIZES,
    SLIPPAGE,
    EaInput,
    ea_inputs,
    input_checks,
    input_names,
    look_names,
    require_size,
)
from codegen.mql5.layout import tidy
from codegen.mql5.phases import decision_phases
from codegen.mql5.rules import entry_limits, exits, rule_parts, shown_limits
from codegen.mql5.sheet import (
    BreakEven,
    Criterion,
    Fitness,
    Group,
    History,
    LargerBars,
    Sheet,
    SizeText,
    Timeframe,
)
from codegen.mql5.steps import StepWriter
from codegen.mql5.symbolic import amount_text, largest, plus, term_text
from codegen.mql5.text import environment, folder, local, mql5_double, period, suffix
from codegen.plan import Plan, build_plan
from dsl.errors import CodegenError
from dsl.node import InputRef
from dsl.nodes.expert import DISTANCE_PORTS, OFF
from dsl.registry import NodeType, node_types
from dsl.strategy import Strategy
from dsl.timeframes import CHART, shown

_CRITERIA = {
    "net_profit": ("TesterStatistics(STAT_PROFIT)", ()),
    "profit_factor": ("ProfitFactor()", ("criteria/profit_factor.mqh.j2",)),
    "max_drawdown": ("TesterStatistics(STAT_EQUITY_DDREL_PERCENT)", ()),
    "stability": ("Stability()", ("criteria/stability.mqh.j2", "rules/deals.mqh.j2")),
    "sharpe": ("TesterStatistics(STAT_SHARPE_RATIO)", ()),
}


def emit_mql5(strategy: Strategy, facts: EmitFacts | None = None) -> str:
    """Return the strategy as the source of an Expert Advisor.

    Raises:
        UnsupportedNode: A node type that MQL5 cannot express where it stands.
        CodegenError: The size is a risk and there is no stop loss, or the fitness is not known.
    """
    return stamped(emitted(strategy, facts or EmitFacts()))


def emitted(
    strategy: Strategy, facts: EmitFacts, *, part: bool = False, signals: bool = False
) -> str:
    """Return the source of an EA without its checksum.

    Args:
        strategy: What it trades.
        facts: What it states.
        part: It will become one of several strategies in an EA: it has a weight and a balance of
            its own, and no panel (see codegen.mql5.portfolio).
        signals: Only its decisions will be used, beside no position (see codegen.mql5.signals).
    """
    plan = build_plan(strategy)
    if not signals:
        require_size(plan)
    inputs = ea_inputs(plan, strategy.expert.type, facts, part=part)
    names = input_names(plan.inputs)
    forms = step_forms(plan, names)
    writer = StepWriter(plan, forms, inputs)
    if signals:
        writer.closing = frozenset()
    rules = _rules(plan, strategy.expert.type, writer)
    sheet = _sheet(strategy, plan, facts, _Parts(inputs, forms, writer, rules, part))
    text = environment().get_template("expert.mq5.j2").render(sheet=sheet, facts=facts, rules=rules)
    return tidy(text)


class _Parts(NamedTuple):
    inputs: tuple[EaInput, ...]
    forms: Forms
    writer: StepWriter
    rules: dict[str, str]
    part: bool


def _sheet(strategy: Strategy, plan: Plan, facts: EmitFacts, parts: _Parts) -> Sheet:
    inputs, forms, writer, rules, part = parts
    distances = tuple(name for name, _ in plan.ports if name in DISTANCE_PORTS)
    phases, histories = decision_phases(plan, forms, writer), _histories(plan, writer)
    rates, warmups = writer.rates_lines(), _warmups(plan, forms)
    body = (*rates, *(line for phase in phases for line in phase.lines))
    limits = (*warmups, *(phase.missing for phase in phases))
    parts_of_rules, closing = rule_parts(rules, part=part), exits(plan, rules)
    texts = (*body, *limits, *(exit.condition for exit in closing))
    return Sheet(
        part=part,
        filters_spread=_filters_spread(plan),
        looks=look_names(plan),
        header=header_lines(strategy, facts),
        title=strategy.title or "untitled strategy",
        origin=f"Strategy {strategy.strategy_id}, genfx {facts.version or genfx_version()}",
        groups=input_groups(inputs),
        checks=input_checks(plan, strategy.expert.type, inputs),
        timeframe=_timeframe(facts),
        handles=tuple(dict.fromkeys(writer.handles.values())),
        warmups=warmups,
        rates=rates,
        phases=phases,
        reads_buffers=any("ReadBuffer(" in line for line in body),
        histories=histories,
        larger=tuple(LargerBars(shown(tf), period(tf)) for tf in plan.timeframes),
        distances=distances,
        sets_levels=bool({"stop_loss", "take_profit"} & set(distances)),
        moves_stop=bool({"trailing_stop", "break_even"} & set(distances)),
        break_even=_break_even(plan, forms),
        size=_size(plan, writer),
        exits=closing,
        entry_limits=entry_limits(rules),
        limits=shown_limits(rules),
        rule_parts=parts_of_rules,
        classes=_class_fragments({entry.type for h in histories for entry in h.objects}),
        functions=_function_fragments(texts, histories, larger=bool(plan.timeframes)),
        fitness=_fitness(facts, parts_of_rules),
    )


def _histories(plan: Plan, writer: StepWriter) -> tuple[History, ...]:
    """Return the series of each timeframe that has some, those of larger bars first."""
    found = (_history(plan, writer, timeframe) for timeframe in (*plan.timeframes, CHART))
    return tuple(history for history in found if history.objects or history.kept)


def _history(plan: Plan, writer: StepWriter, timeframe: int) -> History:
    rows = HistoryWriter(writer, timeframe)
    objects = tuple(
        found
        for number, found in writer.objects.items()
        if plan.steps[number].call == number and plan.steps[number].timeframe == timeframe
    )
    bars = amount_text(plus(rows.bars(), ((-1, ("missing",)),)))
    return History(
        suffix=suffix(timeframe),
        period=period(timeframe),
        rates=local("rates", timeframe),
        larger=tuple((suffix(tf), period(tf)) for tf in rows.larger()),
        objects=objects,
        reads=rows.reads(),
        kept=rows.kept(),
        lines=rows.lines(),
        bars=bars if bars == "missing" else f"MathMin(bars, {bars})",
    )


def _warmups(plan: Plan, forms: Forms) -> tuple[str, ...]:
    rows = zip(plan.steps, forms.warmups, strict=True)
    terms = largest(*(amount for step, amount in rows if step.timeframe == CHART), NONE)
    return tuple(term_text(term) for term in terms if term not in NONE)


def input_groups(inputs: tuple[EaInput, ...]) -> tuple[Group, ...]:
    """Return the inputs under the titles of their groups, in order."""
    titles = dict.fromkeys(entry.group for entry in inputs)
    return tuple(
        Group(title, tuple(entry for entry in inputs if entry.group == title)) for title in titles
    )


def _timeframe(facts: EmitFacts) -> Timeframe | None:
    if not facts.timeframe:
        return None
    return Timeframe(facts.timeframe, f"wants a chart of period {timeframe_name(facts.timeframe)}")


def _rules(plan: Plan, expert: NodeType, writer: StepWriter) -> dict[str, str]:
    """Return each account rule as text, "" where it is off."""
    params = {param.name: param for param in expert.params}
    found = {
        name: writer.param(params[name], value)
        if isinstance(value, InputRef) or value != OFF
        else ""
        for name, value in plan.rules
    }
    if "Inp" not in found["max_slippage"]:
        found["max_slippage"] = SLIPPAGE
    return found


def _filters_spread(plan: Plan) -> bool:
    """Return whether an entry may be left out because of the spread."""
    below = {number for name, number in plan.ports if name == "entry_filter"}
    for number in range(len(plan.steps) - 1, -1, -1):
        if number in below:
            below.update(plan.steps[number].inputs)
    return any("spread" in plan.steps[number].type.fields for number in below)


def _break_even(plan: Plan, forms: Forms) -> BreakEven:
    ports = dict(plan.ports)
    number = ports.get("break_even_offset")
    if number is None or "break_even" not in ports:  # an offset alone moves nothing
        return BreakEven("0.0", marked=False)
    return BreakEven("decision.break_even_offset", marked=forms.forms[number] != "scalar")


def _size(plan: Plan, writer: StepWriter) -> SizeText:
    value, size = plan.size.params[0], plan.size.type
    text = writer.param(size.params[0], value)
    return SizeText(size.size_mode, text if isinstance(value, InputRef) else SIZES[size.size_mode])


# Fragments that the text refers to


@cache
def _libraries(*, windows: bool) -> dict[str, str]:
    """Return the fragments of the window functions or of the classes, by name."""
    return {
        node_type.mql5.library: f"lib/{node_type.name}.mqh.j2"
        for node_type in node_types()
        if node_type.mql5.library and (node_type.reach is not None) == windows
    }


def _class_fragments(wanted: set[str]) -> tuple[str, ...]:
    return _with_dependencies(wanted, _libraries(windows=False))


def _function_fragments(
    body: tuple[str, ...], histories: tuple[History, ...], *, larger: bool
) -> tuple[str, ...]:
    known = {
        path.name.removesuffix(".mqh.j2"): f"functions/{path.name}"
        for path in sorted((folder() / "functions").iterdir())
    }
    known |= _libraries(windows=True)
    classes = _class_fragments({entry.type for h in histories for entry in h.objects})
    lines = [line for history in histories for line in (*history.reads, *history.lines)]
    wanted = _identifiers("\n".join([*body, *lines, *map(_source, classes)]))
    wanted |= {"ReadLargerRates" if history.suffix else "ReadRates" for history in histories}
    wanted |= {"HasLargerBar", "CoveredBars"} if larger else set()
    return _with_dependencies(wanted & known.keys(), known)


def _with_dependencies(wanted: set[str], known: dict[str, str]) -> tuple[str, ...]:
    """Return the fragments of these names and of all they use, what is used first."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        fragment = known[name]
        for used in sorted((_identifiers(_source(fragment)) & known.keys()) - {name}):
            if known[used] not in done:
                visit(used)
        done[fragment] = None

    for name in sorted(wanted):
        visit(name)
    return tuple(done)


@cache
def _source(fragment: str) -> str:
    return (folder() / fragment).read_text(encoding="utf-8")


def _identifiers(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", re.sub(r"//.*", "", text)))


# Fitness


def _fitness_terms(facts: EmitFacts) -> tuple[FitnessTerm, ...]:
    """Return the terms that count, all of them known and computable."""
    for term in facts.fitness:
        if term.criterion not in _CRITERIA or term.worst == term.best or not term.weight >= 0:
            raise CodegenError(
                f"fitness: {term.criterion}, weight {term.weight:g}, {term.worst:g}..{term.best:g}",
                hint=f"criteria are {', '.join(_CRITERIA)}; no weight is negative, bounds differ",
            )
    terms = tuple(term for term in facts.fitness if term.weight > 0)
    if not terms:
        raise CodegenError("fitness: no criterion has a weight")
    return terms


def _criterion(term: FitnessTerm) -> Criterion:
    value = _CRITERIA[term.criterion][0]
    return Criterion(
        mql5_double(term.weight), value, mql5_double(term.worst), mql5_double(term.best)
    )


def _objective(facts: EmitFacts, rule_parts: tuple[str, ...]) -> Fitness:
    """Return an objective for OnTester; a division by zero makes the test the worst of all."""
    objective = parse_objective(facts.objective)
    own = {name: value for name, (value, _) in _CRITERIA.items()}
    own["trades"] = "TesterStatistics(STAT_TRADES)"
    parts = [part for n in CRITERIA if n in objective.names for part in _CRITERIA[n][1]]
    return Fitness(
        terms=(),
        weight="",
        fragments=tuple(part for part in dict.fromkeys(parts) if part not in rule_parts),
        objective=objective.mql5(own),
    )


def _fitness(facts: EmitFacts, rule_parts: tuple[str, ...]) -> Fitness:
    if facts.objective:
        return _objective(facts, rule_parts)
    terms = _fitness_terms(facts)
    parts = dict.fromkeys(part for term in terms for part in _CRITERIA[term.criterion][1])
    return Fitness(
        terms=tuple(_criterion(term) for term in terms),
        weight=mql5_double(sum(term.weight for term in terms)),
        fragments=tuple(part for part in parts if part not in rule_parts),
    )
