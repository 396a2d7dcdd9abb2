"""A run: from a config to a run folder; a killed run continues from its store."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from backtest.criteria import YEAR_S
from backtest.market import Market
from codegen.plan import build_plan
from dsl.errors import ConfigError, RunError
from dsl.strategy import Strategy
from dsl.text.lower import parse
from dsl.timeframes import is_multiple, shown
from genfx import __version__
from genfx.config.file import Config, parse_config
from genfx.config.search import search_settings
from genfx.exports import market_facts, titled, with_inputs
from genfx.markets import SpanMarkets, market, span_markets, warm_up_bars
from genfx.runs.diversity import distinct_first
from genfx.runs.finalists import Finalist, Proof, finalists
from genfx.runs.folder import CONFIG, STORE, create_folder, open_store, publish, unwritable
from genfx.runs.luck import lucky_sharpe
from genfx.runs.proofs import proofs
from genfx.runs.publication import Publication, result_files
from gp.evaluators import Evaluators, evaluators_of
from gp.evolve import Observer, Outcome, evolve
from gp.settings import SearchSettings
from gp.store import Store

USUAL_PERIOD = 50  # of an average


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A search that is ready to start or to continue."""

    name: str
    folder: Path
    config: Config
    settings: SearchSettings
    whole: Market
    spans: SpanMarkets


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What a run left: its folder's strategies, and what the search says of itself."""

    run: Run
    outcome: Outcome
    finalists: tuple[Finalist, ...]
    proofs: tuple[Proof, ...]
    lucky_sharpe: float


def new_run(config: Config, name: str, folder: Path) -> Run:
    """Check everything, then make the run folder.

    Args:
        config: Checked, with absolute paths.
        name: Of the run, for its report.
        folder: Must not exist, or be empty.
    Raises:
        GenfxError: Something is wrong; the folder was not made.
    """
    run = _prepared(config, name, folder, f"{name}.toml")
    create_folder(folder)
    stored = {"name": name, "config": config.model_dump(mode="json")}
    publish(folder, {CONFIG: _json(stored)})
    return run


def existing_run(folder: Path) -> Run:
    """Return the run of a folder, to be continued.

    Raises:
        RunError: It is no run folder.
    """
    if (folder / STORE).exists() or not (folder / CONFIG).is_file():  # else killed amid its start
        with open_store(folder):
            pass
    try:
        stored = json.loads((folder / CONFIG).read_bytes())
        name, content = str(stored["name"]), dict(stored["config"])
    except OSError as problem:
        raise RunError(f"{folder / CONFIG}: cannot be read: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise RunError(
            f"{folder / CONFIG}: is not the config that a run stores",
            hint="the run cannot be continued without it; begin a new one",
        ) from problem
    place = str(folder / CONFIG)
    return _prepared(parse_config(content, place), name, folder, place)


def short_history(run: Run) -> str:
    """Return what keeps strategies of the largest timeframe from trading at first, "" if nothing.

    The bars before in-sample are their warm-up; a usual average stands for all of them.
    """
    chart, higher = run.whole.bars.timeframe, run.settings.generator.higher
    if not higher:
        return ""
    largest = shown(max(higher))
    usual = f"{largest.lower()}(ema(close, {USUAL_PERIOD}))"
    text = f'strategy "x" {{ enter long when {usual} > {largest.lower()}(close) size 1 lots }}'
    needed, have = build_plan(parse(text)).warmup_on(chart), run.spans.in_sample.first
    if have >= needed:
        return ""
    return (
        f"{have:,} bars lie before in-sample, {usual} needs {needed:,} before its first entry: "
        f"strategies on {largest} have less of in-sample to trade in. Give more history, begin "
        "in-sample later, or name smaller higher_timeframes."
    )


