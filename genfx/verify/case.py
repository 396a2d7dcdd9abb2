"""One random case of the parity test in files, so that `genfx verify` plays it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from backtest.bars import Bars
from backtest.files import write_whole
from backtest.history.store import bars_bytes
from backtest.timeframes import shown_time
from codegen.verify.cases import PLAIN, Case, draw_case
from codegen.verify.experts import compile_experts
from codegen.verify.selftest import case_text, verified_case
from codegen.verify.verify import Verification
from dsl.text.printer import format_strategy

_DERIVED = {"name", "digits"}  # of a symbol: the bars know them


def replayed_case(number: int, seed: int, real: Sequence[Bars]) -> tuple[Case, Verification]:
    """Return one case, drawn and replayed on its own."""
    case = draw_case(number, seed, real)
    (expert,) = compile_experts([case_text(case)], traced=True)
    return case, verified_case(case, expert)


def write_case(case: Case, folder: Path) -> list[Path]:
    """Write strategy, Expert Advisor, bars and config of a case; the config says how to run it."""
    market = case.market
    files = {
        "case.strat": format_strategy(case.strategy).encode(),
        "case.mq5": case_text(case).encode(),
        "case.npz": bars_bytes(market.bars),
        "case.toml": _config(case).encode(),
    }
    if market.conversion is not None:
        files["conversion.npz"] = bars_bytes(market.conversion)
    if market.finer is not None:
        files["finer.npz"] = bars_bytes(market.finer)
    for name, content in files.items():
        write_whole(folder / name, content)
    return [folder / name for name in files]


def _config(case: Case) -> str:
    market = case.market
    bars = market.bars
    first = shown_time(int(bars.time[market.first]))
    until = f' --to "{shown_time(int(bars.time[market.end]))}"' if market.end < len(bars) else ""
    data = {"bars": "case.npz"}
    if market.conversion is not None:
        data |= {"conversion": "conversion.npz"}
    if market.finer is not None:
        data |= {"finer": "finer.npz"}
    symbol = {key: value for key, value in asdict(market.symbol).items() if key not in _DERIVED}
    mode = "" if case.mode == PLAIN else f" --mode {case.mode} --finer finer.npz"
    parts = [
        f'# genfx verify case.mq5 --config case.toml --from "{first}"{until}{mode}',
        f"# What happens to the terminal in this case: {case.script}",
        *_section("data", data | {"conversion_inverse": market.conversion_inverse}),
        *_section("symbol", symbol),
        *_section("account", asdict(market.account)),
        *_section("costs", asdict(market.costs)),
    ]
    return "\n".join(parts) + "\n"


def _section(name: str, values: dict[str, object]) -> Iterable[str]:
    return ("", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()))
