"""MetaTrader's .ini files: the tester's run that repeats a market of genfx, and any file read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from backtest.market import Market
from backtest.timeframes import timeframe_name
from codegen.mql5.facts import EmitFacts
from codegen.mql5.setfile import set_rows
from codegen.mql5.tester_ini import Model, TesterRun
from dsl.errors import ConfigError, DataError
from dsl.strategy import Strategy

_SECTION = re.compile(r"\[([^\]]+)\]")
_REMARK = re.compile(r"(^|\s)[;#].*$")


def unattended_run(
    strategy: Strategy,
    market: Market,
    expert: str,
    facts: EmitFacts | None = None,
    model: Model | None = None,
) -> TesterRun:
    """Return the run that tests a strategy's EA as a market of genfx does.

    Args:
        strategy: As it was emitted.
        market: Symbol, tested window, account.
        expert: Path of the EA below MQL5\\Experts, without .ex5.
        facts: Those that the EA was emitted with.
        model: How the tester makes ticks; None: "m1-ohlc" where smaller bars decide what happens
            inside a bar, else "open-prices".

    Raises:
        ConfigError: The leverage is no whole number, which MetaTrader's is.
    """
    leverage = market.account.leverage
    if leverage != int(leverage):
        raise ConfigError(f"leverage 1:{leverage:g}: MetaTrader's tester wants a whole number")
    times = market.bars.time[[market.first, market.end - 1]].tolist()
    first, last = (datetime.fromtimestamp(time, UTC) for time in times)
    finer = market.costs.both_touched == "finer"
    return TesterRun(
        expert=expert,
        symbol=market.bars.symbol,
        timeframe=timeframe_name(market.bars.timeframe),
        first=first.date(),
        last=last.date() + timedelta(days=1),
        deposit=market.account.deposit,
        currency=market.account.currency,
        leverage=leverage,
        model=model or ("m1-ohlc" if finer else "open-prices"),
        report=f"{expert}_report",
        inputs=set_rows(strategy, facts),
    )


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
