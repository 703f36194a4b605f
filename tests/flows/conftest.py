"""Fixtures for tests of flows: a lake with a vocabulary and no records, and the command on a lake."""

import shutil
import sys

import pytest

from flows.cli.app import main
from tests.support.collecting import new_lake
from warehouse.lake import Lake


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory):
    return new_lake(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def lake(empty_lake, tmp_path):
    """A lake with a vocabulary, copied; its catalog is rebuilt for the new path at the first commit."""
    shutil.copytree(empty_lake.root, tmp_path / "lake")
    return Lake.at(tmp_path / "lake")


@pytest.fixture
def hoofbeats(lake, monkeypatch, capsys):
    """The command, as a function of its arguments: (exit code, stdout, stderr)."""

    def run(*arguments):
        monkeypatch.setenv("HOOFBEATS_LAKE", str(lake.root))
        monkeypatch.setattr(sys, "argv", ["hoofbeats", *map(str, arguments)])
        with pytest.raises(SystemExit) as raised:
            main()
        captured = capsys.readouterr()
        return raised.value.code or 0, captured.out, captured.err

    return run
