"""Every declaration is complete and fits the others: what back ends, text and search rely on."""

from __future__ import annotations

import dis
import string
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.errors import DeclarationError, ParamOutOfRange
from dsl.kinds import DISTANCE, NUMBER, PRICE, SIGNAL, VOLUME, Kind, oscillator
from dsl.node import node, topological
from dsl.params import ChoiceParam
from dsl.registry import NodeType, declare, lookup, node_types, resolve, signatures
from dsl.text.lower import parse_expression

TYPES = node_types()
KERNELS = [t for t in TYPES if t.kernel is not None]
FIELDS = {"open", "high", "low", "close", "tick_volume", "spread", "time", "timeframe"}
PERCENT = oscillator(0, 100)


def named(value: object) -> str:
    return value.name if isinstance(value, NodeType) else str(value)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def globals_of(function: object, seen: set[object]) -> Iterator[object]:
    """Yield what a plain function reads of its module, through the functions that it calls."""
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    codes = [function.__code__]
    for code in codes:
        codes += [const for const in code.co_consts if hasattr(const, "co_consts")]
        for instruction in dis.get_instructions(code):
            if instruction.opname == "LOAD_GLOBAL" and instruction.argval in function.__globals__:
                found = function.__globals__[instruction.argval]
                yield found
                yield from globals_of(found, seen)


def test_the_nodes_that_strategies_are_written_with_are_declared() -> None:
    wanted = """
        open high low close median typical weighted tick_volume spread hour weekday
        sma ema smma lwma highest lowest stddev bands atr rsi macd stochastic cci momentum
        add sub mul div neg abs min max gt ge lt le eq crosses_above crosses_below rising falling
        and or not session session_end closing day_end day_closing week_end week_closing
        constant points percent lots risk expert
    """
    assert set(wanted.split()) <= {t.name for t in TYPES}


@pytest.mark.parametrize("node_type", TYPES, ids=named)
def test_a_declaration_says_what_it_does(node_type: NodeType) -> None:
    assert node_type.summary.endswith(".")
    assert node_type.syntax.form == "statement" or node_type.example
    for param in node_type.params:
        assert isinstance(param, ChoiceParam) or param.minimum <= param.low <= param.high


@pytest.mark.parametrize("node_type", [t for t in TYPES if t.example], ids=named)
def test_the_example_is_a_text_that_makes_such_a_node(node_type: NodeType) -> None:
    below = topological(parse_expression(node_type.example))
    assert node_type in {current.type for current in below}


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_the_defaults_make_a_node_whose_warm_up_is_a_count_of_bars(node_type: NodeType) -> None:
    defaults = tuple(param.default for param in node_type.params)
    assert node_type.valid(*defaults)
    assert isinstance(node_type.warmup(*defaults), int)
    assert node_type.warmup(*defaults) >= 0
    assert node_type.reach is None or node_type.reach(*defaults) >= 0


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_a_leaf_is_shifted_by_its_last_parameter(node_type: NodeType) -> None:
    assert set(node_type.fields) <= FIELDS
    assert bool(node_type.fields) == (not node_type.inputs)
    if not node_type.fields:
        return
    shift = node_type.params[-1]
    assert shift.name == "shift"
    assert not isinstance(shift, ChoiceParam)
    # Of the bar that is being opened only its open, its time and its spread are known.
    known = set(node_type.fields) <= {"open", "spread", "time", "timeframe"}
    assert shift.minimum == (0 if known else 1)


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_fixed_ports_name_price_leaves(node_type: NodeType) -> None:
    for port in node_type.inputs:
        assert not port.leaf or lookup(port.leaf).outputs[0].kind == port.kind


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_mql5_forms_use_only_what_they_are_given(node_type: NodeType) -> None:
    ports = {port.name for port in node_type.inputs} | set(node_type.fields)
    params = {param.name for param in node_type.params}
    older = {f"{name}_prev" for name in ports}
    e = {"e_abs", "e_rel"} if node_type.tolerance else set()
    assert placeholders(node_type.mql5.expression) <= ports | older | params | e
    if any(name.endswith("_prev") for name in placeholders(node_type.mql5.expression)):
        assert node_type.reach is not None
        assert node_type.reach(*(param.default for param in node_type.params)) == 1
    around = {"ma_period", "ma_method", "x"} if node_type.mql5.around in ports else set()
    assert placeholders(node_type.mql5.handle) <= ports | params | around
    assert bool(node_type.mql5.expression) != bool(node_type.mql5.library)


