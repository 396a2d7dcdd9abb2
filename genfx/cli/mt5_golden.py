"""`genfx mt5 golden`: a real test of MetaTrader's as a file that genfx's tests repeat for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsl.errors import DataError
from genfx.cli.mt5_test import ModelOption, ToleranceOption
from genfx.cli.options import (
    ConfigOption,
    DataOption,
    FromOption,
    ToOption,
    chosen_market,
    read_config,
)
from genfx.cli.show import write_file


def golden(
    report: Annotated[Path, typer.Argument(help="A report of MetaTrader's tester (.html).")],
    file: Annotated[Path, typer.Argument(help="The strategy whose Expert Advisor it tested.")],
    out: Annotated[Path, typer.Option(help="The golden file (.json).")],
    data: DataOption = "",
    config: ConfigOption = None,
    first: FromOption = None,
    last: ToOption = None,
    model: ModelOption = "open-prices",
    tolerance: ToleranceOption = None,
    origin: Annotated[
        str, typer.Option(help="Where it comes from; default: server and build of the report.")
    ] = "",
    known: Annotated[
        bool, typer.Option("--known", help="Keep differences as known ones, instead of refusing.")
    ] = False,
) -> None:
    """Turn a real tester report and its bars into a file that the parity test replays.

    The file holds strategy, inputs, bars, facts and positions; under tests/golden/mt5 it is
    repeated by every run of the tests. Bars must be those of the report's broker, and cover its
    span. Positions that differ are refused unless they are to be known.
    """
    from genfx.exports import with_inputs
    from genfx.strategy_files import load_strategy
    from genfx.terminal.tester import default_tolerance, golden_test
    from mt5.golden import differences, golden_bytes
    from mt5.report import read_report

    found = read_report(report)
    market = chosen_market(data, read_config(config), first, last)
    allowed = default_tolerance(market, model) if tolerance is None else tolerance
    made = golden_test(with_inputs(load_strategy(file)), market, found, model, allowed, origin)
    if made.known and not known:
        told = ", ".join(f"{count} {name}" for name, count in made.known.items())
        raise DataError(
            f"{report}: positions differ from genfx's: {told}",
            hint="see them with `genfx mt5 test --report`; --known keeps them as known differences",
        )
    content = golden_bytes(made)
    write_file(out, content, report, file, data, config)
    shown = differences(made.replay())
    typer.echo(
        f"{out}: {len(made.positions)} positions of {made.origin}, {len(made.market.bars)} bars, "
        f"{sum(shown.values())} differences, {len(content)} bytes"
    )
