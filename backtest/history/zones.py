"""Clocks: the names a user gives them, and times moved from one to another.

A clock is "server" (nobody said which), "UTC", "UTC+2", "UTC+2 dst us" (one hour more while New
York has summer time) or "dst eu" (while Europe has), or an IANA name such as Europe/Athens.
"""

from __future__ import annotations

import re
import zoneinfo
from functools import cache

import numpy as np
import pandas as pd

from dsl.errors import DataError, did_you_mean
from dsl.jit import I64

SERVER = "server"
DST_RULES = ("none", "us", "eu")
_CLOCK = re.compile(r"(?:UTC|GMT)(?:([+-])(\d{1,2})(?::?(\d{2}))?)?(?: dst (none|us|eu))?", re.I)
# The place whose clock changes with the rule, and its hours from UTC in winter.
_RULE_PLACES = {"us": ("America/New_York", -5), "eu": ("Europe/London", 0)}


def clock_name(text: str, dst: str = "") -> str:
    """Return the one spelling of a clock.

    >>> clock_name("gmt+02:00", "eu")
    'UTC+2 dst eu'

    Args:
        text: As the user wrote it.
        dst: none, us or eu: daylight saving of a clock given as UTC and hours.
    Raises:
        DataError: There is no such clock.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None or found[0] in _places():
        return _place_name(text.strip(), dst)
    sign, hours, minutes, rule = found.groups()
    shift = (int(hours or 0) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)
    if abs(shift) > 14 * 60 or int(minutes or 0) > 59:
        raise DataError(f"clock '{text}' is no offset from UTC", hint="UTC-12 to UTC+14")
    rule = (dst or rule or "none").lower()
    if rule not in DST_RULES:
        raise DataError(f"daylight saving '{dst}' is unknown", hint="none, us or eu")
    whole, part = divmod(abs(shift), 60)
    name = f"UTC{'-' if shift < 0 else '+'}{whole}" + (f":{part:02}" if part else "")
    name = "UTC" if shift == 0 else name
    return name if rule == "none" else f"{name} dst {rule}"


def clock_options(clock: str) -> str:
    """Return the options of the command line that state a clock, given as clock_name spells it.

    >>> clock_options("UTC+2 dst us")
    '--timezone UTC+2 --server-dst us'
    """
    place, _, rule = clock.partition(" dst ")
    return f"--timezone {place} --server-dst {rule}" if rule else f"--timezone {place}"


@cache
def _places() -> set[str]:
    return zoneinfo.available_timezones() - {"UTC", "GMT"}


def _place_name(text: str, dst: str) -> str:
    if text.lower() == SERVER and not dst:
        return SERVER
    if text not in _places():
        near = did_you_mean(text, sorted(_places()))
        raise DataError(
            f"unknown clock '{text}'",
            hint=near or "allowed are UTC, UTC+2, or a name such as Europe/Athens",
        )
    if dst not in ("", "none"):
        raise DataError(
            f"{text} has daylight saving of its own",
            hint="leave out --server-dst, or state the clock as UTC+2",
        )
    return text


def to_utc(time: I64, clock: str) -> I64:
    """Return times of a clock as UTC, seconds. `clock` is as clock_name spells it, not "server"."""
    place, shift = _place_and_shift(clock)
    if not place:
        return time - shift
    local = pd.DatetimeIndex((time - shift).astype("datetime64[s]"))
    # The hour that comes twice in autumn is read as winter time, the one left out as the next.
    winter = np.zeros(len(time), np.bool_)
    known = local.tz_localize(place, ambiguous=winter, nonexistent="shift_forward")
    return _seconds(known.tz_convert(None))


def from_utc(time: I64, clock: str) -> I64:
    """Return times of UTC as times of a clock, seconds."""
    place, shift = _place_and_shift(clock)
    if not place:
        return time + shift
    known = pd.DatetimeIndex(time.astype("datetime64[s]")).tz_localize("UTC")
    return _seconds(known.tz_convert(place).tz_localize(None)) + shift


def _place_and_shift(clock: str) -> tuple[str, int]:
    """Return the place whose clock this is, and the seconds it is ahead of that place's."""
    found = _CLOCK.fullmatch(clock)
    if found is None or clock in _places():
        return clock, 0
    sign, hours, minutes, rule = found.groups()
    shift = (int(hours or 0) * 60 + int(minutes or 0)) * (-60 if sign == "-" else 60)
    if rule is None:
        return "", shift
    place, winter = _RULE_PLACES[rule]
    return place, shift - winter * 3600


def _seconds(index: pd.DatetimeIndex) -> I64:
    return index.to_numpy().astype("datetime64[s]").astype(np.int64)
