"""The public Python API: what the commands do, without printing.

>>> from genfx.api import backtest, load_bars, parse
>>> strategy = parse('strategy "t" { enter long when hour == 8 exit after 4 bars size 0.1 lots }')
>>> backtest(strategy, load_bars("sample")).report.trades
259
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backtest.bars import Bars
from backtest.checks import check_market
from backtest.market import Market
from backtest.metrics import Report, report
from backtest.result import Result
from dsl.strategy import Strategy
from dsl.text.lower import parse
from genfx.backtests import run_engine
from genfx.bars.sources import load_bars
from genfx.config.file import Config, load_config
from genfx.markets import market
from genfx.runs.run import Finished, carry_out, existing_run, new_run
from genfx.strategy_files import load_strategy
from gp.evolve import Observer, Silent

__all__ = [
    "Config",
    "Tested",
    "backtest",
    "evolve",
    "load_bars",
    "load_config",
    "load_strategy",
    "parse",
    "resume",
]


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """One back-test: where, all deals and equity, and the figures of the report."""

    market: Market
    result: Result
    report: Report


def backtest(
    strategy: Strategy, bars: Bars | None = None, config: Config | None = None, engine: str = "fast"
) -> Tested:
    """Return the test of a strategy.

    Args:
        strategy: From `parse`.
        bars: None: those of the config.
        config: Symbol, account and costs; None: the defaults of the config file.
        engine: fast, reference or python; all give the same.
    Raises:
        GenfxError: The warm-up is longer than the data, facts are missing.
    """
    tested = market(config or Config(), bars)
    check_market(tested)
    result = run_engine(strategy, tested, engine)
    return Tested(tested, result, report(result, tested))


def evolve(
    config: Path | str, folder: Path | str, observer: Observer | None = None, threads: int = 1
) -> Finished:
    """Search as a config file says and write the run folder, which must not exist.

    Raises:
        GenfxError: The config is wrong, the folder exists or cannot be written.
    """
    path = Path(config)
    run = new_run(load_config(path), path.stem, Path(folder))
    return carry_out(run, observer or Silent(), threads=threads)


def resume(folder: Path | str, observer: Observer | None = None, threads: int = 1) -> Finished:
    """Continue the run of a folder; ends as if it had never been interrupted."""
    return carry_out(existing_run(Path(folder)), observer or Silent(), threads=threads)
