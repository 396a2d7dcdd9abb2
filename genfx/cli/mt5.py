"""`genfx mt5`: what goes into MetaTrader 5 and what comes out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genfx.cli.data import DstOption, ForceOption, OutOption, TimezoneOption, storage_path, store
from genfx.cli.mt5_dump import check_dump, dump_script
from genfx.cli.mt5_golden import golden
from genfx.cli.mt5_test import mt5_test
from genfx.cli.options import FromOption, JsonOption, ToOption
from genfx.cli.show import print_json, print_table, write_file

if TYPE_CHECKING:
    import pandas as pd

mt5_app = typer.Typer(
    no_args_is_help=True, help="MetaTrader 5: read its reports, run its tester, take its bars."
)
mt5_app.command("dump-script", epilog="Example: genfx mt5 dump-script --out dump.mq5")(dump_script)
mt5_app.command("check-dump", epilog="Example: genfx mt5 check-dump genfx_dump.csv")(check_dump)
mt5_app.command("golden", epilog="Example: genfx mt5 golden r.html a.strat --out a.json")(golden)
mt5_app.command("test", epilog="Example: genfx mt5 test mine.strat --config mine.toml")(mt5_test)
_SHOWN = 20  # rows of a table on the screen
_MOST_INPUTS = 3
_TELLING = {
    "results": {"name", "text"},
    "orders": {"open_time", "type", "volume", "stop_loss", "take_profit", "state"},
    "deals": {"time", "type", "direction", "volume", "price", "profit", "balance"},
    "passes": {"pass", "result", "profit", "profit_factor", "trades"},
}


@mt5_app.command("report", epilog="Example: genfx mt5 report ReportTester.html --csv report")
def report(
    file: Annotated[Path, typer.Argument(help="A tester report (.html) or optimisation (.xml).")],
    csv: Annotated[
        Path | None, typer.Option(help="Write each table into this folder, as CSV.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what MetaTrader's strategy tester has saved: a single test, or an optimisation.

    A test has settings, inputs, results, orders and deals; an optimisation has settings and passes.
    MetaTrader must have been in English when it saved the file.
    """
    from mt5.reading import frames, read_result

    found = frames(read_result(file))
    if csv is not None:
        for name, frame in found.items():
            text = frame.to_csv(index=False, lineterminator="\n")
            write_file(csv / f"{name}.csv", text.encode())
    if as_json:
        print_json({name: _records(frame) for name, frame in found.items()})
        return
    for name, frame in found.items():
        _show(name, frame)


@mt5_app.command("bars", epilog="Example: genfx mt5 bars EURUSD H1 --from 2015-01-01")
def bars(
    symbol: Annotated[str, typer.Argument(help="As the terminal spells it, suffix included.")],
    timeframe: Annotated[str, typer.Argument(help="Such as H1.")],
    first: FromOption = None,
    last: ToOption = None,
    out: OutOption = None,
    timezone: TimezoneOption = "",
    server_dst: DstOption = None,
    terminal: Annotated[
        Path | None, typer.Option(help="terminal64.exe, where there are several.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="Write the facts as a config (.toml); default: the screen.")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Copy bars and symbol facts out of a running terminal, through the package MetaTrader5.

    The package exists for Windows only. Stored are the closed bars, as `genfx data import` does,
    and which clock they follow: as stated, else as their weekends show. Default: ten years.
    """
    from backtest.history.options import ImportOptions
    from genfx.terminal.copies import bars_name, copied, path_from

    options = ImportOptions(
        timezone=timezone or "server", server_dst=server_dst or "", detect=not timezone
    )
    target = storage_path(out, bars_name(symbol, timeframe), force)
    found = copied((symbol, timeframe), (first, last), options, terminal, path_from(facts, target))
    notes = (*found.imported.notes, *found.facts.notes)
    if facts is not None:
        write_file(facts, found.facts.toml().encode())
    store(found.imported.bars, target, notes, as_json, {"config": found.facts.sections})
    if facts is None and not as_json:
        typer.echo(f"\n{found.facts.toml()}", nl=False)


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows for JSON: times as text, null for what a cell does not hold."""
    times = {str(name): frame[name].astype("str") for name in frame.select_dtypes("datetime")}
    plain = frame.assign(**times).astype(object)
    rows = plain.where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _show(name: str, frame: pd.DataFrame) -> None:
    """Print the columns of a table that tell most, and its first rows; CSV and JSON have all."""
    long = len(frame) > _SHOWN and name in {"orders", "deals", "passes"}
    title = f"{name}, the first {_SHOWN} of {len(frame):,}" if long else name
    columns = [str(column) for column in frame.columns]
    if name in _TELLING:
        known = _TELLING[name]
        own = columns[columns.index("trades") + 1 :][:_MOST_INPUTS] if name == "passes" else []
        columns = [column for column in columns if column in known or column in own]
    shown = frame[columns].head(_SHOWN) if long else frame[columns]
    rows = [[_cell(value) for value in row] for row in shown.to_numpy(dtype=object)]
    print_table([column.replace("_", " ") for column in columns], rows, title=title)


def _cell(value: object) -> str:
    if value != value or value is None:  # NaN and NaT
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
