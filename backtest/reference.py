"""The reference engine: the trading contract in plain Python, bar by bar. Slow, obvious, and right.

Every step of a bar is a method named after what the contract calls it; the arithmetic of levels,
money, volume, margin and swap lies in the modules of those names. Compiled engines are proved equal
to this one, so it calls none of their code. All prices are whole points.

Decisions where the contract leaves room:
- The ask beside any bid (open, high, low, close) is bid + spread, up to the tick.
- A stop-out is a market order: never better than the open, whatever `gap` says. Of stop loss and
  stop-out the one nearer to the price fills; at the same price it is the stop loss.
- A stop already reached at the open comes first in every mode of rule 19 and is not ambiguous.
- Floating profit is not rounded; profit, commission and each charge of swap are.
- Equity of rule 27 counts the adverse extreme of every bar in a position, in the exit bar no
  farther than the fill; after an exit at the open there is no extreme.
- `reverse` asks all that could forbid the entry, the account rules included, before it closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from backtest.contract import levels
from backtest.contract.both_touched import finer_stop_first, last_move, path_stop_first
from backtest.contract.entry import Cause, Entry, entry_terms, require_size
from backtest.contract.margin import stop_out_level
from backtest.contract.meter import DrawdownMeter
from backtest.contract.money import book, money
from backtest.contract.position import Position
from backtest.contract.quotes import Quotes
from backtest.contract.swap import date_of, nights
from backtest.market import Market
from backtest.program import Decisions
from backtest.result import CloseReason, Deal, Deals, Refusals, Result
from dsl.jit import F64

LIMIT_SLACK = 1e-6  # deposit currency, rule 15


def simulate(market: Market, decisions: Decisions) -> Result:
    """Trade the decisions over the window of a checked market.

    When a bar touched stop and target both, the test runs twice more, with all such bars resolved
    against and for the trader, so that the result can state both net profits (rule 19).

    Raises:
        DataError: The size is a risk and there is no stop loss to measure it by.
    """
    require_size(decisions)
    result = Tester(market, decisions).run()
    if not result.ambiguous_bars:
        return result
    costs = market.costs
    worst = replace(market, costs=replace(costs, both_touched="pessimistic"))
    best = replace(market, costs=replace(costs, both_touched="optimistic"))
    return replace(
        result,
        net_profit_pessimistic=Tester(worst, decisions).run().net_profit,
        net_profit_optimistic=Tester(best, decisions).run().net_profit,
    )


class Tester:
    """One run: balance, position, deals, and what the server day began with."""

    def __init__(self, market: Market, decisions: Decisions) -> None:
        self.market, self.symbol, self.costs = market, market.symbol, market.costs
        self.wants, self.rules = decisions, decisions.rules
        self.quotes = Quotes(market)
        self.tick = market.symbol.tick_points
        self.least = levels.least_distance(market.symbol.stops_level, self.tick)
        self.balance = self.highest = self.day_balance = market.account.deposit
        self.trades_today = 0
        self.position: Position | None = None
        self.closed_side = 0  # direction that step (c) closed at this open
        self.limit: CloseReason | None = None  # account limit that holds at this open
        self.deals: list[Deal] = []
        self.meter = DrawdownMeter(market.account.deposit)
        self.ambiguous = 0
        self.refused = asdict(Refusals())

    def run(self) -> Result:
        """Trade every bar of the window."""
        first, end = self.market.first, self.market.end
        equity = []
        for t in range(first, end):
            self.begin(t)
            self.charge_swap(t)
            self.fill_at_open(t)
            self.exit(t)
            self.move_stop(t)
            self.enter(t)
            self.fill_within_bar(t)
            if t == end - 1:
                self.close_at_end(t)
            equity.append(self.note_equity(t))
        return self.result(equity)

    def note_equity(self, t: int) -> float:
        """Return equity at the close of a bar; the meter of drawdowns sees it too."""
        equity = self.equity(t, self.quotes.close[t])
        self.meter.feed(equity)
        return equity

    def result(self, equity: Sequence[float]) -> Result:
        """Return what became of it; equity: At each close of the window."""
        first, end = self.market.first, self.market.end
        self.refused["warmup"] = min(max(self.wants.warmup - first, 0), end - first)
        net_profit = round(self.balance - self.market.account.deposit, 2)
        return Result(
            deposit=self.market.account.deposit,
            first=first,
            deals=Deals.of(self.deals),
            equity=np.array(equity, dtype=np.float64),
            drawdown=self.meter.drawdown(),
            ambiguous_bars=self.ambiguous,
            net_profit_pessimistic=net_profit,
            net_profit_optimistic=net_profit,
            refusals=Refusals(**self.refused),
            fixed_tick_value=self.quotes.rates.mode == "fixed",
        )

    # The steps of a bar, in their order (rule 10)

    def begin(self, t: int) -> None:
        """Note the balance before any deal of a new server day (rule 15)."""
        self.closed_side = 0
        time = self.quotes.time
        if t == self.market.first or date_of(time[t]) != date_of(time[t - 1]):
            self.day_balance = self.balance
            self.trades_today = 0

    def charge_swap(self, t: int) -> None:
        """(a) Charge the nights since the last bar (rule 25)."""
        position, symbol = self.position, self.symbol
        if position is None or symbol.swap_mode == "none":
            return
        before, now = (date_of(self.quotes.time[row]) for row in (t - 1, t))
        per_lot = symbol.swap_long if position.side > 0 else symbol.swap_short
        if symbol.swap_mode == "points":
            rate = self.quotes.rate_at_open(t, per_lot >= 0)
            per_lot = per_lot * self.quotes.rates.value * rate
        charge = per_lot * position.lots * nights(before, now, symbol.swap_triple_day)
        position.swap = book(position.swap, money(charge))

    def fill_at_open(self, t: int) -> None:
        """(b) Fill stop, target and stop-out of a position opened before t against the open."""
        position = self.position
        if position is None:
            return
        position.stop_out = self.stop_out(t, position)
        quote = self.quotes.closing(t, position.side, self.quotes.open[t])
        if levels.stop_touched(position.side, position.effective_stop, quote):
            self.book_exit(t, *self.stop_fill(t, position))
        elif levels.target_touched(position.side, position.target, quote):
            self.book_exit(t, position.target, CloseReason.TAKE_PROFIT)

    def exit(self, t: int) -> None:
        """(c) Close at the market for the first reason that holds."""
        self.limit = self.account_limit(t)
        position = self.position
        if position is None:
            return
        reason = self.exit_reason(t, position)
        if reason is not None:
            self.closed_side = position.side
            self.book_exit(t, self.market_fill(t, position, self.quotes.open[t]), reason)

    def move_stop(self, t: int) -> None:
        """(d) Break-even, then trailing (rule 20)."""
        position = self.position
        if position is None:
            return
        side, tick = position.side, self.tick
        quote = self.quotes.closing(t, side, self.quotes.open[t])
        if not position.break_even_sent and self.break_even_due(t, position, quote):
            lock = self.points(self.wants.break_even_offset, t, missing=0.0)
            if levels.lockable(lock):
                level = levels.break_even_level(side, position.price, lock, tick)
                position.break_even_sent = self.send_stop(position, level, quote)
        distance = self.points(self.wants.trailing_stop, t, missing=0.0)
        if levels.usable(distance):
            self.send_stop(position, levels.trailing_level(side, quote, distance, tick), quote)

    def enter(self, t: int) -> None:
        """(e) Open a position where an entry is wanted and nothing forbids it (rules 11, 12)."""
        if self.position is not None or t < self.wants.warmup:
            return
        side = self.wanted_side(t)
        if side == 0:
            self.refused["both_signals"] += bool(self.wants.long_entry[t])
        elif side == self.closed_side or not self.entry_allowed(t):
            self.refused["blocked"] += 1
        else:
            self.open_position(t, side)

    def fill_within_bar(self, t: int) -> None:
        """(f) Fill stop, target and stop-out within the bar (rules 18, 19)."""
        position = self.position
        if position is None:
            return
        side, quotes = position.side, self.quotes
        low = quotes.closing(t, side, quotes.low[t])
        high = quotes.closing(t, side, quotes.high[t])
        adverse, favourable = (low, high) if side > 0 else (high, low)
        stop = levels.stop_touched(side, position.effective_stop, adverse)
        target = levels.target_touched(side, position.target, favourable)
        if stop and (not target or self.stop_first(t, position)):
            price, reason = self.stop_fill(t, position)
        elif target:
            price, reason = position.target, CloseReason.TAKE_PROFIT
        else:
            self.meter.feed(self.equity_at(t, position, adverse))
            return
        extreme = levels.not_beyond(side, adverse, price)
        self.meter.feed(self.equity_at(t, position, extreme))
        self.book_exit(t, price, reason)

    def close_at_end(self, t: int) -> None:
        """Close what is open at the last close of the window (rule 26)."""
        if self.position is not None:
            price = self.market_fill(t, self.position, self.quotes.close[t])
            self.book_exit(t, price, CloseReason.END)

    # What the steps ask

    def account_limit(self, t: int) -> CloseReason | None:
        """Return the loss limit that equity at this open has reached (rule 15)."""
        rules, equity = self.rules, self.equity(t, self.quotes.open[t])
        limits = (
            (rules.daily_loss, self.day_balance, CloseReason.DAILY_LOSS),
            (rules.drawdown_stop, self.highest, CloseReason.DRAWDOWN_STOP),
        )
        for percent, start, reason in limits:
            if percent > 0 and start - equity >= percent / 100.0 * start - LIMIT_SLACK:
                return reason
        return None

    def exit_reason(self, t: int, position: Position) -> CloseReason | None:
        """Return the first reason to close at this open, None for none."""
        wants, rules = self.wants, self.rules
        if wants.forced_exit[t]:
            return CloseReason.SESSION
        if wants.friday_exit[t]:
            return CloseReason.FRIDAY
        if self.limit is not None:
            return self.limit
        if 0 < rules.max_bars <= t - position.bar:
            return CloseReason.MAX_BARS
        if (wants.long_exit if position.side > 0 else wants.short_exit)[t]:
            return CloseReason.EXIT_SIGNAL
        if rules.reverse and self.wanted_side(t) == -position.side and self.entry_allowed(t):
            return CloseReason.REVERSE
        return None

    def wanted_side(self, t: int) -> int:
        """Return the direction of the entry signal; 0 for none, or for both at once (rule 11)."""
        return int(self.wants.long_entry[t]) - int(self.wants.short_entry[t])

    def entry_allowed(self, t: int) -> bool:
        """Return whether filters and account rules let an entry through, whatever its direction."""
        rules = self.rules
        return (
            bool(self.wants.entry_filter[t])
            and self.limit is None
            and not 0 < rules.trades_per_day <= self.trades_today
            and not 0 < rules.max_slippage < self.costs.slippage
        )

    def break_even_due(self, t: int, position: Position, quote: int) -> bool:
        """Return whether the price is far enough beyond the entry (rule 20)."""
        distance = self.points(self.wants.break_even, t, missing=0.0)
        return levels.usable(distance) and levels.break_even_due(
            position.side, position.price, quote, distance
        )

    def stop_first(self, t: int, position: Position) -> bool:
        """Return whether the stop fills before the target in a bar that touched both (rule 19)."""
        side, stop, quotes = position.side, position.effective_stop, self.quotes
        if levels.stop_touched(side, stop, quotes.closing(t, side, quotes.open[t])):
            return True
        self.ambiguous += 1
        match self.costs.both_touched:
            case "pessimistic":
                return True
            case "optimistic":
                return False
            case "path":
                return path_stop_first(side, last_move(self.market.bars, t))
            case "finer":
                assert self.market.finer is not None
                span = (quotes.time[t], quotes.time[t] + self.market.bars.timeframe)
                finer, spread, both = self.market.finer, quotes.spread[t], (stop, position.target)
                return finer_stop_first(finer, span, side, both, spread, self.tick)

    def stop_out(self, t: int, position: Position) -> int:
        """Return the price at which the broker closes the position; 0: nowhere (rule 24)."""
        limit = self.market.account.stop_out
        if limit <= 0 or position.margin <= 0:
            return 0
        wanted = limit / 100.0 * position.margin - self.balance - position.swap
        rate = self.quotes.rate_at_open(t, wanted >= 0)
        value = position.lots * self.quotes.rates.value * rate
        return max(0, stop_out_level(position.side, position.price, wanted, value, self.tick))

    def equity(self, t: int, bid: int) -> float:
        """Return balance, swap and floating profit when the bid is `bid`."""
        position = self.position
        if position is None:
            return self.balance
        return self.equity_at(t, position, self.quotes.closing(t, position.side, bid))

    def equity_at(self, t: int, position: Position, price: int) -> float:
        """Return equity when the position would close at `price`."""
        profit = self.quotes.profit(t, position.side, position.lots, position.price, price)
        return self.balance + position.swap + profit

    def points(self, distance: F64 | None, t: int, missing: float) -> float:
        """Return a distance at a bar in points."""
        return missing if distance is None else float(distance[t]) * self.quotes.scale

    # What the steps do

    def stop_fill(self, t: int, position: Position) -> tuple[int, CloseReason]:
        """Return price and reason of the stop or stop-out that was touched (rules 16, 24)."""
        side, level = position.side, position.effective_stop
        reason = CloseReason.STOP_LOSS if level == position.stop else CloseReason.STOP_OUT
        if reason is CloseReason.STOP_OUT or self.costs.gap == "market":
            quote = self.quotes.closing(t, side, self.quotes.open[t])
            level = levels.beyond(side, level, quote)
        return levels.market_fill(side, level, self.costs.slippage, self.tick), reason

    def market_fill(self, t: int, position: Position, bid: int) -> int:
        """Return what a market order gives when the bid is `bid`."""
        quote = self.quotes.closing(t, position.side, bid)
        return levels.market_fill(position.side, quote, self.costs.slippage, self.tick)

    def send_stop(self, position: Position, level: int, quote: int) -> bool:
        """Move the stop where that is allowed; return whether it moved."""
        before = position.stop
        side, tick, least = position.side, self.tick, self.least
        position.stop = levels.moved_stop(side, before, level, quote, tick, least)
        return position.stop != before

    def open_position(self, t: int, side: int) -> None:
        """Open at the market, or count the cause against it."""
        terms = self.terms(t, side)
        if isinstance(terms, str):
            self.refused[terms] += 1
            return
        self.position = position = Position(
            side, t, terms.price, terms.lots, terms.stop, terms.target, terms.margin
        )
        self.trades_today += 1
        self.book_deal(t, position, terms.price, 0.0, CloseReason.ENTRY)
        position.stop_out = self.stop_out(t, position)

    def terms(self, t: int, side: int) -> Entry | Cause:
        """Return what an entry would open, or the cause against it."""
        return entry_terms(self.market, self.quotes, self.wants, t, side, self.balance)

    def book_exit(self, t: int, price: int, reason: CloseReason) -> None:
        """Close the position at a price."""
        position = self.position
        assert position is not None
        profit = self.quotes.profit(t, position.side, position.lots, position.price, price)
        self.book_deal(t, position, price, money(profit), reason)
        self.position = None
        self.meter.feed(self.balance)

    def book_deal(
        self, t: int, position: Position, price: int, profit: float, reason: CloseReason
    ) -> None:
        """Book a deal with its commission; a closing one with the position's swap (rule 25)."""
        opened = reason is CloseReason.ENTRY
        commission = -money(self.costs.commission * position.lots) or 0.0
        swap = 0.0 if opened else position.swap
        self.balance = book(self.balance, profit + commission + swap)
        self.highest = max(self.highest, self.balance)
        self.deals.append(
            Deal(
                time=self.quotes.time[t],
                bar=t,
                entry=int(opened),
                side=position.side,
                lots=position.lots,
                price=price,
                stop=position.stop,
                target=position.target,
                profit=profit,
                commission=commission,
                swap=swap,
                reason=int(reason),
                balance=self.balance,
            )
        )
