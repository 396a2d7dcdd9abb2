"""A search in a process of its own: `python -m tests.support.search_process STORE [PAUSE_S]`."""

from __future__ import annotations

import sys
import time

from gp.evolve import Progress
from tests.support.search import SMALL, run


class Slow:
    """Gives the parent time to kill this process anywhere between two commits."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def progress(self, progress: Progress) -> None:
        time.sleep(self.seconds)


if __name__ == "__main__":
    run(sys.argv[1], SMALL, observer=Slow(float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
