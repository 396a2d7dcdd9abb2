"""A strategy with the values of a MetaTrader .set file."""

from __future__ import annotations

from pathlib import Path

from backtest.files import read_whole
from codegen.mql5.set_table import AppliedSet, apply_set, parse_set
from dsl.strategy import Strategy
from genfx.exports import with_inputs


def with_set(strategy: Strategy, path: Path | None) -> AppliedSet:
    """Return a strategy with the values of a .set of its Expert Advisor; None leaves it as it is.

    Raises:
        DataError: The file cannot be read, or is no .set.
        UnknownName: The Expert Advisor has no such input.
        ParamOutOfRange: A value is none of its input's type.
        CodegenError: The strategy cannot have that value.
    """
    if path is None:
        return AppliedSet(strategy, {})
    table = parse_set(read_whole(path), str(path))
    return apply_set(with_inputs(strategy), table, str(path))
