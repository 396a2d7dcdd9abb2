"""The sections of a config file that say what is good: criteria, their bounds and weights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from backtest.criteria import CRITERIA
from backtest.objective import parse_goal
from dsl.errors import ConfigError
from genfx.config.sections import Section
from genfx.config.values import Count, Figure, Weight
from gp.settings import FitnessSettings

F = FitnessSettings()


class Weights(Section):
    """How much each criterion counts in the combined score."""

    net_profit: Weight = Field(default=1.0, description="weight")
    profit_factor: Weight = Field(default=1.0, description="weight")
    max_drawdown: Weight = Field(default=1.0, description="weight")
    stability: Weight = Field(default=1.0, description="weight")
    sharpe: Weight = Field(default=1.0, description="weight")


Ends = Annotated[list[Figure], Field(min_length=2, max_length=2)]
B = dict(zip(CRITERIA, (list(pair) for pair in F.bounds), strict=True))


class Bounds(Section):
    """The value of each criterion that scores 0, and the one that scores 100."""

    net_profit: Ends = Field(
        default=B["net_profit"],
        description="deposit currency; default: -20 % and 100 % of the deposit",
    )
    profit_factor: Ends = Field(
        default=B["profit_factor"], description="gross profit over gross loss"
    )
    max_drawdown: Ends = Field(
        default=B["max_drawdown"], description="percent of equity; less is better"
    )
    stability: Ends = Field(default=B["stability"], description="-1..1")
    sharpe: Ends = Field(default=B["sharpe"], description="a year")


class Fitness(Section):
    """How criteria become one score."""

    min_trades: Count = Field(default=F.min_trades, description="fewer lower the score")
    objective: str = Field(
        default="", description='a formula to maximise instead, such as "PROFIT / EQUITY_DD"'
    )
    objective_scale: Ends = Field(
        default=list(F.objective_scale),
        description="its values that score 0 and 50; more goes towards 100",
    )
    weights: Weights = Weights()
    bounds: Bounds = Bounds()

    def settings(self) -> FitnessSettings:
        """Return them as the search takes them."""
        ends = [getattr(self.bounds, name) for name in CRITERIA]
        return FitnessSettings(
            bounds=tuple((worst, best) for worst, best in ends),
            weights=tuple(getattr(self.weights, name) for name in CRITERIA),
            min_trades=self.min_trades,
            objective=self.objective,
            objective_scale=(self.objective_scale[0], self.objective_scale[1]),
        )

    @field_validator("objective")
    @classmethod
    def _formula(cls, text: str) -> str:
        if not text.strip():
            return ""
        try:
            found = parse_goal(text)
        except ConfigError as problem:
            told = "; ".join(filter(None, (problem.message, problem.hint)))
            raise ValueError(told) from None
        if "score" in found.names:
            raise ValueError("the score of an Expert Advisor is the objective itself; write it out")
        return found.text

    @field_validator("objective_scale")
    @classmethod
    def _rising(cls, scale: list[float]) -> list[float]:
        if scale[0] >= scale[1]:
            raise ValueError("the value that scores 0 is not below the one that scores 50")
        return scale
