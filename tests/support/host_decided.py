"""Decisions behind the stand-in broker, by way of an expert that reads them from a table."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.program import Decisions
from backtest.result import Deal, Deals
from codegen.host.compiler import find_compiler, link
from codegen.host.replay import HostResult, replay

SOURCE = Path(__file__).parent / "host" / "decided.cpp"
_COLUMNS = (
    *("long_entry", "short_entry", "long_exit", "short_exit", "entry_filter", "forced_exit"),
    *("friday_exit", "stop_loss", "take_profit", "trailing_stop", "break_even"),
    "break_even_offset",
)


@cache
def program() -> Path:
    """Return a program of the one Expert Advisor of tests/support/host/decided.cpp."""
    made = Path(mkdtemp(prefix="genfx-host-")) / "decided.run"
    link(find_compiler(), SOURCE, made, sanitize=False)
    return made


def play(market: Market, wants: Decisions, **options: Any) -> HostResult:
    """Return what the Expert Advisor makes of decisions; see `replay` for the options."""
    columns = [getattr(wants, name) for name in _COLUMNS]
    table = program().with_suffix(".table")
    with table.open("wb") as file:
        for column in columns:
            entries = np.zeros(0) if column is None else np.ascontiguousarray(column, np.float64)
            file.write(np.int64(entries.size).tobytes() + entries.tobytes())
    rules = wants.rules
    inputs: dict[str, float | int | bool | str] = {
        "Table": str(table),
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
    return replay(program(), 0, market, inputs=inputs, **options)


def deals_of(deals: Deals) -> list[Deal]:
    """Return the deals with volumes as a server writes them: eight decimals."""
    return [deal._replace(lots=round(deal.lots, 8)) for deal in deals]
