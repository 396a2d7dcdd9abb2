"""The bench subset in hand-written C: built with the machine's compiler, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dsl.jit import F64, I64, U64

SOURCE = Path(__file__).with_name("limit.c")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
STRATEGY = np.dtype(
    [(name, np.int64) for name in ("long_a", "long_b", "short_a", "short_b", "warmup")]
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
            for name in ("open", "high", "low", "close", "squares", "distance", "atoms")
        ),
    )


def compile_limit(folder: Path) -> ctypes.CDLL:
    """Return the compiled C program.

    Raises:
        RuntimeError: There is no C compiler.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise RuntimeError("no C compiler (cc, gcc or clang) on the path")
    library = folder / "limit.so"
    subprocess.run([compiler, *FLAGS, "-o", library, SOURCE, "-lm"], check=True)
    return ctypes.CDLL(str(library))


def limit_runner(
    library: ctypes.CDLL,
    prices: dict[str, I64],
    column: F64,
    atoms: U64,
    numbers: dict[str, float],
    strategies: np.ndarray[tuple[int], np.dtype[np.void]],
) -> Callable[[], F64]:
    """Return a function that runs all strategies and returns float64[strategies, 6].

    prices: open, high, low, close in points. column: The distance that stop and target multiply.
    numbers: spread, value, lots, deposit, scale, sharpe_scale. strategies: Rows of STRATEGY.
    """
    change = np.diff(prices["close"], prepend=prices["close"][0])
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
        name: prices[name].astype(np.int32) for name in ("open", "high", "low", "close")
    }
    arrays |= {"squares": np.cumsum(change * change), "distance": column, "atoms": atoms}
    facts = Facts(bars=len(column), words=atoms.shape[1])
    facts.spread = int(numbers["spread"])
    for name in ("value", "lots", "deposit", "scale", "sharpe_scale"):
        setattr(facts, name, numbers[name])
    for name, array in arrays.items():
        setattr(facts, name, array.ctypes.data)
    out = np.zeros((len(strategies), 6))

    def run() -> F64:
        library.run(
            ctypes.byref(facts),
            ctypes.c_void_p(strategies.ctypes.data),
            ctypes.c_int64(len(strategies)),
            ctypes.c_void_p(out.ctypes.data),
        )
        assert arrays  # keeps what the pointers point at alive
        return out

    return run
