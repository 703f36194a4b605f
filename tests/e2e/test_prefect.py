"""End-to-end tests under Prefect, the only ones that start servers: `hoofbeats up`, the demo, a failing verb."""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import time

import duckdb
import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from tests.support.bulk_runs import assert_equal, embedded, load
from tests.support.collecting import new_lake, records
from tests.support.killed_nights import SEED, bulk_load, check, environment, finish, killed_at_random, night_process
from tests.support.loading import lake_with_vocabulary, load_files, query
from tests.support.nights import BEGIN, nights
from tests.support.prefect_server import HOOFBEATS, TODAY, PrefectServer, free_port, short_crons, start_up
from warehouse.lake import Lake

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]
GAP = (TODAY - dt.timedelta(days=60), TODAY - dt.timedelta(days=41))


@pytest.fixture(scope="module")
def literature():
    """Three records per day for today and the three days before, and 20 in the month of sixty days ago."""
    since = TODAY - dt.timedelta(days=3)
    old = records(20, since=GAP[0], days=20, first=38_000_001)
    with LiteratureServer(Shelf(records={**records(12, since=since, days=4), **old}), TODAY) as server:
        yield server


@pytest.fixture(scope="module")
def up(tmp_path_factory, literature):
    folder = tmp_path_factory.mktemp("up")
    new_lake(folder)
    settings = {**literature.settings, "lake": "lake", "least_free_bytes": 0}
    running = start_up(folder, settings, short_crons(folder, "collect-pubmed", "backfill"))
    yield running
    if running.process.poll() is None:
        running.stop()
    for process in running.left():
        process.kill()


@pytest.fixture
def prefect(up):
    with SyncPrefectClient(up.url) as client:
        yield client


def held(up, first, last):
    """Return the records of the lake that entered from one day to another."""
    sql = "SELECT count(*) FROM articles WHERE entered_on BETWEEN ? AND ?"
    return query(Lake.at(up.folder / "lake"), sql, first, last)[0][0]


def test_a_scheduled_run_loads_new_records(up, prefect):
    started = time.monotonic()
    up.wait_for(lambda: held(up, TODAY - dt.timedelta(days=3), TODAY) == 12, 180, "12 records of a scheduled run")
    assert time.monotonic() - started < 180
    runs = prefect.read_flow_runs(sort="START_TIME_ASC", limit=100)
    assert [run.auto_scheduled for run in runs if run.state_type != "SCHEDULED"] != []
    assert all(run.auto_scheduled for run in runs)
    out, _ = up.output()
    assert f"Prefect's UI: http://127.0.0.1:{up.port}\n" in out
    assert "collect-pubmed" in out


def test_a_backfill_started_through_the_api_fills_a_gap(up, prefect):
    assert held(up, *GAP) == 0
    deployment = prefect.read_deployment_by_name("backfill/backfill")
    asked = {"source": "pubmed_api", "since": str(GAP[0]), "until": str(GAP[1])}
    run = prefect.create_flow_run_from_deployment(deployment.id, parameters=asked)
    ended = up.wait_for(lambda: state_of(prefect, run.id).is_final() and state_of(prefect, run.id), 120, "the backfill")
    assert ended.is_completed(), ended
    assert held(up, *GAP) == 20
    [artifact] = prefect.request("POST", "/artifacts/filter", json={
        "artifacts": {"key": {"any_": ["backfill-records"]}}, "limit": 10, "offset": 0, "sort": "CREATED_DESC",
    }).json()  # fmt: skip
    assert "| **received** | **20** |" in artifact["data"]
    assert "The sums match." in artifact["data"]


def state_of(prefect, flow_run_id):
    return prefect.read_flow_run(flow_run_id).state


def test_a_parameter_out_of_bounds_is_refused(prefect):
    from prefect.exceptions import PrefectHTTPStatusError

    deployment = prefect.read_deployment_by_name("collect/collect-pubmed")
    with pytest.raises(PrefectHTTPStatusError, match=r"409|422"):
        prefect.create_flow_run_from_deployment(deployment.id, parameters={"source": "pubmed_api", "days": 0})


