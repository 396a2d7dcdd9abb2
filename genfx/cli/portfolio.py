"""`genfx portfolio`: several strategies as one Expert Advisor, and the figures of their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import ConfigError, DataError
from genfx.cli.options import ConfigOption, DataOption, JsonOption, read_config
from genfx.cli.replacing import ForceOption, refuse_existing
from genfx.cli.show import print_json, write_files

if TYPE_CHECKING:
    from backtest.market import Market
    from codegen.mql5.facts import EmitFacts
    from codegen.mql5.portfolio import Part
    from dsl.strategy import Strategy
    from genfx.portfolio.replays import PortfolioReplay
    from genfx.portfolio.spans import PortfolioSpan


@dataclass(frozen=True, slots=True)
class _Options:
    """What the options say of the parts."""

    weights: str
    magics: str
    capital: float


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The portfolio to write, and what it is tested on."""

    parts: tuple[Part, ...]
    capital: float
    facts: EmitFacts
    named: tuple[tuple[str, Market], ...]


@dataclass(frozen=True, slots=True)
class _Tested:
    """What came of the portfolio on every span; replays only where they are wanted."""

    spans: tuple[PortfolioSpan, ...]
    replays: tuple[PortfolioReplay, ...] = ()

    @property
    def differs(self) -> bool:
        """Return whether a replay differs from the engine."""
        return not all(found.holds for found in self.replays)


