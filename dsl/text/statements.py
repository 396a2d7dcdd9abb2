"""What each statement stands for: its words, and the expressions that a shorthand is short for.

The one place that joins the wording of the language with node types by name; parser and printer
read it, so a shorthand is printed exactly where it would be read back as the same graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
NEGATED = {"!=": "=="}  # operators without a node of their own: a != b is not (a == b)
UNITS = {"points": "points", "%": "percent"}  # `200 points` is points(200), `1%` is percent(1)

# Form -> words; $ stands for an operand. Forms called like a port or rule of the expert set that.
WORDS = {
    "long_entry": "enter long when $",
    "short_entry": "enter short when $",
    "long_exit": "exit long when $",
    "short_exit": "exit short when $",
    "stop_loss": "stop loss $",
    "take_profit": "take profit $",
    "trailing_stop": "trailing stop $",
    "break_even": "break even at $",
    "break_even_offset": "break even lock $",
    "size_risk": "size risk $ %",
    "size_lots": "size $ lots",
    "trade_when": "trade when $",
    "close_when": "close when $",
    "session": "session $ to $",
    "session_close": "session $ to $ close",
    "day_close": "day close $",
    "max_spread": "max spread $ points",
    "max_bars": "exit after $ bars",
    "friday_close": "friday close $",
    "trades_per_day": "max trades per day $",
    "max_slippage": "max slippage $ points",
    "daily_loss": "daily loss $ %",
    "drawdown_stop": "drawdown stop $ %",
    "reverse": "reverse if $",
    "trade_comment": "trade comment $",
    "arrow_long": "arrow long $",
    "arrow_short": "arrow short $",
    "arrow_exit": "arrow exit $",
}
BREAK_EVEN_LOCK = "break even at $ lock $"
PLAIN_REVERSE = "reverse"
FILTER_PORT, EXIT_PORT = "entry_filter", "forced_exit"


@dataclass(frozen=True, slots=True)
class Shorthand:
    """Conditions that a statement adds: all `filters` must hold to enter, any of `exits` closes.

    In the expressions `first` and `second` stand for the statement's operands.
    """

    filters: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()


OPERANDS = ("first", "second")
SHORTHANDS = {
    "session_close": Shorthand(
        ("session(first, second)", "not closing(first, second)"), ("session_end(first, second)",)
    ),
    "session": Shorthand(("session(first, second)",)),
    "day_close": Shorthand(("not day_closing(first)",), ("day_end(first)",)),
    "max_spread": Shorthand(("spread <= first",)),
    "trade_when": Shorthand(("first",)),
    "close_when": Shorthand((), ("first",)),
}


def weekdays_expression(days: Sequence[str]) -> str:
    """Return the condition that a statement `weekdays ...` stands for, in runs of days.

    >>> weekdays_expression(("mon", "tue", "fri"))
    '(weekday >= 1 and weekday <= 2) or weekday == 5'
    """
    numbers = sorted({DAYS.index(day) for day in days})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " or ".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    if len(run) == 1:
        return f"weekday == {run[0]}"
    return f"(weekday >= {run[0]} and weekday <= {run[-1]})"
