"""Values as MQL5 source text, and the Jinja environment of the MQL5 templates."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import jinja2

import templates
from dsl.errors import CodegenError
from dsl.params import ParamValue
from dsl.timeframes import CHART, shown

LONGEST_NAME = 63  # MetaTrader's limit for the name of an input

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def mql5_double(value: float) -> str:
    """Return the shortest decimal literal that reads back as exactly this double.

    Raises:
        CodegenError: The value is not finite.
    """
    number = float(value)
    if not math.isfinite(number):
        raise CodegenError(f"{value!r} cannot be written as an MQL5 number")
    return repr(number)


def mql5_string(text: str) -> str:
    """Return a quoted MQL5 string literal; what is not printable ASCII becomes \\xHHHH."""
    return '"' + "".join(_character(c) for c in text) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\x{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))


def mql5_literal(value: ParamValue) -> str:
    """Return a parameter value as a literal of the MQL5 type that fits it."""
    if isinstance(value, str):
        return mql5_string(value)
    return str(value) if isinstance(value, int) else mql5_double(value)


def comment_line(text: str) -> str:
    """Return text for a // comment: one line, and no backslash that would join the next line."""
    return " ".join(text.split()).rstrip("\\ ")


def pascal_case(name: str) -> str:
    """Return a name of the strategy language in the spelling of MQL5: fast_period, FastPeriod."""
    words = [word for word in re.split(r"[^0-9A-Za-z]+", name) if word]
    return "".join(word[0].upper() + word[1:] for word in words)


@cache
def environment() -> jinja2.Environment:
    """Return the environment of templates/mql5."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    found.filters.update(mql5_double=mql5_double, mql5_string=mql5_string)
    return found


def folder() -> Path:
    """Return the folder of the MQL5 templates."""
    return Path(templates.__file__).parent / "mql5"


def bar_index(row: str, shift: str, older: int) -> str:
    """Return the index of a bar or row: numbers are added up, symbols written out."""
    number = older
    parts = []
    for text in (row, shift):
        if text.isdigit():
            number += int(text)
        else:
            parts.append(text)
    if number or not parts:
        parts.append(str(number))
    return " + ".join(parts)


def period(timeframe: int) -> str:
    """Return the constant of a timeframe: _Period for the chart's, PERIOD_H4."""
    return f"PERIOD_{shown(timeframe)}" if timeframe else "_Period"


def bars_in(timeframe: int) -> str:
    """Return how many bars of the chart a larger bar holds at most."""
    return f"BarsIn({period(timeframe)})"


def local(name: str, timeframe: int) -> str:
    """Return a variable of a timeframe: rates for the chart's bars, rates_h4."""
    return f"{name}_{shown(timeframe).lower()}" if timeframe else name


def suffix(timeframe: int) -> str:
    """Return what names of a timeframe end in: nothing for the chart's, H4."""
    return shown(timeframe) if timeframe else ""


def bar_field(name: str, index: str, timeframe: int = CHART) -> str:
    """Return a field of a bar as the strategy sees it: its own clock, the spread resolved."""
    if name == "time":
        # Times need no warm-up: the oldest bar of all is its own predecessor.
        older = index.isdigit() and index != "0"
        row = f"MathMin({index}, ArraySize(rates) - 1)" if older else index
        return f"StrategyTime(rates[{row}].time)"
    if name == "spread":
        return f"BarSpread(rates, {index})"
    return f"{local('rates', timeframe)}[{index}].{name}"
