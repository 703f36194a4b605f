"""Fixtures for every test."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data: HOOFBEATS_TEST_DATA, relative to the project; its tests are skipped without it."""
    folder = PROJECT / os.environ.get("HOOFBEATS_TEST_DATA", "../shared/data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are named by their place: every worker of a parallel run has to collect the same names."""
    return argname if isinstance(val, bytes) else None
