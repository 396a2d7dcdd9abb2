"""The store: exact, append-only, one run only, an error in the user's terms for everything else."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from dsl.errors import RunError
from gp.codec import decode, encode
from gp.evaluators import Record
from gp.pieces import both_sides
from gp.store import Snapshot, Store, dump
from tests.support.search import run
from tests.test_gp_generator import experts

ID = "0123456789abcdef0123456789abcdef"
OTHER = ID[::-1]
RECORD = Record(ID, 0, 3, (0.1 + 0.2, 1.5, 1e-17, -1.0, 2.5), 77, "")
FIRST = Snapshot(0, '{"a": 1}', "{}", {"pool": {ID: 0}}, {ID: "graph"}, (RECORD,), ((ID, ""),))
HEADER = {"seed": "1", "settings": '{"pairs":1}'}


def test_graphs_are_stored_exactly() -> None:
    for expert in experts(150):
        assert decode(encode(expert)) is expert
        assert decode(encode(both_sides(expert))) is both_sides(expert)


@pytest.mark.parametrize(
    "text", ["", "[", "[[1]]", '[["nosuch",[],[]]]', '[["sma",[9],[3]]]', "[]"]
)
def test_damaged_graph_is_an_error_of_the_run(text: str) -> None:
    with pytest.raises(RunError):
        decode(text)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as store:
        assert not store.begin(HEADER)
        store.save(FIRST)
    with Store(tmp_path / "run.db") as store:
        assert store.begin(HEADER)
        saved = store.load()
    assert saved.step == 0
    assert saved.records == {ID: RECORD}
    assert saved.members == {"pool": {ID: 0}}
    assert saved.graphs == {ID: "graph"}
    assert saved.verdicts == {ID: ""}
    assert saved.entries == ("{}",)


def test_memberships_are_those_of_the_newest_step_and_individuals_stay(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as store:
        store.begin(HEADER)
        store.save(FIRST)
        record = RECORD._replace(strategy_id=OTHER)
        members, graphs = {"pool": {OTHER: 1}}, {OTHER: "g"}
        store.save(Snapshot(1, "{}", "{}", members, graphs, (record,), ()))
        saved = store.load()
        assert "graph" in dump(store)  # of the one that left
    assert saved.members == {"pool": {OTHER: 1}}
    assert set(saved.records) == {ID, OTHER}
    assert saved.graphs == {OTHER: "g"}


def test_other_header_is_refused_and_names_what_differs(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as store:
        store.begin(HEADER)
    wanted = r"other seed \(1, now 2\), settings \(pairs\)"
    with Store(tmp_path / "run.db") as store, pytest.raises(RunError, match=wanted):
        store.begin({"seed": "2", "settings": '{"pairs":2}'})


def test_two_processes_cannot_continue_one_run(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as one, Store(tmp_path / "run.db") as two:
        one.begin(HEADER)
        two.begin(HEADER)
        one.save(FIRST)
        with pytest.raises(RunError, match="another process"):
            two.save(FIRST)


def test_failed_save_leaves_nothing_behind(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as store:
        store.begin(HEADER)
        store.save(FIRST)
        before = dump(store)
        broken = replace(FIRST, step=1, members={}, records=(RECORD,))  # the id is there already
        with pytest.raises(RunError, match="cannot be written"):
            store.save(broken)
        assert dump(store) == before
        assert store.load().members == FIRST.members


def test_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    path.write_bytes(b"no database, but long enough to be read as one" * 50)
    with pytest.raises(RunError, match=r"run\.db: cannot be used"):
        Store(path)
    with pytest.raises(RunError, match="cannot be used"):
        Store(tmp_path / "no folder" / "run.db")


def test_closed_store_is_one_file(tmp_path: Path) -> None:
    with Store(tmp_path / "run.db") as store:
        store.begin(HEADER)
        store.save(FIRST)
    assert [p.name for p in tmp_path.iterdir()] == ["run.db"]
    with sqlite3.connect(tmp_path / "run.db") as db:
        assert db.execute("SELECT count(*) FROM individuals").fetchone() == (1,)
    db.close()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE meta SET value = '[]' WHERE key = 'state'",
        "UPDATE meta SET value = '{}' WHERE key = 'state'",
        "UPDATE meta SET value = '{' WHERE key = 'state'",
        "UPDATE logbook SET entry = '{'",
        "UPDATE logbook SET entry = '[]'",
        "UPDATE individuals SET net_profit = 'a'",
        "UPDATE individuals SET sharpe = NULL",
        "UPDATE individuals SET net_profit = net_profit + 1e-9 WHERE generation = 1",
        "UPDATE individuals SET trades = trades + 1 WHERE generation = 1",
        "UPDATE members SET entered = entered + 1",
        "UPDATE verdicts SET verdict = verdict || ' '",
        "UPDATE logbook SET entry = replace(entry, '1', '2')",
        "UPDATE graphs SET graph = replace(graph, '1', '2')",
        "UPDATE meta SET value = replace(value, '1', '2') WHERE key = 'state'",
        "UPDATE meta SET value = '' WHERE key = 'checksum'",
        "DELETE FROM individuals",
        "DELETE FROM members",
        "DROP TABLE graphs",
    ],
)
def test_rows_that_do_not_fit_together_are_an_error_of_the_run(
    finished_store: bytes, tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "run.db"
    path.write_bytes(finished_store)
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    with pytest.raises(RunError, match=r"run\.db: is damaged"):
        run(path)


@pytest.fixture(scope="module")
def finished_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "run.db"
    run(path)
    return path.read_bytes()
