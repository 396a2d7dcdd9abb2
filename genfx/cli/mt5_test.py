"""`genfx mt5 test`: a strategy in MetaTrader's tester, beside genfx's own result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dsl.errors import DataError
from genfx.cli.options import (
    ConfigOption,
    DataOption,
    FromOption,
    JsonOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import console, print_json, print_table, write_file

if TYPE_CHECKING:
    from backtest.market import Market
    from genfx.terminal.tester import Setting
    from mt5.comparison import Comparison, Pair
    from mt5.jobs import Job
    from mt5.report import Mt5Report

_SHOWN = 10  # positions that differ
ModelOption = Annotated[
    Literal["open-prices", "m1-ohlc", "every-tick", "real-ticks"],
    typer.Option(help="Mode of the tester."),
]
ToleranceOption = Annotated[
    int | None,
    typer.Option(min=0, help="Points that prices may differ by; default: 0 in modes on bars."),
]


def mt5_test(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat).")],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    model: ModelOption = "open-prices",
    symbol: Annotated[
        str, typer.Option(help="As the terminal spells it; default: that of the bars.")
    ] = "",
    terminal: Annotated[
        Path | None, typer.Option(help="terminal64.exe, where there are several.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Compare this report of the tester, run nothing.")
    ] = None,
    dry_run: Annotated[
        Path | None, typer.Option(help="Write all files into this folder, run nothing.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for the tester.")] = 3600,
    tolerance: ToleranceOption = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write all positions of both sides to this CSV.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Test a strategy in MetaTrader 5 and compare position by position with genfx's own test.

    The Expert Advisor, its inputs and settings are written into the terminal's data folder,
    compiled by MetaEditor and tested unattended; the terminal must not be running. Bars must be
    those of its broker (`genfx mt5 bars`). Fills are as in the tester's mode. Exit code 1 where a
    position differs. Without MetaTrader on this computer it says what it would do.
    """
    from genfx.exports import market_facts, titled, with_inputs
    from genfx.strategy_files import load_strategy
    from genfx.terminal.tester import (
        Setting,
        compared,
        default_tolerance,
        file_name,
        made_job,
        whole_days,
    )

    chosen = read_config(config)
    market = chosen_market(data, chosen, first, last)
    strategy = titled(with_inputs(load_strategy(file)), market.bars)
    setting = Setting(
        whole_days(market, strategy), model, file_name(file.stem), symbol or market.bars.symbol
    )
    facts = market_facts(market, chosen.fitness.settings(), chosen.output.magic)
    job = made_job(strategy, setting, facts)
    if dry_run is not None:
        _dry_run(job, dry_run)
        return
    found = _given(report) if report is not None else _run(job, terminal, timeout)
    allowed = default_tolerance(market, model) if tolerance is None else tolerance
    comparison = compared(strategy, setting, found, allowed)
    if csv is not None:
        text = comparison.frame().to_csv(index=False, lineterminator="\n")
        write_file(csv, text.encode(), file, data, config, report)
    if as_json:
        print_json(_facts(found, comparison, model))
    else:
        _print(found, comparison, setting)
    if comparison.first is not None:
        raise typer.Exit(1)


def _dry_run(job: Job, folder: Path) -> None:
    from mt5.installation import PROGRAM, Terminal
    from mt5.jobs import job_commands, write_job

    paths = write_job(job, folder)
    for path in paths:
        typer.echo(f"{path}: {path.stat().st_size} bytes")
    typer.echo("Copied into a terminal's data folder, they are compiled and tested by")
    for command in job_commands(job, Terminal(Path(PROGRAM), folder.resolve())):
        typer.echo(f"    {command.line()}")


def _given(path: Path) -> Mt5Report:
    from mt5.report import read_report

    return read_report(path)


