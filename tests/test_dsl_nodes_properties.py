"""What must hold for every declared node type: written once here, applied to the registry."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import dsl.nodes  # noqa: F401  fills the registry
from dsl.columns import compute, shift_of
from dsl.kinds import SIGNAL, Kind, tolerance
from dsl.params import ChoiceParam
from dsl.registry import NodeType, Signature, lookup, node_types, signatures
from tests.support.columns import HOUR, flat_fields, meanings, random_fields

POINT = 1e-5
ROWS = 560
SCALED = {"price", "distance", "force"}
NEVER_NEGATIVE = {"price", "volume", "count", "points", "hour", "weekday"}

KERNELS = [t for t in node_types() if t.kernel is not None]
LEAVES = [t for t in KERNELS if t.fields]
LINES = [line for line in signatures() if line.type.kernel is not None]


def named(value: object) -> str:
    if isinstance(value, Signature):
        kinds = ", ".join(map(str, value.inputs))
        return f"{value.type.name}({kinds}).{value.type.outputs[value.output].name}"
    return value.name if isinstance(value, NodeType) else str(value)


def line_of(node_type: NodeType) -> Signature:
    """Return the first line of the typed table for a type."""
    return next(line for line in LINES if line.type is node_type)


@cache
def values_of(kind: Kind, seed: int, rows: int) -> np.ndarray[Any, Any]:
    """Return values of a kind, with stretches that stand still."""
    rng = np.random.default_rng([seed, len(kind.name)])
    if kind == SIGNAL:
        return rng.random(rows) < 0.4
    fields = random_fields(rng, rows, point=POINT)
    if kind.name == "price":
        return np.asarray(fields["close"])
    if kind.name == "distance":
        return np.asarray(fields["close"] - fields["open"])
    if kind.name == "volume":
        return np.asarray(fields["tick_volume"])
    if kind.name in {"hour", "weekday", "count", "points"}:
        return rng.integers(0, 7, rows).astype(float)
    low, high = (kind.low, kind.high) if np.isfinite(kind.low) else (-3.0, 3.0)
    held = rng.random(rows) < 0.2
    values = np.round(rng.uniform(low, high, rows), 3)
    values[1:][held[1:]] = values[:-1][held[1:]]
    return values


def inputs_of(line: Signature, seed: int = 1, rows: int = ROWS) -> list[Any]:
    if line.type.fields:
        fields = random_fields(np.random.default_rng(seed), rows, point=POINT)
        return [fields[name] for name in line.type.fields]
    fields = random_fields(np.random.default_rng(seed), rows, point=POINT)
    return [
        price_of(port.leaf, fields) if port.leaf else values_of(kind, seed + number, rows)
        for number, (port, kind) in enumerate(zip(line.type.inputs, line.inputs, strict=True))
    ]


def price_of(name: str, fields: dict[str, Any]) -> Any:
    """Return what the leaf that a fixed port reads gives for these bars, each beside its own."""
    leaf = lookup(name)
    assert leaf.kernel is not None
    return leaf.kernel(*(fields[field] for field in leaf.fields))


def param_sets(node_type: NodeType) -> list[tuple[Any, ...]]:
    """Return the defaults, the smallest values searched, and larger ones that the bars allow."""
    numbers = [p for p in node_type.params if not isinstance(p, ChoiceParam)]
    assert len(numbers) == len(node_type.params)
    large = [min(p.high, p.default + 3) for p in numbers]
    found = ([p.default for p in numbers], [p.low for p in numbers], large)
    valid = [tuple(p) for p in dict.fromkeys(map(tuple, found)) if node_type.valid(*p)]
    return [valid[0], *(p for p in valid[1:] if warmup(node_type, p) < ROWS - 40)]


def e_of(line: Signature, point: float = POINT) -> tuple[float, ...]:
    where = line.type.tolerance
    if not where:
        return ()
    names = [port.name for port in line.type.inputs]
    return tuple(tolerance(line.inputs[names.index(where)], point))


def warmup(node_type: NodeType, params: tuple[Any, ...]) -> int:
    return node_type.warmup(*params) + shift_of(node_type, params)


def within_bounds(line: Signature, values: np.ndarray[Any, Any]) -> bool:
    """Return whether values keep to the bounds that the type itself declares for its output."""
    kind = line.type.outputs[line.output].kind
    if not isinstance(kind, Kind) or line.type is lookup("momentum"):
        return True  # momentum's bounds only say what it swings about
    return bool((values >= kind.low - 1e-9).all() and (values <= kind.high + 1e-9).all())


def same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=a.dtype != np.bool_))


def cut(inputs: list[Any], rows: int) -> list[Any]:
    return [values if isinstance(values, int) else values[:rows].copy() for values in inputs]


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_a_value_does_not_depend_on_later_bars(node_type: NodeType) -> None:
    line = line_of(node_type)
    inputs = inputs_of(line)
    for params in param_sets(node_type):
        whole = compute(node_type, inputs, params, e_of(line))
        for rows in (ROWS - 1, ROWS // 2, 61, 2, 1):
            part = compute(node_type, cut(inputs, rows), params, e_of(line))
            assert all(same(a[:rows], b) for a, b in zip(whole, part, strict=True))


@pytest.mark.parametrize("node_type", LEAVES, ids=named)
def test_a_leaf_knows_of_the_opening_bar_only_what_is_known_then(node_type: NodeType) -> None:
    known = {"open", "time", "timeframe", "spread"}
    inputs = inputs_of(line_of(node_type))
    lowest = tuple(getattr(p, "minimum", p.default) for p in node_type.params)
    before = compute(node_type, inputs, lowest)
    now = ROWS // 2
    changed = cut(inputs, ROWS)
    for name, values in zip(node_type.fields, changed, strict=True):
        if not isinstance(values, int):
            values[now + (name in known) :] += 7
    after = compute(node_type, changed, lowest)
    assert all(same(a[: now + 1], b[: now + 1]) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("line", LINES, ids=named)
def test_columns_are_fresh_and_filled_from_warm_up_on(line: Signature) -> None:
    inputs = inputs_of(line)
    kept = [values if isinstance(values, int) else values.copy() for values in inputs]
    for params in param_sets(line.type):
        column = compute(line.type, inputs, params, e_of(line), start=0)[line.output]
        first = warmup(line.type, params)
        assert first < ROWS
        assert len(column) == ROWS
        assert column.dtype == (np.bool_ if line.kind == SIGNAL else np.float64)
        assert column.flags.c_contiguous
        assert not any(np.shares_memory(column, x) for x in inputs if not isinstance(x, int))
        if line.kind != SIGNAL:
            assert np.isnan(column[:first]).all()
            assert np.isfinite(column[first:]).all()
            assert within_bounds(line, column[first:])
        else:
            assert not column[:first].any()
    for before, after in zip(kept, inputs, strict=True):
        assert isinstance(before, int) or same(before, after)


def still_inputs_of(line: Signature) -> list[Any]:
    """Return prices that stand still after a jump, and nothing but zeros of other kinds."""
    still = flat_fields(ROWS)
    if line.type.fields:
        return [still[name] for name in line.type.fields]
    leaves = [port.leaf or "close" for port in line.type.inputs]
    return [
        price_of(leaf, still) if kind.name == "price" else np.zeros_like(values_of(kind, 1, ROWS))
        for leaf, kind in zip(leaves, line.inputs, strict=True)
    ]


@pytest.mark.parametrize("line", LINES, ids=named)
def test_a_market_that_stands_still_gives_finite_values(line: Signature) -> None:
    inputs = still_inputs_of(line)
    for params in param_sets(line.type):
        column = compute(line.type, inputs, params, e_of(line))[line.output]
        assert np.isfinite(column[warmup(line.type, params) :]).all()


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_fewer_bars_than_the_warm_up_give_an_empty_column(node_type: NodeType) -> None:
    line = line_of(node_type)
    inputs = inputs_of(line)
    for rows in (0, 1, 2, 5):
        for params in param_sets(node_type):
            for column in compute(node_type, cut(inputs, rows), params, e_of(line)):
                assert len(column) == rows
                head = column[: warmup(node_type, params)]
                assert not head.any() if head.dtype == np.bool_ else np.isnan(head).all()


@pytest.mark.parametrize("still", [False, True], ids=["moving", "still"])
@pytest.mark.parametrize("line", LINES, ids=named)
def test_the_kernel_does_what_the_meaning_says(line: Signature, still: bool) -> None:
    inputs = still_inputs_of(line) if still else inputs_of(line, seed=3)
    params = param_sets(line.type)[-1]
    first = warmup(line.type, params)
    column = compute(line.type, inputs, params, e_of(line))[line.output][first:]
    rows = meanings(line.type, inputs, params, e_of(line))
    expected = np.array([row[line.output] for row in rows])[first:]
    if line.kind == SIGNAL:
        assert same(column, expected.astype(np.bool_))
    else:
        # Differences of sums keep the last bits of what was summed.
        noise = 1e-14 * max(np.abs(x).max() for x in [*inputs, expected])
        np.testing.assert_allclose(column, expected, rtol=1e-9, atol=noise)


@pytest.mark.parametrize("line", [line for line in LINES if not line.type.fields], ids=named)
def test_doubled_prices_double_prices_and_distances_and_nothing_else(line: Signature) -> None:
    inputs = inputs_of(line, seed=5)
    kinds = line.inputs or ()
    doubled = [x * 2 if k.name in SCALED else x for x, k in zip(inputs, kinds, strict=True)]
    for params in param_sets(line.type):
        column = compute(line.type, inputs, params, e_of(line))[line.output]
        scaled = compute(line.type, doubled, params, e_of(line, 2 * POINT))[line.output]
        # Twice a double is exact, so nothing less than equality will do.
        assert same(column * 2 if line.kind.name in SCALED else column, scaled)


@pytest.mark.parametrize("node_type", KERNELS, ids=named)
def test_warm_up_cells_of_the_inputs_never_reach_a_kernel(node_type: NodeType) -> None:
    line = line_of(node_type)
    if node_type.fields:
        return
    inputs = inputs_of(line)
    start = 40
    params = param_sets(node_type)[0]
    plain = compute(node_type, [x[start:].copy() for x in inputs], params, e_of(line))
    empty = cut(inputs, ROWS)
    for values in empty:
        values[:start] = False if values.dtype == np.bool_ else np.nan
    padded = compute(node_type, empty, params, e_of(line), start=start)
    for a, b in zip(plain, padded, strict=True):
        assert same(a, b[start:])
        head = b[:start]
        assert not head.any() if head.dtype == np.bool_ else np.isnan(head).all()


def test_all_hours_of_the_generated_bars_are_whole() -> None:
    times = random_fields(np.random.default_rng(1), 50)["time"]
    assert (times % HOUR == 0).all()
