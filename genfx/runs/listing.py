"""The runs of a folder, each in a line: when, on what, and what its best strategy did since."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backtest.timeframes import timeframe_name
from dsl.errors import RunError
from genfx.runs.folder import CONFIG, LOG

RESULTS = "run.json"  # written last: without it a run has no results yet
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class ListedRun:
    """What the files of a run folder say.

    begun: Date and time (UTC) of its log's first line, "" without one. name: Of its config. data:
    Symbol and timeframe. status: finished, interrupted, unfinished (no results yet), damaged.
    figures: Of the first strategy, by span; the first by the search's own order, which the holdout
    had no part in.
    """

    folder: str
    begun: str
    name: str
    status: str
    data: str = ""
    seed: int | None = None
    strategies: int = 0
    figures: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


def listed_runs(folder: Path) -> list[ListedRun]:
    """Return the runs in a folder, or the one that the folder is, the newest first.

    Raises:
        RunError: There is no such folder.
    """
    if not folder.is_dir():
        hint = "name the folder that holds the run folders: genfx runs list FOLDER"
        raise RunError(f"{folder}: no such folder", hint=hint)
    folders = [folder] if _is_run(folder) else sorted(p for p in folder.iterdir() if _is_run(p))
    return sorted(map(_listed, folders), key=lambda run: run.begun, reverse=True)


def _is_run(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def _listed(folder: Path) -> ListedRun:
    begun = _begun(folder / LOG)
    try:
        config = json.loads((folder / CONFIG).read_bytes())
        if not (folder / RESULTS).is_file():
            return ListedRun(
                str(folder), begun, str(config["name"]), "unfinished", seed=config["config"]["seed"]
            )
        return _with_results(folder, begun, json.loads((folder / RESULTS).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ListedRun(str(folder), begun, "", "damaged")


def _with_results(folder: Path, begun: str, facts: Mapping[str, Any]) -> ListedRun:
    data, strategies = facts["data"], facts["strategies"]
    best = strategies[0]["figures"] if strategies else {}
    figures = {
        span: {name: None if value is None else float(value) for name, value in found.items()}
        for span, found in best.items()
    }
    return ListedRun(
        folder=str(folder),
        begun=begun,
        name=str(facts["name"]),
        status=str(facts["status"]),
        data=f"{data['symbol']} {timeframe_name(data['timeframe'])}",
        seed=int(facts["seed"]),
        strategies=len(strategies),
        figures=figures,
    )


def _begun(log: Path) -> str:
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            found = _MOMENT.match(lines.readline())
    except OSError:
        return ""
    return found[0] if found else ""
