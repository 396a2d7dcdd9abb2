"""Values at the edges: nothing to divide by, markets that stand still, ties in the tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.jit import F64
from dsl.kinds import COUNT, PRICE, Kind, tolerance
from dsl.registry import lookup

POINT = 1e-5
PRICES = tuple(tolerance(PRICE, POINT))
RELATIVE = (0.0, 1e-9)


def run(name: str, *args: Any) -> Any:
    kernel = lookup(name).kernel
    assert kernel is not None
    return kernel(*args)


def row(*values: float) -> F64:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("off", "above", "beside"),
    [(0.0, False, True), (0.9e-9, False, True), (1.1e-9, True, False), (-1.1e-9, False, False)],
)
def test_prices_tie_within_a_ten_thousandth_of_a_point(
    off: float, above: bool, beside: bool
) -> None:
    a, b = row(1.25 + off), row(1.25)
    assert run("gt", a, b, *PRICES)[0] == above
    assert run("lt", b, a, *PRICES)[0] == above
    assert run("eq", a, b, *PRICES)[0] == beside
    assert run("ge", a, b, *PRICES)[0] == (above or beside)
    assert run("le", b, a, *PRICES)[0] == (above or beside)


def test_other_values_tie_in_proportion_to_their_size() -> None:
    assert not run("gt", row(1000.0000005), row(1000.0), *RELATIVE)[0]
    assert run("gt", row(1000.000002), row(1000.0), *RELATIVE)[0]
    assert not run("gt", row(0.9e-9), row(0.0), *RELATIVE)[0]
    assert run("gt", row(1.1e-9), row(0.0), *RELATIVE)[0]


def test_whole_numbers_have_no_tolerance() -> None:
    for kind in (COUNT, Kind("hour", 0, 23)):
        assert tuple(tolerance(kind, POINT)) == (0.0, 0.0)


def test_a_crossing_is_above_now_and_was_not_before() -> None:
    level = row(2, 2, 2, 2, 2, 2)
    moving = row(1, 2, 3, 2, 3, 4)
    assert run("crosses_above", moving, level, *PRICES).tolist() == [0, 0, 1, 0, 1, 0]
    assert run("crosses_below", 4 - moving, level, *PRICES).tolist() == [0, 0, 1, 0, 1, 0]


def test_a_touch_within_the_tolerance_is_no_crossing() -> None:
    moving = row(2 - 1e-4, 2 + 0.5e-9, 2 - 1e-4)
    assert not run("crosses_above", moving, np.full(3, 2.0), *PRICES).any()


def test_rising_counts_steps_and_a_tie_ends_them() -> None:
    x = row(1, 2, 3, 4, 4, 5, 6)
    assert run("rising", x, 2, *PRICES).tolist() == [0, 0, 1, 1, 0, 0, 1]
    assert run("falling", -x, 2, *PRICES).tolist() == [0, 0, 1, 1, 0, 0, 1]


def test_a_division_by_nothing_gives_zero() -> None:
    assert run("div", row(1, 1, 1, 1), row(0, 1e-12, -1e-12, 2e-12)).tolist() == [0, 0, 0, 5e11]


def test_rsi_is_100_without_losses_0_without_gains_50_without_either() -> None:
    steps = np.arange(20.0)
    assert run("rsi", 1 + steps * POINT, 5, *PRICES)[-1] == 100
    assert run("rsi", 1 - steps * POINT, 5, *PRICES)[-1] == 0
    assert run("rsi", np.ones(20), 5, *PRICES)[-1] == 50


def test_the_noise_of_a_running_sum_is_no_movement() -> None:
    noisy = 1.25 + np.tile([0.0, 2e-16], 20)
    assert run("rsi", noisy, 5, *PRICES)[-1] == 50
    assert run("cci", noisy, 5, *PRICES)[-1] == 0


def test_stochastic_is_100_where_there_is_no_range() -> None:
    flat = np.full(20, 1.25)
    main, signal = run("stochastic", flat, flat, flat, 5, 3, 3, *PRICES)
    assert main[-1] == signal[-1] == 100


def test_stochastic_divides_sums_and_does_not_average_quotients() -> None:
    high, low = row(10, 10, 20), row(0, 0, 0)
    main, _ = run("stochastic", high, low, row(5, 10, 5), 1, 1, 2, *PRICES)
    assert main[-1] == pytest.approx(100 * (10 + 5) / (10 + 20))


def test_bands_have_no_width_in_a_market_that_stands_still_after_a_jump() -> None:
    x = np.concatenate([np.full(7, 1.5), np.full(30, 1.1)])
    upper, middle, lower = run("bands", x, 10, 2.0)
    assert (upper[20:] == 1.1).all()
    assert (middle[20:] == 1.1).all()
    assert (lower[20:] == 1.1).all()


def test_atr_is_the_simple_mean_and_counts_gaps() -> None:
    high, low, close = row(2, 2, 5, 5), row(1, 1, 4, 4), row(1, 2, 4, 5)
    assert run("atr", high, low, close, 2)[2:].tolist() == [(1 + 3) / 2, (3 + 1) / 2]


def test_the_macd_signal_is_a_simple_mean() -> None:
    x = np.cumsum(np.random.default_rng(2).normal(size=200))
    line, signal = run("macd", x, 12, 26, 9)
    assert signal[-1] == pytest.approx(line[-9:].mean(), abs=1e-12)


def test_momentum_is_100_without_change_and_0_after_nothing() -> None:
    assert run("momentum", row(2, 0, 2, 3), 2).tolist()[2:] == [100, 0]


@pytest.mark.parametrize("period", [1, 2, 3, 7, 50])
def test_highest_and_lowest_look_back_so_many_rows(period: int) -> None:
    x = np.random.default_rng(3).integers(0, 20, 200).astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(x, period)
    assert run("highest", x, period)[period - 1 :].tolist() == windows.max(axis=1).tolist()
    assert run("lowest", x, period)[period - 1 :].tolist() == windows.min(axis=1).tolist()


@pytest.mark.parametrize("period", [2, 14])
def test_rsi_stays_while_the_market_stands_still(period: int) -> None:
    # MetaTrader's too: both averages fade alike, and none of them ever is 0.
    moving = np.round(1.1 + np.cumsum(np.random.default_rng(1).normal(0, 1e-4, 300)), 5)
    x = np.concatenate([moving, np.full(400, moving[-1]), [moving[-1] + 1e-5]])
    values = run("rsi", x, period, *PRICES)
    assert 1 < values[299] < 99
    assert set(values[300:700]) == {values[299]}
    assert values[700] > 99.9
    meaning = lookup("rsi").meaning
    assert meaning is not None
    for bar in (299, 320, 699, 700):
        assert meaning(bar, x.tolist(), period, *PRICES) == pytest.approx(values[bar], rel=1e-9)
