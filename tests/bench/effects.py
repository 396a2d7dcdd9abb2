"""How much it matters where MetaTrader, or another broker, does otherwise than the simulation.

Run `python -m tests.bench.effects --minutes M1 --hours H1`: all strategies that come with genfx are
tested again and again, with one thing changed at a time. Minute bars make hourly ones and decide
what happened inside them; the hourly file gives the years before, and a second source for the same
months. The tables of docs/parity.md were made so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

import genfx
from backtest.bars import Bars
from backtest.market import Costs, Market, Symbol
from backtest.reference import simulate
from backtest.resample import resampled
from backtest.result import Result
from backtest.timeframes import shown_time
from codegen.evaluate import Evaluator
from dsl.jit import F64, I64, Bool1D
from dsl.registry import lookup
from dsl.strategy import Strategy
from genfx.bars.sources import load_bars
from genfx.strategy_files import load_library, load_strategy

EXAMPLES = Path(genfx.__file__).parents[1] / "examples"
LIBRARY = EXAMPLES.parent / "genfx" / "library"
COLUMNS = ("time", "open", "high", "low", "close", "tick_volume", "spread")
HOUR, DAY = 3600, 86_400
PESSIMISTIC: Final = "pessimistic"  # the default of both_touched
HISTORY = 6_000  # hourly bars before the tested window
SWAPS: dict[str, Any] = {"swap_mode": "points", "swap_long": -5.0, "swap_short": 1.0}
DEPTHS = (500, 2000)
LINES = (
    ("ema", (50,)),
    ("ema", (200,)),
    ("smma", (50,)),
    ("smma", (200,)),
    ("rsi", (14,)),
    ("adx", (14,)),
    ("adx_wilder", (14,)),
    ("ama", (10, 2, 30)),
    ("tema", (50,)),
    ("sar", (0.02, 0.2)),
)

Tests = dict[str, Result]
Change = Callable[[Market], Market]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change does to all strategies: deals that are others, net profit gained or lost."""

    name: str
    deals: int
    changed: int
    net: dict[str, float]

    def row(self) -> str:
        """Return a line of the table: share of deals, median and largest size of the difference."""
        worst = max(self.net, key=lambda title: abs(self.net[title]))
        typical = median(abs(value) for value in self.net.values())
        share = 100 * self.changed / max(1, self.deals)
        return (
            f"| {self.name} | {share:.1f} % | {sum(self.net.values()):+.0f} | {typical:.0f} "
            f"| {self.net[worst]:+.0f} (`{worst}`) |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.effects", description=__doc__)
    parser.add_argument("--minutes", type=Path, required=True, help="M1 bars of a few months")
    parser.add_argument("--hours", type=Path, required=True, help="H1 bars of the years before")
    parser.add_argument("--from", dest="start", default="2010-01-01", help="first day of the years")
    options = parser.parse_args()
    minutes, hours = load_bars(options.minutes), load_bars(options.hours)
    strategies = shipped()
    print(f"{len(strategies)} strategies, {hours.symbol}, spread 10 points, 10,000 USD")
    months = months_of(minutes, hours)
    tables = (
        month_lines(strategies, months, hours),
        year_lines(strategies, hours, options),
        inside_lines(strategies, hours, options),
        depth_lines(months),
    )
    for table in tables:
        for text in table:
            print(text, flush=True)


def shipped() -> dict[str, Strategy]:
    """Return the strategies that come with genfx, by the name of their file."""
    files = (*EXAMPLES.iterdir(), *LIBRARY.iterdir())
    paths = sorted(p for p in files if p.suffix in {".strat", ".formula"})
    return {p.stem: load_strategy(p) for p in paths if load_library(p) is None}


def months_of(minutes: Bars, hours: Bars) -> Market:
    """Return the months that minute bars cover, on hourly bars made of them, with history."""
    made = resampled(minutes, HOUR)
    before = hours.between(0, int(np.searchsorted(hours.time, made.time[0])))
    before = before.between(max(0, len(before) - HISTORY), len(before))
    bars = joined(before, made)
    symbol = Symbol(bars.symbol, bars.digits)
    costs = Costs(both_touched="finer")
    return Market(bars, symbol, costs=costs, first=len(before), finer=minutes)


