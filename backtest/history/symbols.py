"""Names of symbols: currency pairs, and the symbol that the name of a file tells."""

from __future__ import annotations

import re
from pathlib import Path

from dsl.errors import DataError

LONGEST = 64  # MetaTrader: 31

CURRENCIES = frozenset(
    (
        *("AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "COP", "CZK"),
        *("DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KWD"),
        *("MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD"),
        *("THB", "TRY", "TWD", "USD", "ZAR"),
    )
)
_TRADED = CURRENCIES | {"XAU", "XAG", "XPT", "XPD", "BTC", "ETH"}


def check_symbol(symbol: str, place: str) -> None:
    """Refuse a symbol that is not a short line of printable characters.

    It goes into settings of MetaTrader, where a line break would begin another setting.

    Raises:
        DataError: Naming the place and the symbol.
    """
    if not symbol.strip() or not symbol.isprintable() or len(symbol) > LONGEST:
        raise DataError(
            f"{place}: the symbol {ascii(symbol)[:80]} is no name",
            hint=f"1 to {LONGEST} printable characters, such as EURUSD.pro",
        )


def is_pair(symbol: str) -> bool:
    """Tell whether a symbol is a currency pair, with or without a broker's suffix."""
    return {symbol[:3].upper(), symbol[3:6].upper()} <= CURRENCIES


def currencies_of(symbol: str) -> tuple[str, str]:
    """Return base and profit currency as the name of a symbol tells them, "" where it does not.

    >>> currencies_of("EURUSD.pro"), currencies_of("XAUUSD"), currencies_of("QUOTED")
    (('EUR', 'USD'), ('XAU', 'USD'), ('', ''))
    """
    base, profit = symbol[:3].upper(), symbol[3:6].upper()
    return (base, profit) if base in _TRADED and profit in _TRADED else ("", "")


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
