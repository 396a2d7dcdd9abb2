"""Random cases for parity: a strategy, a market, and what happens to the terminal meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from backtest.resample import resampled
from backtest.result import CloseReason, Deals
from codegen.evaluate import Evaluator
from codegen.host.replay import Mode
from codegen.host.script import Script
from codegen.plan import build_plan
from codegen.verify.faults import random_script
from codegen.verify.markets import nasty_market
from codegen.verify.strategies import random_strategy
from codegen.verify.variety import Room, with_ports, with_statements, with_turn
from dsl.node import node
from dsl.parametrize import parametrize
from dsl.registry import lookup
from dsl.strategy import Strategy
from dsl.timeframes import TIMEFRAMES, is_multiple

PLAIN: Mode = "open-prices"
_NASTY_ROWS, _REAL_ROWS = (300, 700), (500, 1200)
_REAL_CHANCE = 0.4
_TIMEFRAMES = (3600, 14_400)
_LONGEST = 20  # period
_HIGHER_CHANCE = 0.25  # of a strategy with parts of higher timeframes,
_HIGHER_LONGEST, _MOST_BARS = 5, 24  # with shorter periods, of larger bars of at most so many
_WARMUP_SHARE = 0.5  # of the bars that a part drawn by turns may need before it has a value
_M1_CHANCE = 0.6  # of a market with finer bars, to be played through them
_FINER_CHANCE = 0.5  # of a real stretch that is made of smaller bars, to have them
_MEANT_SHARE = 0.1
_DRAWS = 6  # until a strategy trades


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One proof: its number, the strategy as it is emitted, the market it trades on.

    script: What goes wrong without changing a trade. mode: How the tester plays the bars. meant:
    Whether the slow interpreter, the meaning of all nodes, is compared as well.
    """

    number: int
    strategy: Strategy
    market: Market
    script: Script
    mode: Mode
    meant: bool


def draw_case(number: int, seed: int, real: Sequence[Bars] = ()) -> Case:
    """Return a case; it depends on its number, the seed and the real bars, on no other case.

    Args:
        real: Bars of which stretches serve beside random ones; their symbols are traded as EURUSD.
    """
    rng = np.random.default_rng((seed, number))
    use_real = bool(real) and rng.random() < _REAL_CHANCE
    rows = int(rng.integers(*(_REAL_ROWS if use_real else _NASTY_ROWS)))
    stretch = _stretch(rng, real, rows) if use_real else None
    bars, finer = stretch or (None, None)
    market = nasty_market(rng, rows, bars, finer)
    played: Mode = "m1-ohlc" if market.finer is not None and rng.random() < _M1_CHANCE else PLAIN
    strategy, requests = _that_trades(rng, market, number)
    if rng.random() < 0.5:
        strategy = parametrize(strategy)
    warmup = build_plan(strategy).warmup_on(market.bars.timeframe)
    titled = replace(strategy, title=f"Case {number} of seed {seed}")
    script = random_script(rng, market, warmup, requests)
    return Case(number, titled, market, script, played, meant=rng.random() < _MEANT_SHARE)


def _that_trades(rng: np.random.Generator, market: Market, number: int) -> tuple[Strategy, int]:
    """Return a strategy that trades, or the last of a few, and its requests but for moved stops."""
    evaluator, chart = Evaluator(market), market.bars.timeframe
    higher = _higher(chart) if rng.random() < _HIGHER_CHANCE else ()
    longest = _HIGHER_LONGEST if higher else _LONGEST
    room = Room(int(_WARMUP_SHARE * len(market.bars)), chart, higher)
    for _ in range(_DRAWS):
        drawn = random_strategy(rng, longest=longest, higher=higher, chart=chart)
        strategy = with_statements(rng, with_turn(rng, _sized(rng, drawn), number, room))
        if evaluator.evaluate([strategy])[0].trades:
            return strategy, _requests(evaluator.result(strategy).deals)
    return strategy, 0


def _requests(deals: Deals) -> int:
    """Return how many deals are no fills of the server's own."""
    own = (CloseReason.STOP_LOSS, CloseReason.TAKE_PROFIT, CloseReason.STOP_OUT, CloseReason.END)
    return len(deals) - int(np.isin(deals.reason, own).sum())


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
    return with_ports(strategy, {"size": size})


def _stretch(rng: np.random.Generator, real: Sequence[Bars], rows: int) -> tuple[Bars, Bars | None]:
    """Return consecutive real bars, of their own or a larger timeframe, some with what is inside.

    The smaller bars that a larger one was made of come with it in some of the cases.
    """
    bars = real[int(rng.integers(len(real)))]
    wanted = int(rng.choice(_TIMEFRAMES))
    if wanted > bars.timeframe and wanted % bars.timeframe == 0:
        per_row = wanted // bars.timeframe
        start = int(rng.integers(max(1, len(bars) - rows * per_row)))
        finer = bars.between(start, start + rows * per_row)
        return resampled(finer, wanted), finer if rng.random() < _FINER_CHANCE else None
    start = int(rng.integers(max(1, len(bars) - rows)))
    return bars.between(start, start + rows), None
