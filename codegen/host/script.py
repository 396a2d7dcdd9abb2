"""What goes wrong while an Expert Advisor runs on the host, as far as a test asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to `count` trade requests, the first one `request`, counted from 1.

    code: TRADE_RETCODE_*. executed: What the server does behind the answer: nothing, all of it at
    once, all of it before the next tick, or about half of the volume at once.
    """

    request: int
    code: int
    executed: Literal["no", "yes", "later", "partly"] = "no"
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
class Script:
    """The course of a replay that is not smooth; the default is a smooth one in the tester.

    late_until, late_rows: Before this bar the oldest rows of history are not there. restarts: The
    terminal restarts before the first tick of these bars; what the late rows hide is hidden again,
    were it older than an open position. silent: Bars whose first tick never
    comes. closed: Bars in which every request is answered with "market closed". ticks: Ticks at
    the open of each bar, a second apart: without a second one, what fails at the first tick waits
    for the next bar. live: On a chart instead of in the tester, attached in the last bar before
    the window. charts: Others that the terminal shows. variables: Those of the terminal that are
    there at the start.
    """

    answers: tuple[Answer, ...] = ()
    outages: tuple[Outage, ...] = ()
    late_until: int = 0
    late_rows: int = 0
    restarts: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    ticks: int = 1
    live: bool = False
    charts: tuple[OtherChart, ...] = ()
    variables: tuple[tuple[str, float], ...] = ()


SMOOTH = Script()
