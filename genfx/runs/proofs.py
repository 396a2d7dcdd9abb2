"""What a run says of the Expert Advisors it writes: each was replayed and equal, or why not."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.mql5.emit import emit_mql5
from codegen.verify.experts import CompiledExpert, compile_experts, compiler_problem
from codegen.verify.verify import verify
from dsl.errors import GenfxError
from genfx.exports import Facts, finalist_facts
from genfx.markets import span_label
from genfx.runs.finalists import Finalist, Proof

SWITCHED_OFF = "switched off by output.verify"


def proofs(finalists: Sequence[Finalist], facts: Facts, *, wanted: bool) -> tuple[Proof, ...]:
    """Return what the replay of each finalist's Expert Advisor says, on all of its spans.

    Where no compiler is found, or the host fails, the results of a search are not lost for it.
    """
    missing = compiler_problem() if wanted else SWITCHED_OFF
    if missing:
        return tuple(_unknown(missing) for _ in finalists)
    texts = [emit_mql5(f.strategy, finalist_facts(facts, f).mql5) for f in finalists]
    try:
        experts = compile_experts(texts)
    except GenfxError as error:
        return tuple(_unknown(error.message) for _ in finalists)
    return tuple(
        proof(finalist, expert, facts.mql5.data_hash)
        for finalist, expert in zip(finalists, experts, strict=True)
    )


def proof(finalist: Finalist, expert: CompiledExpert, data_hash: str) -> Proof:
    """Return what the replay of one compiled Expert Advisor on all spans says."""
    deals, names = 0, []
    for span in finalist.spans:
        name = span_label(span.span)
        try:
            found = verify(finalist.strategy, span.market, expert)
        except GenfxError as error:
            return _unknown(error.message)
        if found.divergence is not None:
            at = found.divergence
            text = f"{name}, deal {at.number + 1}: {at.verdict.cause}: {at.verdict.text}"
            return Proof(False, deals, f"DIFFERENT: {text}")
        if found.engines is not None:
            return Proof(False, deals, f"DIFFERENT: {name}: the engines disagree")
        deals += len(found.expected.deals)
        names.append(name)
    where = f"{', '.join(names)}, data {data_hash}"
    return Proof(True, deals, f"verified: {deals} deals equal ({where})")


def _unknown(why: str) -> Proof:
    return Proof(None, 0, f"not verified: {why.splitlines()[0]}")
