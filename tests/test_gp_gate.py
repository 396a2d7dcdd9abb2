"""The robustness gate: each test rejects what it should, in order of cost, and all is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtest.result import Result
from dsl.node import Node, topological
from dsl.nodes.expert import EXPERT
from dsl.strategy import Strategy
from gp.draws import generator
from gp.evaluators import VARIANT, Evaluators, Ledger, Record
from gp.fitness import scores
from gp.gate import Gate, judge, perturbed
from gp.generator import nice_step
from gp.individual import Individual, candidate
from gp.settings import GateSettings, SearchSettings
from tests.support.search import FakeEvaluator
from tests.test_gp_generator import experts, revalidated

SETTINGS = SearchSettings()
CANDIDATES = [candidate(expert, 0, mirrored=True) for expert in experts(12)]


def born(evaluators: Evaluators, ledger: Ledger) -> list[Individual]:
    found = []
    for one, e in zip(
        CANDIDATES, evaluators.in_sample.evaluate([c.strategy for c in CANDIDATES]), strict=True
    ):
        ledger.enter(Record(one.strategy_id, 0, 0, tuple(e.criteria), e.trades, ""))
        found.append(
            Individual(one, e.criteria, e.trades, scores(e.criteria, e.trades, SETTINGS.fitness))
        )
    return found


def verdicts(evaluators: Evaluators, chosen: GateSettings) -> tuple[set[str | None], Ledger]:
    ledger = Ledger()
    individuals = born(evaluators, ledger)
    judge(Gate(replace(SETTINGS, gate=chosen), evaluators, ledger, 1), individuals, 3)
    return {i.verdict for i in individuals}, ledger


def test_what_holds_up_everywhere_passes_and_variants_are_counted() -> None:
    evaluators = Evaluators(FakeEvaluator(), FakeEvaluator(), FakeEvaluator())
    chosen = replace(SETTINGS.gate, retain_variants=0.0)
    found, ledger = verdicts(evaluators, chosen)
    assert found == {""}
    variants = [r for r in ledger.records.values() if r.breeder == VARIANT]
    assert 30 < len(variants) <= 48
    assert ledger.distinct == len(variants) + len(CANDIDATES)
    assert ledger.requests == 12 * (1 + 1 + 4 + 1)  # gate, range, variants, dropped trades


@pytest.mark.parametrize(
    ("evaluators", "verdict"),
    [
        (Evaluators(FakeEvaluator(), FakeEvaluator(ok=False), FakeEvaluator()), "out of sample"),
        (
            Evaluators(FakeEvaluator(), FakeEvaluator(), FakeEvaluator(ok=False)),
            "changed data range",
        ),
    ],
)
def test_losses_on_other_bars_fail(evaluators: Evaluators, verdict: str) -> None:
    assert verdicts(evaluators, SETTINGS.gate)[0] == {verdict}


def test_losing_trades_fail_the_test_of_dropped_trades() -> None:
    class Losing(FakeEvaluator):
        def evaluate(self, strategies):  # type: ignore[no-untyped-def]
            return [f._replace(criteria=(5000.0, 2, 5, 1, 2)) for f in super().evaluate(strategies)]

    chosen = replace(SETTINGS.gate, recovery=0.0)
    assert verdicts(Evaluators(Losing(ok=False)), chosen)[0] == {"dropped trades"}


@pytest.mark.parametrize(
    ("drawdown", "recovery", "verdict"),
    [(400.0, 1.0, ""), (401.0, 1.0, "recovery"), (401.0, 0.5, ""), (401.0, 0.0, "")],
)
def test_less_profit_than_drawdown_fails(drawdown: float, recovery: float, verdict: str) -> None:
    class Sinking(FakeEvaluator):
        def result(self, strategy: Strategy) -> Result:  # it makes 400
            found = super().result(strategy)
            return replace(found, drawdown=replace(found.drawdown, money=drawdown))

    chosen = replace(SETTINGS.gate, recovery=recovery, retain_variants=0.0)
    assert verdicts(Evaluators(Sinking()), chosen)[0] == {verdict}


def test_variants_that_lose_the_score_fail() -> None:
    assert verdicts(Evaluators(FakeEvaluator()), replace(SETTINGS.gate, retain_variants=9.0))[
        0
    ] == {"changed parameters"}


def test_later_tests_are_not_made_for_what_failed() -> None:
    in_sample = FakeEvaluator()
    verdicts(Evaluators(in_sample, FakeEvaluator(ok=False), FakeEvaluator()), SETTINGS.gate)
    assert in_sample.batches == [12]


@pytest.mark.parametrize("off", ["scope", "tests"])
def test_switched_off_gate_passes_everything(off: str) -> None:
    chosen = replace(SETTINGS.gate, scope="off")
    if off == "tests":
        chosen = GateSettings(
            out_of_sample=False,
            data_range=False,
            drop_trades=False,
            recovery=0.0,
            parameters=False,
        )
    losing = Evaluators(FakeEvaluator(), FakeEvaluator(ok=False), FakeEvaluator(ok=False))
    assert verdicts(losing, chosen)[0] == {""}


def numbers(expert: Node) -> list[float]:
    return [
        float(v)
        for n in topological(expert)
        if n.type is not EXPERT
        for param, v in zip(n.type.params, n.params, strict=True)
        if isinstance(v, int | float) and not getattr(param, "clock", False)
    ]


def test_perturbed_numbers_move_by_no_more_than_their_share_and_types_stay() -> None:
    chosen = replace(SETTINGS.gate, change_rate=1.0, change=0.1)
    moved = 0
    for number, expert in enumerate(experts(80)):
        changed = perturbed(expert, chosen, generator(1, 0, 0, number))
        assert revalidated(changed)
        before, after = numbers(expert), numbers(changed)
        if len(before) != len(after):
            continue  # equal nodes became different ones
        for old, new in zip(before, after, strict=True):
            rounding = max(0.51, nice_step(abs(old)) / 2)
            assert abs(new - old) <= 0.1 * abs(old) + rounding
            moved += new != old
    assert moved > 300


def test_at_least_one_number_moves_and_size_never() -> None:
    chosen = replace(SETTINGS.gate, change_rate=0.0)
    for number, expert in enumerate(experts(40)):
        changed = perturbed(expert, chosen, generator(2, 0, 0, number))
        assert changed.inputs[-1] is expert.inputs[-1]
        assert sum(a != b for a, b in zip(numbers(expert), numbers(changed), strict=False)) <= 3


def test_verdict_depends_on_the_strategy_and_seed_not_on_what_else_is_judged() -> None:
    evaluators = Evaluators(FakeEvaluator())
    ledger = Ledger()
    gate = Gate(SETTINGS, evaluators, ledger, 1)
    together = born(evaluators, ledger)
    judge(gate, together, 0)
    ids = set(ledger.records)
    alone_ledger = Ledger()
    alone = born(evaluators, alone_ledger)
    for one in reversed(alone):
        judge(Gate(SETTINGS, evaluators, alone_ledger, 1), [one], 0)
    assert [i.verdict for i in alone] == [i.verdict for i in together]
    assert set(alone_ledger.records) == ids
