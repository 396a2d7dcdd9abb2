"""Whatever goes wrong around it, an emitted Expert Advisor keeps its promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtest.market import Market
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.replay import HostResult, replay
from codegen.host.script import Answer, Deposit, Hand, History, LateStart, Outage, Script
from codegen.verify.markets import nasty_market
from tests.support.bars import HOUR

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

GOLDEN = Path(__file__).parent / "golden"
PASSING = (10004, 10012, 10020, 10021, 10024, 10028, 10031)
REFUSED = (10006, 10011, 10013, 10014, 10015, 10016, 10018, 10019, 10025, 10036)


def answers(rng: np.random.Generator) -> tuple[Answer, ...]:
    """Return answers of any code; what hides behind a timeout or an acceptance is random too."""
    drawn = []
    for _ in range(int(rng.integers(0, 6))):
        code = int(rng.choice([*PASSING, *REFUSED, 10008, 10009, 10010]))
        hidden: Any = "partly" if code == 10010 else "later" if code == 10008 else "no"
        if code == 10009:
            hidden = "parts"
        if code == 10012:
            hidden = str(rng.choice(["no", "yes", "later"]))
        drawn.append(Answer(int(rng.integers(1, 40)), code, hidden, int(rng.integers(1, 5))))
    return tuple(drawn)


def hands(rng: np.random.Generator, end: int) -> tuple[Hand, ...]:
    actions: list[Any] = ["close", "halve", "levels"]
    return tuple(
        Hand(int(bar), actions[int(rng.integers(0, 3))], *rng.integers(0, 300, 2).tolist())
        for bar in rng.integers(0, end, 6)
    )


def trouble(rng: np.random.Generator, market: Market) -> Script:
    first, end = market.first, market.end
    return Script(
        answers=answers(rng),
        outages=tuple(Outage(int(bar), int(rng.integers(1, 8))) for bar in rng.integers(0, end, 3)),
        late_until=int(rng.choice([0, first + 50])),
        late_rows=int(rng.integers(0, 60)),
        restarts=tuple(rng.integers(first, end, 3).tolist()),
        silent=tuple(rng.integers(0, end, 20).tolist()),
        closed=tuple(rng.integers(0, end, 5).tolist()),
        ticks=int(rng.integers(1, 5)),
        live=(live := bool(rng.random() < 0.5)),
        histories=tuple(History(int(bar), 100) for bar in rng.integers(first + 150, end, 2)),
        hands=hands(rng, end),
        deposits=(Deposit(int(rng.integers(0, end)), float(rng.integers(-500, 500))),),
        late_starts=tuple(
            LateStart(int(bar), int(rng.integers(1, 600)), int(rng.integers(1, 100)))
            for bar in rng.integers(0, end, 20)
        ),
        credit=float(rng.choice([0.0, 1000.0])),
        facts_from=int(rng.choice([0, first + 40])) if live else 0,
        handles_from=int(rng.choice([0, first + 45])) if live else 0,
        lag_s=int(rng.integers(0, 4)),
    )


def hourly_market(rng: np.random.Generator, bars: int) -> Market:
    market = nasty_market(rng, bars)
    while market.bars.timeframe != HOUR:
        market = nasty_market(rng, bars)
    mode: Any = str(rng.choice(["hedging", "netting"]))
    return replace(market, account=replace(market.account, mode=mode))


def assert_one_position_at_a_time(result: HostResult) -> None:
    held: dict[int, float] = defaultdict(float)
    for deal, position in zip(result.deals, result.position.tolist(), strict=True):
        held[position] += deal.lots if deal.entry else -deal.lots
        if abs(held[position]) < 1e-9:
            del held[position]
        assert len(held) <= 1
    assert not held


def run(names: Sequence[str], seeds: range) -> int:
    library = build([(GOLDEN / f"{name}.mq5").read_text(encoding="utf-8") for name in names])
    deals = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        market = hourly_market(rng, 600)
        for number in range(len(names)):
            result = replay(library, number, market, script=trouble(rng, market))
            assert result.problem == "", (names[number], seed)
            assert_one_position_at_a_time(result)
            deals += len(result.deals)
    return deals


def test_troubled_experts_hold_one_position_and_release_everything() -> None:
    assert run(["guarded", "trailing"], range(6)) > 100


@pytest.mark.slow
def test_all_golden_experts_hold_one_position_and_release_everything() -> None:
    names = sorted(path.stem for path in GOLDEN.glob("*.mq5"))
    assert run(names, range(100, 160)) > 10_000