def _run(job: Job, program: Path | None, limit_s: float) -> Mt5Report:
    """Run the test; without a terminal say what would have been done."""
    from mt5.installation import PROGRAM, Terminal, chosen_terminal
    from mt5.jobs import job_commands, job_files, run_job
    from mt5.running import run_program

    terminal = chosen_terminal(program)
    if terminal is None:
        folder = Path("DATA_FOLDER")
        typer.echo("With MetaTrader 5 this would be written and run:", err=True)
        for path in job_files(job):
            typer.echo(f"    write {folder / path}", err=True)
        for command in job_commands(job, Terminal(Path(PROGRAM), folder)):
            typer.echo(f"    run   {command.line()}", err=True)
        raise DataError(
            "no MetaTrader 5 is installed for this user",
            hint="--terminal names its terminal64.exe, --dry-run FOLDER writes the files; test by "
            "hand and compare with --report FILE",
        )
    with console(stderr=True).status("writing") as status:
        done = run_job(
            job,
            terminal,
            run_program,
            limit_s,
            lambda what, seconds: status.update(f"{what}, {seconds:.0f} s"),
        )
    for message in done.log.messages:
        typer.echo(f"compiler: {message}", err=True)
    return done.report


def _facts(found: Mt5Report, comparison: Comparison, model: str) -> dict[str, object]:
    ours, theirs = comparison.net_profits()
    return {
        "report": found.path,
        "server": found.server,
        "model": model,
        "tolerance_points": comparison.tolerance,
        "positions": {str(outcome): count for outcome, count in comparison.counts.items()},
        "net_profit": {"genfx": ours, "metatrader": theirs},
        "same": comparison.first is None,
        "first_difference": None if comparison.first is None else _pair_facts(comparison.first),
    }


def _pair_facts(pair: Pair) -> dict[str, object]:
    from dataclasses import asdict

    sides = {"genfx": pair.genfx, "metatrader": pair.metatrader}
    return {"outcome": str(pair.outcome)} | {
        name: None if side is None else asdict(side) for name, side in sides.items()
    }


def _print(found: Mt5Report, comparison: Comparison, setting: Setting) -> None:
    from mt5.comparison import AGREED

    ours, theirs = comparison.net_profits()
    currency = setting.market.account.currency
    typer.echo(f"{found.path}: {found.setting('Expert')}, {found.server}, mode {setting.model}")
    rows = [(str(outcome), str(count)) for outcome, count in comparison.counts.items()]
    print_table(("positions", ""), rows or [("none on either side", "0")])
    typer.echo(f"Net profit: genfx {ours:,.2f} {currency}, MetaTrader {theirs:,.2f} {currency}")
    typer.echo(_TOLD[setting.model])
    parted = [pair for pair in comparison.pairs if pair.outcome not in AGREED]
    if parted:
        _print_pairs(parted, setting.market)


def _print_pairs(parted: list[Pair], market: Market) -> None:
    from backtest.timeframes import shown_time

    digits = market.bars.digits
    rows = []
    for pair in parted[:_SHOWN]:
        for name, side in (("genfx", pair.genfx), ("MetaTrader", pair.metatrader)):
            if side is None:
                continue
            prices = (f"{v / 10**digits:.{digits}f}" for v in (side.entry, side.exit))
            word = "long" if side.side > 0 else "short"
            times = (shown_time(side.opened), shown_time(side.closed))
            money = f"{side.profit + side.swap + side.commission:.2f}"
            rows.append((name, word, f"{side.lots:g}", *times, *prices, money))
        rows.append((f"  {pair.outcome}", *[""] * 7))
    more = f", the first {_SHOWN}" if len(parted) > _SHOWN else ""
    head = ("", "side", "lots", "opened", "closed", "entry", "exit", "result")
    print_table(
        head,
        rows,
        title=f"{len(parted)} positions differ{more}; a later difference may follow from the first",
    )


_TOLD = {
    "open-prices": "Stops filled at their level even across gaps, bars walked as MetaTrader does.",
    "m1-ohlc": "Stops filled at their level even across gaps; MetaTrader walked M1 bars.",
    "every-tick": "MetaTrader made up ticks; stops may fill elsewhere: docs/parity.md.",
    "real-ticks": "MetaTrader used real ticks: spread and stops differ from bars: docs/parity.md.",
}
