"""What the terminal states of symbol and account, as sections of a config, ready to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FOREX, FUTURES, CFD, CFD_INDEX, CFD_LEVERAGE, FOREX_NO_LEVERAGE = range(6)
EXCHANGE_FUTURES = 33
SWAP_OFF, SWAP_POINTS, SWAP_DEPOSIT = 0, 1, 4
HEDGING = 2
STOP_OUT_PERCENT = 0
_MARGIN = {
    FOREX: "forex",
    FOREX_NO_LEVERAGE: "forex",
    CFD: "cfd",
    CFD_INDEX: "cfd",
    CFD_LEVERAGE: "cfd",
    FUTURES: "futures",
    EXCHANGE_FUTURES: "futures",
}
_NO_LEVERAGE = {CFD, CFD_INDEX, FOREX_NO_LEVERAGE}
_SWAPS = {SWAP_OFF: "none", SWAP_POINTS: "points", SWAP_DEPOSIT: "currency"}

Section = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Facts:
    """Sections of a config by name, and what they cannot say."""

    sections: dict[str, Section]
    notes: tuple[str, ...]

    def toml(self) -> str:
        """Return the sections as TOML, the notes as comments above them."""
        lines = [f"# {note}" for note in self.notes]
        for name, values in self.sections.items():
            lines += ["", f"[{name}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        return "\n".join(lines).strip() + "\n"


def facts(symbol: Any, account: Any, bars: str) -> Facts:
    """Return the facts of a symbol and an account of the package MetaTrader5.

    Args:
        symbol: A SymbolInfo.
        account: An AccountInfo.
        bars: The file of bars that the config shall name.
    """
    notes = [
        "Stated by the terminal. It does not state commissions: see the broker's contract, and set "
        "costs.commission."
    ]
    sections: dict[str, Section] = {
        "data": {"bars": bars},
        "symbol": _symbol(symbol, notes),
        "account": _account(account, symbol, notes),
        "costs": {"spread": int(symbol.spread)},
    }
    if account.currency not in (symbol.currency_base, symbol.currency_profit):
        notes.append(
            f"Profit is in {symbol.currency_profit}, the deposit in {account.currency}: set "
            "data.conversion to bars of the pair of both."
        )
    return Facts(sections, tuple(notes))


def _symbol(symbol: Any, notes: list[str]) -> Section:
    mode = symbol.trade_calc_mode
    if mode not in _MARGIN:
        notes.append(f"Margin mode {mode} of MetaTrader is not modelled; cfd stands in its place.")
    if mode in _NO_LEVERAGE:
        notes.append("This symbol's margin takes no leverage: account.leverage is 1.")
    if symbol.swap_mode not in _SWAPS:
        notes.append(
            f"Swap mode {symbol.swap_mode} of MetaTrader is not modelled: swap is left out."
        )
    swap = _SWAPS.get(symbol.swap_mode, "none")
    found: Section = {
        "tick_points": max(1, round(symbol.trade_tick_size / symbol.point)),
        "contract_size": float(symbol.trade_contract_size),
        "base_currency": symbol.currency_base,
        "profit_currency": symbol.currency_profit,
        "lots_min": float(symbol.volume_min),
        "lots_max": float(symbol.volume_max),
        "lots_step": float(symbol.volume_step),
        "stops_level": int(symbol.trade_stops_level),
        "margin_mode": _MARGIN.get(mode, "cfd"),
    }
    if found["margin_mode"] == "futures":
        found["margin_per_lot"] = float(symbol.margin_initial)
    found["swap_mode"] = swap
    if swap != "none":
        found["swap_long"] = float(symbol.swap_long)
        found["swap_short"] = float(symbol.swap_short)
        found["swap_triple_day"] = int(symbol.swap_rollover3days)
    return found


def _account(account: Any, symbol: Any, notes: list[str]) -> Section:
    found: Section = {"currency": account.currency}
    found["leverage"] = 1.0 if symbol.trade_calc_mode in _NO_LEVERAGE else float(account.leverage)
    if account.margin_so_mode == STOP_OUT_PERCENT:
        found["stop_out"] = float(account.margin_so_so)
    else:
        notes.append(
            "The stop-out is stated in money, not in percent: account.stop_out is left out."
        )
    found["mode"] = "hedging" if account.margin_mode == HEDGING else "netting"
    return found


def _toml(value: str | float) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)
