"""Configs with values beyond all use: told with their place, before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from dsl.errors import ConfigError
from genfx.config.file import Config, load_config, parse_config


def error_of(folder: Path, text: str, name: str = "run.toml") -> str:
    path = folder / name
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value).replace(f"{folder}/", "")


def numbers_of(model: type[BaseModel], keys: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from numbers_of(kind, (*keys, name))
        elif kind in (int, float):
            yield (*keys, name)


@pytest.mark.parametrize("keys", list(numbers_of(Config)), ids=".".join)
@pytest.mark.parametrize("value", [10**30, -(10**30)])
def test_no_number_is_without_an_end(keys: tuple[str, ...], value: int) -> None:
    content: object = value
    for key in reversed(keys):
        content = {key: content}
    assert isinstance(content, dict)
    with pytest.raises(ConfigError, match=f"{keys[-1]} = -?1000000"):
        parse_config(content)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed = " + "9" * 5000, "is no TOML"),
        ("seed = " + "[" * 3000 + "]" * 3000, "is no TOML"),
        ("[[data]]\nbars = 'sample'", "run.toml:1: data = "),
        ("[data]\nbars = ''", "run.toml:2: data.bars = '': is empty"),
        (
            "[symbol]\nbase_currency = 'E\\nR'",
            "wants 3 to 12 letters or digits, a letter first, such as EUR (capital letters;",
        ),
        ('[symbol]\nprofit_currency = "usd"', "run.toml:2: symbol.profit_currency = 'usd': wants"),
        (
            "[account]\ncurrency = '123'",
            "account.currency = '123': wants 3 to 12 letters or digits",
        ),
        (
            "[account]\ncurrency = 'eur'",
            "account.currency = 'eur': wants 3 to 12 letters or digits",
        ),
        ("[account]\ncurrency = ''", "run.toml:2: account.currency = '': wants 3 to 12 letters"),
        ("", "run.toml: holds no keys\n    hint: examples/full.toml has every key"),
        ("# nothing\n", "run.toml: holds no keys"),
        ("[data]\nsymbol = 'X'", "run.toml:2: data.symbol = 'X': is known of sample already"),
        (
            "[data]\nbars = 'sample'\ntimezone = 'UTC'",
            "run.toml:3: data.timezone = 'UTC': is known",
        ),
        (
            "[costs]\nboth_touched = 'finer'",
            "run.toml:2: costs.both_touched = 'finer': needs data.",
        ),
        ("[account]\ndeposit = 1.005", "run.toml:2: account.deposit = 1.005: wants whole cents"),
        ("[symbol]\nlots_min = 5.0\nlots_max = 1.0", "lots_max = 1 is below lots_min = 5"),
        ("[search.generator]\nmax_bars = [9, 4]", "the range ends before it begins"),
        ("[search.generator]\nmax_bars = [0, 4]", "must be at least 1"),
        ("[search.generator]\nsize_value = 1e-9", "lots = 1e-09 is outside 1e-08..1e+06"),
        ("[search.generator]\nsize = 'risk'\nsize_value = 101", "percent = 101 is outside"),
        ("[search]\nstart = 10000000", "must be at most 1,000,000"),
        ("[fitness]\nobjective = '1 / 0'", "reads no figure of a test"),
        ("[fitness]\nobjective = 'PROFIT # */'", "'#' has no place in a formula"),
        ("[fitness]\nobjective = 'ＰROFIT'", "'Ｐ' has no place in a formula"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert told in error_of(tmp_path, text)


def test_a_strategy_in_place_of_a_config_is_told(tmp_path: Path) -> None:
    assert "a config is a .toml" in error_of(tmp_path, 'strategy "x" {}', "x.strat")


def test_a_formula_may_stand_on_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[fitness]\nobjective = """\n(PROFIT\n  / TRADES)\n"""\n')
    assert load_config(path).fitness.objective == "(PROFIT / TRADES)"
