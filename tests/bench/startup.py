"""Cold starts: a new process each time, kernels compiled and kept on disk before."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.cases import Case

EXAMPLE = Path(__file__).parents[2] / "examples" / "ema_rsi.strat"
REPEATS = 5


def lines(case: Case) -> list[str]:
    """Return a line for each start."""
    commands = {
        "genfx --help": ["-m", "genfx", "--help"],
        "genfx backtest of an example on the bundled bars": [
            "-m",
            "genfx",
            "backtest",
            str(EXAMPLE),
        ],
        f"first evaluation on {len(case.market.bars)} bars": ["-c", _FIRST],
    }
    return [f"{name}: {_seconds(command):.2f} s" for name, command in commands.items()]


_FIRST = """
from codegen.evaluate import Evaluator
from tests.bench.cases import BARS, market_of, strategies_of, synthetic_bars
Evaluator(market_of(synthetic_bars(BARS))).evaluate(strategies_of(1))
"""


def _seconds(command: list[str]) -> float:
    """Return the least wall time of a command after a first one that fills the caches."""
    least = float("inf")
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(REPEATS + 1):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, *command],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2] if command[0] == "-c" else folder,
            )
            if repeat:
                least = min(least, time.perf_counter() - begin)
    return least
