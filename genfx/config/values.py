"""The kinds of values that keys of a config take, each with its limits."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from genfx.config.limits import MOST, MOST_MONEY, MOST_POINTS


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2,11}", text):
        raise ValueError("wants 3 to 12 letters or digits, a letter first, such as EUR")
    return text


Points = Annotated[int, Field(ge=0, le=MOST_POINTS)]
Money = Annotated[float, Field(ge=0, le=MOST_MONEY)]
Swap = Annotated[float, Field(ge=-MOST_POINTS, le=MOST_POINTS)]
Lots = Annotated[float, Field(ge=1e-8, le=1e9)]
Currency = Annotated[str, AfterValidator(_currency)]
NoCurrency = Annotated[str, AfterValidator(lambda text: text and _currency(text))]

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e9)]
Pull = Annotated[float, Field(ge=0, le=1e3)]
Figure = Annotated[float, Field(ge=-1e15, le=1e15)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Crowd = Annotated[int, Field(ge=0, le=10**6)]  # of what is kept in memory
HoldingBars = Annotated[int, Field(ge=1, le=10**6)]
