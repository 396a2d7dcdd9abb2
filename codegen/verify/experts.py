"""The texts of Expert Advisors, compiled and ready to be replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtest.market import Market
from backtest.result import Deals
from codegen.verify.cases import NO_FAULTS, Faults
from codegen.verify.verify import Replayed
from dsl.errors import CodegenError

OPEN_PRICES = "open-prices"


@dataclass(frozen=True, slots=True, eq=False)
class CompiledExpert:
    """The text of an Expert Advisor in a shared library."""

    text: str
    mode: str = OPEN_PRICES
    script: Faults = NO_FAULTS

    def with_script(self, script: Faults) -> CompiledExpert:
        """Return the same, with what goes wrong while it runs."""
        return replace(self, script=script)

    def replay(self, market: Market, *, traced: bool = False) -> Replayed:
        """Run it over the window of a market; `traced`: with what it computes at the last bar."""
        return Replayed(Deals.of(()), "no host", (), {}, {})


def compile_experts(texts: Sequence[str], mode: str = OPEN_PRICES) -> list[CompiledExpert]:
    """Return these texts, compiled together."""
    raise CodegenError("this version has no host for MQL5")


def compiler_problem() -> str:
    """Return why nothing can be compiled, or ""."""
    return "this version has no host for MQL5"


def compiler_name() -> str:
    """Return the compiler in a word or two."""
    return ""
