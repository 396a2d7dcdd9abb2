"""Why two sides part at a bar: the first thing that is not the same, in the order of a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from backtest.result import CloseReason, Deal
from codegen.verify.compare import MISSING, reason_word
from codegen.verify.evidence import READY, Evidence
from dsl.kinds import SIGNAL
from dsl.nodes.expert import DISTANCE_PORTS
from dsl.text.printer import format_expression


class Cause(StrEnum):
    """Classes of causes, in the order in which they are looked for."""

    DATA = "data"
    WARM_UP = "warm-up"
    INDICATOR = "indicator value"
    SIGNAL = "signal"
    PRICE = "price normalisation"
    LOTS = "lots"
    FILL = "fill"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cause and the sentence that says what differs, with both values."""

    cause: Cause
    text: str


_BY_BROKER = (CloseReason.STOP_LOSS, CloseReason.TAKE_PROFIT, CloseReason.STOP_OUT, CloseReason.END)
_FIELD_CAUSE = {
    "lots": Cause.LOTS,
    "price": Cause.FILL,
    "stop": Cause.PRICE,
    "target": Cause.PRICE,
    "profit": Cause.COST,
    "commission": Cause.COST,
    "swap": Cause.COST,
    "balance": Cause.COST,
}
_SAID = (  # in the journal, and what it means for the cause
    ("volume", Cause.LOTS),
    ("lots", Cause.LOTS),
    ("loss per lot", Cause.LOTS),
    ("no money", Cause.LOTS),
    ("not enough money", Cause.LOTS),
    ("no room", Cause.PRICE),
    ("stops", Cause.PRICE),
    ("price", Cause.PRICE),
)
_UNREAD = "not ready"  # of data, in the journal
_VALUE_SLACK = 1e-9  # relative, as indicators agree after their warm-up


def verdict(found: Evidence) -> Verdict:
    """Return the class of the cause, and what differs."""
    steps = (_data, _warm_up, _value, _decision)
    known = (step(found) for step in steps)
    return next((answer for answer in known if answer is not None), None) or _deal(found)


def _data(found: Evidence) -> Verdict | None:
    if found.problem:
        return Verdict(Cause.DATA, f"the Expert Advisor did not run: {found.problem}")
    if READY not in found.replayed.decision and any(_UNREAD in line for line in found.journal):
        return Verdict(
            Cause.DATA, f"the Expert Advisor could not read its data{_said(found.journal)}"
        )
    return None


def _warm_up(found: Evidence) -> Verdict | None:
    if not found.replayed.decision and not found.replayed.values:
        return None  # nothing was asked of this bar
    ready, wanted = found.replayed.decision.get(READY, 0.0) > 0, found.row >= found.warmup
    if ready == wanted:
        return None
    return Verdict(
        Cause.WARM_UP,
        f"the Expert Advisor is {'ready' if ready else 'not ready'} after {found.row} bars; the "
        f"engine's warm-up is {found.warmup} bars",
    )


def _value(found: Evidence) -> Verdict | None:
    """Return the first node in topological order whose values differ."""
    one, other = found.expected.values, found.replayed.values
    for step in found.steps:
        if found.row < step.warmup or step.name not in one or step.name not in other:
            continue
        if not same_value(one[step.name], other[step.name]):
            is_signal = step.node.kind == SIGNAL
            text = f"{step.name}, {format_expression(step.node)}: " + _both(
                one[step.name], other[step.name]
            )
            return Verdict(Cause.SIGNAL if is_signal else Cause.INDICATOR, text)
    return None


def same_value(one: float, other: float) -> bool:
    """Return whether two values are the same to 1e-9, relative above 1."""
    return abs(one - other) <= _VALUE_SLACK * max(1.0, abs(one), abs(other))


def _decision(found: Evidence) -> Verdict | None:
    one, other = found.expected.decision, found.replayed.decision
    for name in one:
        if name in other and name != READY and not same_value(one[name], other[name]):
            text = f"{name.replace('_', ' ')}: {_both(one[name], other[name])}"
            return Verdict(Cause.INDICATOR if name in DISTANCE_PORTS else Cause.SIGNAL, text)
    return None


def _deal(found: Evidence) -> Verdict:
    """Return the cause where both sides wanted the same and did something else."""
    difference = found.difference
    one, other, field = difference.expected, difference.replayed, difference.field
    if one is not None and other is not None and field in _FIELD_CAUSE:
        values = _both(getattr(one, field), getattr(other, field))
        return Verdict(_FIELD_CAUSE[field], f"{_deal_name(one)}, {field}: {values}")
    engine_did = [deal for deal in found.expected.deals if not _at_end(deal)]
    replay_did = [deal for deal in found.replayed.deals if not _at_end(deal)]
    lone = next(_unmatched(engine_did, replay_did), None)
    if lone is not None:
        return _one_sided(found, lone, by="the engine", not_by="the Expert Advisor")
    lone = next(_unmatched(replay_did, engine_did), None)
    if lone is not None:
        return _one_sided(found, lone, by="the Expert Advisor", not_by="the engine")
    what = "the order of deals" if field == MISSING else field
    return Verdict(Cause.FILL, f"{what} differs{_said(found.journal)}")


def _one_sided(found: Evidence, deal: Deal, *, by: str, not_by: str) -> Verdict:
    journal = " ".join(found.journal).lower()
    text = f"{by} has an {_deal_name(deal)}, {not_by} has not{_said(found.journal)}"
    if not deal.entry and deal.reason in _BY_BROKER:
        return Verdict(Cause.FILL, text)
    if (deal.entry and "no entry" in journal) or "failed to" in journal:
        for word, cause in _SAID:
            if word in journal:
                return Verdict(cause, text)
    return Verdict(Cause.SIGNAL, text)


def _unmatched(some: list[Deal], others: list[Deal]) -> Iterator[Deal]:
    """Yield the deals of one side that the other side has no like of."""

    def like(deal: Deal) -> tuple[int, int, int]:
        return deal.entry, deal.side, deal.reason

    known = [like(deal) for deal in others]
    return (deal for deal in some if like(deal) not in known)


def _at_end(deal: Deal) -> bool:
    return deal.reason == CloseReason.END


def _deal_name(deal: Deal) -> str:
    side = "long" if deal.side > 0 else "short"
    if deal.entry:
        return f"entry {side}"
    return f"exit {side} ({reason_word(deal.reason)})"


def _both(one: float, other: float) -> str:
    return f"engine {one:.10g}, Expert Advisor {other:.10g}"


def _said(journal: tuple[str, ...]) -> str:
    return f"; its journal: {' | '.join(journal)}" if journal else ""
