"""MetaTrader's .ini files: an unattended run of its strategy tester, written and read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from backtest.market import Market
from backtest.timeframes import timeframe_name
from codegen.mql5.facts import EmitFacts
from codegen.mql5.setfile import set_rows
from dsl.errors import ConfigError, DataError
from dsl.strategy import Strategy

TickModel = Literal["every-tick", "m1-ohlc", "open-prices", "real-ticks"]
MODELS: dict[TickModel, int] = {
    "every-tick": 0,
    "m1-ohlc": 1,
    "open-prices": 2,
    "real-ticks": 4,
}
_CUSTOM_CRITERION = 6  # what OnTester returns
_SECTION = re.compile(r"\[([^\]]+)\]")
_REMARK = re.compile(r"(^|\s)[;#].*$")


@dataclass(frozen=True, slots=True)
class UnattendedRun:
    """What the tester is told.

    expert: Path below MQL5\\Experts, without .ex5. period: Such as H1. first, last: First day
    tested, and the first that is not. report: Where the report goes, below the terminal's data
    folder. inputs: (name, row as in a .set) of every input.
    """

    expert: str
    symbol: str
    period: str
    first: datetime
    last: datetime
    deposit: float
    currency: str
    leverage: float
    model: TickModel = "open-prices"
    report: str = ""
    inputs: tuple[tuple[str, str], ...] = ()


def unattended_run(
    strategy: Strategy,
    market: Market,
    expert: str,
    facts: EmitFacts | None = None,
    model: TickModel | None = None,
) -> UnattendedRun:
    """Return the run that tests a strategy's EA as a market of genfx does.

    Args:
        strategy: As it was emitted.
        market: Symbol, tested window, account.
        expert: Path of the EA below MQL5\\Experts, without .ex5.
        facts: Those that the EA was emitted with.
        model: How the tester makes ticks; None: "m1-ohlc" where smaller bars decide what happens
            inside a bar, else "open-prices".
    """
    times = market.bars.time[[market.first, market.end - 1]].tolist()
    first, last = (datetime.fromtimestamp(time, UTC) for time in times)
    finer = market.costs.both_touched == "finer"
    return UnattendedRun(
        expert=expert,
        symbol=market.bars.symbol,
        period=timeframe_name(market.bars.timeframe),
        first=first,
        last=last + timedelta(days=1),
        deposit=market.account.deposit,
        currency=market.account.currency,
        leverage=market.account.leverage,
        model=model or ("m1-ohlc" if finer else "open-prices"),
        report=f"{expert}_report",
        inputs=set_rows(strategy, facts),
    )


def emit_ini(run: UnattendedRun) -> bytes:
    """Return the .ini of a run, for `terminal64.exe /config:FILE`: CRLF; ASCII, else UTF-16.

    Raises:
        ConfigError: The leverage is no whole number, which MetaTrader's is.
    """
    if run.leverage != int(run.leverage):
        raise ConfigError(f"leverage 1:{run.leverage:g}: MetaTrader's tester wants a whole number")
    rows = {
        "Expert": run.expert,
        "Symbol": run.symbol,
        "Period": run.period,
        "Model": str(MODELS[run.model]),
        "ExecutionMode": "0",
        "Optimization": "0",
        "OptimizationCriterion": str(_CUSTOM_CRITERION),
        "FromDate": f"{run.first:%Y.%m.%d}",
        "ToDate": f"{run.last:%Y.%m.%d}",
        "ForwardMode": "0",
        "Deposit": f"{run.deposit:.2f}".removesuffix(".00"),
        "Currency": run.currency,
        "Leverage": f"1:{int(run.leverage)}",
        "Visual": "0",
        "Report": run.report or f"{run.expert}_report",
        "ReplaceReport": "1",
        "ShutdownTerminal": "1",
    }
    lines = ["[Tester]", *(f"{name}={value}" for name, value in rows.items())]
    if run.inputs:
        lines += ["", "[TesterInputs]", *(f"{name}={row}" for name, row in run.inputs)]
    text = "\r\n".join(lines) + "\r\n"
    if text.isascii():
        return text.encode("ascii")
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def parse_ini(content: bytes, path: str = "") -> Mapping[str, Mapping[str, str]]:
    """Return the sections of an .ini with their rows; remarks behind a value are left out.

    Raises:
        DataError: The bytes are no text, or a line is neither a section nor a row.
    """
    path = path or ".ini"
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError(f"{path}: byte {problem.start} is no {problem.encoding} text") from None
    sections: dict[str, dict[str, str]] = {}
    rows: dict[str, str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        # an input's text may hold what begins a remark elsewhere
        inputs = rows is not None and rows is sections.get("TesterInputs")
        line = raw.strip() if inputs and "=" in raw else _REMARK.sub("", raw).strip()
        found = _SECTION.fullmatch(line)
        if found:
            rows = sections.setdefault(found[1].strip(), {})
            continue
        name, equals, value = line.partition("=")
        if not line:
            continue
        if not equals or rows is None:
            raise DataError(f"{path}:{number}: '{line}' is neither [section] nor name=value")
        rows[name.strip()] = value.strip()
    return sections
