"""A proof at scale on the screen: progress, each difference as it is found, and what was met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from genfx.cli.show import console, print_table

if TYPE_CHECKING:
    from codegen.verify.selftest import Outcome
    from genfx.verify.proof import Proof

_LINES = 20  # of progress where there is no terminal,
_LINE_S = 60.0  # and one after so many seconds at the latest


class Progressing:
    """Progress of a proof: a line that is drawn anew on a terminal, else a few lines.

    again: Returns the command that plays a case again. quiet: Differences only, on stderr.
    """

    def __init__(self, count: int, again: Callable[[int], str], *, quiet: bool) -> None:
        self.count, self.again, self.quiet = count, again, quiet
        self.done = self.wrong = self._share = 0
        self._begun = self._said = perf_counter()
        screen = console(stderr=quiet)
        self._bar = Progress(
            TextColumn("replaying"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[said]}"),
            console=screen,
            transient=True,
            disable=quiet or not screen.is_terminal,
        )
        self._task = self._bar.add_task("", total=count, said="compiling")

    def __enter__(self) -> Progressing:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def add(self, batch: list[Outcome]) -> None:
        """Note a finished batch, and print what differs in it."""
        self.done += len(batch)
        for outcome in batch:
            if outcome.problem:
                self.wrong += 1
                self._print_difference(outcome)
        self._bar.update(self._task, completed=self.done, said=self._rate())
        share, now = self.done * _LINES // self.count, perf_counter()
        if not self._bar.disable or self.quiet:
            return
        if share > self._share or now - self._said > _LINE_S:
            self._share, self._said = share, now
            typer.echo(f"{self.done:,} of {self.count:,} strategies, {self._rate()}")

    def _rate(self) -> str:
        seconds = perf_counter() - self._begun
        left = seconds / self.done * (self.count - self.done)
        return f"{self.wrong} differ, {self.done / seconds:.1f} a second, {duration(left)} left"

    def _print_difference(self, outcome: Outcome) -> None:
        self._bar.console.print(
            f"[bold red]case {outcome.number}[/] ({outcome.symbol}): "
            f"{outcome.cause}: {escape(outcome.problem)}\n  {self.again(outcome.number)}",
            soft_wrap=True,
        )


def duration(seconds: float) -> str:
    """Return a time in words.

    >>> duration(42.3), duration(200), duration(7300)
    ('42 s', '3 min', '2 h 2 min')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def print_proof(proof: Proof, compiler: str) -> None:
    """Print what was compared and held, and the closing lines."""
    facts = proof.facts()
    rows = [
        (name, f"{own['strategies']:,}", f"{own['deals']:,}", f"{own['different']}")
        for name, own in facts["symbols"].items()
    ]
    print_table(("symbol", "strategies", "deals", "different"), rows)
    _print_coverage(facts["coverage"])
    never = facts["never"]
    missing = f"no strategy held: {', '.join(never)}" if never else "nothing is missing"
    typer.echo(f"Of what is looked for, {missing}.")
    wrong = proof.wrong
    if wrong:
        numbers = ", ".join(str(outcome.number) for outcome in wrong)
        typer.echo(f"Different: {numbers}; --only K writes one's files to look at.")
    typer.echo(
        f"{len(proof.outcomes):,} strategies, {proof.traded:,} of them trade, {proof.deals:,} "
        f"deals compared between the Expert Advisor's text, the reference and the fast engine, "
        f"{proof.meant:,} of the strategies with the interpreter too; {len(wrong)} differ."
    )
    rate = len(proof.outcomes) / proof.seconds if proof.seconds else 0.0
    typer.echo(
        f"{duration(proof.seconds)}, {rate:.1f} strategies a second, {proof.workers} "
        f"{'process' if proof.workers == 1 else 'processes'}; genfx {facts['version']}, sources "
        f"{facts['sources']}; {compiler}."
    )


def _print_coverage(coverage: Mapping[str, Mapping[str, int]]) -> None:
    """Print how many cases hold each thing, a paragraph a group."""
    typer.echo("\nStrategies that hold each:")
    for group, counts in coverage.items():
        held = ", ".join(f"{what} {count:,}" for what, count in counts.items())
        typer.echo(f"{group}: {held}")
    typer.echo("")
