"""Several strategies on one account: what a portfolio trades where its margin is short (rule 28).

Each part is a run of the reference engine with a balance of its own; the account behind them gives
margin to all, and its stop-out closes positions of any. Slow: while margin does not bind, the parts
alone, by any engine, give the same, and `margin_may_bind` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtest.contract.entry import Cause, Entry, require_size
from backtest.contract.margin import MARGIN_SLACK, margin_needed, stop_out_level
from backtest.contract.position import Position
from backtest.contract.quotes import Quotes
from backtest.market import Market
from backtest.program import Decisions
from backtest.reference import Tester
from backtest.result import CloseReason, Result


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """A part: what it wants, and its share of the deposit in deposit currency."""

    wants: Decisions
    deposit: float


def part_market(market: Market, deposit: float) -> Market:
    """Return the market of a part alone: its own deposit, and no broker who closes it."""
    return replace(market, account=replace(market.account, deposit=deposit, stop_out=0.0))


def margin_may_bind(market: Market, alone: Sequence[Result]) -> bool:
    """Return whether the account may be short of margin although every part alone is not.

    Args:
        market: With the account that the parts share.
        alone: What each part did on its own market.
    """
    quotes, symbol, account = Quotes(market), market.symbol, market.account
    highest = 0.0
    for result in alone:
        deals = result.deals
        rows = zip(deals.bar.tolist(), deals.lots.tolist(), deals.price.tolist(), strict=True)
        needed = (
            margin_needed(symbol, account, lots, price / quotes.scale, quotes.margin_rate(t))
            for t, lots, price in rows
        )
        highest += max(needed, default=0.0)
    idle = account.deposit - sum(result.deposit for result in alone)
    lowest = idle + sum(result.drawdown.lowest for result in alone)
    return highest * max(1.0, account.stop_out / 100.0) > lowest


def simulate_shared(market: Market, shares: Sequence[Share]) -> tuple[Result, ...]:
    """Trade all parts over the window of a checked market, on the one account of the market.

    At every open the parts act in their order, as the Expert Advisor drives them.

    Raises:
        DataError: A size is a risk and there is no stop loss to measure it by.
    """
    for share in shares:
        require_size(share.wants)
    results = _Account(market, shares).run()
    if not any(result.ambiguous_bars for result in results):
        return results
    worst, best = (
        _Account(replace(market, costs=replace(market.costs, both_touched=mode)), shares).run()
        for mode in ("pessimistic", "optimistic")
    )
    return tuple(
        replace(
            result,
            net_profit_pessimistic=low.net_profit,
            net_profit_optimistic=high.net_profit,
        )
        for result, low, high in zip(results, worst, best, strict=True)
    )


class _Account:
    """The account that the parts share."""

    def __init__(self, market: Market, shares: Sequence[Share]) -> None:
        self.market, self.quotes = market, Quotes(market)
        self.parts = [_Part(market, share, self) for share in shares]
        self.idle = market.account.deposit - sum(share.deposit for share in shares)
        self.opened: list[_Part] = []  # those in a position, the oldest first

    def run(self) -> tuple[Result, ...]:
        first, end = self.market.first, self.market.end
        equity: list[list[float]] = [[] for _ in self.parts]
        for t in range(first, end):
            self.bar(t)
            for part, line in zip(self.parts, equity, strict=True):
                if t == end - 1:
                    part.close_at_end(t)
                line.append(part.note_equity(t))
        return tuple(part.result(e) for part, e in zip(self.parts, equity, strict=True))

    def bar(self, t: int) -> None:
        """Take the steps of a bar: what the broker does, then each part, then the broker again."""
        for part in self.parts:
            part.begin(t)
            part.charge_swap(t)
        for part in tuple(self.opened):
            part.fill_at_open(t)
        for part in self.parts:
            part.exit(t)
            part.move_stop(t)
            part.enter(t)
        for part in tuple(self.opened):
            part.fill_within_bar(t)

    def equity(self, t: int) -> float:
        """Return the equity of the account at the open of a bar."""
        return self.idle + sum(part.equity(t, self.quotes.open[t]) for part in self.parts)

    def margin(self) -> float:
        """Return the margin that all positions bind."""
        return sum(part.position.margin for part in self.opened if part.position is not None)

    def stop_out(self, t: int, part: _Part, position: Position) -> int:
        """Return where the broker closes a part's position while nothing else moves (rule 24)."""
        limit, margin = self.market.account.stop_out, self.margin()
        if limit <= 0 or margin <= 0:
            return 0
        rest = self.equity(t) - part.equity(t, self.quotes.open[t]) + part.balance
        wanted = limit / 100.0 * margin - rest - position.swap
        rate = self.quotes.rate_at_open(t, wanted >= 0)
        value = position.lots * self.quotes.rates.value * rate
        return max(0, stop_out_level(position.side, position.price, wanted, value, part.tick))

    def update_stop_outs(self, t: int) -> None:
        for part in self.opened:
            if part.position is not None:
                part.position.stop_out = self.stop_out(t, part, part.position)


class _Part(Tester):
    """A part: it sizes from its own balance, and needs margin there and on the account."""

    def __init__(self, market: Market, share: Share, account: _Account) -> None:
        super().__init__(part_market(market, share.deposit), share.wants)
        self.account = account

    def stop_out(self, t: int, position: Position) -> int:
        return self.account.stop_out(t, self, position)

    def terms(self, t: int, side: int) -> Entry | Cause:
        found = super().terms(t, side)
        if isinstance(found, str):
            return found
        free = self.account.equity(t) - self.account.margin()
        return "margin" if found.margin > free + MARGIN_SLACK else found

    def open_position(self, t: int, side: int) -> None:
        super().open_position(t, side)
        if self.position is not None:
            self.account.opened.append(self)
            self.account.update_stop_outs(t)

    def book_exit(self, t: int, price: int, reason: CloseReason) -> None:
        super().book_exit(t, price, reason)
        self.account.opened.remove(self)
        self.account.update_stop_outs(t)
