"""The main loop on an analytic evaluator: reproducible, resumable, switchable, honest counts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from backtest.criteria import CRITERIA
from dsl.errors import ConfigError, RunError
from dsl.strategy import Strategy
from gp.evaluators import Evaluators
from gp.evolve import Progress
from gp.pieces import both_sides, with_one_sided_filter
from gp.search import Search
from gp.settings import Budget, SearchSettings, settings_hash
from tests.support.search import (
    BASELINES,
    SMALL,
    FakeEvaluator,
    baseline,
    fakes,
    plain_dump,
    run,
)
from tests.test_gp_generator import experts

LIBRARY = [
    Strategy(both_sides(with_one_sided_filter(expert)), title=f"classic {k}")
    for k, expert in enumerate(experts(5))
]


class Stopping:
    """An observer that presses Ctrl-C after some steps."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.seen: list[Progress] = []

    def progress(self, progress: Progress) -> None:
        self.seen.append(progress)
        if len(self.seen) == self.after:
            raise KeyboardInterrupt


def test_equal_seeds_give_equal_dumps_and_others_do_not(tmp_path: Path) -> None:
    dumps = [
        run(tmp_path / f"{k}.db", seed=seed, library=LIBRARY)[1] for k, seed in enumerate((5, 5, 6))
    ]
    assert dumps[0] == dumps[1] != dumps[2]


@pytest.mark.parametrize("settings", [SMALL, replace(SMALL, scheme="ga_restarts", stagnation=2)])
def test_run_interrupted_after_any_step_ends_with_the_same_dump(
    tmp_path: Path, settings: SearchSettings
) -> None:
    outcome, whole = run(tmp_path / "whole.db", settings)
    steps = len(outcome.entries)
    assert steps == 1 + 4 + 2
    for after in (1, 3, 5, 6):
        path = tmp_path / f"{after}.db"
        first, _ = run(path, settings, observer=Stopping(after))
        assert first.interrupted
        assert len(first.entries) == after
        second, resumed = run(path, settings)
        assert not second.interrupted
        assert resumed == whole


def test_interruption_amid_a_step_keeps_what_was_committed(tmp_path: Path) -> None:
    whole = plain_dump()
    for batch in (1, 2, 7):
        path = tmp_path / f"{batch}.db"
        evaluators = Evaluators(FakeEvaluator(interrupt_at=batch), FakeEvaluator(), FakeEvaluator())
        stopped, _ = run(path, evaluators=evaluators)
        assert stopped.interrupted
        assert (len(stopped.pool) > 0) is (batch > 2)
        assert run(path)[1] == whole


def test_continuing_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    first = run(tmp_path / "run.db")
    again = run(tmp_path / "run.db")
    assert again[1] == first[1]
    assert [i.strategy_id for i in again[0].pool] == [i.strategy_id for i in first[0].pool]


def test_other_settings_seed_library_or_data_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    run(path, context={"data": "abc"})
    for change in (
        {"settings": replace(SMALL, pairs=16)},
        {"seed": 2},
        {"library": LIBRARY},
        {"context": {"data": "other"}},
    ):
        with pytest.raises(RunError, match="the run was begun with other"):
            run(path, **{"context": {"data": "abc"}, **change})  # type: ignore[arg-type]


def test_nothing_draws_from_the_global_random_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> float:
        raise AssertionError("a draw from the global random state")

    for name in ("random", "gauss", "randint", "choice", "sample", "shuffle", "uniform"):
        monkeypatch.setattr(random, name, refuse)
    run(tmp_path / "run.db", library=LIBRARY)


def test_no_strategy_is_simulated_twice_and_all_are_counted(tmp_path: Path) -> None:
    evaluators = fakes()
    settings = replace(SMALL, swarm=replace(SMALL.swarm, best=0))
    outcome, _ = run(tmp_path / "run.db", settings, evaluators=evaluators)
    in_sample = evaluators.in_sample
    assert isinstance(in_sample, FakeEvaluator)
    assert len(in_sample.asked) == len(set(in_sample.asked)) == outcome.distinct
    assert outcome.requests > outcome.distinct


def test_one_batch_a_generation_beside_the_gate(tmp_path: Path) -> None:
    evaluators = fakes()
    settings = replace(
        SMALL, gate=replace(SMALL.gate, scope="off"), swarm=replace(SMALL.swarm, best=0)
    )
    run(tmp_path / "run.db", settings, evaluators=evaluators)
    in_sample = evaluators.in_sample
    assert isinstance(in_sample, FakeEvaluator)
    assert len(in_sample.batches) == 1 + SMALL.budget.generations
    assert in_sample.batches[0] == SMALL.start
    assert all(0 < size <= 2 * SMALL.pairs for size in in_sample.batches[1:])


def test_search_gets_better(tmp_path: Path) -> None:
    settings = replace(SMALL, budget=Budget(generations=15))
    outcome, _ = run(tmp_path / "run.db", settings)
    first, last = outcome.entries[0], outcome.entries[15]
    assert last["pool"]["mean"] > first["pool"]["mean"] + 2
    for name in CRITERIA:
        assert last[name]["mean"] >= first[name]["mean"]


