"""`genfx data`: bring bars in, look at them, make larger ones of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dsl.errors import DataError
from genfx.cli.show import print_json, print_table, write_file

if TYPE_CHECKING:
    from backtest.bars import Bars

data_app = typer.Typer(
    no_args_is_help=True, help="Bring bars in, look at them, make larger ones of them."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
OutOption = Annotated[Path | None, typer.Option(help="Default: SYMBOL_TIMEFRAME.npz here.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]
TimezoneOption = Annotated[
    str, typer.Option(help="The clock of its times: UTC, UTC+2, Europe/Athens.")
]
DstOption = Annotated[
    Literal["none", "us", "eu"] | None,
    typer.Option(help="Daylight saving of the server's clock."),
]


@data_app.command("import", epilog="Example: genfx data import EURUSD_H1.csv --timezone UTC+2")
def import_bars(
    file: Annotated[Path, typer.Argument(help="An export: CSV, .hst, gzipped or zipped too.")],
    symbol: Annotated[str, typer.Option(help="Its name; default: from the file.")] = "",
    timezone: TimezoneOption = "",
    server_dst: DstOption = None,
    to_server: Annotated[
        str, typer.Option(help="Move the bars to this clock, such as UTC+2 --server-dst us.")
    ] = "",
    digits: Annotated[
        int, typer.Option(min=-1, max=10, help="Decimals of a price; -1: seen from prices.")
    ] = -1,
    points: Annotated[
        bool | None, typer.Option("--points/--no-points", help="Prices are whole points, or not.")
    ] = None,
    date_order: Annotated[
        Literal["dmy", "mdy"] | None, typer.Option(help="Of dates like 03/04/2017.")
    ] = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Check a file of bars strictly and store it in genfx's own form (.npz).

    Read are exports of MetaTrader 5 and 4, .hst, HistData, Dukascopy, the MT5 Python package, and
    tables with a header, whatever their separator and order of dates. What cannot be right is
    refused with its line. The stored file says which clock its times follow: as --timezone and
    --server-dst say, else as the file does, else as its weekends show.
    """
    from backtest.history.reading import ImportOptions, read_history
    from backtest.history.symbols import currencies_of, symbol_of

    options = ImportOptions(
        symbol=symbol,
        digits=digits,
        timezone=timezone or "server",
        server_dst=server_dst or "",
        to_server=to_server,
        points=points,
        date_order=date_order or "",
        detect=not timezone,
    )
    found = read_history(file, options)
    notes = found.notes
    guessed = not symbol and found.bars.symbol == symbol_of(file)
    if guessed and not currencies_of(found.bars.symbol)[0]:
        notes += (f"the symbol {found.bars.symbol} is a word of the file's name (else: --symbol)",)
    _store(found.bars, out, force, notes, as_json)


@data_app.command("info", epilog="Example: genfx data info sample --plot eurusd.png")
def info(
    file: Annotated[str, typer.Argument(help='A file of bars, or "sample".')],
    plot: Annotated[Path | None, typer.Option(help="Draw the bars into this PNG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a file of bars holds: span, gaps, weekends, spikes, volume, spread, hash.

    Gaps are bars that are missing outside weekends. A spike leaves the bars around it by more than
    five usual ranges and comes back, a jump is such a step from one bar to the next.
    """
    from genfx.bars.sources import load_bars

    if plot is not None and plot.suffix.lower() != ".png":
        raise DataError(f"{plot}: the picture is a PNG", hint=f"--plot {plot.stem}.png")
    bars = load_bars(file)
    _show(bars, {"file": file}, as_json)
    if plot is not None:
        from genfx.bars.picture import bars_png

        write_file(plot, bars_png(bars), file)
        typer.echo(f"{plot}: drawn", err=True)


@data_app.command("resample", epilog="Example: genfx data resample EURUSD_M1.npz H4")
def resample(
    file: Annotated[str, typer.Argument(help='A file of bars, or "sample".')],
    timeframe: Annotated[str, typer.Argument(help="The larger timeframe, such as H4 or D1.")],
    out: OutOption = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Make bars of a larger timeframe: days from the server's midnight, weeks from Sunday."""
    from backtest.resample import resampled
    from backtest.timeframes import timeframe_seconds
    from genfx.bars.sources import load_bars

    larger = resampled(load_bars(file), timeframe_seconds(timeframe))
    _store(larger, out, force, (), as_json)


def _store(
    bars: Bars, out: Path | None, force: bool, notes: tuple[str, ...], as_json: bool
) -> None:
    from backtest.history.reading import STORED_SUFFIX
    from backtest.timeframes import timeframe_name

    name = f"{bars.symbol}_{timeframe_name(bars.timeframe)}{STORED_SUFFIX}"
    store(bars, storage_path(out, name, force), notes, as_json)


def storage_path(out: Path | None, name: str, force: bool) -> Path:
    """Return where bars go, or raise what the user can mend; `name` is the default."""
    from backtest.history.reading import STORED_SUFFIX

    target = out or Path(name)
    if target.suffix != STORED_SUFFIX:
        raise DataError(f"{target}: stored bars end in {STORED_SUFFIX}", hint=f"--out {name}")
    if target.exists() and not force:
        raise DataError(f"{target}: exists", hint="--force replaces it, --out names another file")
    return target


def store(
    bars: Bars,
    target: Path,
    notes: tuple[str, ...],
    as_json: bool,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write bars and show what they hold; `facts` stand beside it in JSON."""
    from backtest.history.store import write_bars

    write_bars(target, bars)
    more: dict[str, object] = {"file": str(target)}
    _show(bars, more | ({"notes": list(notes), **(facts or {})} if as_json else {}), as_json)
    if not as_json:
        for note in notes:
            typer.echo(f"note: {note}")


def _show(bars: Bars, more: dict[str, object], as_json: bool) -> None:
    from genfx.bars.facts import bar_facts, shown_fact

    facts = more | bar_facts(bars)
    if as_json:
        print_json(facts)
    else:
        print_table(("", ""), [(key.replace("_", " "), shown_fact(v)) for key, v in facts.items()])
