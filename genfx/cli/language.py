"""`genfx check` and `genfx fmt`: strategy texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import GenfxError
from dsl.timeframes import TIMEFRAMES, is_multiple, shown
from genfx.cli.show import complain, print_json, write_file

if TYPE_CHECKING:
    from codegen.plan import Plan

Files = Annotated[list[Path], typer.Argument(help="Strategies (.strat, .formula, .json).")]


def check(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check strategies: grammar, names, kinds, parameters; all errors of all files at once."""
    found: list[dict[str, object]] = []
    problems: list[str] = []
    for path in files:
        try:
            found.append(_checked(path))
        except GenfxError as error:
            problems.append(str(error))
    if as_json:
        print_json({"ok": found, "errors": problems})
    else:
        for facts in found:
            typer.echo(_shown(facts))
        for problem in problems:
            complain(problem)
    if problems:
        raise typer.Exit(2)


def _checked(path: Path) -> dict[str, object]:
    """Return the facts of a strategy, or the names that a library defines."""
    from codegen.plan import build_plan
    from genfx.strategy_files import load_library, load_strategy

    defined = load_library(path)
    if defined is not None:
        return {"file": str(path), "library": list(defined)}
    strategy = load_strategy(path)
    return {
        "file": str(path),
        "title": strategy.title,
        "strategy_id": strategy.strategy_id,
        "structure_id": strategy.structure_id,
        "nodes": len(strategy.order),
        "inputs": len(strategy.inputs),
        **_warmup(build_plan(strategy)),
    }


def _warmup(plan: Plan) -> dict[str, object]:
    """Return the bars before the first entry; with larger bars they depend on the period."""
    if not plan.timeframes:
        return {"warmup_bars": plan.warmup}
    fitting = [
        name
        for name, seconds in TIMEFRAMES.items()
        if all(is_multiple(larger, seconds) for larger in plan.timeframes)
    ]
    rows = {name: plan.warmup_on(TIMEFRAMES[name]) for name in fitting}
    return {"higher_timeframes": list(map(shown, plan.timeframes)), "warmup_bars": rows}


def _bars(warmup: object) -> str:
    """Return the warm-up in words; where it depends on the period: on H1, or the largest below."""
    if not isinstance(warmup, dict):
        return f"{warmup} bars"
    name = "H1" if "H1" in warmup else list(warmup)[-1]
    return f"{warmup[name]} bars of {name}"


def _shown(facts: dict[str, object]) -> str:
    if "library" in facts:
        names = facts["library"]
        assert isinstance(names, list)
        return f"{facts['file']}: ok, a library of {', '.join(names) or 'nothing'}"
    return (
        f"{facts['file']}: ok, {facts['nodes']} nodes, {facts['inputs']} inputs, "
        f"warm-up {_bars(facts['warmup_bars'])}, id {str(facts['strategy_id'])[:8]}"
    )


def fmt(
    files: Annotated[list[Path], typer.Argument(help="Strategy files; - reads stdin.")],
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file would change.")
    ] = False,
) -> None:
    """Write strategies in the one canonical layout; comments stay."""
    from dsl.text.printer import format_text
    from genfx.strategy_files import load_layout_text

    changed = 0
    for path in files:
        if str(path) == "-":
            typer.echo(format_text(sys.stdin.read(), "stdin"), nl=False)
            continue
        text = load_layout_text(path)
        canonical = format_text(text, str(path))
        if canonical == text:
            continue
        changed += 1
        if not only_check:
            write_file(path, canonical.encode())
        typer.echo(f"{path}: {'would change' if only_check else 'formatted'}")
    if only_check and changed:
        raise typer.Exit(1)
