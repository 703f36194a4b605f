"""The units and settings of deploy/: they parse, and every command, setting and path in them exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flows.settings import Settings

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
EXAMPLES = sorted(DEPLOY.glob("*.env.example"))


def lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def values(unit, key):
    return [line.partition("=")[2] for line in lines(unit) if line.startswith(f"{key}=")]


def prefect_variables(model):
    for name, field in model.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            yield from prefect_variables(field.annotation)
        else:
            yield f"{model.model_config.get('env_prefix', '')}{name}".upper()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_a_unit(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    for one in UNITS:  # with commands that exist, and without other services
        text = re.sub(r"^(ExecStart(?:Pre)?)=\S+", r"\1=/bin/true", one.read_text(), flags=re.MULTILINE)
        (tmp_path / one.name).write_text(text.replace(" postgresql.service", ""))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", tmp_path / unit.name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr
    assert [line for line in verified.stderr.splitlines() if unit.name in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_each_unit_names_its_settings_file(unit):
    [place] = values(unit, "EnvironmentFile")
    assert (DEPLOY / f"{Path(place).name}.example").is_file()
    assert values(unit, "User") == ["hoofbeats"]
    assert values(unit, "Restart") == ["always"]
    assert values(unit, "ProtectSystem") == ["strict"]


def test_commands_and_their_options_exist():
    from typer.testing import CliRunner

    from flows.cli.app import app

    page = CliRunner().invoke(app, ["up", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    commands = [value for unit in UNITS for key in ("ExecStart", "ExecStartPre") for value in values(unit, key)]
    assert [Path(command.split()[0]).name for command in commands] == ["prefect", "prefect", "hoofbeats"]
    assert "--deploy-only" in page
    assert commands[2].endswith("hoofbeats up --deploy-only")


def test_the_worker_polls_the_pool_that_is_deployed_to():
    from flows.operations.deployments import POOL

    [command] = values(DEPLOY / "hoofbeats-worker.service", "ExecStart")
    assert f"--pool {POOL} " in command


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_setting_exists(example):
    import prefect.settings

    known = set(prefect_variables(prefect.settings.Settings)) | {"DO_NOT_TRACK", "NCBI_API_KEY"}
    known |= {f"HOOFBEATS_{name.upper()}" for name in Settings.model_fields}
    known.add("PREFECT_SERVER_DATABASE_CONNECTION_URL")
    assert {line.partition("=")[0] for line in lines(example)} - known == set()


def test_both_sides_know_the_same_password_and_runs_send_heartbeats():
    server, worker = (
        dict(line.split("=", 1) for line in lines(DEPLOY / f"{name}.env.example")) for name in ("server", "worker")
    )
    assert server["PREFECT_SERVER_API_AUTH_STRING"] == worker["PREFECT_API_AUTH_STRING"]
    assert worker["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == "30"
    assert worker["PREFECT_API_URL"].endswith(f":{server['PREFECT_SERVER_API_PORT']}/api")
