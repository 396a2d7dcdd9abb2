"""Translated Expert Advisors through a C++ compiler, and the runtime against what is promised."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from codegen.host import compiler
from codegen.host.compiler import (
    RUNTIME,
    Compiler,
    CompilerMissing,
    build,
    find_compiler,
    include_flags,
)
from codegen.host.replay import replay
from codegen.mql5.emit import emit_mql5
from codegen.verify.markets import nasty_bars
from dsl.errors import CodegenError
from tests.support.ea_examples import FACTS, examples
from tests.support.host_contract import contract


def _found() -> bool:
    try:
        find_compiler()
    except CompilerMissing:
        return False
    return True


needs_compiler = pytest.mark.skipif(not _found(), reason="no C++ compiler")


@needs_compiler
def test_the_runtime_gives_everything_that_is_declared(tmp_path: Path) -> None:
    source = tmp_path / "contract.cpp"
    source.write_text(contract())
    command = [
        *find_compiler().command,
        "-std=c++17",
        "-fsyntax-only",
        *include_flags(),
        str(source),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@needs_compiler
def test_all_examples_compile_to_one_program_that_is_used_again() -> None:
    sources = [emit_mql5(strategy, FACTS) for strategy in examples().values()]
    program = build(sources)
    made = program.stat().st_ino
    assert build(sources).stat().st_ino == made


def test_without_a_compiler_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("codegen.host.compiler.shutil.which", lambda name: None)
    with pytest.raises(CompilerMissing, match=r"not verified: no C\+\+ compiler") as caught:
        compiler.find_compiler.__wrapped__()
    assert "pip install genfx[verify]" in str(caught.value)


@needs_compiler
def test_a_cache_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    occupied = tmp_path / "cache"
    occupied.write_text("a file")
    monkeypatch.setenv("GENFX_CACHE_DIR", str(occupied))
    with pytest.raises(CodegenError, match="nothing can be compiled there") as caught:
        build(["void OnTick() {}"])
    assert "GENFX_CACHE_DIR" in str(caught.value)


@needs_compiler
@pytest.mark.slow
def test_sanitizers_find_nothing_in_the_examples_and_the_runtime() -> None:
    sources = [emit_mql5(strategy) for strategy in examples().values()]
    program = build(sources, sanitize=True)
    bars = nasty_bars(np.random.default_rng(3), 600)
    market = Market(bars, Symbol("EURUSD", bars.digits), Account(stop_out=0))
    for number in range(len(sources)):
        result = replay(program, number, market)
        assert result.fault is None, result.fault
        assert len(result.equity) == len(bars), result.journal


def test_headers_that_were_installed_anew_make_the_runtime_of_clang_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(RUNTIME, tmp_path / "runtime"))
    monkeypatch.setattr(compiler, "RUNTIME", copied)
    monkeypatch.setattr(compiler, "_compile_runtime", lambda *_, **__: None)
    monkeypatch.setenv("GENFX_CACHE_DIR", str(tmp_path))
    clang = Compiler(("clang++",), "clang 15", clang=True, zig=False)
    first = compiler.runtime_folder(clang, sanitize=False)
    assert compiler.runtime_folder(clang, sanitize=False) == first
    os.utime(copied / "experts.h", (0, 0))
    assert compiler.runtime_folder(clang, sanitize=False) != first


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("No space left on device", "free the disk"),
        ("cc1plus: not found", "GENFX_CXX names another"),
    ],
)
def test_a_compiler_that_fails_is_told_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, hint: str
) -> None:
    failing = (sys.executable, "-c", f"import sys; sys.exit({said!r})")
    monkeypatch.setattr(
        compiler, "find_compiler", lambda: Compiler(failing, "failing 1", clang=False, zig=False)
    )
    monkeypatch.setenv("GENFX_CACHE_DIR", str(tmp_path))
    with pytest.raises(
        CodegenError, match=r"the C\+\+ compiler cannot build the host:\n"
    ) as caught:
        build(["void OnTick() {}"])
    assert said in str(caught.value)
    assert hint in str(caught.value)
    assert not list((tmp_path / "host").glob("runtime-*"))
