"""Tuning: the swarm on the numbers of one structure.

The strategy is turned into one Plan once; a particle is a vector of values for it and makes no
nodes. Where strategies are symmetric the numbers of the long side are the dimensions, and those of
the short side follow them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from codegen.plan import Plan, build_plan
from dsl.errors import ConfigError, GenfxError
from dsl.kinds import SIZE
from dsl.mirror import symmetric
from dsl.node import InputRef, Node, content_digest, topological
from dsl.parametrize import parametrize
from dsl.params import Param, ParamValue
from dsl.strategy import InputSpec, Strategy, identity, resolved, with_values
from gp.draws import SWARM, choose, generator
from gp.evaluators import TUNED, Ledger, Record
from gp.fitness import scores
from gp.individual import candidate_of
from gp.objectives import BatchEvaluator, Evaluated
from gp.pieces import long_side
from gp.pso import Axis, Found, Point, maximise
from gp.search import Search
from gp.settings import SwarmSettings

Values = dict[str, ParamValue]
Metric = Callable[[Evaluated], float]
_DIGITS = 9
_PROBES = 6


class Follower(NamedTuple):
    """An input of the Plan that follows a dimension: value = base + slope * (x - origin)."""

    name: str
    dimension: int
    base: float
    slope: float
    origin: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Tunable:
    """A strategy as a box of numbers.

    source: The strategy whose inputs are the dimensions (its long side where mirrored). full: What
    is evaluated. axes, start: One entry a dimension. followers: Every input of `full` that moves.
    """

    source: Strategy
    full: Strategy
    names: tuple[str, ...]
    axes: tuple[Axis, ...]
    start: Point
    followers: tuple[Follower, ...]
    mirrored: bool

    def values(self, point: Point) -> Values:
        """Return the values of the inputs of `full` at a point."""
        found: Values = {}
        for name, dimension, base, slope, origin, whole in self.followers:
            value = round(base + slope * (point[dimension] - origin), _DIGITS)
            found[name] = round(value) if whole else value
        return found

    def strategy(self, point: Point) -> Strategy:
        """Return the strategy at a point; with its input table where it is not mirrored."""
        return _at(self, point) if self.mirrored else with_values(self.full, self.values(point))


class Tuned(NamedTuple):
    """The strategy at the best point, its value, points evaluated, whether all of them were."""

    strategy: Strategy
    value: float
    evaluations: int
    covered: bool


def tune(
    strategy: Strategy,
    evaluator: BatchEvaluator,
    metric: Metric,
    settings: SwarmSettings,
    seed: int,
) -> Tuned:
    """Return the strategy with the best values for its inputs.

    Args:
        strategy: Its inputs with a range are tuned; without any inputs, all its numbers are.
        evaluator: Of the span to tune on.
        metric: What is made as large as possible.
        settings: Of the swarm.
        seed: Of all draws.
    Raises:
        ConfigError: The strategy has nothing to tune.
    """
    box = tunable(strategy, generator(seed, 0, SWARM, 0), mirrored=False)
    if box is None:
        raise ConfigError("nothing to tune", hint="give an input a range: input k = 2 in 1..4")
    found = search_box(box, evaluator, metric, settings, generator(seed, 0, SWARM, 1), Ledger())[0]
    return Tuned(box.strategy(found.point), found.value, found.evaluations, found.covered)


def tune_member(search: Search, member_number: int) -> None:
    """Tune one of the search's targets on in-sample and offer the best points to the pool."""
    settings = search.settings
    target = search.targets[member_number]
    key = search.generation, SWARM, 2 * member_number
    mirrored = settings.generator.symmetric
    box = tunable(target.strategy, generator(search.seed, *key), mirrored=mirrored)
    entered, best, count = False, target.scores.combined, 0
    if box is not None:
        found, index = search_box(
            box,
            search.evaluators.in_sample,
            lambda e: scores(e.criteria, e.trades, settings.fitness).combined,
            settings.swarm,
            generator(search.seed, key[0], key[1], key[2] + 1),
            search.ledger,
            search.generation,
        )
        best, count = max(best, found.value), found.evaluations
        ranked = sorted(
            (-value, point) for point, value in index.items() if value > target.scores.combined
        )
        entered = any(_offer(search, box, point) for _, point in ranked[: settings.swarm.tries])
    figures = {"member": member_number, "points": count, "best": best, "entered_pool": int(entered)}
    search.record_step("tune", figures)


