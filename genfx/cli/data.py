"""`genfx data`: bring bars in, look at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import DataError
from genfx.cli.show import print_json, print_table

if TYPE_CHECKING:
    from backtest.bars import Bars

data_app = typer.Typer(no_args_is_help=True, help="Bring bars in, look at them.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@data_app.command("import", epilog="Example: genfx data import EURUSD_H1.csv --timezone UTC+2")
def import_bars(
    file: Annotated[Path, typer.Argument(help="MetaTrader 5 export or CSV, gzipped or not.")],
    symbol: Annotated[str, typer.Option(help="Its name; default: from the file's name.")] = "",
    timezone: Annotated[str, typer.Option(help="The clock of the times.")] = "server",
    digits: Annotated[int, typer.Option(help="Decimals of a price; -1: seen from prices.")] = -1,
    out: Annotated[Path | None, typer.Option(help="Default: SYMBOL_TIMEFRAME.npz here.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a file of bars strictly and store it in genfx's own form (.npz)."""
    from backtest.history import STORED_SUFFIX, ImportOptions, read_bars
    from backtest.history_store import write_bars
    from backtest.timeframes import timeframe_name

    bars = read_bars(file, ImportOptions(symbol, digits, timezone), cached=False)
    name = f"{bars.symbol}_{timeframe_name(bars.timeframe)}{STORED_SUFFIX}"
    target = out or Path(name)
    if target.suffix != STORED_SUFFIX:
        raise DataError(f"{target}: stored bars end in {STORED_SUFFIX}", hint=f"--out {name}")
    if target.exists() and not force:
        raise DataError(f"{target}: exists", hint="--force replaces it, --out names another file")
    write_bars(target, bars)
    _show(bars, {"file": str(target)}, as_json)


@data_app.command("info", epilog="Example: genfx data info sample")
def info(
    file: Annotated[str, typer.Argument(help='A file of bars, or "sample".')],
    as_json: AsJson = False,
) -> None:
    """Show what a file of bars holds: span, spread, gaps, hash."""
    from genfx.sources import load_bars

    _show(load_bars(file), {"file": file}, as_json)


def _show(bars: Bars, more: dict[str, object], as_json: bool) -> None:
    facts = more | bars_facts(bars)
    if as_json:
        print_json(facts)
    else:
        print_table(("", ""), [(key.replace("_", " "), str(v)) for key, v in facts.items()])


def bars_facts(bars: Bars) -> dict[str, object]:
    """Return what a user wants to know of bars."""
    import numpy as np

    from backtest.timeframes import shown_time, timeframe_name

    steps = np.diff(bars.time)
    known = bars.spread[bars.spread > 0]
    return {
        "symbol": bars.symbol,
        "timeframe": timeframe_name(bars.timeframe),
        "bars": len(bars),
        "from": shown_time(int(bars.time[0])),
        "to": shown_time(int(bars.time[-1])),
        "timezone": bars.timezone,
        "digits": bars.digits,
        "lowest": f"{bars.low.min() / 10**bars.digits:.{bars.digits}f}",
        "highest": f"{bars.high.max() / 10**bars.digits:.{bars.digits}f}",
        "spread_known": f"{len(known) / len(bars):.0%} of bars",
        "spread_median": int(np.median(known)) if len(known) else 0,
        "gaps": int((steps > bars.timeframe).sum()),
        "longest_gap_hours": round(int(steps.max()) / 3600, 1),
        "data_hash": bars.data_hash,
    }
