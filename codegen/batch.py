"""Lowering: strategies become Programs on the rows of a cache, without source and without a Plan.

Cached rows cost a look-up by digest; a missing one is allocated and a job queued that fills it, so
inputs come before consumers. An atom is any signal that is not and/or/not. Constant factors and
levels become scalars, never columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from backtest.fast import bits
from backtest.program import AND, NOT, OR, Code, Distance, Program, Rules, Size
from codegen.cache import ColumnCache, PoolFullError, RowPool
from codegen.calls import call_params, call_tolerance, own_warmup
from codegen.computed import Computed, is_scalar, literals, pair
from codegen.fill import (
    AlignJob,
    CallJob,
    Column,
    CompareJob,
    Job,
    Level,
    Logic,
    Source,
    Target,
    reads,
)
from codegen.larger import bars_per_bucket
from codegen.plan import friday_nodes
from codegen.rules import account_rules, position_size
from dsl.columns import shift_of
from dsl.errors import CodegenError
from dsl.kinds import SIGNAL, Kind
from dsl.node import Node, content_digest
from dsl.nodes.expert import NO_CLOCK, SIGNAL_PORTS
from dsl.nodes.timeframe import ALIGN
from dsl.registry import resolve
from dsl.timeframes import CHART, shown

_LOGIC: Final = {"and": AND, "or": OR, "not": NOT}
_COMPARE: Final = {
    "gt": bits.GT,
    "ge": bits.GE,
    "lt": bits.LT,
    "le": bits.LE,
    "eq": bits.EQ,
    "crosses_above": bits.CROSSES_ABOVE,
    "crosses_below": bits.CROSSES_BELOW,
}
_SWAPPED: Final = {
    bits.GT: bits.LT,
    bits.LT: bits.GT,
    bits.GE: bits.LE,
    bits.LE: bits.GE,
    bits.EQ: bits.EQ,
    bits.CROSSES_ABOVE: bits.CROSSES_BELOW,
    bits.CROSSES_BELOW: bits.CROSSES_ABOVE,
}


class Lowering:
    """Turns strategies into Programs on one cache and collects the jobs that fill missing rows.

    `waves[k]` holds jobs that read only rows already filled or filled by earlier waves.
    """

    def __init__(self, cache: ColumnCache, timeframe: int = CHART) -> None:
        self.cache = cache
        self._timeframe = timeframe  # of a cache of larger bars
        self.waves: list[list[Job]] = []
        self._wave_of: dict[tuple[bool, int], int] = {}  # (is atom, row) of rows not yet filled
        self._warmup = 0
        self._rules: dict[tuple[object, ...], tuple[Rules, int]] = {}
        self._sizes: dict[bytes, Size] = {}
        self._friday: dict[int, tuple[Node, Node]] = {}
        self._larger: dict[int, Lowering] = {}  # of higher timeframes, each on a cache of its own

    def expert(self, expert: Node) -> Program:
        """Return the Program of an expert without InputRefs.

        Raises:
            CodegenError: The warm-up is longer than the data.
            PoolFullError: The chunk at hand has to be run first; nothing is lost, lower it again.
        """
        rules, friday = self._rules_of(expert)
        size = expert.inputs[-1]
        assert size is not None
        signals = expert.inputs[: len(SIGNAL_PORTS)]
        distances = expert.inputs[len(SIGNAL_PORTS) : -1]
        leave, stay_out = self._friday_of(friday) if friday != NO_CLOCK else (None, None)
        return self.program(
            (*signals, leave), distances, self._size(size), rules, stay_out=stay_out
        )

    def program(
        self,
        signals: Sequence[Computed | None],
        distances: Sequence[Computed | None],
        size: Size,
        rules: Rules,
        *,
        stay_out: Computed | None = None,
    ) -> Program:
        """Return the Program of what stands on the ports of an expert.

        Args:
            signals: In the order of SIGNAL_PORTS, then Friday's exit.
            distances: In the order of DISTANCE_PORTS.
            size, rules: Of the expert.
            stay_out: One more condition of the entry filter.
        Raises:
            CodegenError, PoolFullError: As for `expert`; also risk without a stop loss.
        """
        if size.mode == "risk" and distances[0] is None:
            raise CodegenError("risk needs a stop loss", hint="size it with lots(0.1), or add one")
        self._warmup = 0
        code, distance = self._code, self._distance
        long_entry, short_entry, long_exit, short_exit, entry_filter, forced, friday = signals
        allowed = code(entry_filter)
        if stay_out is not None:
            allowed += code(stay_out) + ((AND,) if allowed else ())
        stop, target, trail, even, offset = distances
        return Program(
            code(long_entry),
            code(short_entry),
            code(long_exit),
            code(short_exit),
            allowed,
            code(forced),
            code(friday),
            distance(stop),
            distance(target),
            distance(trail),
            distance(even),
            distance(offset),
            size,
            rules,
            self._warmup,
        )

    def column(self, node: Computed) -> int:
        """Return the row that holds, once the waves are run, the values of a series."""
        pool = self.cache.columns
        row = pool.row_of.get(node.digest)
        if row is None:
            self._call(node)
            row = pool.row_of[node.digest]
        pool.stamps[row] = self.cache.now
        if pool.warmups[row] > self._warmup:
            self._warmup = pool.warmups[row]
        return row

    def code(self, node: Computed) -> Code:
        """Return the code of a signal; its atoms are filled once the waves are run."""
        return self._code(node)

    def work(self) -> Iterator[tuple[ColumnCache, list[Job]]]:
        """Yield the waves in an order that works, each with the cache that its jobs fill."""
        for lowering in self._larger.values():
            yield from lowering.work()
        for wave in self.waves:
            yield self.cache, wave

    def done(self, *, still_running: bool = False) -> None:
        """Begin the next chunk: the jobs have been run, rows they filled may be evicted.

        still_running: Not yet, Programs that refer to them are being simulated; `unpin` follows.
        """
        self.waves.clear()
        self._wave_of.clear()
        self.cache.now += 1
        self.cache.pinned = self.cache.now - 1 if still_running else self.cache.now
        for lowering in self._larger.values():
            lowering.done(still_running=still_running)

    def unpin(self) -> None:
        """Let all rows be evicted that the chunk at hand does not use."""
        self.cache.pinned = self.cache.now
        for lowering in self._larger.values():
            lowering.unpin()

    def abandon(self) -> None:
        """Forget the jobs and the rows they would have filled."""
        for lowering in self._larger.values():
            lowering.abandon()
        for is_atom, row in self._wave_of:
            self._pool(is_atom).forget(row)
        self.done()

    def _code(self, node: Computed | None) -> Code:
        if node is None:
            return ()
        pool = self.cache.atoms
        row = pool.row_of.get(node.digest)
        if row is not None:  # most signals are one atom
            pool.stamps[row] = self.cache.now
            if pool.warmups[row] > self._warmup:
                self._warmup = pool.warmups[row]
            return (row,)
        out: list[int] = []
        self._push(node, out)
        return tuple(out)

    def _push(self, node: Computed, out: list[int]) -> None:
        pool = self.cache.atoms
        row = pool.row_of.get(node.digest)
        if row is None:
            logic = node.type.logic
            if logic:
                for child in node.inputs:
                    self._push(child, out)  # type: ignore[arg-type]  # no optional ports here
                out.append(_LOGIC[logic])
                return
            row = self._new_atom(node)
        pool.stamps[row] = self.cache.now
        if pool.warmups[row] > self._warmup:
            self._warmup = pool.warmups[row]
        out.append(row)

    def _distance(self, node: Computed | None) -> Distance | None:
        if node is None:
            return None
        if node.type.scalar is not None:
            return Distance(self._scalar(node))
        if node.type.syntax.symbol == "*":
            a, b = pair(node)
            if a.type.scalar is not None and b.type.scalar is None:
                return Distance(self._scalar(a), self.column(b))
            if b.type.scalar is not None and a.type.scalar is None:
                return Distance(self._scalar(b), self.column(a))
        return Distance(1.0, self.column(node))

    def _scalar(self, node: Computed) -> float:
        scalar = node.type.scalar
        assert scalar is not None
        return scalar(self.cache.point, *node.params)

    def _new_atom(self, node: Computed) -> int:
        if node.type.compare and not all(is_scalar(child) for child in node.inputs):
            return self._comparison(node)
        self._call(node)
        return self.cache.atoms.row_of[node.digest]

    def _comparison(self, node: Computed) -> int:
        operation = _COMPARE[node.type.compare]
        a, b = pair(node)
        tolerance = call_tolerance(node.type, (a.kind, b.kind), node.kind, self.cache.point)
        if is_scalar(a):
            a, b, operation = b, a, _SWAPPED[operation]
        left = Column(self.column(a))
        right = Level(self._scalar(b)) if is_scalar(b) else Column(self.column(b))
        warmup = self._inputs_warmup((left, right)) + own_warmup(node.type, ())
        self._check_warmup(warmup)
        atom = self._new_row(self.cache.atoms, node.digest, warmup)
        absolute, relative = tolerance or (0.0, 0.0)
        job = CompareJob(operation, left, right, (absolute, relative), atom)
        self._queue(job, (left, right), (Target(0, atom, True),))
        return atom

    def _call(self, node: Computed) -> None:
        """Queue the kernel call that gives all outputs of a node."""
        if node.type is ALIGN:
            self._align(node)
            return
        node_type, params = node.type, literals(node)
        inputs = tuple(self._source(child) for child in node.inputs if child is not None)
        below = self._inputs_warmup(inputs)
        warmup = below + own_warmup(node_type, params, node.timeframe)
        self._check_warmup(warmup)
        kinds = tuple(child.kind for child in node.inputs if child is not None)
        targets = self._allocate(self._keys(node, kinds), warmup)
        tolerance = call_tolerance(node_type, kinds, node.kind, self.cache.point)
        job = CallJob(
            type=node_type,
            inputs=inputs,
            arguments=(*call_params(node_type, params), *tolerance),
            skipped=below + shift_of(node_type, params),
            warmup=warmup,
            targets=targets,
        )
        self._queue(job, inputs, targets)

    def _align(self, node: Computed) -> None:
        """Queue what brings a value of a higher timeframe to the chart; lower it there first."""
        (inner,) = node.inputs
        assert inner is not None
        seconds = inner.timeframe or CHART
        larger = self.cache.larger(seconds)
        if seconds not in self._larger:
            self._larger[seconds] = Lowering(larger.cache, seconds)
        lowering = self._larger[seconds]
        source = lowering._source(inner)
        below = lowering._inputs_warmup((source,))
        warmup = below * bars_per_bucket(seconds, self.cache.market.bars.timeframe)
        self._check_warmup(warmup)
        is_atom = node.kind == SIGNAL
        target = Target(0, self._new_row(self._pool(is_atom), node.digest, warmup), is_atom)
        self._queue(AlignJob(larger, source, warmup, target), (), (target,))

    def _source(self, node: Computed) -> Source:
        if node.type.scalar is not None:
            return Level(self._scalar(node))
        if node.kind == SIGNAL:
            return Logic(self._code(node))
        return Column(self.column(node))

    def _keys(self, node: Computed, kinds: tuple[Kind, ...]) -> list[tuple[int, bytes, bool]]:
        """Return (output, digest, is atom) of all outputs of the node's computation."""
        if len(node.type.outputs) == 1:
            return [(0, node.digest, node.kind == SIGNAL)]
        below = [None if child is None else child.digest for child in node.inputs]
        keys = []
        for output in range(len(node.type.outputs)):
            kind = resolve(node.type, output, kinds)
            assert kind is not None
            digest = content_digest(
                node.type,
                below,
                node.params,
                output=output,
                kind=kind,
                timeframe=node.timeframe,
            )
            keys.append((output, digest, kind == SIGNAL))
        return keys

    def _allocate(self, keys: list[tuple[int, bytes, bool]], warmup: int) -> tuple[Target, ...]:
        """Allocate a row for each output that has none: all of them, or none at all."""
        targets: list[Target] = []
        try:
            for output, digest, is_atom in keys:
                pool = self._pool(is_atom)
                if digest not in pool.row_of:
                    row = self._new_row(pool, digest, warmup)
                    targets.append(Target(output, row, is_atom))
        except PoolFullError:
            for target in targets:
                self._pool(target.is_atom).forget(target.row)
            raise
        return tuple(targets)

    def _new_row(self, pool: RowPool, digest: bytes, warmup: int) -> int:
        return pool.allocate(digest, warmup, self.cache.now, self.cache.pinned)

    def _pool(self, is_atom: bool) -> RowPool:
        return self.cache.atoms if is_atom else self.cache.columns

    def _queue(self, job: Job, inputs: tuple[Source, ...], targets: tuple[Target, ...]) -> None:
        pending = self._wave_of
        wave = max((pending.get(key, -1) for source in inputs for key in reads(source)), default=-1)
        wave += 1
        for target in targets:
            pending[target.is_atom, target.row] = wave
        while len(self.waves) <= wave:
            self.waves.append([])
        self.waves[wave].append(job)

    def _inputs_warmup(self, inputs: Sequence[Source]) -> int:
        rows = (key for source in inputs for key in reads(source))
        return max((self._pool(is_atom).warmups[row] for is_atom, row in rows), default=0)

    def _check_warmup(self, warmup: int) -> None:
        if warmup >= self.cache.bars:
            bars = f"bars of {shown(self._timeframe)}" if self._timeframe else "bars"
            raise CodegenError(
                f"the warm-up takes {warmup} {bars} or more, there are {self.cache.bars}"
            )

    def _size(self, node: Node) -> Size:
        found = self._sizes.get(node.digest)
        if found is None:
            found = position_size(node.type, literals(node), self.cache.point)
            self._sizes[node.digest] = found
        return found

    def _rules_of(self, expert: Node) -> tuple[Rules, int]:
        found = self._rules.get(expert.params)
        if found is None:
            names = [param.name for param in expert.type.params]
            values = dict(zip(names, literals(expert), strict=True))
            found = (account_rules(values), int(values["friday_close"]))
            self._rules[expert.params] = found
        return found

    def _friday_of(self, close: int) -> tuple[Node, Node]:
        found = self._friday.get(close)
        if found is None:
            found = self._friday[close] = friday_nodes(close, None)
        return found
