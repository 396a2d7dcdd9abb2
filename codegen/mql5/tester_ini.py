"""The .ini of an unattended run of MetaTrader's strategy tester: `terminal64.exe /config:FILE`."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dsl.errors import CodegenError

Model = Literal["every-tick", "m1-ohlc", "open-prices", "real-ticks"]
Optimization = Literal["off", "complete", "genetic"]
MODELS: Mapping[Model, int] = {
    "every-tick": 0,
    "m1-ohlc": 1,
    "open-prices": 2,
    "real-ticks": 4,
}
_OPTIMIZATIONS: Mapping[Optimization, int] = {"off": 0, "complete": 1, "genetic": 2}
_BY_ON_TESTER = 6  # the optimisation criterion


@dataclass(frozen=True, slots=True)
class TesterRun:
    """One run of the tester.

    expert: Its path under MQL5/Experts, backslashes, without .ex5. parameters: The name of a .set
    file in MQL5/Profiles/Tester, "" for the EA's defaults. first, last: Days tested, `last` not
    any more. report: Path of the report, relative to the terminal's data folder. inputs: Values of
    inputs that replace those of the .set file, as MQL5 writes them.
    """

    expert: str
    symbol: str
    timeframe: str
    model: Model
    first: date
    last: date
    deposit: float
    currency: str
    leverage: float
    report: str
    parameters: str = ""
    optimization: Optimization = "off"
    inputs: tuple[tuple[str, str], ...] = ()
    shut_down: bool = True


def emit_ini(run: TesterRun) -> bytes:
    """Return the file: ASCII where that is enough, else UTF-16LE with BOM; CRLF.

    Raises:
        CodegenError: The days are none, or a text would break its line.
    """
    if not run.first < run.last:
        raise CodegenError(f"a test from {run.first} to {run.last} has no day")
    rows = [("Tester", _tester_rows(run))]
    if run.inputs:
        rows.append(("TesterInputs", run.inputs))
    lines: list[str] = []
    for section, pairs in rows:
        lines.append(f"[{section}]")
        lines += [f"{name}={_line(name, text)}" for name, text in pairs]
    text = "\r\n".join(lines) + "\r\n"
    if text.isascii():
        return text.encode("ascii")
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def _tester_rows(run: TesterRun) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Expert", run.expert),
        ("ExpertParameters", run.parameters),
        ("Symbol", run.symbol),
        ("Period", run.timeframe),
        ("Model", str(MODELS[run.model])),
        ("ExecutionMode", "0"),
        ("Optimization", str(_OPTIMIZATIONS[run.optimization])),
        ("OptimizationCriterion", str(_BY_ON_TESTER)),
        ("FromDate", f"{run.first:%Y.%m.%d}"),
        ("ToDate", f"{run.last:%Y.%m.%d}"),
        ("ForwardMode", "0"),
        ("Deposit", _number(run.deposit)),
        ("Currency", run.currency),
        ("Leverage", f"1:{_number(run.leverage)}"),
        ("Report", run.report),
        ("ReplaceReport", "1"),
        ("Visual", "0"),
        ("ShutdownTerminal", "1" if run.shut_down else "0"),
    ]
    kept = {"OptimizationCriterion"} if run.optimization == "off" else set()
    return tuple((name, text) for name, text in rows if text and name not in kept)


def _number(value: float) -> str:
    return f"{value:.2f}".removesuffix(".00")


def _line(name: str, text: str) -> str:
    if any(not character.isprintable() for character in text):
        raise CodegenError(f"{name} = {text!r} does not fit into a line of an .ini file")
    return text
