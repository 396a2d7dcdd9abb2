"""Translated Expert Advisors through a C++ compiler, and the runtime against what is promised."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.host import compiler
from codegen.host.compiler import RUNTIME, CompilerMissing, build, find_compiler
from codegen.mql5.emit import emit_mql5
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
    command = [*find_compiler().command, "-std=c++17", "-fsyntax-only", f"-I{RUNTIME}", str(source)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@needs_compiler
def test_all_examples_compile_to_one_library_that_is_used_again() -> None:
    sources = [emit_mql5(strategy, FACTS) for strategy in examples().values()]
    library = build(sources)
    made = library.stat().st_ino
    assert build(sources).stat().st_ino == made


def test_without_a_compiler_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("codegen.host.compiler.shutil.which", lambda name: None)
    with pytest.raises(CompilerMissing, match=r"not verified: no C\+\+ compiler") as caught:
        compiler.find_compiler.__wrapped__()
    assert "pip install genfx[verify]" in str(caught.value)