def joined(older: Bars, newer: Bars) -> Bars:
    """Return bars of one timeframe behind others."""

    def column(name: str) -> I64:
        both: I64 = np.concatenate([getattr(older, name), getattr(newer, name)])
        return both

    time, open_, high, low, close, ticks, spread = (column(name) for name in COLUMNS)
    facts = (newer.symbol, newer.timeframe, newer.digits)
    return Bars(*facts, time, open_, high, low, close, ticks, spread)


def month_lines(strategies: dict[str, Strategy], market: Market, hours: Bars) -> Iterator[str]:
    """Yield the table of the months with minute bars, against bars resolved by them."""
    base = tests(strategies, market)
    yield head("minute bars", market, base)
    changes: dict[str, Change] = {
        **INSIDE,
        "hourly bars of another source": lambda tested: other_source(tested, hours),
    }
    yield from rows(strategies, market, base, changes | common_changes())
    yield closed_row(strategies, market, base)


def inside_lines(
    strategies: dict[str, Strategy], hours: Bars, options: argparse.Namespace
) -> Iterator[str]:
    """Yield the table of what is assumed inside bars, against smaller bars that know."""
    bars = resampled(hours, 4 * HOUR)
    first = first_row(bars, options)
    symbol, finer = Symbol(bars.symbol, bars.digits), Costs(both_touched="finer")
    market = Market(bars, symbol, costs=finer, first=first, finer=hours)
    base = tests(strategies, market)
    yield head("four-hourly bars resolved by hourly ones", market, base)
    yield from rows(strategies, market, base, INSIDE)


def year_lines(
    strategies: dict[str, Strategy], hours: Bars, options: argparse.Namespace
) -> Iterator[str]:
    """Yield the table of the years, against the defaults."""
    market = Market(hours, Symbol(hours.symbol, hours.digits), first=first_row(hours, options))
    base = tests(strategies, market)
    yield head("hourly bars", market, base)
    changes: dict[str, Change] = {
        **{name: change for name, change in INSIDE.items() if PESSIMISTIC not in name},
        **{f"history starts {depth} bars before": history(depth) for depth in DEPTHS},
    }
    yield from rows(strategies, market, base, changes | common_changes())
    yield closed_row(strategies, market, base)


def first_row(bars: Bars, options: argparse.Namespace) -> int:
    """Return the first row of the years."""
    start = int(np.datetime64(options.start, "s").astype(np.int64))
    return int(np.searchsorted(bars.time, start))


def common_changes() -> dict[str, Change]:
    """Return what is changed in both tables."""
    return {
        "gaps: stops at their level (`order`)": costs(gap="order"),
        "spread one point larger": costs(spread=11),
        "spread five times as large in the first hour of a day": evening_spread,
        "swap of -5 points long, +1 short a night": lambda tested: replace(
            tested,
            symbol=replace(tested.symbol, **SWAPS),
        ),
    }


def costs(**changed: Any) -> Change:
    """Return the change of some costs."""
    return lambda tested: replace(tested, costs=replace(tested.costs, **changed))


INSIDE = {
    f"stop and target in one bar: `{mode}`": costs(both_touched=mode)
    for mode in (PESSIMISTIC, "optimistic", "path")
}


def evening_spread(tested: Market) -> Market:
    """Return the market where liquidity is thin in the first hour after midnight."""
    bars = tested.bars
    late = bars.time % DAY < HOUR
    spread = np.where(late, 5, 1) * tested.costs.spread
    return replace(tested, bars=replace(bars, spread=spread))


def other_source(tested: Market, hours: Bars) -> Market:
    """Return the same window on the bars that another source has of it."""
    start, end = tested.bars.time[tested.first], tested.bars.time[tested.end - 1]
    first, last = (int(n) for n in np.searchsorted(hours.time, [start, end + 1]))
    cut = max(0, first - tested.first)
    bars = hours.between(cut, last)
    plain = replace(tested.costs, both_touched=PESSIMISTIC)
    return replace(tested, bars=bars, first=first - cut, costs=plain, finer=None)


def history(depth: int) -> Change:
    """Return the change to a history that starts so many bars before the window."""

    def shorter(tested: Market) -> Market:
        start = max(0, tested.first - depth)
        bars = tested.bars.between(start, len(tested.bars))
        return replace(tested, bars=bars, first=tested.first - start)

    return shorter


