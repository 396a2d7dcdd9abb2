"""Higher timeframes where a user meets them: commands, configs, files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codegen.mql5.emit import emit_mql5
from codegen.mql5.reading import read_expert
from codegen.plan import build_plan
from dsl.errors import ConfigError
from dsl.text.lower import parse
from dsl.timeframes import HOUR
from genfx.cli.app import app
from genfx.config.file import Config, parse_config
from genfx.config.search import search_settings
from genfx.markets import WARM_UP_BARS, market, span_markets, warm_up_bars
from genfx.runs.run import new_run, short_history
from tests.support.bars import hand_bars
from tests.support.higher_timeframes import strategies

TEXT = 'strategy "x" { enter long when d1(close > open) and h4(rsi(close, 3) < 40) }\n'
TEXT_OF_A_YEAR = 'strategy "x" { enter long when d1(close > ema(close, 50)) }'


def run(*words: str) -> str:
    found = CliRunner().invoke(app, list(words))
    assert found.exit_code == 0, found.output
    return found.output


def test_check_tells_the_warm_up_of_every_period_that_fits(tmp_path: Path) -> None:
    path = tmp_path / "x.strat"
    path.write_text(TEXT)
    facts = json.loads(run("check", "--json", str(path)))["ok"][0]
    assert facts["higher_timeframes"] == ["H4", "D1"]
    assert facts["warmup_bars"]["H1"] == 60 * facts["warmup_bars"]["M1"] / 3600
    assert "H4" not in facts["warmup_bars"]
    assert f"warm-up {facts['warmup_bars']['H1']} bars of H1," in run("check", str(path))


def test_series_and_nodes_know_them() -> None:
    lines = run("series", "d1(close)", "--last", "30").splitlines()[1:]
    by_day = {line[:10]: line.split(",")[1] for line in lines if "23:00" not in line}
    assert len(by_day) == len(set(by_day.values())) == 2
    assert "complete ones only" in " ".join(run("nodes", "h4").split())
    assert "align" in run("nodes", "larger", "bars")


def test_an_expert_advisor_is_read_back() -> None:
    for strategy in strategies().values():
        source = emit_mql5(strategy)
        assert "Larger bars are the broker's own." in source
        assert read_expert(source).strategy == strategy


def test_the_search_takes_timeframes_by_name() -> None:
    config = parse_config({"search": {"generator": {"higher_timeframes": ["H4", "D1"]}}})
    settings = search_settings(config.search, config.fitness, config.pso)
    assert settings.generator.higher == (14_400, 86_400)


def test_history_before_a_span_is_as_long_as_larger_bars_need() -> None:
    assert warm_up_bars((), HOUR) == warm_up_bars((2 * HOUR,), HOUR) == WARM_UP_BARS
    needed = build_plan(parse(TEXT_OF_A_YEAR)).warmup_on(HOUR)
    assert WARM_UP_BARS < needed < warm_up_bars((14_400, 86_400), HOUR)
    bars = replace(hand_bars([(100_000, 100_010, 99_990, 100_005)] * 30_000), symbol="EURUSD")
    whole = market(Config(), bars)
    config = Config.model_validate({"spans": {"in_sample": [0.5, 0.6], "gate": [0.6, 0.7]}})
    firsts = [
        span_markets(whole, config, "x", warm_up_bars(higher, HOUR)).in_sample.first
        for higher in ((), (14_400,), (86_400,))
    ]
    assert firsts == [10_000, 15_000, 15_000]


def test_a_search_on_larger_bars_tells_how_little_history_it_has(tmp_path: Path) -> None:
    def told(name: str) -> str:
        generator = {"higher_timeframes": [name] if name else []}
        spans = {"in_sample": ["2017-03-01", 0.6], "gate": [0.6, 0.7], "holdout": [0.7, 0.8]}
        config = Config.model_validate({"spans": spans, "search": {"generator": generator}})
        return short_history(new_run(config, "x", tmp_path / f"run{name}"))

    assert (told(""), told("H2")) == ("", "")
    assert "bars lie before in-sample, d1(ema(close, 50)) needs 11,088 before" in told("D1")


@pytest.mark.parametrize("name", ["H5", "M1", "h4"])
def test_an_unknown_timeframe_of_a_config_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="no higher timeframe"):
        parse_config({"search": {"generator": {"higher_timeframes": [name]}}})


def test_bars_too_large_for_a_strategy_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.strat"
    path.write_text(TEXT.replace("d1(", "m30("))
    found = CliRunner().invoke(app, ["backtest", str(path)])
    assert found.exit_code != 0
    told = str(found.exception) + found.output
    assert "needs bars that make whole bars of M30; these are bars of H1" in told
    assert parse(path.read_text()).title == "x"
