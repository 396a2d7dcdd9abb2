"""`genfx nodes`: the words of the language, from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from genfx.cli.show import console, print_json, print_table

if TYPE_CHECKING:
    from dsl.params import Param
    from dsl.registry import KindRule, NodeType

PLOT_HEIGHT = 8  # lines


def nodes(
    words: Annotated[
        list[str] | None, typer.Argument(help="A node's name for its page, or words to search.")
    ] = None,
    plot: Annotated[bool, typer.Option(help="Draw the example of a node's page.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the nodes of the language, search them, or show the page of one.

    The page of a node ends with a plot of its example on the last bars of the bundled sample.
    """
    import dsl.nodes  # noqa: F401
    from dsl.errors import UnknownName, did_you_mean
    from dsl.registry import node_types
    from dsl.timeframes import WORDS

    wanted = [word.lower() for word in words or []]
    every = {node_type.name: node_type for node_type in node_types()}
    called = "align" if wanted and wanted[0] in WORDS else "".join(wanted[:1])
    exact = every.get(called) if len(wanted) == 1 else None
    found = [exact] if exact else [t for t in every.values() if _matches(t, wanted)]
    if not found:
        hint = did_you_mean(" ".join(wanted), every) or "`genfx nodes` lists all"
        raise UnknownName(f"no node matches '{' '.join(wanted)}'", hint=hint)
    if as_json:
        print_json([page(node_type) for node_type in found])
    elif exact:
        _print_page(exact)
        if plot:
            _plot(exact)
    else:
        rows = [(t.name, t.example, t.summary) for t in found]
        print_table(("node", "example", "what it is"), rows)


def page(node_type: NodeType) -> dict[str, object]:
    """Return all that a user wants to know of a node type."""
    return {
        "name": node_type.name,
        "summary": node_type.summary,
        "written": node_type.syntax.form,
        "symbol": node_type.syntax.symbol,
        "inputs": [
            {"name": port.name, "kind": _kind(port.kind), "always": port.leaf}
            for port in node_type.inputs
        ],
        "outputs": [{"name": o.name, "kind": _kind(o.kind)} for o in node_type.outputs],
        "parameters": [_param(param) for param in node_type.params],
        "signatures": _signatures(node_type),
        "kind_variables": _variables(node_type),
        "metatrader": node_type.source or node_type.mql5.handle,
        "example": node_type.example,
    }


def _matches(node_type: NodeType, words: list[str]) -> bool:
    text = f"{node_type.name} {node_type.summary} {node_type.source} {node_type.mql5.handle}"
    return all(word in text.lower() for word in words)


def _kind(rule: KindRule) -> str:
    from dsl.kinds import KindVar

    return rule.name if isinstance(rule, KindVar) else str(rule)


def _variables(node_type: NodeType) -> dict[str, list[str]]:
    from dsl.kinds import KindVar

    rules = [
        kind
        for o in range(len(node_type.outputs))
        for r in node_type.rules(o)
        for kind in (*r.inputs, r.output)
    ]
    return {rule.name: list(rule.allowed) for rule in rules if isinstance(rule, KindVar)}


def _param(param: Param) -> dict[str, object]:
    from dsl.params import ChoiceParam

    if isinstance(param, ChoiceParam):
        return {"name": param.name, "default": param.default, "choices": list(param.choices)}
    return {
        "name": param.name,
        "default": param.default,
        "searched": [param.low, param.high],
        "allowed": [_finite(param.minimum), _finite(param.maximum)],
        "step": param.step,
    }


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def _signatures(node_type: NodeType) -> list[str]:
    return [
        f"{', '.join(_kind(kind) for kind in rule.inputs) or 'nothing'} -> {_kind(rule.output)}"
        for rule in node_type.rules(0)
    ]


def _print_page(node_type: NodeType) -> None:
    facts = page(node_type)
    screen = console()
    screen.print(f"[bold]{node_type.name}[/bold]  {node_type.summary}", soft_wrap=True)
    for line in _signatures(node_type):
        screen.print(f"  takes and gives  {line}", markup=False, soft_wrap=True)
    for name, allowed in _variables(node_type).items():
        screen.print(f"  where {name} is       {', '.join(allowed)}", markup=False, soft_wrap=True)
    always = [f"{port.name} ({port.leaf})" for port in node_type.inputs if port.leaf]
    if always:
        screen.print(f"  always reads     {', '.join(always)}", markup=False, soft_wrap=True)
    if len(node_type.outputs) > 1:
        screen.print(f"  outputs          {', '.join(o.name for o in node_type.outputs)}")
    if facts["metatrader"]:
        screen.print(f"  MetaTrader       {facts['metatrader']}", markup=False, soft_wrap=True)
    if node_type.example:
        screen.print(f"  example          {node_type.example}", markup=False, soft_wrap=True)
    rows = [_param_row(param) for param in node_type.params]
    if rows:
        print_table(("  parameter", "default", "searched", "allowed"), rows)


def _plot(node_type: NodeType) -> None:
    from genfx.cli.plot import plot_line
    from genfx.node_values import example_values

    found = example_values(node_type)
    if found is not None:
        typer.echo()
        plot_line(*found, f"{node_type.example}, EURUSD H1", PLOT_HEIGHT)


def _param_row(param: Param) -> tuple[str, str, str, str]:
    from dsl.params import ChoiceParam

    if isinstance(param, ChoiceParam):
        return f"  {param.name}", param.default, "", ", ".join(param.choices)
    searched = f"{param.low:g}..{param.high:g}" + (f" step {param.step:g}" if param.step else "")
    allowed = f"{param.minimum:g}..{param.maximum:g}"
    return f"  {param.name}", f"{param.default:g}", searched, allowed
