"""What a program of Expert Advisors is asked to run: market, faults and course, item by item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from codegen.host.message import Item
from codegen.host.script import Script
from dsl.jit import I64

_COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
_EXECUTED = ("no", "yes", "later", "partly", "parts")
_FILLING = {"return": 0, "fok": 1, "ioc": 2, "any": 3}
_BY_HAND = ("close", "halve", "levels")
_BOTH_TOUCHED = ("pessimistic", "optimistic", "path", "finer")


def market_items(market: Market) -> dict[str, Item]:
    """Return a market as the runtime reads it; prices in points."""
    symbol, account, costs = market.symbol, market.account, market.costs
    items: dict[str, Item] = {
        "symbol": symbol.name,
        "base_currency": symbol.base_currency,
        "profit_currency": symbol.profit_currency,
        "deposit_currency": account.currency,
        "first": market.first,
        "end": market.end,
        "margin_mode": ("forex", "cfd", "futures").index(symbol.margin_mode),
        "swap_mode": ("none", "points", "currency").index(symbol.swap_mode),
        "hedging": account.mode == "hedging",
        "gap_at_market": costs.gap == "market",
        "both_touched": _BOTH_TOUCHED.index(costs.both_touched),
        "conversion_inverse": market.conversion_inverse,
        "spread": costs.spread,
        "slippage": costs.slippage,
        "commission": float(costs.commission),
        "tick_value": float(costs.tick_value),
    }
    for name in ("deposit", "leverage", "stop_out"):
        items[name] = float(getattr(account, name))
    for name in ("contract_size", "lots_min", "lots_max", "lots_step", "margin_per_lot"):
        items[name] = float(getattr(symbol, name))
    for name in ("swap_long", "swap_short"):
        items[name] = float(getattr(symbol, name))
    for name in ("digits", "tick_points", "stops_level", "swap_triple_day"):
        items[name] = int(getattr(symbol, name))
    for name in ("bars", "finer", "conversion"):
        items |= _bars_items(name, getattr(market, name))
    return items


def _bars_items(name: str, bars: Bars | None) -> dict[str, Item]:
    """Return a series, without a row for None."""
    items: dict[str, Item] = {
        f"{name}.digits": 0 if bars is None else bars.digits,
        f"{name}.timeframe": 0 if bars is None else bars.timeframe,
    }
    for column in _COLUMNS:
        items[f"{name}.{column}"] = _rows(() if bars is None else getattr(bars, column))
    return items


def script_items(script: Script) -> dict[str, Item]:
    """Return what goes wrong as the runtime reads it."""
    answers, outages = script.answers, script.outages
    return (
        _terminal_items(script)
        | _circumstances(script)
        | {
            "answers.request": _rows([a.request for a in answers]),
            "answers.count": _rows([a.count for a in answers]),
            "answers.code": _rows([a.code for a in answers]),
            "answers.executed": _rows([_EXECUTED.index(a.executed) for a in answers]),
            "outages.bar": _rows([o.bar for o in outages]),
            "outages.calls": _rows([o.calls for o in outages]),
            "late_until": script.late_until,
            "late_rows": script.late_rows,
            "restarts": _rows(script.restarts),
            "silent": _rows(script.silent),
            "closed": _rows(script.closed),
            "ticks": script.ticks,
            "filling": _FILLING[script.filling],
            "live": script.live,
        }
    )


def _circumstances(script: Script) -> dict[str, Item]:
    """Return what happens to account, symbol and history as the runtime reads it."""
    return {
        "credit": float(script.credit),
        "facts_from": script.facts_from,
        "handles_from": script.handles_from,
        "lag_s": script.lag_s,
        **_columns("histories", [(h.bar, h.rows) for h in script.histories], "bar rows"),
        **_columns(
            "hands",
            [(h.bar, _BY_HAND.index(h.action), h.stop, h.target) for h in script.hands],
            "bar action stop target",
        ),
        **_columns(
            "deposits", [(d.bar, round(d.amount * 100)) for d in script.deposits], "bar cents"
        ),
        **_columns(
            "late_starts",
            [(s.bar, s.seconds, s.ticks) for s in script.late_starts],
            "bar seconds ticks",
        ),
    }


def _columns(name: str, rows: Sequence[Sequence[int]], fields: str) -> dict[str, Item]:
    """Return a table as one column for each of its fields."""
    return {
        f"{name}.{field}": _rows([row[number] for row in rows])
        for number, field in enumerate(fields.split())
    }


def _terminal_items(script: Script) -> dict[str, Item]:
    """Return what else the terminal has: charts and variables."""
    items: dict[str, Item] = {"charts": len(script.charts), "variables": len(script.variables)}
    for number, chart in enumerate(script.charts):
        items[f"charts.{number}.number"] = chart.number
        items[f"charts.{number}.symbol"] = chart.symbol
        items[f"charts.{number}.expert"] = chart.expert
    for number, (name, value) in enumerate(script.variables):
        items[f"variables.{number}.name"] = name
        items[f"variables.{number}.value"] = float(value)
    return items


def course_items(*, finer_ticks: bool, trace_bars: Sequence[int], memory: int) -> dict[str, Item]:
    """Return how the bars are run, in so many bytes of memory."""
    return {"finer_ticks": finer_ticks, "trace": _rows(trace_bars), "memory": memory}


def _rows(values: Sequence[int] | I64) -> I64:
    return np.asarray(values, dtype=np.int64)
