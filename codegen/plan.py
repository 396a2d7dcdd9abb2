"""The Plan: a strategy as a flat, frozen list of assignments. Every back end is derived from it."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.kinds import Kind
from dsl.node import Node, Value
from dsl.registry import NodeType
from dsl.strategy import InputSpec


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment, `name = type(inputs, params)[output]`.

    inputs: Numbers of earlier steps, one a port. call: Number of the first step with the same
    computation (same type, inputs and parameters, other output); itself when it is the first.
    warmup: Rows before the first usable one, counted from the first bar. depth: How many rows
    consumers read (1: the current one); 0: all of history.
    """

    name: str
    node: Node
    type: NodeType
    output: int
    inputs: tuple[int, ...]
    params: tuple[Value, ...]
    kind: Kind
    call: int
    warmup: int
    depth: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy ready for any back end: steps in topological order and what stands on the expert's
    ports.

    ports: (port name, step number) of the signal and distance ports in use; Friday's close is
    lowered to the port names `friday_exit` and a part of `entry_filter`. rules: (name, value) of
    every account rule.
    """

    title: str
    strategy_id: str
    structure_id: str
    steps: tuple[Step, ...]
    ports: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, Value], ...]
    size: Step
    inputs: tuple[InputSpec, ...]
    labels: tuple[tuple[str, int], ...]
    warmup: int
