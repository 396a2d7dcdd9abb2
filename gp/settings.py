"""Settings of the search: frozen values, each part of GenFx switchable so that its effect shows.

The defaults are the paper's (Ibrahim 2014). Settings hold no paths, no data and no number of
threads: two runs with equal settings, seed and bars give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

from backtest.criteria import CRITERIA
from dsl.errors import ConfigError

Bounds = tuple[float, float]
OBJECTIVE = "objective"  # the name of its population, beside those of the criteria
PAIRS_OF_CRITERIA = tuple(
    (first, second) for first in range(len(CRITERIA)) for second in range(first + 1, len(CRITERIA))
)


@dataclass(frozen=True, slots=True)
class FitnessSettings:
    """How criteria become scores; one entry a criterion, in the order of CRITERIA.

    bounds: The value that scores 0 and the value that scores 100; linear between, cut off beyond.
    Net profit is in deposit currency over the in-sample span, drawdown in percent. weights: Of the
    combined score. min_trades: Below it scores shrink in proportion, so that three lucky trades do
    not win; the pool takes nothing below it. objective: A formula (see backtest.objective) whose
    score is the combined one in place of the weighted criteria; it has a population of its own
    beside theirs. objective_scale: Its values that score 0 and 50; more goes towards 100.
    """

    bounds: tuple[Bounds, ...] = (
        (-2000.0, 10000.0),
        (0.5, 3.0),
        (50.0, 0.0),
        (-1.0, 1.0),
        (-1.0, 3.0),
    )
    weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    min_trades: int = 50
    objective: str = ""
    objective_scale: Bounds = (0.0, 1.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is scored: the criteria, and the objective where there is one."""
        return (*CRITERIA, OBJECTIVE) if self.objective else CRITERIA

    def rises(self, criterion: int) -> bool:
        """Tell whether more of a criterion is better."""
        return (
            criterion >= len(self.bounds) or self.bounds[criterion][1] > self.bounds[criterion][0]
        )


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """What random strategies look like.

    symmetric: Breed the long side; the short side is its mirror. depth: Greatest height of a random
    signal. max_level, max_nodes: Limits for offspring. constant_rate: How often a port that can
    take a number gets one. leaf_rate: How often a series ends at once in what reads the bars, where
    its kind has that: less nesting reads better and is quicker to compute. shift_rate: How often a
    price leaf is read further back than its default. ports: How often each optional port of the
    expert is used. max_bars: Range of the holding limit, drawn with `max_bars_rate`. size: Type and
    value of the position size. weights: Node types drawn more or less often than their declaration
    says; 0 switches a type off. higher: Timeframes, seconds, of which `higher_rate` of the parts
    are drawn that could be; none: all is of the chart's.
    """

    symmetric: bool = True
    depth: int = 4
    max_level: int = 9
    max_nodes: int = 40
    constant_rate: float = 0.6
    leaf_rate: float = 0.5
    shift_rate: float = 0.2
    ports: tuple[tuple[str, float], ...] = (
        ("long_exit", 0.5),
        ("short_exit", 0.5),
        ("entry_filter", 0.1),
        ("take_profit", 0.7),
        ("trailing_stop", 0.15),
        ("break_even", 0.1),
    )
    max_bars: tuple[int, int] = (4, 240)
    max_bars_rate: float = 0.4
    size: tuple[str, float] = ("lots", 0.1)
    weights: tuple[tuple[str, float], ...] = ()
    higher: tuple[int, ...] = ()
    higher_rate: float = 0.15


@dataclass(frozen=True, slots=True)
class VariationSettings:
    """Crossover and mutation.

    level: How the level of the exchanged piece is drawn: uniform, Gaussian around `mean_level`, or
    Gaussian around a mean that falls with the score (the better, the smaller the piece).
    mutation_rate: Per element of the graph. mutations: Weights of leaf inputs redrawn, type
    replaced, subtree replaced. rules_rate: How often two children swap their holding limits.
    library_rate: How often a replacing subtree comes from the prebuilt ones and not from the
    generator. retries: Further mutations when a child was seen before.
    """

    crossover_rate: float = 0.9
    level: Literal["uniform", "fixed", "score"] = "score"
    mean_level: float = 5.0
    level_deviation: float = 1.5
    mutation_rate: float = 0.05
    mutations: tuple[float, float, float] = (2.0, 1.0, 1.0)
    rules_rate: float = 0.1
    library_rate: float = 0.5
    retries: int = 3


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """Parents: by rank drawn from a Gaussian, from two populations where `gender` is on.

    alternate: The deviation is small in odd and large in even generations; otherwise always small.
    """

    method: Literal["rank", "tournament", "uniform"] = "rank"
    gender: bool = True
    alternate: bool = True
    deviation_small: float = 10.0
    deviation_large: float = 50.0
    tournament: int = 3


@dataclass(frozen=True, slots=True)
class AgingSettings:
    """A member's score stays as it is for `after` generations, then falls by `decay` each one."""

    on: bool = True
    after: int = 10
    decay: float = 0.5


