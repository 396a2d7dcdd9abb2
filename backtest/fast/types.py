"""What the fast engines read and write: bars and programs as records, their state.

Records are rows of numpy structured arrays, which numba reads and writes by attribute; the classes
below are their static types and the only list of their fields. Prices are whole points, int64.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import NamedTuple, TypeVar, cast, get_type_hints

import numpy as np

from dsl.jit import F64, I32, I64, U64

NO_COLUMN, UNUSED = -1, -2  # columns of a distance: its factor is all there is; the port is empty

CONSTANT, OWN_PRICE, SERIES = range(3)  # how profit becomes deposit money (rule 21)
PESSIMISTIC, OPTIMISTIC, PATH, FINER = range(4)  # rule 19

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


Table = np.ndarray[tuple[int], np.dtype[np.void]]  # rows of records, as numpy sees them
Record = TypeVar("Record")


class Bar:
    """One bar. The first eight fields, all that most bars are asked for, share a line of cache.

    ask_*: Ask quotes beside the bid ones, on the tick grid. spread: Resolved, points. day: Server
    day number. nights: Swap nights charged at the open. move: Direction of the last bar before it
    that moved, 0 for none (rule 19, path). gain, loss: Deposit money per point and lot where the
    conversion is a series. finer_first, finer_end: Rows of the finer bars inside this one.
    """

    open: int
    high: int
    low: int
    close: int
    ask_open: int
    ask_high: int
    ask_low: int
    ask_close: int
    spread: int
    day: int
    nights: int
    move: int
    gain: float
    loss: float
    finer_first: int
    finer_end: int


class Want:
    """What a strategy wants at the open of bar t.

    side: Of the entry that filter, window and warm-up let through, 0 for none. signals: How many
    entry signals are true, whatever lets them through. Distances in points, 0 for none; stop and
    target are read for entries, trail, even and lock while a position is open.
    """

    t: int
    side: int
    signals: int
    long_exit: int
    short_exit: int
    forced_exit: int
    friday_exit: int
    stop: float
    target: float
    trail: float
    even: float
    lock: float


class Facts:
    """Symbol, account and costs as numbers; 1 for true.

    value: Money per point and lot, of the profit currency (deposit currency where the conversion is
    CONSTANT). scale: Points per unit of price. least: Least distance of a level from the quote.
    margin_rate: Margin per lot (and point of price).
    stop_out: Equity over margin, a fraction. swap_long, swap_short: Per lot and night.
    small_prices: All quotes fit 32 bits.
    """

    first: int
    end: int
    tick: int
    least: int
    slippage: int
    order_gap: int
    both_touched: int
    conversion: int
    value: float
    scale: float
    commission: float
    lots_min: float
    lots_max: float
    lots_step: float
    margin_by_price: int
    margin_rate: float
    stop_out: float
    swap_long: float
    swap_short: float
    swap_in_points: int
    deposit: float
    sharpe_scale: float
    small_prices: int


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


# Rows of a program's bits, uint64[9, words]. Entries only where filter, warm-up and window let them
# through, and one direction alone; WANTS_* are the bare signals.
# The first seven are the parts of a Program in their order, the filter first lying in ANY_ENTRY.
(
    WANTS_LONG,
    WANTS_SHORT,
    LONG_EXIT,
    SHORT_EXIT,
    ANY_ENTRY,
    FORCED_EXIT,
    FRIDAY_EXIT,
    LONG_ENTRY,
    SHORT_ENTRY,
) = range(9)
BIT_ROWS = 9

# Columns of a path: the quotes at which a position closes, negated for a short one, so that its low
# is minus the ask's high.
OPEN, HIGH, LOW, CLOSE = range(4)


class Programs(NamedTuple):
    """Encoded programs. code: All postfix codes in a row; parts: int64[k, 8], their starts."""

    rows: Sequence[Row]
    code: I64
    parts: I64


class Booked:
    """One deal as a full run writes it; as backtest.result.Deal, which knows its time as well."""

    bar: int
    entry: int
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


class Arrays(NamedTuple):
    """All that programs read and write beside records.

    bars: Bar[n]. columns, atoms: The arena's. finer: int64[2, m], highs and lows of the finer bars.
    paths: int32[8n], what `jump` scans: rows of 4 for a long position, then for a short one;
    squares: int64[2n], sums of the squared changes between their closes.
    nights: uint64[words], bits of the bars at whose open swaps are due. scratch:
    uint64[BIT_ROWS + depth, words]. deals: Booked[m] and equity: float64[bars of the window], both
    empty in a batch.
    """

    bars: Sequence[Bar]
    columns: F64
    atoms: U64
    finer: I64
    paths: I32
    squares: I64
    nights: U64
    scratch: U64
    deals: MutableSequence[Booked]
    equity: F64


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
    both_signals: int
    blocked: int
    distance: int
    level: int
    volume: int
    margin_refused: int


def record_dtype(record: type) -> np.dtype[np.void]:
    """Return the structured dtype of a class of annotated ints and floats."""
    kinds = {int: np.int64, float: np.float64}
    fields = [(name, kinds[kind]) for name, kind in get_type_hints(record).items()]
    return np.dtype(fields, align=True)


def new_table(record: type, rows: int) -> Table:
    """Return rows of zeros."""
    return np.zeros(rows, record_dtype(record))


def records(table: Table, record: type[Record]) -> MutableSequence[Record]:
    """Return a table typed as compiled code sees it."""
    return cast("MutableSequence[Record]", table)  # numba reads the fields of a row as attributes
