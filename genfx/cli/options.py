"""Options that several commands share, and the market they describe."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import ConfigError

if TYPE_CHECKING:
    from backtest.market import Market
    from genfx.config import Config

DataOption = Annotated[
    str, typer.Option("--data", help='A file of bars, or "sample"; default: the config\'s.')
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A config with symbol, account and costs.")
]
FromOption = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day tested.")
]
ToOption = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="First day not tested.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def read_config(path: Path | None) -> Config:
    """Return the config of a file, or the defaults."""
    from genfx.config import Config, load_config

    return Config() if path is None else load_config(path)


def chosen_market(
    data: str, config: Config, first: datetime | None = None, last: datetime | None = None
) -> Market:
    """Return the market of the options: bars by --data or the config, facts by the config."""
    from genfx.config import with_bars
    from genfx.markets import market, window

    if data.endswith(".toml"):
        raise ConfigError(f"--data {data}: is a config, not bars", hint=f"--config {data}")
    whole = market(with_bars(config, data) if data else config)
    return window(whole, first, last, "--from and --to")
