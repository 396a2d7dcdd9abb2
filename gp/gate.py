"""The robustness gate: what would enter a full population or the pool must hold up elsewhere too.

Tests in order of cost, each only for what passed the one before: out-of-sample retest, changed data
range, changed parameters, then those that need every deal: recovery and dropped trades.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dsl.errors import ParamOutOfRange
from dsl.jit import F64
from dsl.kinds import SIZE
from dsl.node import InputRef, Node, Value, topological, with_inputs, with_params
from dsl.nodes.expert import EXPERT
from dsl.params import ChoiceParam, FloatParam, IntParam, Param, ParamValue
from gp.draws import GATE, choose, generator
from gp.evaluators import VARIANT, Evaluators, Ledger, Record
from gp.fitness import scores
from gp.generator import MAX_BARS, nice_step, on_grid
from gp.individual import Candidate, Individual, candidate
from gp.objectives import Evaluated
from gp.settings import GateSettings, SearchSettings

PASSED = ""
OUT_OF_SAMPLE = "out of sample"
DATA_RANGE = "changed data range"
PARAMETERS = "changed parameters"
RECOVERY = "recovery"
DROPPED_TRADES = "dropped trades"


def _everyone(_: Individual) -> bool:
    return True


class Gate(NamedTuple):
    """What the tests need; `seed` keys the draws of each strategy, whenever it is tested.

    thorough: Whom to test with recovery and dropped trades too. They need every deal, which takes
    as long as twenty evaluations, so the search asks for it only where the pool is at stake.
    """

    settings: SearchSettings
    evaluators: Evaluators
    ledger: Ledger
    seed: int
    thorough: Callable[[Individual], bool] = _everyone


def judge(gate: Gate, individuals: Sequence[Individual], generation: int) -> None:
    """Give a verdict to every individual that has none, and enter it in the ledger."""
    waiting = [individual for individual in individuals if individual.verdict is None]
    for test in _tests(gate):
        if waiting:
            waiting = test(gate, waiting, generation)
    for individual in waiting:
        individual.verdict = PASSED
    for individual in individuals:
        if individual.strategy_id not in gate.ledger.verdicts and individual.verdict is not None:
            gate.ledger.judge(individual.strategy_id, individual.verdict)


Test = Callable[[Gate, list[Individual], int], list[Individual]]


def _tests(gate: Gate) -> list[Test]:
    chosen, has = gate.settings.gate, gate.evaluators
    table: tuple[tuple[bool, Test], ...] = (
        (chosen.out_of_sample and has.gate is not None, _out_of_sample),
        (chosen.data_range and has.changed is not None, _data_range),
        (chosen.parameters, _parameters),
        (chosen.drop_trades or chosen.recovery > 0, _every_deal),
    )
    return [test for on, test in table if on and chosen.scope != "off"]


def _out_of_sample(gate: Gate, waiting: list[Individual], _generation: int) -> list[Individual]:
    assert gate.evaluators.gate is not None
    found = gate.evaluators.gate.evaluate([individual.strategy for individual in waiting])
    gate.ledger.requests += len(waiting)
    profit = gate.settings.gate.profit
    share = gate.evaluators.gate_share
    return [
        individual
        for individual, retest in zip(waiting, found, strict=True)
        if _keep(
            individual,
            (not profit or retest.criteria[0] > 0) and _retains(gate, individual, retest, share),
            OUT_OF_SAMPLE,
        )
    ]


def _data_range(gate: Gate, waiting: list[Individual], _generation: int) -> list[Individual]:
    assert gate.evaluators.changed is not None
    found = gate.evaluators.changed.evaluate([individual.strategy for individual in waiting])
    gate.ledger.requests += len(waiting)
    share = gate.evaluators.changed_share
    return [
        individual
        for individual, retest in zip(waiting, found, strict=True)
        if _keep(individual, _retains(gate, individual, retest, share), DATA_RANGE)
    ]


def _parameters(gate: Gate, waiting: list[Individual], generation: int) -> list[Individual]:
    groups = [_variants(gate, individual) for individual in waiting]
    evaluate_variants(gate, [variant for group in groups for variant in group], generation)
    passed = []
    for individual, group in zip(waiting, groups, strict=True):
        wanted = gate.settings.gate.retain_variants * individual.scores.combined
        mean = sum(_score(gate, variant) for variant in group) / len(group) if group else wanted
        if _keep(individual, mean >= wanted, PARAMETERS):
            passed.append(individual)
    return passed


def _every_deal(gate: Gate, waiting: list[Individual], _generation: int) -> list[Individual]:
    passed = []
    for individual in waiting:
        if not gate.thorough(individual):
            passed.append(individual)
            continue
        gate.ledger.requests += 1
        found = gate.evaluators.in_sample.result(individual.strategy)
        times = gate.settings.gate.recovery
        recovers = not times or found.net_profit >= times * found.drawdown.money
        if _keep(individual, recovers, RECOVERY) and _keep(
            individual, _without_some(gate, individual, found.trade_results), DROPPED_TRADES
        ):
            passed.append(individual)
    return passed


def _without_some(gate: Gate, individual: Individual, results: F64) -> bool:
    """Tell whether money is made without some of the trades too; float64[trades]."""
    chosen = gate.settings.gate
    if not chosen.drop_trades:
        return True
    rng = _rng(gate, individual, 1)
    kept = rng.random((chosen.drop_rounds, len(results))) >= chosen.dropped
    positive = (np.where(kept, results, 0.0).sum(axis=1) > 0).mean()
    return bool(positive >= chosen.drop_pass)


def evaluate_variants(gate: Gate, variants: Sequence[Candidate], generation: int) -> None:
    """Simulate on in-sample what the ledger does not know yet."""
    gate.ledger.requests += len(variants)
    new = {v.strategy_id: v for v in variants if not gate.ledger.known(v.strategy_id)}
    found = gate.evaluators.in_sample.evaluate([v.strategy for v in new.values()])
    for strategy_id, e in zip(new, found, strict=True):
        gate.ledger.enter(
            Record(strategy_id, generation, VARIANT, tuple(e.criteria), e.trades, e.problem)
        )


def perturbed(expert: Node, settings: GateSettings, rng: np.random.Generator) -> Node:
    """Return the expert with some of its numbers, at least one where there are any, moved a little.

    Args:
        expert: A graph of literals.
        settings: How often a number is moved, and by how much relative to its size at most.
        rng: Draws in topological order, which is that of the graph alone.
    """
    order = topological(expert)
    numbers = [
        (current, index)
        for current in order
        for index, value in enumerate(current.params)
        if _is_movable(current, index, value)
    ]
    if not numbers:
        return expert
    drawn = [place for place in numbers if rng.random() < settings.change_rate]
    moved: dict[Node, dict[int, ParamValue]] = {}
    for current, index in drawn or [choose(rng, numbers)]:
        value = _moved(current.type.params[index], current.params[index], settings.change, rng)
        moved.setdefault(current, {})[index] = value
    done: dict[Node | None, Node | None] = {}
    for current in order:
        rebuilt = with_inputs(current, [done.get(child, child) for child in current.inputs])
        if current in moved:
            rebuilt = _with_moved(rebuilt, moved[current])
        if rebuilt is not current:
            done[current] = rebuilt
    return done.get(expert) or expert


def _is_movable(current: Node, index: int, value: Value) -> bool:
    if isinstance(value, str | InputRef) or value == 0:
        return False
    param = current.type.params[index]
    if current.type is EXPERT:
        return index == MAX_BARS
    return current.kind != SIZE and param.name != "shift" and not isinstance(param, ChoiceParam)


def _with_moved(current: Node, values: dict[int, ParamValue]) -> Node:
    try:
        params = [values.get(index, value) for index, value in enumerate(current.params)]
        return with_params(current, params)
    except ParamOutOfRange:  # a combination that the type refuses: this node stays
        return current


def _moved(param: Param, value: Value, change: float, rng: np.random.Generator) -> ParamValue:
    assert isinstance(param, IntParam | FloatParam)
    assert isinstance(value, int | float)
    target = value * (1 + change * (2 * rng.random() - 1))
    if isinstance(param, IntParam):
        steps = round((target - value) / param.step)
        return min(max(int(value) + steps * param.step, param.minimum), param.maximum)
    step = nice_step(abs(target))
    rounded = on_grid(target, min(param.step, step) if param.step else step)
    return min(max(rounded, param.minimum), param.maximum)


def _variants(gate: Gate, individual: Individual) -> list[Candidate]:
    chosen = gate.settings.gate
    rng = _rng(gate, individual, 0)
    mirrored = gate.settings.generator.symmetric
    return [
        candidate(perturbed(individual.expert, chosen, rng), VARIANT, mirrored=mirrored)
        for _ in range(chosen.variants)
    ]


def _rng(gate: Gate, individual: Individual, test: int) -> np.random.Generator:
    own = int(individual.strategy_id[:15], 16)
    return generator(gate.seed, own, GATE + test, 0)


def _score(gate: Gate, variant: Candidate) -> float:
    record = gate.ledger.records[variant.strategy_id]
    return scores(record.criteria, record.trades, gate.settings.fitness).combined


def _retains(gate: Gate, individual: Individual, retest: Evaluated, share: float) -> bool:
    found = scores(retest.criteria, retest.trades, gate.settings.fitness, share)
    return found.combined >= gate.settings.gate.retain * individual.scores.combined


def _keep(individual: Individual, passed: bool, test: str) -> bool:
    if not passed:
        individual.verdict = test
    return passed
