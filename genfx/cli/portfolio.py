"""`genfx portfolio`: several strategies as one Expert Advisor, and the figures of their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import ConfigError, DataError
from genfx.cli.options import ConfigOption, DataOption, JsonOption, read_config
from genfx.cli.show import print_json, print_table, write_file

if TYPE_CHECKING:
    from backtest.market import Market
    from codegen.mql5.facts import EmitFacts
    from codegen.mql5.portfolio import Part
    from dsl.strategy import Strategy
    from genfx.portfolios import PortfolioSpan


def portfolio(
    files: Annotated[list[Path], typer.Argument(help="Strategies (.strat, .formula, .json).")],
    out: Annotated[Path, typer.Option(help="The Expert Advisor; a .set is written beside it.")],
    weights: Annotated[
        str, typer.Option(help='Shares of the capital, such as "0.6,0.4"; default: equal ones.')
    ] = "",
    data: DataOption = "",
    config: ConfigOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Replay it first; exit code 1 where deals differ.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Join strategies in one Expert Advisor for one symbol, each part on its share of the capital.

    Each part has its own magic number, weight and inputs, sizes from its share and its own results,
    and holds at most one position; the account must be a hedging one. With --data or --config the
    parts are tested and their sum is shown, on every span of the config; --verify replays the text
    of the Expert Advisor there and compares the deals of every part.
    """
    from codegen.mql5.facts import EmitFacts
    from codegen.mql5.portfolio import emit_portfolio, portfolio_parts, portfolio_set
    from genfx.exports import market_facts, with_inputs
    from genfx.portfolios import portfolio_spans, span_figures
    from genfx.strategy_files import load_strategy

    if out.suffix.lower() == ".set" or not out.name:
        raise DataError(f"{out}: is no name of an Expert Advisor", hint="--out NAME.mq5")
    strategies = [with_inputs(load_strategy(file)) for file in files]
    chosen = read_config(config)
    parts = portfolio_parts(strategies, _weights(weights), chosen.output.magic if config else 0)
    named = _markets(data, config, strategies)
    facts, capital = EmitFacts(), 0.0
    if named:
        market = named[0][1]
        facts = market_facts(market, chosen.fitness.settings(), parts[0].magic).mql5
        capital = market.account.deposit
    spans = portfolio_spans(parts, named)
    if config is not None and not data:
        facts = replace(facts, spans=span_figures(spans))
    if verify:
        facts = _replayed(parts, named, facts, capital)
    written = [
        (out, emit_portfolio(parts, facts, capital).encode()),
        (out.with_suffix(".set"), portfolio_set(parts, facts, capital)),
    ]
    for target, content in written:
        write_file(target, content, *files, data, config)
    if as_json:
        print_json(_facts(parts, spans, out))
        return
    for span in spans:
        _print(span)
    for target, content in written:
        typer.echo(f"{target}: {len(content)} bytes")


def _replayed(
    parts: tuple[Part, ...],
    named: tuple[tuple[str, Market], ...],
    facts: EmitFacts,
    capital: float,
) -> EmitFacts:
    """Return the facts with the result of a replay, or end with exit code 1 where deals differ."""
    from codegen.mql5.portfolio import emit_portfolio
    from genfx.portfolios import replayed

    if not named:
        raise ConfigError("--verify needs bars to replay on", hint="--config or --data")
    source, total = emit_portfolio(parts, facts, capital), 0
    for name, market in named:
        deals, difference = replayed(source, parts, market)
        if difference:
            typer.echo(f"{name.replace('_', ' ')}: {difference}", err=True)
            raise typer.Exit(1)
        total += deals
    return replace(facts, verified=f"verified: {total} deals of {len(parts)} parts equal")


def _weights(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise ConfigError(
            f"--weights {text}: is no list of numbers", hint='such as "0.6,0.4"'
        ) from None


def _markets(
    data: str, config: Path | None, strategies: Sequence[Strategy]
) -> tuple[tuple[str, Market], ...]:
    """Return what the parts are tested on: the spans of the config, else all bars of --data."""
    from codegen.plan import build_plan
    from genfx.cli.options import chosen_market
    from genfx.markets import market, span_markets, warm_up_bars

    if data:
        return (("all bars", chosen_market(data, read_config(config))),)
    if config is None:
        return ()
    chosen = read_config(config)
    whole = market(chosen)
    higher = {seconds for one in strategies for seconds in build_plan(one).timeframes}
    warmup = warm_up_bars(higher, whole.bars.timeframe)
    return span_markets(whole, chosen, str(config), warmup).named()


def _print(span: PortfolioSpan) -> None:
    from genfx.markets import span_text

    currency = span.market.account.currency
    head = ("part", "weight", f"profit, {currency}", "factor", "drawdown %", "trades")
    rows = [
        (
            line.name,
            f"{line.weight:g}",
            f"{line.net_profit:,.2f}",
            f"{line.profit_factor:.2f}",
            f"{line.drawdown:.2f}",
            str(line.trades),
        )
        for line in span.lines
    ]
    print_table(head, rows, title=f"{span.name.replace('_', ' ')}: {span_text(span.market)}")


def _facts(
    parts: tuple[Part, ...], spans: tuple[PortfolioSpan, ...], out: Path
) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "file": str(out),
        "parts": [
            {"strategy_id": p.strategy.strategy_id, "weight": p.weight, "magic": p.magic}
            for p in parts
        ],
        "spans": [
            {"name": s.name, "balance": s.balance, "lines": [asdict(line) for line in s.lines]}
            for s in spans
        ],
    }
