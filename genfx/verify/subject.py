"""What `genfx verify` compares: the text of an Expert Advisor, the strategy it states, a market."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backtest.files import read_whole
from backtest.market import Market
from backtest.resample import resampled
from codegen.host.replay import Mode
from codegen.mql5.checksum import input_line
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.mql5.portfolio import Part
from codegen.mql5.portfolio_reading import is_portfolio, read_portfolio
from codegen.mql5.reading import Edit, decoded_source, read_expert
from codegen.mql5.set_table import parse_set
from codegen.mql5.text import mql5_string
from dsl.errors import ConfigError, DataError, did_you_mean
from dsl.strategy import Strategy
from genfx.exports import deposit_text, with_inputs
from genfx.strategy_files import load_strategy

SOURCE_SUFFIX = ".mq5"
_DEPOSIT = re.compile(r"^//\| Deposit +(\S.*?)\s*$", re.MULTILINE)  # in a header
_ROUNDING = 1e-9  # of a sum of weights
MODES: tuple[Mode, Mode] = ("open-prices", "m1-ohlc")


@dataclass(frozen=True, slots=True)
class Subject:
    """An Expert Advisor to verify.

    name: As people call it. text: Its source. strategy: What it says it trades, with the values of
    its inputs. notes: What its user should know of it, such as edited inputs. changed: Its code is
    not as it was emitted.
    """

    name: str
    text: str
    strategy: Strategy
    notes: tuple[str, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class PortfolioSubject:
    """A portfolio EA to verify: its parts and the capital they share, 0 for the deposit."""

    name: str
    text: str
    parts: tuple[Part, ...]
    capital: float
    notes: tuple[str, ...] = ()
    changed: bool = False


def subject(path: Path, market: Market, values: dict[str, str] | None = None) -> Subject:
    """Return the Expert Advisor of a source file, or of a strategy file as `genfx export` emits it.

    Args:
        values: Inputs by name that replace those of the text, as a .set file has them.
    Raises:
        GenfxError: The file is none of ours, an input is unknown or has no usable value.
    """
    place = str(path)
    if path.suffix.lower() == SOURCE_SUFFIX:
        text = decoded_source(read_whole(path), place)
    else:
        place += " as emitted"  # whose header is a text, whatever form the file has
        stated = EmitFacts(symbol=market.bars.symbol, timeframe=market.bars.timeframe)
        text = emit_mql5(with_inputs(load_strategy(path)), stated)
    if values:
        text = with_input_values(text, values)
    return expert_subject(text, place)


def emitted_subject(strategy: Strategy, stated: EmitFacts) -> Subject:
    """Return the Expert Advisor of a strategy as it is emitted."""
    name = strategy.title or strategy.strategy_id[:8]
    return Subject(name, emit_mql5(strategy, stated), strategy)


def expert_subject(text: str, path: str) -> Subject:
    """Return the Expert Advisor of a source text."""
    if is_portfolio(text):
        raise DataError(
            f"{path}: is a portfolio of several strategies",
            hint="`genfx verify FILE.mq5` replays it, --data and --config say on what",
        )
    read = read_expert(text, path)
    _refuse_shift(read.server_shift, path)
    name = read.strategy.title or read.strategy.strategy_id[:8]
    notes = _notes(read.edits, read.changed)
    return Subject(name, text, read.strategy, notes, bool(read.changed))


def portfolio_subject(path: Path, values: dict[str, str] | None = None) -> PortfolioSubject | None:
    """Return the portfolio EA of a source file, None where it holds no such.

    Args:
        values: Inputs by name that replace those of the text, as a .set file has them.
    Raises:
        GenfxError: An input is unknown, has no usable value, or the file cannot be read.
    """
    if path.suffix.lower() != SOURCE_SUFFIX:
        return None
    text = decoded_source(read_whole(path), str(path))
    if not is_portfolio(text):
        return None
    if values:
        text = with_input_values(text, values)
    read = read_portfolio(text, str(path))
    _refuse_shift(read.server_shift, str(path))
    notes = _notes(read.edits, read.changed)
    if weights := excess_weight(part.weight for part in read.parts):
        notes = (*notes, f"{weights}: more is traded than the capital")
    return PortfolioSubject(path.name, text, read.parts, read.capital, notes, bool(read.changed))


def excess_weight(weights: Iterable[float]) -> str:
    """Return what the weights of a portfolio's parts are together, "" up to 1."""
    whole = sum(weights)
    return f"the weights are together {whole:g}" if whole > 1 + _ROUNDING else ""


def _refuse_shift(hours: int, path: str) -> None:
    if hours:
        raise DataError(
            f"{path}: ServerShift = {hours}: its clock is not that of the bars",
            hint="verify with ServerShift = 0",
        )


def _notes(edits: Iterable[Edit], changed: str) -> tuple[str, ...]:
    notes = [f"{edit.name} = {edit.value} (emitted: {edit.emitted})" for edit in edits]
    return (*notes, changed) if changed else tuple(notes)


def with_input_values(text: str, values: dict[str, str]) -> str:
    """Return the source of an Expert Advisor with other values of its inputs.

    Raises:
        ConfigError: It has no input of such a name.
    """
    lines, left = text.split("\n"), dict(values)
    names = []
    for number, line in enumerate(lines):
        found = input_line(line)
        if found is None:
            continue
        names.append(found["name"])
        if found["name"] in left:
            value = left.pop(found["name"])
            literal = mql5_string(value) if found["type"] == "string" else value
            row, (start, end) = found.string, found.span("value")
            lines[number] = f"{row[:start]}{literal}{row[end:]}"
    for name in left:
        raise ConfigError(f"the Expert Advisor has no input {name}", hint=did_you_mean(name, names))
    return "\n".join(lines)


def tester_mode(market: Market, mode: str) -> Market:
    """Return the market as a mode of MetaTrader's tester plays it.

    With one-minute bars it is known which of two levels a bar touched first.

    Raises:
        ConfigError: The mode needs finer bars, and there are none.
    """
    if mode == MODES[0]:
        return market
    if market.finer is None:
        raise ConfigError("--mode m1-ohlc needs bars of one minute", hint="give them with --finer")
    return replace(market, costs=replace(market.costs, both_touched="finer"))


def deposit_note(text: str, market: Market) -> str:
    """Return what account the header of an Expert Advisor states where it is tested on another."""
    found = _DEPOSIT.search(text)
    here = deposit_text(market.account)
    if found is None or found[1] == here:
        return ""
    return f"its header states {found[1]}, this replay has {here}; --config names the account"


def finer_note(market: Market) -> str:
    """Return how many bars the one-minute bars do not make up, "" where they make up all."""
    if market.finer is None:
        return ""
    bars, made = market.bars, resampled(market.finer, market.bars.timeframe)
    window = np.arange(market.first, market.end)
    rows = np.searchsorted(made.time, bars.time[window]).clip(max=len(made) - 1)
    same = made.time[rows] == bars.time[window]
    for name in ("open", "high", "low", "close"):
        same &= getattr(made, name)[rows] == getattr(bars, name)[window]
    wrong = int((~same).sum())
    if not wrong:
        return ""
    return (
        f"the bars of one minute do not make up {wrong:,} of the {len(window):,} bars tested: the "
        "tester builds its bars of them, so indicators differ; make the bars of them as well, with "
        "`genfx data resample`"
    )


def set_values(path: Path) -> dict[str, str]:
    """Return the inputs of a .set file: the value of each, without its range."""
    return parse_set(read_whole(path), str(path)).values
