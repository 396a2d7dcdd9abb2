"""Compare genfx with other engines, and with its own limits; every ratio comes from this run.

Run `python -m tests.bench [--bars FILE]`, alone on the machine; nothing in CI depends on it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench import engines, kernels, scaling, search, startup
from tests.bench.cases import STRATEGIES, bars_of, case_of, market_of, strategies_of

SECTIONS = {
    "engines": engines.lines,
    "scaling": scaling.lines,
    "search": search.lines,
    "kernels": kernels.lines,
    "startup": startup.lines,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--bars", type=Path, help="a file that genfx reads; default: random bars")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="these parts alone")
    options = parser.parse_args()
    market = market_of(bars_of(options.bars))
    case = case_of(market, strategies_of(STRATEGIES))
    print(f"{len(market.bars)} bars of {market.bars.symbol}")
    for name in options.only or SECTIONS:
        print(f"\n{name}", *SECTIONS[name](case), sep="\n", flush=True)


if __name__ == "__main__":
    main()
