"""Reflection: the short side of a strategy as the mirror image of its long side.

Reflected bars have prices R - p, highs and lows swapped. The image of a node is the node that tells
on reflected bars what the original tells on the real ones: signals are the same, any other value v
becomes `sign * v + offset`. `rsi < 30` becomes `rsi > 70`, `close > bands.upper` becomes
`close < bands.lower`, `atr > x` stays. Node types say by their `mirror` how they behave; arithmetic
and comparisons, which join values of different behaviour, have their rules here.

Exact, but for what depends on the level of prices and not on their moves: `momentum` and quotients
by a price are reflected about no change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from dsl.kinds import NUMBER, PRICE, SIGNAL, Kind
from dsl.node import InputRef, Node, node, topological, with_inputs
from dsl.nodes.arithmetic import ABS, ADD, DIV, MAX, MIN, MUL, NEG, SUB, ZERO
from dsl.nodes.constants import CONSTANT
from dsl.nodes.expert import SIGNAL_PORTS
from dsl.nodes.functions import CEIL, CHOOSE, EXP, FLOOR, LOG, POWER, ROUND, SQRT
from dsl.nodes.votes import WITHIN
from dsl.registry import NodeType, lookup
from dsl.strategy import Strategy

_DIGITS = 9  # a reflected level is rounded: 200 - 98.7 is 101.3


class Image(NamedTuple):
    """The mirrored node; on reflected bars its value is sign * v + offset.

    For a price the sign is always -1 and the offset stands beside the unknown R: it is 0.
    """

    node: Node
    sign: int = 1
    offset: float = 0.0

    @property
    def frame(self) -> tuple[int, float]:
        """Return sign and offset: values of one frame may be compared and added."""
        return self.sign, self.offset


def mirror(signal_or_series: Node) -> Node:
    """Return the reflected counterpart; mirrored twice it means the same again."""
    for current in topological(signal_or_series):
        _image(current)  # its inputs are remembered by now, so nothing goes deep
    return _image(signal_or_series).node


def symmetric(strategy: Strategy) -> Strategy:
    """Return the strategy with short entry and exit mirrored from the long ones, all else kept."""
    expert = strategy.expert
    ports = dict(zip(SIGNAL_PORTS, expert.inputs, strict=False))
    for side in ("entry", "exit"):
        signal = ports[f"long_{side}"]
        ports[f"short_{side}"] = None if signal is None else mirror(signal)
    rest = expert.inputs[len(SIGNAL_PORTS) :]
    changed = with_inputs(expert, (*(ports[name] for name in SIGNAL_PORTS), *rest))
    left = set(topological(changed))
    labels = tuple((name, labelled) for name, labelled in strategy.labels if labelled in left)
    return replace(strategy, expert=changed, labels=labels)


@lru_cache(maxsize=16_384)  # breeding changes one branch and mirrors all of them
def _image(current: Node) -> Image:
    inputs = [_image(child) for child in current.inputs if child is not None]
    rule = _RULES.get(current.type)
    if rule is not None:
        return rule(current, inputs)
    if current.type.compare:
        return _comparison(current, inputs)
    if not inputs or all(port.leaf for port in current.type.inputs):
        return _leaf(current)
    return _by_declaration(current, inputs)


def _leaf(current: Node) -> Image:
    """Return the image of what reads the bars itself, fixed ports included, and of constants."""
    if current.type is CONSTANT:
        # About which price to reflect is unknown; a price literal is taken to lie there.
        return Image(current, -1 if current.kind == PRICE else 1)
    declared = current.type.mirror
    counterpart = lookup(declared.type) if declared.type else current.type
    output = _counterpart_output(counterpart, current)
    mirrored = node(
        counterpart, current.inputs, current.params, output=output, timeframe=current.timeframe
    )
    if declared.parity == "odd":
        return Image(mirrored, -1, _about(current.kind))
    return Image(mirrored)


def _by_declaration(current: Node, inputs: Sequence[Image]) -> Image:
    """Return the image of a node whose type says how it behaves."""
    # Ports that always read one price read it on reflected bars too.
    fixed = [bool(port.leaf) for port in current.type.inputs]
    free = [image for image, leaf in zip(inputs, fixed, strict=True) if not leaf]
    frames = {image.frame for image in free if image.node.kind != SIGNAL}
    if len(frames) > 1:
        free = [Image(_original(image)) for image in free]
    declared = current.type.mirror
    sign, offset = frames.pop() if len(frames) == 1 else (1, 0.0)
    node_type, output = current.type, current.output
    if sign < 0 and declared.parity != "odd":
        node_type = lookup(declared.type) if declared.type else node_type
        output = _counterpart_output(node_type, current)
    moved = iter(free)
    ports = [
        child if leaf else next(moved).node
        for child, leaf in zip(current.inputs, fixed, strict=True)
    ]
    mirrored = node(node_type, ports, current.params, output=output)
    if current.kind == SIGNAL or declared.parity == "even":
        return Image(mirrored)
    if declared.parity == "odd":
        offset = _about(current.kind) if sign < 0 else 0.0
    return Image(mirrored, sign, offset)


def _counterpart_output(counterpart: NodeType, current: Node) -> int:
    """Return the number of the output that stands for the node's own one on reflected bars."""
    swapped = dict(current.type.mirror.outputs)
    name = current.type.outputs[current.output].name
    return counterpart.output_index(swapped[name]) if name in swapped else current.output


