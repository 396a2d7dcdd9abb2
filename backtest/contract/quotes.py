"""Quotes of bars and what profit is worth at them, for the reference engine (rules 3, 21)."""

from __future__ import annotations

from backtest.contract.rates import rates_of, worse_side
from backtest.contract.spread import ask, down_to_tick, resolved_spread
from backtest.market import Market


class Quotes:
    """The bars of a market as plain lists; prices in points, money in deposit currency."""

    def __init__(self, market: Market) -> None:
        bars = market.bars
        self.rates = rates_of(market)
        self.scale = float(10**bars.digits)
        self.tick = market.symbol.tick_points
        self.time: list[int] = bars.time.tolist()
        self.open: list[int] = bars.open.tolist()
        self.high: list[int] = bars.high.tolist()
        self.low: list[int] = bars.low.tolist()
        self.close: list[int] = bars.close.tolist()
        self.spread: list[int] = resolved_spread(bars, market.costs.spread).tolist()

    def ask(self, t: int, bid: int) -> int:
        """Return the ask beside a bid of bar t."""
        return ask(bid, self.spread[t], self.tick)

    def closing(self, t: int, side: int, bid: int) -> int:
        """Return the price at which a position of this side closes when the bid is `bid`."""
        return bid if side > 0 else self.ask(t, bid)

    def rate(self, t: int, gain: bool, bid: int, ask: int) -> float:
        """Return deposit money per unit of profit currency when the symbol is quoted so."""
        rates = self.rates
        if rates.mode == "series":
            return worse_side(gain, float(rates.bid[t]), float(rates.ask[t]), rates.inverse)
        if rates.mode == "base":
            return worse_side(gain, bid / self.scale, ask / self.scale, rates.inverse)
        return 1.0

    def rate_at_open(self, t: int, gain: bool) -> float:
        """Return the rate at the quotes of the open."""
        return self.rate(t, gain, self.open[t], self.ask(t, self.open[t]))

    def margin_rate(self, t: int) -> float:
        """Return what turns a margin in profit currency into deposit money, the dear side."""
        return self.rates.fixed * self.rate_at_open(t, False)

    def profit(self, t: int, side: int, lots: float, entry: int, price: int) -> float:
        """Return the unrounded profit of a position that would close at `price`, its own quote."""
        points = side * (price - entry)
        if side > 0:
            bid, ask = price, self.ask(t, price)
        else:
            bid, ask = max(self.tick, down_to_tick(price - self.spread[t], self.tick)), price
        return points * lots * self.rates.value * self.rate(t, points >= 0, bid, ask)
