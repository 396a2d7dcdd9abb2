"""The facts a simulation needs beside the bars: symbol, account, costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from backtest.bars import Bars


@dataclass(frozen=True, slots=True)
class Symbol:
    """What the broker states of an instrument; money in profit currency unless said otherwise."""

    name: str
    digits: int
    tick_points: int = 1  # tick size Z in points
    contract_size: float = 100_000.0
    base_currency: str = "EUR"
    profit_currency: str = "USD"
    lots_min: float = 0.01
    lots_max: float = 100.0
    lots_step: float = 0.01
    stops_level: int = 0  # points
    margin_mode: Literal["forex", "cfd", "futures"] = "forex"
    margin_per_lot: float = 0.0  # futures, deposit currency
    swap_mode: Literal["none", "points", "currency"] = "none"
    swap_long: float = 0.0  # points, or deposit currency, per lot and night
    swap_short: float = 0.0
    swap_triple_day: int = 3  # 0 Sunday .. 6 Saturday

    @property
    def point(self) -> float:
        """Return the size of a point in quote currency."""
        return float(1 / 10**self.digits)


@dataclass(frozen=True, slots=True)
class Account:
    """The trading account. `stop_out` is equity over margin in percent; 0 switches it off."""

    deposit: float = 10_000.0
    currency: str = "USD"
    leverage: float = 100.0
    stop_out: float = 50.0
    mode: Literal["hedging", "netting"] = "hedging"


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading costs, and how fills inside a bar are decided (contract, rules 16 and 19)."""

    spread: int = 10  # points, where the bars know none
    slippage: int = 0  # points
    commission: float = 0.0  # deposit currency, per lot and deal
    gap: Literal["market", "order"] = "market"
    both_touched: Literal["pessimistic", "optimistic", "path", "finer"] = "pessimistic"
    tick_value: float = 0.0  # deposit currency per tick and lot; 0: computed (rule 21)


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Bars with everything a simulation needs; `first..last-1` is the tested window, earlier rows
    warm up.

    conversion: Bars of the pair that converts the profit currency into the deposit currency, where
    neither side of the symbol is the deposit currency. `conversion_inverse` says that it quotes the
    other way.
    finer: Bars of a smaller timeframe that decide bars touching stop and target (both_touched =
        finer).
    """

    bars: Bars
    symbol: Symbol
    account: Account = Account()
    costs: Costs = Costs()
    first: int = 0
    last: int = -1  # -1: to the end
    conversion: Bars | None = None
    conversion_inverse: bool = False
    finer: Bars | None = None

    @property
    def end(self) -> int:
        """Return the row after the last tested one."""
        return len(self.bars) if self.last < 0 else self.last

    def until_end(self) -> Market:
        """Return the same test on bars that end with its window: decisions look back only."""
        return replace(self, bars=self.bars.between(0, self.end))