def _about(kind: Kind) -> float:
    """Return the offset of an odd value: twice the middle of its bounds, if it is bounded."""
    bounded = kind.name == "oscillator" and not math.isinf(kind.low)
    return kind.low + kind.high if bounded else 0.0


def _sum(current: Node, inputs: Sequence[Image]) -> Image:
    """Return the image of a + b or a - b; of two frames the odd one leads, it may be a price."""
    a, b = _levelled(inputs)
    added = current.type is ADD
    if a.sign == b.sign:
        offset = a.offset + b.offset if added else a.offset - b.offset
        return Image(node(current.type, (a.node, b.node)), a.sign, offset)
    if not added:
        return Image(node(ADD, (a.node, b.node)), a.sign, a.offset + b.offset)
    odd, even = (a, b) if a.sign < 0 else (b, a)
    return Image(node(SUB, (odd.node, even.node)), -1, odd.offset - even.offset)


def _levelled(inputs: Sequence[Image]) -> tuple[Image, Image]:
    """Return two operands, a literal level moved to the frame of the oscillator beside it."""
    a, b = inputs
    if a.node.kind.name == b.node.kind.name == "oscillator":
        a, b = _moved(a, b), _moved(b, a)
    return _alike(a, b)


def _alike(a: Image, b: Image) -> tuple[Image, Image]:
    """Return two operands, an oscillator made a number where the image of the other became one."""
    if a.node.kind == NUMBER:
        b = b._replace(node=_number(b.node))
    if b.node.kind == NUMBER:
        a = a._replace(node=_number(a.node))
    return a, b


def _moved(image: Image, beside: Image) -> Image:
    """Return a literal as it stands in the frame of the value beside it; other nodes unchanged."""
    value = _literal(image.node)
    if value is None or image.node.kind == PRICE or _literal(beside.node) is not None:
        return image
    moved = _constant(beside.sign * value + beside.offset, beside.node.kind)
    return Image(moved, beside.sign, beside.offset)


def _product(current: Node, inputs: Sequence[Image]) -> Image:
    a, b = inputs
    for one, other in ((a, b), (b, a)):
        factor = _literal(other.node)
        if one.offset and factor is not None:
            ports = (a.node, b.node)
            return Image(node(MUL, ports), one.sign, one.offset * factor)
    a, b = _centred(a), _centred(b)
    return Image(node(MUL, (a.node, b.node)), a.sign * b.sign)


def _quotient(current: Node, inputs: Sequence[Image]) -> Image:
    a, b = inputs
    if b.node.kind == PRICE:  # a scale, nearly the same on reflected bars
        ratio = a.node.kind == PRICE  # of two prices: it swings about 1
        return Image(node(DIV, (a.node, b.node)), a.sign, 2.0 if ratio else 0.0)
    divisor = _literal(b.node)
    if a.offset and divisor is not None and abs(divisor) > ZERO:
        return Image(node(DIV, (a.node, b.node)), a.sign, a.offset / divisor)
    a, b = _centred(a), _centred(b)
    return Image(node(DIV, (a.node, b.node)), a.sign * b.sign)


def _negative(current: Node, inputs: Sequence[Image]) -> Image:
    (a,) = inputs
    return Image(node(NEG, (a.node,)), a.sign, -a.offset)


