"""What goes wrong while an Expert Advisor runs on the host, as far as a test asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Filling = Literal["any", "fok", "ioc", "return"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to `count` trade requests, the first one `request`, counted from 1.

    code: TRADE_RETCODE_*. executed: What the server does behind the answer: nothing, all of it at
    once, all of it before the next tick, about half of the volume at once, or all of it at once in
    two deals.
    """

    request: int
    code: int
    executed: Literal["no", "yes", "later", "partly", "parts"] = "no"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first tick of a bar on, `calls` calls of CopyBuffer, CopyRates and the like fail."""

    bar: int
    calls: int


@dataclass(frozen=True, slots=True)
class OtherChart:
    """Another chart of the terminal: its number, its symbol, the expert on it, "" for none.

    The chart that the replayed expert is on has number 1.
    """

    number: int
    symbol: str
    expert: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """From the first tick of a bar on, so many of the newest closed bars are there, then more."""

    bar: int
    rows: int


@dataclass(frozen=True, slots=True)
class Hand:
    """What a trader does by hand to every position before the first tick of a bar.

    stop, target: For "levels", points from the quote at which a position is closed, 0 for none.
    """

    bar: int
    action: Literal["close", "halve", "levels"]
    stop: int = 0
    target: int = 0


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that arrives before the first tick of a bar, deposit currency; negative: it leaves."""

    bar: int
    amount: float


@dataclass(frozen=True, slots=True)
class LateStart:
    """The first tick of a bar comes `seconds` after its open, as its tick number `ticks`."""

    bar: int
    seconds: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Script:
    """The course of a replay that is not smooth; the default is a smooth one in the tester.

    late_until, late_rows: Before this bar the oldest rows of history are not there. restarts: The
    terminal restarts before the first tick of these bars; what the late rows hide is hidden again,
    were it older than an open position. silent: Bars whose first tick never comes. closed: Bars in
    which every request is answered with "market closed". ticks: Ticks at the open of each bar, a
    second apart: without a second one, what fails at the first tick waits for the next bar.
    filling: Orders that the symbol takes: for all or nothing, for what there is, both, or neither
    of them but such whose rest stays. live: On a chart instead of in the tester, attached in the
    last bar before the window. charts: Others that the terminal shows. variables: Those of the
    terminal that are there at the start. histories, hands, deposits, late_starts: See their
    classes. credit: Lent by the broker, deposit currency. facts_from, handles_from: Before these
    bars the facts of the symbol are 0 but for its prices and digits, and no indicator can be
    created. lag_s: Seconds after the open of a bar for which BarsCalculated does not count it.
    """

    answers: tuple[Answer, ...] = ()
    outages: tuple[Outage, ...] = ()
    late_until: int = 0
    late_rows: int = 0
    restarts: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    ticks: int = 1
    filling: Filling = "any"
    live: bool = False
    charts: tuple[OtherChart, ...] = ()
    variables: tuple[tuple[str, float], ...] = ()
    histories: tuple[History, ...] = ()
    hands: tuple[Hand, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    late_starts: tuple[LateStart, ...] = ()
    credit: float = 0.0
    facts_from: int = 0
    handles_from: int = 0
    lag_s: int = 0


SMOOTH = Script()
