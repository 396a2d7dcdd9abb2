"""The sections of a config file that steer the search; defaults are those of gp.settings.

Names of criteria are keys here, so that a misspelt one is a misspelt key.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

import dsl.nodes  # noqa: F401 - fills the registry
from backtest.criteria import CRITERIA
from backtest.objective import parse_objective
from dsl.errors import ConfigError, did_you_mean
from dsl.registry import node_types
from dsl.timeframes import TIMEFRAMES, WORDS
from genfx.config.sections import Section
from gp.settings import (
    PAIRS_OF_CRITERIA,
    AgingSettings,
    Budget,
    FitnessSettings,
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

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


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
    max_bars: list[int] = Field(
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
        default=G.size[1], gt=0, description="lots, or percent of the balance"
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
    mean_level: float = Field(default=V.mean_level, ge=0, description="level, for fixed and score")
    level_deviation: float = Field(default=V.level_deviation, gt=0, description="levels")
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
    retries: int = Field(
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
    deviation_small: float = Field(default=C.deviation_small, gt=0, description="ranks")
    deviation_large: float = Field(default=C.deviation_large, gt=0, description="ranks")
    tournament: int = Field(default=C.tournament, ge=1, description="size, for method = tournament")


class Aging(Section):
    """Members that nobody displaces lose their score."""

    on: bool = Field(default=A.on, description="true or false")
    after: int = Field(default=A.after, ge=1, description="generations")
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
    drop_rounds: int = Field(default=R.drop_rounds, ge=1, description="draws")
    drop_pass: Share = Field(default=R.drop_pass, description="share of draws that must make money")
    variants: int = Field(default=R.variants, ge=1, description="copies with moved numbers")
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
    generations: int = Field(default=S.budget.generations, ge=0, description="0: no limit")
    evaluations: int = Field(default=0, ge=0, description="strategies simulated; 0: no limit")
    seconds: float = Field(
        default=0.0, ge=0, description="then the run is interrupted; 0: no limit"
    )
    pairs: int = Field(default=S.pairs, ge=1, description="pairs of parents a generation")
    start: int = Field(default=S.start, ge=2, description="random strategies at the start")
    population: int = Field(
        default=S.population, ge=1, description="strategies, for each criterion"
    )
    elite: int = Field(default=S.elite, ge=0, description="for scheme ga")
    stagnation: int = Field(default=S.stagnation, ge=1, description="generations until a restart")
    newcomers: bool = Field(default=S.newcomers, description="a breeder of random strategies")
    restarter: bool = Field(
        default=S.restarter, description="a breeder that starts over on stagnation"
    )
    pool: int = Field(default=S.pool, ge=1, description="strategies in the output pool")
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


class Weights(Section):
    """How much each criterion counts in the combined score."""

    net_profit: Weight = Field(default=1.0, description="weight")
    profit_factor: Weight = Field(default=1.0, description="weight")
    max_drawdown: Weight = Field(default=1.0, description="weight")
    stability: Weight = Field(default=1.0, description="weight")
    sharpe: Weight = Field(default=1.0, description="weight")


Ends = Annotated[list[float], Field(min_length=2, max_length=2)]
B = dict(zip(CRITERIA, (list(pair) for pair in S.fitness.bounds), strict=True))


class Bounds(Section):
    """The value of each criterion that scores 0, and the one that scores 100."""

    net_profit: Ends = Field(
        default=B["net_profit"],
        description="deposit currency; default: -20 % and 100 % of the deposit",
    )
    profit_factor: Ends = Field(
        default=B["profit_factor"], description="gross profit over gross loss"
    )
    max_drawdown: Ends = Field(
        default=B["max_drawdown"], description="percent of equity; less is better"
    )
    stability: Ends = Field(default=B["stability"], description="-1..1")
    sharpe: Ends = Field(default=B["sharpe"], description="a year")


class Fitness(Section):
    """How criteria become one score."""

    min_trades: int = Field(default=S.fitness.min_trades, ge=0, description="fewer lower the score")
    objective: str = Field(
        default="", description='a formula to maximise instead, such as "PROFIT / EQUITY_DD"'
    )
    objective_scale: Ends = Field(
        default=list(S.fitness.objective_scale),
        description="its values that score 0 and 50; more goes towards 100",
    )
    weights: Weights = Weights()
    bounds: Bounds = Bounds()

    def settings(self) -> FitnessSettings:
        """Return them as the search takes them."""
        ends = [getattr(self.bounds, name) for name in CRITERIA]
        return FitnessSettings(
            bounds=tuple((worst, best) for worst, best in ends),
            weights=tuple(getattr(self.weights, name) for name in CRITERIA),
            min_trades=self.min_trades,
            objective=self.objective,
            objective_scale=(self.objective_scale[0], self.objective_scale[1]),
        )

    @field_validator("objective")
    @classmethod
    def _formula(cls, text: str) -> str:
        if not text.strip():
            return ""
        try:
            found = parse_objective(text)
        except ConfigError as problem:
            raise ValueError(f"{problem.message}; {problem.hint}") from None
        if "score" in found.names:
            raise ValueError("the score of an Expert Advisor is the objective itself; write it out")
        return text.strip()

    @field_validator("objective_scale")
    @classmethod
    def _rising(cls, scale: list[float]) -> list[float]:
        if scale[0] >= scale[1]:
            raise ValueError("the value that scores 0 is not below the one that scores 50")
        return scale


class Pso(Section):
    """The particle swarm that tunes numbers of one structure."""

    inertia: float = Field(
        default=P.inertia, ge=0, le=1.2, description="share of the velocity kept"
    )
    self_weight: float = Field(
        default=P.self_weight, ge=0, description="pull to the particle's own best"
    )
    group_weight: float = Field(
        default=P.group_weight, ge=0, description="pull to the group's best"
    )
    size: int = Field(default=P.size, ge=0, description="particles; 0: five a dimension")
    groups: int = Field(default=P.groups, ge=0, description="groups; 0: about the root of size")
    evaluations: int = Field(default=P.evaluations, ge=1, description="points for one structure")
    best: int = Field(default=P.best, ge=0, description="how many of the pool are tuned at the end")
    tries: int = Field(default=P.tries, ge=1, description="best points put to the gate")

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
