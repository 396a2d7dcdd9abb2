"""Back-tests of one strategy by any of the three engines, and why one came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from backtest.market import Market
from backtest.reference import simulate
from backtest.result import Result
from backtest.timeframes import shown_time, timeframe_name
from codegen.evaluate import Evaluator
from codegen.interpret import interpret
from codegen.mql5.inputs import SHIFT
from codegen.plan import build_plan
from codegen.python import python_decisions
from dsl.errors import DataError, RunError
from dsl.params import ParamValue
from dsl.strategy import Strategy
from genfx.engines import ENGINES

_LONG_WARMUP = 0.1  # share of the test from which the warm-up is worth a sentence
_REFUSALS = {
    "both_signals": "long and short entry were true at once",
    "blocked": "a filter, a limit of the day or the account's rules forbade it",
    "distance": "a stop or target distance was not above 0",
    "level": "a stop or target lay at or below price 0",
    "volume": "the volume was below the symbol's least",
    "margin": "the margin was above what was free",
}


def run_engine(strategy: Strategy, market: Market, engine: str) -> Result:
    """Return the result of a strategy: `fast`, `reference` (interpreter), or `python` (emitted).

    Raises:
        DataError: The warm-up is longer than the data.
    """
    assert engine in ENGINES
    require_history(strategy, market)
    if engine == "fast":
        return Evaluator(market).result(strategy)
    if engine == "python":
        return simulate(market, python_decisions(strategy, market))
    return simulate(market, interpret(strategy, market))


def require_history(strategy: Strategy, market: Market) -> None:
    """Refuse bars that end within a strategy's warm-up.

    Raises:
        DataError: They do.
    """
    warmup = build_plan(strategy).warmup_on(market.bars.timeframe)
    if warmup >= market.end:
        raise DataError(
            f"'{strategy.title}' needs {warmup} bars before its first entry, the data up to "
            f"the end of the test have {market.end}",
            hint="shorten its longest period, or use more bars",
        )


def remarks(strategy: Strategy, market: Market, result: Result) -> list[str]:
    """Return what kept a strategy from trading in part of the test, in sentences."""
    found, refused, bars = [], result.refusals, market.end - market.first
    if refused.warmup >= _LONG_WARMUP * bars:
        found.append(
            f"The first {refused.warmup:,} of {bars:,} bars were warm-up, without an entry: begin "
            "the test later, or give more history."
        )
    for name in ("level", "volume", "margin"):
        if count := getattr(refused, name):
            bars_text = "1 bar" if count == 1 else f"{count:,} bars"
            found.append(f"Entries were left out at {bars_text}: {_REFUSALS[name]}.")
    return found + _drawn_down(strategy, result)


def not_applied(beside: Mapping[str, ParamValue]) -> list[str]:
    """Return which inputs of an Expert Advisor a back-test leaves out, in sentences."""
    shift = beside.get(SHIFT)
    if not shift:
        return []
    return [
        f"{SHIFT} = {shift} of the .set was not applied: hours and days are those of the bars. "
        "That is right where the bars already have the clock that it leads to."
    ]


def _drawn_down(strategy: Strategy, result: Result) -> list[str]:
    """Tell when the drawdown stop ended all trading: flat, equity stays where it is."""
    limit = float(strategy.rule("drawdown_stop"))
    peak = max(result.deposit, float(result.equity.max(initial=0.0)))
    if not 0 < limit <= 100.0 * (1.0 - result.balance / peak):
        return []
    last = shown_time(int(result.deals.time[-1]))
    return [f"The drawdown stop of {limit:g}% was reached: no trades after {last}."]


def refuse_no_trades(strategy: Strategy, market: Market, result: Result) -> None:
    """Raise RunError with the reason when a strategy did not trade at all."""
    if result.trades:
        return
    bars, title = market.bars, strategy.title or strategy.strategy_id[:8]
    where = f"{bars.symbol} {timeframe_name(bars.timeframe)}"
    first, last = shown_time(bars.time[market.first]), shown_time(bars.time[market.end - 1])
    refused = {name: count for name, count in asdict(result.refusals).items() if name in _REFUSALS}
    most = max(refused, key=lambda name: refused[name])
    why = (
        f"{refused[most]} times {_REFUSALS[most]}"
        if refused[most]
        else "its entry conditions were never true after the warm-up"
    )
    raise RunError(f"'{title}' never trades on {where}, {first} to {last}", hint=why)
