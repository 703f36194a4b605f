"""`hoofbeats up` in tests: the project's deployments with short crons, against the embedded literature server."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from flows.operations.serving import is_healthy

PROJECT = Path(__file__).parents[2]
HOOFBEATS = str(Path(sys.executable).with_name("hoofbeats"))
TODAY = dt.datetime.now(dt.UTC).date()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def short_crons(folder, *names):
    """Write a prefect.yaml with some of the project's deployments, scheduled every minute."""
    content = yaml.safe_load((PROJECT / "prefect.yaml").read_text())
    content["deployments"] = [one for one in content["deployments"] if one["name"] in names]
    for one in content["deployments"]:
        one["concurrency_limit"]["collision_strategy"] = "CANCEL_NEW"
        for schedule in one.get("schedules", []):
            schedule["cron"] = "* * * * *"
    place = folder / "prefect.yaml"
    place.write_text(yaml.safe_dump(content))
    return place


@dataclass
class Up:
    """A running `hoofbeats up`."""

    folder: Path
    port: int
    environment: dict
    process: subprocess.Popen

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/api"

    def output(self):
        return (self.folder / "out").read_text(), (self.folder / "err").read_text()

    def hoofbeats(self, *arguments):
        return subprocess.run(
            [HOOFBEATS, *arguments, "--port", str(self.port)],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def wait_for(self, condition, within_s, what):
        deadline = time.monotonic() + within_s
        while not (found := condition()):
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < deadline, f"{what}, not within {within_s} s; {self.output()}"
            time.sleep(1)
        return found

    def stop(self, signal_=signal.SIGTERM):
        self.process.send_signal(signal_)
        return self.process.wait(120)

    def left(self):
        """Return the running processes that have this environment."""
        return [process for process in psutil.process_iter() if self._is_of_this(process)]

    def _is_of_this(self, process):
        try:
            return process.environ().get("PREFECT_HOME") == self.environment["PREFECT_HOME"]
        except psutil.Error:
            return False


def start_up(folder, settings, prefect_file):
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "HOOFBEATS"))},
        "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect"),
        **{f"HOOFBEATS_{name.upper()}": str(value) for name, value in settings.items()},
    }  # fmt: skip
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            [HOOFBEATS, "up", "--port", str(port), "--deployments", str(prefect_file)],
            cwd=folder, env=environment, stdout=out, stderr=err,
        )  # fmt: skip
    return Up(folder, port, environment, process)


class PrefectServer:
    """Prefect's server alone; a context manager. `restart` kills it and starts it again on the same database."""

    def __init__(self, folder):
        self._folder = folder
        self._port = free_port()
        self._url = f"http://127.0.0.1:{self._port}/api"
        self.environment = {
            "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": self._url,
            "PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }  # fmt: skip

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def restart(self):
        self._process.kill()
        self._process.wait()
        self._start()

    def _start(self):
        with (self._folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [str(Path(HOOFBEATS).with_name("prefect")), "server", "start", "--port", str(self._port)],
                env={**os.environ, **self.environment}, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while not is_healthy(self._url):
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.5)
