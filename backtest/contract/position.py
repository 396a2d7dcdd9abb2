"""An open position as the reference engine keeps it; prices in points."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.contract import levels


@dataclass(slots=True)
class Position:
    """One position: its entry, its levels, what it binds and has cost so far.

    bar: Of the entry. margin, swap: Deposit currency. stop_out: Where the broker closes it; of all
    levels 0 is none. break_even_sent: The stop has been moved to break-even.
    """

    side: int
    bar: int
    price: int
    lots: float
    stop: int
    target: int
    margin: float
    stop_out: int = 0
    swap: float = 0.0
    break_even_sent: bool = False

    @property
    def effective_stop(self) -> int:
        """Return the stop that the price meets first."""
        return levels.nearer_stop(self.side, self.stop, self.stop_out)