def carry_out(run: Run, observer: Observer, *, threads: int = 1) -> Finished:
    """Search until the budget is used up or Ctrl-C, then write the results.

    An interrupted run is published with in-sample and gate figures only: the holdout stays unread
    until the selection has ended.
    """
    try:
        store = Store(run.folder / STORE)
    except OSError as problem:
        raise unwritable(run.folder, problem) from problem
    with store:
        evaluators = _evaluators(run, threads)
        try:
            outcome = evolve(
                run.settings,
                evaluators,
                run.config.seed,
                store,
                observer,
                library=library(),
                context=_context(run),
            )
            pool = distinct_first(
                [member.strategy for member in outcome.pool], evaluators.in_sample
            )
        finally:
            evaluators.close()
    chosen = pool[: run.config.output.strategies]
    best = [titled(with_inputs(strategy), run.whole.bars) for strategy in chosen]
    spans = run.spans.named()[: 2 if outcome.interrupted else 3]
    objective = run.settings.fitness.objective
    shown = finalists(best, spans, objective=objective, threads=threads)
    facts = market_facts(run.whole, run.settings.fitness, run.config.output.magic)
    replayed = proofs(shown, facts, wanted=run.config.output.verify)
    found = Finished(run, outcome, shown, replayed, _luck(run, outcome))
    publish(run.folder, result_files(_publication(found)))
    return found


def library() -> list[Strategy]:
    """Return the classics that ship with genfx, by file name."""
    folder = resources.files("genfx") / "library"
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".strat")), key=lambda p: p.name)
    return [parse(path.read_text(encoding="utf-8"), path.name) for path in paths]


def _prepared(config: Config, name: str, folder: Path, place: str) -> Run:
    whole = market(config)
    settings = search_settings(config.search, config.fitness, config.pso)
    _check_timeframes(settings, whole.bars.timeframe, place)
    warmup = warm_up_bars(settings.generator.higher, whole.bars.timeframe)
    spans = span_markets(whole, config, place, warmup)
    return Run(name, folder, config, settings, whole, spans)


def _check_timeframes(settings: SearchSettings, chart: int, place: str) -> None:
    """Raise ConfigError where the bars do not make whole bars of a higher timeframe."""
    for higher in settings.generator.higher:
        if not is_multiple(higher, chart):
            raise ConfigError(
                f"{place}: search.generator.higher_timeframes has {shown(higher)}, the bars are of "
                f"{shown(chart)}",
                hint="name whole multiples of the bars' period",
            )


def _evaluators(run: Run, threads: int) -> Evaluators:
    spans = run.spans
    settings = run.settings
    return evaluators_of(
        spans.in_sample, spans.gate, settings.gate, fitness=settings.fitness, threads=threads
    )


def _context(run: Run) -> Mapping[str, str]:
    """Return what must not change while a run is continued, beside settings and seed."""
    windows = {name: [m.first, m.end] for name, m in run.spans.named()[:2]}
    whole = run.whole
    facts = {"symbol": asdict(whole.symbol), "account": asdict(whole.account)}
    return {
        "data": whole.bars.data_hash,
        "windows": json.dumps(windows, sort_keys=True),
        "market": json.dumps(facts | {"costs": asdict(whole.costs)}, sort_keys=True),
        "versions": json.dumps(versions(), sort_keys=True),
    }


def versions() -> dict[str, str]:
    """Return the versions a result may depend on."""
    names = ("numpy", "numba", "networkx", "deap")
    found = {name: metadata.version(name) for name in names}
    return {"genfx": __version__, "python": platform.python_version(), **found}


def _luck(run: Run, outcome: Outcome) -> float:
    tested = run.spans.in_sample
    seconds = tested.bars.time[tested.end - 1] - tested.bars.time[tested.first]
    return lucky_sharpe(outcome.distinct, float(seconds) / YEAR_S)


def _publication(found: Finished) -> Publication:
    run = found.run
    config = run.config.model_dump(mode="json")
    config["data"]["bars"] = Path(config["data"]["bars"]).name
    return Publication(
        name=run.name,
        seed=run.config.seed,
        config=config,
        versions=versions(),
        whole=run.whole,
        magic=run.config.output.magic,
        fitness=run.settings.fitness,
        outcome=found.outcome,
        finalists=found.finalists,
        proofs=found.proofs,
        lucky_sharpe=found.lucky_sharpe,
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
