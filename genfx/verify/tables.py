"""A verification for people and for programs: figures of both sides, deals, the divergence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from backtest.market import Market
from backtest.result import CloseReason, Deal, Deals
from backtest.timeframes import shown_time
from codegen.verify.compare import FIELDS, Difference, reason_word
from codegen.verify.evidence import Evidence, State
from codegen.verify.verify import Verification

SIDES = ("engine", "Expert Advisor")
AROUND = 2  # deals shown before the first that differs
DEAL_HEAD = ("", "time", "deal", "lots", "price", "stop", "target", "profit", "swap", "balance")


def facts(found: Verification) -> dict[str, Any]:
    """Return a verification for a program."""
    market, bars = found.market, found.market.bars
    divergence = found.divergence
    return {
        "strategy_id": found.strategy.strategy_id,
        "title": found.strategy.title,
        "symbol": bars.symbol,
        "timeframe": bars.timeframe,
        "data_hash": bars.data_hash,
        "first": int(bars.time[market.first]),
        "last": int(bars.time[market.end - 1]),
        "account": asdict(market.account),
        "costs": asdict(market.costs),
        "equal": found.holds,
        "engine": side_figures(found.expected.deals, market),
        "expert": side_figures(found.replayed.deals, market),
        "engines_differ": None if found.engines is None else _difference(found.engines),
        "divergence": None
        if divergence is None
        else {
            "deal": divergence.number + 1,
            "cause": divergence.verdict.cause.value,
            "text": divergence.verdict.text,
            **_evidence(divergence.evidence),
        },
    }


def side_figures(deals: Deals, market: Market) -> dict[str, Any]:
    """Return what one side did in all."""
    closing = deals.reason[deals.entry == 0]
    exits = {reason.name.lower(): int((closing == reason).sum()) for reason in CloseReason}
    end = float(deals.balance[-1]) if len(deals) else market.account.deposit
    return {
        "deals": len(deals),
        "trades": int((deals.entry > 0).sum()),
        "net_profit": round(end - market.account.deposit, 2),
        "profit": round(float(deals.profit.sum()), 2),
        "commission": round(float(deals.commission.sum()), 2),
        "swap": round(float(deals.swap.sum()), 2),
        "lots": round(float(deals.lots.sum()), 8),
        "exits": {name: count for name, count in exits.items() if count},
    }


def figure_rows(found: Verification) -> list[tuple[str, str, str]]:
    """Return label and both sides' figures as text."""
    sides = [side_figures(s.deals, found.market) for s in (found.expected, found.replayed)]
    money = found.market.account.currency
    labels = (
        ("Trades", "trades", ",d"),
        ("Deals", "deals", ",d"),
        ("Lots traded", "lots", ",.2f"),
        (f"Net profit, {money}", "net_profit", ",.2f"),
        (f"Profit of prices, {money}", "profit", ",.2f"),
        (f"Commission, {money}", "commission", ",.2f"),
        (f"Swap, {money}", "swap", ",.2f"),
    )
    rows = [(label, *(format(side[key], form) for side in sides)) for label, key, form in labels]
    for reason in CloseReason:
        name = reason.name.lower()
        counts = [side["exits"].get(name, 0) for side in sides]
        if any(counts):
            rows.append((f"Closed by {name.replace('_', ' ')}", *map(str, counts)))
    return [(row[0], row[1], row[2]) for row in rows]


def deal_rows(found: Verification, wanted: int) -> list[tuple[str, ...]]:
    """Return up to `wanted` deals as text; where both sides part, those of each."""
    digits = found.market.bars.digits
    one, other = list(found.expected.deals), list(found.replayed.deals)
    if found.divergence is None:
        return [deal_row(f"{n}", deal, digits) for n, deal in enumerate(one[:wanted], 1)]
    at = found.divergence.number
    start = max(0, at - min(AROUND, wanted - 1))
    rows = [deal_row(f"{n + 1}", one[n], digits) for n in range(start, at)]
    for number in range(at, start + wanted):
        for side, deals in zip(SIDES, (one, other), strict=True):
            if number < len(deals):
                rows.append(deal_row(f"{number + 1} {side}", deals[number], digits))
    return rows


