"""The verdict of a replay, printed: all deals are equal, or where and why they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from genfx.cli.show import console, print_table

if TYPE_CHECKING:
    from codegen.verify.verify import Verification

DIVERGES = 1  # exit code
HONEST = (
    "The host that ran the text and the engine come from the same hands: they prove each other, "
    "not MetaTrader."
)
CHANGED = (
    "But its code was changed (see the note): what these bars do not reach, and what it does on a "
    "live chart only, was not compared."
)


def print_verdict(result: Verification) -> None:
    """Print whether all deals are equal, or where and why they are not."""
    from backtest.timeframes import shown_time
    from genfx.verify.tables import SIDES, state_rows

    screen = console()
    if result.engines is not None:
        screen.print(
            f"[bold red]The engines differ[/] in deal {result.engines.number + 1} "
            f"({result.engines.field}): a bug of genfx; please report it with the strategy."
        )
    if result.divergence is None:
        count = len(result.replayed.deals)
        screen.print(
            f"[bold green]Equal:[/] all {count:,} deals in time, side, lots, price, stop, target, "
            f"profit, commission, swap, reason and balance. {HONEST}"
        )
        return
    found = result.divergence
    evidence = found.evidence
    point = result.market.bars.digits
    screen.print(
        f"[bold red]Different from deal {found.number + 1} on.[/] The sides part at bar "
        f"{evidence.row + 1}, {shown_time(evidence.time)}, bid {evidence.bid:.{point}f}, "
        f"ask {evidence.ask:.{point}f}."
    )
    screen.print(f"[bold]Cause: {found.verdict.cause}.[/] {escape(found.verdict.text)}")
    print_table(("", *SIDES), state_rows(result))
