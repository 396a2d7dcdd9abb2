"""Decisions behind the stand-in broker, by way of an expert that reads them from a table."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.program import Decisions
from backtest.result import Deal, Deals
from codegen.host.compiler import RUNTIME, find_compiler, runtime_folder
from codegen.host.replay import HostResult, replay

SOURCE = Path(__file__).parent / "host" / "decided.cpp"
_COLUMNS = (
    *("long_entry", "short_entry", "long_exit", "short_exit", "entry_filter", "forced_exit"),
    *("friday_exit", "stop_loss", "take_profit", "trailing_stop", "break_even"),
    "break_even_offset",
)


@cache
def library() -> Path:
    """Return a library with the one Expert Advisor of tests/support/host/decided.cpp."""
    compiler = find_compiler()
    objects = sorted(str(path) for path in runtime_folder(compiler, sanitize=False).glob("*.o"))
    made = Path(mkdtemp(prefix="genfx-host-")) / "decided.so"
    flags = [*compiler.flags(sanitize=False), "-shared", f"-I{RUNTIME}"]
    command = [*compiler.command, *flags, str(SOURCE), *objects, "-o", str(made)]
    subprocess.run(command, check=True)
    return made


def play(market: Market, wants: Decisions, **options: Any) -> HostResult:
    """Return what the Expert Advisor makes of decisions; see `replay` for the options."""
    columns = [getattr(wants, name) for name in _COLUMNS]
    arrays = [None if c is None else np.ascontiguousarray(c, np.float64) for c in columns]
    addresses = [0 if array is None else array.ctypes.data for array in arrays]
    table = np.array(addresses, dtype=np.int64)
    rules = wants.rules
    inputs = {
        "Table": table.ctypes.data,
        "Size": wants.size.value,
        "Risk": wants.size.mode == "risk",
        "Reverse": rules.reverse,
        "MaxBars": rules.max_bars,
        "TradesPerDay": rules.trades_per_day,
        "DailyLoss": rules.daily_loss,
        "DrawdownStop": rules.drawdown_stop,
        "MaxSlippage": int(0 < rules.max_slippage < market.costs.slippage),
        "Warmup": wants.warmup,
    }
    return replay(library(), 0, market, inputs=inputs, **options)


def deals_of(deals: Deals) -> list[Deal]:
    """Return the deals with volumes as a server writes them: eight decimals."""
    return [deal._replace(lots=round(deal.lots, 8)) for deal in deals]
