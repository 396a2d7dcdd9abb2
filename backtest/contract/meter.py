"""Drawdowns of a value that rises and falls, such as equity (contract, rule 27)."""

from __future__ import annotations

from backtest.result import Drawdown


class DrawdownMeter:
    """Fed with every value in the order of time; starts at the deposit."""

    def __init__(self, deposit: float) -> None:
        self._peak = self._lowest = deposit
        self._money = self._percent_at_money = self._percent = self._money_at_percent = 0.0

    def feed(self, value: float) -> None:
        """Take the next value."""
        self._peak = max(self._peak, value)
        self._lowest = min(self._lowest, value)
        fall = self._peak - value
        percent = fall / self._peak * 100.0
        if fall > self._money:
            self._money, self._percent_at_money = fall, percent
        if percent > self._percent:
            self._percent, self._money_at_percent = percent, fall

    def drawdown(self) -> Drawdown:
        """Return what was found so far."""
        return Drawdown(
            money=self._money,
            percent_at_money=self._percent_at_money,
            percent=self._percent,
            money_at_percent=self._money_at_percent,
            lowest=self._lowest,
        )
