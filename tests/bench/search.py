"""A short search on the case's bars: time an individual, and the share of it outside numba."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from codegen.evaluate import Evaluator
from genfx.runs.run import library
from gp.evaluators import Evaluators
from gp.evolve import evolve
from gp.settings import Budget, SearchSettings
from gp.store import Store
from tests.bench.cases import Case

GENERATIONS = 12  # of the default settings; compiling and starting belong to an earlier search


def lines(case: Case) -> list[str]:
    """Return the figures of the second of two equal searches, without the swarm."""
    settings = SearchSettings(budget=Budget(generations=GENERATIONS))
    settings = replace(settings, swarm=replace(settings.swarm, best=0))
    _search(case, replace(settings, budget=Budget(generations=1)))
    begin = time.process_time()
    wall, kernels, requests = _search(case, settings)
    processor = time.process_time() - begin
    return [
        f"{requests} evaluations asked for in {GENERATIONS} generations, store included,"
        f" one thread: {wall:.1f} s",
        f"{wall / requests * 1e6:.0f} us each, end to end; {processor / requests * 1e6:.0f} us of"
        " processor time",
        f"{1 - kernels / wall:.0%} of the wall time outside numba",
    ]


def _search(case: Case, settings: SearchSettings) -> tuple[float, float, int]:
    """Return seconds, seconds in kernels, and evaluations asked for; a quarter is the gate's."""
    n = len(case.market.bars)
    spans = ((0, n * 3 // 4), (n * 3 // 4, n))
    first, gate = (replace(case.market, first=a, last=b) for a, b in spans)
    main = Evaluator(first)
    kept = 1.0 - settings.gate.range_cut
    cut = replace(first, last=first.first + round((first.end - first.first) * kept))
    others = [Evaluator(market, cache=main.cache) for market in (gate, cut)]
    evaluators = Evaluators(main, others[0], others[1], 1 / 3, kept)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "run.sqlite") as store:
        outcome = evolve(settings, evaluators, 1, store, library=library())
        seconds = time.perf_counter() - begin
    kernels = sum(evaluator.seconds_in_kernels for evaluator in (main, *others))
    return seconds, kernels, outcome.requests
