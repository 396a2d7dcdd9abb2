"""Random markets made to be nasty: gaps, holes, odd spreads, and accounts near their limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np

from backtest.bars import Bars
from backtest.market import Account, Costs, Market, Symbol
from dsl.jit import I64

_HOUR = 3600
_MONDAY = 1_704_067_200  # 2024-01-01 00:00


class _Conversion(NamedTuple):
    """What turns profit into the deposit currency: its price, and which way it quotes."""

    price: float
    inverse: bool


def nasty_bars(rng: np.random.Generator, n: int, *, digits: int = 5, tick: int = 1) -> Bars:
    """Return n random bars with gaps, flat and huge bars, odd spreads, holes and weekends."""
    timeframe = int(rng.choice([_HOUR, 4 * _HOUR, 24 * _HOUR]))
    size = int(rng.choice([20, 60, 200]))
    jump = np.where(rng.random(n) < 0.05, 15, rng.random(n) < 0.3) * rng.integers(
        -size, size + 1, n
    )
    body = rng.integers(-size, size + 1, n) * (rng.random(n) < 0.9)
    wild = np.where(rng.random(n) < 0.1, 6, 1) * (rng.random(n) < 0.9)
    close = 100_000 + np.cumsum(jump + body)
    close += max(0, 20_000 - int(close.min()))
    open_ = close - body
    high = np.maximum(open_, close) + wild * rng.integers(0, size + 1, n)
    low = np.minimum(open_, close) - wild * rng.integers(0, size + 1, n)
    o, h, lo, c = (column // tick * tick for column in (open_, high, low, close))
    time = _times(rng, n, timeframe)
    ticks = rng.integers(1, 1000, n)
    return Bars("TEST", timeframe, digits, time, o, h, lo, c, ticks, _spreads(rng, n, size))


def _times(rng: np.random.Generator, n: int, timeframe: int) -> I64:
    slots = _MONDAY + np.arange(3 * n) * timeframe
    weekday = (slots // 86_400 + 4) % 7
    there = (weekday != 0) & (weekday != 6) & (rng.random(3 * n) < 0.95)
    chosen: I64 = slots[there][:n]
    return chosen


def _spreads(rng: np.random.Generator, n: int, size: int) -> I64:
    kind = rng.integers(4)
    if kind == 0:
        return np.zeros(n, dtype=np.int64)
    spread = rng.integers(0, max(2, size // 4), n)
    if kind == 1:
        return np.where(rng.random(n) < 0.05, 8 * size, spread)
    return spread


def _pair(rng: np.random.Generator, bars: Bars, price: float) -> Bars:
    """Return a conversion pair around a price, on times of its own."""
    n = len(bars)
    level = np.rint(price * 10**5 * np.exp(np.cumsum(rng.normal(0, 0.001, n)))).astype(np.int64)
    time = np.sort(bars.time - rng.integers(0, 3, n) * bars.timeframe)
    time, rows = np.unique(time, return_index=True)
    level = level[rows]
    spread = rng.integers(0, 20, len(rows))
    return Bars("PAIR", bars.timeframe, 5, time, level, level, level, level, spread, spread)


def _finer(rng: np.random.Generator, bars: Bars) -> Bars:
    """Return four bars within each bar, some missing, that stay between its low and high."""
    quarter = bars.timeframe // 4
    time = (bars.time[:, None] + np.arange(4) * quarter).ravel()
    low, high = np.repeat(bars.low, 4), np.repeat(bars.high, 4)
    a, b, c, d = rng.integers(low, high + 1, (4, len(time)))
    rows = rng.random(len(time)) < 0.9
    columns = (a, np.maximum.reduce([a, b, c]), np.minimum.reduce([a, b, d]), b)
    o, h, lo, close = (column[rows] for column in columns)
    ones = np.ones(int(rows.sum()), dtype=np.int64)
    return Bars("TEST", quarter, bars.digits, time[rows], o, h, lo, close, ones, ones)


def _symbol_and_account(rng: np.random.Generator) -> tuple[Symbol, Account, _Conversion | None]:
    """Return symbol, account, and the series that turns profit into the deposit currency."""
    swap = str(rng.choice(["none", "points", "currency"]))
    facts: dict[str, Any] = {
        "swap_mode": swap,
        "swap_long": float(rng.normal(0, 5)),
        "swap_short": float(rng.normal(0, 5)),
        "swap_triple_day": int(rng.integers(1, 6)),
        "stops_level": int(rng.choice([0, 0, 15])),
        "lots_step": float(rng.choice([0.01, 0.1])),
        "lots_min": float(rng.choice([0.01, 0.3])),
        "lots_max": float(rng.choice([5.0, 100.0, 100.0])),
    }
    leverage, stop_out = float(rng.choice([30, 500, 500])), float(rng.choice([0, 50, 90]))
    direct, inverse, yen = _Conversion(0.9, False), _Conversion(1.3, True), _Conversion(150.0, True)
    jpy: dict[str, Any] = {"profit_currency": "JPY", **facts}
    cfd: dict[str, Any] = {"base_currency": "USD", "margin_mode": "cfd", **facts}
    kinds = (
        (Symbol("EURUSD", 5, **facts), "USD", None),
        (Symbol("USDJPY", 3, base_currency="USD", **jpy), "USD", None),
        (Symbol("EURJPY", 3, **jpy), "USD", yen),
        (Symbol("EURUSD", 5, **facts), "CHF", direct),
        (Symbol("EURUSD", 5, **facts), "GBP", inverse),
        (Symbol("XAUUSD", 2, 1, 100.0, **cfd), "USD", None),
        (Symbol("INDEX", 2, 25, 10.0, **cfd), "USD", None),
        (
            Symbol("FUT", 2, 5, 50.0, margin_mode="futures", margin_per_lot=900.0, **facts),
            "USD",
            None,
        ),
    )
    symbol, currency, conversion = kinds[int(rng.integers(len(kinds)))]
    mode: Literal["hedging", "netting"] = "hedging" if rng.random() < 0.5 else "netting"
    return symbol, Account(10_000.0, currency, leverage, stop_out, mode), conversion


def nasty_market(
    rng: np.random.Generator, n: int = 400, bars: Bars | None = None, finer: Bars | None = None
) -> Market:
    """Return a random market that passes `check_market`: symbol, account, costs, window, series.

    bars: EURUSD bars to trade in place of nasty ones; then the symbol is EURUSD.
    finer: What those bars were made of; where a bar touches two levels it decides.
    """
    symbol, account, conversion = _symbol_and_account(rng)
    if bars is None:
        bars = nasty_bars(rng, n, digits=symbol.digits, tick=symbol.tick_points)
        bars = replace(bars, symbol=symbol.name)
    else:
        n, conversion = len(bars), None
        account = replace(account, currency="USD")
        symbol = replace(
            _plain(symbol), name=bars.symbol, digits=bars.digits, tick_points=1, contract_size=1e5
        )
    costs = _costs(rng)
    if finer is not None:
        costs = replace(costs, both_touched="finer")
    elif costs.both_touched == "finer":
        finer = _finer(rng, bars)
    whole = rng.random() < 0.5
    return Market(
        bars,
        symbol,
        account,
        costs,
        first=0 if whole else n // 8,
        last=-1 if whole else n - n // 8,
        conversion=_pair(rng, bars, conversion.price) if conversion else None,
        conversion_inverse=conversion is not None and conversion.inverse,
        finer=finer,
    )


def _plain(symbol: Symbol) -> Symbol:
    """Return the facts of a symbol as those of EURUSD."""
    return replace(
        symbol, base_currency="EUR", profit_currency="USD", margin_mode="forex", margin_per_lot=0.0
    )


def _costs(rng: np.random.Generator) -> Costs:
    modes = ["pessimistic", "optimistic", "path", "finer"]
    return Costs(
        spread=int(rng.integers(0, 30)),
        slippage=int(rng.choice([0, 0, 3])),
        commission=float(rng.choice([0.0, 3.5])),
        gap="order" if rng.random() < 0.3 else "market",
        both_touched=modes[int(rng.integers(4))],  # type: ignore[arg-type]
        tick_value=float(rng.choice([0.0, 0.0, 0.0, 0.7])),
    )
