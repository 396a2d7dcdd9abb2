"""The sections of a config file but the search: names, units, limits, defaults.

Each field's description is its unit or meaning; error messages and the annotated example use it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    field_validator,
    model_validator,
)

from genfx.bars.sources import SAMPLE
from genfx.config.limits import MOST_COMMISSION, MOST_MONEY
from genfx.config.values import Currency, Lots, Money, NoCurrency, Points, Swap


class Section(BaseModel):
    """A part of a config: no unknown keys, no silent conversion, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Data(Section):
    """Bars, and the facts their file does not hold."""

    bars: str = Field(
        default=SAMPLE, min_length=1, description='a file of bars, or "sample" for the bundled year'
    )
    symbol: str = Field(default="", description="the symbol's name; empty: as the file says")
    digits: int = Field(
        default=-1, ge=-1, le=8, description="decimals of a price; -1: seen from prices"
    )
    timezone: str = Field(
        default="server", min_length=1, description="the clock of the bars, such as UTC+2"
    )
    conversion: str = Field(
        default="", description="bars that convert profit into the deposit currency"
    )
    conversion_inverse: bool = Field(
        default=False, description="true: those bars quote the other way"
    )
    finer: str = Field(
        default="", description="bars of a smaller timeframe, for both_touched = finer"
    )


class SymbolFacts(Section):
    """What the broker states of the symbol (MetaTrader: Market Watch, Specification)."""

    tick_points: Points = Field(default=1, ge=1, description="points: tick size")
    contract_size: float = Field(
        default=100_000.0, ge=1e-6, le=MOST_MONEY, description="units of the base currency per lot"
    )
    base_currency: NoCurrency = Field(
        default="", description="capital letters; empty: from the symbol's name"
    )
    profit_currency: NoCurrency = Field(
        default="", description="capital letters; empty: from the symbol's name"
    )
    lots_min: Lots = Field(default=0.01, description="lots")
    lots_max: Lots = Field(default=100.0, description="lots")
    lots_step: Lots = Field(default=0.01, description="lots")
    stops_level: Points = Field(default=0, description="points: least distance of stops")
    margin_mode: Literal["forex", "cfd", "futures"] = Field(
        default="forex", description="margin formula"
    )
    margin_per_lot: Money = Field(default=0.0, description="deposit currency, futures only")
    swap_mode: Literal["none", "points", "currency"] = Field(
        default="none", description="unit of swap"
    )
    swap_long: Swap = Field(
        default=0.0, description="points or deposit currency, per lot and night"
    )
    swap_short: Swap = Field(
        default=0.0, description="points or deposit currency, per lot and night"
    )
    swap_triple_day: int = Field(default=3, ge=0, le=6, description="0 Sunday .. 6 Saturday")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lots_max < self.lots_min:
            raise ValueError(
                f"lots_max = {self.lots_max:g} is below lots_min = {self.lots_min:g}; no order fits"
            )
        return self


class AccountFacts(Section):
    """The trading account."""

    deposit: float = Field(default=10_000.0, ge=0.01, le=MOST_MONEY, description="deposit currency")
    currency: Currency = Field(default="USD", description="capital letters")
    leverage: float = Field(default=100.0, ge=0.01, le=1e6, description="100 means 1:100")
    stop_out: float = Field(default=50.0, ge=0, le=100, description="percent of margin; 0: off")
    mode: Literal["hedging", "netting"] = Field(
        default="hedging", description="position accounting"
    )


class CostFacts(Section):
    """What trading costs, and how fills inside a bar are decided."""

    spread: Points = Field(default=10, description="whole points, where the bars know none")
    slippage: Points = Field(default=0, description="whole points")
    commission: float = Field(
        default=0.0, ge=0, le=MOST_COMMISSION, description="deposit currency, per lot and deal"
    )
    gap: Literal["market", "order"] = Field(
        default="market", description="where stops fill after a gap"
    )
    both_touched: Literal["pessimistic", "optimistic", "path", "finer"] = Field(
        default="pessimistic", description="which fills first when a bar touches stop and target"
    )
    tick_value: float = Field(
        default=0.0, ge=0, le=1e9, description="deposit currency; 0: computed"
    )


def _moment(value: object) -> datetime | float:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    try:
        return datetime.fromisoformat(value if isinstance(value, str) else "").replace(tzinfo=None)
    except ValueError:
        raise ValueError("wants dates such as 2017-06-01, or shares between 0 and 1") from None


def _stored(value: datetime | float) -> str | float:
    return value.isoformat() if isinstance(value, datetime) else value


Moment = Annotated[datetime | float, PlainValidator(_moment), PlainSerializer(_stored)]
Stretch = Annotated[
    list[Moment], Field(min_length=2, max_length=2, description="[from, to): dates, or shares 0..1")
]


class Spans(Section):
    """Which bars serve what. Earlier bars of the file warm indicators up."""

    in_sample: Stretch = Field(default=[0.0, 0.6], description="the search sees only these")
    gate: Stretch = Field(
        default=[0.6, 0.8], description="the robustness gate; selected on, so not unseen"
    )
    holdout: Stretch = Field(default=[0.8, 1.0], description="read once, for the final report")


class Output(Section):
    """What a run leaves behind."""

    folder: str = Field(
        default="runs/{name}", description="the run folder; {name} is the config's name"
    )
    strategies: int = Field(
        default=10, ge=1, le=100, description="how many of the best are written"
    )
    magic: int = Field(
        default=0,
        ge=0,
        lt=2**53,  # programs that read run.json as numbers keep it
        description="magic number of the first Expert Advisor; 0: each one's own, from its hash",
    )
    verify: bool = Field(
        default=True,
        description="true: replay each Expert Advisor, where there is a C++ compiler",
    )

    @field_validator("folder")
    @classmethod
    def _nameable(cls, folder: str) -> str:
        rest = folder.replace("{name}", "")
        if not folder.strip() or "{" in rest or "}" in rest or "\0" in rest:
            raise ValueError("wants the path of a folder; {name} alone may stand in braces")
        return folder
