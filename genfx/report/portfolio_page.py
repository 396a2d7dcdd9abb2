"""The report of a portfolio: one page without scripts, the sum and its parts on every span."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2

from backtest.timeframes import timeframe_name
from dsl.text.printer import format_strategy
from genfx import __version__
from genfx.markets import span_label, span_text
from genfx.portfolio.correlation import STEPS, correlation
from genfx.portfolio.spans import PortfolioSpan, part_title
from genfx.report.months import MONTHS, Year, profit_by_month
from genfx.report.page import cost_text
from genfx.report.portfolio_chart import SUM_COLOUR, part_colours, portfolio_chart, span_colour
from genfx.report.portfolio_figures import HEADINGS, figure_rows


def portfolio_html(spans: Sequence[PortfolioSpan], proof: str) -> str:
    """Return the report; the same portfolio and bars give the same bytes.

    Args:
        spans: One at least.
        proof: What the replay of the Expert Advisor gave, in words.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("templates", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    first = spans[0]
    bars, account = first.market.bars, first.market.account
    return environment.get_template("portfolio.html.j2").render(
        version=__version__,
        title=f"Portfolio of {len(first.parts)} strategies",
        proof=proof,
        data=f"{bars.symbol} {timeframe_name(bars.timeframe)} ({bars.timezone})",
        data_hash=bars.data_hash,
        account=f"{account.deposit:,.2f} {account.currency}, leverage 1:{account.leverage:g}",
        capital=f"{first.capital:,.2f} {account.currency}",
        costs=cost_text(first.market),
        currency=account.currency,
        spans=[(span_label(s.name), span_colour(s), span_text(s.market)) for s in spans],
        headings=HEADINGS,
        rows=_rows(spans),
        chart=portfolio_chart(spans),
        correlations=[_correlations(span) for span in spans],
        months=MONTHS,
        years=[row for span in spans for row in _years(span)],
        remarks=[(span_label(span.name), text) for span in spans for text in span.remarks],
        parts=_parts(first),
    )


def _rows(
    spans: Sequence[PortfolioSpan],
) -> list[tuple[str, str, list[tuple[str, str, tuple[str, ...]]]]]:
    """Return name, colour and lines of every span: name, colour and cells of each part, the sum."""
    colours = (*part_colours(len(spans[0].parts)), SUM_COLOUR)
    return [
        (
            span_label(span.name),
            span_colour(span),
            [(r.name, c, r.cells) for r, c in zip(figure_rows(span), colours, strict=True)],
        )
        for span in spans
    ]


def _correlations(span: PortfolioSpan) -> dict[str, object]:
    """Return the tables of a span: cells as text with the strength of their background."""
    tables = []
    for found in (correlation(span, step) for step in STEPS):
        if not found.pairs:
            continue
        rows = [
            [("-", 0.0) if value is None else (f"{value:.2f}", abs(value)) for value in row]
            for row in found.rows
        ]
        tables.append((f"{found.steps} {found.step}s", rows))
    return {"name": span_label(span.name), "colour": span_colour(span), "tables": tables}


def _years(span: PortfolioSpan) -> list[tuple[str, str, int, list[str], str]]:
    found = profit_by_month(span_label(span.name), span.market, span.equity, span.deposit)
    return [(y.span, span_colour(span), y.year, _money(y), f"{y.total:,.0f}") for y in found]


def _money(year: Year) -> list[str]:
    return ["" if value is None else f"{value:,.0f}" for value in year.months]


def _parts(span: PortfolioSpan) -> list[dict[str, object]]:
    colours = part_colours(len(span.parts))
    return [
        {
            "number": number,
            "title": part_title(part),
            "colour": colour,
            "id": part.strategy.strategy_id,
            "magic": part.magic,
            "weight": f"{part.weight:g}",
            "text": format_strategy(part.strategy),
        }
        for number, (part, colour) in enumerate(zip(span.parts, colours, strict=True), 1)
    ]
