"""What a random case holds, as words, so that a proof can say what it has met and what never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from backtest.result import CloseReason, Deals
from codegen.host.script import Script
from codegen.verify.cases import Case
from codegen.verify.compare import reason_word
from codegen.verify.faults import all_script_words, script_words
from dsl.nodes.expert import EXPERT
from dsl.nodes.timeframe import ALIGN
from dsl.registry import node_types
from dsl.strategy import Strategy
from dsl.timeframes import shown

Feature = tuple[str, str]  # group, what
NODE, CLOSED_BY, FAULT, RULE = "node type", "closed by", "fault", "rule"
GROUPS = ("symbol", "bars", "account", "mode", "fills", "costs", RULE, CLOSED_BY, FAULT, NODE)


def features(case: Case, deals: Deals, met: Script) -> tuple[Feature, ...]:
    """Return what a case holds and what became of it, each thing once.

    Args:
        met: What of its script came about: an answer to a request that never came is none.
    """
    reasons = sorted(set(deals.reason[deals.entry == 0].tolist()))
    found = [
        *_market(case),
        *((RULE, word) for word in _rules(case.strategy)),
        *((CLOSED_BY, reason_word(reason)) for reason in reasons),
        *((FAULT, word) for word in script_words(met)),
        *((NODE, current.type.name) for current in case.strategy.order),
    ]
    return tuple(dict.fromkeys(found))


def counted(cases: Iterable[Iterable[Feature]]) -> dict[str, dict[str, int]]:
    """Return how many cases hold each thing, by group; 0 for a known thing that none holds."""
    found = {group: Counter[str]() for group in GROUPS}
    found[NODE].update({node_type.name: 0 for node_type in node_types()})
    found[CLOSED_BY].update({reason_word(r): 0 for r in CloseReason if r != CloseReason.ENTRY})
    found[FAULT].update(dict.fromkeys(all_script_words(), 0))
    found[RULE].update(dict.fromkeys((*_PORTS, *_PARAMS), 0))
    for held in cases:
        for group, what in held:
            found[group][what] += 1
    return {group: dict(sorted(counts.items())) for group, counts in found.items()}


def never_met(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return what is known of and held by no case, with its group."""
    return [
        f"{group} {what}" for group in GROUPS for what, count in counts[group].items() if not count
    ]


_PORTS = tuple(port.name.replace("_", " ") for port in EXPERT.inputs if port.name != "size")
_PARAMS = tuple(param.name.replace("_", " ") for param in EXPERT.params)


def _market(case: Case) -> Iterator[Feature]:
    market = case.market
    symbol, costs = market.symbol, market.costs
    tick = f", tick {symbol.tick_points} points" if symbol.tick_points > 1 else ""
    yield "symbol", f"{symbol.name}, {symbol.digits} digits{tick}"
    yield "symbol", f"margin {symbol.margin_mode}"
    if market.conversion is not None:
        yield "symbol", f"converted, {'inverse' if market.conversion_inverse else 'direct'}"
    yield "bars", shown(market.bars.timeframe)
    yield "bars", "nasty" if market.bars.tick_volume.max() < 1000 else "real"
    yield "account", market.account.mode
    yield "account", f"stop-out at {market.account.stop_out:g} %"
    yield "mode", case.mode
    yield "fills", costs.both_touched
    yield "fills", f"gap {costs.gap}"
    charged = {
        "commission": costs.commission,
        "slippage": costs.slippage,
        "fixed tick value": costs.tick_value,
        "stops level": symbol.stops_level,
        f"swap {symbol.swap_mode}": True,
    }
    yield from (("costs", word) for word, there in charged.items() if there)


def _rules(strategy: Strategy) -> Iterator[str]:
    """Return the ports, account rules, size and larger bars in use."""
    for port, child in zip(EXPERT.inputs, strategy.expert.inputs, strict=True):
        if child is not None:
            yield f"size {child.type.name}" if port.name == "size" else port.name.replace("_", " ")
    for param in EXPERT.params:
        if strategy.rule(param.name) != param.default:
            yield param.name.replace("_", " ")
    yield "inputs" if strategy.inputs else "no inputs"
    for current in strategy.order:
        if current.type is ALIGN:
            child = current.inputs[0]
            assert child is not None
            yield f"larger bars {shown(child.timeframe)}"
