"""The page of every node type has a plot of its example, where that has a value at each bar."""

from __future__ import annotations

import math

import pytest
from typer.testing import CliRunner

import dsl.nodes  # noqa: F401  fills the registry
from dsl.registry import NodeType, node_types
from genfx.cli.app import app
from genfx.cli.plot import WIDTH
from genfx.node_values import BARS, example_values

WITHOUT = {"expert", "lots", "risk"}


@pytest.mark.parametrize("node_type", node_types(), ids=lambda node_type: node_type.name)
def test_every_example_has_values_to_draw(node_type: NodeType) -> None:
    found = example_values(node_type)
    assert (found is None) == (node_type.name in WITHOUT)
    if found is not None:
        times, values = found
        assert len(times) == len(values) == BARS
        assert any(map(math.isfinite, values))


@pytest.mark.parametrize("name", ["rsi", "crosses_above", "constant", "expert"])
def test_a_page_ends_with_its_plot(name: str) -> None:
    result = CliRunner().invoke(app, ["nodes", name], catch_exceptions=False)
    assert result.exit_code == 0
    assert ("EURUSD H1" in result.output) == (name not in WITHOUT)
    if name == "rsi":
        last = result.output.splitlines()[-1]
        assert "2017-12-" in last
        assert len(last) <= WIDTH + 10
        assert "EURUSD H1" not in CliRunner().invoke(app, ["nodes", name, "--no-plot"]).output
