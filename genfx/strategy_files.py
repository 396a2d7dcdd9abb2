"""Strategies in files: text (.strat), a pair of formulas (.formula), boxes and wires (.json)."""

from __future__ import annotations

from pathlib import Path

from dsl.boxes import SUFFIX as BOXES
from dsl.boxes import parse_boxes
from dsl.errors import DataError, UnknownName, did_you_mean
from dsl.layout import Drawing
from dsl.node import Node
from dsl.strategy import Strategy, resolved_part
from dsl.text.definitions import check_library
from dsl.text.formula_file import SUFFIX as FORMULAS
from dsl.text.lower import parse

# files that stand beside a strategy: what one is, and where it belongs
_BARS = ("bars", "--data {path}")
_OTHERS = {
    ".toml": ("a config", "--config {path}"),
    ".npz": _BARS,
    ".csv": _BARS,
    ".hst": _BARS,
    ".set": ("values of inputs", "--set {path}"),
    ".mqh": (
        "an include file for MetaTrader",
        "the text in its header is one: put it into a .strat",
    ),
}


def load_strategy(path: Path) -> Strategy:
    """Return the strategy of a file; its name's end says which form it has.

    Raises:
        DataError: The file cannot be read.
        DslErrors: All that is wrong in it, with file and place.
    """
    return load_drawing(path).strategy


def load_drawing(path: Path) -> Drawing:
    """Return the strategy of a file, with the ids and places that boxes have in it."""
    text = read_text(path)
    if _form(path) == BOXES:
        return parse_boxes(text, str(path))
    return Drawing(parse(text, str(path)))


def named_node(strategy: Strategy, name: str) -> Node:
    """Return what a name of the strategy stands for, its inputs replaced by their values.

    Raises:
        UnknownName: The strategy names no such expression.
    """
    named = dict(strategy.labels)
    if name not in named:
        hint = did_you_mean(name, named) or f"it names {', '.join(named) or 'nothing'}"
        raise UnknownName(f"the strategy names no '{name}'", hint=hint)
    return resolved_part(strategy, named[name])


def load_library(path: Path) -> tuple[str, ...] | None:
    """Return the names that a file defines for others, None where it is a strategy."""
    return None if _form(path) in {BOXES, FORMULAS} else check_library(read_text(path), str(path))


def load_layout_text(path: Path) -> str:
    """Return the text of a file whose layout can be put in order: .strat, or a library."""
    form = _form(path)
    if form == BOXES:
        raise DataError(f"{path}: boxes have no layout of lines", hint="`genfx export --to json`")
    if form == FORMULAS:
        raise DataError(f"{path}: formulas are left as written", hint="`genfx export --to strat`")
    return read_text(path)


def _free(expert: Path) -> Path:
    """Return a name of a strategy file beside an Expert Advisor that is no file yet, if it can."""
    beside = expert.with_suffix(".strat")
    return expert.with_name(f"{expert.stem}_imported.strat") if beside.exists() else beside


def read_text(path: Path) -> str:
    """Return the text of a file, or raise what the user can mend."""
    if _form(path) == ".mq5":
        raise DataError(
            f"{path}: an Expert Advisor is no strategy",
            hint=f"`genfx import {path} --out {_free(path)}` gives back the one in it",
        )
    if _form(path) in _OTHERS:
        what, hint = _OTHERS[_form(path)]
        raise DataError(f"{path}: {what}, no strategy", hint=hint.format(path=path))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path}: is no UTF-8 text", hint="save it as UTF-8") from None
    except OSError as problem:
        raise DataError(f"{path}: cannot be read: {problem.strerror}") from None


def _form(path: Path) -> str:
    return path.suffix.lower()
