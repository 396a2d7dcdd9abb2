"""Trend indicators: what a fractal knows when, averages of one's choice, seeds that fade."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from codegen.mql5.emit import emit_mql5
from dsl.columns import compute
from dsl.registry import lookup
from dsl.text.lower import parse
from tests.support.columns import random_fields
from tests.test_dsl_nodes_reference import E, bars, price


def run(name: str, *args: Any) -> Any:
    kernel = lookup(name).kernel
    assert kernel is not None
    return kernel(*args)


def test_a_fractal_is_known_two_bars_after_its_own_and_kept() -> None:
    up, down = run("fractals", bars()["high"], bars()["low"])
    # MetaTrader draws them at rows 426, 429 and 435.
    assert up[428] == up[436] == 1.07533
    assert up[427] != 1.07533
    assert up[437] == up[439] == 1.07658
    assert down[431] == 1.07207
    assert down[430] != 1.07207


def test_a_fractal_may_tie_with_older_bars_and_not_with_newer_ones() -> None:
    high = np.array([1.0, 3.0, 3.0, 2.0, 1.0, 3.0, 3.0, 1.0, 1.0])
    up, _ = run("fractals", high, high - 1)
    assert up[4] == 3.0
    high[6] = 4.0
    high[7] = 4.0
    assert run("fractals", high, high - 1)[0][8] == 3.0


@pytest.mark.parametrize(
    ("row", "upper", "lower"),
    [
        (200, 1.0608157051450453, 1.0555248537478135),
        (300, 1.071558117560907, 1.0662136880468875),
        (439, 1.0776087725021801, 1.0722341651580298),
    ],
)
def test_envelopes_about_an_exponential_average(row: int, upper: float, lower: float) -> None:
    found = run("envelopes", run("ema", bars()["close"], 20), 0.25)
    assert [found[0][row], found[1][row]] == pytest.approx([upper, lower], rel=1e-9)


@pytest.mark.parametrize(
    ("row", "expected"),
    [(200, 0.0016828409835152854), (300, 0.0007277193301031448), (439, 0.0004307774008058682)],
)
def test_deviation_about_an_exponential_average(row: int, expected: float) -> None:
    close = bars()["close"]
    found = run("deviation", close, run("ema", close, 10), 10)
    assert found[row] == pytest.approx(expected, rel=1e-9)


def test_bw_mfi_is_metatraders_times_the_point() -> None:
    high, low = np.array([1.0635, 1.0]), np.array([1.0610, 1.0])
    assert run("bw_mfi", high, low, np.array([1000.0, 0.0])).tolist() == [
        pytest.approx(250 * 1e-5 / 1000),
        0.0,
    ]


@pytest.mark.parametrize("name", ["dema", "tema", "ama", "vidya", "frama", "adx", "adx_wilder"])
def test_after_the_warm_up_the_past_is_forgotten(name: str) -> None:
    fields = random_fields(np.random.default_rng(6), 1600)
    node_type = lookup(name)
    inputs = [fields[port.leaf or "close"] for port in node_type.inputs]
    params = [param.default for param in node_type.params]
    e = E if node_type.tolerance else ()
    whole = compute(node_type, inputs, params, e)[0]
    later = compute(node_type, [x[700:].copy() for x in inputs], params, e)[0]
    first = node_type.warmup(*params)
    np.testing.assert_allclose(later[first:], whole[700 + first :], rtol=2e-8)


def test_channels_contain_what_they_are_made_of() -> None:
    upper, middle, lower = run("price_channel", bars()["high"], bars()["low"], 10)
    assert (upper >= bars()["high"]).all()
    assert (lower <= bars()["low"]).all()
    assert (middle[10:] == (upper[10:] + lower[10:]) / 2).all()
    close = price("close")
    around = run("keltner", close, bars()["high"], bars()["low"], close, 20, 10, 2.0)
    width = 2 * run("atr", bars()["high"], bars()["low"], close, 10)
    np.testing.assert_allclose(around[0] - around[1], width, atol=1e-12)
    assert np.array_equal(around[1], run("ema", close, 20))


def test_the_header_of_an_ea_says_what_depends_on_the_start_of_history() -> None:
    text = 'strategy "x" { enter long when close > sar(0.02, 0.2) size 0.1 lots }'
    assert "depend on where history starts" in emit_mql5(parse(text)).split("#property")[0]
    plain = 'strategy "x" { enter long when close > ema(close, 9) size 0.1 lots }'
    assert "depend on where history starts" not in emit_mql5(parse(plain)).split("#property")[0]
