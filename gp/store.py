"""The store of a run: one SQLite file, one transaction a generation, so that a run killed at any
moment continues from its last generation.

Individuals are append-only by strategy_id; memberships are those of the newest generation only.
Nothing here depends on a clock, so equal runs have equal dumps. A checksum over all rows of a run
tells a changed byte, which SQLite does not see within a number.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from backtest.criteria import CRITERIA
from dsl.errors import RunError
from gp.evaluators import Record

FORMAT = "genfx run 3"
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS individuals (
    id BLOB PRIMARY KEY, generation INTEGER, breeder INTEGER, net_profit REAL, profit_factor REAL,
    max_drawdown REAL, stability REAL, sharpe REAL, objective REAL, trades INTEGER, problem TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS graphs (id BLOB PRIMARY KEY, graph TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts (id BLOB PRIMARY KEY, verdict TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members (
    place TEXT, id BLOB, entered INTEGER, PRIMARY KEY (place, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logbook (step INTEGER PRIMARY KEY, entry TEXT NOT NULL);
"""
_RECORD = "INSERT INTO individuals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SUMMED = (
    ("meta", "SELECT key, value FROM meta WHERE key IN ('step', 'state')"),
    *((table, f"SELECT * FROM {table}") for table in ("individuals", "graphs", "verdicts")),
    *((table, f"SELECT * FROM {table}") for table in ("members", "logbook")),
)
_SUMS = 2**64  # of checksums are taken modulo this: rows come and go in any order
_GO_ON = "what was saved is whole: free the disk, then go on with --resume"

Members = dict[str, dict[str, int]]  # place -> strategy_id -> generation in which it entered
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All a run needs to continue after a step.

    step: 0 for the start, then one a generation, then one a tuned member. members: By place.
    graphs: Encoded graphs of members that were not in the store. state: Small figures, as JSON.
    entry: The logbook's, as JSON.
    """

    step: int
    state: str
    entry: str
    members: Members
    graphs: Mapping[str, str]
    records: Sequence[Record]
    verdicts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a store holds of a run that was begun; step -1: nothing was committed yet."""

    step: int
    state: str
    entries: tuple[str, ...]
    members: Members
    graphs: dict[str, str]
    records: dict[str, Record]
    verdicts: dict[str, str] = field(default_factory=dict)


