"""Ingested files of every kind, and a lake rebuilt from its payloads without network."""

import datetime as dt
import gzip
import json
import shutil

import pytest

from flows.cli.rebuild import intact_payloads, ledger_without_payloads
from flows.demo_literature.faults import Faults
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.settings import Settings
from flows.sources import local_files
from flows.sources.pending_payload import PendingPayload
from tests.support.collecting import FIRST, NOW, collect, new_lake, records, settings, span
from tests.support.europepmc_samples import RECORD, search_answer
from tests.support.loading import fingerprints, load_files, query
from transforms.payloads.record_versions import request_name
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.ledger import CollectedWindow, Window, latest_windows, record_windows, sidecar_path
from warehouse.lake import Lake
from warehouse.upkeep.audit import audit
from warehouse.upkeep.verify import verify


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "one")


@pytest.mark.parametrize("packed", [False, True])
def test_europe_pmc_json_files_can_be_ingested(lake, tmp_path, packed):
    content = search_answer(RECORD, {**RECORD, "id": "124", "pmid": "124"})
    place = tmp_path / ("search.json.gz" if packed else "search.json")
    place.write_bytes(gzip.compress(content) if packed else content)
    [row] = load_files(lake, place).windows
    assert (row["source"], row["collector"], row["window_name"]) == ("europepmc", "local_files", place.name)
    assert (row["received"], row["kept"], row["state"], row["expected"]) == (2, 2, "done", None)
    assert query(lake, "SELECT document_id FROM documents ORDER BY ALL") == [
        ("europepmc:MED/123",),
        ("europepmc:MED/124",),
    ]


def test_a_response_may_repeat_a_record(lake, tmp_path):
    record = {**RECORD, "abstractText": "This is the first reported case of leukemia in a lymph node."}
    other = {**RECORD, "abstractText": "We saw leukemia, a second reported case."}
    place = tmp_path / request_name("search", NOW, "json")
    place.write_bytes(search_answer(record, other, record))
    [row] = load_files(lake, place).windows
    assert (row["received"], row["kept"], row["superseded"], row["unchanged"]) == (3, 1, 1, 1)
    with connect(lake) as connection:
        assert audit(connection) == []
    [(mentions, places)] = query(lake, "SELECT count(*), count(DISTINCT (concept_id, start)) FROM mentions")
    assert mentions == places > 0
    assert query(lake, "SELECT count(*) FROM claims") == [(1,)]


def test_damaged_json_files_are_rejected(lake, tmp_path):
    (tmp_path / "search.json").write_bytes(search_answer(RECORD) + search_answer(RECORD)[:-30])
    [row] = load_files(lake, tmp_path / "search.json").windows
    assert (row["state"], row["received"], row["kept"]) == ("damaged", 2, 1)
    assert row["rejections"] == [{"reason": "truncated_file", "records": 1}]


def test_saved_html_is_ingested_as_a_page(lake, tmp_path):
    (tmp_path / "page.html").write_text("<!DOCTYPE html><html><body>x</body></html>")
    assert local_files.describe_file(lake, tmp_path / "page.html").source == "web"
    [row] = load_files(lake, tmp_path / "page.html").windows
    assert (row["source"], row["received"], row["rejected"]) == ("web", 1, 1)


def test_a_sidecar_cannot_point_outside_the_lake(lake, tmp_path):
    (tmp_path / "x.xml").write_text("<PubmedArticleSet></PubmedArticleSet>")
    entry = {
        "source": "pubmed", "state": "done", "expected": 1, "reason": None, "missing": [], "collected_at": None,
        "window": {
            "collector": "..", "name": "../../outside", "what": None, "since": None, "until": None, "query": None,
        },
    }  # fmt: skip
    (tmp_path / "x.xml.json").write_text(json.dumps(entry))
    payload = local_files.describe_file(lake, tmp_path / "x.xml")
    assert payload.collected is None
    assert payload.path.startswith("raw/pubmed/")


@pytest.mark.parametrize("damage", ["changed", "cut", "empty"])
def test_a_damaged_ledger_entry_of_a_payload_is_noticed(lake, damage, capsys):
    with LiteratureServer(Shelf(records=records(2)), NOW.date()) as server:
        collect("pubmed_api", settings(server, lake.root), span())
    version = read_version(lake)
    [path] = {lake.root / row["payload"] for row in version.table("windows").to_pylist() if row["payload"]}
    entry = sidecar_path(path)
    with connect(lake) as connection:
        assert verify(lake, connection)[1] == []
        whole = entry.read_text()
        changed = {"changed": whole.replace('"expected": 2', '"expected": 1'), "cut": whole[:-20], "empty": ""}[damage]
        assert changed != whole
        entry.write_text(changed)
        [fault] = verify(lake, connection)[1]
    assert fault.path == entry.relative_to(lake.root).as_posix()
    assert "ledger entry of a payload, is damaged" in fault.problem
    assert intact_payloads(lake, version) == [path]
    assert str(entry) in capsys.readouterr().err.replace("\n", "")
    window = latest_windows(version)
    pending = PendingPayload(lake, CollectedWindow.from_row(next(iter(window.values()))).window, lambda: NOW)
    assert pending.find_complete(lambda payload: False) is None
    assert local_files.describe_file(lake, path).collected is None


def test_a_ledger_entry_of_earlier_code_has_no_digest(tmp_path):
    entry = json.loads(CollectedWindow(Window("pubmed_api", "a")).to_json(source="pubmed"))
    del entry["digest"]
    assert CollectedWindow.from_json(entry).window.name == "a"


def test_a_lake_is_rebuilt_from_its_payloads(lake, tmp_path):
    articles = records(6, days=2)
    with LiteratureServer(Shelf(records=articles, preprints=tuple(records(3).values())), NOW.date()) as server:
        config = settings(server, lake.root, attempts=1)
        collect("pubmed_api", config, span(3))
        collect("europepmc", config, span())
        server.faults = Faults({"missing_ids": 1.0})
        collect("pubmed_api", config, span(2, query="record"), now=NOW + dt.timedelta(minutes=1))
        server.faults = Faults({"server_error": 1.0})
        collect("europepmc", config, span(2))
    other = new_lake(tmp_path / "two")
    rows = [row for row in read_version(lake).table("windows").to_pylist() if row["payload"]]
    record_windows(other, ledger_without_payloads(read_version(lake)))
    load_files(other, *(lake.root / row["payload"] for row in rows))
    assert fingerprints(other) == fingerprints(lake)
    columns = ("state", "expected", "received", "kept", "reason", "since", "until", "sha256", "collected_at", "name")
    before, after = (
        {
            key: [row[name] for name in columns if name != "kept"]
            for key, row in latest_windows(read_version(one)).items()
        }
        for one in (lake, other)
    )
    assert after == before
    assert {row[0] for row in after.values()} == {"done", "failed"}
    shutil.rmtree(lake.root / "raw")
    assert all((other.root / row["payload"]).exists() for row in rows)
    assert query(Lake.at(other.root), f"SELECT count(*) FROM articles WHERE pmid >= {FIRST}") == [(6,)]
    assert Settings(lake=other.root).lake == other.root
