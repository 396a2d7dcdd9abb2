"""The figures of a span as text for people, and as the table of results.csv."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence

from backtest.criteria import PROFIT_FACTOR_CAP
from genfx.runs.finalists import FIGURES, Finalist, Proof, SpanResult

LABELS = {
    "net_profit": "Net profit",
    "profit_factor": "Profit factor",
    "max_drawdown": "Max drawdown",
    "stability": "Stability",
    "sharpe": "Sharpe ratio",
    "trades": "Trades",
    "ambiguous_bars": "Ambiguous bars",
    "objective": "Objective",
}
_UNITS = {"max_drawdown": " of equity", "stability": " (-1..1)", "sharpe": ", a year"}
_FORMS = {
    "net_profit": "{:.2f}",
    "profit_factor": "{:.2f}",
    "max_drawdown": "{:.2f}%",
    "stability": "{:.3f}",
    "sharpe": "{:.2f}",
    "trades": "{:.0f}",
    "ambiguous_bars": "{:.0f}",
    "objective": "{:.5g}",
}


def capped(name: str, value: float) -> bool:
    """Return whether a figure is a profit factor at its cap: nothing lost, or next to nothing."""
    return name == "profit_factor" and value >= PROFIT_FACTOR_CAP


def figure_text(name: str, value: float) -> str:
    """Return a figure as people read it.

    >>> figure_text("max_drawdown", 4.567)
    '4.57%'
    """
    if capped(name, value):
        return f"{PROFIT_FACTOR_CAP:.2f} (cap)"
    return _FORMS[name].format(value) if math.isfinite(value) else "none"


def figure_label(name: str, currency: str = "") -> str:
    """Return the label of a figure with its unit.

    >>> figure_label("net_profit", "USD")
    'Net profit, USD'
    """
    if name == "net_profit" and currency:
        return f"{LABELS[name]}, {currency}"
    return LABELS[name] + _UNITS.get(name, "")


def figure_rows(found: SpanResult) -> tuple[tuple[str, str], ...]:
    """Return label, with its unit, and text of each figure of a span."""
    currency = found.market.account.currency
    pairs = found.named.items()
    return tuple((figure_label(name, currency), figure_text(name, value)) for name, value in pairs)


# Heading and form of a figure on the screen, where three spans stand side by side.
_SHORT = {
    "net_profit": ("net profit", "{:.0f}"),
    "profit_factor": ("profit factor", "{:.2f}"),
    "max_drawdown": ("drawdown %", "{:.1f}"),
    "sharpe": ("Sharpe ratio", "{:.2f}"),
    "trades": ("trades", "{:.0f}"),
    "objective": ("objective", "{:.4g}"),
}


_LEFT_OUT = ("sharpe", "max_drawdown", "profit_factor")  # on narrow screens, in this order


Named = tuple[str, Sequence[Mapping[str, float]]]  # a strategy's name, its figures span by span


def short_table(strategies: Sequence[Named], width: int) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows for a screen of so many characters; a narrow one has fewer."""
    known = strategies[0][1][0]
    columns = {
        name: [_SHORT[name][0], *_side_by_side(strategies, name)]
        for name in _SHORT
        if name in known
    }
    names = ["strategy", *(name for name, _ in strategies)]
    for spare in _LEFT_OUT:
        wanted = sum(2 + max(map(len, cells)) for cells in (names, *columns.values())) - 2
        if wanted > width:
            columns.pop(spare)
    head, *rows = ([*cells] for cells in zip(names, *columns.values(), strict=True))
    return head, rows


def _side_by_side(strategies: Sequence[Named], name: str) -> list[str]:
    _, form = _SHORT[name]
    texts = [
        [form.format(found[name]) if math.isfinite(found[name]) else "none" for found in spans]
        for _, spans in strategies
    ]
    width = max((len(text) for cells in texts for text in cells), default=0)
    return [" ".join(f"{text:>{width}}" for text in cells) for cells in texts]


def results_csv(finalists: Sequence[Finalist], proofs: Sequence[Proof]) -> str:
    """Return the finalists with the figures of all spans side by side, one line each."""
    spans = [found.span for found in finalists[0].spans] if finalists else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = finalists[0].spans[0].named if finalists else FIGURES
    head = [f"{span}_{name}" for name in names for span in spans]
    writer.writerow(["rank", "file", "strategy_id", *head, "replay", "replay_deals", "replay_text"])
    for finalist, proof in zip(finalists, proofs, strict=True):
        columns = zip(*(found.figures for found in finalist.spans), strict=True)
        cells = [repr(round(value, 10)) for column in columns for value in column]
        replay = (proof.word, proof.deals, proof.text)
        writer.writerow(
            [finalist.rank, finalist.name, finalist.strategy.strategy_id, *cells, *replay]
        )
    return out.getvalue()
