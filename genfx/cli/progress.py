"""What a running search shows: generation, best and mean score per criterion, speed, time left."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Self

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from backtest.criteria import CRITERIA
from genfx.cli.show import console
from gp.evolve import Progress

LINES = 10  # printed in all where there is no terminal


class ProgressDisplay:
    """An observer that draws on a terminal, and prints a few lines elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = console()
        self._quiet = quiet
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[speed]}")
        )
        self._task = self._bar.add_task("starting", total=None, speed="")
        note = Text("first use compiles kernels for this machine: up to a minute", style="dim")
        self._live = Live(Group(self._bar, note), console=self._console, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def progress(self, progress: Progress) -> None:
        """Show a step."""
        if self._quiet:
            return
        if not self._console.is_terminal:
            self._print_line(progress)
            return
        self._bar.update(
            self._task,
            description=_where(progress),
            total=progress.steps or None,
            completed=progress.step,
            speed=_speed(progress),
        )
        self._live.update(Group(self._bar, score_table(progress)))

    def _print_line(self, progress: Progress) -> None:
        every = max(1, progress.steps // LINES)
        if progress.step % every == 0 or progress.step == progress.steps:
            best = progress.entry["pool"]["best"]
            self._console.print(
                f"{_where(progress)}, {_speed(progress)}, best score {best:.1f}", soft_wrap=True
            )


def score_table(progress: Progress) -> Table:
    """Return the best and mean score, 0..100, of each criterion's population and of the pool."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("0..100")
    rows = [name for name in (*CRITERIA, "objective", "pool") if name in progress.entry]
    for name in rows:
        table.add_column(name.replace("_", " "), justify="right")
    for figure in ("best", "mean"):
        table.add_row(f"{figure} score", *(f"{progress.entry[name][figure]:.1f}" for name in rows))
    return table


def _where(progress: Progress) -> str:
    """Return the generation or the swarm, of those planned; the first step is the start."""
    before = progress.steps - progress.swarms  # the swarms
    if progress.phase == "tune":
        return f"tuning {progress.step - before}/{progress.swarms}"
    if progress.step == 1:
        return f"start population, then {before - 1} generations"
    return f"generation {progress.step - 1}/{before - 1}"


def _speed(progress: Progress) -> str:
    """Return speed and time left; neither is known after the first step, which compiles too."""
    if math.isinf(progress.eta_s):
        return f"{progress.distinct:,} tried"
    left = _duration(progress.eta_s)
    return f"{progress.distinct:,} tried, {progress.per_second:.0f} evaluations/s, {left} left"


def _duration(seconds: float) -> str:
    if not 0 <= seconds < 1e7:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
