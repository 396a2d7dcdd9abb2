"""Options and settings of every test: golden files, slow proofs, repeatable hypothesis."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Bars read from text are cached beside the kernels; tests never touch the user's own cache
# folder, but share one between runs so that kernels compile once.
os.environ.setdefault("GENFX_CACHE_DIR", str(Path(tempfile.gettempdir()) / "genfx-test-cache"))

settings.register_profile(
    "genfx",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("genfx")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite files in tests/golden")
    parser.addoption("--slow", action="store_true", help="also run the proofs that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="a slow proof: run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
