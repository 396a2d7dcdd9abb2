"""The table of engines: the same strategies and bars, the same five criteria, one run."""

from __future__ import annotations

import numpy as np

from backtest.criteria import CRITERIA
from dsl.jit import F64
from tests.bench import limit, with_backtesting, with_genfx, with_vectorbt
from tests.bench.cases import Case
from tests.bench.timing import Measured, NotInstalledError

ENGINES = (limit, with_genfx, with_vectorbt, with_backtesting)


def lines(case: Case) -> list[str]:
    """Return the table."""
    found: list[Measured] = []
    missing = []
    for engine in ENGINES:
        try:
            found += engine.measure(case)
        except NotInstalledError as error:
            missing.append(f"skipped: {error}")
    ours = next(m for m in found if m.engine.startswith("genfx"))
    _check(found, ours)
    table = [
        f"{'engine':<32}{'us each':>10}{'x limit':>10}{'x genfx':>10}  criteria beside genfx's",
    ]
    for m in found:
        limit_s = found[0].seconds if found[0].engine == "C limit" else np.nan
        ratios = f"{m.seconds / limit_s:>10.2f}{m.seconds / ours.seconds:>10.2f}"
        table.append(
            f"{m.engine:<32}{m.seconds * 1e6:>10.1f}{ratios}  {_beside(m.figures, ours.figures)}"
        )
    trades = ours.figures[:, 5].mean()
    return [f"{len(case.strategies)} strategies, {trades:.0f} trades each", *table, *missing]


def _check(found: list[Measured], ours: Measured) -> None:
    """Refuse to print times of a limit that computes something else."""
    for m in found:
        if m.engine == "C limit":
            np.testing.assert_allclose(ours.figures, m.figures, rtol=1e-9, atol=1e-9)


def _beside(figures: F64, ours: F64) -> str:
    ours = ours[: len(figures)]
    if np.allclose(figures, ours, rtol=1e-9, atol=1e-9):
        return f"equal: {', '.join(CRITERIA)}, trades"
    share = figures[:, 5].sum() / ours[:, 5].sum()
    same = [
        f"{name} {np.corrcoef(figures[:, k], ours[:, k])[0, 1]:.3f}"
        for k, name in enumerate(CRITERIA)
        if np.isfinite(figures[:, k]).all()
    ]
    return f"trades {share:.3f}x; correlation: {', '.join(same)}"
