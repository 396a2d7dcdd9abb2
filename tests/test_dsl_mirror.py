"""The mirrored node tells on reflected bars what the original tells on the real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from codegen.verify.strategies import random_node
from dsl.kinds import DISTANCE, NUMBER, PRICE, SIGNAL, Kind, oscillator
from dsl.mirror import mirror, symmetric
from dsl.node import InputRef, Node, Value, node, rewrite, topological, with_params
from dsl.registry import lookup
from dsl.strategy import Strategy
from tests.support.columns import column, random_fields

POINT = 1e-5
PERCENT = oscillator(0, 100)
MIDDLE = 1.3


def call(name: str, *inputs: Node, params: tuple[Value, ...] = (), output: str = "") -> Node:
    node_type = lookup(name)
    number = node_type.output_index(output) if output else 0
    return node(node_type, inputs, params, output=number)


def level(value: Value, kind: Kind) -> Node:
    return node(lookup("constant"), (), (value,), kind=kind)


CLOSE, HIGH, LOW, OPEN = (call(name) for name in ("close", "high", "low", "open"))
VOLUME = call("tick_volume")
RSI = call("rsi", CLOSE, params=(14,))
ATR = call("atr", HIGH, LOW, CLOSE, params=(14,))
EMA = call("ema", CLOSE, params=(20,))
MACD = call("macd", CLOSE, params=(12, 26, 9))
CCI = call("cci", call("typical"), params=(14,))
UPPER = call("bands", CLOSE, params=(20, 2.0), output="upper")
LOWER = call("bands", CLOSE, params=(20, 2.0), output="lower")
TREND = call("sub", EMA, call("ema", CLOSE, params=(50,)))
TWO_ATR = call("mul", level(2, NUMBER), ATR)
VOLUME_RSI = call("rsi", VOLUME, params=(14,))
HALF = level(0.5, NUMBER)

BY_HAND = {
    "rsi < 30": (
        call("lt", RSI, level(30, PERCENT)),
        call("gt", RSI, level(70, PERCENT)),
    ),
    "25.5 >= rsi": (
        call("ge", level(25.5, PERCENT), RSI),
        call("le", level(74.5, PERCENT), RSI),
    ),
    "highest and lowest": (
        call("ge", CLOSE, call("highest", HIGH, params=(20,))),
        call("le", CLOSE, call("lowest", LOW, params=(20,))),
    ),
    "close > upper band": (call("gt", CLOSE, UPPER), call("lt", CLOSE, LOWER)),
    "close > ema + 2 * atr": (
        call("gt", CLOSE, call("add", EMA, TWO_ATR)),
        call("lt", CLOSE, call("sub", EMA, TWO_ATR)),
    ),
    "distance before the price": (
        call("gt", CLOSE, call("add", TWO_ATR, EMA)),
        call("lt", CLOSE, call("sub", EMA, TWO_ATR)),
    ),
    "macd crosses above 0": (
        call("crosses_above", MACD, level(0, DISTANCE)),
        call("crosses_below", MACD, level(0, DISTANCE)),
    ),
    "trend > 0.001": (
        call("gt", TREND, level(0.001, DISTANCE)),
        call("lt", TREND, level(-0.001, DISTANCE)),
    ),
    "trend > atr": (
        call("gt", TREND, ATR),
        call("lt", TREND, call("neg", ATR)),
    ),
    "cci > 100": (
        call("gt", CCI, level(100, Kind("oscillator"))),
        call("lt", CCI, level(-100, Kind("oscillator"))),
    ),
    "momentum > 100.3": (
        call("gt", call("momentum", CLOSE), level(100.3, oscillator(0, 200))),
        call("lt", call("momentum", CLOSE), level(99.7, oscillator(0, 200))),
    ),
    "rsi - 50 > ...": (
        call("gt", call("sub", RSI, level(50, PERCENT)), level(5, NUMBER)),
        call("lt", call("sub", RSI, level(50, PERCENT)), level(-5, NUMBER)),
    ),
    "mean of two oscillators": (
        call("gt", call("mul", HALF, call("add", RSI, RSI)), level(60, NUMBER)),
        call("lt", call("mul", HALF, call("add", RSI, RSI)), level(40, NUMBER)),
    ),
    "smaller of open and close": (
        call("lt", call("min", OPEN, CLOSE), EMA),
        call("gt", call("max", OPEN, CLOSE), EMA),
    ),
    "close / ema > 1.02": (
        call("gt", call("div", CLOSE, EMA), level(1.02, NUMBER)),
        call("lt", call("div", CLOSE, EMA), level(0.98, NUMBER)),
    ),
    "rising": (call("rising", HIGH, params=(3,)), call("falling", LOW, params=(3,))),
    "size of a move": (
        call("gt", call("abs", TREND), ATR),
        call("gt", call("abs", TREND), ATR),
    ),
    "a level that is an input": (
        call("lt", TREND, level(InputRef("floor"), DISTANCE)),
        call("gt", TREND, call("neg", level(InputRef("floor"), DISTANCE))),
    ),
    "an oscillator's level that is an input": (
        call("lt", RSI, level(InputRef("low"), PERCENT)),
        call("lt", call("sub", level(100, PERCENT), RSI), level(InputRef("low"), NUMBER)),
    ),
}

NEARLY = ("momentum", "close / ema")  # reflected about no change, so not exactly
UNCHANGED = {
    "atr": call("gt", ATR, level(0.001, DISTANCE)),
    "volume": call("gt", VOLUME, call("sma", VOLUME, params=(20,))),
    "rsi of volume": call("gt", VOLUME_RSI, level(60, PERCENT)),
    "bands of volume": call("gt", VOLUME, call("bands", VOLUME, output="upper")),
    "hour": call("ge", call("hour"), level(8, Kind("hour", 0, 23))),
    "session": call("session", params=(480, 1200)),
    "share of the price": call("gt", ATR, call("percent", CLOSE)),
    "width": call("gt", call("stddev", CLOSE), ATR),
    "two literals": call("gt", level(1, PRICE), level(2, PRICE)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_counterparts(name: str) -> None:
    signal, expected = BY_HAND[name]
    assert mirror(signal) is expected


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_knows_no_direction_is_its_own_counterpart(name: str) -> None:
    assert mirror(UNCHANGED[name]) is UNCHANGED[name]


def test_logic_is_kept_around_mirrored_parts() -> None:
    quiet = UNCHANGED["atr"]
    signal = call("or", call("and", BY_HAND["rsi < 30"][0], quiet), call("not", quiet))
    expected = call("or", call("and", BY_HAND["rsi < 30"][1], quiet), call("not", quiet))
    assert mirror(signal) is expected


def reflected(fields: dict[str, Any]) -> dict[str, Any]:
    turned = {name: 2 * MIDDLE - fields[name] for name in ("open", "close")}
    return {
        **fields,
        **turned,
        "high": 2 * MIDDLE - fields["low"],
        "low": 2 * MIDDLE - fields["high"],
    }


def filled(signal: Node) -> Node:
    """Return the graph with every input of the EA replaced by a number."""
    numbers = {"floor": 0.0004, "low": 33.0}

    def literal(current: Node) -> Node:
        values = [numbers[v.name] if isinstance(v, InputRef) else v for v in current.params]
        return with_params(current, values)

    return rewrite(signal, literal)


@pytest.mark.parametrize("name", [name for name in BY_HAND if not name.startswith(NEARLY)])
def test_counterparts_give_the_same_signals_on_reflected_bars(name: str) -> None:
    fields = random_fields(np.random.default_rng(4), 1500, point=POINT)
    signal = BY_HAND[name][0]
    before = column(filled(signal), fields)
    assert before.any()
    assert np.array_equal(before, column(filled(mirror(signal)), reflected(fields)))
    assert np.array_equal(before, column(filled(mirror(mirror(signal))), fields))


def depends_on_the_level_of_prices(signal: Node) -> bool:
    """Return whether a node below is reflected only nearly: momentum, x / price, price literals."""
    return any(
        current.type.name in {"momentum", "percent", "roc", "mfi"}
        or current.type.name in {"envelopes", "trix"}
        or _steps_of_an_oscillator(current)
        or (current.type.name == "div" and current.inputs[1] and current.inputs[1].kind == PRICE)
        or (current.type.name == "constant" and current.kind == PRICE)
        for current in topological(signal)
    )


def one_sided(signal: Node, fields: dict[str, Any]) -> bool:
    """Return whether an oscillator below has nothing to divide by, where the two sides differ."""
    shares = [n for n in topological(signal) if n.type.name in {"rsi", "demarker", "ultimate"}]
    for share in shares:
        values = (column(share, fields) - share.kind.low) / (share.kind.high - share.kind.low)
        if np.nanmin(values) < 1e-6 or np.nanmax(values) > 1 - 1e-6:
            return True
    return False


def _steps_of_an_oscillator(current: Node) -> bool:
    """Return whether steps are compared whose tolerance is larger near 100 than near 0."""
    steps = current.type.name in {"rising", "falling"}
    return steps and any(port and port.kind.name == "oscillator" for port in current.inputs)


@pytest.mark.parametrize("seed", range(8))
def test_random_signals_mirrored_give_the_same_on_reflected_bars(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fields = random_fields(rng, 900, point=POINT)
    turned = reflected(fields)
    informative = 0
    for _ in range(25):
        signal = random_node(rng, SIGNAL, 4)
        image = mirror(signal)
        assert image.kind == SIGNAL
        again = column(mirror(image), fields)
        before = column(signal, fields)
        assert np.array_equal(before, again)
        if not (depends_on_the_level_of_prices(signal) or one_sided(signal, fields)):
            assert np.array_equal(before, column(image, turned))
            informative += bool(before.any() and not before.all())
    assert informative >= 5


def strategy(**ports: Node) -> Strategy:
    expert = lookup("expert")
    ports = {"size": call("lots", params=(0.1,)), **ports}
    return Strategy(
        node(expert, [ports.get(port.name) for port in expert.inputs], (1,)),
        labels=(("trend", TREND), ("gone", RSI)),
        title="both ways",
    )


def test_symmetric_makes_the_short_side_and_keeps_the_rest() -> None:
    above = call("crosses_above", TREND, level(0, DISTANCE))
    filters = call("gt", RSI, level(50, PERCENT))
    made = symmetric(
        strategy(
            long_entry=above,
            short_entry=call("lt", RSI, level(10, PERCENT)),
            entry_filter=filters,
            stop_loss=TWO_ATR,
        )
    )
    assert made.port("long_entry") is above
    assert made.port("short_entry") is call("crosses_below", TREND, level(0, DISTANCE))
    assert made.port("long_exit") is made.port("short_exit") is None
    assert made.port("entry_filter") is filters
    assert made.port("stop_loss") is TWO_ATR
    assert made.rule("reverse") == 1
    assert made.title == "both ways"


def test_symmetric_keeps_the_labels_of_what_is_left() -> None:
    made = symmetric(
        strategy(
            long_entry=call("gt", TREND, level(0, DISTANCE)),
            short_entry=call("lt", RSI, level(10, PERCENT)),
        )
    )
    assert made.labels == (("trend", TREND),)


def test_symmetric_twice_is_symmetric_once() -> None:
    once = symmetric(strategy(long_entry=BY_HAND["rsi < 30"][0], long_exit=call("rising", CLOSE)))
    assert symmetric(once) == once
