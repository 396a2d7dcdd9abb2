"""The files of a run folder, from what the search found: no clock, no threads, no host in them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backtest.market import Market
from genfx.exports import MAIN_TARGETS, SUFFIXES, export_bytes, finalist_facts, market_facts
from genfx.report.figures import results_csv
from genfx.report.page import RunFacts, report_html
from genfx.runs.finalists import Finalist, Proof
from gp.evolve import Outcome
from gp.settings import FitnessSettings


@dataclass(frozen=True, slots=True, eq=False)
class Publication:
    """All that the result files are made from."""

    name: str
    seed: int
    config: dict[str, Any]
    versions: dict[str, str]
    whole: Market
    magic: int
    fitness: FitnessSettings
    outcome: Outcome
    finalists: tuple[Finalist, ...]
    proofs: tuple[Proof, ...]
    lucky_sharpe: float


def result_files(of: Publication) -> dict[str, bytes]:
    """Return name and content of every result file; run.json comes last, a sign of completeness."""
    files: dict[str, bytes] = {}
    facts = market_facts(of.whole, of.fitness, of.magic)
    for finalist, proof in zip(of.finalists, of.proofs, strict=True):
        own = finalist_facts(facts, finalist, proof.text)
        for target in MAIN_TARGETS:
            name = finalist.name + SUFFIXES[target]
            files[name] = export_bytes(finalist.strategy, target, own)
    tried = RunFacts(
        of.name,
        of.seed,
        of.outcome.distinct,
        of.outcome.requests,
        of.lucky_sharpe,
        tuple(of.outcome.entries),
        of.fitness.objective,
    )
    files["results.csv"] = results_csv(of.finalists, of.proofs).encode()
    files["logbook.csv"] = logbook_csv(of.outcome.entries).encode()
    files["report.html"] = report_html(of.finalists, tried, of.whole, of.proofs).encode()
    files["run.json"] = (json.dumps(run_facts(of), indent=2, sort_keys=True) + "\n").encode()
    return files


def run_facts(of: Publication) -> dict[str, Any]:
    """Return what it takes to repeat the run, and its figures."""
    bars = of.whole.bars
    return {
        "name": of.name,
        "seed": of.seed,
        "status": "interrupted" if of.outcome.interrupted else "finished",
        "versions": of.versions,
        "config": of.config,
        "data": {
            "hash": bars.data_hash,
            "symbol": bars.symbol,
            "timeframe": bars.timeframe,
            "timezone": bars.timezone,
            "bars": len(bars),
            "first": int(bars.time[0]),
            "last": int(bars.time[-1]),
        },
        "generations": of.outcome.generations,
        "strategies_tried": of.outcome.distinct,
        "evaluations_requested": of.outcome.requests,
        "lucky_sharpe": round(of.lucky_sharpe, 6),
        "strategies": [
            _strategy_facts(finalist, proof)
            for finalist, proof in zip(of.finalists, of.proofs, strict=True)
        ],
    }


def _strategy_facts(finalist: Finalist, proof: Proof) -> dict[str, Any]:
    return {
        "file": finalist.name,
        "strategy_id": finalist.strategy.strategy_id,
        "structure_id": finalist.strategy.structure_id,
        "replay": {"verified": proof.verified, "deals": proof.deals, "text": proof.text},
        "figures": {
            found.span: {
                name: value if math.isfinite(value) else None for name, value in found.named.items()
            }
            for found in finalist.spans
        },
    }


_FIRST = ("step", "phase", "born", "judged", "passed", "entered_pool", "requests", "distinct")


def logbook_csv(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the logbook as a table; figures of a population are columns such as sharpe_best."""
    rows = [dict(_flat(entry)) for entry in entries]
    every = {name for row in rows for name in row}
    names = [*(name for name in _FIRST if name in every), *sorted(every - set(_FIRST))]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _flat(entry: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in entry.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}_")
        else:
            yield prefix + name, value
