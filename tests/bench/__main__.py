"""Time genfx against a hand-written C program on the bench subset, criteria checked equal.

The subset: fixed lots, constant spread, entries that are the "and" of two crossings, a stop and a
target of so many average ranges. Run `python -m tests.bench [--bars FILE.csv]`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtest import bits
from backtest.bars import Bars
from backtest.criteria import CRITERIA, bars_per_year
from backtest.fast import Runner
from backtest.market import Costs, Market, Symbol
from backtest.program import AND, Arena, Distance, Program, Rules, Size
from dsl.jit import F64
from tests.bench.limit import STRATEGY, compile_limit, limit_runner

BARS, STRATEGIES, AVERAGES, SPREAD, WARMUP = 37_000, 200, 24, 10, 300
LOTS = 0.1


def synthetic_bars(rng: np.random.Generator, n: int) -> Bars:
    """Return a random walk of hourly bars in five digits."""
    close = 120_000 + np.cumsum(rng.normal(0, 90, n).round()).astype(np.int64)
    open_ = np.concatenate([close[:1], close[:-1]])
    reach = np.abs(rng.normal(0, 60, (2, n)).round()).astype(np.int64)
    high, low = np.maximum(open_, close) + reach[0], np.minimum(open_, close) - reach[1]
    zero = np.zeros(n, np.int64)
    time_ = np.arange(n) * 3600 + 1_072_915_200
    return Bars("SYNTH", 3600, 5, time_, open_, high, low, close, zero + 1, zero)


def bars_of(path: Path) -> Bars:
    """Return the bars of a CSV file: time, open, high, low, close and what else it has."""
    columns = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=(1, 2, 3, 4))
    prices = np.rint(columns * 1e5).astype(np.int64).T
    zero = np.zeros(len(columns), np.int64)
    open_, high, low, close = prices
    time_ = np.arange(len(columns)) * 3600
    return Bars("FILE", 3600, 5, time_, open_, high, low, close, zero + 1, zero)


@dataclass(frozen=True, slots=True)
class Subject:
    """Market, arena and random strategies, in both forms."""

    market: Market
    arena: Arena
    programs: list[Program]
    rows: np.ndarray[tuple[int], np.dtype[np.void]]


def crossings(bars: Bars) -> Arena:
    """Return atoms of closes above and below averages, and the mean range as the only column."""
    price = bars.price("close")
    atoms = []
    for period in np.geomspace(3, 250, AVERAGES).astype(int):
        total = np.cumsum(np.concatenate([[0.0], price]))
        average = np.concatenate([price[: period - 1], (total[period:] - total[:-period]) / period])
        for operation in (bits.CROSSES_ABOVE, bits.GT, bits.CROSSES_BELOW, bits.LT):
            words = np.empty(bits.word_count(len(bars)), np.uint64)
            a, b = (np.concatenate([column[:1], column[:-1]]) for column in (price, average))
            bits.compare_columns(operation, a, b, 1e-9, 0.0, words)
            atoms.append(words)
    wide = (bars.high - bars.low) * bars.point
    total = np.cumsum(np.concatenate([[0.0], wide]))
    mean = np.full(len(bars), wide.mean())
    mean[14:] = (total[14:-1] - total[:-15]) / 14
    return Arena(mean.reshape(1, -1), np.array(atoms))


def subject(bars: Bars) -> Subject:
    """Return random strategies on these bars."""
    rng = np.random.default_rng(7)
    market = Market(bars, Symbol(bars.symbol, bars.digits), costs=Costs(spread=SPREAD))
    rows = np.zeros(STRATEGIES, STRATEGY)
    programs = []
    for row in rows:
        first, second = (4 * rng.integers(AVERAGES, size=2)).tolist()
        stop, target = rng.uniform(1, 4, 2).tolist()
        row["long_a"], row["long_b"], row["short_a"], row["short_b"] = (
            first,
            second + 1,
            first + 2,
            second + 3,
        )
        row["warmup"], row["stop"], row["target"] = WARMUP, stop, target
        programs.append(
            Program(
                *((first, second + 1, AND), (first + 2, second + 3, AND), (), (), (), (), ()),
                *(Distance(stop, 0), Distance(target, 0), None, None, None),
                size=Size("lots", LOTS),
                rules=Rules(),
                warmup=WARMUP,
            )
        )
    return Subject(market, crossings(bars), programs, rows)


def best_of(run: Callable[[], F64], repeats: int = 15) -> tuple[float, F64]:
    """Return the least seconds of processor time per strategy, and the criteria."""
    run()
    least = np.inf
    for _ in range(repeats):
        begin = time.thread_time()
        result = run()
        least = min(least, time.thread_time() - begin)
    return least / STRATEGIES, result


def main() -> None:
    """Run both, check their criteria, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--bars", type=Path, help="CSV: time,open,high,low,close,...")
    path = parser.parse_args().bars
    bars = bars_of(path) if path else synthetic_bars(np.random.default_rng(1), BARS)
    case = subject(bars)
    runner = Runner(case.market)
    numbers = {
        "spread": SPREAD,
        "value": 100_000.0 / 10**bars.digits,
        "lots": LOTS,
        "deposit": case.market.account.deposit,
        "scale": float(10**bars.digits),
        "sharpe_scale": bars_per_year(case.market) ** 0.5,
    }
    with tempfile.TemporaryDirectory() as folder:
        library = compile_limit(Path(folder))
        prices = {name: getattr(bars, name) for name in ("open", "high", "low", "close")}
        arena = case.arena
        limit = limit_runner(library, prices, arena.columns[0], arena.atoms, numbers, case.rows)
        limit_s, expected = best_of(limit)
        genfx_s, found = best_of(lambda: runner.batch(arena, case.programs))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    print(f"{len(bars)} bars, {STRATEGIES} strategies, {found[:, 5].mean():.0f} trades each")
    print(f"equal: {', '.join(CRITERIA)}, trades")
    print(f"{'engine':<10}{'us each':>10}{'ratio':>8}")
    for name, seconds in (("C limit", limit_s), ("genfx", genfx_s)):
        print(f"{name:<10}{seconds * 1e6:>10.1f}{seconds / limit_s:>8.2f}")


if __name__ == "__main__":
    main()
