"""Reports of MetaTrader's tester and optimiser: read completely, or refused with file and place."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dsl.errors import DataError
from genfx.cli.app import app
from mt5.optimizer import parse_optimizer
from mt5.reading import frames, read_result
from mt5.report import Mt5Report, parse_report
from mt5.text import Place, decoded, figure, number
from tests.support.mt5_reports import DEALS, ReportFacts, optimizer_page, report_page

FACTS = ReportFacts()
PAGE = report_page(FACTS)
TITLES = ["Pass", "Result", "Profit", "Profit Factor", "Equity DD %", "Trades"]
INPUTS = ["InpFast", "InpK", "InpOn", "InpWord", "profit"]
PASSES = [
    ["3", "14447.20", "4447.20", "1.093121", "16.7632", "2528", "30", "0.54", "true", "a", "1"],
    ["12", "10000.00", "0.00", "", "0.0000", "0", "40", "1", "false", "7", "2"],
]
SHEET = optimizer_page(TITLES + INPUTS, PASSES)
NO_PLACE = Place("file", 1)


def report(page: str = PAGE) -> Mt5Report:
    return parse_report(page, "report.html")


def changed(old: str, new: str, page: str = PAGE) -> str:
    assert page.count(old) >= 1, old
    return page.replace(old, new, 1)


def test_settings_and_inputs_are_complete() -> None:
    found = report()
    assert found.server == "Example-Demo (Build 5000)"
    assert found.setting("Expert") == "genfx\\Cross"
    assert (found.timeframe, found.deposit, found.leverage) == ("H1", 10_000.0, 100.0)
    assert [f"{day:%Y-%m-%d}" for day in found.span] == ["2017-01-02", "2017-12-29"]
    assert found.inputs.to_numpy().tolist() == [
        ["Strategy", "InpFast", "12"],
        ["Strategy", "TradeComment", "a = b & c"],
    ]


def test_results_keep_their_text_and_have_their_numbers() -> None:
    results = {row[0]: tuple(row[1:]) for row in report().results.to_numpy().tolist()}
    assert results["Equity Drawdown Maximal"][1:3] == (1234.56, 12.3)
    assert results["Margin Level"][2] == 1961.39
    assert results["Z-Score"][1:3] == (0.35, 27.37)
    assert results["Maximum consecutive losses ($)"][1::2] == (2, -1200.5)
    assert results["Minimal position holding time"][1] == 40 * 60 + 44
    assert results["History Quality"][0] == "99% real ticks"
    assert len(results) == 13


def test_deals_have_types_and_every_cell() -> None:
    deals = report().deals
    assert deals["time"].dtype == "datetime64[s]"
    assert deals["deal"].dtype == np.int64
    assert deals["type"].tolist() == ["balance", "buy", "sell", "sell", "buy"]
    assert deals["price"].tolist()[1:] == [1.05, 1.17345, 1.17, 1.18]
    assert deals["profit"].tolist() == [10_000, 0, 1234.5, 0, -200]
    assert deals["balance"].iloc[-1] == pytest.approx(10_000 + 1234.5 - 1.2 - 200 - 2.1)
    assert deals["comment"].iloc[-1] == "sl 1.18000"
    assert np.isnan(deals["price"].iloc[0])
    assert deals["order"].iloc[0] == -1


def test_orders_have_both_volumes_and_their_levels() -> None:
    orders = report().orders
    assert orders["volume"].tolist() == orders["filled"].tolist() == [0.1, 0.1, 0.2, 0.2]
    assert orders["stop_loss"].iloc[0] == 1.04
    assert np.isnan(orders["take_profit"]).all()
    assert orders["open_time"].iloc[0] == pd.Timestamp("2017-01-02 03:00")


def test_a_report_without_trades_is_read() -> None:
    found = report(report_page(FACTS, ()))
    assert found.deals["type"].tolist() == ["balance"]
    assert found.orders.empty
    assert found.orders["volume"].dtype == np.float64


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_any_unicode_encoding_gives_the_same_report(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(PAGE.encode(encoding))
    found = read_result(path)
    assert isinstance(found, Mt5Report)
    pd.testing.assert_frame_equal(found.deals, report().deals)


def test_blanks_part_thousands_in_the_middle_of_numbers_only() -> None:
    assert number("1 234 567.50", NO_PLACE, "x") == 1_234_567.5
    assert number("-12 000", NO_PLACE, "x") == -12_000
    assert number("1e-05", NO_PLACE, "x") == 1e-5
    for text in ("1 2", "12 34.5", "", "1,5", "nan", "inf", "1e999", "0x10", "٣"):
        with pytest.raises(DataError, match="file:1: x is"):
            number(text, NO_PLACE, "x")


def test_figures_without_numbers_have_none() -> None:
    for text in ("", "-", "real ticks", "(((", "%"):
        assert np.isnan([figure(text).value, figure(text).percent, figure(text).second]).all()
    assert figure("-9.16%").percent == -9.16


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Strategy Tester Report</b>", "Trade History Report</b>", "is no report"),
        (">Deals<", ">Geschäfte<", "section 'Deals' is missing"),
        ("<b>Direction</b>", "<b>Richtung</b>", "unknown column 'Richtung'"),
        ("<td><b>Direction</b></td>", "", "lack the column 'Direction'"),
        ("<b>Direction</b>", "<b>Symbol</b>", "the column 'Symbol' twice"),
        ("<td>1.17345</td>", "<td>1.1734S</td>", "Price is '1.1734S', not a number"),
        ("<td>2017.01.03 04:00:00</td><td>3</td>", "<td>2017.13.03</td><td>3</td>", "not a time"),
        ("<td>1 234.50</td>", "<td>1 235.50</td>", "balance 11232.60 does not follow"),
        ("<td>1 234.50</td>", "<td></td>", "balance 11232.60 does not follow"),
        ("<b>-1.20</b>", "<b>-1.30</b>", "the swap of the deals is -1.20, their sum says -1.30"),
        ("Leverage:", "Hebel:", "the setting 'Leverage' is missing"),
        ("1:100", "1:many", "Leverage is 'many', not a number"),
        ("H1 (2017.01.02 - 2017.12.29)", "H1", "the period is 'H1'"),
        ("H1 (2017.01.02", "H1 (2017.02.31", "Period is '2017.02.31', not a time"),
        ("<td>1.17345</td>", "", "12 cells do not stand below 13 titles"),
    ],
)
def test_a_damaged_report_is_refused(old: str, new: str, message: str) -> None:
    page = PAGE
    if old == "<td>1.17345</td>":  # of the deal, not of the order's comment
        start = page.index(">Deals<")
        page = page[:start] + changed(old, new, page[start:])
    else:
        page = changed(old, new)
    with pytest.raises(DataError, match=r"^report\.html") as caught:
        report(page)
    assert message in str(caught.value)


def test_a_cut_report_is_never_read_as_a_shorter_one() -> None:
    end = PAGE.index("<td nowrap></td></tr>", PAGE.index(">Deals<"))
    for cut in range(0, end, 211):
        with pytest.raises(DataError, match=r"^report\.html"):
            report(PAGE[:cut])


def test_noise_never_ends_in_anything_but_a_report_or_a_message() -> None:
    rng = random.Random(7)
    content = bytearray(PAGE.encode("utf-16"))
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        assert outcome(bytes(damaged)) in {"read", "refused"}


def outcome(content: bytes) -> str:
    """Return "refused" only for an error that names its file; other exceptions pass through."""
    try:
        frames(parse_report(decoded(content, "noise"), "noise"))
    except DataError as error:
        return "refused" if error.message.startswith("noise:") else error.message
    return "read"


def test_passes_have_typed_columns_and_inputs_keep_their_names() -> None:
    found = parse_optimizer(SHEET.encode(), "passes.xml")
    passes = found.passes
    assert found.inputs == ("InpFast", "InpK", "InpOn", "InpWord", "input_profit")
    kinds = {"pass": "i", "profit": "f", "trades": "i", "InpFast": "i", "InpK": "f", "InpOn": "b"}
    assert {name: passes[name].dtype.kind for name in kinds} == kinds
    assert passes["profit"].tolist() == [4447.2, 0.0]
    assert passes["InpK"].tolist() == [0.54, 1.0]
    assert passes["InpWord"].tolist() == ["a", "7"]
    assert np.isnan(passes["profit_factor"].iloc[1])
    settings = dict(found.settings.to_numpy().tolist())
    assert (settings["Symbol"], settings["Period"], settings["From"]) == (
        "EURUSD",
        "H1",
        "2017.01.02",
    )


def test_cells_that_a_sheet_skips_are_empty() -> None:
    skipped = '<Cell ss:StyleID="ce2"><Data ss:Type="Number">1.093121</Data></Cell>\r\n'
    wide = '<Cell ss:StyleID="ce2"><Data ss:Type="Number">16.7632'
    page = changed(skipped, "", SHEET)
    page = changed(wide, wide.replace("<Cell", '<Cell ss:Index="5"'), page)
    found = parse_optimizer(page.encode(), "passes.xml").passes
    assert np.isnan(found["profit_factor"].iloc[0])
    assert found["equity_drawdown_percent"].iloc[0] == 16.7632


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><w>&j;</w>"
)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (BOMB, "passes.xml:1: declares a document type"),
        (SHEET[: len(SHEET) // 2], "is no XML"),
        ("<?xml version='1.0'?><Workbook/>", "is no workbook"),
        (SHEET.replace("Pass<", "Lauf<"), "the titles are Lauf"),
        (SHEET.replace("InpK<", "InpFast<"), "column 8 has a title twice"),
        (SHEET.replace(">14447.20<", ">14 447,20<"), "Result is '14 447,20', not a number"),
        (SHEET.replace(">2528<", ">2528.5<"), "Trades is '2528.5', not a whole number"),
        (SHEET.replace('<Cell ss:StyleID="ce2">', '<Cell ss:Index="99999">', 1), "the column"),
        (SHEET.replace('<Cell ss:StyleID="ce2">', '<Cell ss:Index="30">', 1), "40 cells below 11"),
        (optimizer_page([], []), "the titles are"),
        ("", "is no XML"),
        ("<?xml version='1.0' encoding='klingon'?><a/>", "is no XML"),
    ],
)
def test_a_damaged_export_is_refused(page: str, message: str) -> None:
    with pytest.raises(DataError, match=r"^passes\.xml") as caught:
        parse_optimizer(page.encode(), "passes.xml")
    assert message in str(caught.value)


def test_the_command_shows_both_and_writes_csv(tmp_path: Path) -> None:
    page, sheet = tmp_path / "report.html", tmp_path / "passes.xml"
    page.write_bytes(PAGE.encode("utf-16"))
    sheet.write_text(SHEET)
    shown = CliRunner().invoke(app, ["mt5", "report", str(page), "--csv", str(tmp_path / "csv")])
    assert shown.exit_code == 0, shown.output
    assert "1 234.56 (12.30%)" in shown.stdout
    deals = pd.read_csv(tmp_path / "csv" / "deals.csv")
    assert deals["profit"].sum() == 10_000 + 1234.5 - 200
    facts = json.loads(CliRunner().invoke(app, ["mt5", "report", str(page), "--json"]).stdout)
    assert facts["deals"][1]["time"] == "2017-01-02 03:00:00"
    assert facts["deals"][0]["price"] is None
    passes = json.loads(CliRunner().invoke(app, ["mt5", "report", str(sheet), "--json"]).stdout)
    assert passes["passes"][0]["InpOn"] is True
    missing = CliRunner().invoke(app, ["mt5", "report", str(tmp_path / "none.html")])
    assert missing.exit_code == 2
    assert "cannot be read" in missing.output


def test_fees_of_newer_builds_are_read() -> None:
    start = PAGE.index(">Deals<")
    deals = PAGE[start:].replace("<td><b>Swap</b></td>", "<td><b>Fee</b></td><td><b>Swap</b></td>")
    head, *rows = deals.split("<tr align=right>")
    fees = ["<tr align=right>" + _with_fee(row) for row in rows]
    found = report(PAGE[:start] + head + "".join(fees))
    assert found.deals["fee"].tolist() == [0.0] * (len(DEALS) + 1)
    assert found.deals["swap"].tolist() == report().deals["swap"].tolist()


def _with_fee(row: str) -> str:
    cells = row.split("<td>")
    return "<td>".join([*cells[:10], "0.00</td>", *cells[10:]])


def test_other_money_and_period_names_are_understood() -> None:
    facts = replace(FACTS, period="Daily (2017.01.02-2017.12.29)", deposit=1_000_000.0)
    found = report(report_page(facts))
    assert (found.timeframe, found.deposit) == ("D1", 1_000_000.0)
