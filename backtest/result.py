"""What a simulation returns: deals, equity, drawdown, ambiguous bars, refused entries.

Money is in deposit currency, prices are whole points, times are the open times T of bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dsl.jit import F64, I64

if TYPE_CHECKING:
    import pandas as pd


class CloseReason(IntEnum):
    """Why a deal closed its position, the first cause first; ENTRY marks deals that opened one."""

    ENTRY = 0
    STOP_LOSS = 1
    TAKE_PROFIT = 2
    STOP_OUT = 3
    SESSION = 4
    FRIDAY = 5
    DAILY_LOSS = 6
    DRAWDOWN_STOP = 7
    MAX_BARS = 8
    EXIT_SIGNAL = 9
    REVERSE = 10
    END = 11


class Deal(NamedTuple):
    """One deal. `side` is the position's, in both of its deals: 1 long, -1 short.

    stop, target: The position's levels in points when the deal was made, 0 for none. profit, swap
    and commission carry their sign (a cost is negative); balance is the one after this deal.
    """

    time: int
    bar: int
    entry: int  # 1 opened the position, 0 closed it
    side: int
    lots: float
    price: int
    stop: int
    target: int
    profit: float
    commission: float
    swap: float
    reason: int
    balance: float


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """All deals, oldest first, an array for each field of `Deal`; two rows a position."""

    time: I64
    bar: I64
    entry: I64
    side: I64
    lots: F64
    price: I64
    stop: I64
    target: I64
    profit: F64
    commission: F64
    swap: F64
    reason: I64
    balance: F64

    @classmethod
    def of(cls, rows: Iterable[Deal]) -> Deals:
        """Make the table of these deals."""
        columns: list[tuple[float, ...]] = list(zip(*rows, strict=True))
        columns = columns or [()] * len(Deal._fields)
        arrays: list[Any] = []
        for name, column in zip(Deal._fields, columns, strict=True):
            array = np.array(column, dtype=np.float64 if name in _MONEY else np.int64)
            array.setflags(write=False)
            arrays.append(array)
        return cls(*arrays)

    def __len__(self) -> int:
        return len(self.time)

    def __iter__(self) -> Iterator[Deal]:
        columns = (getattr(self, name).tolist() for name in Deal._fields)
        return (Deal(*row) for row in zip(*columns, strict=True))


_MONEY = ("lots", "profit", "commission", "swap", "balance")


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Falls of equity below its highest value so far (rule 27); percentages are of that value.

    money: The largest fall; percent_at_money: the same one in percent. percent: The largest fall in
    percent; money_at_percent: the same one in money. lowest: The lowest equity there was.
    """

    money: float
    percent_at_money: float
    percent: float
    money_at_percent: float
    lowest: float


@dataclass(frozen=True, slots=True)
class Refusals:
    """Opens at which, while flat, a wanted entry was refused, by the first cause in this order.

    warmup counts the bars of the window before the strategy's warm-up, wanted or not. blocked: a
    filter, the trades of the day, a loss limit, slippage, or the direction just closed. distance: a
    stop or target distance not above 0. level: a stop or target at or below 0. volume: below the
    symbol's least. margin: above free margin.
    """

    warmup: int = 0
    both_signals: int = 0
    blocked: int = 0
    distance: int = 0
    level: int = 0
    volume: int = 0
    margin: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One simulation of one strategy.

    first: Row of the window's first bar. equity: float64[bars of the window], at each close.
    ambiguous_bars: Bars that touched stop and target both, undecided by their prices (rule 19);
    net_profit_pessimistic and _optimistic: What the whole test gives with all of them resolved so.
    fixed_tick_value: Money was computed with a configured tick value (rule 21).
    """

    deposit: float
    first: int
    deals: Deals
    equity: F64
    drawdown: Drawdown
    ambiguous_bars: int
    net_profit_pessimistic: float
    net_profit_optimistic: float
    refusals: Refusals
    fixed_tick_value: bool = False

    @property
    def balance(self) -> float:
        """Return the final balance."""
        return float(self.deals.balance[-1]) if len(self.deals) else self.deposit

    @property
    def net_profit(self) -> float:
        """Return the final balance less the deposit, to the cent."""
        return round(self.balance - self.deposit, 2)

    @property
    def trades(self) -> int:
        """Return the number of positions opened and closed."""
        return len(self.deals) // 2

    @property
    def trade_results(self) -> F64:
        """Return float64[trades]: profit, swap and both commissions of each trade, to the cent."""
        deals = self.deals
        total = deals.profit + deals.commission + deals.swap
        results: F64 = np.round(total[0::2] + total[1::2], 2)
        return results

    def to_frame(self, digits: int) -> pd.DataFrame:
        """Return the deals as a table for people: times, words, prices with `digits` decimals."""
        import pandas as pd  # slow to import, wanted only here

        deals, scale = self.deals, float(10**digits)
        bought = (deals.side > 0) == (deals.entry > 0)
        return pd.DataFrame(
            {
                "time": pd.to_datetime(deals.time, unit="s"),
                "bar": deals.bar,
                "type": np.where(bought, "buy", "sell"),
                "direction": np.where(deals.entry > 0, "in", "out"),
                "lots": deals.lots,
                "price": deals.price / scale,
                "stop_loss": np.where(deals.stop > 0, deals.stop / scale, np.nan),
                "take_profit": np.where(deals.target > 0, deals.target / scale, np.nan),
                "profit": deals.profit,
                "commission": deals.commission,
                "swap": deals.swap,
                "balance": deals.balance,
                "reason": [CloseReason(code).name.lower() for code in deals.reason.tolist()],
            }
        )
