"""The files of the repository that a user meets first."""

from __future__ import annotations

import doctest
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from dsl.text.lower import parse
from genfx import __version__
from genfx.cli.app import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
INSTALL = (
    'python3 -m venv .venv && .venv/bin/python -m pip install -e ".[verify]" '
    "&& .venv/bin/genfx evolve examples/quickstart.toml"
)
TEST = (
    'python3 -m venv .venv && .venv/bin/python -m pip install -e ".[test]" '
    "&& .venv/bin/python -m pytest"
)


@pytest.mark.parametrize("command", [INSTALL, TEST])
def test_the_readme_has_the_two_commands_on_lines_of_their_own(command: str) -> None:
    assert command in README.splitlines()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    pattern = re.search(r"sed -n 's/\^\\\((.+)\\\)\$/\\1/p' README\.md", script)
    assert pattern is not None
    found = [line for line in README.splitlines() if re.fullmatch(pattern.group(1), line)]
    assert found == [TEST]


def test_commands_that_the_readme_shows_exist() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    known |= {str(group.name) for group in app.registered_groups}
    blocks = "".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    shown = set(re.findall(r"^genfx (\w+)", blocks, re.MULTILINE))
    assert shown
    assert shown <= known


def test_the_strategy_of_the_readme_is_valid_and_canonical() -> None:
    (text,) = re.findall(r"```\n(strategy .*?\n)```", README, re.DOTALL)
    assert parse(text).title == "EMA cross with RSI filter"


def test_links_of_the_documents_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "docs/contract.md", "docs/parity.md"):
        path = ROOT / name
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{name}: {target}"


def test_the_sample_has_its_licence_notice_beside_it() -> None:
    notice = (ROOT / "genfx" / "data" / "LICENSE-gym-anytrading.txt").read_text()
    assert "Copyright (c) 2019 Mohammad Amin Haghpanah" in notice


@pytest.mark.parametrize(
    "module",
    [
        *("backtest.history.reading", "backtest.timeframes"),
        *(
            "backtest.objective",
            "genfx.api",
            "genfx.config.file",
            "genfx.report.figures",
            "genfx.runs.luck",
        ),
    ],
)
def test_examples_in_docstrings_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_version_is_stated_once_more_at_most() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()
