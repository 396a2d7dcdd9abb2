"""Crossover and mutation: each replaces one edge of a graph by a piece that fits its slot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dsl.kinds import DISTANCE
from dsl.node import InputRef, Node, node, with_params
from dsl.nodes.constants import CONSTANT
from dsl.nodes.expert import EXPERT
from dsl.nodes.timeframe import ALIGN
from dsl.params import ParamValue
from dsl.registry import HIGHER_FIELDS, NodeType, lookup
from gp.draws import below, choose, weighted
from gp.generator import MAX_BARS, Generator, constant, constant_range, is_number
from gp.pieces import SHORT_PORTS, Piece, Pieces, Slot, pieces, replace, replace_piece, with_port
from gp.settings import VariationSettings
from gp.table import Line, free_ports, is_protective

LevelRule = Callable[[int, float, VariationSettings, np.random.Generator], int]
Mutation = Callable[[Node, Piece, "Variation", np.random.Generator], Node]
Library = dict[Slot, tuple[Node, ...]]
_TRIES = 6
_NEEDED = frozenset({"long_entry", "short_entry", "stop_loss"})


@dataclass(frozen=True, slots=True)
class Variation:
    """What breeding needs beside the parents: settings, the generator, prebuilt subtrees by slot.

    level: How the level of a piece is drawn. mutations: The three mutations in the order of the
    settings' weights.
    """

    settings: VariationSettings
    generator: Generator
    library: Library
    level: LevelRule
    mutations: tuple[Mutation, ...]


def uniform_level(
    height: int, _score: float, _settings: VariationSettings, rng: np.random.Generator
) -> int:
    """Return a level 1..height, each with the same chance."""
    return 1 + below(rng, height)


def fixed_level(
    height: int, _score: float, settings: VariationSettings, rng: np.random.Generator
) -> int:
    """Return a level 1..height near the settings' mean level."""
    return _near(settings.mean_level, height, settings, rng)


def score_level(
    height: int, score: float, settings: VariationSettings, rng: np.random.Generator
) -> int:
    """Return a level 1..height: the better the score (0..100), the smaller the piece."""
    return _near(1.0 + (height - 1) * score / 100.0, height, settings, rng)


LEVEL_RULES: dict[str, LevelRule] = {
    "uniform": uniform_level,
    "fixed": fixed_level,
    "score": score_level,
}


def crossover(
    first: tuple[Node, float],
    second: tuple[Node, float],
    variation: Variation,
    rng: np.random.Generator,
) -> tuple[Node, Node]:
    """Return two children of two parents: subtrees that fit the same slot are swapped.

    Args:
        first, second: Expert and score (0..100) of each parent.
        variation: Settings and the rule that draws levels.
        rng: The pair's generator.
    """
    here, there = pieces(first[0]), pieces(second[0])
    children = first[0], second[0]
    for _ in range(_TRIES):
        mine = _draw_piece(here, first[1], variation, rng)
        theirs = _draw_match(there, mine.slot, second[1], variation, rng)
        if theirs is None or theirs.child is mine.child:
            continue
        fits = _fits(here, mine, there.sizes[theirs.child], theirs.child, variation)
        if fits and _fits(there, theirs, here.sizes[mine.child], mine.child, variation):
            children = (
                replace_piece(first[0], mine, theirs.child),
                replace_piece(second[0], theirs, mine.child),
            )
            break
    if rng.random() < variation.settings.rules_rate:
        return _swap_hold(*children)
    return children


def mutate(expert: Node, variation: Variation, rng: np.random.Generator) -> Node:
    """Return the expert with each of its elements mutated at the settings' rate."""
    elements = len(pieces(expert).every) + 1
    for _ in range(int(rng.binomial(elements, variation.settings.mutation_rate))):
        expert = mutate_once(expert, variation, rng)
    return expert


def mutate_once(expert: Node, variation: Variation, rng: np.random.Generator) -> Node:
    """Return the expert with one element mutated; unchanged where nothing fitting was found."""
    parts = pieces(expert)
    for _ in range(_TRIES):
        index = below(rng, len(parts.every) + 1)
        if index == len(parts.every):
            changed = mutate_rules(expert, variation, rng)
        else:
            which = weighted(rng, variation.settings.mutations)
            changed = variation.mutations[which](expert, parts.every[index], variation, rng)
        if changed is not expert:
            return changed
    return expert


