"""What the bench runs: bars, random strategies of the subset, and their programs.

The subset: fixed lots, constant spread, entries that are the "and" of a crossing and a condition, a
stop and a target of so many average true ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtest.bars import Bars
from backtest.history.reading import read_bars
from backtest.market import Costs, Market, Symbol
from backtest.program import Arena, Program
from codegen.batch import Lowering
from codegen.cache import ColumnCache
from dsl.strategy import Strategy
from dsl.text.lower import parse

BARS, STRATEGIES, SPREAD, LOTS = 37_000, 200, 10, 0.1
ROW_BYTES = 8 * 200  # a bar: columns for all strategies, touched only as they fill
AVERAGES, PERIODS = ("sma", "ema", "lwma"), np.geomspace(3, 250, 24).astype(int)
TEXT = """strategy "bench {number}" {{
    enter long  when close crosses above {first} and {low}
    enter short when close crosses below {first} and {high}
    stop loss   {stop:.3f} * atr(14)
    take profit {target:.3f} * atr(14)
    {more}
    size        {lots} lots
}}"""


@dataclass(frozen=True, slots=True)
class Case:
    """Strategies on a market, and their programs on the arena that serves them."""

    market: Market
    strategies: list[Strategy]
    arena: Arena
    programs: list[Program]


def synthetic_bars(bars: int) -> Bars:
    """Return a random walk of hourly bars in five digits."""
    rng = np.random.default_rng(1)
    close = 120_000 + np.cumsum(rng.normal(0, 90, bars).round()).astype(np.int64)
    close += max(0, 50_000 - int(close.min()))
    open_ = np.concatenate([close[:1], close[:-1]])
    reach = np.abs(rng.normal(0, 60, (2, bars)).round()).astype(np.int64)
    high, low = np.maximum(open_, close) + reach[0], np.minimum(open_, close) - reach[1]
    zero = np.zeros(bars, np.int64)
    time = np.arange(bars) * 3600 + 1_072_915_200
    return Bars("SYNTH", 3600, 5, time, open_, high, low, close, zero + 1, zero)


def bars_of(path: Path | None) -> Bars:
    """Return the bars of a file that genfx reads, synthetic ones for None."""
    return read_bars(path) if path else synthetic_bars(BARS)


def market_of(bars: Bars) -> Market:
    """Return the market of the subset; the bars' own spreads do not count."""
    zero = np.zeros(len(bars), np.int64)
    columns = (bars.open, bars.high, bars.low, bars.close, bars.tick_volume, zero)
    plain = Bars(bars.symbol, bars.timeframe, bars.digits, bars.time, *columns)
    return Market(plain, Symbol(bars.symbol, bars.digits), costs=Costs(spread=SPREAD))


def strategies_of(count: int, seed: int = 7, *, more: str = "") -> list[Strategy]:
    """Return random strategies; `more`: A further statement for each."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        first, second = (
            f"{AVERAGES[rng.integers(3)]}(close, {period})"
            for period in rng.choice(PERIODS, 2, replace=False)
        )
        low, high = f"close < {second}", f"close > {second}"
        if number % 2:
            oscillator = f"rsi(close, {rng.integers(5, 30)})"
            low, high = f"{oscillator} < 55", f"{oscillator} > 45"
        stop, target = rng.uniform(1, 4, 2)
        text = TEXT.format(
            number=number,
            first=first,
            low=low,
            high=high,
            stop=stop,
            target=target,
            more=more,
            lots=LOTS,
        )
        found.append(parse(text))
    return found


def case_of(market: Market, strategies: list[Strategy]) -> Case:
    """Return the strategies with every row that their programs read."""
    cache = ColumnCache(market, ROW_BYTES * len(market.bars))
    lowering = Lowering(cache)
    programs = [lowering.expert(strategy.expert) for strategy in strategies]
    for wave in lowering.waves:
        for job in wave:
            job.run(cache)
    return Case(market, strategies, cache.arena, programs)
