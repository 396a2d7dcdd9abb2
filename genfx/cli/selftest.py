"""`genfx selftest`: long proofs that genfx keeps its promises on this machine."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from genfx.cli.show import console, print_json, print_table

if TYPE_CHECKING:
    from backtest.bars import Bars
    from codegen.verify.selftest import Outcome

DIVERGES = 1  # exit code
SHOWN = 20  # divergences printed
LINES = 10  # of progress where there is no terminal

selftest_app = typer.Typer(
    no_args_is_help=True, help="Long proofs that genfx keeps its promises on this machine."
)


@selftest_app.callback()
def _group() -> None:
    return


@selftest_app.command("parity", epilog="Example: genfx selftest parity --count 100 --seed 1")
def parity(
    count: Annotated[int, typer.Option(min=1, help="How many random strategies.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws others.")] = 1,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes, no matter for results; 0: one a core.")
    ] = 1,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", help='Real bars of which stretches serve too; default: "sample".'),
    ] = None,
    only: Annotated[
        int | None, typer.Option(min=0, metavar="K", help="Only case K, and keep its files.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of --only; default: here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Random strategies, emitted as MQL5, replayed and compared with the engines, deal by deal.

    Strategies come from the whole registry; symbols, accounts, costs, rules are random, bars are
    real stretches and nasty ones; some terminals restart, lose data, get requotes. Exit code 1: a
    deal differs somewhere; the case is named, and --only K writes its files to look at.
    """
    from genfx.bars.sources import load_bars
    from genfx.verify.replay import compiler_name, require_compiler

    require_compiler()
    real = [load_bars(source) for source in data or ["sample"]]
    if only is not None:
        raise typer.Exit(_one(only, seed, real, out or Path(f"parity_{seed}_{only}")))
    begun = perf_counter()
    found = _run(count, seed, real, workers, quiet=as_json)
    seconds = perf_counter() - begun
    wrong = [outcome for outcome in found if outcome.problem]
    if as_json:
        print_json(_facts(found, seed, seconds) | {"compiler": compiler_name()})
    else:
        _print(found, seed, seconds)
    if wrong:
        raise typer.Exit(DIVERGES)


def _run(count: int, seed: int, real: list[Bars], workers: int, *, quiet: bool) -> list[Outcome]:
    import os

    from rich.progress import Progress

    from codegen.verify.selftest import selftest

    processes = workers or os.cpu_count() or 1
    screen = console()
    if quiet or not screen.is_terminal:
        lines = _Lines(count, quiet=quiet)
        return selftest(count, seed, real, workers=processes, progress=lines.add)
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("replaying", total=count)
        return selftest(
            count,
            seed,
            real,
            workers=processes,
            progress=lambda batch: bar.advance(task, len(batch)),
        )


class _Lines:
    """Progress as a few lines."""

    def __init__(self, count: int, *, quiet: bool) -> None:
        self.count, self.quiet, self.done, self.wrong, self.shown = count, quiet, 0, 0, 0
        self.begun = perf_counter()

    def add(self, batch: list[Outcome]) -> None:
        """Note a finished batch."""
        self.done += len(batch)
        self.wrong += sum(bool(outcome.problem) for outcome in batch)
        share = self.done * LINES // self.count
        if self.quiet or share == self.shown:
            return
        self.shown = share
        rate = self.done / (perf_counter() - self.begun)
        typer.echo(
            f"{self.done:,}/{self.count:,} strategies, {self.wrong} differ, {rate:.1f} a second"
        )


def _facts(found: list[Outcome], seed: int, seconds: float) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "count": len(found),
        "seed": seed,
        "deals": sum(outcome.deals for outcome in found),
        "traded": sum(outcome.deals > 0 for outcome in found),
        "different": [asdict(outcome) for outcome in found if outcome.problem],
        "seconds": round(seconds, 1),
    }


def _print(found: list[Outcome], seed: int, seconds: float) -> None:
    screen = console()
    wrong = [outcome for outcome in found if outcome.problem]
    rows = []
    for symbol in sorted({outcome.symbol for outcome in found}):
        own = [outcome for outcome in found if outcome.symbol == symbol]
        different = sum(bool(outcome.problem) for outcome in own)
        deals = sum(outcome.deals for outcome in own)
        rows.append((symbol, f"{len(own):,}", f"{deals:,}", f"{different}"))
    print_table(("symbol", "strategies", "deals", "different"), rows)
    for outcome in wrong[:SHOWN]:
        screen.print(
            f"[bold red]case {outcome.number}[/] ({outcome.symbol}): {outcome.cause}: ", end=""
        )
        typer.echo(outcome.problem)
    if wrong:
        typer.echo(f"Look at one: genfx selftest parity --seed {seed} --only {wrong[0].number}")
    traded = sum(outcome.deals > 0 for outcome in found)
    deals = sum(outcome.deals for outcome in found)
    typer.echo(
        f"{len(found):,} strategies, {traded:,} of them trade, {deals:,} deals compared, "
        f"{len(wrong)} differ; {seconds:.0f} s, {len(found) / seconds:.1f} strategies a second."
    )


def _one(number: int, seed: int, real: list[Bars], folder: Path) -> int:
    from genfx.cli.verdict import print_verdict
    from genfx.verify.case import replayed_case, write_case

    case, found = replayed_case(number, seed, real)
    for path in write_case(case, folder):
        typer.echo(f"{path}")
    print_verdict(found)
    return 0 if found.holds else DIVERGES
