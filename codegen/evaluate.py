"""Evaluators: strategies and bars brought together, in chunks, on threads.

The main thread lowers; worker threads only fill new cache rows and simulate. Results do not depend
on the number of threads or on what the cache holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import NamedTuple, TypeVar

import numpy as np

from backtest.criteria import CRITERIA
from backtest.fast.runner import Runner
from backtest.market import Market
from backtest.program import Arena, Code, Decisions, Distance, Program
from backtest.result import Result
from codegen.batch import Lowering
from codegen.bind import Binder
from codegen.cache import ColumnCache, PoolFullError
from codegen.fill import Job, signal_values
from codegen.plan import FRIDAY_PORT, Plan
from codegen.rules import assemble
from codegen.workers import Started, Workers
from dsl.errors import CodegenError, GenfxError
from dsl.jit import F64
from dsl.kinds import SIGNAL
from dsl.node import Node
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.nodes.timeframe import on_chart
from dsl.params import ParamValue
from dsl.strategy import Strategy, resolved

NEVER_TRADES = "never trades"
_CHUNK_S = 0.25  # per thread, so that Ctrl-C is prompt
_BAR_S = 20e-9  # a slow strategy's simulation
_MOST_STRATEGIES = 256  # in a chunk: they pin their rows


class Evaluation(NamedTuple):
    """The criteria in the order of CRITERIA, the number of trades, and what is wrong, or "".

    won, lost: Sums of the trades that won and of those that lost, both above 0.
    """

    criteria: tuple[float, ...]
    trades: int
    problem: str
    won: float = 0.0
    lost: float = 0.0


Lowered = TypeVar("Lowered")
Used = TypeVar("Used")

_NOTHING = (0.0,) * len(CRITERIA)
_JOBS = 16  # filled by a thread at a time
_UNKNOWN = Evaluation(_NOTHING, 0, "not evaluated")


class _Chunk(NamedTuple):
    """Strategies, by their place in the list, that threads simulate."""

    indices: list[int]
    started: Started[tuple[float, F64]]


class Evaluator:
    """Evaluates strategies on one market.

    Args:
        market: Bars, window, symbol, account, costs.
        threads: Workers that fill rows and simulate.
        cache_bytes: Bound of the memory of cached columns and atoms.
        cache: A cache of the same bars to share, such as that of another window's evaluator.
    Raises:
        CodegenError: The shared cache holds columns of other bars.
    """

    def __init__(
        self,
        market: Market,
        *,
        threads: int = 1,
        cache_bytes: int = 1 << 29,
        cache: ColumnCache | None = None,
    ) -> None:
        if cache is not None and not cache.serves(market):
            raise CodegenError("the cache holds columns of other bars or another spread")
        self.market = market
        self.cache = cache or ColumnCache(market, cache_bytes)
        self.seconds_in_kernels = 0.0
        self._runner = Runner(market)
        self._lowering = Lowering(self.cache)
        self._workers = Workers(threads)
        self._running: _Chunk | None = None
        self._binder: Binder | None = None  # of the swarm at work
        per_chunk = int(_CHUNK_S / (_BAR_S * max(1, len(market.bars))))
        self._chunk = max(1, min(_MOST_STRATEGIES, per_chunk)) * threads

    def evaluate(self, strategies: Sequence[Strategy]) -> list[Evaluation]:
        """Return an Evaluation for each strategy, in their order."""
        return self._run(len(strategies), lambda i: self._program(strategies[i]))

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[Mapping[str, ParamValue]]
    ) -> list[Evaluation]:
        """Return an Evaluation for each vector of input values of one Plan, in their order."""
        return self._run(len(vectors), lambda i: self._bound(plan, vectors[i]))

    def result(self, strategy: Strategy) -> Result:
        """Return everything the simulation of one strategy gives.

        Raises:
            CodegenError: The warm-up is longer than the data.
        """
        return self._single(lambda: self._program(strategy), self._full)

    def result_of_values(self, plan: Plan, values: Mapping[str, ParamValue]) -> Result:
        """Return what `result` does of the strategy of a Plan with these values of its inputs.

        Raises:
            GenfxError: As for `result`; a value that its parameter refuses.
        """
        return self._single(lambda: self._bound(plan, values), self._full)

    def decisions(self, strategy: Strategy) -> Decisions:
        """Return what the strategy wants at every bar, as the simulation reads it."""
        return self._single(lambda: self._program(strategy), self._unpacked)

    def column(self, node: Node) -> F64:
        """Return a node without InputRefs at every bar, NaN in its warm-up; signals as 0 and 1.

        A node of a higher timeframe is brought to the chart.
        """
        node = on_chart(node)
        if node.type.scalar is not None:
            return np.full(self.cache.bars, node.type.scalar(self.cache.point, *node.params))
        if node.kind == SIGNAL:
            return self._single(lambda: self._lowering.code(node), self._signal_column)
        return self._single(
            lambda: self._lowering.column(node),
            lambda row: self.cache.columns.data[row].copy(),
        )

    def close(self) -> None:
        """End the worker threads."""
        self._workers.close()

    def _program(self, strategy: Strategy) -> Program:
        expert = resolved(strategy) if strategy.inputs else strategy.expert
        return self._lowering.expert(expert)

    def _bound(self, plan: Plan, values: Mapping[str, ParamValue]) -> Program:
        if self._binder is None or self._binder.plan is not plan:
            self._binder = Binder(plan)
        ports = self._binder.bind(values, self.cache.point)
        return self._lowering.program(ports.signals, ports.distances, ports.size, ports.rules)

    def _run(self, count: int, lower: Callable[[int], Program]) -> list[Evaluation]:
        """Lower, fill, simulate in chunks; one is lowered while threads simulate the one before."""
        found = [_UNKNOWN] * count
        waiting: list[tuple[int, Program]] = []
        try:
            for index in range(count):
                try:
                    program = self._lowered(index, lower, waiting, found)
                    self._check_warmup(program)
                except GenfxError as error:
                    found[index] = Evaluation(_NOTHING, 0, error.message)
                    continue
                waiting.append((index, program))
                if len(waiting) == self._chunk:
                    self._flush(waiting, found)
            self._flush(waiting, found)
            self._collect(found)
        except BaseException:
            self._abandon()
            raise
        return found

    def _lowered(
        self,
        index: int,
        lower: Callable[[int], Program],
        waiting: list[tuple[int, Program]],
        found: list[Evaluation],
    ) -> Program:
        """Lower one strategy; where the cache is full, unpin what chunks before it need."""
        while True:
            try:
                return lower(index)
            except PoolFullError as full:
                if waiting:
                    self._flush(waiting, found)
                elif self._running is not None:
                    self._collect(found)
                else:
                    full.pool.grow()

    def _flush(self, waiting: list[tuple[int, Program]], found: list[Evaluation]) -> None:
        """Fill the new rows of the chunk at hand, start its simulation, collect the one before."""
        self._fill()
        programs = [program for _, program in waiting]
        size = -(-len(programs) // self._workers.threads) or 1
        parts = [programs[first : first + size] for first in range(0, len(programs), size)]
        arena = self.cache.arena
        started = self._workers.start(lambda part: self._simulate(arena, part), parts)
        before, self._running = self._running, _Chunk([index for index, _ in waiting], started)
        self._note(before, found)
        self._lowering.done(still_running=True)
        waiting.clear()

    def _collect(self, found: list[Evaluation]) -> None:
        """Wait for the running chunk, so that nothing but the chunk at hand pins rows."""
        self._note(self._running, found)
        self._running = None
        self._lowering.unpin()

    def _note(self, chunk: _Chunk | None, found: list[Evaluation]) -> None:
        if chunk is None:
            return
        done = chunk.started.results()
        rows = [row for _, figures in done for row in figures.tolist()]
        for index, row in zip(chunk.indices, rows, strict=True):
            *values, count, won, lost = row
            problem = "" if count else NEVER_TRADES
            found[index] = Evaluation(tuple(values), int(count), problem, won, lost)
        self.seconds_in_kernels += sum(seconds for seconds, _ in done)

    def _single(self, lower: Callable[[], Lowered], use: Callable[[Lowered], Used]) -> Used:
        try:
            while True:
                try:
                    lowered = lower()
                    break
                except PoolFullError as full:
                    full.pool.grow()
            self._fill()
            used = use(lowered)
        except BaseException:
            self._abandon()
            raise
        self._lowering.done()
        return used

    def _abandon(self) -> None:
        if self._running is not None:
            self._running.started.cancel()
            self._running = None
        self._lowering.abandon()

    def _check_warmup(self, program: Program) -> None:
        if program.warmup >= self.market.end:
            raise CodegenError(
                f"the warm-up takes {program.warmup} bars, the data end after {self.market.end}"
            )

    def _fill(self) -> None:
        for cache, wave in self._lowering.work():
            count = max(self._workers.threads, -(-len(wave) // _JOBS))
            parts = [part for k in range(count) if (part := wave[k::count])]
            started = self._workers.start(partial(_fill_part, cache), parts)
            self.seconds_in_kernels += sum(started.results())

    def _simulate(self, arena: Arena, programs: list[Program]) -> tuple[float, F64]:
        start = perf_counter()
        figures = self._runner.batch(arena, programs)
        return perf_counter() - start, figures

    def _full(self, program: Program) -> Result:
        self._check_warmup(program)
        result: Result = self._runner.full(self.cache.arena, program)
        return result

    def _signal_column(self, code: Code) -> F64:
        column = signal_values(code, self.cache).astype(np.float64)
        warmups = self.cache.atoms.warmups
        column[: max((warmups[row] for row in code if row >= 0), default=0)] = np.nan
        return column

    def _unpacked(self, program: Program) -> Decisions:
        def values(distance: Distance) -> F64:
            if distance.column < 0:
                return np.full(self.cache.bars, distance.factor)
            column: F64 = distance.factor * self.cache.columns.data[distance.column]
            return column

        codes = {name: getattr(program, name) for name in (*SIGNAL_PORTS, FRIDAY_PORT)}
        distances = {name: getattr(program, name) for name in DISTANCE_PORTS}
        return assemble(
            {name: signal_values(code, self.cache) for name, code in codes.items() if code},
            {name: values(d) for name, d in distances.items() if d is not None},
            program.size,
            program.rules,
            warmup=program.warmup,
            bars=self.cache.bars,
        )


def _fill_part(cache: ColumnCache, jobs: list[Job]) -> float:
    return sum(job.run(cache) for job in jobs)
