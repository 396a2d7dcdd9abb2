"""Deposit money per unit of profit currency (contract, rule 21) and per point of price.

The symbol's own quotes convert where its base currency is the deposit currency (USDJPY in USD);
otherwise the conversion series does, by the open of its last bar that has begun at T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from backtest.bars import Bars
from backtest.contract.spread import resolved_spread
from backtest.market import Market
from dsl.jit import F64, I64

Mode = Literal["fixed", "same", "base", "series"]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """How profit in points becomes deposit money.

    value: Profit currency per point and lot; where mode is "fixed", deposit currency. bid, ask:
    Quotes of the conversion series for every bar, float64[n] (mode "series" only, else empty).
    inverse: They state profit currency per unit of deposit currency. fixed: Deposit money per unit
    of profit currency that a fixed tick value stands for, for the margin; 1 in the other modes.
    """

    mode: Mode
    value: float
    bid: F64
    ask: F64
    inverse: bool
    fixed: float = 1.0


def rates_of(market: Market) -> Rates:
    """Return the rates of a market, checked by `check_market`."""
    symbol, costs = market.symbol, market.costs
    none = np.empty(0)
    value = symbol.contract_size / float(10**symbol.digits)
    same = symbol.profit_currency == market.account.currency
    if costs.tick_value > 0:
        given = costs.tick_value / symbol.tick_points
        return Rates("fixed", given, none, none, False, 1.0 if same else given / value)
    if same:
        return Rates("same", value, none, none, False)
    if symbol.base_currency == market.account.currency:
        return Rates("base", value, none, none, True)
    assert market.conversion is not None
    bid, ask = _conversion_quotes(market.conversion, market.bars.time, costs.spread)
    return Rates("series", value, bid, ask, market.conversion_inverse)


def worse_side(gain: bool, bid: float, ask: float, inverse: bool) -> float:
    """Return deposit money per unit of profit currency, gain and loss each at the worse quote."""
    if inverse:
        return 1.0 / ask if gain else 1.0 / bid
    return bid if gain else ask


def _conversion_quotes(series: Bars, times: I64, default_spread: int) -> tuple[F64, F64]:
    row = np.maximum(np.searchsorted(series.time, times, side="right") - 1, 0)
    scale = float(10**series.digits)
    spread = resolved_spread(series, default_spread)
    bid: F64 = series.open[row] / scale
    ask: F64 = (series.open + spread)[row] / scale
    return bid, ask