def deal_row(name: str, deal: Deal, digits: int) -> tuple[str, ...]:
    """Return a deal as text, in the order of DEAL_HEAD."""
    scale = 10**digits

    def price(points: int) -> str:
        return f"{points / scale:.{digits}f}" if points else "-"

    return (
        name,
        shown_time(deal.time),
        deal_name(deal),
        f"{deal.lots:g}",
        price(deal.price),
        price(deal.stop),
        price(deal.target),
        f"{deal.profit:.2f}",
        f"{deal.swap:.2f}",
        f"{deal.balance:.2f}",
    )


def deal_name(deal: Deal) -> str:
    """Return what a deal did.

    >>> deal_name(Deal(0, 0, 1, -1, 0.1, 100, 0, 0, 0.0, 0.0, 0.0, 0, 0.0))
    'sell in'
    """
    bought = (deal.side > 0) == (deal.entry > 0)
    way = "in" if deal.entry else reason_word(deal.reason)
    return f"{'buy' if bought else 'sell'} {way}"


def state_rows(found: Verification) -> list[tuple[str, str, str]]:
    """Return what both sides knew at the bar where they part: label, engine, Expert Advisor."""
    assert found.divergence is not None
    evidence, digits = found.divergence.evidence, found.market.bars.digits
    sides = (evidence.expected, evidence.replayed)
    rows = [
        ("position", *(_position(side, digits) for side in sides)),
        ("balance", *(f"{side.balance:.2f}" for side in sides)),
    ]
    for label, pick in (("decision", _decided), ("value", _computed)):
        both = [pick(side) for side in sides]
        names = [name for name in both[0] if name in both[1]]
        rows += [(f"{label} {name}", *(f"{b[name]:.10g}" for b in both)) for name in names]
    deals = [", ".join(deal_name(deal) for deal in side.deals) or "none" for side in sides]
    rows.append(("deals of the bar", *deals))
    return [(row[0], row[1], row[2]) for row in rows]


def _decided(side: State) -> Mapping[str, float]:
    return {name.replace("_", " "): value for name, value in side.decision.items()}


def _computed(side: State) -> Mapping[str, float]:
    return side.values


def _position(side: State, digits: int) -> str:
    held = side.position
    if held is None:
        return "flat"
    row = deal_row("", held, digits)
    way = "long" if held.side > 0 else "short"
    return f"{way} {row[3]} at {row[4]}, stop {row[5]}, target {row[6]}"


def equity_lines(found: Verification) -> Sequence[tuple[str, list[float]]]:
    """Return the equity of both sides at the close of each bar of the window."""
    equity = (found.expected.equity, found.replayed.equity)
    return [(name, line.tolist()) for name, line in zip(SIDES, equity, strict=True)]


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "deal": found.number + 1,
        "field": found.field,
        "reference": _deal(found.expected),
        "fast": _deal(found.replayed),
    }


def _evidence(found: Evidence) -> dict[str, Any]:
    return {
        "bar": found.row + 1,
        "time": found.time,
        "bid": found.bid,
        "ask": found.ask,
        "field": found.difference.field,
        "journal": list(found.journal),
        "engine": _state(found.expected),
        "expert": _state(found.replayed),
    }


def _state(side: State) -> dict[str, Any]:
    return {
        "values": dict(side.values),
        "decision": dict(side.decision),
        "position": _deal(side.position),
        "balance": side.balance,
        "deals": [_deal(deal) for deal in side.deals],
    }


def _deal(deal: Deal | None) -> dict[str, Any] | None:
    return None if deal is None else {name: getattr(deal, name) for name in FIELDS}
