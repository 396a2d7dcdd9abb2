"""vectorbt: `from_signals` on the same signals, one column a call and all columns in one.

Its stops rest on fractions of the entry price, are first tried on the bar after the entry, and its
spread is a fee, so figures agree closely, not exactly. The five criteria are computed with numpy
from its trades and its value, which is less than what genfx computes: no drawdown within bars.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from backtest.criteria import bars_per_year
from backtest.fast.bits import unpack
from dsl.jit import F64, Bool1D
from tests.bench.cases import LOTS, SPREAD, Case
from tests.bench.timing import Measured, NotInstalledError

CASH = 1_000_000.0  # it has no margin; the criteria are those of the deposit
UNITS = LOTS * 100_000
Inputs = tuple[list[Bool1D], list[Bool1D], list[F64], list[F64]]


def measure(case: Case) -> list[Measured]:
    """Return the times of single and of batched calls."""
    try:
        import vectorbt
    except ImportError:
        raise NotInstalledError("vectorbt: pip install 'genfx[bench]'") from None
    inputs = inputs_of(case)
    found = []
    count = len(case.strategies)
    _run(vectorbt, case, inputs, slice(0, 2))  # compiles
    for engine, width in (("vectorbt, one by one", 1), (f"vectorbt, {count} columns", count)):
        begin = time.thread_time()
        parts = [_run(vectorbt, case, inputs, slice(k, k + width)) for k in range(0, count, width)]
        found.append(Measured(engine, (time.thread_time() - begin) / count, np.vstack(parts)))
    return found


def inputs_of(case: Case) -> Inputs:
    """Return entries of both sides, stops and targets as fractions of the open, for each."""
    bars, atoms = case.market.bars, case.arena.atoms
    price = bars.price("open")
    longs, shorts, stops, targets = [], [], [], []
    for program in case.programs:
        assert program.stop_loss is not None
        assert program.take_profit is not None
        ready = np.arange(len(bars)) >= program.warmup
        long, short = (
            unpack(atoms[a] & atoms[b], len(bars)) & ready
            for a, b, _ in (program.long_entry, program.short_entry)
        )
        column = case.arena.columns[program.stop_loss.column] / price
        longs.append(long & ~short)
        shorts.append(short & ~long)
        stops.append(program.stop_loss.factor * column)
        targets.append(program.take_profit.factor * column)
    return longs, shorts, stops, targets


def _run(vectorbt: Any, case: Case, inputs: Inputs, part: slice) -> F64:
    bars = case.market.bars
    longs, shorts, stops, targets = (np.column_stack(columns[part]) for columns in inputs)
    open_, high, low, close = (bars.price(n)[:, None] for n in ("open", "high", "low", "close"))
    portfolio = vectorbt.Portfolio.from_signals(
        close,
        longs,
        short_entries=shorts,
        price=open_,
        open=open_,
        high=high,
        low=low,
        sl_stop=stops,
        tp_stop=targets,
        stop_entry_price="price",
        upon_opposite_entry="ignore",
        size=UNITS,
        init_cash=CASH,
        fixed_fees=UNITS * SPREAD * bars.point / 2,
    )
    return _criteria(case, portfolio, longs.shape[1])


def _criteria(case: Case, portfolio: Any, columns: int) -> F64:
    """Return float64[columns, 6]."""
    deposit = case.market.account.deposit
    equity = np.asarray(portfolio.value()).reshape(-1, columns) - CASH + deposit
    trades = portfolio.trades.records
    owner, profits = trades["col"].to_numpy(), trades["pnl"].to_numpy()
    starts = np.searchsorted(owner, np.arange(columns + 1))
    change = np.diff(equity, axis=0, prepend=deposit)
    peak = np.maximum.accumulate(np.maximum(equity, deposit), axis=0)
    out = np.empty((columns, 6))
    out[:, 2] = ((peak - equity) / peak).max(axis=0) * 100
    out[:, 4] = change.mean(axis=0) / change.std(axis=0, ddof=1) * bars_per_year(case.market) ** 0.5
    for k in range(columns):
        profit = profits[starts[k] : starts[k + 1]]
        won, lost = profit[profit > 0].sum(), -profit[profit < 0].sum()
        r = np.corrcoef(np.arange(len(profit)), np.cumsum(profit))[0, 1]
        out[k, :2] = profit.sum(), min(10.0, won / lost)
        out[k, 3], out[k, 5] = np.sign(r) * r * r, len(profit)
    return out
