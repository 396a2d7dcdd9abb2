"""Expert Advisors compiled and replayed, for commands: clear words where there is no compiler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from backtest.market import Market
from codegen.host.errors import Mql5Error
from codegen.host.replay import Mode
from codegen.plan import build_plan
from codegen.verify.experts import CompiledExpert, compile_experts, compiler_name, compiler_problem
from codegen.verify.verify import Verification, verify
from dsl.errors import CodegenError, DataError
from genfx.verify.subject import Subject

NO_COMPILER = "pip install 'genfx[verify]' brings one; g++ or clang++ serve as well"

__all__ = ["compiled", "compiler_name", "named", "replay_text", "require_compiler", "verified"]


def require_compiler() -> None:
    """Refuse to go on without a C++ compiler.

    Raises:
        CodegenError: There is none.
    """
    problem = compiler_problem()
    if problem:
        raise CodegenError(f"nothing can be replayed: {problem}", hint=NO_COMPILER)


def compiled(found: Subject, mode: Mode = "open-prices") -> CompiledExpert:
    """Return the text of an Expert Advisor, ready to be replayed."""
    require_compiler()
    (expert,) = compile_experts([found.text], mode, traced=True)
    return expert


@contextmanager
def named(file: Path) -> Iterator[None]:
    """Name the file in what is wrong with the text of an Expert Advisor.

    Raises:
        Mql5Error: The same problems; those of the text itself with its file.
    """
    try:
        yield
    except Mql5Error as error:
        found = error.problems
        raise Mql5Error(replace(one, path=one.path or str(file)) for one in found) from error


def verified(found: Subject, market: Market, mode: Mode) -> Verification:
    """Return the comparison of an Expert Advisor's text with the engines.

    Raises:
        GenfxError: No compiler, a text that MetaTrader would not compile, too few bars.
    """
    warmup = build_plan(found.strategy).warmup_on(market.bars.timeframe)
    if warmup >= market.end:
        raise DataError(
            f"'{found.name}' needs {warmup} bars before its first entry, there are {market.end}",
            hint="use more bars",
        )
    return verify(found.strategy, market, compiled(found, mode))


def replay_text(found: Verification) -> str:
    """Return what the header of an Expert Advisor says of an equal replay."""
    deals, bars = len(found.expected.deals), found.market.bars
    return f"verified: {deals} deals equal (data {bars.data_hash})"
