"""`hoofbeats collect` as an operator runs it, where it cannot succeed: one line, exit code 1, a true ledger."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collecting import new_lake
from tests.loading import ask

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]
HOOFBEATS = str(Path(sys.executable).with_name("hoofbeats"))


def test_an_unreachable_host(tmp_path):
    lake = new_lake(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    environment = {
        **os.environ, "HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect"),
        "HOOFBEATS_LAKE": str(lake.root),
        "HOOFBEATS_EMAIL": "me@example.org", "HOOFBEATS_PUBMED_API_URL": url, "HOOFBEATS_FIRST_WAIT_S": "0",
    }  # fmt: skip
    days = ["--since", "2026-01-01", "--until", "2026-01-03", "--dates", "created"]
    done = subprocess.run(
        [HOOFBEATS, "collect", "--source", "pubmed_api", *days],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    start, error, hint = done.stderr.splitlines()
    assert start == "starting Prefect ..."
    assert error.startswith("error: 3 of 3 windows failed, created-2026-01-01 first: http://127.0.0.1:")
    assert "refused" in error
    assert hint.startswith("hint: ")
    assert ask(lake, "SELECT window_name, state, payload FROM windows ORDER BY since") == [
        (f"created-2026-01-0{day}", "failed", None) for day in (1, 2, 3)
    ]