def tests(strategies: dict[str, Strategy], market: Market) -> Tests:
    """Return the test of each strategy, by title."""
    evaluator = Evaluator(market)
    return {title: evaluator.result(strategy) for title, strategy in strategies.items()}


def rows(
    strategies: dict[str, Strategy], market: Market, base: Tests, changes: dict[str, Change]
) -> Iterator[str]:
    """Yield a line for each change."""
    for name, change in changes.items():
        yield effect(name, base, tests(strategies, change(market))).row()


def closed_row(strategies: dict[str, Strategy], market: Market, base: Tests) -> str:
    """Return the line of a broker that opens no position in the first bar of a week."""
    evaluator, closed = Evaluator(market), week_starts(market.bars)
    found = {}
    for title, strategy in strategies.items():
        wanted = evaluator.decisions(strategy)
        allowed = wanted.entry_filter & ~closed
        found[title] = simulate(market, replace(wanted, entry_filter=allowed))
    return effect("no entry in the first bar of a week", base, found).row()


def week_starts(bars: Bars) -> Bool1D:
    """Return the bars that follow a weekend."""
    starts: Bool1D = np.diff(bars.time, prepend=bars.time[0]) > DAY
    return starts


def effect(name: str, base: Tests, other: Tests) -> Effect:
    """Return what a change did."""
    was = {(title, *key) for title, result in base.items() for key in deal_keys(result)}
    now = {(title, *key) for title, result in other.items() for key in deal_keys(result)}
    net = {title: other[title].balance - base[title].balance for title in base}
    return Effect(name, len(was), len(was - now), net)


def deal_keys(result: Result) -> Iterator[tuple[int, ...]]:
    """Yield time, entry or close, side and reason of each deal."""
    deals = result.deals
    columns = (deals.time, deals.entry, deals.side, deals.reason)
    yield from zip(*(column.tolist() for column in columns), strict=True)


def head(name: str, market: Market, base: Tests) -> str:
    """Return the top of a table: the window, what the tests gave, how many bars were doubtful."""
    ends = market.bars.time[[market.first, market.end - 1]]
    first, last = (shown_time(int(time))[:10] for time in ends)
    trades = sum(len(result.deals) for result in base.values()) // 2
    doubtful = sum(result.ambiguous_bars for result in base.values())
    net = sum(result.balance - result.deposit for result in base.values())
    return (
        f"\n{name}, {first} .. {last}, {market.end - market.first} bars: {trades} trades, net "
        f"{net:+.0f}, {doubtful} bars touched stop and target\n\n"
        "| change | deals changed | net, all | typical | largest |\n|---|---|---|---|---|"
    )


def depth_lines(market: Market) -> Iterator[str]:
    """Yield how far indicators lie from themselves when their history is short."""
    yield "\n| indicator | " + " | ".join(f"{depth} bars" for depth in DEPTHS) + " |"
    yield "|---|" + "---|" * len(DEPTHS)
    for name, params in LINES:
        full = line(market, name, params, 0)[market.first :]
        cells = []
        for depth in DEPTHS:
            short = line(market, name, params, market.first - depth)[depth:]
            far = float(np.max(np.abs(short - full)))
            cells.append(shown(name, far, market.bars.point))
        yield f"| `{name}({', '.join(map(str, params))})` | {' | '.join(cells)} |"


def line(market: Market, name: str, params: tuple[float, ...], start: int) -> F64:
    """Return the first output of an indicator over closes, computed from a row on."""
    node_type = lookup(name)
    bars = market.bars.between(start, len(market.bars))
    inputs = [bars.price(port.leaf or "close").copy() for port in node_type.inputs]
    tolerance = (1e-4 * bars.point, 0.0) if node_type.tolerance else ()
    assert node_type.kernel is not None
    values: Any = node_type.kernel(*inputs, *params, *tolerance)
    column: F64 = values[0] if isinstance(values, tuple) else values
    return column


def shown(name: str, far: float, point: float) -> str:
    """Return a difference in points for prices, as it is for oscillators."""
    if name in {"rsi", "adx", "adx_wilder"}:
        return f"{far:.1g}"
    return f"{far / point:.2g} points"


if __name__ == "__main__":
    main()
