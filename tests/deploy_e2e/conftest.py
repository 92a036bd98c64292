"""The way of a change into service, on the emulator: make deploy-e2e runs these tests; minutes."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.getoption("--deploy") else True
