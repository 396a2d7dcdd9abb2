"""`genfx verify PORTFOLIO.mq5`: every part of a portfolio EA against the engine on its share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.markup import escape

from genfx.cli.show import console, print_json, print_lines

if TYPE_CHECKING:
    from backtest.market import Market
    from codegen.host.replay import Mode
    from genfx.portfolio.replays import PartReplay, PortfolioReplay
    from genfx.verify.subject import PortfolioSubject


@dataclass(frozen=True, slots=True)
class Shown:
    """What to print: deals of each part (None: those around a difference), curves, all as JSON."""

    deals: int | None
    plot: bool
    as_json: bool


def verify_portfolio(found: PortfolioSubject, market: Market, mode: Mode, shown: Shown) -> int:
    """Replay a portfolio EA on a market, print what came of it, return the exit code."""
    from genfx.cli.verdict import DIVERGES
    from genfx.cli.verify import plot_equity
    from genfx.portfolio.replays import portfolio_replays
    from genfx.verify.subject import finer_note, tester_mode
    from genfx.verify.tables import SIDES

    note = finer_note(market) if mode != "open-prices" else ""
    notes = (*found.notes, note) if note else found.notes
    played = [("all bars", tester_mode(market, mode))]
    with console().status("compiling and replaying", spinner="line"):
        (result,) = portfolio_replays(found.text, found.parts, played, found.capital, mode)
    if shown.as_json:
        print_json(_facts(found, result, notes, mode))
    else:
        _print(found, result, notes, mode)
        for one in result.parts:
            _print_deals(one, market, shown.deals)
        if shown.plot:
            lines = zip(SIDES, (line.tolist() for line in result.equity), strict=True)
            plot_equity(market, list(lines), equal=result.holds)
    return 0 if result.holds else DIVERGES


def _print(
    found: PortfolioSubject, result: PortfolioReplay, notes: tuple[str, ...], mode: Mode
) -> None:
    from backtest.timeframes import timeframe_name
    from genfx.cli.portfolio_tables import print_replays
    from genfx.cli.verdict import CHANGED
    from genfx.markets import span_text
    from genfx.report.page import cost_text
    from genfx.verify.replay import compiler_name

    market, screen = result.market, console()
    bars, account = market.bars, market.account
    where = f"{bars.symbol} {timeframe_name(bars.timeframe)}, {span_text(market)}"
    screen.print(f"[bold]{escape(found.name)}[/]: {len(found.parts)} strategies on {where}")
    capital = f"{found.capital:,.2f}" if found.capital else "the deposit"
    screen.print(
        f"{mode}; {account.deposit:,.2f} {account.currency}, 1:{account.leverage:g}, the parts "
        f"share {capital}; {cost_text(market)}; compiled by {compiler_name()}."
    )
    for note in notes:
        screen.print(f"Note: {escape(note)}.")
    print_replays([result], all_tables=True)
    if found.changed and result.holds:
        screen.print(CHANGED)


def _print_deals(one: PartReplay, market: Market, wanted: int | None) -> None:
    """Print deals of a part: so many, or those around the first that differs."""
    from genfx.cli.verify import SHOWN
    from genfx.verify.tables import AROUND, DEAL_HEAD, SIDES, deal_row

    count = wanted if wanted is not None else (SHOWN if one.difference else 0)
    if not count:
        return
    digits, rows = market.bars.digits, []
    first = 0 if one.difference is None else max(0, one.difference.number - AROUND)
    sides = (list(one.expected), list(one.replayed))
    for number in range(first, min(first + count, max(map(len, sides)))):
        for side, deals in zip(SIDES, sides, strict=True):
            if number < len(deals):
                rows.append(deal_row(f"{number + 1} {side}", deals[number], digits)[:-1])
    console().print(f"Part {one.number}:")
    print_lines((DEAL_HEAD[:-1], *rows))


def _facts(
    found: PortfolioSubject, result: PortfolioReplay, notes: tuple[str, ...], mode: Mode
) -> dict[str, object]:
    from dataclasses import asdict

    from genfx.portfolio.replays import replay_facts
    from genfx.verify.replay import compiler_name

    market = result.market
    return {
        "file": found.name,
        "portfolio": True,
        **replay_facts(result),
        "capital": found.capital,
        "account": asdict(market.account),
        "costs": asdict(market.costs),
        "data_hash": market.bars.data_hash,
        "mode": mode,
        "compiler": compiler_name(),
        "notes": list(notes),
    }
