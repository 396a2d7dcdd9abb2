"""Nodes are interned values; strategies have two identities; both are the same in every process."""

from __future__ import annotations

import copy
import gc
import os
import subprocess
import sys

import networkx as nx
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import KindMismatch, ParamOutOfRange, UnknownName
from dsl.kinds import NUMBER, PRICE, oscillator
from dsl.node import InputRef, Node, node, rewrite, topological, with_params
from dsl.registry import lookup
from dsl.strategy import InputSpec, Strategy, resolved, with_values


def close(shift: int = 1) -> Node:
    return node(lookup("close"), (), (shift,))


def ema(period: int | InputRef, source: Node | None = None) -> Node:
    return node(lookup("ema"), (source or close(),), (period,))


def constant(value: float | InputRef, kind: object = NUMBER) -> Node:
    return node(lookup("constant"), (), (value,), kind=kind)  # type: ignore[arg-type]


def crossing(fast: int | InputRef, slow: int | InputRef) -> Strategy:
    entry = node(lookup("crosses_above"), (ema(fast), ema(slow)))
    size = node(lookup("lots"), (), (0.1,))
    ports = {"long_entry": entry, "size": size}
    expert = lookup("expert")
    return Strategy(node(expert, [ports.get(port.name) for port in expert.inputs]))


def test_equal_nodes_are_the_same_object() -> None:
    assert ema(12) is ema(12)
    assert ema(12) is not ema(13)
    assert constant(2.0) is constant(2)
    assert constant(-0.0) is constant(0.0)
    assert constant(50, oscillator(0, 100)) is not constant(50)


def test_a_copy_is_the_node_itself() -> None:
    assert copy.deepcopy(ema(12)) is ema(12)


def test_unused_nodes_leave_the_table() -> None:
    digest = ema(77).digest
    gc.collect()
    kept = ema(77)
    assert kept.digest == digest


def test_wrong_kinds_are_refused_with_what_is_wanted() -> None:
    hour = node(lookup("hour"))
    with pytest.raises(KindMismatch, match="ema does not take hour"):
        node(lookup("ema"), (hour,), (12,))
    with pytest.raises(KindMismatch, match="does not take price, hour"):
        node(lookup("gt"), (close(), hour))


def test_parameters_outside_their_limits_are_refused() -> None:
    with pytest.raises(ParamOutOfRange, match=r"period = 0 is outside 1\.\.100000"):
        ema(0)
    with pytest.raises(ParamOutOfRange, match="not a whole number"):
        node(lookup("ema"), (close(),), (12.5,))


def test_kind_follows_from_the_inputs() -> None:
    assert ema(12).kind == PRICE
    assert node(lookup("sma"), (node(lookup("rsi"), (close(),)),)).kind == oscillator(0, 100)


def test_topological_order_has_inputs_first_and_each_node_once() -> None:
    order = topological(crossing(12, 26).expert)
    assert len(order) == len(set(order))
    for position, current in enumerate(order):
        assert all(child is None or child in order[:position] for child in current.inputs)


def test_the_graph_keeps_both_edges_of_a_node_used_twice() -> None:
    twice = node(lookup("sub"), (close(), close()))
    entry = node(lookup("gt"), (twice, node(lookup("points"))))
    size = node(lookup("lots"))
    expert = lookup("expert")
    ports = {"long_entry": entry, "size": size}
    graph = Strategy(node(expert, [ports.get(port.name) for port in expert.inputs])).graph
    assert sorted(graph[close()][twice]) == ["a", "b"]
    assert nx.is_directed_acyclic_graph(graph)
    with pytest.raises(nx.NetworkXError):
        graph.add_node(close(5))


def test_strategy_id_sees_values_not_names() -> None:
    literal = crossing(12, 26)
    named = Strategy(
        crossing(InputRef("fast"), InputRef("slow")).expert,
        (InputSpec("fast", 12, 5, 60), InputSpec("slow", 26)),
        title="any",
    )
    assert named.strategy_id == literal.strategy_id
    assert resolved(named) is literal.expert
    assert with_values(named, {"fast": 13}).strategy_id == crossing(13, 26).strategy_id
    assert with_values(named, {"fast": 13}).strategy_id != literal.strategy_id


def test_structure_id_blanks_numbers() -> None:
    assert crossing(12, 26).structure_id == crossing(5, 60).structure_id
    assert crossing(12, 26).structure_id != crossing(12, 26).strategy_id


def test_an_unknown_input_is_named_with_the_nearest_one() -> None:
    strategy = Strategy(crossing(InputRef("fast"), 26).expert, (InputSpec("fast", 12),))
    with pytest.raises(UnknownName, match="did you mean 'fast'"):
        with_values(strategy, {"fats": 3})


def test_ids_are_the_same_in_another_process() -> None:
    code = (
        "from tests.test_dsl_node import crossing\n"
        "print(crossing(12, 26).strategy_id, crossing(12, 26).structure_id)"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {f"{crossing(12, 26).strategy_id} {crossing(12, 26).structure_id}\n"}


def test_rewriting_shares_again() -> None:
    strategy = crossing(12, 26)

    def widened(current: Node) -> Node:
        return with_params(current, (40,)) if current.type.name == "ema" else current

    entry = rewrite(strategy.expert, widened).inputs[0]
    assert entry is not None
    assert entry.inputs[0] is entry.inputs[1]
