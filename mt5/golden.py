"""Golden files: a test of MetaTrader's with all that it takes to repeat it, replayed by the tests.

A file holds the strategy with the inputs of the report, the bars, the facts of symbol, account and
costs, and the positions of the report. It is JSON; bars are genfx's stored form in base64.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backtest.bars import Bars
from backtest.checks import check_market
from backtest.history.store import bars_bytes, bars_from_bytes
from backtest.market import Account, Costs, Market, Symbol
from backtest.reference import simulate
from codegen.evaluate import Evaluator
from codegen.mql5.changes import BESIDE_STRATEGY
from codegen.mql5.facts import EmitFacts
from codegen.mql5.inputs import ea_inputs
from codegen.mql5.set_table import SetRow, SetTable, apply_set
from codegen.plan import build_plan
from dsl.errors import DataError
from dsl.strategy import Strategy
from dsl.text.lower import parse
from dsl.text.printer import format_strategy
from mt5.comparison import AGREED, Comparison, Outcome, compare
from mt5.files import read_file
from mt5.positions import Position, engine_positions
from mt5.report import Mt5Report

FORMAT = "genfx mt5 golden 1"
_EARLIER = 200  # bars kept before the longest warm-up
_BARS = ("bars", "conversion", "finer")


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """A test of MetaTrader's, ready to be repeated.

    origin: Where it comes from: the trade server and build, or that it is synthetic. model: Mode of
    the tester. market: With fills as in that mode. known: Differences that were there when the file
    was made, how many of each.
    """

    origin: str
    model: str
    tolerance: int
    strategy: Strategy
    market: Market
    positions: tuple[Position, ...]
    known: Mapping[str, int]

    def replay(self) -> Comparison:
        """Return genfx's test beside MetaTrader's."""
        deals = Evaluator(self.market).result(self.strategy).deals
        return compare(engine_positions(deals), self.positions, self.tolerance)

    def replay_by_reference(self) -> Comparison:
        """Return the same by the slow reference engine."""
        decisions = Evaluator(self.market).decisions(self.strategy)
        deals = simulate(self.market, decisions).deals
        return compare(engine_positions(deals), self.positions, self.tolerance)


def differences(comparison: Comparison) -> dict[str, int]:
    """Return how many positions differ, by the name of the difference."""
    counts: dict[Outcome, int] = comparison.counts
    return {str(outcome): n for outcome, n in counts.items() if outcome not in AGREED}


def with_report_inputs(strategy: Strategy, report: Mt5Report) -> Strategy:
    """Return the strategy with the values that the inputs had in a report.

    Raises:
        GenfxError: The report is not one of this strategy's Expert Advisor.
    """
    plan = build_plan(strategy)
    inputs = ea_inputs(plan, strategy.expert.type, EmitFacts())
    looks = {entry.name for entry in inputs if entry.type in {"string", "color"}}
    found = dict(report.inputs[["name", "value"]].to_numpy().tolist())
    for entry in inputs:
        if entry.name not in found and entry.name not in looks | BESIDE_STRATEGY:
            raise DataError(
                f"{report.path}: lacks the input {entry.name} of the strategy's Expert Advisor",
                hint="the report must be one of this strategy, as `genfx export` emits it",
            )
    kept = {k: value for k, value in found.items() if k not in looks | BESIDE_STRATEGY}
    rows = tuple(SetRow("", "", name, "", value) for name, value in kept.items())
    return apply_set(strategy, SetTable(rows, "utf-8"), f"{report.path}: inputs").strategy


def trimmed(market: Market, strategy: Strategy) -> Market:
    """Return the market with no more bars than its test needs."""
    start = max(0, market.first - build_plan(strategy).warmup_on(market.bars.timeframe) - _EARLIER)
    bars = market.bars.between(start, market.end)
    return replace(market, bars=bars, first=market.first - start, last=market.end - start)


def golden_bytes(golden: Golden) -> bytes:
    """Return the file of a golden test; the same test gives the same bytes."""
    market = golden.market
    stored = {name: getattr(market, name) for name in _BARS}
    content = {
        "format": FORMAT,
        "origin": golden.origin,
        "model": golden.model,
        "tolerance_points": golden.tolerance,
        "known_differences": dict(golden.known),
        "strategy": format_strategy(golden.strategy).splitlines(),
        "symbol": asdict(market.symbol),
        "account": asdict(market.account),
        "costs": asdict(market.costs),
        "window": [market.first, market.end],
        "conversion_inverse": market.conversion_inverse,
        "positions": [asdict(position) for position in golden.positions],
        **{name: _text(bars) for name, bars in stored.items() if bars is not None},
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def read_golden(path: Path) -> Golden:
    """Return the test in a golden file.

    Raises:
        GenfxError: It is none, or damaged.
    """
    place = str(path)
    try:
        content: dict[str, Any] = json.loads(read_file(path))
        if content["format"] != FORMAT:
            raise DataError(f"{place}: format {content['format']!r}, not {FORMAT!r}")
        first, last = content["window"]
        bars = {name: _bars(content[name], place) for name in _BARS if name in content}
        market = Market(
            symbol=Symbol(**content["symbol"]),
            account=Account(**content["account"]),
            costs=Costs(**content["costs"]),
            first=first,
            last=last,
            conversion_inverse=content["conversion_inverse"],
            **bars,
        )
        found = Golden(
            origin=content["origin"],
            model=content["model"],
            tolerance=content["tolerance_points"],
            strategy=parse("\n".join(content["strategy"]) + "\n", f"{place}: strategy"),
            market=market,
            positions=tuple(Position(**row) for row in content["positions"]),
            known=content["known_differences"],
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as problem:
        raise DataError(f"{place}: is no golden file: {problem!r}") from None
    check_market(found.market)
    return found


def _text(bars: Bars) -> str:
    return base64.b64encode(bars_bytes(bars)).decode()


def _bars(text: str, place: str) -> Bars:
    return bars_from_bytes(base64.b64decode(text, validate=True), place)
