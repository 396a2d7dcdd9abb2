"""Decisions behind the stand-in broker, by way of an expert that reads them from a table."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.program import Decisions
from codegen.host.replay import HostResult, replay

RUNTIME = Path(__file__).parents[2] / "codegen" / "host" / "runtime"
SOURCE = Path(__file__).parent / "host" / "decided.cpp"
COMPILER = shutil.which("g++") or shutil.which("clang++")
_COLUMNS = (
    *("long_entry", "short_entry", "long_exit", "short_exit", "entry_filter", "forced_exit"),
    *("friday_exit", "stop_loss", "take_profit", "trailing_stop", "break_even"),
    "break_even_offset",
)


def compiled(folder: Path) -> Path:
    """Return a library with the one Expert Advisor of tests/support/host/decided.cpp."""
    assert COMPILER is not None
    library = folder / "decided.so"
    sources = sorted(str(path) for path in RUNTIME.glob("*.cpp"))
    flags = ["-std=c++17", "-O1", "-fPIC", "-shared", f"-I{RUNTIME}"]
    command = [COMPILER, *flags, *sources, str(SOURCE), "-o", str(library)]
    subprocess.run(command, check=True)
    return library


def play(library: Path, market: Market, wants: Decisions, **options: Any) -> HostResult:
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
        "MaxSlippage": 0 < rules.max_slippage < market.costs.slippage,
        "Warmup": wants.warmup,
    }
    return replay(library, 0, market, inputs=inputs, **options)
