"""Either result of the strategy tester, told apart by content: a report, or an optimisation."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from mt5.files import read_file
from mt5.optimizer import OptimizerReport, parse_optimizer
from mt5.report import Mt5Report, parse_report
from mt5.text import decoded

_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml|<(?:\w+:)?Workbook", re.IGNORECASE)


def read_result(path: Path) -> Mt5Report | OptimizerReport:
    """Return what a file of MetaTrader's tester holds.

    Raises:
        DataError: It is neither a report nor results of an optimisation, or is damaged.
    """
    content = read_file(path)
    if _XML.search(content[:1000].replace(b"\0", b"")):
        return parse_optimizer(content, str(path))
    return parse_report(decoded(content, str(path)), str(path))


def frames(result: Mt5Report | OptimizerReport) -> dict[str, pd.DataFrame]:
    """Return the frames of a result by name."""
    if isinstance(result, OptimizerReport):
        return {"settings": result.settings, "passes": result.passes}
    return {
        "settings": result.settings[["name", "value"]],
        "inputs": result.inputs,
        "results": result.results,
        "orders": result.orders,
        "deals": result.deals,
    }
