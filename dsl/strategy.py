"""A strategy: the expert node, the table of its inputs, labels of shared expressions, a title.

Two identities: `strategy_id` covers everything that can change a trade, `structure_id` the same
with numbers blanked. Both are hashes, the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import networkx as nx

from dsl.errors import ParamOutOfRange, UnknownName, did_you_mean
from dsl.node import InputRef, Node, Value, rewrite, rewrite_map, topological, with_params
from dsl.params import ParamValue

FORMAT = "genfx 1"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """A tunable number: an EA input, an optimisation range, a dimension of the swarm.

    kind: "string" or "color" for an input of a text or a colour, which nothing tunes.
    """

    name: str
    value: ParamValue
    low: float | None = None
    high: float | None = None
    step: float | None = None
    comment: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A typed acyclic graph with one root, the expert; a value, never edited in place.

    looks: (name, value) of what its Expert Advisor shows, see dsl.looks; no trade depends on it.
    """

    expert: Node
    inputs: tuple[InputSpec, ...] = ()
    labels: tuple[tuple[str, Node], ...] = ()
    title: str = ""
    looks: tuple[tuple[str, Value], ...] = ()

    @property
    def order(self) -> tuple[Node, ...]:
        """Return all nodes, inputs before consumers, the expert last."""
        return _order(self.expert)

    @property
    def graph(self) -> nx.MultiDiGraph[Node]:
        """Return the frozen networkx view; edges run from input to consumer, keyed by port."""
        return _graph(self.expert)

    @property
    def strategy_id(self) -> str:
        """Return the content hash: everything that can change a trade, nothing else."""
        return identity(resolved(self).digest)

    @property
    def structure_id(self) -> str:
        """Return the hash of the structure: the same for strategies that differ only in numbers."""
        return _id("structure", _blank(self.expert))

    def port(self, name: str) -> Node | None:
        """Return what stands on a port of the expert."""
        index = [port.name for port in self.expert.type.inputs].index(name)
        return self.expert.inputs[index]

    def rule(self, name: str) -> ParamValue:
        """Return the value of an account rule, a parameter of the expert."""
        value = self.expert.params[self.expert.type.param_index(name)]
        return self.value(value)

    @property
    def numbers(self) -> tuple[InputSpec, ...]:
        """Return the inputs that are numbers."""
        return tuple(spec for spec in self.inputs if not spec.kind)

    def value(self, value: Value) -> ParamValue:
        """Return a literal as it is, an InputRef as the value in the table."""
        if not isinstance(value, InputRef):
            return value
        for spec in self.inputs:
            if spec.name == value.name:
                return spec.value
        known = [spec.name for spec in self.inputs]
        raise UnknownName(f"no input '{value.name}'", hint=did_you_mean(value.name, known))


def with_values(strategy: Strategy, values: dict[str, ParamValue]) -> Strategy:
    """Return the strategy with other values in its input table; ranges are kept."""
    known = [spec.name for spec in strategy.inputs]
    for name in values:
        if name not in known:
            raise UnknownName(f"no input '{name}'", hint=did_you_mean(name, known))
    table = tuple(
        replace(spec, value=values.get(spec.name, spec.value)) for spec in strategy.inputs
    )
    return replace(strategy, inputs=table)


def check_texts(strategy: Strategy) -> None:
    """Refuse a title, or the comment of an input, that is not one line of printable characters.

    They go into comments and texts of other languages, where a line break would end them.

    Raises:
        ParamOutOfRange: Naming the text and its character.
    """
    texts = {f"the comment of input '{spec.name}'": spec.comment for spec in strategy.inputs}
    for name, text in {"the title": strategy.title, **texts}.items():
        odd = next((character for character in text if not character.isprintable()), "")
        if odd:
            raise ParamOutOfRange(
                f"{name} holds {odd!a}", hint="it is one line of printable characters"
            )


def resolved(strategy: Strategy) -> Node:
    """Return the expert with every InputRef replaced by its value."""
    return resolved_part(strategy, strategy.expert) if strategy.inputs else strategy.expert


def resolved_part(strategy: Strategy, part: Node) -> Node:
    """Return a part of a strategy's graph with every InputRef replaced by its value."""

    def literal(node: Node) -> Node:
        if not any(isinstance(value, InputRef) for value in node.params):
            return node
        return with_params(node, [strategy.value(value) for value in node.params])

    return rewrite(part, literal)


def map_nodes(strategy: Strategy, change: Callable[[Node], Node]) -> Strategy:
    """Return the strategy with `change` applied to every node; labels follow their expressions."""
    done = rewrite_map(strategy.expert, change)
    labels = tuple((name, done[node]) for name, node in strategy.labels if node in done)
    return replace(strategy, expert=done[strategy.expert], labels=labels)


def identity(content: bytes) -> str:
    """Return the strategy_id of an expert's digest, see `content_digest`."""
    return _id("strategy", content)


def _id(what: str, content: bytes) -> str:
    return hashlib.blake2b(f"{FORMAT} {what} ".encode() + content, digest_size=16).hexdigest()


@lru_cache(maxsize=4096)
def _order(expert: Node) -> tuple[Node, ...]:
    return topological(expert)


@lru_cache(maxsize=256)
def _graph(expert: Node) -> nx.MultiDiGraph[Node]:
    graph: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
    for node in topological(expert):
        graph.add_node(node, type=node.type.name, kind=str(node.kind))
        for port, child in zip(node.type.inputs, node.inputs, strict=True):
            if child is not None:
                graph.add_edge(child, node, key=port.name)
    nx.freeze(graph)
    return graph


def _blank(expert: Node) -> bytes:
    digests: dict[Node, bytes] = {}
    for node in topological(expert):
        words = [value for value in node.params if isinstance(value, str)]
        head = f"{node.type.name}|{node.output}|{node.kind}|{words!r}|"
        if node.timeframe and node.type.fields:
            head += f"{node.timeframe}|"
        digest = hashlib.blake2b(head.encode(), digest_size=16)
        for child in node.inputs:
            digest.update(b"\0" * 16 if child is None else digests[child])
        digests[node] = digest.digest()
    return digests[expert]
