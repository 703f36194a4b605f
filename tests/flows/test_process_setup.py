"""Allocators are tuned before pyarrow is loaded; an exiting process writes nothing to standard error."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

FLOWS = Path(__file__).parents[2] / "flows"
ENTRY_POINTS = ["backfill", "collect", "ingest", "maintain", "refresh", "cli/app"]

WATCH_PYARROW = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "pyarrow":
            print(os.environ.get("MIMALLOC_ALLOW_THP"))

sys.meta_path.insert(0, Watch())
import flows.cli.app
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@pytest.mark.parametrize("module", ENTRY_POINTS)
def test_entry_points_tune_the_allocator_above_their_other_imports(module):
    body = ast.parse((FLOWS / f"{module}.py").read_text(encoding="utf-8")).body
    _docstring, first, second, *_ = body
    assert isinstance(first, ast.ImportFrom)
    assert first.module == "flows.process_setup"
    assert ast.unparse(second) == "tune_allocator()"


def test_pyarrow_is_loaded_after_the_allocator_was_tuned():
    assert run(WATCH_PYARROW).stdout == "0\n"


def test_silence_exit():
    setup = "import atexit, sys; from flows import process_setup as setup; "
    shout = "atexit.register(lambda: sys.stderr.write('leaked')); "
    assert run(setup + shout).stderr == "leaked"
    assert run(setup + shout + "setup.silence_exit()").stderr == ""


def test_only_a_process_of_a_flow_run_is_silenced():
    code = (
        "import atexit, sys; from flows import process_setup as setup; "
        "atexit.register(lambda: sys.stderr.write('leaked')); setup.silence_exit_of_flow_run()"
    )
    assert run(code).stderr == "leaked"
