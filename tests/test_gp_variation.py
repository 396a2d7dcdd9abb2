"""Crossover and mutation: types are kept, limits hold, levels are drawn as the settings say."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest

from dsl.node import Node, topological
from dsl.nodes.constants import CONSTANT
from gp.draws import generator
from gp.generator import MAX_BARS, generator_of
from gp.operators import Operators, operators
from gp.pieces import Pieces, pieces, replace_piece
from gp.settings import SearchSettings
from gp.variation import (
    LEVEL_RULES,
    MUTATIONS,
    Variation,
    library_of,
    mutate_rules,
    redraw_leaf,
    replace_subtree,
    replace_type,
)
from tests.test_gp_generator import experts, revalidated

SETTINGS = SearchSettings()
EXPERTS = experts(80)


def made() -> Operators:
    return operators(SETTINGS, EXPERTS[:10])


def variation() -> Variation:
    return Variation(
        SETTINGS.variation,
        generator_of(SETTINGS.generator),
        library_of(EXPERTS[:10]),
        LEVEL_RULES["uniform"],
        tuple(MUTATIONS.values()),
    )


def within_limits(expert: Node) -> bool:
    parts = pieces(expert)
    limits = SETTINGS.generator
    return (
        len(parts.levels) <= limits.max_level
        and parts.sizes[expert][0] <= max(limits.max_nodes, 60)  # parents may be larger
    )


def test_children_of_crossover_are_well_typed_and_mostly_new() -> None:
    ops, new = made(), 0
    for number in range(79):
        first, second = EXPERTS[number], EXPERTS[number + 1]
        children = ops.mate((first, 30.0), (second, 70.0), generator(2, 0, 0, number))
        assert all(map(revalidated, children))
        new += sum(child not in (first, second) for child in children)
    assert new > 120


def test_crossover_swaps_subtrees_and_invents_nothing() -> None:
    ops = made()
    for number in range(60):
        first, second = EXPERTS[number], EXPERTS[number + 1]
        leaves = {n for e in (first, second) for n in topological(e) if not n.inputs}
        for child in ops.mate((first, 50.0), (second, 50.0), generator(4, 0, 0, number)):
            assert {n for n in topological(child) if not n.inputs} <= leaves


def test_mutated_experts_are_well_typed() -> None:
    ops = made()
    for number, expert in enumerate(EXPERTS):
        for step in range(3):
            expert = ops.mutate_once(expert, generator(5, 0, step, number))
            assert revalidated(expert)


def test_offspring_never_outgrow_the_limits() -> None:
    ops = made()
    population = [e for e in EXPERTS if within_limits(e)]
    for step in range(200):
        rng = generator(6, 0, 0, step)
        first, second = (population[int(rng.random() * len(population))] for _ in range(2))
        children = ops.mate((first, 10.0), (second, 10.0), rng)
        population += [ops.mutate(child, rng) for child in children]
    assert all(map(within_limits, population))


def test_mutation_rate_zero_changes_nothing_and_one_changes_much() -> None:
    for rate, changed in ((0.0, 0), (1.0, 78)):
        settings = replace(SETTINGS, variation=replace(SETTINGS.variation, mutation_rate=rate))
        ops = operators(settings)
        found = sum(ops.mutate(e, generator(7, 0, 0, i)) is not e for i, e in enumerate(EXPERTS))
        assert found >= changed
        assert changed or found == 0


def first_pieces(parts: Pieces, constants: bool) -> list[int]:
    return [i for i, p in enumerate(parts.every) if (p.child.type is CONSTANT) is constants]


@pytest.mark.parametrize("constants", [True, False])
def test_redrawn_leaf_keeps_types_and_changes_numbers_only(constants: bool) -> None:
    changed = 0
    for number, expert in enumerate(EXPERTS):
        parts = pieces(expert)
        for index in first_pieces(parts, constants)[:3]:
            child = redraw_leaf(expert, parts.every[index], variation(), generator(8, 0, 0, number))
            before = [n.type for n in topological(expert)]
            if len(topological(child)) == len(before):  # sharing may come or go with a number
                assert [n.type for n in topological(child)] == before
            changed += child is not expert
    assert changed > 25


def test_replaced_type_keeps_inputs_and_kind() -> None:
    changed = 0
    for number, expert in enumerate(EXPERTS):
        for piece in pieces(expert).every:
            child = replace_type(expert, piece, variation(), generator(9, 0, 0, number))
            if child is not expert:
                changed += 1
                assert revalidated(child)
    assert changed > 130


def test_replaced_subtree_fits_its_slot() -> None:
    changed = 0
    for number, expert in enumerate(EXPERTS[:40]):
        for piece in pieces(expert).every:
            child = replace_subtree(expert, piece, variation(), generator(10, 0, 0, number))
            assert revalidated(child)
            changed += child is not expert
    assert changed > 200


def test_rules_mutation_changes_holding_limit_or_optional_ports_only() -> None:
    seen = set()
    for number, expert in enumerate(EXPERTS):
        child = mutate_rules(expert, variation(), generator(11, 0, 0, number))
        seen |= {
            i
            for i, (a, b) in enumerate(zip(expert.inputs, child.inputs, strict=True))
            if a is not b
        }
        if child.params[MAX_BARS] != expert.params[MAX_BARS]:
            seen.add(-1)
        assert child.inputs[0] is expert.inputs[0]  # the entry stays
    assert -1 in seen
    assert len(seen) >= 5


def test_better_scores_draw_deeper_smaller_pieces() -> None:
    rule, settings = LEVEL_RULES["score"], SETTINGS.variation
    mean = {
        score: statistics.mean(rule(8, score, settings, generator(12, 0, 0, k)) for k in range(300))
        for score in (0.0, 50.0, 100.0)
    }
    assert mean[0.0] < 2.5 < mean[50.0] < 6 < mean[100.0]


def test_fixed_rule_draws_around_level_five_and_uniform_everywhere() -> None:
    fixed = [
        LEVEL_RULES["fixed"](9, 0, SETTINGS.variation, generator(1, 0, 0, k)) for k in range(300)
    ]
    uniform = [
        LEVEL_RULES["uniform"](9, 0, SETTINGS.variation, generator(1, 0, 0, k)) for k in range(300)
    ]
    assert 4.7 < statistics.mean(fixed) < 5.3
    assert set(uniform) == set(range(1, 10))
    assert statistics.pstdev(fixed) < 2 < statistics.pstdev(uniform)


def test_library_offers_subtrees_of_existing_strategies() -> None:
    found = library_of(EXPERTS[:5])
    assert sum(map(len, found.values())) > 20
    for slot, subtrees in found.items():
        assert all(subtree.kind == slot.kind for subtree in subtrees)


def test_replacing_a_piece_with_itself_gives_the_same_graph() -> None:
    for expert in EXPERTS[:30]:
        assert all(replace_piece(expert, p, p.child) is expert for p in pieces(expert).every)
