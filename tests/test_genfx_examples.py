"""The strategies of examples/: each trades on the bundled year and can be emitted."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from backtest.market import Market
from genfx.backtests import run_engine
from genfx.config.file import Config
from genfx.exports import export_bytes, with_inputs
from genfx.markets import market
from genfx.strategy_files import load_library, load_strategy

EXAMPLES = Path(__file__).parent.parent / "examples"
TEXTS = sorted(EXAMPLES.glob("*.strat"))
STRATEGIES = [
    path for path in sorted([*TEXTS, *EXAMPLES.glob("*.formula")]) if load_library(path) is None
]
FEATURES = (
    *("include", "def", "symmetric", "latch", "of_three", "pivots", "ichimoku", "bands", "adx"),
    *("value_when", "session", "today", "highest", "rsi", "inside_bar|quiet", r"stop%", "reverse"),
)


@cache
def sample() -> Market:
    return market(Config())


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_an_example_trades_and_can_be_emitted(path: Path) -> None:
    strategy = load_strategy(path)
    assert run_engine(strategy, sample(), "fast").trades >= 30
    assert b"OnTick" in export_bytes(with_inputs(strategy), "mql5")


def test_ten_and_more_show_the_whole_language() -> None:
    assert len(STRATEGIES) >= 10
    written = "\n".join(path.read_text(encoding="utf-8") for path in TEXTS)
    for feature in FEATURES:
        assert re.search(feature, written), feature


def test_the_table_names_every_file() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in [*EXAMPLES.glob("*.*")]:
        assert path.name == "README.md" or f"`{path.name}`" in page
    for path in STRATEGIES:
        assert page.count(f"| `{path.stem}` |") == 1
