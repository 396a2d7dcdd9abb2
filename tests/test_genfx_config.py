"""Config files: what is accepted, and every mistake with its place, its rule and a near miss."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from backtest.market import Account, Costs, Symbol
from dsl.errors import ConfigError, GenfxError
from genfx.bars.sources import load_bars
from genfx.config.file import Config, load_config, parse_config
from genfx.config.search import Aging, Gate, Pso, Selection, Variation, search_settings
from genfx.config.sections import SymbolFacts
from genfx.markets import LEAST_BARS, market, span_markets, symbol_facts, window
from gp.settings import (
    AgingSettings,
    GateSettings,
    SearchSettings,
    SelectionSettings,
    SwarmSettings,
    VariationSettings,
)

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "config_errors.txt"

BAD = """\
seed = -1
[data]
bars = 5
[costs]
spread = 0.0001
gap = "markt"
comission = 7
commission = "7 USD"
[spans]
in_sample = ["2017-01-01", 5]
gate = [0.1]
[search]
generatons = 5
criteria_pairs = [["net_profit", "sharp"]]
[search.gate]
scope = 3
[search.generator]
ports = { take_profits = 0.5 }
weights = { rsj = 2 }
[fitness.weights]
net_profits = 1
[fitness.bounds]
sharpe = [1]
[acount]
x = 1
"""


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys_of(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


def error_of(folder: Path, text: str) -> str:
    path = folder / "run.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value).replace(f"{folder}/", "").replace(str(folder), "FOLDER")


def test_every_mistake_of_a_config_is_told_at_once(tmp_path: Path, update_golden: bool) -> None:
    found = error_of(tmp_path, BAD) + "\n"
    if update_golden:
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_a_path_to_nowhere_names_line_key_and_neighbours(tmp_path: Path) -> None:
    (tmp_path / "EURUSD.csv").write_text("")
    found = error_of(tmp_path, '[data]\n\nbars = "EURUSF.csv"\n')
    assert found.startswith("run.toml:3: data.bars = 'EURUSF.csv': no file EURUSF.csv")
    assert "did you mean 'EURUSD.csv'?" in found


def test_what_is_no_toml_is_told_with_line_and_column(tmp_path: Path) -> None:
    assert "run.toml: is no TOML" in error_of(tmp_path, "[data]\nbars = EURUSD.csv\n")
    assert "line 2" in error_of(tmp_path, "[data]\nbars = EURUSD.csv\n")


def test_a_config_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.toml")


def test_paths_are_relative_to_the_config(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text("x")
    (tmp_path / "run.toml").write_text('[data]\nbars = "bars.csv"\n')
    assert load_config(tmp_path / "run.toml").data.bars == str(tmp_path / "bars.csv")


@pytest.mark.parametrize("name", ["quickstart.toml", "full.toml"])
def test_the_examples_are_valid(name: str) -> None:
    config = load_config(ROOT / "examples" / name)
    span_markets(market(config), config, name)
    search_settings(config.search, config.fitness, config.pso)


def test_the_annotated_example_has_every_key_with_its_default() -> None:
    content = tomllib.loads((ROOT / "examples" / "full.toml").read_text())
    assert parse_config(content) == Config()

    def present(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
        for key, value in table.items():
            nested = isinstance(value, dict) and f"{prefix}{key}" not in wanted
            yield from present(value, f"{prefix}{key}.") if nested else [prefix + key]

    wanted = set(keys_of(Config))
    assert set(present(content)) == wanted


def test_defaults_are_those_of_the_floors_below() -> None:
    config = Config()
    assert Account(**config.account.model_dump()) == Account()
    assert Costs(**config.costs.model_dump()) == Costs()
    assert search_settings(config.search, config.fitness, config.pso) == SearchSettings()
    facts = config.symbol.model_dump()
    plain = Symbol("EURUSD", 5)
    for field in fields(Symbol):
        if field.name not in {"name", "digits", "base_currency", "profit_currency"}:
            assert facts[field.name] == getattr(plain, field.name), field.name


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        (Gate, GateSettings),
        (Aging, AgingSettings),
        (Selection, SelectionSettings),
        (Variation, VariationSettings),
        (Pso, SwarmSettings),
    ],
)
def test_every_setting_of_the_search_has_a_key(section: type[BaseModel], settings: type) -> None:
    assert list(section.model_fields) == [field.name for field in fields(settings)]


def test_currencies_come_from_the_symbols_name() -> None:
    symbol = symbol_facts(load_bars("sample"), SymbolFacts())
    assert (symbol.base_currency, symbol.profit_currency) == ("EUR", "USD")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[data]\nsymbol = "X"', "are known of sample already"),
        ("[symbol]\nlots_min = 5.0\nlots_max = 1.0", "lots_m"),
        ('[account]\ncurrency = "CHF"', "CHF"),
        ('[costs]\nboth_touched = "finer"', "finer"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(text: str, message: str) -> None:
    with pytest.raises(GenfxError, match=message):
        window(market(parse_config(tomllib.loads(text))), None, None, "")


def spans(text: str) -> Config:
    return parse_config(tomllib.loads(f"[spans]\n{text}"))


def test_spans_are_rows_by_share_or_date() -> None:
    config = spans(
        "in_sample = [2017-01-01, 2017-07-01]\ngate = ['2017-07-01', '2017-10-01']\n"
        "holdout = ['2017-10-01', '2018-01-01']"
    )
    whole = market(config)
    found = span_markets(whole, config, "x")
    assert found.in_sample.first == 0
    assert found.in_sample.last == found.gate.first
    assert found.gate.last == found.holdout.first
    assert found.holdout.last == len(whole.bars)


def test_a_config_survives_being_stored_with_its_run() -> None:
    config = spans("in_sample = [2017-01-01, 0.5]\ngate = [0.5, 0.7]")
    assert parse_config(json.loads(json.dumps(config.model_dump(mode="json")))) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("holdout = ['2031-01-01', '2032-01-01']", "spans.holdout: 2031-01-01 is outside the data"),
        ("gate = [0.5, 0.8]", "spans.in_sample and spans.gate share bars"),
        ("gate = [0.8, 0.6]", "spans.gate: ends before it begins"),
        ("gate = [0.6, 0.601]", f"spans.gate: holds 6 bars; at least {LEAST_BARS} are needed"),
    ],
)
def test_impossible_spans_are_refused(text: str, message: str) -> None:
    config = spans(text)
    with pytest.raises(ConfigError) as caught:
        span_markets(market(config), config, "run.toml")
    assert str(caught.value).startswith(f"run.toml: {message}")


@pytest.mark.parametrize(
    ("stated", "expected"), [("", [-40_000.0, 200_000.0]), ("[-1.0, 1.0]", [-1.0, 1.0])]
)
def test_bounds_of_net_profit_suit_the_deposit_unless_stated(
    tmp_path: Path, stated: str, expected: list[float]
) -> None:
    path = tmp_path / "a.toml"
    bounds = f"[fitness.bounds]\nnet_profit = {stated}\n" if stated else ""
    path.write_text(f"[account]\ndeposit = 200000\n{bounds}")
    assert load_config(path).fitness.bounds.net_profit == expected


@pytest.mark.parametrize("folder", ["{nme}/x", "{name", "", "a\\u0000b"])
def test_a_run_folder_that_cannot_be_named_is_told(tmp_path: Path, folder: str) -> None:
    told = error_of(tmp_path, f'[output]\nfolder = "{folder}"\n')
    assert ":2: output.folder" in told
    assert "{name} alone may stand in braces" in told


def test_a_byte_order_mark_is_no_part_of_a_config(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_bytes(b"\xef\xbb\xbfseed = 5\r\n")
    assert load_config(tmp_path / "bom.toml").seed == 5


def test_money_without_end_is_refused(tmp_path: Path) -> None:
    assert "account.deposit" in error_of(tmp_path, "[account]\ndeposit = 1e308\n")
    assert "costs.commission" in error_of(tmp_path, "[costs]\ncommission = 1e308\n")
