"""Worker threads: parts of a work, started, waited for in order, never left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")


class Started(Generic[Done]):
    """Parts that are being worked on, or already done where there is one thread."""

    def __init__(self, done: list[Done], futures: list[Future[Done]]) -> None:
        self._done = done
        self._futures = futures

    def results(self) -> list[Done]:
        """Wait for all parts and return what they gave, in order."""
        try:
            return self._done + [future.result() for future in self._futures]
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Drop the parts that wait and let the others end: they write into shared arrays."""
        for future in self._futures:
            future.cancel()
        wait(self._futures)


class Workers:
    """A number of threads; with one, the work is done by the caller."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def start(self, work: Callable[[Part], Done], parts: Sequence[Part]) -> Started[Done]:
        """Start work(part) for each part."""
        if self._pool is None:
            return Started([work(part) for part in parts], [])
        return Started([], [self._pool.submit(work, part) for part in parts])

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
