"""What `genfx portfolio` and `genfx verify` print of a portfolio: figures of parts, replays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from genfx.cli.show import console, print_table

if TYPE_CHECKING:
    from genfx.portfolio.replays import PortfolioReplay
    from genfx.portfolio.spans import PortfolioSpan


def print_span(span: PortfolioSpan) -> None:
    """Print the figures of each part and of their sum, and what kept parts from trading."""
    from genfx.markets import span_label, span_text
    from genfx.portfolio.correlation import correlation_text
    from genfx.report.figures import figure_text

    currency = span.market.account.currency
    head = ("part", "weight", f"profit, {currency}", "factor", "drawdown %", "trades")
    rows = [
        (
            line.name,
            f"{line.weight:g}",
            f"{line.net_profit:,.2f}",
            figure_text("profit_factor", line.profit_factor),
            f"{line.drawdown:.2f}",
            str(line.trades),
        )
        for line in span.lines
    ]
    print_table(head, rows, title=f"{span_label(span.name)}: {span_text(span.market)}")
    for text in (correlation_text(span), *span.remarks):
        if text:
            console().print(escape(text))


def print_replays(replays: Sequence[PortfolioReplay], *, all_tables: bool = False) -> None:
    """Print whether all deals are equal; of replays that are not, or of all, every part's."""
    from genfx.cli.verdict import HONEST
    from genfx.markets import span_label
    from genfx.portfolio.replays import replay_facts
    from genfx.portfolio.spans import part_title

    if not replays:
        return
    screen = console()
    for found in replays:
        if found.holds and not all_tables:
            continue
        rows = []
        for one, facts in zip(found.parts, replay_facts(found)["parts"], strict=True):
            engine, expert = facts["engine"], facts["expert"]
            rows.append(
                (
                    f"{one.number} {part_title(one.part)}",
                    str(one.part.magic),
                    f"{engine['deals']:,} {expert['deals']:,}",
                    f"{engine['net_profit']:,.2f} {expert['net_profit']:,.2f}",
                    "equal" if facts["equal"] else "DIFFERENT",
                )
            )
        head = ("part", "magic number", "deals", "net profit", "replay")
        print_table(head, rows, title=f"{span_label(found.name)}: engine and Expert Advisor")
        if not found.holds:
            screen.print(f"[bold red]{escape(found.name)}[/]: {escape(found.difference)}")
    if all(found.holds for found in replays):
        deals = sum(found.deals for found in replays)
        screen.print(f"[bold green]Equal:[/] all {deals:,} deals of all parts. {HONEST}")