class Store:
    """An open store; a context manager.

    Raises:
        RunError: The file cannot be opened or is no store.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._members: Members = {}
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_TABLES)
        except sqlite3.Error as error:
            raise RunError(f"{self.path}: cannot be used as a run's store: {error}") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.close()
        except RunError:
            if kind is None:  # else what went wrong before says more
                raise

    def begin(self, header: Mapping[str, str]) -> bool:
        """Enter the header of a new run, or compare it with that of the run to continue.

        Args:
            header: What must not change within a run: settings, seed, data hashes, versions.
        Returns:
            Whether there is something to continue.
        Raises:
            RunError: The store belongs to a run with another header.
        """
        wanted = {"format": FORMAT, **header}
        known = self._guarded(lambda: dict(self._db.execute("SELECT key, value FROM meta")))
        if not known:
            summed = {"step": "-1", "state": "{}"}
            checksum = sum(_row_sum("meta", row) for row in summed.items()) % _SUMS
            start = {**wanted, **summed, "status": "running", "checksum": str(checksum)}
            with self._transaction():
                self._db.executemany("INSERT INTO meta VALUES (?, ?)", sorted(start.items()))
            return False
        changed = sorted(
            key for key in wanted if key != "settings_hash" and known.get(key) != wanted[key]
        )
        if changed:
            raise RunError(
                f"{self.path}: the run was begun with other {_differences(known, wanted, changed)}",
                hint="continue it with the config and data it was begun with, or begin a new run",
            )
        return self._step(known.get("step", "")) >= 0

    @property
    def begun(self) -> bool:
        """Tell whether a step was committed."""
        return self._step(self.meta("step") or "-1") >= 0

    def save(self, snapshot: Snapshot) -> None:
        """Commit one step as one transaction.

        Raises:
            RunError: The disk is full or unwritable, or another process continued this run.
        """
        with self._transaction():
            if int(self.meta("step")) != snapshot.step - 1:
                raise RunError(f"{self.path}: another process is continuing this run")
            graphs = ((bytes.fromhex(key), text) for key, text in snapshot.graphs.items())
            verdicts = ((bytes.fromhex(key), verdict) for key, verdict in snapshot.verdicts)
            entry = (snapshot.step, snapshot.entry)
            change = (
                self._changed("individuals", _RECORD, map(_row, snapshot.records))
                + self._changed("graphs", "INSERT OR IGNORE INTO graphs VALUES (?, ?)", graphs)
                + self._changed(
                    "verdicts", "INSERT OR IGNORE INTO verdicts VALUES (?, ?)", verdicts
                )
                + self._save_members(snapshot.members)
                + self._changed("logbook", "INSERT INTO logbook VALUES (?, ?)", [entry])
                + self._set("step", str(snapshot.step))
                + self._set("state", snapshot.state)
            )
            self._set("checksum", str((int(self.meta("checksum")) + change) % _SUMS))
        self._members = snapshot.members

    def load(self) -> Saved:
        """Return what the last committed step left.

        Raises:
            RunError: The file is damaged.
        """
        try:
            return self._guarded(self._load)
        except (ValueError, TypeError, AttributeError) as error:
            raise RunError(f"{self.path}: is damaged: {error}") from error

    def meta(self, key: str) -> str:
        """Return an entry of the header, "" when it is missing."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row[0])

    def finish(self, status: str) -> None:
        """Note that the run is `finished`, or `interrupted` and may be continued."""
        with self._transaction():
            self._set("status", status)

    def close(self) -> None:
        """Move everything from the write-ahead log into the one file and close it."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.close()
        except sqlite3.Error as error:
            raise RunError(f"{self.path}: cannot be closed: {error}", hint=_GO_ON) from error

    def lines(self) -> Iterator[str]:
        """Yield the whole content as text, in a fixed order: equal runs give equal lines."""
        for table, columns, order in _DUMPED:
            yield f"[{table}]"
            for row in self._db.execute(f"SELECT {columns} FROM {table} ORDER BY {order}"):
                yield " ".join(
                    value.hex() if isinstance(value, bytes) else repr(value) for value in row
                )

    def _load(self) -> Saved:
        db = self._db
        ((found,),) = db.execute("PRAGMA quick_check(1)").fetchall()
        if found != "ok":
            raise ValueError(found)
        rows = (_row_sum(table, row) for table, read in _SUMMED for row in db.execute(read))
        if sum(rows) % _SUMS != int(self.meta("checksum")):
            raise ValueError("its rows are not those that were written")
        self._members = {}
        for place, key, entered in db.execute("SELECT place, id, entered FROM members"):
            self._members.setdefault(place, {})[key.hex()] = entered
        records = (
            Record(key.hex(), generation, breeder, _known(figures), trades, problem)
            for key, generation, breeder, *figures, trades, problem in db.execute(
                "SELECT * FROM individuals"
            )
        )
        graphs = db.execute("SELECT id, graph FROM graphs WHERE id IN (SELECT id FROM members)")
        verdicts = db.execute("SELECT id, verdict FROM verdicts")
        state = self.meta("state")
        json.loads(state)  # a damaged one is told here
        return Saved(
            int(self.meta("step")),
            state,
            tuple(entry for (entry,) in db.execute("SELECT entry FROM logbook ORDER BY step")),
            {place: dict(ids) for place, ids in self._members.items()},
            {key.hex(): graph for key, graph in graphs},
            {record.strategy_id: record for record in records},
            {key.hex(): verdict for key, verdict in verdicts},
        )

    def _changed(self, table: str, command: str, rows: Iterable[Sequence[object]]) -> int:
        """Insert or delete rows; return the sum of the checksums of those that were."""
        return sum(_row_sum(table, row) for row in rows if self._db.execute(command, row).rowcount)

    def _save_members(self, members: Members) -> int:
        """Store the members; return by how much that changes the checksum."""
        gone, new = [], []
        for place in sorted(self._members.keys() | members.keys()):
            before, after = self._members.get(place, {}), members.get(place, {})
            gone += [
                (place, bytes.fromhex(key), entered)
                for key, entered in before.items()
                if after.get(key) != entered
            ]
            new += [
                (place, bytes.fromhex(key), entered)
                for key, entered in after.items()
                if before.get(key) != entered
            ]
        command = "DELETE FROM members WHERE place = ? AND id = ? AND entered = ?"
        left = self._changed("members", command, gone)
        return self._changed("members", "INSERT INTO members VALUES (?, ?, ?)", new) - left

    def _step(self, stored: str) -> int:
        try:
            return int(stored)
        except ValueError:
            raise RunError(f"{self.path}: is damaged: its step is {stored!r}") from None

    def _set(self, key: str, value: str) -> int:
        """Replace an entry of the header; return by how much that changes the checksum."""
        before = self.meta(key)
        self._db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
        return _row_sum("meta", (key, value)) - _row_sum("meta", (key, before))

    def _guarded(self, read: Callable[[], Value]) -> Value:
        try:
            return read()
        except sqlite3.Error as error:
            raise RunError(f"{self.path}: cannot be read: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise RunError(f"{self.path}: cannot be written: {error}", hint=_GO_ON) from error


_DUMPED = (
    ("meta", "key, value", "key"),
    ("individuals", "*", "id"),
    ("graphs", "id, graph", "id"),
    ("verdicts", "id, verdict", "id"),
    ("members", "place, id, entered", "place, id"),
    ("logbook", "step, entry", "step"),
)


def dump(store: Store) -> str:
    """Return the whole content of a store as text; equal for equal runs.

    Raises:
        RunError: The file is damaged.
    """
    try:
        return "\n".join(store.lines()) + "\n"
    except sqlite3.Error as error:
        raise RunError(f"{store.path}: cannot be read: {error}") from error


def _row_sum(table: str, row: Sequence[object]) -> int:
    """Return the checksum of a row as SQLite gives it back."""
    digest = hashlib.blake2b(repr((table, *row)).encode(), digest_size=8).digest()
    return int.from_bytes(digest)


def _known(figures: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(figure for figure in figures if figure is not None)


def _row(record: Record) -> tuple[object, ...]:
    return (
        bytes.fromhex(record.strategy_id),
        record.generation,
        record.breeder,
        *(float(figure) + 0.0 for figure in record.criteria),  # no -0.0, which SQLite drops
        *((None,) if len(record.criteria) == len(CRITERIA) else ()),  # no objective
        record.trades,
        record.problem,
    )


def _differences(known: Mapping[str, str], wanted: Mapping[str, str], changed: list[str]) -> str:
    words = []
    for key in changed:
        if key != "settings":
            words.append(f"{key} ({known.get(key, 'none')}, now {wanted[key]})")
            continue
        before, now = json.loads(known.get(key, "{}")), json.loads(wanted[key])
        names = sorted(name for name in now if before.get(name) != now[name])
        words.append(f"settings ({', '.join(names)})")
    return ", ".join(words)
