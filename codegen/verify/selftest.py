"""Random cases in batches: many Expert Advisors to one program, batches on processes.

What comes out depends on count, seed and the real bars alone, not on the number of workers.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from backtest.bars import Bars
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.verify.cases import Case, draw_case
from codegen.verify.experts import CompiledExpert, compile_experts
from codegen.verify.verify import Verification, verify
from dsl.errors import CodegenError

BATCH = 24  # Expert Advisors to one program


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: how much was compared, and what is wrong, or "".

    cause: A Cause, "engine" where the engines differ, "text" where it does not compile.
    """

    number: int
    symbol: str
    deals: int
    cause: str = ""
    problem: str = ""


def case_text(case: Case) -> str:
    """Return the source of a case's Expert Advisor."""
    bars = case.market.bars
    return emit_mql5(case.strategy, EmitFacts(symbol=bars.symbol, timeframe=bars.timeframe))


def run_cases(numbers: Iterable[int], seed: int, real: Sequence[Bars] = ()) -> list[Outcome]:
    """Draw, emit, compile together, replay and compare."""
    cases = [draw_case(number, seed, real) for number in numbers]
    texts = [case_text(case) for case in cases]
    try:
        experts = compile_experts(texts)
    except CodegenError as error:
        if len(cases) > 1:  # one of them spoils all: each alone
            return [found for case in cases for found in run_cases([case.number], seed, real)]
        return [
            Outcome(case.number, case.market.symbol.name, 0, "text", str(error)) for case in cases
        ]
    return [
        outcome(case, verified_case(case, expert))
        for case, expert in zip(cases, experts, strict=True)
    ]


def verified_case(case: Case, expert: CompiledExpert) -> Verification:
    """Return the comparison of one case."""
    return verify(case.strategy, case.market, expert.played(case.script, case.mode))


def outcome(case: Case, found: Verification) -> Outcome:
    """Return the outcome of a comparison."""
    deals, symbol = len(found.expected.deals), case.market.symbol.name
    if found.engines is not None:
        problem = f"deal {found.engines.number + 1}, {found.engines.field}: the engines differ"
        return Outcome(case.number, symbol, deals, "engine", problem)
    if found.divergence is None:
        return Outcome(case.number, symbol, deals)
    verdict = found.divergence.verdict
    problem = f"deal {found.divergence.number + 1}: {verdict.text}"
    return Outcome(case.number, symbol, deals, verdict.cause.value, problem)


def selftest(
    count: int,
    seed: int,
    real: Sequence[Bars] = (),
    *,
    workers: int = 1,
    progress: Callable[[list[Outcome]], None] = lambda _: None,
) -> list[Outcome]:
    """Return the outcomes of cases 0..count-1, in order; `progress` gets each finished batch."""
    batches = [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    found: list[Outcome] = []
    for batch in _done(batches, seed, real, min(workers, len(batches))):
        progress(batch)
        found += batch
    return found


def _done(
    batches: list[range], seed: int, real: Sequence[Bars], workers: int
) -> Iterator[list[Outcome]]:
    if len(batches) <= 1:
        yield from (run_cases(batch, seed, real) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")  # threads of numba do not survive a fork
    with ProcessPoolExecutor(workers, context, _begin, (seed, tuple(real))) as pool:
        try:
            yield from pool.map(_batch, batches)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_given: tuple[int, tuple[Bars, ...]] = (0, ())  # of a worker process


def _begin(seed: int, real: tuple[Bars, ...]) -> None:
    global _given
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    _given = seed, real


def _batch(numbers: range) -> list[Outcome]:
    return run_cases(numbers, *_given)
