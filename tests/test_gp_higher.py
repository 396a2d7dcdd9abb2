"""Breeding over several timeframes: what is drawn, swapped and mutated keeps to its timeframe."""

from __future__ import annotations

from dataclasses import replace

from codegen.evaluate import Evaluator
from dsl.mirror import mirror
from dsl.node import Node, node, topological
from dsl.nodes.timeframe import ALIGN
from dsl.strategy import Strategy
from dsl.text.lower import parse
from dsl.text.printer import format_strategy
from dsl.timeframes import TIMEFRAMES
from gp.draws import generator
from gp.generator import generator_of
from gp.operators import operators
from gp.pieces import pieces
from gp.settings import GeneratorSettings, SearchSettings
from gp.tune import identifier, tunable
from tests.test_codegen_higher import MARKET

H4, D1 = TIMEFRAMES["H4"], TIMEFRAMES["D1"]
GENERATOR = GeneratorSettings(higher=(H4, D1), higher_rate=0.4)
SETTINGS = replace(SearchSettings(), generator=GENERATOR)
OPS = operators(SETTINGS)
EXPERTS = [OPS.generate(generator(3, 0, 0, number)) for number in range(60)]


def timeframes(expert: Node) -> set[int]:
    return {n.timeframe for n in topological(expert) if n.timeframe}


def sound(expert: Node) -> None:
    """Make every node anew, so that all is checked."""
    made: dict[Node, Node] = {}
    for current in topological(expert):
        made[current] = node(
            current.type,
            [None if child is None else made[child] for child in current.inputs],
            current.params,
            output=current.output,
            kind=current.kind,
            timeframe=current.timeframe,
        )
    assert made[expert] is expert
    for current in topological(expert):
        if current.type is ALIGN:
            assert not any(n.type is ALIGN for n in topological(current) if n is not current)


def test_without_a_setting_nothing_is_drawn_of_another_timeframe() -> None:
    plain = generator_of(GeneratorSettings())
    drawn = [plain.expert(generator(3, 0, 0, number)) for number in range(30)]
    assert not any(timeframes(expert) for expert in drawn)


def test_parts_are_drawn_of_the_timeframes_that_the_settings_name() -> None:
    found = [timeframes(expert) for expert in EXPERTS]
    assert set().union(*found) == {H4, D1}
    assert 20 < sum(map(bool, found)) < 60
    for expert in EXPERTS:
        sound(expert)
        assert parse(format_strategy(Strategy(expert))).expert is expert


def test_crossover_swaps_pieces_of_one_timeframe() -> None:
    moved = 0
    for number in range(59):
        parents = (EXPERTS[number], 20.0), (EXPERTS[number + 1], 80.0)
        for child in OPS.mate(*parents, generator(4, 0, 0, number)):
            sound(child)
            moved += child not in EXPERTS
    assert moved > 60


def test_mutations_keep_to_the_timeframe() -> None:
    changed = 0
    for number, first in enumerate(EXPERTS):
        expert = first
        for step in range(8):
            child = OPS.mutate_once(expert, generator(5, step, 0, number))
            sound(child)
            changed += child is not expert
            expert = child
    assert changed > 300


def test_a_piece_inside_a_higher_timeframe_has_a_slot_of_its_own() -> None:
    text = 'strategy "x" { enter long when h4(close > sma(close, 9)) and close > sma(close, 9) }'
    every = pieces(parse(text).expert).every
    slots = {(p.child.type.name, p.slot.timeframe) for p in every}
    assert {("sma", H4), ("sma", 0), ("close", H4), ("close", 0), ("align", 0)} <= slots


def test_children_can_be_evaluated_mirrored_and_tuned() -> None:
    strategies = [Strategy(expert) for expert in EXPERTS[:12]]
    found = Evaluator(MARKET).evaluate(strategies)
    assert sum(entry.trades > 0 for entry in found) > 3
    for strategy in strategies:
        entry = strategy.port("long_entry")
        assert entry is not None
        assert mirror(mirror(entry)).kind == entry.kind
        box = tunable(strategy, generator(1, 0, 0, 0), mirrored=False)
        assert box is not None
        assert identifier(box.full)({}) == strategy.strategy_id
