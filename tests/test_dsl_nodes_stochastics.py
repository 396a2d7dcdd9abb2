"""Stochastics of every method: ratios of averages, of the bars or of any series."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from codegen.mql5.emit import emit_mql5
from dsl.jit import F64
from dsl.registry import lookup
from dsl.text.lower import parse

PRICES = (1e-9, 0.0)
PERIODS = (5, 3, 4)
METHODS = ("ema", "smma", "lwma")


def run(name: str, *values: Any) -> tuple[F64, F64]:
    kernel = lookup(name).kernel
    assert kernel is not None
    found: tuple[F64, F64] = kernel(*values)
    return found


def bars(rows: int = 400) -> tuple[F64, F64, F64]:
    rng = np.random.default_rng(5)
    close = 1.1 + rng.normal(0, 1e-3, rows).cumsum()
    high, low = close + rng.random(rows) * 1e-3, close - rng.random(rows) * 1e-3
    return np.maximum(high, close), np.minimum(low, close), close


@pytest.mark.parametrize("method", METHODS)
def test_k_is_the_ratio_of_two_averages_and_d_averages_it(method: str) -> None:
    high, low, close = bars()
    k, d, slowing = PERIODS
    average = lookup(method).kernel
    assert average is not None
    windows = range(k - 1, len(close))
    bottom = np.array([low[i - k + 1 : i + 1].min() for i in windows])
    top = np.array([high[i - k + 1 : i + 1].max() for i in windows])
    first = 0 if method == "ema" else slowing - 1  # rows of the averages without a value
    above, span = (average(x, slowing)[first:] for x in (close[k - 1 :] - bottom, top - bottom))
    ratio = 100 * above / span
    main, mean = run(f"stochastic_{method}", high, low, close, k, d, slowing, *PRICES)
    start = lookup(f"stochastic_{method}").warmup(k, d, slowing)
    np.testing.assert_allclose(main[start:], ratio[start - k + 1 - first :], rtol=1e-9)
    averaged = average(ratio, d)
    np.testing.assert_allclose(mean[start:], averaged[start - k + 1 - first :], rtol=1e-9)


@pytest.mark.parametrize("method", ["", *(f"_{method}" for method in METHODS)])
def test_a_series_stands_in_for_all_three_prices(method: str) -> None:
    _, _, close = bars()
    alone = run(f"stochastic_of{method}", close, *PERIODS, *PRICES)
    thrice = run(f"stochastic{method}", close, close, close, *PERIODS, *PRICES)
    for one, other in zip(alone, thrice, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("method", METHODS)
def test_without_any_range_it_is_100(method: str) -> None:
    flat = np.full(300, 1.5)
    main, mean = run(f"stochastic_{method}", flat, flat, flat, *PERIODS, *PRICES)
    assert main[-1] == 100.0
    assert mean[-1] == pytest.approx(100.0)


@pytest.mark.parametrize("name", ["stochastic_ema(5, 3, 3)", "stochastic_of(rsi(close, 14), 8)"])
def test_an_ea_computes_them_itself_and_says_so(name: str) -> None:
    text = emit_mql5(parse(f'strategy "t" {{ enter long when {name}.k < 20 }}'))
    assert "iStochastic(" not in text
    assert "MetaQuotes publishes no formula of iStochastic" in text


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        (
            "close > envelopes(ema(typical, 20), 0.2).upper",
            "iEnvelopes(_Symbol, _Period, 20, 0, MODE_EMA, PRICE_TYPICAL, 0.2)",
        ),
        (
            "deviation(close, lwma(close, 9), 9) > 50 points",
            "iStdDev(_Symbol, _Period, 9, 0, MODE_LWMA, PRICE_CLOSE)",
        ),
        ("deviation(close, lwma(close, 9), 10) > 50 points", ""),
        ("deviation(close, lwma(open, 9), 9) > 50 points", ""),
        ("close > envelopes(sma(ema(close, 5), 20), 0.2).upper", ""),
        ("close > envelopes(dema(close, 20), 0.2).upper", ""),
    ],
)
def test_built_ins_that_average_themselves_serve_where_they_are_exact(
    written: str, handle: str
) -> None:
    text = emit_mql5(parse(f'strategy "t" {{ enter long when {written} }}'))
    assert not handle or f"= {handle};" in text
    assert ("iEnvelopes(" in text or "iStdDev(" in text) == bool(handle)


def test_the_shift_of_a_built_in_is_that_of_the_price_below_the_average() -> None:
    condition = "close > envelopes(ema(close, 20), 0.2)[3].upper"
    text = emit_mql5(parse(f'strategy "t" {{ enter long when {condition} }}'))
    assert "ReadBuffer(ExtEnvelopes1, 0, 3, 1," in text


@pytest.mark.parametrize(
    "text",
    [
        "rsi(obv(), 14) > 50",
        "obv() > bands(obv(), 20, 2).upper",
        "ad() == highest(ad(), 20)",
        "macd(ad(), 12, 26, 9).line > 0",
        "stochastic_of(force(13), 5, 3, 3).k > 80",
        "dema(force_ema(13), 9) > 0",
        "change(obv(), 5) > stddev(obv(), 20)",
    ],
)
def test_indicators_take_running_totals_and_forces(text: str) -> None:
    assert parse(f'strategy "t" {{ enter long when {text} }}').strategy_id
