"""`genfx series`: any expression over bars, to lay beside a MetaTrader chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import ConfigError
from genfx.cli.options import ConfigOption, DataOption, JsonOption, chosen_market, read_config
from genfx.cli.show import json_text, write_file

if TYPE_CHECKING:
    from dsl.node import Node


def series(
    expression: Annotated[str, typer.Argument(help='Such as "rsi(close, 14)".')],
    data: DataOption = "",
    config: ConfigOption = None,
    of: Annotated[
        Path | None, typer.Option(help="A strategy; the expression is one of its names.")
    ] = None,
    last: Annotated[int, typer.Option(min=0, help="Only so many bars; 0: all.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw instead of printing CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute an expression over bars: CSV, or a chart in the terminal.

    Each value stands beside the bar that produced it, as on a MetaTrader chart: `close` beside the
    bar whose close it is. Warm-up cells are empty.
    """
    from backtest.timeframes import shown_time
    from genfx.series import values_beside_bars

    if plot and (out is not None or as_json):
        raise ConfigError("--plot draws on the screen", hint="leave out --plot, --out or --json")
    market = chosen_market(data, read_config(config))
    times, values = values_beside_bars(_node(expression, of), market)
    start = max(0, len(values) - last) if last else 0
    rows = [(shown_time(t), v) for t, v in zip(times[start:], values[start:], strict=True)]
    if plot:
        from genfx.cli.plot import plot_line

        plot_line([time for time, _ in rows], [v for _, v in rows], expression)
        return
    if as_json:
        text = json_text([{"time": time, "value": None if v != v else v} for time, v in rows])
    else:
        lines = (f"{time},{'' if v != v else repr(v)}\n" for time, v in rows)
        text = "time,value\n" + "".join(lines)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_file(out, text.encode(), data, config, of)
        typer.echo(f"{out}: {len(rows)} bars", err=as_json)


def _node(expression: str, of: Path | None) -> Node:
    from dsl.text.lower import parse_expression
    from genfx.strategy_files import load_strategy, named_node

    return parse_expression(expression) if of is None else named_node(load_strategy(of), expression)