def mutate_rules(expert: Node, variation: Variation, rng: np.random.Generator) -> Node:
    """Return the expert with its holding limit redrawn or an optional port filled or emptied."""
    generator = variation.generator
    rates = [
        (name, rate)
        for name, rate in generator.settings.ports
        if name not in _NEEDED and not (generator.settings.symmetric and name in SHORT_PORTS)
    ]
    index = below(rng, len(rates) + 1)
    if index == len(rates):
        held = expert.params[MAX_BARS] != 0
        return _no_hold(expert) if held and rng.random() < 0.3 else generator.hold(expert, rng)
    name, rate = rates[index]
    child = generator.port(name, rng) if rng.random() < rate else None
    return with_port(expert, name, child)


def redraw_leaf(expert: Node, piece: Piece, variation: Variation, rng: np.random.Generator) -> Node:
    """Return the expert with the numbers of one node drawn anew."""
    child = piece.child
    if child.type is CONSTANT:
        consumer = piece.consumer
        levels = constant_range(consumer.type, consumer.inputs, piece.port, child.kind)
        if levels is None:
            return expert
        return replace_piece(expert, piece, constant(child.kind, levels, rng))
    if not child.type.params:
        return expert
    return replace(expert, child, variation.generator.one_param(child, rng))


def replace_type(
    expert: Node, piece: Piece, variation: Variation, rng: np.random.Generator
) -> Node:
    """Return the expert with one node replaced by another type for the same kinds."""
    child = piece.child
    ports = free_ports(child.type)
    kinds = tuple(below_.kind for i in ports if (below_ := child.inputs[i]) is not None)
    choice = variation.generator.table.by_shape.get((kinds, child.kind))
    if choice is None or child.type in {CONSTANT, ALIGN}:
        return expert
    line = choice.draw(rng)
    same = line.signature.type is child.type and line.signature.output == child.output
    if same or (piece.slot.protective and piece.slot.kind == DISTANCE and not is_protective(line)):
        return expert
    changed = _retyped(piece, ports, line, variation.generator, rng)
    if changed is None or not _suits(piece, changed):
        return expert
    if None in {child.timeframe, changed.timeframe} and _has_larger(expert):
        return replace_piece(expert, piece, changed)  # a number may serve several timeframes
    return replace(expert, child, changed)


def _has_larger(expert: Node) -> bool:
    return any(slot.timeframe for slot in pieces(expert).by_slot)


def replace_subtree(
    expert: Node, piece: Piece, variation: Variation, rng: np.random.Generator
) -> Node:
    """Return the expert with a subtree replaced by a prebuilt or a random one."""
    parts = pieces(expert)
    prebuilt = variation.library.get(piece.slot, ())
    room = variation.generator.settings.max_level - piece.level
    if prebuilt and rng.random() < variation.settings.library_rate:
        drawn: Node | None = choose(rng, prebuilt)
    else:
        height = min(room, parts.sizes[piece.child][1] + 1)
        drawn = variation.generator.fresh(piece.slot, height, rng)
    if drawn is None or not _fits(parts, piece, tree_size(drawn), drawn, variation):
        return expert
    return replace_piece(expert, piece, drawn)


MUTATIONS: dict[str, Mutation] = {
    "redraw_leaf": redraw_leaf,
    "replace_type": replace_type,
    "replace_subtree": replace_subtree,
}


def library_of(experts: Sequence[Node]) -> Library:
    """Return the subtrees of existing strategies by slot, each once, ordered by digest."""
    found: dict[Slot, dict[bytes, Node]] = {}
    for expert in experts:
        for piece in pieces(expert).every:
            if piece.child.type is not CONSTANT:
                found.setdefault(piece.slot, {})[piece.child.digest] = piece.child
    return {slot: tuple(group[digest] for digest in sorted(group)) for slot, group in found.items()}


