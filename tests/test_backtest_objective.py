"""Objectives: MetaTrader's statistics by their names, computed here and emitted for OnTester."""

from __future__ import annotations

import dataclasses
import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from backtest.criteria import CRITERIA
from backtest.metrics import Report, report
from backtest.objective import (
    ADDITIVE,
    OWN,
    QUICK,
    STATISTICS,
    WORST,
    Sums,
    parse_objective,
    statistic_name,
)
from backtest.reference import simulate
from codegen.interpret import interpret
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts
from codegen.verify.markets import nasty_market
from dsl.errors import ConfigError
from dsl.text.lower import parse
from tests.support.emitted import compile_errors, compiler_found

SMOOTH = "(GROSSPROFIT-(1/(TRADES+1)))/-(GROSSLOSS-1/(TRADES+1))"
LANGUAGE = Path(__file__).parent.parent / "docs" / "language.md"
STRATEGY = parse('strategy "t" { enter long when close > open stop loss 300 points reverse }')

OFTEN = parse('strategy "o" { enter long when close > open exit after 3 bars size 0.01 lots }')


@cache
def traded() -> Report:
    """Return the figures of the first random market on which the strategy wins and loses."""
    for seed in range(20):
        market = nasty_market(np.random.default_rng(seed))
        found = report(simulate(market, interpret(OFTEN, market)), market)
        if found.profit_trades > 4 and found.loss_trades > 4:
            return found
    raise AssertionError("no market with trades")


def figures(**changes: float) -> Report:
    return dataclasses.replace(traded(), **changes)  # type: ignore[arg-type]


def test_profit_factor_with_a_guard_is_what_its_formula_says() -> None:
    found = figures(gross_profit=300.0, gross_loss=-100.0, trades=9)
    assert parse_objective(SMOOTH).value({}, found) == (300 - 0.1) / (100 + 0.1)


@pytest.mark.parametrize(
    ("won", "lost", "factor"), [(30.0, 20.0, 1.5), (30.0, 1.0, 10.0), (30.0, 0.0, 10.0), (0, 0, 0)]
)
def test_a_profit_factor_is_at_most_ten_also_without_a_loss(
    won: float, lost: float, factor: float
) -> None:
    objective = parse_objective("PROFIT_FACTOR")
    shown = won / lost if lost else factor
    assert objective.value({}, Sums(1e4, won - lost, won, lost, 1.0, 9)) == factor
    assert objective.value({}, figures(profit_factor=shown)) == factor
    assert "MathMin(TesterStatistics(STAT_PROFIT_FACTOR), 10.0)" in objective.mql5({})


def test_mean_rows_of_trades_are_whole_numbers_as_in_metatrader() -> None:
    found = figures(average_wins=2.5, average_losses=1.49)
    assert parse_objective("PROFITTRADES_AVGCON").value({}, found) == 3.0
    assert parse_objective("LOSSTRADES_AVGCON").value({}, found) == 1.0


def test_the_objective_of_the_documentation_has_an_end_without_losses() -> None:
    (text,) = re.findall(r"```objective\n(.*?)\n```", LANGUAGE.read_text(encoding="utf-8"), re.S)
    objective = parse_objective(text)
    assert objective.value({}, Sums(1e4, 900.0, 900.0, 0.0, 1.0, 80)) == 10.0
    assert objective.value({}, Sums(1e4, 50.0, 150.0, 100.0, 1.0, 80)) == pytest.approx(1.5, 1e-3)


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_is_read_however_it_is_written(name: str) -> None:
    found = figures()
    wanted = float(STATISTICS[name](found))
    spellings = (f"STAT_{name}", name, name.replace("_", ""), f"{name.replace('_', '')}+0")
    for text in spellings:
        assert parse_objective(text).value({}, found) == wanted
    assert math.isfinite(wanted)


def test_criteria_need_no_report() -> None:
    found = parse_objective("net_profit / (1 + max_drawdown) * trades")
    assert not found.statistics
    assert found.value({"net_profit": 12.0, "max_drawdown": 5.0, "trades": 3}) == 6.0
    assert not parse_objective("PROFIT + net_profit").statistics
    assert parse_objective("PROFIT + SHARPERATIO").statistics


