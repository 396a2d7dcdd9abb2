"""The reference of all node types as text, generated from their declarations."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.kinds import Kind
from dsl.params import ChoiceParam, IntParam, Param
from dsl.registry import KindRule, NodeType, Signature, node_types, signatures

_TITLE = """# Node types

Everything that a strategy can be made of, generated from the declarations: do not edit by hand.
`genfx nodes NAME` shows one of them with a plot. How they are put together is in
[language.md](language.md). Inputs in ( ) always read the price they are called like and need not be
written. In [ ] stand the values of each parameter that the search draws from, and behind them the
value of one that is left out; a user may go beyond.

Not there: ZigZag, which redraws its last leg, so that no bar knows its own value (`fractals` and
`value_when` tell turns once they are known); lines that a chart shifts into the future (`[k]` reads
them k bars back); the chikou span, which is the close.
"""
_HEADS = {
    "leaf": "Prices and clock words",
    "call": "Indicators, conditions, functions, sizes",
    "infix": "Operators between two values",
    "prefix": "Operators before a value",
    "timeframe": "Higher timeframes",
}


def nodes_page() -> str:
    """Return the page of all node types as Markdown."""
    parts = [_TITLE]
    for form, head in _HEADS.items():
        types = [t for t in node_types() if t.syntax.form == form]
        parts.append(
            f"\n## {head}\n\n| written | gives | what it is | MetaTrader |\n|---|---|---|---|\n"
        )
        parts.extend(f"{_row(node_type)}\n" for node_type in types)
    return "".join(parts)


def _row(node_type: NodeType) -> str:
    summary = node_type.summary
    ranges = ", ".join(_range(p) for p in node_type.params if p.name != "shift")
    if ranges:
        summary = f"{summary} [{ranges}]"
    cells = (f"`{_written(node_type)}`", _gives(node_type), summary, node_type.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _written(node_type: NodeType) -> str:
    form, symbol = node_type.syntax.form, node_type.syntax.symbol
    if form == "infix":
        return f"a {symbol} b"
    if form == "prefix":
        return f"{symbol} a" if symbol.isidentifier() else f"{symbol}a"
    if form == "leaf":
        return node_type.name
    if form == "timeframe":
        return "h4(x)"
    ports = [f"({port.name})" if port.leaf else port.name for port in node_type.inputs]
    own = [param.name for param in node_type.params if param.name != "shift"]
    return f"{node_type.name}({', '.join([*ports, *own])})"


def _range(param: Param) -> str:
    if isinstance(param, ChoiceParam):
        return f"{param.name}: {', '.join(param.choices)}"
    if isinstance(param, IntParam) and param.clock:
        return f"{param.name}: a time of day"
    return f"{param.name} {param.low:g}..{param.high:g} ({param.default:g})"


def _gives(node_type: NodeType) -> str:
    """Return the kind of each output; where it depends on the inputs, from what."""
    shown = []
    for number, output in enumerate(node_type.outputs):
        name = f".{output.name} " if len(node_type.outputs) > 1 else ""
        shown.append(name + _kind(node_type, number, output.kind))
    return "; ".join(shown)


def _kind(node_type: NodeType, output: int, rule: KindRule) -> str:
    if isinstance(rule, Kind) and not node_type.overloads:
        return str(rule)
    kinds = list(dict.fromkeys(line.kind.name for line in _lines(node_type, output)))
    if len(kinds) == 1:
        return kinds[0]
    return "what it takes" if not node_type.overloads else ", ".join(kinds)


def _lines(node_type: NodeType, output: int) -> Iterator[Signature]:
    return (s for s in signatures() if s.type is node_type and s.output == output)
