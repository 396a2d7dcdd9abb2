"""Bars and decisions for engine tests: by hand, and random ones made to be nasty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backtest.bars import Bars
from backtest.contract.margin import margin_needed
from backtest.market import Market, Symbol
from backtest.program import Decisions, Rules, Size
from dsl.jit import F64, Bool1D

HOUR = 3600
MONDAY = 1_704_067_200  # 2024-01-01 00:00, a Monday
EURUSD = Symbol("EURUSD", digits=5)
Row = tuple[int, int, int, int]


def hand_bars(
    rows: Sequence[Row],
    *,
    start: int = MONDAY,
    timeframe: int = HOUR,
    digits: int = 5,
    spread: int | Sequence[int] = 10,
    times: Sequence[int] | None = None,
) -> Bars:
    """Return bars of (open, high, low, close) in points, one after another unless `times` given."""
    o, h, lo, c = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    time = np.arange(len(rows)) * timeframe + start if times is None else np.array(times)
    ticks = np.full(len(rows), 100)
    spreads = np.broadcast_to(np.array(spread), len(rows)).astype(np.int64)
    return Bars("TEST", timeframe, digits, time, o, h, lo, c, ticks, spreads)


def mask(n: int, *rows: int) -> Bool1D:
    """Return bool[n], true at these rows."""
    result = np.zeros(n, dtype=np.bool_)
    result[list(rows)] = True
    return result


def decisions(n: int, **wanted: Any) -> Decisions:
    """Return decisions that never trade but for what is given; a distance may be one number."""
    never = np.zeros(n, dtype=np.bool_)
    start = Decisions(
        long_entry=never,
        short_entry=never,
        long_exit=never,
        short_exit=never,
        entry_filter=~never,
        forced_exit=never,
        friday_exit=never,
        stop_loss=None,
        take_profit=None,
        trailing_stop=None,
        break_even=None,
        break_even_offset=None,
        size=Size("lots", 1.0),
        rules=Rules(),
        warmup=0,
    )
    distances = ("stop_loss", "take_profit", "trailing_stop", "break_even", "break_even_offset")
    for name in distances:
        if isinstance(wanted.get(name), float):
            wanted[name] = np.full(n, wanted[name])
    return replace(start, **wanted)


def _distance(rng: np.random.Generator, market: Market, *, sometimes: float) -> F64 | None:
    if rng.random() > sometimes:
        return None
    bars = market.bars
    typical = float(np.mean(bars.high - bars.low)) * bars.point
    if rng.random() < 0.3:
        return np.full(len(bars), typical * rng.uniform(0.2, 3))
    column: F64 = typical * rng.gamma(2.0, 0.6, len(bars))
    column[rng.random(len(bars)) < 0.02] = 0.0
    column[rng.random(len(bars)) < 0.01] *= 500
    return column


def _signal(rng: np.random.Generator, n: int, *, rates: Sequence[float]) -> Bool1D:
    return rng.random(n) < float(rng.choice(rates))


def nasty_decisions(rng: np.random.Generator, market: Market) -> Decisions:
    """Return random decisions for a market: any ports, sizes up to ruin, rules now and then."""
    n = len(market.bars)
    stop = _distance(rng, market, sometimes=0.6)
    price = float(np.median(market.bars.close)) * market.bars.point
    one_lot = margin_needed(market.symbol, market.account, 1.0, price, 1.0)
    share = float(rng.choice([0.02, 0.2, 0.6, 0.9, 1.5]))
    lots = Size("lots", max(0.01, market.account.deposit / one_lot * share))
    size = Size("risk", float(rng.choice([0.5, 2.0, 20.0])))
    moving = rng.random() < 0.5
    entries, exits, rare = (0.02, 0.1, 0.4), (0.0, 0.05, 0.3), (0.0, 0.0, 0.02)
    warmup = int(rng.choice([0, 5, 50]))
    distances = {
        "take_profit": _distance(rng, market, sometimes=0.7),
        "trailing_stop": _distance(rng, market, sometimes=0.7 if moving else 0.0),
        "break_even": _distance(rng, market, sometimes=0.7 if moving else 0.0),
        "break_even_offset": _distance(rng, market, sometimes=0.5 if moving else 0.0),
    }
    for column in (stop, *distances.values()):
        if column is not None:
            column[:warmup] = np.nan
    return Decisions(
        long_entry=_signal(rng, n, rates=entries),
        short_entry=_signal(rng, n, rates=entries),
        long_exit=_signal(rng, n, rates=exits),
        short_exit=_signal(rng, n, rates=exits),
        entry_filter=~_signal(rng, n, rates=exits),
        forced_exit=_signal(rng, n, rates=rare),
        friday_exit=_signal(rng, n, rates=rare),
        stop_loss=stop,
        **distances,
        size=size if stop is not None and rng.random() < 0.5 else lots,
        rules=_rules(rng),
        warmup=warmup,
    )


def _rules(rng: np.random.Generator) -> Rules:
    if rng.random() < 0.4:
        return Rules(reverse=bool(rng.random() < 0.5))
    return Rules(
        reverse=bool(rng.random() < 0.5),
        max_bars=int(rng.choice([0, 1, 5, 30])),
        trades_per_day=int(rng.choice([0, 0, 1, 3])),
        daily_loss=float(rng.choice([0.0, 0.0, 1.0])),
        drawdown_stop=float(rng.choice([0.0, 0.0, 5.0, 30.0])),
        max_slippage=int(rng.choice([0, 0, 2, 5])),
    )
