"""The fast engines behind one door: a market prepared once, Programs run alone or in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backtest.fast_criteria import write_criteria
from backtest.fast_encode import check, encode
from backtest.fast_feed import facts_of, feed_of
from backtest.fast_strategy import WORD_ROWS, start, strategy_bits
from backtest.fast_types import (
    OPTIMISTIC,
    PESSIMISTIC,
    Facts,
    Feed,
    Log,
    Programs,
    Rows,
    State,
    Strategy,
    record_dtype,
)
from backtest.market import Market
from backtest.program import Arena, Program
from backtest.result import Deals, Drawdown, Refusals, Result
from backtest.walk import walk
from dsl.errors import DataError
from dsl.jit import F64, njit

COLUMNS = 6  # of a batch's result: five criteria and the number of trades
_DEALS_PER_BAR = 3  # closed at the open, opened, closed within the bar
_STATE = record_dtype(State)


def _log(on: bool, bars: int) -> Log:
    deals = _DEALS_PER_BAR * bars
    return Log(
        on=on,
        deals=np.empty((deals, 7), np.int64),
        money=np.empty((deals, 5)),
        equity=np.empty(bars),
        refused=np.zeros(7, np.int64),
    )


class Runner:
    """Runs Programs on one market."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._feed = feed_of(market)
        self._facts = facts_of(market)

    def batch(self, arena: Arena, programs: Sequence[Program]) -> F64:
        """Return float64[programs, 6]: the criteria in the order of CRITERIA, then the trades.

        One call of compiled code, which does not hold the GIL.

        Raises:
            DataError: A program risks a percentage and has no stop loss.
            ValueError: A program does not fit the arena.
        """
        out = np.zeros((len(programs), COLUMNS))
        if len(programs):
            self._run(self._facts, arena, programs, _log(False, 0), out)
        return out

    def full(self, arena: Arena, program: Program) -> Result:
        """Return everything about one program: the Result the reference engine gives.

        Raises:
            DataError, ValueError: As for `batch`.
        """
        log = _log(True, self._facts.end - self._facts.first)
        state = self._run(self._facts, arena, [program], log, np.zeros((1, COLUMNS)))
        worst = best = round(float(state["balance"]) - self._facts.deposit, 2)
        if state["ambiguous"]:
            worst = self._net_profit(arena, program, PESSIMISTIC)
            best = self._net_profit(arena, program, OPTIMISTIC)
        window = len(log.equity)
        warmup = min(max(program.warmup - self._facts.first, 0), window)
        return Result(
            deposit=self._facts.deposit,
            first=self._facts.first,
            deals=self._deals(log, int(state["deals"])),
            equity=log.equity,
            drawdown=Drawdown(
                money=float(state["fall"]),
                percent_at_money=float(state["fall_percent"]),
                percent=float(state["percent"]),
                money_at_percent=float(state["percent_fall"]),
                lowest=float(state["lowest"]),
            ),
            ambiguous_bars=int(state["ambiguous"]),
            net_profit_pessimistic=worst,
            net_profit_optimistic=best,
            refusals=Refusals(warmup, *log.refused[1:].tolist()),
            fixed_tick_value=self.market.costs.tick_value > 0,
        )

    def _net_profit(self, arena: Arena, program: Program, both_touched: int) -> float:
        """Return the net profit with every ambiguous bar resolved one way (rule 19)."""
        facts = self._facts._replace(both_touched=both_touched)
        out = np.zeros((1, COLUMNS))
        self._run(facts, arena, [program], _log(False, 0), out)
        return round(float(out[0, 0]), 2)

    def _run(
        self, facts: Facts, arena: Arena, programs: Sequence[Program], log: Log, out: F64
    ) -> np.void:
        """Run the programs and return the state the last one ended in."""
        for program in programs:
            if program.size.mode == "risk" and program.stop_loss is None:
                raise DataError(
                    "size risk: there is no stop loss to measure the risk by",
                    hint="add a stop loss, or trade fixed lots",
                )
        encoded = encode(programs)
        depth = check(encoded, arena, len(self.market.bars))
        states = np.zeros(1, _STATE)
        scratch = np.empty((depth + WORD_ROWS, arena.atoms.shape[1]), np.uint64)
        rows = Rows(arena.columns, arena.atoms, scratch)
        run_programs(facts, self._feed, encoded, rows, states, log, out)
        state: np.void = states[0]
        return state

    def _deals(self, log: Log, count: int) -> Deals:
        """Return the table of the deals a full run wrote."""
        columns = log.deals[:count].T
        money = log.money[:count].T
        bar, entry, side, price, stop, target, reason = (row.copy() for row in columns)
        lots, profit, commission, swap, balance = (row.copy() for row in money)
        deals = Deals(
            time=self.market.bars.time[bar],
            bar=bar,
            entry=entry,
            side=side,
            lots=lots,
            price=price,
            stop=stop,
            target=target,
            profit=profit,
            commission=commission,
            swap=swap,
            reason=reason,
            balance=balance,
        )
        for name in Deals.__slots__:
            getattr(deals, name).setflags(write=False)
        return deals


@njit
def run_programs(
    facts: Facts, feed: Feed, programs: Programs, rows: Rows, states: Any, log: Log, out: F64
) -> None:
    """Run all programs; out: float64[programs, 6]."""
    room, stack = rows.scratch[:WORD_ROWS], rows.scratch[WORD_ROWS:]
    state = states[0]
    for k in range(len(programs.rows)):
        bits = strategy_bits(facts, programs, k, rows.atoms, stack, room)
        start(facts, state)
        walk(facts, feed, Strategy(programs.rows[k], bits, rows.columns), state, log)
        write_criteria(facts, state, out[k])
