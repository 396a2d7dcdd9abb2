"""report.html: one file without scripts or outside resources, drawn from the finalists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2

from backtest.market import Market
from backtest.metrics import report
from backtest.result import CloseReason, Result
from backtest.timeframes import shown_time, timeframe_name
from dsl.text.printer import format_strategy
from genfx import __version__
from genfx.markets import span_label
from genfx.report.drawings import COLOURS, equity_chart, score_charts
from genfx.report.figures import figure_label, figure_text
from genfx.report.months import MONTHS, Year, monthly
from genfx.report.tester_figures import DRAWDOWNS, PROFITS, TRADES, label
from genfx.runs.finalists import FIGURES, OBJECTIVE, Finalist, Proof, SpanResult

OVERVIEW = ("net_profit", "profit_factor", "max_drawdown", "sharpe", "trades", OBJECTIVE)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the report says of the search: distinct strategies simulated, requests, luck, seed.

    entries: The logbook. objective: The formula that was maximised, "" for the weighted criteria.
    """

    name: str
    seed: int
    tried: int
    requests: int
    lucky_sharpe: float
    entries: tuple[Mapping[str, Any], ...] = ()
    objective: str = ""


def report_html(
    finalists: Sequence[Finalist], facts: RunFacts, whole: Market, proofs: Sequence[Proof]
) -> str:
    """Return the report of a run; the same run gives the same bytes."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("templates", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    bars, account = whole.bars, whole.account
    spans = finalists[0].spans if finalists else ()
    return environment.get_template("report.html.j2").render(
        version=__version__,
        facts=facts,
        data=f"{bars.symbol} {timeframe_name(bars.timeframe)}, {len(bars):,} bars, "
        f"{shown_time(bars.time[0])} to {shown_time(bars.time[-1])} ({bars.timezone})",
        data_hash=bars.data_hash,
        account=f"{account.deposit:,.2f} {account.currency}, leverage 1:{account.leverage:g}",
        costs=cost_text(whole),
        currency=account.currency,
        spans=[(s.span, COLOURS[s.span], span_label(s.span), _moments(s.market)) for s in spans],
        labels=[figure_label(name, account.currency) for name in _overview(spans)],
        months=MONTHS,
        finalists=[_view(f, proof) for f, proof in zip(finalists, proofs, strict=True)],
        searched=score_charts(facts.entries),
    )


def cost_text(market: Market) -> str:
    """Return spread, slippage, commission and swap as a trader states them."""
    costs, symbol = market.costs, market.symbol
    known = bool((market.bars.spread > 0).any())
    spread = "spread of each bar" if known else f"spread {costs.spread} points"
    parts = [spread, f"slippage {costs.slippage} points"]
    parts.append(f"commission {costs.commission:g} {market.account.currency} a lot and deal")
    if symbol.swap_mode == "none":
        parts.append("no swap")
    else:
        unit = "points" if symbol.swap_mode == "points" else market.account.currency
        parts.append(f"swap {symbol.swap_long:g} long, {symbol.swap_short:g} short ({unit})")
    return ", ".join(parts)


def _overview(spans: Sequence[SpanResult]) -> list[str]:
    known = spans[0].named if spans else FIGURES
    return [name for name in OVERVIEW if name in known]


def _moments(tested: Market) -> str:
    ends = tested.bars.time[tested.first], tested.bars.time[tested.end - 1]
    return " .. ".join(shown_time(int(end)) for end in ends)


def _view(finalist: Finalist, proof: Proof) -> dict[str, object]:
    spans = finalist.spans
    years = [year for found in spans for year in monthly(found)]
    return {
        "name": finalist.name,
        "title": finalist.strategy.title,
        "id": finalist.strategy.strategy_id,
        "text": format_strategy(finalist.strategy),
        "replay": proof.text,
        "verified": proof.verified,
        "cells": [
            [figure_text(name, found.named[name]) for found in spans] for name in _overview(spans)
        ],
        "rows": _figures(spans),
        "exits": _exits([found.result for found in spans]),
        "years": [
            (span_label(year.span), COLOURS[year.span], year.year, *_money(year)) for year in years
        ],
        "chart": equity_chart(finalist),
    }


def _money(year: Year) -> tuple[list[str], str]:
    cells = ["" if value is None else f"{value:,.0f}" for value in year.months]
    return cells, f"{year.total:,.0f}"


_LEFT_OUT = {  # of a page with ten strategies; `genfx backtest` shows them
    *("AHPR", "GHPR", "Z-score", "LR correlation", "LR standard error", "Sharpe ratio (trades)"),
    *(figure.label for figure in DRAWDOWNS if figure.label.startswith("Balance")),
    *("Equity drawdown absolute", "Most wins in a row", "Best row of wins", "Worst row of losses"),
    *("Mean row of wins", "Mean row of losses", "Shortest holding", "Longest holding"),
    *("MFE correlation", "MAE correlation", "MFE-MAE correlation"),
}
_SHOWN = tuple(f for f in (*PROFITS, *DRAWDOWNS, *TRADES) if f.label not in _LEFT_OUT)


def _figures(spans: Sequence[SpanResult]) -> list[tuple[str, list[str]]]:
    reports = [report(found.result, found.market) for found in spans]
    currency = spans[0].market.account.currency
    rows = [(label(figure, currency), [figure.text(r) for r in reports]) for figure in _SHOWN]
    touched = [f"{r.ambiguous_bars}" for r in reports]
    rows.append(("Bars that touched stop and target", touched))
    warmups = [f"{found.result.refusals.warmup:,}" for found in spans]
    return [*rows, ("Bars of warm-up within the span", warmups)]


def _exits(results: Sequence[Result]) -> list[tuple[str, list[str]]]:
    """Return how many positions each cause closed; causes that never did are left out."""
    counts = []
    for result in results:
        closing = result.deals.reason[result.deals.entry == 0].tolist()
        counts.append({reason: closing.count(reason.value) for reason in CloseReason})
    return [
        (reason.name.replace("_", " ").lower(), [str(count[reason]) for count in counts])
        for reason in CloseReason
        if any(count[reason] for count in counts)
    ]
