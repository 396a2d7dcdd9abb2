"""The fast engines behind one door: a market prepared once, Programs run alone or in batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.fast.bits import pack
from backtest.fast.criteria import write_criteria
from backtest.fast.encode import check, encode
from backtest.fast.feed import bars_of, facts_of, finer_of, paths_of
from backtest.fast.jump import jump, jumps
from backtest.fast.strategy import start, write_bits
from backtest.fast.types import (
    BIT_ROWS,
    OPTIMISTIC,
    PESSIMISTIC,
    Arrays,
    Bar,
    Booked,
    Facts,
    Programs,
    State,
    Table,
    Want,
    new_table,
    records,
)
from backtest.fast.walk import walk
from backtest.market import Market
from backtest.program import Arena, Program
from backtest.result import Deals, Drawdown, Refusals, Result
from dsl.errors import DataError
from dsl.jit import F64, borrowed, njit_fused

COLUMNS = 8  # of a batch's result: five criteria, trades, gross profit, gross loss
_DEALS_PER_BAR = 3  # closed at the open, opened, closed within the bar
_REFUSALS = ("both_signals", "blocked", "distance", "level", "volume", "margin_refused")


class Runner:
    """Runs Programs on one market."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._bars = bars_of(market)
        self._paths, self._squares = paths_of(self._bars)
        self._nights = pack(self._bars["nights"] > 0)
        self._finer = finer_of(market)
        self._facts = facts_of(market, self._bars)

    def batch(self, arena: Arena, programs: Sequence[Program]) -> F64:
        """Return float64[programs, 8]: the criteria in the order of CRITERIA, trades, and the sums
        of what won and of what lost, both above 0.

        One call of compiled code, which does not hold the GIL.

        Raises:
            DataError: A program risks a percentage and has no stop loss.
            ValueError: A program does not fit the arena.
        """
        out = np.zeros((len(programs), COLUMNS))
        if len(programs):
            self._run(self._facts, arena, programs, out, full=False)
        return out

    def full(self, arena: Arena, program: Program) -> Result:
        """Return everything about one program: the Result the reference engine gives.

        Raises:
            DataError, ValueError: As for `batch`.
        """
        out = np.zeros((1, COLUMNS))
        state, deals, equity = self._run(self._facts, arena, [program], out, full=True)
        worst = best = round(float(out[0, 0]), 2)
        if state["ambiguous"]:
            worst = self._net_profit(arena, program, PESSIMISTIC)
            best = self._net_profit(arena, program, OPTIMISTIC)
        first = self.market.first
        warmup = min(max(program.warmup - first, 0), len(equity))
        return Result(
            deposit=self.market.account.deposit,
            first=first,
            deals=self._deals(deals[: int(state["deals"])]),
            equity=equity,
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
            refusals=Refusals(warmup, *(int(state[name]) for name in _REFUSALS)),
            fixed_tick_value=self.market.costs.tick_value > 0,
        )

    def _net_profit(self, arena: Arena, program: Program, both_touched: int) -> float:
        """Return the net profit with every ambiguous bar resolved one way (rule 19)."""
        facts, out = self._facts.copy(), np.zeros((1, COLUMNS))
        facts["both_touched"] = both_touched
        self._run(facts, arena, [program], out, full=False)
        return round(float(out[0, 0]), 2)

    def _run(
        self, facts: Table, arena: Arena, programs: Sequence[Program], out: F64, *, full: bool
    ) -> tuple[np.void, Table, F64]:
        """Run the programs; return state, deals and equity of the last one, these two if `full`."""
        for program in programs:
            if program.size.mode == "risk" and program.stop_loss is None:
                raise DataError(
                    "size risk: there is no stop loss to measure the risk by",
                    hint="add a stop loss, or trade fixed lots",
                )
        encoded = encode(programs)
        depth = check(encoded, arena, len(self.market.bars))
        window = self.market.end - self.market.first if full else 0
        states = new_table(State, 1)
        deals = new_table(Booked, _DEALS_PER_BAR * window)
        arrays = Arrays(
            bars=records(self._bars, Bar),
            columns=arena.columns,
            atoms=arena.atoms,
            finer=self._finer,
            paths=self._paths,
            squares=self._squares,
            nights=self._nights,
            scratch=np.empty((BIT_ROWS + depth, arena.atoms.shape[1]), np.uint64),
            deals=records(deals, Booked),
            equity=np.empty(window),
        )
        run_programs(
            records(facts, Facts),
            encoded,
            arrays,
            records(states, State),
            records(new_table(Want, 1), Want),
            records(new_table(Booked, 1), Booked),
            out,
        )
        return states[0], deals, arrays.equity

    def _deals(self, booked: Table) -> Deals:
        """Return the table of the deals a full run wrote."""
        columns = {name: booked[name].copy() for name in booked.dtype.names or ()}
        columns["time"] = self.market.bars.time[columns["bar"]]
        for column in columns.values():
            column.setflags(write=False)
        return Deals(**columns)


@njit_fused
def run_programs(
    facts: Sequence[Facts],
    programs: Programs,
    counted: Arrays,
    states: Sequence[State],
    wants: Sequence[Want],
    rooms: Sequence[Booked],
    out: F64,
) -> None:
    """Run all programs on one state; out: float64[programs, 8]."""
    arrays = Arrays(
        borrowed(counted.bars),
        borrowed(counted.columns),
        borrowed(counted.atoms),
        borrowed(counted.finer),
        borrowed(counted.paths),
        borrowed(counted.squares),
        borrowed(counted.nights),
        borrowed(counted.scratch),
        borrowed(counted.deals),
        borrowed(counted.equity),
    )
    bits = arrays.scratch[:BIT_ROWS]
    for k in range(len(programs.rows)):
        write_bits(facts[0], programs, k, arrays)
        start(facts[0], states[0])
        row = programs.rows[k]
        if len(arrays.equity) == 0 and jumps(facts[0], row):
            jump(facts[0], row, bits, arrays, states[0])
        else:
            walk(facts[0], row, bits, arrays, states[0], wants[0], rooms[0])
        write_criteria(facts[0], states[0], out[k])