def test_the_doctor_reports_no_fault(up):
    done = up.hoofbeats("doctor", "--deployments", "prefect.yaml", "--json")
    found = {finding["check"]: (finding["state"], finding["found"]) for finding in json.loads(done.stdout)}
    assert done.returncode == 0, found
    wrong = {check for check, (state, _) in found.items() if state != "ok"}
    # no key is set; the days after the backfill are a hole unless a scheduled run has filled it meanwhile
    assert wrong - {"holes"} == {"key"}, found
    assert {"email", "clock", "versions", "lake", "server", "pool", "schedules", "automations"} <= set(found)


def test_collect_from_an_unreachable_host(up, tmp_path):
    lake = new_lake(tmp_path)
    (lake.root / "watches.toml").write_text("no watch", encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}/"
    environment = {
        **os.environ, "HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect"),
        "HOOFBEATS_LAKE": str(lake.root),
        "HOOFBEATS_EMAIL": "me@example.org", "HOOFBEATS_PUBMED_API_URL": url, "HOOFBEATS_FIRST_WAIT_S": "0",
        "PREFECT_API_URL": up.url,
    }  # fmt: skip
    days = ["--since", "2026-01-01", "--until", "2026-01-03", "--dates", "created"]
    done = subprocess.run(
        [HOOFBEATS, "collect", "--source", "pubmed_api", *days],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    start, *warning, error, hint = done.stderr.splitlines()
    assert start == "starting Prefect ..."
    assert f"{lake.root}/watches.toml:notTOML" in "".join("".join(warning).split())  # Prefect wraps its lines
    assert error.startswith("error: 3 of 3 windows failed, created-2026-01-01 first: http://127.0.0.1:")
    assert "refused" in error
    assert hint.startswith("hint: ")
    assert query(lake, "SELECT window_name, state, payload FROM windows ORDER BY since") == [
        (f"created-2026-01-0{day}", "failed", None) for day in (1, 2, 3)
    ]


def test_processes_and_direct_calls_give_equal_tables(up, tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", up.url)
    lakes, reports = load(embedded(tmp_path), ["processes"], tmp_path / "mesh.xml")
    plain = lake_with_vocabulary(tmp_path / "plain", tmp_path / "mesh.xml")
    load_files(plain, *sorted((tmp_path / "files").iterdir()))
    assert_equal(lakes, reports, plain)


def test_up_stops_what_it_started(up, prefect):
    """During a flow run."""
    deployment = prefect.read_deployment_by_name("backfill/backfill")
    asked = {"source": "pubmed_api", "since": str(GAP[0]), "until": str(GAP[1]), "mode": "all", "window": "day"}
    run = prefect.create_flow_run_from_deployment(deployment.id, parameters=asked)
    up.wait_for(lambda: state_of(prefect, run.id).is_running(), 120, "the run")
    assert len(up.left()) >= 4  # up, its server, its worker, the run
    assert up.stop(signal.SIGINT) == 0, up.output()
    assert up.left() == []
    assert "leaked" not in up.output()[1]  # DuckDB's binding has no screenful to say


def test_up_can_be_stopped_during_start(tmp_path):
    running = start_up(tmp_path, {"lake": "lake"}, short_crons(tmp_path, "maintain"))
    running.wait_for(lambda: "starting a Prefect server" in running.output()[1], 60, "the start")
    assert running.stop(signal.SIGTERM) == 0, running.output()
    assert running.left() == []


def test_a_configured_server_is_not_replaced(tmp_path):
    url = f"http://127.0.0.1:{free_port()}/api"
    done = subprocess.run(
        [HOOFBEATS, "up"], cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path), "PREFECT_API_URL": url},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"error: the Prefect server does not respond: {url}\nhint: start it" in done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}
    done = subprocess.run(
        [HOOFBEATS, "demo", "--lake", "demo-lake"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return folder, environment, done


def test_the_demo_finds_the_planted_cases(demo):
    _, _, done = demo
    assert done.returncode == 0, done.stderr
    assert "but found" not in done.stdout
    assert "extramedullary hematopoiesis with leukemic infiltration" in done.stdout
    assert "catalog.duckdb" in done.stdout
    assert done.stderr == "starting Prefect ...\n"


def test_an_analyst_opens_the_catalog(demo):
    folder, _, _ = demo
    with duckdb.connect(str(folder / "demo-lake" / "catalog.duckdb"), read_only=True) as connection:
        assert len(connection.execute("FROM rare_cooccurrences LIMIT 10").fetchall()) == 10


def test_the_same_files_again_change_nothing(demo):
    folder, environment, _ = demo
    files = sorted((folder / "demo-lake" / "raw" / "pubmed_files").glob("*/*.gz"))
    done = subprocess.run(
        [HOOFBEATS, "ingest", "--lake", "demo-lake", *map(str, files)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("loaded already, nothing changed") == len(files) == 3
    assert "version 2" not in done.stdout


def test_the_demo_refuses_a_foreign_folder(tmp_path):
    (tmp_path / "precious").write_text("mine")
    done = subprocess.run([HOOFBEATS, "demo", "--lake", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not empty and no demo made it" in done.stderr
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_sixty_nights(tmp_path):
    """Flow runs under a Prefect server, the worker killed at random moments in every other night, the server in one."""
    planned, draw = nights(60), random.Random(SEED)
    lake = new_lake(tmp_path / "nightly")
    with LiteratureServer(planned.shelf, BEGIN) as literature, PrefectServer(tmp_path) as server:
        process_environment = environment(literature, lake, **server.environment)
        for night in range(1, 61):
            literature.today = planned.day(night)
            if night == 30:
                running = night_process("flows", night, 60, process_environment)
                time.sleep(draw.uniform(2, 8))
                server.restart()
                running.communicate(timeout=240)
            elif night % 2 == 0:
                killed_at_random(night_process("flows", night, 60, process_environment), draw, 12.0)
            finish(night_process("flows", night, 60, process_environment))
        reference = bulk_load(planned, tmp_path / "bulk", literature)
    check(planned, lake, reference)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_run_without_heartbeats_is_marked_as_crashed(tmp_path):
    new_lake(tmp_path)
    with LiteratureServer(Shelf(records=records(3)), TODAY, slow_write_delay_s=0.05) as literature:
        settings = {**literature.settings, "lake": "lake"}
        up = start_up(tmp_path, settings, short_crons(tmp_path, "backfill"))
        try:
            with SyncPrefectClient(up.url) as prefect:
                deployment = up.wait_for(lambda: deployed(up, prefect, "backfill/backfill"), 180, "the deployment")
                asked = {"source": "pubmed_api", "since": "2020-01-01", "until": "2023-12-31", "window": "day"}
                run = prefect.create_flow_run_from_deployment(deployment.id, parameters=asked)
                up.wait_for(lambda: state_of(prefect, run.id).is_running(), 120, "the run")
                time.sleep(5)
                silent = [one for one in up.left() if one.environ().get("PREFECT__FLOW_RUN_ID") == str(run.id)]
                assert silent
                for process in silent:
                    process.suspend()
                up.wait_for(lambda: state_of(prefect, run.id).is_crashed(), 300, "the end of a run without heartbeats")
                assert "No heartbeat for 90 seconds" in state_of(prefect, run.id).message
        finally:
            assert up.stop() == 0
            assert up.left() == []


def deployed(up, prefect, name):
    from prefect.exceptions import ObjectNotFound

    try:
        return "Prefect's UI" in up.output()[0] and prefect.read_deployment_by_name(name)
    except ObjectNotFound:
        return None