@pytest.mark.parametrize("name", QUICK)
def test_sums_of_a_batch_tell_what_the_report_does(name: str) -> None:
    found = figures()
    sums = Sums(
        found.deposit,
        found.net_profit,
        found.gross_profit,
        -found.gross_loss,
        found.equity_drawdown_relative,
        found.trades,
    )
    wanted = parse_objective(name).value({}, found)
    assert parse_objective(name).value({}, sums) == pytest.approx(wanted, rel=1e-12)


def test_what_adds_up_over_time_counts_as_if_spans_were_equally_long() -> None:
    found = figures(net_profit=50.0, trades=9, profit_factor=1.5)
    assert parse_objective("PROFIT").value({}, found, share=0.25) == 200.0
    assert parse_objective("PROFIT / TRADES").value({}, found, share=0.25) == 50 / 9
    assert parse_objective("PROFIT_FACTOR").value({}, found, share=0.25) == 1.5
    assert parse_objective("net_profit").value({"net_profit": 3.0}, share=0.5) == 6.0
    assert set(OWN) | set(STATISTICS) > ADDITIVE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 ** 3 - 1", 7.0),
        ("-trades + +1", -3.0),
        ("max(trades, 2, 9) - MIN(trades, 3)", 6.0),
        ("sqrt(trades) + abs(-1) + pow(2, 2) + log(1) + exp(0)", 8.0),
        ("1 / (trades - 4)", WORST),
        ("log(trades - 4)", WORST),
        ("sqrt(-trades)", WORST),
        ("(-8) ** 0.5", WORST),
        ("exp(9999)", WORST),
    ],
)
def test_values(text: str, value: float) -> None:
    assert parse_objective(text).value({"trades": 4}) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GROSSPROFT / TRADES", "did you mean 'GROSSPROFIT'?"),
        ("STAT_RECOVERY_FACTR", "did you mean 'RECOVERY_FACTOR'?"),
        ("net_profits", "did you mean 'net_profit'?"),
        ("MIN_MARGINLEVEL", "'MIN_MARGINLEVEL' in 'MIN_MARGINLEVEL' is no figure"),
        ("PROFIT +", "is no formula"),
        ("open('x')", "'open('x')' is not allowed in a formula"),
        ("PROFIT.real", "is not allowed in a formula"),
        ("PROFIT > 3", "is not allowed in a formula"),
        ("True", "is not allowed in a formula"),
        ("min(PROFIT)", "is not allowed in a formula"),
        ("-" * 60 + "PROFIT", "nested deeper"),
        ("(" * 999 + "PROFIT" + ")" * 999, "is no formula"),
        ("", "is no formula"),
    ],
)
def test_what_is_no_objective_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_objective(text)
    assert message in str(caught.value)


def test_names_of_criteria_are_not_names_of_statistics() -> None:
    assert statistic_name("profit_factor") == "profit_factor"
    assert statistic_name("PROFIT_FACTOR") == "PROFIT_FACTOR"
    assert set(CRITERIA) < set(OWN)
    assert not set(OWN) & set(STATISTICS)


def test_an_ea_returns_the_objective_to_the_tester() -> None:
    text = emit_mql5(STRATEGY, EmitFacts(objective=SMOOTH))
    quotient = "Quotient(1.0, (TesterStatistics(STAT_TRADES) + 1.0))"
    assert (
        f"const double value = Quotient((TesterStatistics(STAT_GROSS_PROFIT) - {quotient}), "
        f"-((TesterStatistics(STAT_GROSS_LOSS) - {quotient})));"
    ) in " ".join(text.split())
    assert f"OnTester    {SMOOTH}" in text
    assert "score +=" not in text


def test_an_ea_computes_criteria_of_an_objective_itself() -> None:
    text = emit_mql5(STRATEGY, EmitFacts(objective="stability * max(profit_factor, trades, 2)"))
    largest = "MathMax(MathMax(ProfitFactor(), TesterStatistics(STAT_TRADES)), 2.0)"
    assert f"(Stability() * {largest})" in text
    assert "double Stability(" in text
    with pytest.raises(ConfigError, match="'score' is not known inside an EA"):
        emit_mql5(STRATEGY, EmitFacts(objective="score"))


@pytest.mark.skipif(not compiler_found(), reason="no C++ compiler")
def test_emitted_objectives_compile() -> None:
    texts = (SMOOTH, " + ".join(STATISTICS), "stability / pow(sharpe, 2) + log(max_drawdown)")
    emitted = {text: emit_mql5(STRATEGY, EmitFacts(objective=text)) for text in texts}
    assert compile_errors({f"{k}.mq5": text for k, text in enumerate(emitted.values())}) == ""
