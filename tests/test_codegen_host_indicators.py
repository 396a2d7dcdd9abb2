"""MetaTrader's built-in indicators in the MQL5 stand-in: MetaTrader's figures, the kernels' values.

The C++ is an implementation of its own. It is compared with what the stock MQL5 sources compute
(`data/reference_*.csv`) and, for every node type that has a handle, with its kernel.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from backtest.market import Market
from codegen.calls import call_tolerance, own_warmup
from codegen.host.compiler import build
from codegen.host.replay import replay
from codegen.verify.markets import nasty_bars
from dsl.jit import F64
from dsl.registry import NodeType, Signature, lookup, signatures
from tests.support.bars import EURUSD
from tests.support.columns import flat_fields
from tests.support.indicators.calls import (
    AROUND,
    AVERAGES,
    BY_HAND,
    CHART,
    HANDLES,
    METHODS,
    PRICES,
    around_call,
    handle_call,
    param_sets,
)
from tests.support.indicators.figures import EMPTY_VALUE, figures, reference_bars
from tests.support.indicators.library import COMPILER, RUNTIME, Indicators

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")

PRECISION = 1e-9
ROWS = 900


REFUSED = [
    f"iMA({CHART}, 0, 0, MODE_SMA, PRICE_CLOSE)",
    f"iMA({CHART}, -5, 0, MODE_EMA, PRICE_CLOSE)",
    f"iMA({CHART}, 5, 0, (ENUM_MA_METHOD)4, PRICE_CLOSE)",
    f"iMA({CHART}, 5, 0, MODE_SMA, (ENUM_APPLIED_PRICE)0)",
    f"iMA({CHART}, 5, 0, MODE_SMA, 1000000000)",
    f"iMA({CHART}, 2147483647, 0, MODE_SMA, PRICE_CLOSE)",
    f"iRSI({CHART}, 0, PRICE_CLOSE)",
    f"iATR({CHART}, 0)",
    f"iADX({CHART}, -1)",
    f"iMACD({CHART}, 12, 26, 0, PRICE_CLOSE)",
    f"iBands({CHART}, 0, 0, 2.0, PRICE_CLOSE)",
    f"iBands({CHART}, 5, 0, NAN, PRICE_CLOSE)",
    f"iStochastic({CHART}, 5, 0, 3, MODE_SMA, STO_LOWHIGH)",
    f"iStochastic({CHART}, 5, 3, 3, MODE_SMA, (ENUM_STO_PRICE)2)",
    f"iSAR({CHART}, 0.0, 0.2)",
    f"iIchimoku({CHART}, 9, 0, 52)",
    f"iMFI({CHART}, 14, (ENUM_APPLIED_VOLUME)7)",
    f"iAlligator({CHART}, 13, -1, 8, 5, 5, 3, MODE_SMMA, PRICE_MEDIAN)",
    f"iChaikin({CHART}, 3, 0, MODE_EMA, VOLUME_TICK)",
]
RSI = f"iRSI({CHART}, 9, PRICE_TYPICAL)"
ON_RSI = [f"iMA({CHART}, 6, 0, {method}, handle_of({{rsi}}))" for method in METHODS] + [
    f"iRSI({CHART}, 5, handle_of({{rsi}}))",
    f"iBands({CHART}, 8, 0, 2.0, handle_of({{rsi}}))",
    f"iMACD({CHART}, 3, 7, 4, handle_of({{rsi}}))",
    f"iCCI({CHART}, 10, handle_of({{rsi}}))",
    f"iDEMA({CHART}, 5, 0, handle_of({{rsi}}))",
]
FROM_NODES = {
    (node_type, params, price): handle_call(node_type, params, price)
    for number, node_type in enumerate(HANDLES)
    for extra, params in enumerate(param_sets(node_type))
    for price in [PRICES[(number + extra) % len(PRICES)]]
}
FROM_PAIRS = {
    (node_type, average): around_call(node_type, average, 9)
    for node_type in AROUND
    for average in AVERAGES
}
_PAIRED = [call for call, _ in FROM_PAIRS.values()]
COMPUTED = [
    *dict.fromkeys([*FROM_NODES.values(), *_PAIRED, *BY_HAND, *(c for c, _ in figures()), RSI])
]
APPLIED = [call.format(rsi=COMPUTED.index(RSI)) for call in ON_RSI]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Indicators:
    folder = tmp_path_factory.mktemp("indicators")
    return Indicators([*COMPUTED, *APPLIED, *REFUSED], folder)


def show_reference_bars(library: Indicators) -> None:
    columns = reference_bars()
    prices = [columns[name] for name in ("open", "high", "low", "close")]
    library.load(prices, columns["tick_volume"].astype(np.int64), 1e-5)


@cache
def random_fields(seed: int, digits: int) -> dict[str, Any]:
    bars = nasty_bars(np.random.default_rng(seed), ROWS, digits=digits)
    names = ("open", "high", "low", "close")
    prices: dict[str, Any] = {name: bars.price(name).copy() for name in names}
    ticks = bars.tick_volume.astype(float)
    return {**prices, "tick_volume": ticks, "point": bars.point}


def show_fields(library: Indicators, fields: dict[str, Any], point: float) -> None:
    prices = [fields[name] for name in ("open", "high", "low", "close")]
    library.load(prices, fields["tick_volume"].astype(np.int64), point)


def line_of(node_type: NodeType) -> Signature:
    """Return the line of the typed table where open ports take a price."""
    lines = [line for line in signatures() if line.type is node_type]
    return next(line for line in lines if line.inputs[0].name in {"price", "volume"})


def kernel_values(
    node_type: NodeType, params: tuple[Any, ...], price: str, fields: dict[str, Any], point: float
) -> list[F64]:
    leaves = [lookup(port.leaf or price) for port in node_type.inputs]
    inputs = [leaf.kernel(*(fields[name] for name in leaf.fields)) for leaf in leaves]  # type: ignore[misc]
    line = line_of(node_type)
    tolerance = call_tolerance(node_type, line.inputs, line.kind, point)
    assert node_type.kernel is not None
    values = node_type.kernel(*inputs, *params, *tolerance)
    return list(values) if isinstance(values, tuple) else [values]


def assert_kernels_agree(library: Indicators, fields: dict[str, Any], point: float) -> None:
    show_fields(library, fields, point)
    noise = 1e-7 * point  # a thousandth of what the contract takes for equal
    for (node_type, params, price), call in FROM_NODES.items():
        warmup = own_warmup(node_type, params)
        found = library.values(call)
        expected = kernel_values(node_type, params, price, fields, point)
        for buffer, column in zip(node_type.mql5.buffers, expected, strict=True):
            wanted, values = column[warmup:], found[buffer][warmup:]
            scale = float(np.median(np.abs(wanted))) if len(wanted) else 0.0
            agree = np.isclose(values, wanted, rtol=PRECISION, atol=max(PRECISION * scale, noise))
            rows = np.flatnonzero(~agree)
            assert not len(rows), (call, buffer, warmup + rows[:3], values[rows], wanted[rows])


@pytest.mark.parametrize("key", figures(), ids=str)
def test_built_ins_give_metatraders_figures(library: Indicators, key: tuple[str, int]) -> None:
    show_reference_bars(library)
    call, buffer = key
    values = library.values(call)[buffer]
    for row, expected in figures()[key].items():
        assert values[row] == pytest.approx(expected, rel=PRECISION, abs=0), row


@pytest.mark.parametrize(("seed", "digits"), [(1, 5), (2, 3), (3, 2)])
def test_every_handle_of_a_node_type_gives_its_kernels_values(
    library: Indicators, seed: int, digits: int
) -> None:
    fields = random_fields(seed, digits)
    assert_kernels_agree(library, fields, fields["point"])


@pytest.mark.parametrize(("node_type", "average"), FROM_PAIRS, ids=lambda t: t.name)
def test_handles_with_an_average_of_their_own_give_the_values_of_two_kernels(
    library: Indicators, node_type: NodeType, average: NodeType
) -> None:
    fields = random_fields(1, 5)
    show_fields(library, fields, fields["point"])
    call, params = FROM_PAIRS[node_type, average]
    assert average.kernel is not None
    assert node_type.kernel is not None
    line = average.kernel(fields["close"], 9)
    ports = [port.name for port in node_type.inputs]
    inputs = [line if port == node_type.mql5.around else fields["close"] for port in ports]
    expected = node_type.kernel(*inputs, *params)
    columns = expected if isinstance(expected, tuple) else [expected]
    start = 2 * own_warmup(average, (9,)) + own_warmup(node_type, params)
    for buffer, column in zip(node_type.mql5.buffers, columns, strict=True):
        assert library.values(call)[buffer][start:] == pytest.approx(column[start:], rel=1e-9)


@pytest.mark.parametrize("method", ["EMA", "SMMA", "LWMA"])
def test_the_stochastics_of_other_methods_follow_the_same_assumption(
    library: Indicators, method: str
) -> None:
    fields = random_fields(2, 5)
    show_fields(library, fields, fields["point"])
    node_type, params = lookup(f"stochastic_{method.lower()}"), (5, 3, 3)
    call = f"iStochastic({CHART}, 5, 3, 3, MODE_{method}, STO_LOWHIGH)"
    start = own_warmup(node_type, params)
    for found, expected in zip(
        library.values(call), kernel_values(node_type, params, "close", fields, 1e-5), strict=True
    ):
        assert found[start:] == pytest.approx(expected[start:], rel=1e-9, abs=1e-9)


def test_handles_and_kernels_agree_where_the_market_stands_still(library: Indicators) -> None:
    assert_kernels_agree(library, flat_fields(ROWS), 1e-5)


def test_values_computed_bar_by_bar_are_those_of_all_bars_at_once(library: Indicators) -> None:
    show_fields(library, random_fields(4, 5), 1e-5)
    calls = [*COMPUTED, *APPLIED]
    growing = [library.open(call) for call in calls]
    for rows in range(1, 161):
        for first_tick in (True, False):
            library.show(rows, first_tick=first_tick)
            for indicator in growing:
                library.update(indicator)
            if rows % 40 == 1 or rows == 160:
                for call, indicator in zip(calls, growing, strict=True):
                    fresh = np.stack(library.values(call))
                    assert np.array_equal(np.stack(library.buffers(indicator)), fresh), call


def test_several_new_bars_at_once_are_caught_up_with(library: Indicators) -> None:
    show_fields(library, random_fields(4, 5), 1e-5)
    for call in COMPUTED:
        library.show(30, first_tick=True)
        indicator = library.open(call)
        for rows in (30, 31, 75, 300):
            library.show(rows)
            library.update(indicator)
        fresh = np.stack(library.values(call))
        assert np.array_equal(np.stack(library.buffers(indicator)), fresh), call


def test_rows_before_a_whole_period_are_empty(library: Indicators) -> None:
    show_fields(library, random_fields(5, 5), 1e-5)
    average = library.values(f"iMA({CHART}, 7, 3, MODE_SMA, PRICE_OPEN)")[0]
    assert set(average[:6]) == {EMPTY_VALUE}
    assert abs(average[6:]).max() < 10
    on_rsi = library.values(APPLIED[0])[0]  # nine rows of the one, five of the other
    assert set(on_rsi[:14]) == {EMPTY_VALUE}
    assert abs(on_rsi[14:]).max() <= 100


def test_a_few_bars_are_enough_for_no_indicator_to_fail(library: Indicators) -> None:
    show_fields(library, random_fields(5, 5), 1e-5)
    for rows in range(1, 8):
        library.show(rows)
        for call in [*COMPUTED, *APPLIED]:
            assert np.isfinite(np.stack(library.values(call))).all(), call


@pytest.mark.parametrize("call", REFUSED)
def test_invalid_parameters_give_no_handle(library: Indicators, call: str) -> None:
    assert library.handle(call) == -1


def test_an_average_of_another_indicator_starts_where_that_one_has_values(
    library: Indicators,
) -> None:
    show_fields(library, random_fields(6, 5), 1e-5)
    rsi = library.values(RSI)[0]
    mean, exponential = (library.values(call)[0] for call in APPLIED[:2])
    assert mean[14:] == pytest.approx(np.convolve(rsi[9:], np.full(6, 1 / 6), "valid"), rel=1e-9)
    expected = rsi[9]
    for row in range(10, 200):
        expected += (rsi[row] - expected) * 2 / 7
        assert exponential[row] == pytest.approx(expected, rel=1e-9)


def test_a_shift_of_the_drawing_moves_no_value(library: Indicators) -> None:
    show_fields(library, random_fields(6, 5), 1e-5)
    shifted = library.values(f"iMA({CHART}, 7, 3, MODE_SMA, PRICE_OPEN)")[0]
    opens = random_fields(6, 5)["open"]
    assert shifted[100] == pytest.approx(opens[94:101].mean(), rel=1e-12)


def test_real_volume_is_read_where_it_is_asked_for(library: Indicators) -> None:
    show_fields(library, random_fields(6, 5), 1e-5)
    ticks, real = (
        library.values(f"iVolumes({CHART}, VOLUME_{kind})")[0] for kind in ("TICK", "REAL")
    )
    assert np.array_equal(real, 3 * ticks)


def test_refused_handles_tell_why_and_indicators_apply_to_others() -> None:
    source = (Path(__file__).parent / "support" / "host" / "handles.mq5").read_text("utf-8")
    bars = nasty_bars(np.random.default_rng(1), 80)
    found = replay(build([source]), 0, Market(bars, EURUSD))
    assert found.fault is None
    assert found.leaked_handles == 0
    assert [line.text for line in found.journal] == [
        "period -1 4002",
        "method -1 4002",
        "handle -1 4807",
        "timeframe -1 4804",
        "average true",
    ]


def test_every_declared_function_is_called_here() -> None:
    header = (RUNTIME / "indicators.h").read_text(encoding="utf-8")
    declared = set(re.findall(r"^int (i\w+)\(", header, re.MULTILINE))
    called = {call.split("(")[0] for call in COMPUTED}
    assert len(declared) == 38
    assert declared == called
