"""`genfx mt5 dump-script` and `check-dump`: values of MetaTrader's own indicators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genfx.cli.options import JsonOption
from genfx.cli.show import print_json, print_table, write_file

if TYPE_CHECKING:
    from genfx.terminal.dumps import ColumnCheck


def dump_script(
    nodes: Annotated[
        list[str] | None,
        typer.Option(help='Names or expressions, such as rsi or "rsi(close, 7)"; default: all.'),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The script (.mq5); default: the screen.")
    ] = None,
) -> None:
    """Write a script for MetaTrader that saves values of its indicators beside the bars, as CSV.

    Compile it in MetaEditor under MQL5/Scripts, drop it on a chart, and give the file that it
    leaves in MQL5/Files to `genfx mt5 check-dump`. Covered are all node types that are built-in
    indicators of MetaTrader, on prices of closed bars.
    """
    import dsl.nodes  # noqa: F401  fills the registry
    from codegen.mql5.dump import dump_nodes, emit_dump

    found = dump_nodes(tuple(nodes or ()))
    text = emit_dump(found)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_file(out, text.encode())
        typer.echo(f"{out}: {len(found)} columns")


def check_dump(
    file: Annotated[Path, typer.Argument(help="What the script has left in MQL5/Files.")],
    data: Annotated[
        str, typer.Option(help="Longer bars of the same chart; default: those of the dump.")
    ] = "",
    tolerance: Annotated[float, typer.Option(min=0, help="Largest relative error.")] = 1e-7,
    as_json: JsonOption = False,
) -> None:
    """Compare MetaTrader's values with genfx's, on the same bars.

    Exit code 1 where they differ, or where a column has no bar to be compared on.
    An error is relative to the value or to the usual size of its column, whichever is larger.
    Recursive indicators are compared once their start weighs less than 1e-8.
    """
    from genfx.bars.sources import load_bars
    from genfx.terminal.dumps import checked_dump
    from mt5.dump import read_dump

    dump = read_dump(file)
    checks = checked_dump(dump, load_bars(data) if data else None)
    if as_json:
        print_json(
            {
                "bars": len(dump.bars),
                "symbol": dump.bars.symbol,
                "tolerance": tolerance,
                "columns": [
                    {
                        "expression": check.expression,
                        "rows": check.rows,
                        "error": check.error,
                        "constant": check.constant,
                        "same": _agrees(check, tolerance),
                    }
                    for check in checks
                ],
            }
        )
    else:
        _print(checks, tolerance)
    if not all(_agrees(check, tolerance) for check in checks):
        raise typer.Exit(1)


def _agrees(check: ColumnCheck, tolerance: float) -> bool:
    return check.rows > 0 and check.error <= tolerance


def _print(checks: tuple[ColumnCheck, ...], tolerance: float) -> None:
    from backtest.timeframes import shown_time

    rows = []
    for check in checks:
        verdict = "same" if check.error <= tolerance else "DIFFERS"
        verdict = "same but for a constant" if check.constant else verdict
        if not check.rows:
            rows.append((check.expression, "0", "", "", "too few bars"))
        else:
            where = shown_time(check.time)
            rows.append((check.expression, str(check.rows), f"{check.error:.1e}", where, verdict))
    print_table(("node", "rows", "worst error", "at", ""), rows)
    for check in checks:
        if check.error > tolerance:
            typer.echo(
                f"{check.expression}: genfx {check.ours:.12g}, MetaTrader {check.theirs:.12g}"
            )
