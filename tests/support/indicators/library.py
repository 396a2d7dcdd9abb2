"""Built-in indicators of the MQL5 stand-in by ctypes, called as Expert Advisors write them."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from codegen.host.compiler import include_flags
from dsl.jit import F64, I64

RUNTIME = Path(__file__).resolve().parents[3] / "codegen" / "host" / "runtime"
DRIVER = Path(__file__).with_name("driver.cpp")
COMPILER = shutil.which("g++") or shutil.which("clang++")
_PRELUDE = 'const string _Symbol = "TEST"; const ENUM_TIMEFRAMES _Period = PERIOD_H1;'
_DOUBLES = ctypes.POINTER(ctypes.c_double)
_LONGS = ctypes.POINTER(ctypes.c_int64)


class Indicators:
    """Handles of calls written in MQL5, compiled once, over bars that are shown step by step.

    Args:
        calls: Such as `iRSI(_Symbol, _Period, 14, PRICE_CLOSE)`; `handle_of(0)` stands for the
            handle of the first call.
        folder: An empty folder for the library.
    """

    def __init__(self, calls: Sequence[str], folder: Path) -> None:
        assert COMPILER is not None
        self.calls = {call: number for number, call in enumerate(calls)}
        self.rows = 0
        source, library = folder / "indicators.cpp", folder / "indicators.so"
        source.write_text(_source(calls), encoding="utf-8")
        flags = ["-std=c++17", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wconversion"]
        flags += ["-Wno-sign-conversion", "-Werror", "-ffp-contract=off", *include_flags()]
        ran = subprocess.run(
            [COMPILER, *flags, str(source), "-o", str(library)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[:4000]
        self.library = ctypes.CDLL(str(library))
        self.library.load.argtypes = [ctypes.c_int, _DOUBLES, _LONGS, _LONGS, ctypes.c_double]
        self.library.copy.argtypes = [ctypes.c_int, ctypes.c_int, _DOUBLES]

    def load(self, prices: Sequence[F64], ticks: I64, point: float) -> None:
        """Take bars: open, high, low and close, tick volumes, real volumes three times as large."""
        table = np.ascontiguousarray(np.stack(prices))
        counts, real = ticks.astype(np.int64), 3 * ticks.astype(np.int64)
        self.rows = table.shape[1]
        self.library.load(
            self.rows,
            table.ctypes.data_as(_DOUBLES),
            counts.ctypes.data_as(_LONGS),
            real.ctypes.data_as(_LONGS),
            point,
        )
        self.show(self.rows)

    def show(self, rows: int, *, first_tick: bool = False) -> None:
        """Make the first rows bars visible, the last one as it opens or as it closes."""
        self.library.show(rows, int(first_tick))
        self.visible = rows

    def handle(self, call: str) -> int:
        """Return the handle that a call gives, -1 where it is refused."""
        return int(self.library.handle_of(self.calls[call]))

    def values(self, call: str) -> list[F64]:
        """Return all buffers of a call over what is visible, computed in one go."""
        indicator = self.open(call)
        self.library.update(indicator)
        return self.buffers(indicator)

    def open(self, call: str) -> int:
        """Return a new object for a call, which `update` brings up to date."""
        handle = self.handle(call)
        assert handle >= 10, f"{call} is refused"
        return int(self.library.open_object(handle))

    def update(self, indicator: int) -> None:
        """Compute what became visible since."""
        self.library.update(indicator)

    def buffers(self, indicator: int) -> list[F64]:
        """Return the values of all buffers as they are now."""
        found = []
        for number in range(self.library.buffers(indicator)):
            values = np.full(self.visible, np.nan)
            size = self.library.copy(indicator, number, values.ctypes.data_as(_DOUBLES))
            assert size == self.visible
            found.append(values)
        return found


def _source(calls: Sequence[str]) -> str:
    includes = [f'#include "{path.name}"' for path in sorted(RUNTIME.glob("indicators*.cpp"))]
    table = ", ".join(f"[] {{ return {call}; }}" for call in calls)
    return "\n".join(
        [
            *includes,
            _PRELUDE,
            "extern int (*const calls[])();",
            'extern "C" int handle_of(int call);',
            f"int (*const calls[])() = {{{table}}};",
            f'#include "{DRIVER}"',
            "",
        ]
    )
