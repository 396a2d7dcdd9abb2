"""What the fast engines read and write: the market as integer arrays, programs as rows, their state.

Records are rows of numpy structured arrays, which numba reads and writes by attribute; the classes
below are their static types and the only list of their fields. Prices are whole points, int64.
"""

from __future__ import annotations

from typing import NamedTuple, get_type_hints

import numpy as np

from dsl.jit import F64, I64, U64

NO_COLUMN, UNUSED = -1, -2  # columns of a distance: its factor is all there is; the port is empty

CONSTANT, OWN_PRICE, SERIES = range(3)  # how profit becomes deposit money (rule 21)
PESSIMISTIC, OPTIMISTIC, PATH, FINER = range(4)  # rule 19
BOTH_SIGNALS, BLOCKED, DISTANCE, LEVEL, VOLUME, MARGIN = range(1, 7)  # refusals after warm-up

(
    STOP_LOSS,
    TAKE_PROFIT,
    STOP_OUT,
    SESSION,
    FRIDAY,
    DAILY_LOSS,
    DRAWDOWN_STOP,
    MAX_BARS,
    EXIT_SIGNAL,
    REVERSE,
    END,
) = range(1, 12)  # the numbers of backtest.result.CloseReason


class Feed(NamedTuple):
    """The bars of a market, int64[n] each, prepared once.

    spread: Resolved, points. ask_*: Ask quotes beside the bid ones, on the tick grid. day: Server day
    number. nights: Swap nights charged at the open. move: Direction of the last bar before this one
    that moved, 0 for none (rule 19, path). gain, loss: Deposit money per point and lot, float64[n];
    empty unless the conversion is a series. finer_first, finer_end: Rows of the finer bars inside
    each bar; finer_high, finer_low: those bars.
    """

    time: I64
    open: I64
    high: I64
    low: I64
    close: I64
    ask_open: I64
    ask_high: I64
    ask_low: I64
    ask_close: I64
    spread: I64
    day: I64
    nights: I64
    move: I64
    gain: F64
    loss: F64
    finer_first: I64
    finer_end: I64
    finer_high: I64
    finer_low: I64


class Facts(NamedTuple):
    """Symbol, account and costs as numbers.

    value: Money per point and lot, of the profit currency (deposit currency where the conversion is
    CONSTANT). scale: Points per unit of price. least: Least distance of a level from the quote.
    margin_rate: Margin per lot (and point of price). stop_out: Equity over margin, a fraction. swap_long, swap_short: Per lot and night.
    """

    first: int
    end: int
    tick: int
    least: int
    slippage: int
    order_gap: bool
    both_touched: int
    conversion: int
    value: float
    scale: float
    commission: float
    lots_min: float
    lots_max: float
    lots_step: float
    margin_by_price: bool
    margin_rate: float
    stop_out: float
    swap_long: float
    swap_short: float
    swap_in_points: bool
    deposit: float
    sharpe_scale: float


class Row:
    """A Program as one row: its rules as numbers, its distances as (factor, column) pairs."""

    stop_factor: float
    stop_column: int
    target_factor: float
    target_column: int
    trail_factor: float
    trail_column: int
    even_factor: float
    even_column: int
    lock_factor: float
    lock_column: int
    risk: int
    size: float
    reverse: int
    max_bars: int
    trades_per_day: int
    daily_loss: float
    drawdown_stop: float
    max_slippage: int
    warmup: int


class Programs(NamedTuple):
    """Encoded programs. code: All postfix codes in one line; parts: int64[k, 8], where they start."""

    rows: Row
    code: I64
    parts: I64


class Bits(NamedTuple):
    """Signals of one program, uint64[words]; entries only where filter, warm-up and window
    let them through, and one direction alone; wants_*: the bare signals."""

    long_entry: U64
    short_entry: U64
    long_exit: U64
    short_exit: U64
    forced_exit: U64
    friday_exit: U64
    any_entry: U64
    wants_long: U64
    wants_short: U64


class Strategy(NamedTuple):
    """One program as the engines see it: its row, its bits, the columns of its distances."""

    row: Row
    bits: Bits
    columns: F64


class Rows(NamedTuple):
    """What programs refer to: columns and atoms of the arena; scratch: uint64[rows, words]."""

    columns: F64
    atoms: U64
    scratch: U64


class State:
    """A run in progress: the position, the account, and what the criteria need.

    Levels of 0 are none; side 0 is flat. cents, start: The balance and the
    deposit in whole cents, exactly. swap,
    entry_cents: The position's swap and entry commission. closed_side: Direction closed by step (c)
    of this bar. limit: The account limit that holds at this open. peak to lowest: Drawdown, as in
    backtest.result. won, lost: Sums of trade results, cents. sum_*: Over deals, of the balance less
    the deposit in cents, for the stability. equity, squares: At the last close; sum of the squared
    changes between closes.
    """

    side: int
    bar: int
    price: int
    lots: float
    stop: int
    target: int
    stop_out: int
    margin: float
    swap: float
    entry_cents: float
    even_sent: int
    balance: float
    cents: float
    start: float
    day: int
    day_balance: float
    highest: float
    trades_today: int
    closed_side: int
    limit: int
    peak: float
    fall: float
    fall_percent: float
    percent: float
    percent_fall: float
    lowest: float
    deals: int
    won: float
    lost: float
    sum_balance: float
    sum_square: float
    sum_product: float
    equity: float
    squares: float
    ambiguous: int


class Log(NamedTuple):
    """What a full run writes beside its state; `on` is False, and the arrays are empty, in a batch.

    deals: int64[deals, 7] bar, entry, side, price, stop, target, reason; money: float64[deals, 5]
    lots, profit, commission, swap, balance. equity: float64[bars of the window]. refused: int64[7],
    by the causes above.
    """

    on: bool
    deals: I64
    money: F64
    equity: F64
    refused: I64


def record_dtype(record: type) -> np.dtype[np.void]:
    """Return the structured dtype of a class of annotated ints and floats."""
    kinds = {int: np.int64, float: np.float64}
    return np.dtype([(name, kinds[kind]) for name, kind in get_type_hints(record).items()])
