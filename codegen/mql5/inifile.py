"""The run of MetaTrader's tester that repeats a market of genfx."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backtest.market import Market
from backtest.timeframes import timeframe_name
from codegen.mql5.facts import EmitFacts
from codegen.mql5.setfile import set_rows
from codegen.mql5.tester_ini import Model, TesterRun
from dsl.errors import ConfigError
from dsl.strategy import Strategy


def unattended_run(
    strategy: Strategy,
    market: Market,
    expert: str,
    facts: EmitFacts | None = None,
    model: Model | None = None,
) -> TesterRun:
    """Return the run that tests a strategy's EA as a market of genfx does; see run_on.

    Args:
        strategy: As it was emitted.
        facts: Those that the EA was emitted with.
    """
    return run_on(market, expert, set_rows(strategy, facts), model)


def run_on(
    market: Market,
    expert: str,
    inputs: tuple[tuple[str, str], ...],
    model: Model | None = None,
) -> TesterRun:
    """Return the run that tests an EA as a market of genfx does.

    Args:
        market: Symbol, tested window, account.
        expert: Path of the EA below MQL5\\Experts, without .ex5.
        inputs: Name of each input, and what stands behind it in an .ini.
        model: How the tester makes ticks; None: "m1-ohlc" where smaller bars decide what happens
            inside a bar, else "open-prices".

    Raises:
        ConfigError: The leverage is no whole number, which MetaTrader's is.
    """
    leverage = market.account.leverage
    if leverage != int(leverage):
        raise ConfigError(f"leverage 1:{leverage:g}: MetaTrader's tester wants a whole number")
    times = market.bars.time[[market.first, market.end - 1]].tolist()
    first, last = (datetime.fromtimestamp(time, UTC) for time in times)
    finer = market.costs.both_touched == "finer"
    return TesterRun(
        expert=expert,
        symbol=market.bars.symbol,
        timeframe=timeframe_name(market.bars.timeframe),
        first=first.date(),
        last=last.date() + timedelta(days=1),
        deposit=market.account.deposit,
        currency=market.account.currency,
        leverage=leverage,
        model=model or ("m1-ohlc" if finer else "open-prices"),
        report=f"{expert}_report",
        inputs=inputs,
    )
