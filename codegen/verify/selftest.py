"""Random cases in batches: many Expert Advisors to one program, batches on processes.

What comes out depends on numbers, seed and the real bars alone, not on the number of workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from backtest.bars import Bars
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.verify.cases import Case, draw_case
from codegen.verify.compare import Difference
from codegen.verify.coverage import Feature, features
from codegen.verify.experts import CompiledExpert, compile_experts
from codegen.verify.verify import Verification, meaning_differs, verify
from dsl.errors import CodegenError

BATCH = 24  # Expert Advisors to one program
_PATIENCE_S = 0.5
MEANING = "meaning"  # cause: the interpreter differs


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: what it held, how much was compared, and what is wrong, or "".

    cause: A Cause, "engine" where the engines differ, "meaning" where the interpreter does, "text"
    where it does not compile. meant: Whether the interpreter was compared.
    """

    number: int
    symbol: str
    deals: int
    cause: str = ""
    problem: str = ""
    meant: bool = False
    features: tuple[Feature, ...] = ()


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
        return [_uncompiled(case, error) for case in cases]
    return [
        outcome(case, verified_case(case, expert))
        for case, expert in zip(cases, experts, strict=True)
    ]


def verified_case(case: Case, expert: CompiledExpert) -> Verification:
    """Return the comparison of one case."""
    return verify(case.strategy, case.market, expert.played(case.script, case.mode))


def outcome(case: Case, found: Verification) -> Outcome:
    """Return the outcome of a comparison, with the interpreter's where the case wants it."""
    cause, problem = _problem(found)
    if not problem and case.meant and (meant := meaning_differs(found)) is not None:
        cause, problem = MEANING, _parted(meant, "the interpreter differs")
    deals = found.expected.deals
    name, held = case.market.symbol.name, features(case, deals, found.replayed.met)
    return Outcome(case.number, name, len(deals), cause, problem, case.meant, held)


def _problem(found: Verification) -> tuple[str, str]:
    if found.engines is not None:
        return "engine", _parted(found.engines, "the engines differ")
    if found.divergence is None:
        return "", ""
    said = found.divergence.verdict
    return said.cause.value, f"deal {found.divergence.number + 1}: {said.text}"


def _parted(difference: Difference, what: str) -> str:
    return f"deal {difference.number + 1}, {difference.field}: {what}"


def _uncompiled(case: Case, error: CodegenError) -> Outcome:
    return Outcome(case.number, case.market.symbol.name, 0, "text", str(error))


def selftest(
    numbers: range, seed: int, real: Sequence[Bars] = (), *, workers: int = 1
) -> Generator[list[Outcome], None, None]:
    """Yield the outcomes of cases in their order, a batch at a time; closing it stops the work."""
    batches = [numbers[first : first + BATCH] for first in range(0, len(numbers), BATCH)]
    workers = min(workers, len(batches))
    if len(batches) <= 1:
        yield from (run_cases(batch, seed, real) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")  # threads of numba do not survive a fork
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(workers, context, _begin, (seed, tuple(real))) as pool:
        try:
            with _uninterrupted():
                found = pool.map(_batch, batches)
            yield from found
        except BaseException:
            _stop(pool, others)
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C while processes start; they go on ignoring it, it is their parent's."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _stop(pool: ProcessPoolExecutor, others: set[BaseProcess]) -> None:
    """End a pool at once: each signal ends one batch, of which some were handed out already."""
    pool.shutdown(wait=False, cancel_futures=True)
    while own := set(multiprocessing.active_children()) - others:
        for process in own:
            process.terminate()
        own.pop().join(_PATIENCE_S)


_given: tuple[int, tuple[Bars, ...]] = (0, ())  # of a worker process


def _begin(seed: int, real: tuple[Bars, ...]) -> None:
    global _given
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # tidies what is half compiled
    _given = seed, real
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when its parent was killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _batch(numbers: range) -> list[Outcome]:
    return run_cases(numbers, *_given)
