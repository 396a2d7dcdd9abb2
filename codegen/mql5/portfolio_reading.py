"""Emitted portfolio EAs back into their parts: strategies with the inputs as they are now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from codegen.mql5.changes import BESIDE_STRATEGY, Change, with_ea_values
from codegen.mql5.facts import EmitFacts
from codegen.mql5.inputs import MAGIC, SHIFT, WEIGHT, EaInput
from codegen.mql5.portfolio import CAPITAL, Part, emit_portfolio, portfolio_inputs
from codegen.mql5.reading import (
    Declared,
    Edit,
    changed_text,
    declared_inputs,
    header_texts,
    read_value,
    same_names,
)
from dsl.errors import CodegenError
from dsl.params import ParamValue
from dsl.strategy import Strategy
from dsl.text.lower import parse

_PART = re.compile(r"Part \d+ in the language of genfx:")
_BESIDE = BESIDE_STRATEGY | {WEIGHT}


@dataclass(frozen=True, slots=True)
class ReadPortfolio:
    """What the source of an emitted portfolio EA says.

    parts: With the values, weights and magic numbers that stand in the text now. capital: What they
    share, 0 for the balance of the account. edits: Inputs whose values are not those of the
    strategies in the header. changed: What else is not as genfx wrote it, "" if nothing.
    """

    parts: tuple[Part, ...]
    capital: float
    edits: tuple[Edit, ...]
    changed: str
    server_shift: int


def is_portfolio(source: str) -> bool:
    """Return whether a text is a portfolio EA of genfx."""
    return len(_texts(source)) > 1


def read_portfolio(source: str, path: str = "") -> ReadPortfolio:
    """Return what the source of a portfolio EA that genfx emitted says.

    Raises:
        CodegenError: It is none, an input is missing, unknown or has no usable value.
        DslErrors: A strategy in its header is no strategy.
    """
    path = path or "expert"
    texts = _texts(source)
    if len(texts) < 2:
        raise CodegenError(f"{path}: holds no strategies of a portfolio in its header")
    emitted = [Part(parse(text, path), 1.0 / len(texts), 1) for text in texts]
    common, *own = portfolio_inputs(emitted, EmitFacts(), 0.0)
    declared = declared_inputs(source, path)
    every = [*common, *(entry for rows in own for entry in rows)]
    same_names(every, declared, path)
    values = {entry.name: read_value(entry, declared[entry.name], path) for entry in every}
    edits: list[Edit] = []
    parts = []
    for number, (part, rows) in enumerate(zip(emitted, own, strict=True), 1):
        strategy = _edited(part.strategy, rows, (declared, values), path, edits)
        weight, magic = values[f"P{number}_{WEIGHT}"], values[f"P{number}_{MAGIC}"]
        parts.append(Part(strategy, float(weight), int(magic)))
    return ReadPortfolio(
        parts=tuple(parts),
        capital=float(values[CAPITAL]),
        edits=tuple(edits),
        changed=changed_text(source, lambda facts: emit_portfolio(emitted, facts)),
        server_shift=int(values[SHIFT]),
    )


def _texts(source: str) -> tuple[str, ...]:
    return header_texts(source, lambda line: _PART.fullmatch(line) is not None)


def _edited(
    strategy: Strategy,
    rows: tuple[EaInput, ...],
    found: tuple[Mapping[str, Declared], Mapping[str, ParamValue]],
    path: str,
    edits: list[Edit],
) -> Strategy:
    """Return a part's strategy with the values of its inputs; note what differs."""
    declared, values = found
    changes = []
    for entry in rows:
        plain = replace(entry, name=entry.name.partition("_")[2])
        value, place = values[entry.name], declared[entry.name]
        if plain.name not in _BESIDE and value != entry.value:
            changes.append(Change(plain, value, f"{path}:{place.line}"))
            edits.append(Edit(entry.name, place.line, entry.literal, place.text))
    return with_ea_values(strategy, changes)
