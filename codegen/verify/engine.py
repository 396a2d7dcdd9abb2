"""The engines' side of a comparison: deals of a window, and what the strategy knew at a bar."""

from __future__ import annotations

from dataclasses import replace

from backtest.contract.spread import ask, resolved_spread
from backtest.market import Market
from backtest.program import Decisions
from backtest.reference import simulate
from backtest.result import CloseReason, Deal, Deals, Result
from codegen.evaluate import Evaluator
from codegen.plan import FRIDAY_PORT, build_plan
from codegen.verify.compare import Difference, first_difference
from codegen.verify.evidence import READY, Named, State
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.strategy import Strategy, resolved_part
from dsl.timeframes import CHART


class Engine:
    """One strategy on one market: the reference engine's result, the fast one's for any window."""

    def __init__(self, strategy: Strategy, market: Market) -> None:
        self.strategy, self.market = strategy, market
        self.plan = build_plan(strategy)
        self.warmup = self.plan.warmup_on(market.bars.timeframe)
        self._evaluator = Evaluator(market)
        self._ports = [name for name, _ in self.plan.ports]
        self.decisions: Decisions = self._evaluator.decisions(strategy)

    def result(self) -> Result:
        """Return what the reference engine makes of the whole window."""
        return simulate(self.market, self.decisions)

    def fast_result(self) -> Result:
        """Return what the fast engine makes of the whole window."""
        return self._evaluator.result(self.strategy)

    def until(self, end: int) -> Deals:
        """Return the deals of a window that ends before row `end`."""
        if end <= self.warmup:
            return Deals.of(())
        window = Evaluator(replace(self.market, last=end), cache=self._evaluator.cache)
        return window.result(self.strategy).deals

    @property
    def steps(self) -> tuple[Named, ...]:
        """Return all computations, inputs before consumers."""
        rows = self.plan.warmups(self.market.bars.timeframe)
        return tuple(
            Named(step.name, resolved_part(self.strategy, step.node), warmup)
            for step, warmup in zip(self.plan.steps, rows, strict=True)
            if step.timeframe == CHART
        )

    def state(self, row: int, before: Deals, during: Deals) -> State:
        """Return this side at a bar.

        Args:
            row: Of the market's bars.
            before: The deals of a window that ends before the bar; during: with it.
        """
        values = {}
        for step in self.steps:
            if row >= step.warmup:
                values[step.name] = float(self._evaluator.column(step.node)[row])
        names = [*SIGNAL_PORTS, FRIDAY_PORT, *DISTANCE_PORTS]
        decision = {
            name: float(getattr(self.decisions, name)[row]) for name in names if name in self._ports
        }
        decision[READY] = float(row >= self.decisions.warmup)
        return side_state(self.market, row, values, decision, (before, during))

    def quote(self, row: int) -> tuple[float, float]:
        """Return bid and ask at the open of a bar."""
        bars, symbol = self.market.bars, self.market.symbol
        spread = resolved_spread(bars, self.market.costs.spread)
        bid = int(bars.open[row])
        return bid * bars.point, ask(bid, int(spread[row]), symbol.tick_points) * bars.point


def engines_differ(reference: Result, fast: Result) -> Difference | None:
    """Return where the two engines part: a bug of genfx, whatever the Expert Advisor does."""
    return first_difference(reference.deals, fast.deals)


def side_state(
    market: Market,
    row: int,
    values: dict[str, float],
    decision: dict[str, float],
    windows: tuple[Deals, Deals],
) -> State:
    """Return a side's state from its values and from the deals before and with a bar.

    At the end of a window the tester closes what is open: its deal tells levels of that moment.
    """
    before, during = (list(deals) for deals in windows)
    held: Deal | None = None
    balance = market.account.deposit
    if before and before[-1].reason == CloseReason.END and before[-1].bar == row - 1:
        opened, last = before[-2], before[-1]
        held = opened._replace(stop=last.stop, target=last.target)
        balance = opened.balance
    elif before:
        balance = before[-1].balance
    here = int(market.bars.time[row])
    return State(values, decision, held, balance, tuple(d for d in during if d.time == here))
