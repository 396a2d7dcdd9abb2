"""An objective as the fitness of a search: its score, its population, its own evaluations."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from backtest.criteria import CRITERIA
from backtest.metrics import report
from backtest.objective import WORST, parse_objective
from codegen.evaluate import Evaluator
from codegen.plan import build_plan
from codegen.verify.strategies import random_strategy
from dsl.errors import ConfigError
from dsl.text.lower import parse
from genfx import api
from genfx.cli.app import app
from genfx.config.file import Config, parse_config
from genfx.markets import market
from genfx.tuning import tuned
from gp.fitness import scores
from gp.objectives import Valued
from gp.settings import FitnessSettings, SearchSettings
from tests.test_genfx_run import CONFIG, Interrupting, contents, dumped

SMOOTH = "(GROSSPROFIT-(1/(TRADES+1)))/-(GROSSLOSS-1/(TRADES+1))"
FITNESS = FitnessSettings(objective=SMOOTH, objective_scale=(0.5, 1.5), min_trades=10)
CROSS = parse("""strategy "t" {
    input fast = 12 in 5..60
    enter long when ema(close, fast) crosses above ema(close, 26)
    enter short when ema(close, fast) crosses below ema(close, 26)
    size 0.1 lots
}""")


def test_the_score_of_an_objective_rises_for_ever() -> None:
    def combined(value: float, trades: int = 20) -> float:
        return scores((1.0, 1.0, 1.0, 1.0, 1.0, value), trades, FITNESS).combined

    assert combined(0.5) == combined(-3.0) == combined(WORST) == 0.0
    assert combined(1.5) == 50.0
    assert combined(1.5, trades=5) == 25.0
    assert 99.0 < combined(1e3) < combined(1e6) < 100.0
    found = scores((1.0, 1.0, 1.0, 1.0, 1.0, WORST), 20, FITNESS)
    assert len(found.each) == 6
    assert found.each[0] > 0


@pytest.mark.parametrize("objective", [SMOOTH, "SHARPE_RATIO - score / 100"])
def test_values_are_those_of_the_whole_report(objective: str) -> None:
    tested = market(Config())
    evaluator = Evaluator(tested)
    formula = parse_objective(objective)
    valued = Valued(evaluator, formula, FitnessSettings())
    rng = np.random.default_rng(4)
    strategies = [CROSS, *(random_strategy(rng, depth=3) for _ in range(3))]
    for strategy, found in zip(strategies, valued.evaluate(strategies), strict=True):
        own = dict(zip(CRITERIA, found.criteria, strict=False))
        own["score"] = scores(found.criteria[:5], found.trades, FitnessSettings()).combined
        whole = report(evaluator.result(strategy), tested)
        wanted = WORST if found.problem else formula.value(own, whole)
        assert found.criteria[5] == pytest.approx(wanted, rel=1e-12)
    plan = build_plan(CROSS)
    twelve, other = valued.evaluate_values(plan, [{"fast": 12}, {"fast": 20}])
    assert twelve.criteria == valued.evaluate([CROSS])[0].criteria
    assert other.criteria != twelve.criteria


def test_an_objective_has_a_population_that_breeds_with_each_other_one() -> None:
    settings = SearchSettings(fitness=FITNESS)
    assert settings.population_pairs[-5:] == tuple((number, 5) for number in range(5))
    assert len(settings.population_pairs) == 15
    assert SearchSettings().population_pairs == SearchSettings().criteria_pairs
    with pytest.raises(ConfigError, match="objective_scale"):
        SearchSettings(fitness=replace(FITNESS, objective_scale=(2.0, 1.0)))


def config_file(folder: Path, objective: str = SMOOTH) -> Path:
    path = folder / "aim.toml"
    lines = f'[fitness]\nobjective = "{objective}"\nobjective_scale = [0.5, 1.5]\n'
    path.write_text(CONFIG.replace("[fitness]\n", lines))
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("objective")
    arguments = ["evolve", str(config_file(folder)), "--out", str(folder / "run"), "--threads", "1"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "objective" in result.output
    return folder / "run"


def test_a_run_maximises_the_objective_and_shows_it(finished: Path) -> None:
    facts = json.loads((finished / "run.json").read_text())
    assert facts["config"]["fitness"]["objective"] == SMOOTH
    with (finished / "results.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for row, entry in zip(rows, facts["strategies"], strict=True):
        value = entry["figures"]["holdout"]["objective"]
        assert float(row["holdout_objective"]) == pytest.approx(value)
        source = (finished / f"{row['file']}.mq5").read_text()
        assert f"OnTester    {SMOOTH}" in source
        assert "TesterStatistics(STAT_GROSS_PROFIT)" in source
        assert "Objective" in source
    assert f"<code>{SMOOTH}</code>" in (finished / "report.html").read_text()
    assert "objective_best" in (finished / "logbook.csv").read_text().splitlines()[0]


def test_a_run_with_an_objective_repeats_and_continues(finished: Path, tmp_path: Path) -> None:
    api.evolve(config_file(tmp_path), tmp_path / "cut", Interrupting(3))
    api.resume(tmp_path / "cut", threads=2)
    assert contents(tmp_path / "cut") == contents(finished)
    assert dumped(tmp_path / "cut") == dumped(finished)
    changed = tmp_path / "changed"
    shutil.copytree(finished, changed)
    stored = (changed / "config.json").read_text()
    (changed / "config.json").write_text(stored.replace('"objective": "(', '"objective": "2*('))
    result = CliRunner().invoke(app, ["evolve", "--resume", str(changed)])
    assert result.exit_code == 2
    assert "begun with other" in result.output


def test_tuning_takes_the_objective_of_the_config() -> None:
    config = parse_config({"fitness": {"objective": SMOOTH}, "pso": {"evaluations": 12}})
    tested = market(config)
    by_config = tuned(CROSS, tested, config, "score", seed=1, threads=1)
    by_formula = tuned(CROSS, tested, config, SMOOTH, seed=1, threads=1)
    assert by_config.values == by_formula.values
    assert by_config.values[1] >= by_config.values[0]


@pytest.mark.parametrize(
    ("fitness", "told"),
    [
        ({"objective": "PROFTI"}, "did you mean 'PROFIT'"),
        ({"objective": "score * 2"}, "write it out"),
        ({"objective": "PROFIT", "objective_scale": [3.0, 3.0]}, "is not below"),
    ],
)
def test_what_cannot_be_maximised_is_told_with_its_key(
    fitness: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"fitness": fitness})
    assert told in str(caught.value)
    assert "fitness.objective" in str(caught.value)
