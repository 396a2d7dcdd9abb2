"""Names of symbols: currency pairs, and the symbol that the name of a file tells."""

from __future__ import annotations

import re
from pathlib import Path

CURRENCIES = frozenset(
    (
        *("AUD", "BRL", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
        *("INR", "JPY", "MXN", "NOK", "NZD", "PLN", "RON", "RUB", "SEK", "SGD", "THB", "TRY"),
        *("USD", "ZAR"),
    )
)
_TRADED = CURRENCIES | {"XAU", "XAG", "XPT", "XPD", "BTC", "ETH"}


def is_pair(symbol: str) -> bool:
    """Tell whether a symbol is a currency pair, with or without a broker's suffix."""
    return {symbol[:3].upper(), symbol[3:6].upper()} <= CURRENCIES


def symbol_of(path: Path) -> str:
    """Return the symbol in a file name: a pair wherever it stands, else the name's first word.

    >>> symbol_of(Path("DAT_ASCII_EURUSD_M1_2017.csv.gz"))
    'EURUSD'
    >>> symbol_of(Path("us30_H1.csv"))
    'US30'
    """
    name = re.split(r"\.(?:csv|hst|txt|zip|gz)\b", path.name, flags=re.I)[0]
    for word in re.findall(r"[A-Za-z]{6,}", name):
        if {word[:3].upper(), word[3:6].upper()} <= _TRADED:
            return str(word[:6].upper())
    found = re.match(r"[A-Za-z][A-Za-z0-9.#+-]*", name)
    return found.group().upper().split(".")[0] if found else "SYMBOL"
