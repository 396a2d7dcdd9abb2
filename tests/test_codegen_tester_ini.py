"""The .ini of an unattended test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from codegen.mql5.tester_ini import TesterRun as Run
from codegen.mql5.tester_ini import emit_ini
from dsl.errors import CodegenError

RUN = Run(
    expert="genfx\\cross",
    symbol="EURUSD",
    timeframe="H1",
    model="open-prices",
    first=date(2017, 1, 2),
    last=date(2017, 12, 30),
    deposit=10_000.0,
    currency="USD",
    leverage=100.0,
    report="genfx\\cross.htm",
    parameters="genfx_cross.set",
)
TEXT = """\
[Tester]
Expert=genfx\\cross
ExpertParameters=genfx_cross.set
Symbol=EURUSD
Period=H1
Model=2
ExecutionMode=0
Optimization=0
FromDate=2017.01.02
ToDate=2017.12.30
ForwardMode=0
Deposit=10000
Currency=USD
Leverage=1:100
Report=genfx\\cross.htm
ReplaceReport=1
Visual=0
ShutdownTerminal=1
"""


def test_a_single_test_has_every_setting_it_needs() -> None:
    assert emit_ini(RUN).decode("ascii") == TEXT.replace("\n", "\r\n")


def test_an_optimisation_ranks_by_what_the_expert_returns() -> None:
    text = emit_ini(replace(RUN, optimization="genetic", model="m1-ohlc")).decode()
    assert "Optimization=2\r\nOptimizationCriterion=6\r\n" in text
    assert "Model=1\r\n" in text


def test_inputs_have_a_section_of_their_own() -> None:
    text = emit_ini(replace(RUN, inputs=(("InpFast", "12"), ("Lots", "0.1||0.1||0.1||1||N"))))
    assert text.decode().endswith("[TesterInputs]\r\nInpFast=12\r\nLots=0.1||0.1||0.1||1||N\r\n")


def test_names_beyond_ascii_are_written_in_utf_16() -> None:
    content = emit_ini(replace(RUN, expert="genfx\\überkreuz", deposit=12.5))
    assert content.startswith(b"\xff\xfe")
    assert "Expert=genfx\\überkreuz\r\n" in content.decode("utf-16")
    assert "Deposit=12.50\r\n" in content.decode("utf-16")


def test_what_would_break_the_file_is_refused() -> None:
    with pytest.raises(CodegenError, match="has no day"):
        emit_ini(replace(RUN, last=RUN.first))
    with pytest.raises(CodegenError, match="Symbol = 'EUR"):
        emit_ini(replace(RUN, symbol="EUR\nUSD"))
