"""Emitted Python: equal to the interpreter, numpy only, the same bytes every time."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtest.market import Costs, Market, Symbol
from codegen.embed import embedded
from codegen.interpret import interpret
from codegen.plan import build_plan
from codegen.python import PythonFacts, compile_plan, emit_python, python_decisions
from codegen.verify.markets import nasty_bars
from codegen.verify.strategies import random_strategy
from dsl.errors import CodegenError
from dsl.node import InputRef
from dsl.nodes.expert import DISTANCE_PORTS, SIGNAL_PORTS
from dsl.strategy import InputSpec, with_values
from tests.support.building import CLOSE, atr, call, expert
from tests.support.promotion import promoted

MARKET = Market(nasty_bars(np.random.default_rng(5), 300), Symbol("TEST", 5), costs=Costs(spread=7))
FACTS = PythonFacts(MARKET.bars.point, MARKET.bars.timeframe, MARKET.costs.spread)
COUNT = InputSpec("count", 2, 1, 9)
SIMPLE = expert(
    {
        "long_entry": call("rising", CLOSE, params=(InputRef("count"),)),
        "short_entry": call("crosses_below", CLOSE, call("sma", CLOSE, params=(5,))),
        "stop_loss": atr(3),
    },
    {"max_bars": 10},
    COUNT,
)


def bars_by_name(market: Market) -> dict[str, Any]:
    bars = market.bars
    columns: dict[str, Any] = {name: bars.price(name) for name in ("open", "high", "low", "close")}
    return columns | {"time": bars.time, "tick_volume": bars.tick_volume, "spread": bars.spread}


def run(source: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(source, "<emitted>", "exec"), module)
    return module


@pytest.mark.parametrize("seed", range(12))
def test_stand_alone_code_equals_the_interpreter(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    strategy = random_strategy(rng, longest=6)
    strategy = promoted(strategy) if seed % 2 else strategy
    want = interpret(strategy, MARKET)
    found = run(emit_python(strategy, FACTS))["signals"](bars_by_name(MARKET))
    assert found.keys() == {name for name, _ in build_plan(strategy).ports}
    rows = slice(want.warmup, None)
    for name, column in found.items():
        expected = getattr(want, name)
        if name in DISTANCE_PORTS:
            np.testing.assert_allclose(column[rows], expected[rows], rtol=1e-9, atol=1e-13)
            assert np.isnan(column[: want.warmup]).all()
        else:
            assert (column[rows] == expected[rows]).all(), name
            assert not column[: want.warmup].any()
            assert name in {*SIGNAL_PORTS, "friday_exit"}


def test_the_file_runs_on_its_own_and_imports_only_numpy(tmp_path: Path) -> None:
    source = emit_python(SIMPLE, FACTS)
    imports = {line for line in source.splitlines() if line.startswith(("import ", "from "))}
    modules = {line.split()[1].split(".")[0] for line in imports}
    assert modules - set(sys.stdlib_module_names) == {"numpy"}
    (tmp_path / "strategy.py").write_text(source, encoding="utf-8")
    bars = bars_by_name(MARKET)
    with (tmp_path / "bars.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(bars)
        writer.writerows(zip(*(column.tolist() for column in bars.values()), strict=True))
    command = [sys.executable, "-I", "strategy.py", "bars.csv", "--out", "signals.csv"]
    subprocess.run(command, cwd=tmp_path, check=True)
    with (tmp_path / "signals.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["time"]) for line in lines] == MARKET.bars.time.tolist()
    want = python_decisions(SIMPLE, MARKET)
    assert [line["long_entry"] == "1" for line in lines] == want.long_entry.tolist()
    assert want.stop_loss is not None
    assert float(lines[-1]["stop_loss"]) == want.stop_loss[-1]


def test_times_may_be_written_as_dates() -> None:
    seconds = run(emit_python(SIMPLE, FACTS))["seconds"]
    assert seconds("1704067200") == seconds("2024-01-01 00:00") == seconds("2024.01.01 00:00:00")


def test_too_few_bars_are_refused() -> None:
    few = {name: column[:5] for name, column in bars_by_name(MARKET).items()}
    with pytest.raises(ValueError, match="warm-up takes 6 bars, there are 5"):
        run(emit_python(SIMPLE, FACTS))["signals"](few)
    short = replace(MARKET, bars=MARKET.bars.between(0, 5))
    with pytest.raises(CodegenError, match="warm-up takes 6 bars, there are 5"):
        python_decisions(SIMPLE, short)


def test_the_same_strategy_gives_the_same_bytes() -> None:
    a = emit_python(SIMPLE, FACTS)
    build_plan.__globals__["_build"].cache_clear()
    assert emit_python(replace(SIMPLE), FACTS) == a
    assert f"STRATEGY_ID = '{SIMPLE.strategy_id}'" in a


def test_stand_alone_code_is_as_it_was_reviewed(update_golden: bool) -> None:
    golden = Path(__file__).parent / "golden" / "rising_or_cross.py.txt"
    emitted = emit_python(replace(SIMPLE, title="Rising or cross"), FACTS)
    if update_golden:
        golden.write_text(emitted, encoding="utf-8", newline="\n")
    assert emitted == golden.read_text(encoding="utf-8")


def test_no_title_can_break_out_of_the_file() -> None:
    title = 'a """ b \\" \' \\'
    module = run(emit_python(replace(SIMPLE, title=title), FACTS))
    assert module["TITLE"] == title
    assert module["__doc__"].startswith(title)


def test_strategies_of_one_structure_share_one_function() -> None:
    other = with_values(SIMPLE, {"count": 4})
    assert compile_plan(build_plan(other)) is compile_plan(build_plan(SIMPLE))
    want = interpret(other, MARKET)
    assert (python_decisions(other, MARKET).long_entry == want.long_entry).all()
    assert (python_decisions(SIMPLE, MARKET).long_entry != want.long_entry).any()


def _shift(x: int) -> int:
    return x + FIVE


def twice(x: int) -> int:
    """Return _shift of _shift, not '_shift.real'."""
    return _shift(_shift(x)).real


FIVE = 5


def test_helpers_whose_names_are_taken_are_renamed_where_they_are_called() -> None:
    parts = embedded({"double": twice}, reserved=["_shift", "FIVE"])
    module = run("\n\n".join(parts))
    assert module["double"](1) == 11
    assert module["_shift_2"](1) == 6
    assert module["FIVE_2"] == 5
    assert "not '_shift.real'" in module["double"].__doc__


def reads_market() -> Market:
    return MARKET


def test_a_kernel_that_uses_what_has_no_source_is_refused() -> None:
    with pytest.raises(CodegenError, match="reads_market uses MARKET, which has no source"):
        embedded({"kernel": reads_market}, reserved=[])
