"""The rules that keep the code small and its floors apart, checked on the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("genfx", "gp", "mt5", "codegen", "backtest", "dsl")
FILE_LINES, FUNCTION_LINES, KERNEL_LINES = 400, 40, 80


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for item in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(item, ast.FunctionDef):
            yield item


def is_kernel(function: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id.startswith("njit") for d in function.decorator_list)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        shown(path): count
        for path in sources(*PACKAGES, "tests")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_its_budget() -> None:
    long = {}
    for path in sources(*PACKAGES):
        for function in functions(path):
            body = function.body
            first = body[1] if len(body) > 1 and ast.get_docstring(function) else body[0]
            count = (function.end_lineno or 0) - first.lineno + 1
            if count > (KERNEL_LINES if is_kernel(function) else FUNCTION_LINES):
                long[f"{shown(path)}:{function.name}"] = count
    assert long == {}


def test_only_one_module_imports_numba() -> None:
    pattern = re.compile(r"^\s*(from|import) numba\b", re.MULTILINE)
    found = [shown(p) for p in sources(*PACKAGES) if pattern.search(p.read_text(encoding="utf-8"))]
    assert found == ["dsl/jit.py"]


def test_only_the_adapter_imports_deap() -> None:
    pattern = re.compile(r"^\s*(from|import) deap\b", re.MULTILINE)
    found = [shown(p) for p in sources(*PACKAGES) if pattern.search(p.read_text(encoding="utf-8"))]
    assert found == ["gp/deap_adapter.py"]


@pytest.mark.parametrize("folder", PACKAGES)
def test_no_global_randomness(folder: str) -> None:
    pattern = re.compile(
        r"^\s*(import random|from random)|np\.random\.(seed|rand|normal|choice)\b", re.M
    )
    found = [shown(p) for p in sources(folder) if pattern.search(p.read_text(encoding="utf-8"))]
    assert found == []


def test_only_the_command_line_prints_or_exits() -> None:
    pattern = re.compile(r"^\s*(print\(|sys\.exit|raise SystemExit)", re.MULTILINE)
    found = [
        shown(path)
        for path in sources(*PACKAGES)
        if "cli" not in path.parts and path.name != "__main__.py"
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
