"""From a config to what the engines test on: bars with facts, and the three spans of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from backtest.bars import Bars
from backtest.checks import check_market
from backtest.history.reading import ImportOptions
from backtest.history.symbols import currencies_of
from backtest.market import Account, Costs, Market, Symbol
from backtest.timeframes import shown_time
from codegen.larger import bars_per_bucket
from dsl.errors import ConfigError
from genfx.bars.sources import knows_itself, load_bars
from genfx.config.file import Config
from genfx.config.sections import Data, Moment, SymbolFacts

SPANS = ("in_sample", "gate", "holdout")
LEAST_BARS = 50  # in a span
# Kept before the first span at most; more would only cost time. Of a higher timeframe fewer are
# enough: 4,000 of its bars are the warm-up of a smoothed average of 200.
WARM_UP_BARS, WARM_UP_BARS_HIGHER = 10_000, 4_000


@dataclass(frozen=True, slots=True)
class SpanMarkets:
    """The same bars and facts three times, each with its own tested window.

    The bars are those of the file from some warm-up before the first window on.
    """

    in_sample: Market
    gate: Market
    holdout: Market

    def named(self) -> tuple[tuple[str, Market], ...]:
        """Return the spans with their names, in order."""
        return tuple((name, getattr(self, name)) for name in SPANS)


def market(config: Config, bars: Bars | None = None) -> Market:
    """Return the market of a config: the given bars or its own, all rows tested, not yet checked.

    Raises:
        GenfxError: A file cannot be read, a fact is missing.
    """
    data = config.data
    found = bars if bars is not None else load_bars(data.bars, _options(data))
    return Market(
        bars=found,
        symbol=symbol_facts(found, config.symbol),
        account=Account(**config.account.model_dump()),
        costs=Costs(**config.costs.model_dump()),
        conversion=load_bars(data.conversion) if data.conversion else None,
        conversion_inverse=data.conversion_inverse,
        finer=load_bars(data.finer) if data.finer else None,
    )


def symbol_facts(bars: Bars, facts: SymbolFacts) -> Symbol:
    """Return the symbol of these bars; currencies that are not stated come from its name."""
    stated = facts.model_dump()
    named = currencies_of(bars.symbol)
    for key, name in zip(("base_currency", "profit_currency"), named, strict=True):
        stated[key] = stated[key] or name
        if not stated[key]:
            raise ConfigError(
                f"the {key.replace('_', ' ')} of {bars.symbol} cannot be seen from its name",
                hint=f'state it in the config: [symbol] {key} = "USD"; '
                "or import the bars with the name of their symbol: --symbol EURUSD",
            )
    return Symbol(name=bars.symbol, digits=bars.digits, **stated)


def span_markets(
    whole: Market, config: Config, place: str, warmup: int = WARM_UP_BARS
) -> SpanMarkets:
    """Return the three spans of a market.

    Args:
        whole: All its bars.
        config: States the spans.
        place: Of the config, for messages.
        warmup: Bars to keep before the first span, where there are as many.
    Raises:
        ConfigError: A date outside the data, a span that is empty, spans that overlap.
        DataError: Facts of the market contradict each other.
    """
    rows = {name: _rows(whole.bars, getattr(config.spans, name), name, place) for name in SPANS}
    for i, one in enumerate(SPANS):
        for other in SPANS[i + 1 :]:
            if rows[one][0] < rows[other][1] and rows[other][0] < rows[one][1]:
                raise ConfigError(
                    f"{place}: spans.{one} and spans.{other} share bars",
                    hint="what the search has seen proves nothing about the holdout",
                )
    start = max(0, min(first for first, _ in rows.values()) - warmup)
    bars = whole.bars.between(start, len(whole.bars))  # one object: the spans share columns
    made = {
        name: replace(whole, bars=bars, first=first - start, last=last - start)
        for name, (first, last) in rows.items()
    }
    for tested in made.values():
        check_market(tested)
    return SpanMarkets(**made)


def warm_up_bars(higher: Iterable[int], chart: int) -> int:
    """Return how many bars to keep before the first span.

    higher: Timeframes, seconds, that strategies may read beside the bars' own, `chart`.
    """
    larger = max((bars_per_bucket(seconds, chart) for seconds in higher), default=0)
    return max(WARM_UP_BARS, larger * WARM_UP_BARS_HIGHER)


def span_label(name: str) -> str:
    """Return what people read of a span.

    >>> span_label("in_sample")
    'in-sample'
    """
    return name.replace("_", "-")


def span_text(tested: Market) -> str:
    """Return first and last day of a tested window."""
    first, last = tested.bars.time[tested.first], tested.bars.time[tested.end - 1]
    return f"{shown_time(first)[:10]} .. {shown_time(last)[:10]}"


def window(whole: Market, first: datetime | None, last: datetime | None, place: str) -> Market:
    """Return the checked market tested from one moment to before another; None: all the data."""
    stretch: list[Moment] = [0.0 if first is None else first, 1.0 if last is None else last]
    start, end = _rows(whole.bars, stretch, "", place)
    tested = replace(whole, first=start, last=end)
    check_market(tested)
    return tested


def _rows(bars: Bars, stretch: list[Moment], name: str, place: str) -> tuple[int, int]:
    key = f"{place}: spans.{name}" if name else place
    first, last = (_row(bars, moment, key) for moment in stretch)
    if last < first:
        raise ConfigError(f"{key}: ends before it begins", hint="a span is [from, to), from first")
    if last - first < LEAST_BARS:
        raise ConfigError(
            f"{key}: holds {last - first} bars; at least {LEAST_BARS} are needed",
            hint=f"the bars go from {_ends(bars)}; a span is [from, to), from first",
        )
    return first, last


def _row(bars: Bars, moment: Moment, key: str) -> int:
    if isinstance(moment, float):
        return round(moment * len(bars))
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    day = 86_400
    if not bars.time[0] - 4 * day <= seconds <= bars.time[-1] + 4 * day:
        raise ConfigError(
            f"{key}: {moment:%Y-%m-%d} is outside the data",
            hint=f"the bars of {bars.symbol} go from {_ends(bars)}",
        )
    return int(np.searchsorted(bars.time, seconds))


def _ends(bars: Bars) -> str:
    return f"{shown_time(bars.time[0])} to {shown_time(bars.time[-1])}"


def _options(data: Data) -> ImportOptions:
    """Return what the config adds to a text file; other files know it themselves."""
    options = ImportOptions(data.symbol, data.digits, data.timezone)
    if knows_itself(data.bars) and options != ImportOptions():
        raise ConfigError(
            f"data.symbol, data.digits and data.timezone are known of {data.bars} already",
            hint="leave them out; they are for CSV files",
        )
    return options
