"""The bench subset in hand-written C: built with the machine's compiler, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from backtest.criteria import bars_per_year
from dsl.jit import F64
from tests.bench.cases import LOTS, SPREAD, Case
from tests.bench.timing import Measured, NotInstalledError, best_of

SOURCE = Path(__file__).with_name("limit.c")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
STRATEGY = np.dtype(
    [(name, np.int64) for name in ("long_a", "long_b", "short_a", "short_b", "warmup", "column")]
    + [("stop", np.float64), ("target", np.float64)]
)


class Facts(ctypes.Structure):
    """`market` of limit.c."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("bars", "words", "spread")),
        *(
            (name, ctypes.c_double)
            for name in ("value", "lots", "deposit", "scale", "sharpe_scale")
        ),
        *(
            (name, ctypes.c_void_p)
            for name in ("open", "high", "low", "close", "squares", "columns", "atoms")
        ),
    )


def measure(case: Case) -> list[Measured]:
    """Return the time of the C program."""
    with tempfile.TemporaryDirectory() as folder:
        run = _runner(_library(Path(folder)), case)
        seconds = best_of(run)
        return [Measured("C limit", seconds / len(case.programs), run())]


def _library(folder: Path) -> ctypes.CDLL:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NotInstalledError("C limit: no compiler (cc, gcc or clang) on the path")
    library = folder / "limit.so"
    subprocess.run([compiler, *FLAGS, "-o", library, SOURCE, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def _rows(case: Case) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Return the programs as C reads them."""
    rows = np.zeros(len(case.programs), STRATEGY)
    for row, program in zip(rows, case.programs, strict=True):
        assert program.stop_loss is not None
        assert program.take_profit is not None
        row["long_a"], row["long_b"], _ = program.long_entry
        row["short_a"], row["short_b"], _ = program.short_entry
        row["warmup"], row["column"] = program.warmup, program.stop_loss.column
        row["stop"], row["target"] = program.stop_loss.factor, program.take_profit.factor
    return rows


def _runner(library: ctypes.CDLL, case: Case) -> Callable[[], F64]:
    """Return a function that runs all strategies and returns float64[strategies, 6]."""
    bars, atoms, columns = case.market.bars, case.arena.atoms, case.arena.columns
    change = np.diff(bars.close, prepend=bars.close[0])
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
        name: getattr(bars, name).astype(np.int32) for name in ("open", "high", "low", "close")
    }
    arrays |= {"squares": np.cumsum(change * change), "columns": columns, "atoms": atoms}
    facts = Facts(bars=len(bars), words=atoms.shape[1], spread=SPREAD)
    facts.lots, facts.deposit = LOTS, case.market.account.deposit
    facts.value, facts.scale = 100_000.0 / 10**bars.digits, float(10**bars.digits)
    facts.sharpe_scale = bars_per_year(case.market) ** 0.5
    for name, array in arrays.items():
        setattr(facts, name, array.ctypes.data)
    rows, out = _rows(case), np.zeros((len(case.programs), 6))

    def run() -> F64:
        library.run(
            ctypes.byref(facts),
            ctypes.c_void_p(rows.ctypes.data),
            ctypes.c_int64(len(rows)),
            ctypes.c_void_p(out.ctypes.data),
        )
        assert arrays  # keeps what the pointers point at alive
        return out

    return run
