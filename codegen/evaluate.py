"""Evaluators: strategies and bars brought together, in chunks, on threads.

The main thread lowers; worker threads only fill new cache rows and simulate. Results do not depend
on the number of threads or on what the cache holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from time import perf_counter
from typing import NamedTuple, TypeVar

import numpy as np

from backtest.criteria import CRITERIA
from backtest.fast import Runner
from backtest.market import Market
from backtest.program import Code, Decisions, Distance, Program
from backtest.result import Result
from codegen.batch import Lowering
from codegen.bind import Binder
from codegen.cache import ColumnCache, PoolFullError
from codegen.fill import Job, signal_values
from codegen.plan import FRIDAY_PORT, Plan
from codegen.rules import assemble
from dsl.errors import CodegenError, GenfxError
from dsl.jit import F64
from dsl.kinds import SIGNAL
from dsl.node import Node
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.params import ParamValue
from dsl.strategy import Strategy, resolved

NEVER_TRADES = "never trades"
_CHUNK_S = 0.25  # per thread, so that Ctrl-C is prompt
_BAR_S = 20e-9  # a slow strategy's simulation
_MOST_STRATEGIES = 256  # in a chunk: they pin their rows


class Evaluation(NamedTuple):
    """The criteria in the order of CRITERIA, the number of trades, and what is wrong, or ""."""

    criteria: tuple[float, ...]
    trades: int
    problem: str


Lowered = TypeVar("Lowered")
Used = TypeVar("Used")
Part = TypeVar("Part")
Done = TypeVar("Done")

_NOTHING = (0.0,) * len(CRITERIA)
_UNKNOWN = Evaluation(_NOTHING, 0, "not evaluated")


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
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._threads = threads
        per_chunk = int(_CHUNK_S / (_BAR_S * max(1, len(market.bars))))
        self._chunk = max(1, min(_MOST_STRATEGIES, per_chunk)) * threads

    def evaluate(self, strategies: Sequence[Strategy]) -> list[Evaluation]:
        """Return an Evaluation for each strategy, in their order."""
        return self._run(len(strategies), lambda i: self._program(strategies[i]))

    def evaluate_values(
        self, plan: Plan, vectors: Sequence[Mapping[str, ParamValue]]
    ) -> list[Evaluation]:
        """Return an Evaluation for each vector of input values of one Plan, in their order."""
        binder, point = Binder(plan), self.cache.point

        def lower(index: int) -> Program:
            ports = binder.bind(vectors[index], point)
            return self._lowering.program(ports.signals, ports.distances, ports.size, ports.rules)

        return self._run(len(vectors), lower)

    def result(self, strategy: Strategy) -> Result:
        """Return everything the simulation of one strategy gives.

        Raises:
            CodegenError: The warm-up is longer than the data.
        """
        return self._single(
            lambda: self._program(strategy),
            lambda program: self._runner.full(self.cache.arena, program),
        )

    def decisions(self, strategy: Strategy) -> Decisions:
        """Return what the strategy wants at every bar, as the simulation reads it."""
        return self._single(lambda: self._program(strategy), self._unpacked)

    def column(self, node: Node) -> F64:
        """Return a node without InputRefs at every bar, NaN in its warm-up; signals as 0 and 1."""
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
        if self._pool is not None:
            self._pool.shutdown()

    def _program(self, strategy: Strategy) -> Program:
        expert = resolved(strategy) if strategy.inputs else strategy.expert
        program = self._lowering.expert(expert)
        if program.warmup >= self.market.end:
            raise CodegenError(
                f"the warm-up takes {program.warmup} bars, the data end after {self.market.end}"
            )
        return program

    def _run(self, count: int, lower: Callable[[int], Program]) -> list[Evaluation]:
        found = [_UNKNOWN] * count
        waiting: list[tuple[int, Program]] = []
        try:
            for index in range(count):
                if len(waiting) == self._chunk:
                    self._flush(waiting, found)
                try:
                    program = self._lower_or_flush(index, lower, waiting, found)
                except GenfxError as error:
                    found[index] = Evaluation(_NOTHING, 0, error.message)
                else:
                    waiting.append((index, program))
            self._flush(waiting, found)
        except BaseException:
            self._lowering.abandon()
            raise
        return found

    def _lower_or_flush(
        self,
        index: int,
        lower: Callable[[int], Program],
        waiting: list[tuple[int, Program]],
        found: list[Evaluation],
    ) -> Program:
        if waiting:
            try:
                return lower(index)
            except PoolFullError:
                self._flush(waiting, found)
        return _grown(lambda: lower(index))

    def _flush(self, waiting: list[tuple[int, Program]], found: list[Evaluation]) -> None:
        """Run the chunk at hand: fill its new rows, simulate, and unpin."""
        self._fill()
        if waiting:
            figures = self._simulate([program for _, program in waiting])
            for (index, _), row in zip(waiting, figures.tolist(), strict=True):
                trades = int(row[-1])
                found[index] = Evaluation(tuple(row[:-1]), trades, "" if trades else NEVER_TRADES)
            waiting.clear()
        self._lowering.done()

    def _single(self, lower: Callable[[], Lowered], use: Callable[[Lowered], Used]) -> Used:
        try:
            lowered = _grown(lower)
            self._fill()
            used = use(lowered)
        except BaseException:
            self._lowering.abandon()
            raise
        self._lowering.done()
        return used

    def _fill(self) -> None:
        for wave in self._lowering.waves:
            parts = [part for k in range(self._threads) if (part := wave[k :: self._threads])]
            self.seconds_in_kernels += sum(self._spread(self._fill_part, parts))

    def _fill_part(self, jobs: list[Job]) -> float:
        return sum(job.run(self.cache) for job in jobs)

    def _simulate(self, programs: list[Program]) -> F64:
        size = -(-len(programs) // self._threads)
        parts = [programs[first : first + size] for first in range(0, len(programs), size)]
        done = self._spread(self._simulate_part, parts)
        self.seconds_in_kernels += sum(seconds for seconds, _ in done)
        return np.concatenate([figures for _, figures in done])

    def _simulate_part(self, programs: list[Program]) -> tuple[float, F64]:
        start = perf_counter()
        figures = self._runner.batch(self.cache.arena, programs)
        return perf_counter() - start, figures

    def _spread(self, work: Callable[[Part], Done], parts: list[Part]) -> list[Done]:
        """Return work(part) for each part, on the threads where there is more than one."""
        if self._pool is None or len(parts) < 2:
            return [work(part) for part in parts]
        futures = [self._pool.submit(work, part) for part in parts]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            wait(futures)  # they write into rows that would be handed out again
            raise

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


def _grown(lower: Callable[[], Lowered]) -> Lowered:
    """Lower with nothing else in the chunk: a pool that is full even so has to grow."""
    while True:
        try:
            return lower()
        except PoolFullError as full:
            full.pool.grow()
