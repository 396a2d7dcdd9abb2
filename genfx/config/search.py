"""The sections of a config file that steer the search; defaults are those of gp.settings.

Names of criteria are keys here, so that a misspelt one is a misspelt key.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

import dsl.nodes  # noqa: F401 - fills the registry
from backtest.criteria import CRITERIA
from dsl.errors import ParamOutOfRange, did_you_mean
from dsl.registry import lookup, node_types
from dsl.timeframes import TIMEFRAMES, WORDS
from genfx.config.fitness import Fitness
from genfx.config.limits import MOST
from genfx.config.sections import Section
from genfx.config.values import Count, Crowd, HoldingBars, Pull, Share, Weight
from gp.settings import (
    PAIRS_OF_CRITERIA,
    AgingSettings,
    Budget,
    GateSettings,
    GeneratorSettings,
    SearchSettings,
    SelectionSettings,
    SwarmSettings,
    VariationSettings,
)

S = SearchSettings()
G, V, C, A, R, P = S.generator, S.variation, S.selection, S.aging, S.gate, S.swarm
NODE_PORTS = dict(G.ports)


def _criterion(name: str) -> str:
    if name not in CRITERIA:
        near = did_you_mean(name, CRITERIA)
        raise ValueError(f"is no criterion; {near or 'known are ' + ', '.join(CRITERIA)}")
    return name


Criterion = Annotated[str, AfterValidator(_criterion)]
Couple = Annotated[list[Criterion], Field(min_length=2, max_length=2)]


class Generator(Section):
    """What random strategies look like."""

    symmetric: bool = Field(
        default=G.symmetric, description="true: the short side mirrors the long one"
    )
    depth: int = Field(
        default=G.depth, ge=1, le=12, description="greatest height of a random signal"
    )
    max_level: int = Field(default=G.max_level, ge=2, le=30, description="levels of an offspring")
    max_nodes: int = Field(default=G.max_nodes, ge=5, le=500, description="nodes of an offspring")
    constant_rate: Share = Field(
        default=G.constant_rate, description="share of comparisons with numbers"
    )
    shift_rate: Share = Field(
        default=G.shift_rate, description="share of price leaves read further back"
    )
    ports: dict[str, Share] = Field(
        default=NODE_PORTS, description="how often an expert's port is used"
    )
    max_bars: list[HoldingBars] = Field(
        default=list(G.max_bars),
        min_length=2,
        max_length=2,
        description="range of the holding limit, bars",
    )
    max_bars_rate: Share = Field(
        default=G.max_bars_rate, description="how often there is a holding limit"
    )
    size: Literal["lots", "risk"] = Field(default="lots", description="how volume is chosen")
    size_value: float = Field(
        default=G.size[1], gt=0, le=1e6, description="lots, or percent of the balance"
    )
    weights: dict[str, Weight] = Field(default={}, description="node type = weight; 0: never drawn")
    higher_timeframes: list[str] = Field(
        default=[], description="larger bars that parts may be computed on, such as H4 and D1"
    )
    higher_rate: Share = Field(
        default=G.higher_rate, description="share of the parts that are, if there are any"
    )

    def settings(self) -> GeneratorSettings:
        """Return them as the search takes them."""
        return GeneratorSettings(
            symmetric=self.symmetric,
            depth=self.depth,
            max_level=self.max_level,
            max_nodes=self.max_nodes,
            constant_rate=self.constant_rate,
            shift_rate=self.shift_rate,
            ports=tuple((NODE_PORTS | self.ports).items()),
            max_bars=(self.max_bars[0], self.max_bars[1]),
            max_bars_rate=self.max_bars_rate,
            size=(self.size, self.size_value),
            weights=tuple(sorted(self.weights.items())),
            higher=tuple(TIMEFRAMES[name] for name in dict.fromkeys(self.higher_timeframes)),
            higher_rate=self.higher_rate,
        )

    @model_validator(mode="after")
    def _sized(self) -> Self:
        (param,) = lookup(self.size).params
        try:
            param.coerce(self.size_value)
        except ParamOutOfRange as problem:
            raise ValueError(f"size_value: {problem.message}") from None
        return self

    @field_validator("max_bars")
    @classmethod
    def _from_to(cls, value: list[int]) -> list[int]:
        if value[0] > value[1]:
            raise ValueError("the range ends before it begins")
        return value

    @field_validator("higher_timeframes")
    @classmethod
    def _known_timeframes(cls, value: list[str]) -> list[str]:
        known = [word.upper() for word in WORDS]
        unknown = next((name for name in value if name not in known), "")
        if unknown:
            near = did_you_mean(unknown.upper(), known) or f"known are {', '.join(known)}"
            raise ValueError(f"no higher timeframe '{unknown}'; {near}")
        return value

    @field_validator("ports")
    @classmethod
    def _known_ports(cls, value: dict[str, float]) -> dict[str, float]:
        unknown = next((name for name in value if name not in NODE_PORTS), "")
        if unknown:
            near = did_you_mean(unknown, NODE_PORTS)
            raise ValueError(f"no port '{unknown}'; {near or 'known are ' + ', '.join(NODE_PORTS)}")
        return value

    @field_validator("weights")
    @classmethod
    def _known_nodes(cls, value: dict[str, float]) -> dict[str, float]:
        known = [node_type.name for node_type in node_types()]
        unknown = next((name for name in value if name not in known), "")
        if unknown:
            near = did_you_mean(unknown, known) or "`genfx nodes` lists all"
            raise ValueError(f"no node type '{unknown}'; {near}")
        return value


class Variation(Section):
    """Crossover and mutation."""

    crossover_rate: Share = Field(default=V.crossover_rate, description="share of pairs that cross")
    level: Literal["uniform", "fixed", "score"] = Field(
        default=V.level, description="level of the piece"
    )
    mean_level: Pull = Field(default=V.mean_level, description="level, for fixed and score")
    level_deviation: Pull = Field(default=V.level_deviation, gt=0, description="levels")
    mutation_rate: Share = Field(default=V.mutation_rate, description="per node")
    mutations: list[Weight] = Field(
        default=list(V.mutations),
        min_length=3,
        max_length=3,
        description="weights: leaf, type, subtree",
    )
    rules_rate: Share = Field(default=V.rules_rate, description="share that swap holding limits")
    library_rate: Share = Field(
        default=V.library_rate, description="share of subtrees from the library"
    )
    retries: Crowd = Field(
        default=V.retries, ge=0, le=100, description="tries to make an unseen child"
    )

    def settings(self) -> VariationSettings:
        """Return them as the search takes them."""
        leaf, kind, subtree = self.mutations
        return VariationSettings(
            **self.model_dump(exclude={"mutations"}), mutations=(leaf, kind, subtree)
        )


class Selection(Section):
    """How parents are found."""

    method: Literal["rank", "tournament", "uniform"] = Field(default=C.method, description="draw")
    gender: bool = Field(
        default=C.gender, description="true: parents of two criteria's populations"
    )
    alternate: bool = Field(
        default=C.alternate, description="true: even generations use the large one"
    )
    deviation_small: float = Field(default=C.deviation_small, gt=0, le=1e6, description="ranks")
    deviation_large: float = Field(default=C.deviation_large, gt=0, le=1e6, description="ranks")
    tournament: Crowd = Field(
        default=C.tournament, ge=1, description="size, for method = tournament"
    )


class Aging(Section):
    """Members that nobody displaces lose their score."""

    on: bool = Field(default=A.on, description="true or false")
    after: Count = Field(default=A.after, ge=1, description="generations")
    decay: float = Field(default=A.decay, gt=0, le=1, description="factor a generation")


class Gate(Section):
    """What a strategy must survive before it may stay."""

    scope: Literal["population", "pool", "off"] = Field(
        default=R.scope, description="who is tested"
    )
    out_of_sample: bool = Field(default=R.out_of_sample, description="retest on the gate span")
    data_range: bool = Field(
        default=R.data_range, description="retest on part of the in-sample span"
    )
    drop_trades: bool = Field(default=R.drop_trades, description="leave trades out at random")
    parameters: bool = Field(default=R.parameters, description="move all numbers a little")
    retain: Share = Field(
        default=R.retain, description="share of the in-sample score that must stay"
    )
    range_cut: float = Field(
        default=R.range_cut, ge=0, lt=1, description="share cut off the start for data_range"
    )
    profit: bool = Field(default=R.profit, description="true: the gate span must make money")
    dropped: Share = Field(default=R.dropped, description="share of trades left out")
    drop_rounds: Crowd = Field(default=R.drop_rounds, ge=1, description="draws")
    drop_pass: Share = Field(default=R.drop_pass, description="share of draws that must make money")
    recovery: float = Field(
        default=R.recovery,
        ge=0,
        le=1000,
        description="net profit in-sample over the largest drawdown, at least; 0: off",
    )
    variants: Crowd = Field(default=R.variants, ge=1, description="copies with moved numbers")
    change_rate: Share = Field(default=R.change_rate, description="share of numbers that move")
    change: Share = Field(default=R.change, description="how far numbers move, relative")
    retain_variants: Share = Field(
        default=R.retain_variants, description="share their mean must keep"
    )


class Search(Section):
    """The genetic search; see the GenFx paper for what the parts do."""

    scheme: Literal["mgp", "ga", "ga_restarts"] = Field(
        default=S.scheme, description="mgp is GenFx"
    )
    generations: Count = Field(default=S.budget.generations, description="0: no limit")
    evaluations: Count = Field(default=0, description="strategies simulated; 0: no limit")
    seconds: float = Field(
        default=0.0, ge=0, le=MOST, description="then the run is interrupted; 0: no limit"
    )
    pairs: Crowd = Field(default=S.pairs, ge=1, description="pairs of parents a generation")
    start: Crowd = Field(default=S.start, ge=2, description="random strategies at the start")
    population: Crowd = Field(
        default=S.population, ge=1, description="strategies, for each criterion"
    )
    elite: Crowd = Field(default=S.elite, description="for scheme ga")
    stagnation: Count = Field(default=S.stagnation, ge=1, description="generations until a restart")
    newcomers: bool = Field(default=S.newcomers, description="a breeder of random strategies")
    restarter: bool = Field(
        default=S.restarter, description="a breeder that starts over on stagnation"
    )
    pool: Crowd = Field(default=S.pool, ge=1, description="strategies in the output pool")
    pool_likeness: float = Field(
        default=S.pool_likeness, gt=0, le=1, description="correlation above which one of two goes"
    )
    criteria_pairs: list[Couple] = Field(
        default=[[CRITERIA[a], CRITERIA[b]] for a, b in PAIRS_OF_CRITERIA],
        min_length=1,
        description="pairs of criteria whose populations breed with each other",
    )
    generator: Generator = Generator()
    variation: Variation = Variation()
    selection: Selection = Selection()
    aging: Aging = Aging()
    gate: Gate = Gate()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if not (self.generations or self.evaluations or self.seconds):
            raise ValueError(
                "generations, evaluations and seconds are all 0; one of them must end the search"
            )
        return self


class Pso(Section):
    """The particle swarm that tunes numbers of one structure."""

    inertia: float = Field(
        default=P.inertia, ge=0, le=1.2, description="share of the velocity kept"
    )
    self_weight: Pull = Field(default=P.self_weight, description="pull to the particle's own best")
    group_weight: Pull = Field(default=P.group_weight, description="pull to the group's best")
    size: Crowd = Field(default=P.size, description="particles; 0: five a dimension")
    groups: Crowd = Field(default=P.groups, description="groups; 0: about the root of size")
    evaluations: Count = Field(default=P.evaluations, ge=1, description="points for one structure")
    best: Crowd = Field(default=P.best, description="how many of the pool are tuned at the end")
    tries: Crowd = Field(default=P.tries, ge=1, description="best points put to the gate")

    def settings(self) -> SwarmSettings:
        """Return them as the search takes them."""
        return SwarmSettings(**self.model_dump())


def search_settings(search: Search, fitness: Fitness, pso: Pso) -> SearchSettings:
    """Return the settings of the search from its three sections."""
    pairs = [[CRITERIA.index(name) for name in pair] for pair in search.criteria_pairs]
    return SearchSettings(
        scheme=search.scheme,
        budget=Budget(search.generations, search.evaluations, search.seconds),
        pairs=search.pairs,
        start=search.start,
        population=search.population,
        elite=search.elite,
        stagnation=search.stagnation,
        newcomers=search.newcomers,
        restarter=search.restarter,
        pool=search.pool,
        pool_likeness=search.pool_likeness,
        criteria_pairs=tuple((first, second) for first, second in pairs),
        fitness=fitness.settings(),
        generator=search.generator.settings(),
        variation=search.variation.settings(),
        selection=SelectionSettings(**search.selection.model_dump()),
        aging=AgingSettings(**search.aging.model_dump()),
        gate=GateSettings(**search.gate.model_dump()),
        swarm=pso.settings(),
    )
