"""The C interface of a replay (runtime/host.h) for ctypes: structures, and how to fill them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, Structure, c_char, c_char_p, c_double, c_int32, c_int64
from typing import Any

import numpy as np

from backtest.bars import Bars
from backtest.market import Market
from dsl.jit import I64

_COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
_INT64S = POINTER(c_int64)

DEAL = np.dtype(
    [
        *((n, "<i8") for n in ("time", "bar", "entry", "side", "price", "stop", "target")),
        *((n, "<i8") for n in ("magic", "position")),
        *((n, "<f8") for n in ("lots", "profit", "commission", "swap", "balance")),
        ("cause", "S32"),
    ]
)

_FIGURES = """
    INITIAL_DEPOSIT WITHDRAWAL PROFIT GROSS_PROFIT GROSS_LOSS MAX_PROFITTRADE MAX_LOSSTRADE
    CONPROFITMAX CONPROFITMAX_TRADES MAX_CONWINS MAX_CONPROFIT_TRADES CONLOSSMAX CONLOSSMAX_TRADES
    MAX_CONLOSSES MAX_CONLOSS_TRADES BALANCEMIN BALANCE_DD BALANCEDD_PERCENT BALANCE_DDREL_PERCENT
    BALANCE_DD_RELATIVE EQUITYMIN EQUITY_DD EQUITYDD_PERCENT EQUITY_DDREL_PERCENT
    EQUITY_DD_RELATIVE EXPECTED_PAYOFF PROFIT_FACTOR RECOVERY_FACTOR SHARPE_RATIO MIN_MARGINLEVEL
    CUSTOM_ONTESTER DEALS TRADES PROFIT_TRADES LOSS_TRADES SHORT_TRADES LONG_TRADES
    PROFIT_SHORTTRADES PROFIT_LONGTRADES PROFITTRADES_AVGCON LOSSTRADES_AVGCON
"""
STATISTICS = tuple(_FIGURES.split())  # as ENUM_STATISTICS counts them


def _fields(kind: Any, names: str) -> list[tuple[str, Any]]:
    return [(name, kind) for name in names.split()]


class HostBars(Structure):
    """Bars of one series; prices in points."""

    _fields_ = [
        ("count", c_int64),
        *_fields(_INT64S, " ".join(_COLUMNS)),
        *_fields(c_int32, "digits timeframe"),
    ]


class HostMarket(Structure):
    """Everything a test is given."""

    _fields_ = [
        *_fields(HostBars, "bars finer conversion"),
        *_fields(c_int64, "first end"),
        *_fields(c_char_p, "symbol base_currency profit_currency deposit_currency"),
        *_fields(c_double, "contract_size lots_min lots_max lots_step margin_per_lot swap_long"),
        *_fields(c_double, "swap_short deposit leverage stop_out commission tick_value"),
        *_fields(c_int32, "digits tick_points stops_level margin_mode swap_mode swap_triple_day"),
        *_fields(c_int32, "hedging spread slippage gap_at_market both_touched conversion_inverse"),
    ]


class HostInputValue(Structure):
    """An input and its value in every form that a type may need."""

    _fields_ = [("name", c_char_p), ("real", c_double), ("integer", c_int64), ("text", c_char_p)]


class HostAnswer(Structure):
    """What the server answers to a stretch of requests."""

    _fields_ = _fields(c_int32, "request count code executed")


class HostOutage(Structure):
    """Calls of Copy functions that fail."""

    _fields_ = _fields(c_int32, "bar calls")


class HostOptions(Structure):
    """How the replay runs, and what goes wrong in it."""

    _fields_ = [
        *_fields(c_int32, "finer_ticks live ticks late_until late_rows"),
        *_fields(c_int32, "input_count answer_count outage_count"),
        ("inputs", POINTER(HostInputValue)),
        ("answers", POINTER(HostAnswer)),
        ("outages", POINTER(HostOutage)),
        *_fields(c_int64, "restart_count silent_count closed_count trace_count"),
        *_fields(_INT64S, "restarts silent closed traced"),
    ]


class HostReport(Structure):
    """What a replay gives back."""

    _fields_ = [
        *_fields(c_int32, "init_code has_on_tester leaked bars_run"),
        ("on_tester", c_double),
        ("statistics", c_double * len(STATISTICS)),
        *_fields(c_int64, "deal_count equity_count journal_bytes trace_bytes objects_bytes"),
        ("comment_bytes", c_int64),
        ("deals", ctypes.c_void_p),
        ("equity", ctypes.c_void_p),
        *_fields(POINTER(c_char), "journal trace objects comment"),
        ("fault", c_char_p),
    ]


def int64s(values: Sequence[int] | I64) -> tuple[Any, I64]:
    """Return a pointer to whole numbers, and the array that must outlive it."""
    array = np.ascontiguousarray(values, dtype=np.int64)
    return array.ctypes.data_as(_INT64S), array


def host_bars(bars: Bars | None) -> tuple[HostBars, list[I64]]:
    """Return bars for the host, none for None, and the arrays that must outlive them."""
    if bars is None:
        return HostBars(count=0), []
    pairs = [int64s(getattr(bars, name)) for name in _COLUMNS]
    pointers = [pointer for pointer, _ in pairs]
    given = HostBars(len(bars), *pointers, bars.digits, bars.timeframe)
    return given, [array for _, array in pairs]


def host_market(market: Market) -> tuple[HostMarket, list[I64]]:
    """Return a market for the host, and the arrays that must outlive it."""
    symbol, account, costs = market.symbol, market.account, market.costs
    given = HostMarket(first=market.first, end=market.end)
    kept: list[I64] = []
    for name in ("bars", "finer", "conversion"):
        bars, arrays = host_bars(getattr(market, name))
        setattr(given, name, bars)
        kept += arrays
    given.symbol, given.deposit_currency = symbol.name.encode(), account.currency.encode()
    given.base_currency = symbol.base_currency.encode()
    given.profit_currency = symbol.profit_currency.encode()
    for name in ("contract_size", "lots_min", "lots_max", "lots_step", "margin_per_lot"):
        setattr(given, name, getattr(symbol, name))
    for name in ("swap_long", "swap_short", "digits", "tick_points", "stops_level"):
        setattr(given, name, getattr(symbol, name))
    for name in ("deposit", "leverage", "stop_out"):
        setattr(given, name, getattr(account, name))
    for name in ("commission", "tick_value", "spread", "slippage"):
        setattr(given, name, getattr(costs, name))
    given.margin_mode = ("forex", "cfd", "futures").index(symbol.margin_mode)
    given.swap_mode = ("none", "points", "currency").index(symbol.swap_mode)
    given.swap_triple_day = symbol.swap_triple_day
    given.hedging = account.mode == "hedging"
    given.gap_at_market = costs.gap == "market"
    modes = ("pessimistic", "optimistic", "path", "finer")
    given.both_touched = modes.index(costs.both_touched)
    given.conversion_inverse = market.conversion_inverse
    return given, kept
