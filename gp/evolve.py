"""The main loop: generations, then the swarm on the best of the pool; each step is committed."""

from __future__ import annotations

import hashlib
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dsl.errors import RunError
from dsl.jit import keep_kernels
from dsl.strategy import Strategy
from gp.deap_adapter import front
from gp.evaluators import Evaluators
from gp.individual import Individual
from gp.search import Entry, Search
from gp.settings import SearchSettings, as_json, settings_hash
from gp.store import Store
from gp.tune import tune_member

RECENT_STEPS = 8  # that tell the speed


class Progress(NamedTuple):
    """What an observer is told after every step; times are for people and in no result.

    phase: "evolve" or "tune". step, steps: Done and planned. entry: The logbook's row: best and
    mean of each criterion's population and of the pool. distinct: Strategies simulated so far.
    per_second: Requests a second in the newest steps. eta_s: Expected time left, infinite after a
    session's first step, which may have compiled kernels. swarms: How many of the planned steps
    tune, after the start population and its generations.
    """

    phase: str
    step: int
    steps: int
    entry: Entry
    distinct: int
    per_second: float
    eta_s: float
    swarms: int


class Observer(Protocol):
    """Is told about the progress of a search."""

    def progress(self, progress: Progress) -> None:
        """Take note of a step that is done and committed."""


class Silent:
    """An observer that does nothing."""

    def progress(self, progress: Progress) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found.

    pool: Best first. front: Those of the pool that none other beats in all criteria. entries: The
    logbook. interrupted: It was stopped (Ctrl-C, a budget of seconds) and may be continued.
    by_hand: It was stopped by Ctrl-C.
    """

    pool: tuple[Individual, ...]
    front: tuple[Individual, ...]
    entries: tuple[Entry, ...]
    generations: int
    distinct: int
    requests: int
    interrupted: bool
    by_hand: bool = False


def evolve(
    settings: SearchSettings,
    evaluators: Evaluators,
    seed: int,
    store: Store,
    observer: Observer | None = None,
    *,
    library: Sequence[Strategy] = (),
    context: Mapping[str, str] | None = None,
) -> Outcome:
    """Search for strategies, or continue the search that the store holds.

    Args:
        settings: Of the search; see SearchSettings.
        evaluators: One a span; results do not depend on their threads.
        seed: Of every random number.
        store: Takes every step in one transaction.
        observer: Is told of every step.
        library: Strategies to start with; their subtrees serve mutation.
        context: What else must not change within a run, such as data hashes; stored and compared.
    Returns:
        What was found; also after Ctrl-C, which ends the search after the last committed step.
    Raises:
        RunError: The store holds a run with other settings, seed, library or context.
    """
    search = Search(settings, evaluators, seed, library)
    if store.begin(_header(settings, seed, library, context or {})):
        _restore(search, store)
    watch = _Watch(search, observer or Silent())
    by_hand = False
    try:
        interrupted = _steps(search, store, watch)
    except KeyboardInterrupt:
        interrupted = by_hand = True
        search = Search(settings, evaluators, seed, library)  # the old one is amid a step
        if store.begun:
            _restore(search, store)
    store.finish("interrupted" if interrupted else "finished")
    pool = search.pool.members
    return Outcome(
        pool,
        tuple(front(pool)),
        tuple(search.entries),
        max(0, search.generation),
        search.ledger.distinct,
        search.ledger.requests,
        interrupted,
        by_hand,
    )


def _restore(search: Search, store: Store) -> None:
    """Bring a search to where the store's last step left it.

    Raises:
        RunError: What the store holds does not fit together; it was damaged.
    """
    saved = store.load()
    try:
        search.restore(saved)
    except (KeyError, IndexError, TypeError, ValueError) as problem:
        raise RunError(
            f"{store.path}: is damaged: its rows do not fit together",
            hint="begin a new run; the files written so far are whole",
        ) from problem


def _steps(search: Search, store: Store, watch: _Watch) -> bool:
    """Run all steps that are missing; tell whether the clock stopped them."""
    while not _bred_enough(search):
        if watch.over():
            return True
        if search.generation < 0:
            search.start()
        else:
            search.advance(search.generation + 1)
        _commit(search, store, watch)
    if not search.targets:
        search.targets = search.pool.members[: search.settings.swarm.best]
    while search.tuned < len(search.targets):
        if watch.over():
            return True
        tune_member(search, search.tuned)
        _commit(search, store, watch)
    return False


def _bred_enough(search: Search) -> bool:
    budget = search.settings.budget
    if search.tuned:
        return True
    if budget.generations and search.generation >= budget.generations:
        return True
    return bool(budget.evaluations) and search.ledger.distinct >= budget.evaluations


def _commit(search: Search, store: Store, watch: _Watch) -> None:
    store.save(search.snapshot())
    keep_kernels()
    search.ledger.saved()
    watch.tell(search)


def _header(
    settings: SearchSettings, seed: int, library: Sequence[Strategy], context: Mapping[str, str]
) -> dict[str, str]:
    digest = hashlib.blake2b(digest_size=16)
    for strategy in library:
        digest.update(strategy.strategy_id.encode())
    return {
        **{f"context.{key}": context[key] for key in sorted(context)},
        "library": digest.hexdigest(),
        "seed": str(seed),
        "settings": as_json(settings),
        "settings_hash": settings_hash(settings),
    }


class _Watch:
    """Measures the session for the observer and ends it when its seconds are used up.

    Speed and time left come from the newest steps: the first ones of a machine compile kernels.
    """

    def __init__(self, search: Search, observer: Observer) -> None:
        self._observer = observer
        self._start = time.monotonic()
        now = (self._start, len(search.entries), search.ledger.requests)
        self._marks = deque([now], maxlen=RECENT_STEPS)
        self._seconds = search.settings.budget.seconds

    def over(self) -> bool:
        """Tell whether the budget of seconds is used up."""
        return self._seconds > 0 and time.monotonic() - self._start >= self._seconds

    def tell(self, search: Search) -> None:
        """Tell the observer of the newest step."""
        now = time.monotonic()
        done, planned, requests = len(search.entries), _planned(search), search.ledger.requests
        before, done_before, requests_before = self._marks[0]
        first = self._marks[0][0] == self._start
        if first:
            self._marks.clear()
        self._marks.append((now, done, requests))
        passed = max(now - before, 1e-9)
        pace = math.inf if first else passed / (done - done_before)
        left = pace * (planned - done) if planned > done else 0.0
        if self._seconds:
            left = min(left, max(0.0, self._seconds - (now - self._start)))
        self._observer.progress(
            Progress(
                search.entries[-1]["phase"],
                done,
                planned,
                search.entries[-1],
                search.ledger.distinct,
                (requests - requests_before) / passed,
                left,
                _swarms(search),
            )
        )


def _planned(search: Search) -> int:
    """Return how many steps there will be, as far as one can tell."""
    budget = search.settings.budget
    generations = budget.generations or search.generation + 1
    if budget.evaluations and search.ledger.distinct:
        share = budget.evaluations / search.ledger.distinct
        by_count = max(search.generation, round(share * (search.generation + 1)))
        generations = min(generations, by_count) if budget.generations else by_count
    if search.tuned:
        generations = search.generation
    return generations + 1 + _swarms(search)


def _swarms(search: Search) -> int:
    """Return how many strategies are tuned at the end, as far as one can tell."""
    return len(search.targets) or min(search.settings.swarm.best, search.settings.pool)
