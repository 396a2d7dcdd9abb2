"""Random cases for parity: a strategy, a market, and what happens to the terminal meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from backtest.resample import resampled
from codegen.evaluate import Evaluator
from codegen.verify.markets import nasty_market
from codegen.verify.strategies import random_strategy
from dsl.node import node, with_inputs
from dsl.nodes.expert import EXPERT
from dsl.parametrize import parametrize
from dsl.registry import lookup
from dsl.strategy import Strategy
from dsl.timeframes import TIMEFRAMES, is_multiple

_NASTY_ROWS, _REAL_ROWS = (300, 700), (500, 1200)
_REAL_CHANCE = 0.4
_TIMEFRAMES = (3600, 14_400)
_LONGEST = 20  # period
_HIGHER_CHANCE = 0.25  # of a strategy with parts of higher timeframes,
_HIGHER_LONGEST, _MOST_BARS = 5, 24  # with shorter periods, of larger bars of at most so many
_FAULT_CHANCE = 0.33
_REQUESTS = 200  # of a test, about
_DRAWS = 6  # until a strategy trades


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong without changing a trade.

    restarts: Rows of bars before which the terminal restarts. outages: Rows from whose first tick
    on one request for data fails. requotes: Numbers of trade requests, from 1, answered so.
    """

    restarts: tuple[int, ...] = ()
    outages: tuple[int, ...] = ()
    requotes: tuple[int, ...] = ()


NO_FAULTS = Faults()


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One proof: its number, the strategy as it is emitted, the market it trades on."""

    number: int
    strategy: Strategy
    market: Market
    faults: Faults


def draw_case(number: int, seed: int, real: Sequence[Bars] = ()) -> Case:
    """Return a case; it depends on its number, the seed and the real bars, on no other case.

    Args:
        real: Bars of which stretches serve beside random ones; their symbols are traded as EURUSD.
    """
    rng = np.random.default_rng((seed, number))
    use_real = bool(real) and rng.random() < _REAL_CHANCE
    rows = int(rng.integers(*(_REAL_ROWS if use_real else _NASTY_ROWS)))
    stretch = _stretch(rng, real, rows) if use_real else None
    market = nasty_market(rng, rows, stretch)
    strategy = _that_trades(rng, market)
    if rng.random() < 0.5:
        strategy = parametrize(strategy)
    titled = replace(strategy, title=f"Case {number} of seed {seed}")
    return Case(number, titled, market, _faults(rng, market))


def _faults(rng: np.random.Generator, market: Market) -> Faults:
    """Return faults for one case in three."""
    if rng.random() > _FAULT_CHANCE:
        return NO_FAULTS

    def some(first: int, end: int, apart: int = 1) -> tuple[int, ...]:
        count = int(rng.choice([0, 1, 5, 40]))
        return tuple(sorted({int(n) // apart * apart for n in rng.integers(first, end, count)}))

    rows = market.first + 1, market.end
    # An Expert Advisor asks three times at a tick: so far apart, requotes delay nothing.
    return Faults(some(*rows), some(*rows), some(1, _REQUESTS, apart=4))


def _that_trades(rng: np.random.Generator, market: Market) -> Strategy:
    """Return a strategy that trades, or the last of a few that were drawn."""
    evaluator, chart = Evaluator(market), market.bars.timeframe
    higher = _higher(chart) if rng.random() < _HIGHER_CHANCE else ()
    longest = _HIGHER_LONGEST if higher else _LONGEST
    for _ in range(_DRAWS):
        drawn = random_strategy(rng, longest=longest, higher=higher, chart=chart)
        strategy = _sized(rng, drawn)
        if evaluator.evaluate([strategy])[0].trades:
            break
    return strategy


def _higher(chart: int) -> tuple[int, ...]:
    """Return the timeframes of larger bars that hold not too many bars of the chart."""
    return tuple(
        seconds
        for seconds in TIMEFRAMES.values()
        if is_multiple(seconds, chart) and seconds <= _MOST_BARS * chart
    )


def _sized(rng: np.random.Generator, strategy: Strategy) -> Strategy:
    """Return the strategy with another size, sometimes one that the account cannot bear."""
    by_risk = strategy.port("stop_loss") is not None and rng.random() < 0.5
    value = rng.choice([0.1, 1.0, 1.0, 5.0]) if by_risk else rng.choice([0.01, 0.07, 0.5, 3.0])
    size = node(lookup("risk" if by_risk else "lots"), (), (float(value),))
    ports = [port.name for port in EXPERT.inputs]
    inputs = list(strategy.expert.inputs)
    inputs[ports.index("size")] = size
    return replace(strategy, expert=with_inputs(strategy.expert, inputs))


def _stretch(rng: np.random.Generator, real: Sequence[Bars], rows: int) -> Bars:
    """Return some consecutive real bars, of their own or a larger timeframe."""
    bars = real[int(rng.integers(len(real)))]
    wanted = int(rng.choice(_TIMEFRAMES))
    if wanted > bars.timeframe and wanted % bars.timeframe == 0:
        per_row = wanted // bars.timeframe
        start = int(rng.integers(max(1, len(bars) - rows * per_row)))
        return resampled(bars.between(start, start + rows * per_row), wanted)
    start = int(rng.integers(max(1, len(bars) - rows)))
    return bars.between(start, start + rows)