def search_box(
    box: Tunable,
    evaluator: BatchEvaluator,
    metric: Metric,
    settings: SwarmSettings,
    rng: np.random.Generator,
    ledger: Ledger,
    generation: int = 0,
) -> tuple[Found, dict[Point, float]]:
    """Return what the swarm found, and the value of every point it visited."""
    plan = build_plan(box.full)
    name = identifier(box.full)
    index: dict[Point, float] = {}

    def objective(points: list[Point]) -> list[float]:
        vectors = [box.values(point) for point in points]
        ids = [name(values) for values in vectors]
        _simulate(plan, evaluator, ledger, generation, ids, vectors)
        return [metric(ledger.records[key]) if key else -np.inf for key in ids]

    return maximise(objective, box.axes, rng, settings, start=[box.start], index=index), index


def identifier(strategy: Strategy) -> Callable[[Mapping[str, ParamValue]], str]:
    """Return a function from input values to strategy_id ("": refused); it makes no nodes."""
    order = topological(strategy.expert)
    fixed = {spec.name: spec.value for spec in strategy.inputs}

    def name(values: Mapping[str, ParamValue]) -> str:
        table = {**fixed, **values}
        digests: dict[Node | None, bytes | None] = {None: None}
        for current in order:
            try:
                params = _literals(current, table)
            except GenfxError:
                return ""
            if not current.type.valid(*params):
                return ""
            below = [digests[child] for child in current.inputs]
            digests[current] = content_digest(
                current.type,
                below,
                params,
                output=current.output,
                kind=current.kind,
                timeframe=current.timeframe,
            )
        return identity(digests[strategy.expert] or b"")

    return name


def tunable(strategy: Strategy, rng: np.random.Generator, *, mirrored: bool) -> Tunable | None:
    """Return a strategy as a box, or None when it has no number with a range.

    Args:
        strategy: With inputs, those with a range are the dimensions; else all numbers but the size.
        rng: Draws the points at which it is probed how the short side follows the long side.
        mirrored: The short side is the mirror of the long side and follows it.
    """
    if mirrored:
        source = parametrize(Strategy(long_side(resolved(strategy))))
    else:
        source = strategy if strategy.numbers else parametrize(strategy)
    chosen = [spec for spec in source.inputs if _has_range(spec)]
    if not strategy.numbers or mirrored:
        of_size = _inputs_of_size(source)
        chosen = [spec for spec in chosen if spec.name not in of_size]
    if not chosen:
        return None
    bare = Tunable(
        source,
        source,
        tuple(spec.name for spec in chosen),
        tuple(Axis(float(s.low or 0), float(s.high or 0), float(s.step or 0)) for s in chosen),
        tuple(float(spec.value) for spec in chosen),
        tuple(
            Follower(spec.name, number, 0.0, 1.0, 0.0, isinstance(spec.value, int))
            for number, spec in enumerate(chosen)
        ),
        False,
    )
    return _mirrored(bare, rng) if mirrored else bare


def _simulate(
    plan: Plan,
    evaluator: BatchEvaluator,
    ledger: Ledger,
    generation: int,
    ids: Sequence[str],
    vectors: Sequence[Values],
) -> None:
    """Enter in the ledger what it does not know yet."""
    ledger.requests += len(ids)
    new = {
        key: values
        for key, values in zip(ids, vectors, strict=True)
        if key and not ledger.known(key)
    }
    for key, e in zip(new, evaluator.evaluate_values(plan, list(new.values())), strict=True):
        ledger.enter(Record(key, generation, TUNED, tuple(e.criteria), e.trades, e.problem))