def portfolio(
    files: Annotated[list[Path], typer.Argument(help="Two or more strategies.")],
    out: Annotated[Path, typer.Option(help="The Expert Advisor; its .set lies beside it.")],
    weights: Annotated[
        str, typer.Option(help='Shares of the capital, such as "0.6,0.4"; default: equal ones.')
    ] = "",
    magics: Annotated[str, typer.Option(help='Magic numbers of the parts, such as "11,12".')] = "",
    capital: Annotated[
        float, typer.Option(min=0, help="What the parts share; 0: the balance of the account.")
    ] = 0.0,
    data: DataOption = "",
    config: ConfigOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Replay the Expert Advisor; write it if equal.")
    ] = False,
    ini: Annotated[
        bool, typer.Option("--ini", help="Write an .ini too: an unattended run of the tester.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Write figures and charts of the parts and their sum (.html)."),
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Join strategies in one Expert Advisor for one symbol, each part on its share of the capital.

    All parts trade the symbol and period of the chart. Each has its own magic number, weight and
    inputs, sizes from its share and its own results, and holds at most one position; the account
    must be a hedging one. With --data or --config the parts are tested and their sum is shown, on
    every span of the config; --verify replays the text of the Expert Advisor there and compares the
    deals of every part. `genfx import` gives back the parts of such an Expert Advisor.
    """
    from genfx.portfolio.replays import portfolio_replays
    from genfx.portfolio.spans import portfolio_spans, span_figures

    _refuse_names(out, report)
    wanted = _wanted(files, _Options(weights, magics, capital), data, config)
    if not wanted.named and (verify or ini or report):
        option = "--verify" if verify else "--ini" if ini else "--report"
        raise ConfigError(f"{option} needs bars", hint="--config or --data")
    tested = _Tested(portfolio_spans(wanted.parts, wanted.named, capital))
    if config is not None and not data:
        wanted = replace(wanted, facts=replace(wanted.facts, spans=span_figures(tested.spans)))
    if verify:
        source = _source(wanted)
        replays = portfolio_replays(source, wanted.parts, wanted.named, capital)
        tested = replace(tested, replays=replays)
        wanted = replace(wanted, facts=_verified(wanted, replays))
    written = {} if tested.differs else _written(wanted, tested, out, ini=ini, report=report)
    programs = {path: content for path, content in written.items() if path != report}
    refuse_existing(programs, force, *files)
    write_files(written, *files, data, config)
    if as_json:
        print_json(_facts(wanted, tested, list(written)))
    else:
        _print(wanted, tested, {target: len(content) for target, content in written.items()})
    if tested.differs:
        raise typer.Exit(1)


def _refuse_names(out: Path, report: Path | None) -> None:
    if out.suffix.lower() in (".set", ".ini", ".html") or not out.name:
        raise DataError(f"{out}: is no name of an Expert Advisor", hint="--out NAME.mq5")
    beside = {out, out.with_suffix(".set"), out.with_suffix(".ini")}
    if report is not None and report in beside:
        raise DataError(f"{report}: is a file of the Expert Advisor", hint="--report NAME.html")


def _wanted(files: list[Path], options: _Options, data: str, config: Path | None) -> _Wanted:
    from codegen.mql5.facts import EmitFacts
    from codegen.mql5.portfolio import portfolio_parts
    from genfx.exports import market_facts, with_inputs
    from genfx.portfolio.spans import part_shares
    from genfx.strategy_files import load_strategy

    strategies = [with_inputs(load_strategy(file)) for file in files]
    chosen = read_config(config)
    parts = portfolio_parts(
        strategies,
        _numbers("--weights", options.weights, float),
        chosen.output.magic if config else 0,
        [int(number) for number in _numbers("--magics", options.magics, int)],
    )
    named, facts = _markets(data, config, strategies), EmitFacts()
    if named:
        facts = market_facts(named[0][1], chosen.fitness.settings(), parts[0].magic).mql5
    if options.capital:
        part_shares(parts, options.capital)
    return _Wanted(parts, options.capital, facts, named)


def _numbers(option: str, text: str, read: Callable[[str], float]) -> tuple[float, ...]:
    try:
        return tuple(read(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise ConfigError(
            f"{option} {text}: is no list of numbers", hint=f'such as {option} "1,2"'
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


def _source(wanted: _Wanted) -> str:
    from codegen.mql5.portfolio import emit_portfolio

    return emit_portfolio(wanted.parts, wanted.facts, wanted.capital)


def _verified(wanted: _Wanted, replays: tuple[PortfolioReplay, ...]) -> EmitFacts:
    deals = sum(found.deals for found in replays)
    text = f"verified: {deals} deals of {len(wanted.parts)} parts equal"
    return replace(wanted.facts, verified=text)


def _written(
    wanted: _Wanted, tested: _Tested, out: Path, *, ini: bool, report: Path | None
) -> dict[Path, bytes]:
    """Return the files to write; nothing is written before all of them are there."""
    from codegen.mql5.portfolio import portfolio_ini, portfolio_set

    parts, facts, capital = wanted.parts, wanted.facts, wanted.capital
    found = {
        out: _source(wanted).encode(),
        out.with_suffix(".set"): portfolio_set(parts, facts, capital),
    }
    if ini:
        markets = [market for _, market in wanted.named]
        ends = min(m.first for m in markets), max(m.end for m in markets)
        whole = replace(markets[0], first=ends[0], last=ends[1])
        found[out.with_suffix(".ini")] = portfolio_ini(parts, whole, out.stem, facts, capital)
    if report is not None:
        from genfx.report.portfolio_page import portfolio_html

        proof = facts.verified if tested.replays else "not verified"
        found[report] = portfolio_html(tested.spans, proof).encode()
    return found


def _print(wanted: _Wanted, tested: _Tested, written: dict[Path, int]) -> None:
    from genfx.cli.portfolio_tables import print_replays, print_span

    for number, part in enumerate(wanted.parts, 1):
        same = [
            p
            for p in wanted.parts[: number - 1]
            if p.strategy.strategy_id == part.strategy.strategy_id
        ]
        if same:
            first = wanted.parts.index(same[0]) + 1
            typer.echo(f"Note: part {number} is the strategy of part {first}: both trade alike.")
    for span in tested.spans:
        print_span(span)
    print_replays(tested.replays)
    for target, size in written.items():
        typer.echo(f"{target}: {size} bytes")


def _facts(wanted: _Wanted, tested: _Tested, written: list[Path]) -> dict[str, object]:
    from dataclasses import asdict

    from genfx.portfolio.correlation import correlation_facts
    from genfx.portfolio.replays import replay_facts

    spans = [
        {
            "name": s.name,
            "balance": s.balance,
            "lines": [asdict(line) for line in s.lines],
            "correlation": correlation_facts(s),
            "remarks": list(s.remarks),
        }
        for s in tested.spans
    ]
    replays = [replay_facts(found) for found in tested.replays]
    verification = {
        "equal": not tested.differs,
        "deals": sum(found.deals for found in tested.replays),
        "spans": replays,
    }
    return {
        "files": [str(path) for path in written],
        "capital": wanted.capital,
        "parts": [
            {"strategy_id": p.strategy.strategy_id, "weight": p.weight, "magic": p.magic}
            for p in wanted.parts
        ],
        "spans": spans,
        "verification": verification if replays else None,
    }
