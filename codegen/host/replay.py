"""Runs a translated Expert Advisor on a market, behind the stand-in of MetaTrader's runtime.

Each replay has a process of its own: an Expert Advisor that crashes ends that one, which becomes
the result of its replay, and nothing of a run is left for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from backtest.market import Market
from backtest.result import CloseReason, Deal, Deals
from codegen.host.library import library
from codegen.host.message import Item, Report, packed
from codegen.host.process import Answer, ask
from codegen.host.request import course_items, market_items, script_items
from codegen.host.script import SMOOTH, Script
from dsl.cache import mark_used
from dsl.errors import CodegenError, ConfigError, DataError, did_you_mean
from dsl.jit import F64, I64

Mode = Literal["open-prices", "m1-ohlc"]
InputValue = float | int | bool | str
OTHER_REASON = -1  # the expert closed a position and named no reason of the contract
_REAL_COLUMNS = ("lots", "profit", "commission", "swap", "balance")
_LIMIT_S, _LIMIT_PER_BAR_S = 60.0, 2e-3  # far beyond what any replay takes
_MEMORY, _MEMORY_PER_BAR = 4 << 30, 4 << 10  # bytes, likewise
_RECORD, _FIELD = "\x1e", "\x1f"
_REASONS = {reason.name.lower(): int(reason) for reason in CloseReason}


class JournalLine(NamedTuple):
    """A line that the Expert Advisor printed; bar -1 is before the first one."""

    bar: int
    time: int
    text: str


class TraceRow(NamedTuple):
    """A value of a traced function at a bar."""

    bar: int
    name: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class HostResult:
    """What became of an Expert Advisor.

    init_code: What OnInit returned, 0 for success. deals: As the engines give them; `reason` is
    OTHER_REASON where the expert named none. magic, position: int64[deals], magic number and
    ticket of the position. equity: float64[bars run], at each close. statistics: By MetaTrader's
    names without STAT_. on_tester: None where there is no OnTester, or it was not reached.
    leaked_handles: Indicators that OnDeinit did not release, over all restarts. objects_left:
    Chart objects that were not deleted. globals_left: Global variables of the terminal. comment:
    What Comment showed last. fault: Why the program was terminated, with its place in the .mq5;
    None where it ran to the end. requests: Trade requests that it sent. met: Of the answers,
    outages, restarts, late rows and the filling that a script asks for, those that it met. late:
    It was stopped because it took too long.
    """

    init_code: int
    deals: Deals
    magic: I64
    position: I64
    equity: F64
    journal: tuple[JournalLine, ...]
    trace: tuple[TraceRow, ...]
    statistics: Mapping[str, float]
    on_tester: float | None
    leaked_handles: int
    objects_left: tuple[str, ...]
    globals_left: tuple[str, ...]
    comment: str
    fault: str | None
    requests: int
    met: Script
    late: bool = False

    @property
    def problem(self) -> str:
        """Return what is wrong with the Expert Advisor, whatever it traded; "" for nothing."""
        if self.fault is not None:
            return self.fault
        if self.init_code:
            return f"OnInit returned {self.init_code}"
        if self.leaked_handles:
            return f"OnDeinit left {self.leaked_handles} indicator handles unreleased"
        return ""


def replay(
    program: Path,
    number: int,
    market: Market,
    *,
    inputs: Mapping[str, InputValue] | None = None,
    script: Script = SMOOTH,
    mode: Mode = "open-prices",
    trace_bars: Sequence[int] = (),
) -> HostResult:
    """Run one Expert Advisor of a program over the window of a checked market.

    Args:
        inputs: Values of inputs by name; enumerations and colors are whole numbers, times are
            seconds. The others keep the values they have in the source.
        script: What goes wrong.
        mode: Ticks at bar opens only, or also those of the finer bars.
        trace_bars: Rows at which the traced functions report their values.
    Raises:
        ConfigError: There is no such input, or the value is not of its type.
        DataError: The mode needs finer bars and the market has none.
        CodegenError: The system does not run the program.
    """
    if mode == "m1-ohlc" and market.finer is None:
        raise DataError(
            "mode m1-ohlc: the market has no finer bars", hint="give them, or use open-prices"
        )
    request = packed(
        market_items(market)
        | script_items(script)
        | course_items(finer_ticks=mode == "m1-ohlc", trace_bars=trace_bars, memory=_memory(market))
        | _input_items(program, number, inputs or {})
    )
    mark_used(program)
    answer = ask(program, "replay", number, request, _limit_s(market))
    if answer.end:
        return _ended(answer)
    return _result(Report(answer.content), script)


def _limit_s(market: Market) -> float:
    return _LIMIT_S + _bars(market) * _LIMIT_PER_BAR_S


def _memory(market: Market) -> int:
    return _MEMORY + _bars(market) * _MEMORY_PER_BAR


def _bars(market: Market) -> int:
    return len(market.bars) + (0 if market.finer is None else len(market.finer))


@lru_cache(maxsize=256)
def input_types(program: Path, number: int) -> Mapping[str, str]:
    """Return the inputs of an Expert Advisor with the letters of their types (runtime/expert.h).

    Raises:
        CodegenError: The program ended before it had listed them.
    """
    answer = ask(program, "inputs", number, b"", _LIMIT_S)
    if answer.end:
        raise CodegenError(f"{program}: its inputs cannot be listed: it {answer.end}")
    listed = Report(answer.content).text("inputs").split(_RECORD)[:-1]
    return {text[1:]: text[0] for text in listed}


def _input_items(program: Path, number: int, inputs: Mapping[str, InputValue]) -> dict[str, Item]:
    types = input_types(program, number) if inputs else {}
    items = {}
    for name, value in inputs.items():
        if name not in types:
            hint = did_you_mean(name, types) or f"known are {', '.join(types) or 'none'}"
            raise ConfigError(f"the Expert Advisor has no input '{name}'", hint=hint)
        items[f"input.{name}"] = _input_item(name, types[name], value)
    return items


def _input_item(name: str, kind: str, value: InputValue) -> Item:
    if kind == "s" or isinstance(value, str):
        if kind != "s" or not isinstance(value, str):
            wanted = "a string" if kind == "s" else "a number"
            raise ConfigError(f"input {name} = {value!r}: it takes {wanted}")
        return value
    if kind in "df":
        return float(value)
    if value != int(value):
        raise ConfigError(f"input {name} = {value!r}: it takes a whole number")
    return int(value)


# --- what came back


def _result(report: Report, script: Script) -> HostResult:
    return HostResult(
        init_code=report.integer("init_code"),
        deals=_deals(report),
        magic=report.integers("deals.magic"),
        position=report.integers("deals.position"),
        equity=report.reals("equity"),
        journal=tuple(
            JournalLine(int(bar), int(time), text)
            for bar, time, text in _records(report, "journal")
        ),
        trace=tuple(
            TraceRow(int(bar), name, float(value)) for bar, name, value in _records(report, "trace")
        ),
        statistics=dict(zip(statistic_names(), report.reals("statistics").tolist(), strict=True)),
        on_tester=report.real("on_tester") if report.integer("has_on_tester") else None,
        leaked_handles=report.integer("leaked"),
        objects_left=tuple(name for (name,) in _records(report, "objects")),
        globals_left=tuple(name for (name,) in _records(report, "globals")),
        comment=report.text("comment"),
        fault=report.text("fault") or None,
        requests=report.integer("requests"),
        met=_met(report, script),
    )


def _met(report: Report, script: Script) -> Script:
    """Return what of a script came about."""
    late = bool(report.integer("met.late_rows"))
    return Script(
        answers=tuple(script.answers[place] for place in report.integers("met.answers")),
        outages=tuple(script.outages[place] for place in report.integers("met.outages")),
        restarts=tuple(report.integers("met.restarts").tolist()),
        late_until=script.late_until if late else 0,
        late_rows=script.late_rows if late else 0,
        filling=script.filling if report.integer("requests") else SMOOTH.filling,
    )


def _ended(answer: Answer) -> HostResult:
    """Return the result of a run that gave no report."""
    nothing = np.zeros(0, dtype=np.int64)
    return HostResult(
        init_code=0,
        deals=Deals.of(()),
        magic=nothing,
        position=nothing,
        equity=np.zeros(0),
        journal=(),
        trace=(),
        statistics=dict.fromkeys(statistic_names(), 0.0),
        on_tester=None,
        leaked_handles=0,
        objects_left=(),
        globals_left=(),
        comment="",
        fault=f"it {answer.end}",
        requests=0,
        met=SMOOTH,
        late=answer.late,
    )


@lru_cache(maxsize=1)
def statistic_names() -> tuple[str, ...]:
    """Return the figures of a test as ENUM_STATISTICS counts them, without STAT_."""
    return tuple(name.removeprefix("STAT_") for name in library().enums["ENUM_STATISTICS"])


def _records(report: Report, name: str) -> list[list[str]]:
    return [record.split(_FIELD) for record in report.text(name).split(_RECORD)[:-1]]


def _deals(report: Report) -> Deals:
    causes = report.text("deals.cause").split(_RECORD)[:-1]
    reasons = [_REASONS.get(cause, OTHER_REASON) for cause in causes]
    columns: dict[str, Any] = {"reason": np.array(reasons, dtype=np.int64)}
    for name in Deal._fields:
        if name != "reason":
            column = report.reals if name in _REAL_COLUMNS else report.integers
            columns[name] = column(f"deals.{name}")
    for column in columns.values():
        column.setflags(write=False)
    return Deals(**columns)