def tree_size(root: Node) -> tuple[int, int]:
    """Return node count and height of a tree; shared nodes count as often as they are used."""
    below_ = [tree_size(child) for child in root.inputs if child is not None]
    height = 1 + max(h for _, h in below_) if below_ else 0
    return 1 + sum(count for count, _ in below_), height


def _near(mean: float, height: int, settings: VariationSettings, rng: np.random.Generator) -> int:
    drawn = round(mean + settings.level_deviation * rng.standard_normal())
    return min(max(drawn, 1), height)


def _draw_piece(
    parts: Pieces, score: float, variation: Variation, rng: np.random.Generator
) -> Piece:
    level = variation.level(len(parts.levels), score, variation.settings, rng)
    while not parts.levels[level - 1]:
        level -= 1  # a level may hold only fixed inputs; level 1 never does
    return choose(rng, parts.levels[level - 1])


def _draw_match(
    parts: Pieces, slot: Slot, score: float, variation: Variation, rng: np.random.Generator
) -> Piece | None:
    fitting = parts.by_slot.get(slot)
    if fitting is None:
        return None
    level = variation.level(len(parts.levels), score, variation.settings, rng)
    nearest = min(abs(piece.level - level) for piece in fitting)
    return choose(rng, [piece for piece in fitting if abs(piece.level - level) == nearest])


def _fits(
    parts: Pieces, piece: Piece, size: tuple[int, int], child: Node, variation: Variation
) -> bool:
    limits = variation.generator.settings
    whole = parts.sizes[parts.root][0] - parts.sizes[piece.child][0] + size[0]
    if piece.level + size[1] > limits.max_level or whole > limits.max_nodes:
        return False
    return _suits(piece, child)


def _suits(piece: Piece, child: Node) -> bool:
    """Tell whether a child makes sense beside its siblings: not twice, not numbers only."""
    if piece.consumer.type is EXPERT:
        return child.type is not CONSTANT
    beside = [n for i, n in enumerate(piece.consumer.inputs) if i != piece.port and n is not None]
    if child in beside:
        return False
    if piece.slot.timeframe:  # what is left must still be of that timeframe
        return child.timeframe is not None or any(n.timeframe for n in beside)
    return not is_number(child) or not all(map(is_number, beside))


def _retyped(
    piece: Piece, ports: tuple[int, ...], line: Line, generator: Generator, rng: np.random.Generator
) -> Node | None:
    """Return a node of another type in a piece's place, None where its timeframe lacks a leaf."""
    child, node_type, timeframe = piece.child, line.signature.type, piece.slot.timeframe
    leaves = [lookup(port.leaf) for port in node_type.inputs if port.leaf]
    if timeframe and not all(HIGHER_FIELDS.issuperset(t.fields) for t in (node_type, *leaves)):
        return None
    inputs = [
        generator.leaf(port.leaf, timeframe) if port.leaf else None for port in node_type.inputs
    ]
    for old, new in zip(ports, line.ports, strict=True):
        inputs[new] = child.inputs[old]
    params = _kept_params(child, node_type, generator.params(node_type, rng))
    return node(node_type, inputs, params, output=line.signature.output, timeframe=timeframe)


def _kept_params(
    child: Node, node_type: NodeType, drawn: tuple[ParamValue, ...]
) -> tuple[ParamValue, ...]:
    before = {
        param.name: (param, v) for param, v in zip(child.type.params, child.params, strict=True)
    }
    kept = list(drawn)
    for index, param in enumerate(node_type.params):
        old = before.get(param.name)
        if old is not None and old[0] == param and not isinstance(old[1], InputRef):
            kept[index] = old[1]
    return tuple(kept) if node_type.valid(*kept) else drawn


def _swap_hold(first: Node, second: Node) -> tuple[Node, Node]:
    return _with_hold(first, second), _with_hold(second, first)


def _with_hold(expert: Node, other: Node) -> Node:
    params = list(expert.params)
    params[MAX_BARS] = other.params[MAX_BARS]
    return expert if tuple(params) == expert.params else with_params(expert, params)


def _no_hold(expert: Node) -> Node:
    params = list(expert.params)
    params[MAX_BARS] = 0
    return with_params(expert, params)
