"""Allocators are tuned before pyarrow is loaded; an exiting process writes nothing to standard error."""

import ast
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from flows.process_setup import summarize_failure
from flows.quiet_prefect import is_no_failure

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
        "atexit.register(lambda: sys.stderr.write('leaked')); setup.set_up_flow_run()"
    )
    assert run(code).stderr == "leaked"


class Expected(Exception):
    hint = "do something else"


@pytest.mark.parametrize(
    ("error", "message", "traceback"),
    [
        (Expected("no such thing"), "failed: no such thing (do something else)", False),
        (KeyError("pmid"), "Encountered exception during execution: KeyError('pmid')", True),
    ],
)
def test_expected_failures_of_runs_are_logged_without_traceback(error, message, traceback):
    record = logging.LogRecord(
        "prefect.flow_runs", logging.ERROR, "", 0, "Encountered exception during execution: %r", (error,),
        (type(error), error, None),
    )  # fmt: skip
    assert summarize_failure(record)
    assert (record.getMessage(), bool(record.exc_info)) == (message, traceback)
    ended = logging.LogRecord("prefect.flow_runs", logging.ERROR, "", 0, "Finished in state %s", ("Failed",), None)
    warning = logging.LogRecord("prefect.flow_runs", logging.WARNING, "", 0, "unusual: %s", ("x",), None)
    failure = logging.LogRecord("prefect.flow_runs", logging.ERROR, "", 0, "x", (), (type(error), error, None))
    assert [is_no_failure(one) for one in (ended, warning, failure)] == [False, True, False]
