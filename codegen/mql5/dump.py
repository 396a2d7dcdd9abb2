"""A script for MetaTrader that writes values of built-in indicators beside their bars.

It is evidence from outside: a user who has a terminal runs it, and genfx compares its own values
with those of MetaTrader's native code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codegen.mql5.forms import applied
from codegen.mql5.text import environment, mql5_literal
from dsl.errors import CodegenError, UnsupportedNode, did_you_mean
from dsl.node import InputRef, Node, with_output
from dsl.registry import NodeType, node_types
from dsl.text.lower import parse_expression
from dsl.text.printer import format_expression

DUMP_MARK = "genfx dump 1"  # begins the file
FILE_NAME = "genfx_dump.csv"
_CLOSED = 1  # the shift of a price that a built-in reads at closed bars


@dataclass(frozen=True, slots=True)
class DumpColumn:
    """A column of the file: what it is in the strategy language, number of handle and buffer."""

    expression: str
    handle: int
    buffer: int


def built_in_types() -> tuple[NodeType, ...]:
    """Return the node types that are built-in indicators of MetaTrader."""
    return tuple(found for found in node_types() if found.mql5.handle)


def dump_nodes(wanted: Sequence[str] = ()) -> tuple[Node, ...]:
    """Return what is to be written: every output of the examples of node types, or expressions.

    Args:
        wanted: Names of node types such as "rsi", or expressions such as "rsi(close, 14)"; none:
            all built-in indicators.
    Raises:
        UnsupportedNode: MetaTrader has no such built-in, or it reads something else than prices.
        DslErrors: An expression is wrong.
    """
    known = {found.name: found for found in built_in_types()}
    nodes: dict[Node, None] = {}
    for text in wanted or tuple(known):
        if text in known:
            example = parse_expression(known[text].example)
            outputs = range(len(known[text].outputs))
            nodes.update((with_output(example, output), None) for output in outputs)
        elif "(" in text:
            nodes[parse_expression(text)] = None
        else:
            hint = did_you_mean(text, known) or f"built-in are {', '.join(known)}"
            raise UnsupportedNode(f"MetaTrader has no built-in indicator '{text}'", hint=hint)
    return tuple(nodes)


def emit_dump(nodes: Iterable[Node], file_name: str = FILE_NAME) -> str:
    """Return the source of the script.

    Raises:
        UnsupportedNode: A node is no built-in on closed prices.
        CodegenError: There is no node.
    """
    calls: dict[str, int] = {}
    columns = []
    for node in nodes:
        handle = calls.setdefault(_call(node), len(calls))
        buffer = node.type.mql5.buffers[node.output]
        columns.append(DumpColumn(format_expression(node), handle, buffer))
    if not columns:
        raise CodegenError("there is nothing to write")
    template = environment().get_template("dump/script.mq5.j2")
    text = template.render(
        columns=tuple(columns), calls=tuple(calls), mark=DUMP_MARK, file_name=file_name
    )
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def _call(node: Node) -> str:
    """Return the call that creates the handle of a node."""
    text = format_expression(node)
    if not node.type.mql5.handle:
        raise UnsupportedNode(f"{text} is no built-in indicator of MetaTrader")
    average = _average_or_self(node)
    words = {"ma_method": average.type.mql5.method}
    for port, child in zip(average.type.inputs, average.inputs, strict=True):
        if child is None or not _is_closed_price(child, port.leaf):
            raise UnsupportedNode(
                f"{text}: {port.name} is no price of closed bars",
                hint="a built-in of MetaTrader reads close, open, high, low, median, typical or "
                "weighted of the chart's own period",
            )
        words[port.name] = applied(child.type.name)
    words |= {f"ma_{name}": literal for name, literal in _literals(average).items()}
    return node.type.mql5.handle.format(**words, **_literals(node))


def _average_or_self(node: Node) -> Node:
    """Return the moving average that a built-in makes itself, else the node."""
    around = node.type.mql5.around
    if not around:
        return node
    average = node.inputs[[port.name for port in node.type.inputs].index(around)]
    unnamed = [
        value
        for param, value in zip(node.type.params, node.params, strict=True)
        if f"{{{param.name}}}" not in node.type.mql5.handle
    ]
    if (
        average is None
        or not average.type.mql5.method
        or any(child not in (average, average.inputs[0]) for child in node.inputs)
        or any(value != average.params[0] for value in unnamed)
    ):
        raise UnsupportedNode(
            f"{format_expression(node)}: MetaTrader's built-in makes its average itself",
            hint="it must be a moving average of the same series and period",
        )
    return average


def _literals(node: Node) -> dict[str, str]:
    made = {}
    for param, value in zip(node.type.params, node.params, strict=True):
        assert not isinstance(value, InputRef)
        made[param.name] = mql5_literal(value)
    return made


def _is_closed_price(leaf: Node, wanted: str) -> bool:
    if not leaf.type.fields or leaf.inputs or (wanted and leaf.type.name != wanted):
        return False
    try:
        applied(leaf.type.name)
    except KeyError:
        return False
    names = [param.name for param in leaf.type.params]
    return "shift" in names and leaf.params[names.index("shift")] == _CLOSED
