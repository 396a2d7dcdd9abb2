"""Whole searches: in new processes, killed at any moment, on real bars with one and two threads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backtest.market import Market, Symbol
from dsl import jit
from gp.evaluators import evaluators_of
from gp.evolve import Outcome
from gp.settings import Budget, SearchSettings
from gp.store import Store, dump
from tests.support.bars import hand_bars
from tests.support.search import SMALL, plain_dump, run

ROOT = Path(__file__).resolve().parent.parent


def process(path: Path, *, hash_seed: str = "0", pause: float = 0.0) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.search_process", str(path), str(pause)],
        cwd=ROOT,
        env=environment,
    )


def dumped(path: Path) -> str:
    with Store(path) as store:
        return dump(store)


def test_new_process_with_other_string_hashes_gives_the_same_dump(tmp_path: Path) -> None:
    assert process(tmp_path / "run.db", hash_seed="4711").wait() == 0
    assert dumped(tmp_path / "run.db") == plain_dump()


def test_every_step_notes_that_the_kernels_are_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    os.utime(kernels, (0, 0))
    monkeypatch.setattr(jit, "_kernels", kernels)
    run(tmp_path / "run.db")
    assert kernels.stat().st_mtime > time.time() - 3600


@pytest.mark.parametrize("seed", [1, 2])
def test_run_killed_at_random_moments_ends_with_the_same_dump(tmp_path: Path, seed: int) -> None:
    path, rng, killed = tmp_path / "run.db", np.random.default_rng(seed), 0
    for _ in range(3):
        running = process(path, pause=0.05)
        while not path.exists() and running.poll() is None:
            time.sleep(0.005)  # the start takes most of the time; the kill shall hit the search
        time.sleep(0.5 * rng.random())
        killed += running.poll() is None
        running.kill()
        running.wait()
    assert killed > 0
    assert run(path)[1] == plain_dump()


def market(last: int, first: int = 300) -> Market:
    rng = np.random.default_rng(3)
    close = 110_000 + np.cumsum(rng.normal(0, 60, 2500)).astype(int)
    rows = []
    for before, after in pairwise(close):
        low, high = sorted((int(before), int(after)))
        rows.append(
            (int(before), high + int(rng.integers(40)), low - int(rng.integers(40)), int(after))
        )
    return Market(hand_bars(rows), Symbol("TEST", 5), first=first, last=last)


def real_run(path: Path, threads: int) -> tuple[Outcome, str]:
    settings: SearchSettings = replace(
        SMALL,
        budget=Budget(generations=3),
        fitness=replace(SMALL.fitness, min_trades=5),
        gate=replace(SMALL.gate, retain=0.0, profit=False, retain_variants=0.0, drop_pass=0.0),
    )
    evaluators = evaluators_of(market(1800), market(2499, 1800), settings.gate, threads=threads)
    return run(path, settings, evaluators=evaluators)


def test_real_search_gives_the_same_dump_for_one_and_two_threads(tmp_path: Path) -> None:
    one, first = real_run(tmp_path / "one.db", 1)
    _, second = real_run(tmp_path / "two.db", 2)
    assert first == second
    assert one.pool
    assert one.distinct > 80
    for individual in one.pool:
        assert individual.trades >= 5
        assert individual.criteria[0] > 0


def test_spans_are_measured_relative_to_in_sample() -> None:
    found = evaluators_of(market(1800), market(2499, 1800), SMALL.gate)
    assert found.gate_share == pytest.approx(699 / 1500)
    assert found.changed_share == pytest.approx(0.75)
    bare = evaluators_of(market(1800), None, replace(SMALL.gate, data_range=False))
    assert bare.gate is None
    assert bare.changed is None
