"""A strategy with the values of a MetaTrader .set file."""

from __future__ import annotations

import re
from pathlib import Path

from backtest.files import read_whole
from codegen.mql5.set_table import AppliedSet, apply_set, parse_set
from dsl.errors import DataError
from dsl.strategy import Strategy
from genfx.exports import with_inputs

_SECTION = re.compile(rb"^(?:\xff\xfe|\xef\xbb\xbf)?\[\w+\]\s*$", re.MULTILINE)


def with_set(strategy: Strategy, path: Path | None) -> AppliedSet:
    """Return a strategy with the values of a .set of its Expert Advisor; None leaves it as it is.

    Raises:
        DataError: The file cannot be read, is no .set, or is an .ini.
        UnknownName: The Expert Advisor has no such input.
        ParamOutOfRange: A value is none of its input's type.
        CodegenError: The strategy cannot have that value.
    """
    if path is None:
        return AppliedSet(strategy, {})
    content = read_whole(path)
    try:
        table = parse_set(content, str(path))
    except DataError:
        if _SECTION.search(content.replace(b"\0", b"")) is None:
            raise
        raise DataError(
            f"{path}: is an .ini with sections, no .set",
            hint="save the inputs in the tester (Inputs, right click, Save), or copy the rows "
            "under [TesterInputs] into a .set",
        ) from None
    return apply_set(with_inputs(strategy), table, str(path))
