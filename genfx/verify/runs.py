"""The Expert Advisors of a finished run, replayed from the files as they lie in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backtest.files import read_whole
from backtest.market import Market
from codegen.mql5.reading import decoded_source
from codegen.verify.experts import compile_experts
from codegen.verify.verify import Verification, verify
from dsl.errors import DataError, RunError
from genfx.runs.run import existing_run
from genfx.verify.replay import require_compiler
from genfx.verify.subject import SOURCE_SUFFIX, Subject, expert_subject


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """One Expert Advisor of a run: its file's name, and what each span gives."""

    file: str
    subject: Subject
    spans: tuple[tuple[str, Verification], ...]

    @property
    def holds(self) -> bool:
        """Return whether all deals of all spans are the same."""
        return all(found.holds for _, found in self.spans)

    @property
    def deals(self) -> int:
        """Return how many deals the engine made."""
        return sum(len(found.expected.deals) for _, found in self.spans)


def run_replays(folder: Path) -> Iterator[Replay]:
    """Yield the comparison of each Expert Advisor of a run folder, by name.

    Raises:
        RunError: It is no run folder, or holds no results.
        DataError: The run's bars are not what they were.
        GenfxError: A text was edited beyond what can be read, or there is no compiler.
    """
    require_compiler()
    spans = _spans(folder)
    files = sorted(folder.glob(f"*{SOURCE_SUFFIX}"))
    if not files:
        raise RunError(f"{folder}: holds no Expert Advisors", hint="the run found no strategy")
    subjects = [_subject(file) for file in files]
    experts = compile_experts([found.text for found in subjects])
    for file, found, expert in zip(files, subjects, experts, strict=True):
        results = tuple((name, verify(found.strategy, market, expert)) for name, market in spans)
        yield Replay(file.name, found, results)


def _spans(folder: Path) -> tuple[tuple[str, Market], ...]:
    run = existing_run(folder)
    try:
        facts = json.loads((folder / "run.json").read_bytes())
        wanted, finished = str(facts["data"]["hash"]), facts["status"] == "finished"
    except (OSError, ValueError, KeyError, TypeError):
        raise RunError(
            f"{folder}: holds no results yet", hint=f"genfx evolve --resume {folder}"
        ) from None
    bars = run.whole.bars
    if bars.data_hash != wanted:
        raise DataError(
            f"{run.config.data.bars}: the bars are not those of the run: hash {bars.data_hash}, "
            f"then {wanted}"
        )
    return run.spans.named() if finished else run.spans.named()[:2]


def _subject(file: Path) -> Subject:
    return expert_subject(decoded_source(read_whole(file), str(file)), str(file))
