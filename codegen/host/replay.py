"""Runs a translated Expert Advisor on a market, behind the stand-in of MetaTrader's runtime.

The state of a run belongs to its thread, the variables of an Expert Advisor to its library: replays
of different experts may run side by side, two of the same one wait for each other.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from backtest.market import Market
from backtest.result import CloseReason, Deals
from codegen.host.abi import (
    DEAL,
    STATISTICS,
    HostAnswer,
    HostInputValue,
    HostMarket,
    HostOptions,
    HostOutage,
    HostReport,
    host_market,
    int64s,
)
from codegen.host.script import SMOOTH, Script
from dsl.errors import CodegenError, ConfigError, DataError, did_you_mean
from dsl.jit import F64, I64

Mode = Literal["open-prices", "m1-ohlc"]
InputValue = float | int | bool | str
OTHER_REASON = -1  # the expert closed a position and named no reason of the contract
_EXECUTED = ("no", "yes", "later", "partly")
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
    Chart objects that were not deleted. comment: What Comment showed last. fault: Why the program
    was terminated, with its place in the .mq5; None where it ran to the end.
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
    comment: str
    fault: str | None

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
    library: Path,
    number: int,
    market: Market,
    *,
    inputs: Mapping[str, InputValue] | None = None,
    script: Script = SMOOTH,
    mode: Mode = "open-prices",
    trace_bars: Sequence[int] = (),
) -> HostResult:
    """Run one Expert Advisor of a library over the window of a checked market.

    Args:
        inputs: Values of inputs by name; enumerations and colors are whole numbers, times are
            seconds. The others keep the values they have in the source.
        script: What goes wrong.
        mode: Ticks at bar opens only, or also those of the finer bars.
        trace_bars: Rows at which the traced functions report their values.
    Raises:
        ConfigError: There is no such input, or the value is not of its type.
        DataError: The mode needs finer bars and the market has none.
        CodegenError: The system does not load the library.
    """
    if mode == "m1-ohlc" and market.finer is None:
        raise DataError(
            "mode m1-ohlc: the market has no finer bars", hint="give them, or use open-prices"
        )
    code = _library(library)
    given, kept = host_market(market)
    values = _input_values(code, number, inputs or {})
    options, also_kept = _options(script, values, mode, trace_bars)
    with _alone(library, number), _report(code, number, given, options) as report:
        result = _result(report)
    del kept, also_kept
    return result


def input_types(library: Path, number: int) -> dict[str, str]:
    """Return the inputs of an Expert Advisor with the letters of their types (runtime/expert.h)."""
    return _input_types(_library(library), number)


@lru_cache(maxsize=64)
def _library(path: Path) -> ctypes.CDLL:
    try:
        code = ctypes.CDLL(str(path))
    except OSError as problem:
        hint = "GENFX_CACHE_DIR names another folder, on a disk that may hold programs"
        raise CodegenError(f"{path}: cannot be loaded: {problem}", hint=hint) from problem
    code.genfx_replay.restype = ctypes.POINTER(HostReport)
    code.genfx_replay.argtypes = [
        ctypes.c_int32,
        ctypes.POINTER(HostMarket),
        ctypes.POINTER(HostOptions),
    ]
    code.genfx_release.restype = None
    code.genfx_release.argtypes = [ctypes.POINTER(HostReport)]
    code.genfx_input.restype = ctypes.c_char_p
    code.genfx_input.argtypes = [ctypes.c_int32, ctypes.c_int32]
    return code


_guard = threading.Lock()
_locks: dict[tuple[Path, int], threading.Lock] = {}


def _alone(library: Path, number: int) -> threading.Lock:
    with _guard:
        return _locks.setdefault((library, number), threading.Lock())


@contextmanager
def _report(
    code: ctypes.CDLL, number: int, market: HostMarket, options: HostOptions
) -> Iterator[HostReport]:
    pointer = code.genfx_replay(number, ctypes.byref(market), ctypes.byref(options))
    try:
        yield pointer.contents
    finally:
        code.genfx_release(pointer)


def _input_types(code: ctypes.CDLL, number: int) -> dict[str, str]:
    types: dict[str, str] = {}
    while (known := code.genfx_input(number, len(types))) is not None:
        text = known.decode()
        types[text[1:]] = text[0]
    return types


def _input_values(
    code: ctypes.CDLL, number: int, inputs: Mapping[str, InputValue]
) -> list[HostInputValue]:
    types = _input_types(code, number) if inputs else {}
    values = []
    for name, value in inputs.items():
        if name not in types:
            hint = did_you_mean(name, types) or f"known are {', '.join(types) or 'none'}"
            raise ConfigError(f"the Expert Advisor has no input '{name}'", hint=hint)
        values.append(_input_value(name, types[name], value))
    return values


def _input_value(name: str, kind: str, value: InputValue) -> HostInputValue:
    if kind == "s" or isinstance(value, str):
        if kind != "s" or not isinstance(value, str):
            wanted = "a string" if kind == "s" else "a number"
            raise ConfigError(f"input {name} = {value!r}: it takes {wanted}")
        return HostInputValue(name.encode(), 0.0, 0, value.encode())
    if kind not in "df" and value != int(value):
        raise ConfigError(f"input {name} = {value!r}: it takes a whole number")
    whole = 0 if kind in "df" else int(value)
    return HostInputValue(name.encode(), float(value), whole, b"")


def _options(
    script: Script, inputs: list[HostInputValue], mode: Mode, trace_bars: Sequence[int]
) -> tuple[HostOptions, list[Any]]:
    """Return the options for the host, and what must outlive them."""
    answers = [
        HostAnswer(a.request, a.count, a.code, _EXECUTED.index(a.executed)) for a in script.answers
    ]
    outages = [HostOutage(o.bar, o.calls) for o in script.outages]
    options = HostOptions(
        finer_ticks=mode == "m1-ohlc",
        live=script.live,
        ticks=script.ticks,
        late_until=script.late_until,
        late_rows=script.late_rows,
        input_count=len(inputs),
        answer_count=len(answers),
        outage_count=len(outages),
    )
    options.inputs = (HostInputValue * len(inputs))(*inputs)
    options.answers = (HostAnswer * len(answers))(*answers)
    options.outages = (HostOutage * len(outages))(*outages)
    rows = {
        "restart": script.restarts,
        "silent": script.silent,
        "closed": script.closed,
        "trace": tuple(trace_bars),
    }
    fields = {"restart": "restarts", "trace": "traced"}
    kept: list[Any] = []
    for name, chosen in rows.items():
        pointer, array = int64s(chosen)
        setattr(options, f"{name}_count", len(array))
        setattr(options, fields.get(name, name), pointer)
        kept.append(array)
    return options, kept


def _result(report: HostReport) -> HostResult:
    rows = np.frombuffer(_bytes(report.deals, report.deal_count * DEAL.itemsize), DEAL)
    equity = np.frombuffer(_bytes(report.equity, report.equity_count * 8), np.float64)
    journal = _records(report.journal, report.journal_bytes)
    trace = _records(report.trace, report.trace_bytes)
    objects = _records(report.objects, report.objects_bytes)
    return HostResult(
        init_code=report.init_code,
        deals=_deals(rows),
        magic=rows["magic"].copy(),
        position=rows["position"].copy(),
        equity=equity,
        journal=tuple(JournalLine(int(bar), int(time), text) for bar, time, text in journal),
        trace=tuple(TraceRow(int(bar), name, float(value)) for bar, name, value in trace),
        statistics=dict(zip(STATISTICS, report.statistics, strict=True)),
        on_tester=report.on_tester if report.has_on_tester else None,
        leaked_handles=report.leaked,
        objects_left=tuple(name for (name,) in objects),
        comment=_bytes(report.comment, report.comment_bytes).decode(),
        fault=None if report.fault is None else report.fault.decode(),
    )


def _bytes(pointer: Any, size: int) -> bytes:
    return ctypes.string_at(pointer, size) if size else b""


def _records(pointer: Any, size: int) -> list[list[str]]:
    text = _bytes(pointer, size).decode("utf-8", "replace")
    return [record.split("\x1f") for record in text.split("\x1e")[:-1]]


def _deals(rows: np.ndarray[Any, Any]) -> Deals:
    columns = {name: np.ascontiguousarray(rows[name]) for name in DEAL.names or ()}
    causes = [cause.decode() for cause in columns.pop("cause").tolist()]
    reasons = [_REASONS.get(cause, OTHER_REASON) for cause in causes]
    columns["reason"] = np.array(reasons, dtype=np.int64)
    for name in ("magic", "position"):
        del columns[name]
    for column in columns.values():
        column.setflags(write=False)
    return Deals(**columns)
