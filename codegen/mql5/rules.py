"""The rules of the account in an emitted EA: what they close, what they forbid, what is shown.

A rule is the text of its number, "" where it is off; an input of 0 switches it off at run time.
"""

from __future__ import annotations

from collections.abc import Mapping

from codegen.mql5.sheet import Exit, Limit
from codegen.plan import Plan


def exits(plan: Plan, rules: Mapping[str, str]) -> tuple[Exit, ...]:
    """Return what closes a position, in the order of the contract."""
    ports = {name for name, _ in plan.ports}
    found = []
    if "forced_exit" in ports:
        found.append(Exit("decision.forced_exit", "session"))
    if "friday_exit" in ports:
        found.append(Exit("decision.friday_exit", "friday"))
    if rules["daily_loss"]:
        found.append(Exit("day_lost", "daily_loss"))
    if rules["drawdown_stop"]:
        found.append(Exit("drawn_down", "drawdown_stop"))
    if bars := rules["max_bars"]:
        held = f"HeldBars() >= {bars}"
        found.append(Exit(f"{bars} > 0 && {held}" if _is_input(bars) else held, "max_bars"))
    if ports & {"long_exit", "short_exit"}:
        signal = "is_long ? decision.long_exit : decision.short_exit"
        found.append(Exit(signal, "exit_signal"))
    if reverse := rules["reverse"]:
        opposite = "is_long ? enter_short : enter_long"
        switched = f"{reverse} != 0 && ({opposite})"
        found.append(Exit(switched if _is_input(reverse) else opposite, "reverse"))
    return tuple(found)


def entry_limits(rules: Mapping[str, str]) -> tuple[Exit, ...]:
    """Return the account rules that forbid an entry: when, and what it is called."""
    found = []
    if rules["daily_loss"]:
        found.append(Exit("day_lost", "daily loss"))
    if rules["drawdown_stop"]:
        found.append(Exit("drawn_down", "drawdown stop"))
    if limit := rules["trades_per_day"]:
        reached = f"EntriesToday(bar_time) >= {limit}"
        reached = f"{limit} > 0 && {reached}" if _is_input(limit) else reached
        found.append(Exit(reached, "trades per day"))
    return tuple(found)


def shown_limits(rules: Mapping[str, str]) -> tuple[Limit, ...]:
    """Return the limits that the panel shows."""
    texts = {
        "trades_per_day": ", %d entries a day",
        "daily_loss": ", daily loss %g%%",
        "drawdown_stop": ", drawdown %g%%",
    }
    return tuple(
        Limit(f"{value} > 0" if _is_input(value) else "", text, value)
        for name, text in texts.items()
        if (value := rules[name])
    )


def rule_parts(rules: Mapping[str, str], *, part: bool) -> tuple[str, ...]:
    """Return the templates that the rules need."""
    parts = ["clock"]
    if rules["trades_per_day"]:
        parts.append("trades_per_day")
    parts.append("deals")
    if part:
        parts.append("capital")
    elif rules["daily_loss"] or rules["drawdown_stop"]:
        parts.append("equity")
    if rules["daily_loss"]:
        parts += ["day_balance", "daily_loss"] if part else ["daily_loss"]
    if rules["drawdown_stop"]:
        parts += ["drawdown_stop"] if part else ["peak", "drawdown_stop"]
    return tuple(f"rules/{name}.mqh.j2" for name in parts)


def _is_input(text: str) -> bool:
    return "Inp" in text