def _absolute(current: Node, inputs: Sequence[Image]) -> Image:
    (a,) = inputs
    return Image(node(ABS, (_centred(a).node,)))


def _function(current: Node, inputs: Sequence[Image]) -> Image:
    """Return the image of a function of numbers: of their original values."""
    return Image(node(current.type, [_original(image) for image in inputs]))


def _choice(current: Node, inputs: Sequence[Image]) -> Image:
    """Return the image of the smaller or larger value: the other one if both change sign."""
    a, b = _alike(_moved(inputs[0], inputs[1]), _moved(inputs[1], inputs[0]))
    if a.frame != b.frame:
        a, b = _as_original(a, b)
    counterpart = lookup(current.type.mirror.type) if a.sign < 0 else current.type
    return Image(node(counterpart, (a.node, b.node)), a.sign, a.offset)


def _nearness(current: Node, inputs: Sequence[Image]) -> Image:
    """Return the image of two values within a distance, which is the same on reflected bars."""
    a, b = _alike(_moved(inputs[0], inputs[1]), _moved(inputs[1], inputs[0]))
    if a.frame != b.frame:
        a, b = _as_original(a, b)
    return Image(node(WITHIN, (a.node, b.node, _original(inputs[2]))))


def _comparison(current: Node, inputs: Sequence[Image]) -> Image:
    if all(image.node.type is CONSTANT for image in inputs):
        return Image(current)
    a, b = _alike(_moved(inputs[0], inputs[1]), _moved(inputs[1], inputs[0]))
    if a.frame != b.frame:
        if a.node.kind.name == "oscillator":
            a, b = _as_original(a, b)
        elif a.sign < 0:
            b = Image(_reflected(b, a), *a.frame)
        else:
            a = Image(_reflected(a, b), *b.frame)
    counterpart = lookup(current.type.mirror.type) if a.sign < 0 else current.type
    return Image(node(counterpart, (a.node, b.node)))


def _reflected(image: Image, other: Image) -> Node:
    """Return a node that has the image's value in the frame of the other image."""
    original = _original(image)
    if other.sign > 0:
        return original if not other.offset else _binary(ADD, original, other.offset)
    return _opposite(original, other.offset)


def _as_original(a: Image, b: Image) -> tuple[Image, Image]:
    """Return both with their original values; oscillators become numbers."""
    return Image(_number(_original(a))), Image(_number(_original(b)))


def _number(found: Node) -> Node:
    """Return an oscillator as a number of the same value."""
    if found.kind.name != "oscillator":
        return found
    if found.type is CONSTANT:
        return node(CONSTANT, (), found.params, kind=NUMBER)
    return _binary(SUB, found, 0.0)


def _centred(image: Image) -> Image:
    """Return an image without an offset."""
    return image if not image.offset else Image(_original(image))


def _original(image: Image) -> Node:
    """Return a node that on reflected bars has the original's value."""
    if image.sign > 0:
        return image.node if not image.offset else _binary(SUB, image.node, image.offset)
    return _opposite(image.node, image.offset)


def _opposite(value: Node, offset: float) -> Node:
    """Return offset - value."""
    literal = _literal(value)
    if literal is not None:
        return _constant(offset - literal, value.kind)
    if offset:
        return node(SUB, (_constant(offset, value.kind), value))
    if value.type is NEG and value.inputs[0] is not None and value.inputs[0].kind == value.kind:
        return value.inputs[0]
    return node(NEG, (value,))


def _binary(operation: NodeType, value: Node, number: float) -> Node:
    return node(operation, (value, _constant(number, value.kind)))


def _constant(value: float, kind: Kind) -> Node:
    return node(CONSTANT, (), (round(value, _DIGITS),), kind=kind)


def _literal(found: Node) -> float | None:
    """Return the value of a literal constant; None for all else, an input of the EA included."""
    if found.type is not CONSTANT or isinstance(found.params[0], InputRef):
        return None
    return float(found.params[0])


_RULES: dict[NodeType, Callable[[Node, Sequence[Image]], Image]] = {
    ADD: _sum,
    SUB: _sum,
    MUL: _product,
    DIV: _quotient,
    NEG: _negative,
    ABS: _absolute,
    MIN: _choice,
    MAX: _choice,
    WITHIN: _nearness,
    **dict.fromkeys((SQRT, LOG, EXP, POWER, FLOOR, CEIL, ROUND, CHOOSE), _function),
}
