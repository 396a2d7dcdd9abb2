"""Random strategies: typed, within their limits, the same for the same key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl.errors import ConfigError
from dsl.kinds import SIGNAL
from dsl.node import Node, node, topological
from dsl.nodes.constants import CONSTANT
from dsl.nodes.expert import EXPERT
from dsl.registry import node_types
from dsl.text.lower import parse, parse_expression
from gp.draws import generator
from gp.generator import Generator, constant_range, draw_param, generator_of, is_number
from gp.individual import Candidate, candidate_of
from gp.pieces import EXPERT_PORTS, SHORT_PORTS, both_sides, long_side, pieces, repeats_itself
from gp.settings import GeneratorSettings

SETTINGS = GeneratorSettings()


def experts(count: int, settings: GeneratorSettings = SETTINGS) -> list[Node]:
    made = generator_of(settings)
    return [made.expert(generator(1, 0, 0, number)) for number in range(count)]


def revalidated(expert: Node) -> bool:
    """Make every node again with all checks; a badly typed one raises, a changed one differs."""
    return all(
        node(n.type, n.inputs, n.params, output=n.output, kind=n.kind) is n
        for n in topological(expert)
    )


def test_random_experts_are_well_typed_and_have_entry_stop_and_size() -> None:
    for expert in experts(150):
        assert revalidated(expert)
        ports = dict(zip(EXPERT_PORTS, expert.inputs, strict=True))
        assert ports["long_entry"] is not None
        assert ports["stop_loss"] is not None
        assert ports["size"] is not None
        assert all(ports[name] is None for name in SHORT_PORTS)


def test_equal_keys_give_equal_experts_and_others_differ() -> None:
    assert [e.digest for e in experts(20)] == [e.digest for e in experts(20)]
    assert len({e.digest for e in experts(100)}) > 95


def test_both_sides_are_drawn_where_strategies_are_not_symmetric() -> None:
    drawn = experts(20, replace(SETTINGS, symmetric=False))
    assert all(e.inputs[EXPERT_PORTS.index("short_entry")] is not None for e in drawn)


def test_mirrored_expert_gives_back_its_long_side() -> None:
    assert all(long_side(both_sides(e)) is e for e in experts(60))


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_signals_are_no_higher_than_the_depth_and_its_leaves(depth: int) -> None:
    made = generator_of(replace(SETTINGS, depth=depth))
    for number in range(60):
        signal = made.grow(SIGNAL, depth, generator(3, 0, 0, number))
        if signal is not None:
            fixed_leaves = 2  # a series put beside nothing but numbers may be one node higher
            assert pieces(signal).sizes[signal][1] <= depth + fixed_leaves


def test_no_node_works_on_numbers_alone() -> None:
    for expert in experts(200):
        for current in topological(expert):
            inputs = [child for child in current.inputs if child is not None]
            if inputs and current.type is not EXPERT:
                assert not all(map(is_number, inputs)), current


def test_constants_lie_in_the_range_that_their_sibling_gives() -> None:
    found = 0
    for expert in experts(200):
        for piece in pieces(expert).every:
            if piece.child.type is CONSTANT:
                levels = constant_range(
                    piece.consumer.type, piece.consumer.inputs, piece.port, piece.child.kind
                )
                assert levels is not None
                (value,) = piece.child.params
                assert levels[0] <= float(str(value)) <= levels[1]
                found += 1
    assert found > 50


def test_every_weighted_type_is_drawn_sooner_or_later() -> None:
    seen = {n.type.name for e in experts(900) for n in topological(e)}
    wanted = {
        t.name for t in node_types() if t.weight >= 0.3 and t.syntax.form not in {"statement"}
    }
    assert wanted - seen == set()


def test_weight_zero_switches_a_type_off() -> None:
    drawn = experts(150, replace(SETTINGS, weights=(("rsi", 0.0), ("ema", 0.0))))
    assert not {n.type.name for e in drawn for n in topological(e)} & {"rsi", "ema"}


def test_unknown_type_in_weights_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match="did you mean 'smma'"):
        generator_of(replace(SETTINGS, weights=(("smmaa", 1.0),)))


def test_parameters_are_accepted_and_lie_in_the_searched_range() -> None:
    rng = generator(9, 0, 0, 0)
    made: Generator = generator_of(SETTINGS)
    for node_type in node_types():
        for _ in range(40):
            values = made.params(node_type, rng)
            assert node_type.valid(*values)
            for param, value in zip(node_type.params, values, strict=True):
                assert param.coerce(value) == value
                low, high = getattr(param, "low", None), getattr(param, "high", None)
                if low is not None and high is not None:
                    assert low <= draw_param(param, rng) <= high


def filtered(text: str) -> Candidate:
    lines = ("enter long when close > sma(close, 20)", f"trade when {text}", "stop loss 200 points")
    strategy = parse('strategy "" {\n' + "\n".join(lines) + "\n}\n")
    return candidate_of(strategy, 0, mirrored=True)


def test_a_filter_for_one_side_is_mirrored_with_the_entry() -> None:
    sided = filtered("close > ema(close, 50)").strategy
    assert sided.port("entry_filter") is None
    wanted = parse_expression("close < sma(close, 20) and close < ema(close, 50)")
    assert sided.port("short_entry") is wanted
    both = filtered("hour > 8").strategy
    assert both.port("entry_filter") is parse_expression("hour > 8")
    assert both.port("short_entry") is parse_expression("close < sma(close, 20)")


def test_a_node_that_reads_the_same_twice_is_seen() -> None:
    assert repeats_itself(parse_expression("sma(close, 5) > sma(close, 5) and hour > 3"))
    assert not repeats_itself(parse_expression("sma(close, 5) > sma(close, 6) and hour > 3"))
