"""The cache of compiled files: whole or not at all, old versions go, what is in use stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen.host import cache
from codegen.host.compiler import CompilerMissing, find_compiler
from dsl.cache import prune

HOUR = 3600.0


def _found() -> bool:
    try:
        find_compiler()
    except CompilerMissing:
        return False
    return True


needs_compiler = pytest.mark.skipif(not _found(), reason="no C++ compiler")


def test_a_program_or_a_folder_that_was_cut_is_not_used(tmp_path: Path) -> None:
    made = tmp_path / "made.run"
    made.write_bytes(b"program" * 100)
    kept = cache.keep_program(made, tmp_path, "key")
    assert cache.find_program(tmp_path, "key") == kept
    kept.write_bytes(b"program")
    assert cache.find_program(tmp_path, "key") is None
    assert not kept.exists()
    folder = tmp_path / "runtime"
    folder.mkdir()
    (folder / "tester.o").write_bytes(b"object")
    assert not cache.is_whole(folder)
    cache.seal(folder)
    assert cache.is_whole(folder)
    (folder / "tester.o").write_bytes(b"")
    assert not cache.is_whole(folder)


def test_a_program_that_another_process_made_and_runs_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for made in (first, second):
        made.write_bytes(b"program")
    kept = cache.keep_program(first, tmp_path, "key")

    def busy(*_: object) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", busy)
    assert cache.keep_program(second, tmp_path, "key") == kept
    with pytest.raises(PermissionError):
        cache.keep_program(second, tmp_path, "other")


def test_a_text_that_was_cut_is_written_again(tmp_path: Path) -> None:
    folder = cache.kept_text(tmp_path / "headers", "declared.h", "whole\n")
    (folder / "declared.h").write_text("who")
    cache.kept_text(folder, "declared.h", "whole\n")
    assert [path.read_text() for path in folder.iterdir()] == ["whole\n"]


def test_a_text_that_another_process_wrote_and_reads_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(aside: Path, target: Path) -> Path:
        target.write_text(others)
        raise PermissionError

    monkeypatch.setattr(Path, "replace", busy)
    others = "whole\n"
    cache.kept_text(tmp_path, "same.h", "whole\n")
    others = "who"
    with pytest.raises(PermissionError):
        cache.kept_text(tmp_path, "other.h", "whole\n")
    assert {path.name for path in tmp_path.iterdir()} == {"same.h", "other.h"}


def aged(path: Path, hours: float) -> Path:
    if path.suffix == ".run":
        path.write_text("program")
    else:
        path.mkdir()
        (path / "file").write_text("content")
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


def test_the_newest_and_what_is_in_use_are_kept(tmp_path: Path) -> None:
    for name, hours in (("old", 90), ("older", 99), ("recent", 2), ("new", 1), ("last.run", 100)):
        aged(tmp_path / name, hours)
    prune(tmp_path.iterdir(), keep=1, unused_s=24 * HOUR)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "recent"]
    prune(tmp_path.iterdir(), keep=1, unused_s=0)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_what_a_killed_process_left_is_removed_after_an_hour(tmp_path: Path) -> None:
    aged(tmp_path / "runtime-x.part", 2)
    aged(tmp_path / "runtime-y.part", 0)
    prune(tmp_path.iterdir(), keep=9, unused_s=24 * HOUR)
    assert [path.name for path in tmp_path.iterdir()] == ["runtime-y.part"]


BUILD = "from codegen.host.compiler import build; print(build(['void OnTick() {}']))"


def building(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "GENFX_CACHE_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", BUILD], stdout=subprocess.PIPE, text=True, env=environment
    )


@needs_compiler
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_build_that_was_killed_is_made_anew_by_two_at_once(tmp_path: Path) -> None:
    with building(tmp_path) as killed:
        while not list(tmp_path.glob("host/*.part/*.o")):
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
    with building(tmp_path) as one, building(tmp_path) as other:
        paths = {process.communicate()[0].strip() for process in (one, other)}
    assert len(paths) == 1
    assert Path(paths.pop()).is_file()
    (runtime,) = (path for path in tmp_path.glob("host/runtime-*") if path.suffix != ".part")
    assert cache.is_whole(runtime)
