"""The figures of a test under the names that MetaTrader's tester report gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from backtest.metrics import Report

_Text = Callable[[Report], str]
_NO_CENTS = 100_000.0  # from here on


class Figure(NamedTuple):
    """A line of the report: its label, whether it is money of the deposit, its text."""

    label: str
    money: bool
    text: _Text


def amount(value: float) -> str:
    """Return money; cents are left out where nobody reads them.

    >>> amount(-1234.5), amount(1_234_567.89)
    ('-1,234.50', '1,234,568')
    """
    return f"{value:,.2f}" if abs(value) < _NO_CENTS else f"{value:,.0f}"


def _money(label: str, text: Callable[[Report], float]) -> Figure:
    return Figure(label, True, lambda r: amount(text(r)))


def _plain(label: str, text: _Text) -> Figure:
    return Figure(label, False, text)


def duration(seconds: float) -> str:
    """Return hours and minutes.

    >>> duration(95_460)
    '26:31 hours'
    """
    return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02} hours"


def _profit_factor(found: Report) -> str:
    whole = f"{found.profit_factor:.2f}"
    return f"{whole} (cap)" if found.profit_factor and not found.gross_loss else whole


def _recovery_factor(found: Report) -> str:
    """Return the factor; a balance that never fell has none, and MetaTrader's figure is 0 then."""
    fell = found.balance_drawdown or not found.net_profit
    return f"{found.recovery_factor:.2f}" if fell else "no drawdown"


PROFITS = (
    _money("Total net profit", lambda r: r.net_profit),
    _money("Gross profit", lambda r: r.gross_profit),
    _money("Gross loss", lambda r: r.gross_loss),
    _money("Commission", lambda r: r.commission),
    _money("Swap", lambda r: r.swap),
    _plain("Profit factor", _profit_factor),
    _money("Expected payoff", lambda r: r.expected_payoff),
    _plain("Recovery factor", _recovery_factor),
    _plain("Sharpe ratio (trades)", lambda r: f"{r.sharpe_trades:.2f}"),
    _plain("Sharpe ratio (bars, year)", lambda r: f"{r.sharpe_bars:.2f}"),
    _plain("Stability of the balance", lambda r: f"{r.stability:.3f}"),
    _plain("AHPR", lambda r: f"{r.ahpr:.4f} ({100 * (r.ahpr - 1):.2f}%)"),
    _plain("GHPR", lambda r: f"{r.ghpr:.4f} ({100 * (r.ghpr - 1):.2f}%)"),
    _plain("Z-score", lambda r: f"{r.z_score:.2f} ({r.z_probability:.2f}%)"),
    _plain("LR correlation", lambda r: f"{r.regression_correlation:.2f}"),
    _money("LR standard error", lambda r: r.regression_error),
)
DRAWDOWNS = (
    _money("Balance drawdown absolute", lambda r: r.balance_drawdown_absolute),
    Figure(
        "Balance drawdown maximal",
        True,
        lambda r: f"{amount(r.balance_drawdown)} ({r.balance_drawdown_percent:.1f}%)",
    ),
    _plain(
        "Balance drawdown relative",
        lambda r: (
            f"{r.balance_drawdown_relative:.1f}% ({amount(r.balance_drawdown_relative_money)})"
        ),
    ),
    _money("Equity drawdown absolute", lambda r: r.equity_drawdown_absolute),
    Figure(
        "Equity drawdown maximal",
        True,
        lambda r: f"{amount(r.equity_drawdown)} ({r.equity_drawdown_percent:.1f}%)",
    ),
    _plain(
        "Equity drawdown relative",
        lambda r: f"{r.equity_drawdown_relative:.1f}% ({amount(r.equity_drawdown_relative_money)})",
    ),
)
TRADES = (
    _plain("Total trades", lambda r: f"{r.trades} ({r.deals} deals)"),
    _plain("Long trades (won)", lambda r: f"{r.long_trades} ({r.long_won_percent:.1f}%)"),
    _plain("Short trades (won)", lambda r: f"{r.short_trades} ({r.short_won_percent:.1f}%)"),
    _plain("Profit trades", lambda r: f"{r.profit_trades} ({r.won_percent:.1f}%)"),
    _plain("Loss trades", lambda r: f"{r.loss_trades} ({_lost(r):.1f}%)"),
    _money("Largest profit trade", lambda r: r.largest_profit),
    _money("Largest loss trade", lambda r: r.largest_loss),
    _money("Average profit trade", lambda r: r.average_profit),
    _money("Average loss trade", lambda r: r.average_loss),
    Figure("Most wins in a row", True, lambda r: f"{r.max_wins} ({amount(r.max_wins_money)})"),
    Figure(
        "Most losses in a row", True, lambda r: f"{r.max_losses} ({amount(r.max_losses_money)})"
    ),
    Figure(
        "Best row of wins",
        True,
        lambda r: f"{amount(r.max_win_streak_money)} ({r.max_win_streak_trades})",
    ),
    Figure(
        "Worst row of losses",
        True,
        lambda r: f"{amount(r.max_loss_streak_money)} ({r.max_loss_streak_trades})",
    ),
    _plain("Mean row of wins", lambda r: f"{r.average_wins:.1f}"),
    _plain("Mean row of losses", lambda r: f"{r.average_losses:.1f}"),
    _plain("Shortest holding", lambda r: duration(r.holding_min_s)),
    _plain("Average holding", lambda r: duration(r.holding_average_s)),
    _plain("Longest holding", lambda r: duration(r.holding_max_s)),
    _plain("Time in the market", lambda r: f"{r.exposure:.2f}%"),
    _plain("MFE correlation", lambda r: f"{r.correlation_profit_mfe:.2f}"),
    _plain("MAE correlation", lambda r: f"{r.correlation_profit_mae:.2f}"),
    _plain("MFE-MAE correlation", lambda r: f"{r.correlation_mfe_mae:.2f}"),
)


def _lost(report: Report) -> float:
    return 100.0 - report.won_percent if report.trades else 0.0


def label(figure: Figure, currency: str) -> str:
    """Return the label of a figure with the currency of its money."""
    return f"{figure.label}, {currency}" if figure.money else figure.label


def lines(figures: tuple[Figure, ...], report: Report) -> list[tuple[str, str]]:
    """Return label and text of figures."""
    return [(figure.label, figure.text(report)) for figure in figures]
