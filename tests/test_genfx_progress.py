"""What a running search shows of itself."""

from __future__ import annotations

import math

import pytest

from genfx.cli.progress import ProgressDisplay
from gp.evolve import Progress


@pytest.mark.parametrize(
    ("phase", "step", "left", "shown"),
    [
        ("evolve", 1, math.inf, "start population, then 5 generations, 300 tried, best score 1.0"),
        ("evolve", 6, 65.0, "generation 5/5, 300 tried, 10 evaluations/s, 1:05 left"),
        ("tune", 8, 0.0, "tuning 2/2, 300 tried, 10 evaluations/s, 0:00 left"),
    ],
)
def test_generations_and_swarms_are_counted_apart(
    capsys: pytest.CaptureFixture[str], phase: str, step: int, left: float, shown: str
) -> None:
    told = Progress(phase, step, 8, {"pool": {"best": 1.0}}, 300, 10.0, left, 2)
    ProgressDisplay().progress(told)
    assert shown in capsys.readouterr().out