@dataclass(frozen=True, slots=True)
class GateSettings:
    """The robustness gate; every test can be switched off.

    scope: `population`: what would displace a member of a full population, and the pool; `pool`:
    the pool alone; `off`: nothing. retain: Share of the in-sample score that the gate span and the
    changed data range must keep. range_cut: Share of the in-sample span that the changed range
    leaves out at its start. profit: The gate span must make money. dropped: Share of trades
    left out; in `drop_rounds` draws, net profit must stay positive in `drop_pass` of them.
    recovery: Net profit in-sample must be so many times the largest drawdown of equity: what wins a
    point a trade behind a stop that was never hit has a splendid profit factor, and risked more
    than it made; 0: no matter.
    variants: Copies in which each number is moved, `change_rate` of the time, by up to `change` of
    its size; the mean of their scores must keep `retain_variants` of the original's.
    """

    scope: Literal["population", "pool", "off"] = "population"
    out_of_sample: bool = True
    data_range: bool = True
    drop_trades: bool = True
    parameters: bool = True
    retain: float = 0.5
    range_cut: float = 0.25
    profit: bool = True
    dropped: float = 0.1
    drop_rounds: int = 50
    drop_pass: float = 0.8
    recovery: float = 1.0
    variants: int = 4
    change_rate: float = 0.3
    change: float = 0.2
    retain_variants: float = 0.6


@dataclass(frozen=True, slots=True)
class SwarmSettings:
    """Particle swarm: 0 means the default, 5 particles a dimension in about sqrt(size) groups.

    evaluations: Budget of points for one structure. best: How many members of the pool are tuned;
    0: none. tries: How many of the best points are put to the gate until one passes.
    """

    inertia: float = 0.8
    self_weight: float = 0.4
    group_weight: float = 0.4
    size: int = 0
    groups: int = 0
    evaluations: int = 1000
    best: int = 10
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search ends; 0 is no limit. `seconds` interrupts a run, which may then be resumed."""

    generations: int = 200
    evaluations: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """All of a search.

    scheme: The multiple-generation population, or a standard genetic algorithm with an elite, or
    the same restarted when it stagnates. pairs: Pairs of parents a generation, dealt over the
    breeders; each pair has two children. start: Random strategies at the start, beside the
    library. newcomers, restarter: The two breeders beside the ten pairs of criteria.
    pool_likeness: Correlation of equity above which the worse of two leaves the output pool.
    """

    scheme: Literal["mgp", "ga", "ga_restarts"] = "mgp"
    budget: Budget = Budget()
    pairs: int = 100
    start: int = 300
    population: int = 250
    elite: int = 3
    stagnation: int = 5
    newcomers: bool = True
    restarter: bool = True
    pool: int = 30
    pool_likeness: float = 0.9
    criteria_pairs: tuple[tuple[int, int], ...] = PAIRS_OF_CRITERIA
    fitness: FitnessSettings = FitnessSettings()
    generator: GeneratorSettings = GeneratorSettings()
    variation: VariationSettings = VariationSettings()
    selection: SelectionSettings = SelectionSettings()
    aging: AgingSettings = AgingSettings()
    gate: GateSettings = GateSettings()
    swarm: SwarmSettings = SwarmSettings()

    @property
    def population_pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs of populations that breed; an objective's breeds with each other one."""
        last = len(CRITERIA)
        more = ((number, last) for number in range(last)) if self.fitness.objective else ()
        return (*self.criteria_pairs, *more)

    def __post_init__(self) -> None:
        problem = next((text for wrong, text in _checks(self) if wrong), "")
        if problem:
            raise ConfigError(f"search settings: {problem}")


def as_json(settings: SearchSettings) -> str:
    """Return the settings as canonical JSON; the budget of seconds changes no result and is 0."""
    timeless = replace(settings, budget=replace(settings.budget, seconds=0.0))
    return json.dumps(asdict(timeless), sort_keys=True, separators=(",", ":"))


def settings_hash(settings: SearchSettings) -> str:
    """Return the hash of all settings that can change a result."""
    return hashlib.blake2b(as_json(settings).encode(), digest_size=16).hexdigest()


def _checks(s: SearchSettings) -> tuple[tuple[bool, str], ...]:
    criteria = len(CRITERIA)
    return (
        (s.pairs < 1, f"pairs = {s.pairs} is below 1"),
        (s.population < 1, f"population = {s.population} is below 1"),
        (s.start < 2, f"start = {s.start} is below 2"),
        (s.pool < 1, f"pool = {s.pool} is below 1"),
        (not 0 < s.pool_likeness <= 1, f"pool_likeness = {s.pool_likeness} is outside 0..1"),
        (len(s.fitness.bounds) != criteria, f"fitness.bounds wants {criteria} pairs"),
        (len(s.fitness.weights) != criteria, f"fitness.weights wants {criteria} numbers"),
        (
            any(worst == best for worst, best in s.fitness.bounds),
            "fitness.bounds: the values for 0 and for 100 are equal",
        ),
        (
            s.fitness.objective_scale[0] >= s.fitness.objective_scale[1],
            "fitness.objective_scale: the value that scores 0 is not below the one that scores 50",
        ),
        (
            min(s.fitness.weights) < 0 or sum(s.fitness.weights) <= 0,
            "fitness.weights are negative or all 0",
        ),
        (
            not 0 <= s.variation.mutation_rate <= 1,
            f"variation.mutation_rate = {s.variation.mutation_rate} is outside 0..1",
        ),
        (not 0 < s.aging.decay <= 1, f"aging.decay = {s.aging.decay} is outside 0..1"),
        (not 0 <= s.swarm.inertia <= 1.2, f"swarm.inertia = {s.swarm.inertia} is outside 0..1.2"),
        (
            not (s.budget.generations or s.budget.evaluations or s.budget.seconds),
            "budget: generations, evaluations or seconds must be given",
        ),
        (s.scheme == "mgp" and not s.criteria_pairs, "criteria_pairs is empty"),
    )
