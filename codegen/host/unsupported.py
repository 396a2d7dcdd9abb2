"""What MQL5 has and the host does not execute: told by name, with what there is instead."""

from __future__ import annotations

from codegen.host.scope import Refused
from codegen.host.values import Place

_PENDING = (
    "pending orders are not executed by the host",
    "it executes market orders: TRADE_ACTION_DEAL and TRADE_ACTION_SLTP, or Buy, Sell, "
    "PositionOpen, PositionModify, PositionClose of CTrade",
)
_TIMER = (
    "timers are not executed by the host",
    "it calls OnInit, OnTick, OnTrade, OnTester and OnDeinit; look at TimeCurrent in OnTick",
)
_HANDLER = "it calls OnInit, OnTick, OnTrade, OnTester and OnDeinit"
_CONSTANTS = {
    name: _PENDING
    for name in ("TRADE_ACTION_PENDING", "TRADE_ACTION_MODIFY", "TRADE_ACTION_REMOVE")
}
_FUNCTIONS = {
    "EventSetTimer": _TIMER,
    "EventSetMillisecondTimer": _TIMER,
    "OrderSendAsync": ("OrderSendAsync is not executed by the host", "use OrderSend"),
}
_METHODS = {
    name: _PENDING
    for name in (
        *("BuyLimit", "BuyStop", "SellLimit", "SellStop"),
        *("OrderOpen", "OrderModify", "OrderDelete"),
    )
}
_HANDLERS = frozenset(
    """
    OnTimer OnTradeTransaction OnBookEvent OnCalculate OnStart OnTesterInit OnTesterDeinit
    OnTesterPass
    """.split()  # noqa: SIM905 - a list of words
)


def check_constant(name: str, at: Place) -> None:
    """Refuse a constant that asks for what the host does not execute."""
    if name in _CONSTANTS:
        raise Refused(at, *_CONSTANTS[name])


def check_function(name: str, at: Place) -> None:
    """Refuse a function of MQL5 that the host does not execute."""
    if name in _FUNCTIONS:
        raise Refused(at, *_FUNCTIONS[name])


def check_method(owner: str, name: str, at: Place) -> None:
    """Refuse a method of CTrade that the host does not execute."""
    if owner == "CTrade" and name in _METHODS:
        raise Refused(at, *_METHODS[name])


def check_handler(name: str, at: Place) -> None:
    """Refuse an event handler that would never be called."""
    if name == "OnTimer":
        raise Refused(at, *_TIMER)
    if name in _HANDLERS:
        raise Refused(at, f"{name} is not executed by the host", _HANDLER)


def check_symbol(text: str | None, at: Place) -> None:
    """Refuse the name of a symbol that is written into the program."""
    if text:
        hint = "write _Symbol, Symbol() or an empty text for the chart's; a replay has no other"
        raise Refused(at, f'"{text}": the host replays one symbol only', hint)