def _offer(search: Search, box: Tunable, point: Point) -> bool:
    mirrored = search.settings.generator.symmetric
    tuned = candidate_of(box.strategy(point), TUNED, mirrored=mirrored)
    if not search.ledger.known(
        tuned.strategy_id
    ):  # a reflected number may differ in its last digit
        search.ledger.requests += 1
        (e,) = search.evaluators.in_sample.evaluate([tuned.strategy])
        search.ledger.enter(
            Record(
                tuned.strategy_id, search.generation, TUNED, tuple(e.criteria), e.trades, e.problem
            )
        )
    return search.admit(search.individual(tuned))


def _mirrored(box: Tunable, rng: np.random.Generator) -> Tunable | None:
    """Return the box of the symmetric strategy: probing tells which input follows which dimension.

    Dimensions whose effect on the short side is not a shift or a reflection are left fixed.
    """
    for _ in range(_PROBES):
        origin = tuple(_other(axis, None, rng) for axis in box.axes)
        try:
            base = parametrize(_at(box, origin))
        except GenfxError:
            continue
        followers = [
            follower
            for number in range(len(origin))
            for follower in _probe(box, base, origin, number, rng)
        ]
        dimensions = {follower.dimension for follower in followers}
        if len(dimensions) == len(origin):
            return _with_full(box, base, followers)
    return None


def _probe(
    box: Tunable, base: Strategy, origin: Point, number: int, rng: np.random.Generator
) -> list[Follower]:
    """Return the inputs of the whole strategy that move with one dimension."""
    for _ in range(_PROBES):
        moved = list(origin)
        moved[number] = _other(box.axes[number], origin[number], rng)
        try:
            probed = parametrize(_at(box, tuple(moved)))
        except GenfxError:
            continue
        if [s.name for s in probed.inputs] != [s.name for s in base.inputs]:
            continue  # two numbers happen to be equal there and became one
        width = moved[number] - origin[number]
        pairs = zip(base.inputs, probed.inputs, strict=True)
        return [
            Follower(
                a.name,
                number,
                float(a.value),
                round((float(b.value) - float(a.value)) / width, _DIGITS),
                origin[number],
                isinstance(a.value, int),
            )
            for a, b in pairs
            if a.value != b.value
        ]
    return []


def _with_full(box: Tunable, base: Strategy, followers: list[Follower]) -> Tunable:
    return Tunable(
        box.source, base, box.names, box.axes, box.start, tuple(followers), mirrored=True
    )


def _at(box: Tunable, point: Point) -> Strategy:
    """Return the symmetric strategy whose long side has these numbers, as literals."""
    values: Values = {
        follower.name: round(x) if follower.whole else x
        for follower, x in zip(_dimensions(box), point, strict=True)
    }
    return symmetric(Strategy(resolved(with_values(box.source, values))))


def _dimensions(box: Tunable) -> list[Follower]:
    wholes = {spec.name: isinstance(spec.value, int) for spec in box.source.inputs}
    return [
        Follower(name, number, 0.0, 1.0, 0.0, wholes[name]) for number, name in enumerate(box.names)
    ]


def _other(axis: Axis, than: float | None, rng: np.random.Generator) -> float:
    """Return a point of an axis on its grid, another one than a given one."""
    count = int(axis.points) if axis.step else 1000
    step = axis.step or (axis.high - axis.low) / count
    places = [round(axis.low + k * step, _DIGITS) for k in range(min(count, 2000))]
    return choose(rng, [place for place in places if place != than])


def _has_range(spec: InputSpec) -> bool:
    number = not isinstance(spec.value, str)
    return number and spec.low is not None and spec.high is not None and spec.low < spec.high


def _inputs_of_size(strategy: Strategy) -> set[str]:
    return {
        value.name
        for current in strategy.order
        if current.kind == SIZE
        for value in current.params
        if isinstance(value, InputRef)
    }


def _literals(current: Node, table: Mapping[str, ParamValue]) -> tuple[ParamValue, ...]:
    def literal(param: Param, value: object) -> ParamValue:
        return param.coerce(table[value.name] if isinstance(value, InputRef) else value)

    return tuple(
        literal(param, value)
        for param, value in zip(current.type.params, current.params, strict=True)
    )
