"""A strategy as a diagram: boxes and wires with places, before any picture is made of it.

Values flow from left to right into the expert. A box stands as far left of the expert as its
longest way there; within a layer boxes are ordered by what they are wired to, so that wires cross
little. Shared nodes are drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from dsl.layout import box_title
from dsl.node import InputRef, Node
from dsl.nodes.expert import EXPERT
from dsl.params import IntParam
from dsl.strategy import Strategy
from dsl.timeframes import shown

WIDE, LINE, HEAD, PAD = 190, 18, 24, 8  # a box: its width, a port's and a title's height
BEND = 4  # the height of a place where a wire passes a layer
ACROSS, BETWEEN, MARGIN = 90, 22, 40  # between layers, between boxes, around all
SWEEPS = 12  # the last one goes from the left to the right

KIND_COLORS = {
    "price": "#cfe3f7",
    "distance": "#fde3c2",
    "oscillator": "#e5d7f5",
    "number": "#e6e6e6",
    "volume": "#d8ecd2",
    "signal": "#cdeed8",
    "size": "#f9d3d9",
}
OTHER_COLOR, EXPERT_COLOR = "#f5f0d8", "#fff7d1"


@dataclass(slots=True)
class Box:
    """A node's place. ports: names from top to bottom; details: lines below the title."""

    title: str
    kind: str
    color: str
    ports: tuple[str, ...]
    details: tuple[str, ...]
    layer: int
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """Return how tall the box is; a bend of a wire is low."""
        return BEND if not self.title else HEAD + LINE * (len(self.details) + len(self.ports)) + PAD

    def port_y(self, port: int) -> float:
        """Return where a wire enters; ports stand below the details."""
        return self.y + HEAD + LINE * (len(self.details) + port + 0.5)

    @property
    def out_y(self) -> float:
        """Return where wires leave: the middle of the title."""
        return self.y + (HEAD if self.title else BEND) / 2


@dataclass(frozen=True, slots=True)
class Wire:
    """From a box's output to a port of another; via: places between layers it runs through."""

    source: Box
    target: Box
    port: int
    via: tuple[Box, ...] = ()


@dataclass(slots=True)
class Diagram:
    """Boxes with places, by the node each one shows; wires; the size of it all."""

    title: str
    by_node: dict[Node, Box]
    wires: list[Wire]
    width: float = 0.0
    height: float = 0.0
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def boxes(self) -> list[Box]:
        """Return the boxes, the expert first."""
        return list(self.by_node.values())


def diagram(strategy: Strategy, *, whole: bool = False) -> Diagram:
    """Return the diagram of a strategy; the same strategy gives the same one.

    whole: Also what people would leave out: the prices that `atr(14)` reads by itself.
    """
    edges = _edges(strategy, whole=whole)
    layers = _layers(strategy, edges)
    names = {n: label for label, n in strategy.labels}
    boxes = {n: _box(n, strategy, names.get(n, ""), layers[n], whole=whole) for n in layers}
    wires: list[Wire] = []
    columns: list[list[Box]] = [[] for _ in range(max(layers.values()) + 1)]
    for n in reversed(strategy.order):
        if n in boxes:
            columns[layers[n]].append(boxes[n])
    for child, parent, port in edges:
        via = tuple(
            Box("", "", "", (), (), layer) for layer in range(layers[child] - 1, layers[parent], -1)
        )
        for bend in via:
            columns[bend.layer].append(bend)
        wires.append(Wire(boxes[child], boxes[parent], port, via))
    _place(columns, wires)
    made = Diagram(strategy.title, boxes, wires)
    made.width = 2 * MARGIN + len(columns) * WIDE + (len(columns) - 1) * ACROSS
    placed = (box for column in columns for box in column)
    made.height = max(box.y + box.height for box in placed) + 2 * MARGIN
    made.kinds = {box.kind: box.color for box in made.boxes if box.kind}
    return made


def _drawn(n: Node, *, whole: bool) -> list[tuple[str, Node]]:
    """Return the ports worth drawing: not those of `atr(14)` to prices nobody wrote."""
    pairs = zip(n.type.inputs, n.inputs, strict=True)
    return [(p.name, child) for p, child in pairs if child is not None and (whole or not p.leaf)]


def _edges(strategy: Strategy, *, whole: bool) -> list[tuple[Node, Node, int]]:
    edges = []
    for n in strategy.order:
        ports = enumerate(_drawn(n, whole=whole))
        edges += [(child, n, port) for port, (_, child) in ports]
    return edges


def _layers(strategy: Strategy, edges: list[tuple[Node, Node, int]]) -> dict[Node, int]:
    """Return the longest way to the expert of each node that is wired to it."""
    layers = {strategy.expert: 0}
    consumers: dict[Node, list[Node]] = {}
    for child, parent, _ in edges:
        consumers.setdefault(child, []).append(parent)
    for n in reversed(strategy.order):
        ways = [layers[parent] + 1 for parent in consumers.get(n, ()) if parent in layers]
        if ways:
            layers[n] = max(ways)
    return layers


