"""Options that several commands share, and the market they describe."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dsl.errors import ConfigError
from genfx.config.limits import MOST_COMMISSION, MOST_MONEY, MOST_POINTS

if TYPE_CHECKING:
    from backtest.market import Market
    from genfx.config.file import Config

MOST_THREADS = 256  # more than that only wait for each other
LAST_SEED = 2**63 - 1
MOST_TESTS = 10**9
DATES = ["%Y-%m-%d", "%Y-%m-%d %H:%M"]

DataOption = Annotated[
    str, typer.Option("--data", help='A file of bars, or "sample"; default: the config\'s.')
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A config with symbol, account and costs.")
]
FromOption = Annotated[
    datetime | None, typer.Option("--from", formats=DATES, help="First day, or moment, tested.")
]
ToOption = Annotated[
    datetime | None, typer.Option("--to", formats=DATES, help="First day not tested.")
]
SpreadOption = Annotated[
    int | None,
    typer.Option(
        "--spread", min=0, max=MOST_POINTS, help="Points, on every bar in place of the data's."
    ),
]
SlippageOption = Annotated[
    int | None, typer.Option("--slippage", min=0, max=MOST_POINTS, help="Points.")
]
CommissionOption = Annotated[
    float | None,
    typer.Option(
        "--commission",
        min=0,
        max=MOST_COMMISSION,
        help="Deposit currency, per lot and deal (two a trade).",
    ),
]
DepositOption = Annotated[
    float | None, typer.Option("--deposit", max=MOST_MONEY, help="Deposit currency.")
]
SetOption = Annotated[
    Path | None, typer.Option("--set", help="MetaTrader's .set: values of the EA's inputs.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


class Changes(NamedTuple):
    """Facts given on the command line, in place of the config's; None: not given."""

    spread: int | None = None
    slippage: int | None = None
    commission: float | None = None
    deposit: float | None = None

    def applied(self, market: Market) -> Market:
        """Return the market with them."""
        from dataclasses import replace

        costs, account, bars = market.costs, market.account, market.bars
        if self.spread is not None:
            bars = replace(bars, spread=0 * bars.spread)  # 0: not known, the costs' counts
            costs = replace(costs, spread=self.spread)
        if self.slippage is not None:
            costs = replace(costs, slippage=self.slippage)
        if self.commission is not None:
            costs = replace(costs, commission=self.commission)
        if self.deposit is not None:
            account = replace(account, deposit=self.deposit)
        return replace(market, bars=bars, costs=costs, account=account)


def read_config(path: Path | None) -> Config:
    """Return the config of a file, or the defaults."""
    from genfx.config.file import Config, load_config

    return Config() if path is None else load_config(path)


def chosen_market(
    data: str,
    config: Config,
    first: datetime | None = None,
    last: datetime | None = None,
    changes: Changes | None = None,
) -> Market:
    """Return the market of the options: bars by --data or the config, facts by the config."""
    from genfx.config.file import with_bars
    from genfx.markets import market, window

    if data.endswith(".toml"):
        raise ConfigError(f"--data {data}: is a config, not bars", hint=f"--config {data}")
    whole = market(with_bars(config, data) if data else config)
    if changes is not None:
        whole = changes.applied(whole)
    return window(whole, first, last, "--from and --to")