def test_pool_is_best_first_of_different_structures_and_passed_the_gate(tmp_path: Path) -> None:
    outcome, _ = run(tmp_path / "run.db")
    combined = [i.scores.combined for i in outcome.pool]
    assert combined == sorted(combined, reverse=True)
    assert len({i.structure_id for i in outcome.pool}) == len(outcome.pool) > 2
    assert all(i.verdict == "" for i in outcome.pool)
    assert set(outcome.front) <= set(outcome.pool)
    assert outcome.pool[0] in outcome.front


def test_every_baseline_runs_and_is_another_search(tmp_path: Path) -> None:
    small = replace(SMALL, swarm=replace(SMALL.swarm, best=0))
    dumps = {
        name: run(tmp_path / f"{name}.db", baseline(name, small))[1].split("[individuals]")[1]
        for name in BASELINES
    }
    # aging first acts after ten generations
    assert dumps["mgp_gender"] == dumps["mgp_gender_aging"]
    # and a restart after five generations without progress
    assert dumps["ga"] == dumps["ga_restarts"]
    assert len(set(dumps.values())) == len(BASELINES) - 2


@pytest.mark.parametrize(
    "change",
    [
        {"aging": replace(SMALL.aging, after=1)},
        {"newcomers": False},
        {"restarter": False},
        {"selection": replace(SMALL.selection, alternate=False)},
        {"selection": replace(SMALL.selection, method="tournament")},
        {"gate": replace(SMALL.gate, scope="off")},
        {"variation": replace(SMALL.variation, level="uniform")},
        {"variation": replace(SMALL.variation, mutation_rate=0.3)},
        {"criteria_pairs": ((0, 4),)},
        {"generator": replace(SMALL.generator, symmetric=False)},
    ],
)
def test_every_part_can_be_switched_and_changes_the_search(
    tmp_path: Path, change: dict[str, object]
) -> None:
    plain = plain_dump().split("[individuals]")[1]
    settings = replace(SMALL, **change)  # type: ignore[arg-type]
    assert run(tmp_path / "other.db", settings)[1].split("[individuals]")[1] != plain
    assert settings_hash(settings) != settings_hash(SMALL)


def test_evaluation_budget_ends_the_generations_and_still_tunes(tmp_path: Path) -> None:
    settings = replace(SMALL, budget=Budget(generations=0, evaluations=300))
    outcome, _ = run(tmp_path / "run.db", settings)
    evolved = [e for e in outcome.entries if e["phase"] == "evolve"]
    assert evolved[-2]["distinct"] < 300 <= evolved[-1]["distinct"]
    assert not outcome.interrupted
    assert outcome.entries[-1]["phase"] == "tune"


def test_budget_of_seconds_interrupts_and_may_be_continued(tmp_path: Path) -> None:
    whole = plain_dump()
    hasty = replace(SMALL, budget=Budget(generations=4, seconds=1e-9))
    outcome, _ = run(tmp_path / "run.db", hasty)
    assert outcome.interrupted
    assert not outcome.entries
    assert run(tmp_path / "run.db")[1] == whole  # seconds are no part of the settings' hash


def test_restarting_breeder_begins_anew_after_stagnation() -> None:
    for scheme, restarts in (("ga_restarts", 3), ("ga", 0)):
        settings = replace(SMALL, scheme=scheme, stagnation=3)  # type: ignore[arg-type]
        search = Search(settings, Evaluators(FakeEvaluator(ok=False)), 1)
        search.start()
        sizes = []
        for generation in range(1, 9):
            search.advance(generation)
            assert search.own is not None
            sizes.append(len(search.own.population.members))
        assert sizes.count(0) == restarts
        assert max(sizes) == SMALL.population


def test_best_of_the_standard_algorithm_survives_unless_all_children_beat_it() -> None:
    search = Search(replace(SMALL, scheme="ga"), fakes(), 1)
    search.start()
    for generation in range(1, 8):
        assert search.own is not None
        best = search.own.population.members[0].individual
        search.advance(generation)
        now = [member.individual for member in search.own.population.members]
        worst = min(individual.scores.combined for individual in now)
        assert best in now or worst > best.scores.combined


def test_library_is_the_start_and_is_mirrored(tmp_path: Path) -> None:
    evaluators = fakes()
    run(tmp_path / "run.db", evaluators=evaluators, library=LIBRARY)
    in_sample = evaluators.in_sample
    assert isinstance(in_sample, FakeEvaluator)
    assert in_sample.asked[:5] == [s.strategy_id for s in LIBRARY]


def test_observer_hears_of_every_step_with_times_and_figures(tmp_path: Path) -> None:
    observer = Stopping(0)
    run(tmp_path / "run.db", observer=observer)
    assert [p.step for p in observer.seen] == list(range(1, 8))
    assert [p.phase for p in observer.seen] == ["evolve"] * 5 + ["tune"] * 2
    assert all(p.per_second > 0 and p.eta_s >= 0 for p in observer.seen)
    assert set(CRITERIA) <= set(observer.seen[0].entry)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pairs": 0}, "pairs = 0 is below 1"),
        ({"budget": Budget(generations=0)}, "must be given"),
        ({"fitness": replace(SMALL.fitness, weights=(0.0,) * 5)}, "weights"),
        ({"aging": replace(SMALL.aging, decay=1.5)}, r"decay = 1.5 is outside"),
    ],
)
def test_settings_without_meaning_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        replace(SMALL, **change)  # type: ignore[arg-type]