def _box(n: Node, strategy: Strategy, label: str, layer: int, *, whole: bool) -> Box:
    ports = tuple(port.replace("_", " ") for port, _ in _drawn(n, whole=whole))
    if n.type is EXPERT:
        return Box("expert", "", EXPERT_COLOR, ports, _rules(n, strategy), layer)
    name = box_title(n).replace("_", " ")
    if n.type.syntax.form == "infix":
        larger = f"{shown(n.timeframe)} " if n.timeframe else ""
        name = f"{larger}{n.type.inputs[0].name} {n.type.syntax.symbol} {n.type.inputs[1].name}"
    if n.output:
        name += f".{n.type.outputs[n.output].name}"
    details = tuple(
        _detail(param.name, n, i, strategy)
        for i, param in enumerate(n.type.params)
        if n.type.syntax.form != "constant"
        and not (param.name == "shift" and n.params[i] == param.default)
    )
    if n.type.syntax.form == "constant":
        name = _value(n, 0, strategy)
    title = f"{label} = {name}" if label else name
    color = KIND_COLORS.get(n.kind.name, OTHER_COLOR)
    return Box(title, n.kind.name, color, ports, details, layer)


def _rules(expert: Node, strategy: Strategy) -> tuple[str, ...]:
    return tuple(
        _detail(param.name, expert, i, strategy)
        for i, param in enumerate(expert.type.params)
        if expert.params[i] != param.default
    )


def _detail(name: str, n: Node, index: int, strategy: Strategy) -> str:
    return f"{name.replace('_', ' ')}: {_value(n, index, strategy)}"


def _value(n: Node, index: int, strategy: Strategy) -> str:
    value = n.params[index]
    known = strategy.value(value)
    param = n.type.params[index]
    shown = f"{known:g}" if isinstance(known, float) else str(known)
    if isinstance(param, IntParam) and param.clock:
        shown = f"{int(known) // 60:02}:{int(known) % 60:02}"
    return f"{value.name} = {shown}" if isinstance(value, InputRef) else shown


def _place(columns: list[list[Box]], wires: list[Wire]) -> None:
    """Give every box its place: order the layers in sweeps, then pull boxes towards their wires."""
    rightward, both = _links(wires)
    for column in columns:
        _stack(column)
    for sweep in range(SWEEPS):
        # What a box feeds decides the order, all its wires decide how high it stands.
        for column in columns if sweep % 2 == 0 else reversed(columns):
            if sweep < SWEEPS // 2:
                order = {id(box): _wanted(box, rightward) for box in column}
                column.sort(key=lambda box: order[id(box)])
            _stack(column, {id(box): _wanted(box, both) for box in column})
    top = min(box.y for column in columns for box in column)
    for layer, column in enumerate(columns):
        for box in column:
            box.x = MARGIN + (len(columns) - 1 - layer) * (WIDE + ACROSS)
            box.y += 2 * MARGIN - top


Links = dict[int, list[tuple[Box, int, int]]]


def _links(wires: list[Wire]) -> tuple[Links, Links]:
    """Return, by box, what it feeds, and all it is wired to, with the port there and here.

    A port of -1 is the output.
    """
    rightward: Links = {}
    both: Links = {}
    for wire in wires:
        for left, right in pairwise([wire.source, *wire.via, wire.target]):
            port = wire.port if right is wire.target else -1
            rightward.setdefault(id(left), []).append((right, port, -1))
            both.setdefault(id(left), []).append((right, port, -1))
            both.setdefault(id(right), []).append((left, -1, port))
    return rightward, both


def _wanted(box: Box, links: Links) -> float:
    """Return the y that makes the wires of a box straight, on average."""
    found = links.get(id(box), [])
    heights = [
        (other.port_y(there) if there >= 0 else other.out_y)
        - ((box.port_y(here) if here >= 0 else box.out_y) - box.y)
        for other, there, here in found
    ]
    return sum(heights) / len(heights) if heights else box.y


def _stack(column: list[Box], wanted: dict[int, float] | None = None) -> None:
    """Put boxes below one another without overlap, each group as near as it can to its wish."""
    groups: list[tuple[list[Box], float, float]] = []  # boxes, height, wished top
    for box in column:
        tall = box.height + BETWEEN
        group, height, top = [box], tall, wanted[id(box)] if wanted else 0.0
        while groups and groups[-1][1] + groups[-1][2] > top:
            above, above_height, above_top = groups.pop()
            # Both wish for a top of their own; the merged group takes the mean, by boxes.
            wish = above_top * len(above) + (top - above_height) * len(group)
            top = wish / (len(above) + len(group))
            group, height = above + group, above_height + height
        groups.append((group, height, top))
    for group, _, top in groups:
        for box in group:
            box.y = top
            top += box.height + BETWEEN
