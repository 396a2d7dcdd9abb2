"""The texts of Expert Advisors, compiled by the host and ready to be replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from backtest.market import Market
from codegen.host.compiler import MISSING, CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, Mode, replay
from codegen.host.script import Script
from codegen.verify.verify import Replayed

OPEN_PRICES: Mode = "open-prices"
DECISION = "ReadDecision"  # the function of an EA whose values and Decision are traced


@dataclass(frozen=True, slots=True, eq=False)
class CompiledExpert:
    """The text of an Expert Advisor, number `number` of a program.

    traced: Whether the program can tell what the text computes; else it is compiled once more.
    """

    text: str
    program: Path
    number: int
    traced: bool = False
    mode: Mode = OPEN_PRICES
    script: Script = field(default_factory=Script)

    def played(self, script: Script, mode: Mode) -> CompiledExpert:
        """Return the same, with what goes wrong while it runs and how the tester plays the bars."""
        return replace(self, script=script, mode=mode)

    def replay(self, market: Market, *, traced: bool = False) -> Replayed:
        """Run it over the window of a market; `traced`: with what it computes at the last bar."""
        if not traced:
            return _replayed(self._run(self.program, self.number, market))
        row = market.end - 1
        place = (self.program, self.number) if self.traced else (_traced(self.text), 0)
        return _replayed(self._run(*place, market, (row,)))

    def _run(
        self, program: Path, number: int, market: Market, trace_bars: tuple[int, ...] = ()
    ) -> HostResult:
        return replay(
            program, number, market, script=self.script, mode=self.mode, trace_bars=trace_bars
        )


def compile_experts(
    texts: Sequence[str], mode: Mode = OPEN_PRICES, *, traced: bool = False
) -> list[CompiledExpert]:
    """Return these texts, compiled together into one program.

    Args:
        traced: The program can tell what the texts compute, for those that are likely to differ.
    Raises:
        CodegenError: There is no compiler, or MetaTrader would not compile a text either.
    """
    program = build(texts, trace=(DECISION,) if traced else ())
    return [
        CompiledExpert(text, program, number, traced, mode) for number, text in enumerate(texts)
    ]


def compiler_problem() -> str:
    """Return why nothing can be compiled, or ""."""
    try:
        find_compiler()
    except CompilerMissing:
        return MISSING
    return ""


def compiler_name() -> str:
    """Return what the compiler calls itself, in a line."""
    return find_compiler().name


@lru_cache(maxsize=16)
def _traced(text: str) -> Path:
    return build([text], trace=(DECISION,))


def _replayed(found: HostResult) -> Replayed:
    values = {row.name: row.value for row in found.trace}
    decision = {
        name.removeprefix("decision."): value
        for name, value in values.items()
        if name.startswith("decision.")
    }
    # Of an array the newest value stands first.
    computed = {
        name.removesuffix("[0]"): value
        for name, value in values.items()
        if not name.startswith("decision.")
    }
    return Replayed(
        found.deals,
        found.problem,
        tuple((line.bar, line.text) for line in found.journal),
        computed,
        decision,
        found.equity,
        found.late,
        found.met,
    )
