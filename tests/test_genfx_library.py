"""The strategies that ship with genfx: each is read, laid out, printed and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.parametrize import parametrize
from dsl.text.lower import parse
from dsl.text.printer import format_strategy, format_text
from genfx.strategy_files import load_library, load_strategy

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = sorted((ROOT / "genfx" / "library").glob("*.strat"))
EXAMPLES = [
    path for path in sorted((ROOT / "examples").glob("*.strat")) if load_library(path) is None
]


def test_classics_and_examples_are_all_different() -> None:
    assert len(LIBRARY) == 20
    assert len(EXAMPLES) >= 10
    found = [load_strategy(path) for path in LIBRARY + EXAMPLES]
    assert len({strategy.strategy_id for strategy in found}) == len(found)
    assert len({strategy.title for strategy in found}) == len(found)


@pytest.mark.parametrize("path", LIBRARY + EXAMPLES, ids=lambda path: path.stem)
def test_shipped_strategy_is_sound(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = load_strategy(path)
    assert text.startswith("# ")
    assert format_text(text, str(path)) == text
    assert parse(format_strategy(found)) == found
    assert found.port("long_entry") is not None
    assert found.port("short_entry") is not None
    assert parametrize(found).strategy_id == found.strategy_id


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_shows_inputs_with_ranges(path: Path) -> None:
    found = load_strategy(path)
    assert len(found.inputs) >= 3
    assert all(spec.low is not None and spec.comment for spec in found.inputs)
