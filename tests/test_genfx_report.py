"""The report's arithmetic: axes, curves that keep their extremes, months, closing causes."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.evaluate import Evaluator
from dsl.text.lower import parse
from genfx import api
from genfx.config.file import Config
from genfx.markets import market, span_markets
from genfx.report.drawings import equity_chart, score_charts
from genfx.report.figures import short_table
from genfx.report.months import monthly
from genfx.report.page import RunFacts, cost_text, report_html
from genfx.report.svg import MOST_COLUMNS, Panel, date_ticks, round_ticks, thinned, value_ticks
from genfx.runs.finalists import Finalist, Proof, span_result

HOURS = parse(
    'strategy "Hours" { enter long when hour == 8 stop loss 300 points exit after 9 bars'
    " size 0.1 lots }"
)


@pytest.fixture(scope="module")
def finalist() -> Finalist:
    config = Config()
    spans = span_markets(market(config, api.load_bars("sample")), config, "test")
    return Finalist(
        1,
        HOURS,
        tuple(span_result(name, one, Evaluator(one), HOURS) for name, one in spans.named()),
    )


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (-3.1, 0.0), (0.0, 7.0), (-12345.6, 99.0), (1e-6, 2e-6), (5, 5)]
)
def test_round_ticks_enclose_their_values_and_are_few(low: float, high: float) -> None:
    ticks = round_ticks(low, high, 5)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 6
    assert np.allclose(np.diff(ticks), ticks[1] - ticks[0])


def test_marks_of_a_quarter_step_show_all_their_decimals() -> None:
    panel = Panel(0, 0, 100, 100, 0, 1, 0.0, 0.5)
    assert [tick.text for tick in value_ticks(panel, [0.0, 0.25, 0.5], "%")] == [
        "0.00%",
        "0.25%",
        "0.50%",
    ]


def test_dates_stand_at_the_first_bar_of_a_month() -> None:
    times = np.arange(0, 200 * 86_400, 86_400, dtype=np.int64)
    panel = Panel(0, 0, 199, 100, 0, 199, 0, 1)
    ticks = date_ticks(panel, times)
    assert [tick.text for tick in ticks][:2] == ["1970-02", "1970-03"]
    assert [tick.at for tick in ticks][:2] == [31.0, 59.0]


def test_a_week_is_marked_by_its_first_and_last_day() -> None:
    times = np.arange(0, 7 * 86_400, 3600, dtype=np.int64)
    panel = Panel(0, 0, 100, 100, 0, len(times) - 1, 0, 1)
    assert [tick.text for tick in date_ticks(panel, times)] == ["1970-01-01", "1970-01-07"]


def test_a_thinned_curve_keeps_its_ends_and_extremes() -> None:
    values = np.sin(np.arange(50_000) / 777.0)
    values[[12_345, 23_456]] = (9.0, -9.0)
    rows, kept = thinned(values)
    assert len(kept) <= 2 * MOST_COLUMNS + 2
    assert (max(kept), min(kept)) == (9.0, -9.0)
    assert (rows[0], rows[-1]) == (0.0, 49_999.0)
    assert rows == sorted(set(rows))


def test_months_add_up_to_the_net_profit_of_each_span(finalist: Finalist) -> None:
    for found in finalist.spans:
        years = monthly(found)
        assert [year.year for year in years] == [2017]
        assert years[0].total == pytest.approx(found.result.net_profit)
    tested = [sum(m is not None for m in monthly(found)[0].months) for found in finalist.spans]
    assert tested == [8, 3, 3]  # January to August, to October, to December


def test_the_equity_chart_joins_the_spans(finalist: Finalist) -> None:
    chart = equity_chart(finalist)
    assert [zone.name for zone in chart.zones] == ["in-sample", "gate", "holdout"]
    ends = [line.points.split()[-1].split(",")[1] for line in chart.equity.lines]
    profit = sum(found.result.net_profit for found in finalist.spans)
    assert float(ends[-1]) == pytest.approx(chart.equity.panel.y(profit), abs=0.1)
    assert all(
        chart.drawdown.panel.top <= t.at <= chart.drawdown.bottom for t in chart.drawdown.values
    )


def test_a_search_of_one_generation_has_no_chart() -> None:
    row = {"phase": "evolve", "step": 0, "pool": {"best": 50.0, "mean": 40.0}}
    assert score_charts([row]) == []
    (pool,) = score_charts([row, {**row, "step": 1}])
    assert [line.name for line in pool.chart.lines] == ["best", "mean"]


def test_the_page_states_causes_costs_and_units(finalist: Finalist) -> None:
    whole = finalist.spans[0].market
    proof = Proof(True, 862, "verified: 862 deals equal")
    html = report_html([finalist], RunFacts("r", 1, 2, 3, 0.5), whole, [proof])
    assert "Expert Advisor: verified: 862 deals equal" in html
    assert "<td>stop loss</td>" in html
    assert "<td>max bars</td>" in html
    assert "Expected payoff, USD" in html
    assert cost_text(whole) in html
    assert "commission 0 USD a lot and deal, no swap" in html


def test_a_page_without_strategies_says_so() -> None:
    whole = market(Config(), api.load_bars("sample"))
    assert "No strategy passed" in report_html([], RunFacts("r", 1, 2, 3, 0.5), whole, [])


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_the_table_on_the_screen_fits_and_always_tells_profit_and_trades(
    finalist: Finalist, width: int
) -> None:
    head, rows = short_table([(finalist.name, [s.named for s in finalist.spans])], width)
    lines = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    assert sum(lines) + 2 * (len(lines) - 1) <= width
    assert {"strategy", "net profit", "trades"} <= set(head)
    assert ("Sharpe ratio" in head) == (width >= 100)