def test_handles_number_buffers_as_metatrader_does() -> None:
    numbered = {name: lookup(name).mql5.buffers for name in ("macd", "stochastic", "bands")}
    assert numbered == {"macd": (0, 1), "stochastic": (0, 1), "bands": (1, 0, 2)}


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_a_mirror_names_a_type_with_the_same_ports_that_names_it_back(node_type: NodeType) -> None:
    declared = node_type.mirror
    other = lookup(declared.type) if declared.type else node_type
    assert other.mirror.type == (node_type.name if declared.type else "")
    assert [p.kind for p in other.inputs] == [p.kind for p in node_type.inputs]
    assert [p.name for p in other.params] == [p.name for p in node_type.params]
    swapped = dict(declared.outputs)
    assert {swapped[name] for name in swapped} == set(swapped)


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_a_meaning_shares_no_code_with_a_kernel(node_type: NodeType) -> None:
    assert isinstance(node_type.meaning, FunctionType)
    read = list(globals_of(node_type.meaning, set()))
    assert not [found for found in read if hasattr(found, "py_func")]
    assert not [found for found in read if getattr(found, "__name__", "") == "numpy"]


def test_kernels_have_names_of_their_own() -> None:
    # Emitted Python holds them side by side, with the functions that they call.
    functions: dict[str, Any] = {}
    for node_type in KERNELS:
        plain = getattr(node_type.kernel, "py_func", node_type.kernel)
        for found in [node_type.kernel, *globals_of(plain, set())]:
            if hasattr(found, "py_func"):
                assert functions.setdefault(vars(found)["__name__"], found) is found


@pytest.mark.parametrize(
    ("name", "kinds", "kind"),
    [
        ("sub", (PRICE, PRICE), DISTANCE),
        ("sub", (PRICE, DISTANCE), PRICE),
        ("add", (PRICE, DISTANCE), PRICE),
        ("add", (PRICE, PRICE), None),
        ("mul", (NUMBER, DISTANCE), DISTANCE),
        ("mul", (DISTANCE, DISTANCE), None),
        ("div", (DISTANCE, DISTANCE), NUMBER),
        ("div", (PRICE, PRICE), NUMBER),
        ("div", (PRICE, DISTANCE), None),
        ("macd", (PRICE,), DISTANCE),
        ("macd", (PERCENT,), NUMBER),
        ("ema", (PERCENT,), PERCENT),
        ("rsi", (VOLUME,), PERCENT),
        ("gt", (PRICE, PERCENT), None),
        ("gt", (PERCENT, oscillator(0, 200)), None),
        ("gt", (PRICE, PRICE), SIGNAL),
        ("and", (SIGNAL, SIGNAL), SIGNAL),
        ("and", (SIGNAL, PRICE), None),
        ("momentum", (DISTANCE,), None),
        ("bands", (DISTANCE,), DISTANCE),
        ("stddev", (PRICE,), DISTANCE),
    ],
)
def test_kinds_of_results(name: str, kinds: tuple[Kind, ...], kind: Kind | None) -> None:
    assert resolve(lookup(name), 0, kinds) == kind


def test_the_typed_table_gives_every_kind_that_a_port_may_want() -> None:
    given = {line.kind for line in signatures()}
    assert {PRICE, DISTANCE, NUMBER, VOLUME, SIGNAL, PERCENT} <= given


def test_beside_a_price_a_literal_is_first_taken_for_a_distance() -> None:
    for name in ("add", "sub"):
        lines = [o.inputs for o in lookup(name).overloads if o.inputs[0] == PRICE]
        assert lines[0] == (PRICE, DISTANCE)


def test_macd_refuses_a_fast_average_that_is_not_faster() -> None:
    with pytest.raises(ParamOutOfRange, match="fast = 26, slow = 26"):
        node(lookup("macd"), (node(lookup("close")),), (26, 26, 9))


@pytest.mark.parametrize(
    ("name", "params", "rows"),
    [
        ("sma", (20,), 19),
        ("ema", (14,), 129),  # 9.2 * 14 = 128.8
        ("ema", (20,), 184),
        ("smma", (10,), 9 + 184),
        ("rsi", (14,), 14 + 258),  # 18.4 * 14 = 257.6
        ("atr", (14,), 14),
        ("macd", (12, 26, 9), 240 + 8),
        ("stochastic", (5, 3, 3), 8),
        ("bands", (20, 2.0), 20),
        ("momentum", (14,), 14),
        ("crosses_above", (), 1),
        ("rising", (3,), 3),
    ],
)
def test_warm_up(name: str, params: tuple[Any, ...], rows: int) -> None:
    assert lookup(name).warmup(*params) == rows


@pytest.mark.parametrize("period", [2, 5, 14, 50, 200])
def test_after_the_warm_up_a_seed_weighs_nothing(period: int) -> None:
    ema, smma = lookup("ema").warmup(period), lookup("smma").warmup(period) - (period - 1)
    # Rule 9 rounds ln(1e8) / 2 = 9.21 to 9.2.
    assert (1 - 2 / (period + 1)) ** ema < 1.03e-8
    assert (1 - 1 / period) ** smma < 1.03e-8


def test_a_second_declaration_of_a_name_is_refused() -> None:
    with pytest.raises(DeclarationError, match="'sma': is declared twice"):
        declare(lookup("sma"))
