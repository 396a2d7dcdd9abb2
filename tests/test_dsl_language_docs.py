"""The pages of the language hold: every example is read, every statement shown, tables in step."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import fill

import pytest

from backtest.objective import STATISTICS, parse_objective
from dsl.reference import nodes_page
from dsl.text.lower import parse
from dsl.text.parser import parse_syntax
from dsl.text.printer import format_text
from dsl.text.statements import WORDS

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "language.md").read_text(encoding="utf-8")
STATISTICS_BLOCK = re.compile(r"(?<=<!-- statistics -->\n).*?(?=<!-- end -->)", re.DOTALL)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def statement_forms() -> set[str]:
    grammar = (Path(__file__).parent.parent / "dsl" / "text" / "grammar.lark").read_text(
        encoding="utf-8"
    )
    return set(re.findall(r"^[?|\w: ].*-> (\w+)$", grammar.split("signature:")[0], re.MULTILINE))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (found,) = [block for block in blocks("strat") if "library" in block]
    (tmp_path / "averages.strat").write_text(found, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("text", [b for b in blocks("strat") if "library" not in b])
def test_every_example_is_a_strategy_in_canonical_layout(text: str, library: Path) -> None:
    assert parse(text, str(library / "example.strat")).expert
    assert format_text(text) == text


def test_every_statement_has_an_example() -> None:
    shown = {s.form for text in blocks("strat") for s in parse_syntax(text).statements}
    assert statement_forms() >= set(WORDS) - {"reverse"}
    assert shown == statement_forms()


def test_formulas_and_objectives_are_read() -> None:
    for text in blocks("formula"):
        assert parse(text, "example.formula").inputs
    for text in blocks("objective"):
        assert parse_objective(text.strip()).names


def test_statistics_are_listed(request: pytest.FixtureRequest) -> None:
    listed = fill(", ".join(f"`{name}`" for name in STATISTICS), 112) + "\n"
    if request.config.getoption("--update-golden"):
        page = STATISTICS_BLOCK.sub(lambda _: listed, PAGE)
        (DOCS / "language.md").write_text(page, encoding="utf-8")
    found = STATISTICS_BLOCK.search((DOCS / "language.md").read_text(encoding="utf-8"))
    assert found is not None
    assert found.group() == listed


def test_the_page_of_node_types_is_generated(request: pytest.FixtureRequest) -> None:
    path = DOCS / "nodes.md"
    if request.config.getoption("--update-golden"):
        path.write_text(nodes_page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == nodes_page(), "run this file with --update-golden"
